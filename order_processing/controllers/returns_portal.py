import uuid

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

PROCESSOR = "order_processing.group_processor"
# all photos of one form together, and its words
FORM_BYTES = 64 * 1024 * 1024
SLIP = "order_processing.action_report_return_slip"


class ReturnPortal(CustomerPortal):
    """The customer's pages: asking for a return of an order, the list of cases, one case.

    Whoever may read an order's page by its token may ask for its return, and whoever has a case's token may follow it, as with
    core's pages of orders.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "return_count" in counters:
            Case = request.env["order.return"]
            values["return_count"] = Case.search_count(self._return_domain()) if Case.has_access("read") else 0
        return values

    def _return_domain(self):
        partner = request.env.user.partner_id
        return [
            ("partner_id", "child_of", [partner.commercial_partner_id.id]),
            ("company_id.order_return_portal", "=", True),
        ]

    # ------------------------------------------------------------------ pages of cases

    @http.route(["/my/returns", "/my/returns/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_returns(self, page=1, **kwargs):
        """The list of the customer's cases."""
        values = self._prepare_portal_layout_values()
        Case = request.env["order.return"]
        domain = self._return_domain()
        count = Case.search_count(domain) if Case.has_access("read") else 0
        pager = portal_pager(url="/my/returns", total=count, page=page, step=self._items_per_page)
        cases = Case.search(domain, limit=self._items_per_page, offset=pager["offset"]) if count else Case
        request.session["my_returns_history"] = cases.ids[:100]
        values.update(
            {"cases": cases.sudo(), "page_name": "return", "pager": pager, "default_url": "/my/returns", "count": count}
        )
        return request.render("order_processing.portal_my_returns", values)

    @http.route("/my/returns/<int:return_id>", type="http", auth="public", website=True)
    def portal_return_page(self, return_id, access_token=None, report_type=None, download=False, **kwargs):
        """One case, or with ``report_type`` its slip once it is approved."""
        try:
            case = self._return_case(return_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if report_type in ("html", "pdf", "text"):
            if not case._has_slip():
                return request.redirect(case.get_portal_url())
            return self._show_report(model=case, report_type=report_type, report_ref=SLIP, download=download)
        said = {"new": "new", "sent": "sent"}.get(kwargs.get("said"))
        return self._render_return(case, access_token, said=said)

    @http.route("/my/returns/<int:return_id>/sent", type="http", auth="public", website=True, methods=["POST"])
    def portal_return_sent(self, return_id, access_token=None, tracking="", carrier="", **kwargs):
        """“I have sent it”."""
        try:
            case = self._return_case(return_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        try:
            with request.env.cr.savepoint():
                self._acting(case)._say_sent(tracking, carrier)
        except UserError as refusal:
            return self._render_return(case, access_token, problem=str(refusal), status=400)
        return request.redirect(case.get_portal_url(query_string="&said=sent"))

    def _return_case(self, return_id, access_token):
        case = self._document_check_access("order.return", return_id, access_token)
        if not case.company_id.order_return_portal:
            raise MissingError(request.env._("This document does not exist."))
        return case

    def _render_return(self, case, access_token, said=None, problem="", status=200):
        values = {
            "case": case,
            "steps": case._portal_steps(),
            "photos": case._photos(),
            "terms": case._terms_words(),
            "amounts": case._told_amounts(),
            "charges": case._told_charges(),
            "said": said,
            "problem": problem,
            "page_name": "return",
        }
        values = self._get_page_view_values(case, access_token, values, "my_returns_history", False)
        return request.render("order_processing.portal_return_page", values, status=status)

    # ------------------------------------------------------------------ asking for a return

    @http.route(
        "/my/orders/<int:order_id>/return",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        max_content_length=FORM_BYTES,
    )
    def portal_return_form(self, order_id, access_token=None, **form):
        """The form over the delivered lines of an order; posted with ``act`` check it answers what would become of it, with
        ``act`` send it asks for it, whole or not at all."""
        try:
            order = self._return_order(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if request.httprequest.method == "GET":
            return self._render_form(order, access_token, {"key": str(uuid.uuid4())})
        rows = _rows(form)
        if form.get("act") != "send":
            return self._render_form(order, access_token, form, order._return_verdict(rows))
        try:
            with request.env.cr.savepoint():
                case = self._ask(order, form, rows)
        except UserError as refusal:
            verdict = {**order._return_verdict(rows), "problems": str(refusal).splitlines()}
            return self._render_form(order, access_token, form, verdict, status=400)
        return request.redirect(case.get_portal_url(query_string="&said=new"))

    @http.route("/my/orders/<int:order_id>/return/check", type="jsonrpc", auth="public", website=True, readonly=True)
    def portal_return_check(self, order_id, rows, access_token=None, **kwargs):
        """What would become of ``rows`` (see ``sale.order._return_verdict``), as plain values for the form.

        :raises MissingError: no order of this customer's that can be returned
        """
        order = self._return_order(order_id, access_token)
        verdict = order._return_verdict(rows)
        currency = order.currency_id
        return {
            "problems": verdict["problems"],
            "amount": currency.format(verdict["amount"]),
            "lines": {
                str(line_id): {**line, "amount": currency.format(line["amount"]) if line["amount"] else ""}
                for line_id, line in verdict["lines"].items()
            },
        }

    def _return_order(self, order_id, access_token):
        order = self._document_check_access("sale.order", order_id, access_token)
        if not order._return_in_portal():
            raise MissingError(request.env._("Nothing of this order can be returned here."))
        return order

    def _ask(self, order, form, rows):
        user = request.env.user
        if user._is_internal() and not user.has_group(PROCESSOR):
            raise UserError(request.env._("Only the customer and the order desk can ask for a return."))
        photos = [
            (photo.filename.replace("\x00", ""), photo.read())
            for photo in request.httprequest.files.getlist("photos")
            if photo.filename
        ]
        Case = self._acting(order).env["order.return"]
        Case._check_photos(photos)
        case, is_new = self._acting(order)._return_ask(rows, form.get("key"), form.get("note") or "")
        if is_new and photos:
            case._attach_photos(photos)
        return case

    def _acting(self, record):
        """``record`` in the name of who is signed in, where that is somebody of its company; else of nobody in particular."""
        user = request.env.user
        if user._is_public() or record.company_id not in user.company_ids:
            return record
        return record.with_user(user).sudo()

    def _render_form(self, order, access_token, form, verdict=None, status=200):
        offer = order._return_offer()
        values = {
            "sale_order": order,
            "offer": offer,
            "choices": order._return_choices(),
            "form": form,
            "verdict": verdict,
            "page_name": "return_form",
            "access_token": access_token,
        }
        return request.render("order_processing.portal_return_form", values, status=status)


def _rows(form):
    """The rows of a posted form: fields ``quantity_<line id>``, ``reason_<line id>``, ``settlement_<line id>``."""
    rows = []
    for name, value in form.items():
        word, _mark, line_id = name.partition("_")
        if word == "quantity":
            rows.append(
                {
                    "line_id": int(line_id) if line_id.isascii() and line_id.isdigit() else None,
                    "quantity": value,
                    "reason": form.get(f"reason_{line_id}"),
                    "settlement": form.get(f"settlement_{line_id}"),
                }
            )
    return rows
