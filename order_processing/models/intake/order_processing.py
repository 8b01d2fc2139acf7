from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..common import contract
from . import schema

_lt = LazyTranslate(__name__)

RESULT_CODES = {
    "not_confirmed": _lt("The order stands as a quotation; Odoo's reason for not confirming it is the message."),
}
ERROR = contract.record(
    {
        "path": contract.text("Where, like `lines[0].product`."),
        "code": contract.text("See `error_codes`."),
        "message": contract.text("For people."),
        "found": contract.text("What was sent there."),
    }
)
ANSWER = contract.records(
    "reference",
    {
        "errors": contract.array(ERROR, "Everything that is wrong, at once."),
        "order": contract.text("Odoo's number."),
        "order_id": contract.integer(),
        "state": contract.text("Odoo's: draft, sent, sale, cancel."),
        "verification": contract.text("to_verify, held or verified."),
        "holds": contract.array(contract.text(), "Codes of the open holds."),
        "intake_id": contract.integer("Of the envelope that is kept of it."),
    },
    optional=("order_id", "intake_id"),
)


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @contract.method(
        ANSWER,
        orders=contract.array({}, "At most 1,000 orders, each of the schema `order`.", maxItems=contract.LIMIT),
        source=contract.SENDER,
        verify=contract.boolean("Verify what was accepted."),
        confirm=contract.boolean("Confirm what was verified."),
        dry_run=contract.boolean("Answer the same and write nothing."),
    )
    def submit_orders(self, orders, source, verify=True, confirm=False, dry_run=False):
        """Enter orders, each whole or not at all, once per company, source and reference."""
        Intake = self.env["order.intake"]

        def act():
            return self._submit_and_verify(orders, source, verify, confirm)

        answers = Intake._trial(act) if dry_run else act()
        for answer in answers:
            for name in ("order_id", "intake_id"):
                if not answer[name]:
                    del answer[name]
        return answers

    @api.model
    def _submit_and_verify(self, orders, source, verify, confirm):
        answers = self.env["order.intake"].submit(orders, source, self.env.company.id)
        Order = self.env["sale.order"].sudo()
        fresh = {answer["order_id"]: answer for answer in answers if answer["code"] == "accepted"}
        if fresh and (verify or confirm):
            quotations = Order.browse(fresh)
            for result in quotations.action_verify_and_confirm() if confirm else quotations.action_verify():
                answer = fresh[result["order_id"]]
                if result["state"] == "held":
                    answer["code"] = "held"
                elif result.get("error"):
                    answer.update(code="not_confirmed", message=result["error"])
        standing = {order.id: order for order in Order.browse({answer["order_id"] for answer in answers}).exists()}
        for answer in answers:
            order = standing.get(answer["order_id"], Order)
            open_holds = order.order_hold_ids.filtered(lambda hold: hold.state == "open")
            answer.update(
                code="invalid" if answer["code"] == "rejected" else answer["code"],
                state=order.state or "",
                verification=order.verification_state or "",
                holds=open_holds.mapped("reason_code"),
            )
        return answers

    @api.model
    def _contract_codes(self):
        result, error = super()._contract_codes()
        return {**result, **RESULT_CODES}, {**error, **self.env["order.intake"].sudo()._error_words()}

    @api.model
    def _contract_schemas(self):
        return {**super()._contract_schemas(), "order": schema.ORDER}
