from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..common import contract

_lt = LazyTranslate(__name__)

MANAGER = "order_processing.group_manager"
RESULT_CODES = {
    "not_verified": _lt("The order was judged and nothing is kept: the controls of its company are off."),
    "not_held": _lt("Nothing held the order: it is as if released."),
}
STANDING = {
    "order": contract.text("Odoo's number."),
    "order_id": contract.integer(),
    "state": contract.text("Odoo's: draft, sent, sale, cancel."),
    "verification": contract.text("to_verify, held or verified."),
    "holds": contract.array(contract.text(), "Codes of the open holds."),
}
FINDINGS = contract.array(
    contract.record(
        {
            "rule": contract.text("Code of the rule."),
            "severity": contract.text("blocking or warning."),
            "line": contract.integer("Id of the order line; left out for the order as a whole."),
            "expected": contract.text(),
            "found": contract.text(),
            "message": contract.text("For people."),
            "waived": contract.boolean(),
        },
        optional=("line",),
    )
)
OPTIONAL = ("order_id",)
REFERENCES = contract.texts("Orders by reference, at most 1,000.")
NOTE = contract.text("Words for people.")


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @contract.method(
        contract.records("reference", {**STANDING, "findings": FINDINGS}, OPTIONAL),
        references=REFERENCES,
    )
    def verify_orders(self, references, source=""):
        """Verify orders: what a rule finds holds them, which is `ok` with code `held`."""
        return self._verification_call(references, source, lambda orders: orders.action_verify())

    @api.model
    @contract.method(
        contract.records("reference", {**STANDING, "findings": FINDINGS, "confirmed": contract.boolean()}, OPTIONAL),
        references=REFERENCES,
    )
    def confirm_orders(self, references, source=""):
        """Verify orders and confirm those that pass; one that is held is not confirmed, and not `ok`."""
        return self._verification_call(references, source, lambda orders: orders.action_verify_and_confirm())

    @api.model
    @contract.method(
        contract.records("reference", STANDING, OPTIONAL),
        references=REFERENCES,
        reason=contract.text("Code of a hold reason (`manual`, `credit`, `customer_request`…)."),
        note=NOTE,
    )
    def hold_orders(self, references, reason, note="", source=""):
        """Hold orders for a reason; holding twice for the same is one hold."""
        known = self.env["order.hold.reason"].sudo().search([("automatic", "=", False)])

        def hold(orders):
            if reason not in known.mapped("code"):
                return self._verification_refuse(orders, "invalid", self._verification_unknown(reason, known))
            held = {order.id for order in orders if reason in self._verification_holds(order)}
            return [
                {**row, **({"code": "repeated"} if row["order_id"] in held and not row.get("error") else {})}
                for row in orders._verification_hold_each(reason, note)
            ]

        return self._verification_call(references, source, hold, wanted="held")

    @api.model
    @contract.method(
        contract.records(
            "reference",
            {
                **STANDING,
                "findings": FINDINGS,
                "released": contract.array(contract.text(), "Codes of the holds that were released."),
                "confirmed": contract.boolean("It waited to be confirmed, and is."),
            },
            OPTIONAL,
        ),
        references=REFERENCES,
        reason=contract.text(
            "Code of a waive reason (`goodwill`, `agreed`…); other words are kept as the note.", format="name"
        ),
        note=NOTE,
    )
    def release_orders(self, references, reason, note="", source=""):
        """Release orders, which only a manager may: for anybody else every result says `not_allowed`."""

        def release(orders):
            if not orders._has_order_group(MANAGER):
                text = self.env._("Not allowed: only a manager of the order desk releases an order.")
                return self._verification_refuse(orders, "not_allowed", text)
            known = self.env["order.waive.reason"].sudo().search([("code", "=", reason)], limit=1)
            words = note or known.name or reason
            return orders.action_release(words, reason_code=known.code or "other")

        return self._verification_call(references, source, release)

    # ------------------------------------------------------------------ shared

    def _verification_call(self, references, source, act, wanted="verified"):
        """Find the orders, ``act`` once on all of them, and answer one plain dict per reference."""
        found = self._contract_orders(references, source)
        orders = self.env["sale.order"].sudo().union(*(order for _reference, order, _code in found))
        before = {order.id: order.state for order in orders}
        rows = {row["order_id"]: row for row in act(orders)} if orders else {}
        answer = []
        for reference, order, code in found:
            if code:
                answer.append(
                    {"reference": reference, "ok": False, "code": code, "message": self._contract_missing(code)}
                )
                continue
            row = dict(rows[order.id])
            message = row.pop("error", "")
            code = row.pop("code", "") or self._verification_code(row, message, before[order.id], wanted)
            ok = code in ("accepted", "repeated", "not_held") or code == "held" and "confirmed" not in row
            message = message or row.pop("message", "")
            verification = row.pop("state")
            if "findings" in row:
                # an order that is named twice answers twice: what is shared is left as it is
                row["findings"] = [
                    {name: value for name, value in finding.items() if name != "line" or value}
                    for finding in row["findings"]
                ]
            answer.append(
                {
                    **row,
                    "reference": reference,
                    "ok": ok,
                    "code": code,
                    "message": message,
                    "state": order.state,
                    "verification": verification or "",
                }
            )
        return answer

    @staticmethod
    def _verification_code(row, error, was, wanted):
        if was == "cancel":
            return "too_late"
        if error:
            return "refused"
        if "released" in row and not row["released"]:
            return "not_held"
        if row.get("confirmed"):
            return "accepted"
        if "confirmed" in row and was == "sale":
            return "repeated"
        if row["state"] == wanted:
            return "accepted"
        return "held" if row["state"] == "held" else "not_verified"

    def _verification_refuse(self, orders, code, words):
        return [{**row, "error": words, "code": code} for row in orders._verification_plain_holds()]

    def _verification_holds(self, order):
        return order.order_hold_ids.filtered(lambda hold: hold.state == "open").mapped("reason_code")

    def _verification_unknown(self, reason, known):
        return self.env._(
            "No hold reason is called “%(code)s”. Known: %(codes)s.", code=reason, codes=", ".join(known.mapped("code"))
        )

    @api.model
    def _contract_codes(self):
        result, error = super()._contract_codes()
        return {**result, **RESULT_CODES}, error
