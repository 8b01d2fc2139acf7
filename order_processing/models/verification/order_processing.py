from odoo import api, models

MANAGER = "order_processing.group_manager"


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    def verify_orders(self, references, source="", company="", **unknown):
        """Verify orders by reference.

        :param references: list of texts: Odoo's order names, or the sender's references
        :param source: the sender; then a reference is the sender's
        :param company: id or name; empty: the user's present one
        :return: one dict per reference, in order: ``{reference, ok, code, message, order, order_id, state, findings,
            holds}``; ``code``: ``''``, ``held``, ``not_verified``, ``not_found``, ``ambiguous``
        """
        return self._verification_call(references, source, company, unknown, lambda orders: orders.action_verify())

    @api.model
    def confirm_orders(self, references, source="", company="", **unknown):
        """Verify orders and confirm those that pass.

        :return: the dicts of ``verify_orders`` with ``confirmed``; further codes ``refused`` (core refused, see
            ``message``) and ``already`` (it was a sale before)
        """
        return self._verification_call(
            references, source, company, unknown, lambda orders: orders.action_verify_and_confirm()
        )

    @api.model
    def hold_orders(self, references, reason_code, note="", source="", company="", **unknown):
        """Hold orders for a reason; holding twice is one hold.

        :param reason_code: code of a hold reason (``manual``, ``credit``, ``customer_request``…)
        :return: one dict per reference ``{reference, ok, code, message, order, order_id, state, holds}``; further
            code ``refused``
        """

        def hold(orders):
            return orders._verification_hold_each(reason_code, note)

        return self._verification_call(references, source, company, unknown, hold, wanted="held")

    @api.model
    def release_orders(self, references, reason, source="", company="", **unknown):
        """Release orders, which only a manager may: for anybody else every result says ``not_allowed``.

        :return: one dict per reference as ``verify_orders``, with ``released`` (codes); code ``not_held`` where
            nothing held it
        """

        def release(orders):
            if not orders._has_order_group(MANAGER):
                text = self.env._("Not allowed: only a manager of the order desk releases an order.")
                return [{**row, "error": text, "code": "not_allowed"} for row in orders._verification_plain_holds()]
            return orders.action_release(reason)

        return self._verification_call(references, source, company, unknown, release)

    # ------------------------------------------------------------------ shared

    def _verification_call(self, references, source, company, unknown, act, wanted="verified"):
        """Find the orders, ``act`` once on all of them, and answer one plain dict per reference."""
        self._contract_check(unknown)
        found = self._contract_orders(references, source, company)
        orders = self.env["sale.order"].sudo().union(*(order for _reference, order, _code in found))
        sales = {order.id for order in orders if order.state == "sale"}
        rows = {row["order_id"]: row for row in act(orders)} if orders else {}
        answer = []
        for reference, order, code in found:
            if code:
                text = self.env._("No order “%s”.", reference)
                if code == "ambiguous":
                    text = self.env._("More than one order is called “%s”: name the source.", reference)
                answer.append({"reference": reference, "ok": False, "code": code, "message": text})
                continue
            row = dict(rows[order.id])
            error = row.pop("error", "")
            message = error or row.pop("message", "")
            code = row.pop("code", "") or self._verification_code(row, error, order.id in sales, wanted)
            answer.append(
                {
                    "reference": reference,
                    "ok": not code or code in ("already", "not_held"),
                    "code": code,
                    **row,
                    "message": message,
                }
            )
        return answer

    @staticmethod
    def _verification_code(row, error, was_sale, wanted):
        if error:
            return "refused"
        if "released" in row and not row["released"]:
            return "not_held"
        if "confirmed" in row:
            if row["confirmed"]:
                return ""
            if was_sale:
                return "already"
        if row["state"] == wanted:
            return ""
        return "held" if row["state"] == "held" else "not_verified"
