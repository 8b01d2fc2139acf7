from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal

FORM_BYTES = 64 * 1024 * 1024
SAID = ("asked", "reported", "cancelled", "cancel_asked")


class Expired(Exception):
    """The link was good once."""


class FollowPortal(CustomerPortal):
    """The customer's own page of an order: looked at with a signed link, or by who may read the order in the portal.

    Looking changes nothing; what the customer does is posted.
    """

    @http.route("/my/follow/<int:order_id>", type="http", auth="public", website=True)
    def portal_follow(self, order_id, until=None, sign=None, access_token=None, said=None, **kwargs):
        """The page."""
        return self._follow(
            order_id, until, sign, access_token, lambda order, key: self._render_follow(order, key, said=said)
        )

    @http.route("/my/follow/<int:order_id>/<string:kind>/<int:document_id>", type="http", auth="public", website=True)
    def portal_follow_document(self, order_id, kind, document_id, until=None, sign=None, access_token=None, **kwargs):
        """A document of the order as PDF."""

        def document(order, key):
            found = order._page_document(kind, document_id)
            if not found:
                return request.redirect(self._follow_url(order, key))
            name, content = found
            return request.make_response(
                content,
                headers=[
                    ("Content-Type", "application/pdf"),
                    ("Content-Length", len(content)),
                    ("Content-Disposition", content_disposition(f"{name.replace('/', '_')}.pdf")),
                ],
            )

        return self._follow(order_id, until, sign, access_token, document)

    @http.route(
        "/my/follow/<int:order_id>/<string:act>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=FORM_BYTES,
    )
    def portal_follow_act(self, order_id, act, until=None, sign=None, access_token=None, **form):
        """What the customer does: ask, report a problem, cancel."""

        def done(order, key):
            try:
                with request.env.cr.savepoint():
                    said = self._follow_do(self._follow_acting(order), act, form)
            except UserError as refusal:
                return self._render_follow(order, key, problem=str(refusal), form={**form, "act": act}, status=400)
            return request.redirect(self._follow_url(order, key, said=said))

        return self._follow(order_id, until, sign, access_token, done)

    def _follow_do(self, order, act, form):
        if act == "ask":
            order._page_ask(form.get("text"))
            return "asked"
        if act == "change":
            order._page_change(form.get("text"))
            return "asked"
        if act == "report":
            photos = [
                (photo.filename.replace("\x00", ""), photo.read())
                for photo in request.httprequest.files.getlist("photos")
                if photo.filename
            ]
            order._page_problem(form.get("problem"), form.get("line"), form.get("text"), photos, form.get("quantity"))
            return "reported"
        if act == "cancel":
            return {"done": "cancelled", "asked": "cancel_asked"}[order._page_cancel(form.get("text"))]
        raise UserError(request.env._("Choose what you want to do on the page."))

    # ------------------------------------------------------------------ who may

    def _follow(self, order_id, until, sign, access_token, answer):
        """``answer(order, key)`` for who may see the order; what the link says stays in the page's own links (``key``)."""
        try:
            order, key = self._follow_order(order_id, until, sign, access_token)
        except Expired:
            return request.render("order_processing.portal_follow_expired", {"page_name": "follow"}, status=410)
        except (AccessError, MissingError):
            return request.redirect("/my")
        return answer(order, key)

    def _follow_order(self, order_id, until, sign, access_token):
        if sign or until:
            order = request.env["sale.order"].sudo().browse(order_id).exists()
            verdict = order._page_verdict(until, sign) if order else "wrong"
            if verdict == "expired":
                raise Expired
            if verdict != "ok":
                raise MissingError(request.env._("This document does not exist."))
            return order, {"until": until, "sign": sign}
        order = self._document_check_access("sale.order", order_id, access_token)
        return order, {"access_token": access_token} if access_token else {}

    def _follow_acting(self, order):
        """``order`` in the name of who is signed in, where that is somebody of its company; else of nobody in particular."""
        user = request.env.user
        if user._is_public() or order.company_id not in user.company_ids:
            return order
        return order.with_user(user).sudo()

    def _follow_url(self, order, key, **more):
        given = "&".join(f"{name}={value}" for name, value in {**key, **more}.items())
        return f"/my/follow/{order.id}?{given}" if given else f"/my/follow/{order.id}"

    def _render_follow(self, order, key, said=None, problem="", form=None, status=200):
        query = "&".join(f"{name}={value}" for name, value in key.items())
        lang = order.partner_id.lang if "sign" in key and request.env.user._is_public() else None
        if lang:
            # who has no account reads it in the customer's language
            request.update_context(lang=lang)
            order = order.with_context(lang=lang)
        values = {
            **order._page_values(),
            "sale_order": order,
            "key": key,
            "query": f"?{query}" if query else "",
            "problems": order._page_problems(),
            "said": said if said in SAID else None,
            "problem": problem,
            "form": form or {},
            "page_name": "follow",
        }
        return request.render("order_processing.portal_follow_page", values, status=status)
