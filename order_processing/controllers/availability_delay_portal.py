from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

TOLD = ("sent", "told")


class DelayPortal(CustomerPortal):
    """The page behind a message of a delay: the new dates, and what the customer wants of each order.

    Whoever has the notice's token may answer, as with core's pages of orders. Looking at the page changes nothing, whatever
    the link says: programs that look into mails open links too.
    """

    @http.route("/my/delays/<int:notice_id>", type="http", auth="public", website=True)
    def portal_delay_page(self, notice_id, access_token=None, order=None, choice=None, said=None, **kwargs):
        """The page; ``order`` and ``choice`` of a link in the message choose beforehand."""
        try:
            notice = self._delay_notice(notice_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        return self._render_delay(notice, access_token, chosen={order: choice}, said=said)

    @http.route("/my/delays/<int:notice_id>/answer", type="http", auth="public", website=True, methods=["POST"])
    def portal_delay_answer(self, notice_id, access_token=None, order=None, choice=None, **kwargs):
        """The customer's choice for one order of the notice."""
        try:
            notice = self._delay_notice(notice_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        try:
            with request.env.cr.savepoint():
                acting = self._delay_acting(notice)
                sale = acting.order_ids.filtered(lambda one: str(one.id) == order)
                if not sale:
                    raise UserError(request.env._("Choose what shall become of one of the orders on this page."))
                problem = acting._answer(sale, choice)
        except UserError as refusal:
            return self._render_delay(notice, access_token, problem=str(refusal), status=400)
        said = "desk" if problem else choice
        return request.redirect(notice.get_portal_url(query_string=f"&said={said}"))

    def _delay_notice(self, notice_id, access_token):
        notice = self._document_check_access("order.delay.notice", notice_id, access_token)
        if notice.outcome not in TOLD:
            raise MissingError(request.env._("This document does not exist."))
        return notice

    def _delay_acting(self, notice):
        """``notice`` in the name of who is signed in, where that is somebody of its company; else of nobody in particular."""
        user = request.env.user
        if user._is_public() or notice.company_id not in user.company_ids:
            return notice
        return notice.with_user(user).sudo()

    def _render_delay(self, notice, access_token, chosen=None, said=None, problem="", status=200):
        values = {
            "notice": notice,
            "blocks": [
                {
                    "order": order,
                    "lines": notice.line_ids.filtered(lambda line, order=order: line.order_id == order),
                    "choices": notice._choices(order),
                    "chosen": (chosen or {}).get(str(order.id)),
                }
                for order in notice.order_ids
            ],
            "said": said if said in ("wait", "part", "cancel", "desk") else None,
            "problem": problem,
            "page_name": "delay",
        }
        values = self._get_page_view_values(notice, access_token, values, "my_delays_history", False)
        return request.render("order_processing.portal_delay_page", values, status=status)
