from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..common import contract, scalars
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
ACKNOWLEDGED_LINE = contract.record(
    {
        "line": contract.text("The sender's id of the line, '' for one that was not sent."),
        "codes": contract.array(
            contract.text(),
            "accepted, or what applies of changed_product, changed_quantity, changed_price, changed_date; added, refused.",
        ),
        "sent_product": contract.text(),
        "sent_quantity": contract.number(),
        "sent_unit": contract.text(),
        "sent_price": contract.number("Per unit."),
        "sent_discount": contract.number("Percent."),
        "product": contract.text("Internal reference."),
        "name": contract.text(),
        "quantity": contract.number("As entered, in `unit`."),
        "unit": contract.text(),
        "price": contract.number("As entered, per unit, before discount."),
        "discount": contract.number("Percent."),
        "wished_date": contract.day(),
        "promise_date": contract.day("The promise, else the day that was agreed."),
        "message": contract.text("Why it was refused."),
    },
    optional=("sent_quantity", "sent_price", "sent_discount", "quantity", "price", "discount"),
)
ACKNOWLEDGEMENT = contract.records(
    "reference",
    {
        "order": contract.text("Odoo's number."),
        "order_id": contract.integer(),
        "result": contract.text("accepted, changed or refused."),
        "acknowledged_at": contract.moment("When the customer was told by mail, '' while it was not."),
        "currency": contract.text(),
        "lines": contract.array(ACKNOWLEDGED_LINE),
        "differences": contract.array(
            contract.record(
                {"key": contract.text(), "label": contract.text(), "sent": contract.text(), "entered": contract.text()}
            ),
            "Of the order as a whole.",
        ),
        "errors": contract.array(ERROR, "Why it was refused."),
        "refused_change": contract.array(
            ERROR, "Why the last change that was sent was refused; the order stands as `lines` say."
        ),
    },
    optional=("order_id",),
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
    @api.readonly
    @contract.method(ACKNOWLEDGEMENT, references=contract.texts("Orders by reference, at most 1,000."))
    def acknowledgements(self, references, source=""):
        """What was accepted, changed in product, date, price or quantity, or refused, line by line against what was sent."""
        found = self._contract_orders(references, source)
        missing = [reference for reference, order, code in found if code == "not_found"]
        domain = [("reference", "in", missing), ("company_id", "=", self.env.company.id), ("order_id", "=", False)]
        domain += [("source", "=", source)] if source else []
        Intake = self.env["order.intake"].sudo()
        refused = Intake.search(domain).grouped("reference") if missing else {}
        envelopes = []
        for reference, order, code in found:
            own = order.intake_id if order else refused.get(reference, Intake)
            envelopes.append((reference, own if len(own) == 1 else Intake, "ambiguous" if len(own) > 1 else code))
        intakes = Intake.browse({own.id for _reference, own, _code in envelopes if own})
        told = intakes._acknowledgements()
        answers = []
        for reference, own, code in envelopes:
            if own.id not in told:
                code = code or "not_found"
                answers.append(
                    {"reference": reference, "ok": False, "code": code, "message": self._contract_missing(code)}
                )
                continue
            answers.append({"reference": reference, **self._acknowledgement_answer(own, told[own.id])})
        return answers

    @api.model
    def _acknowledgement_answer(self, intake, told):
        order = intake.order_id
        lines = [{key: value for key, value in line.items() if key != "shown"} for line in told["lines"]]
        return {
            "ok": intake.state == "accepted",
            "code": "accepted" if intake.state == "accepted" else "invalid",
            "message": told["errors"][0]["message"] if told["errors"] else "",
            "order": order.name or "",
            **({"order_id": order.id} if order else {}),
            **told,
            "lines": lines,
            "acknowledged_at": scalars.utc_text(intake.acknowledgement_sent_at),
            "currency": order.currency_id.name or "",
        }

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
