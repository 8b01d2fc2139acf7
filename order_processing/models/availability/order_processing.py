from odoo import api, models

from ..common import contract

WHAT_IF = contract.records(
    "reference",
    {
        "errors": contract.array(
            contract.record(
                {
                    "path": contract.text("Where, like `lines[0].product`."),
                    "code": contract.text("See `error_codes`."),
                    "message": contract.text("For people."),
                    "found": contract.text("What was sent there."),
                }
            ),
            "Everything that is wrong, at once; nothing is promised then.",
        ),
        "promise_date": contract.day("When the last of it would leave."),
        "arrival_date": contract.day("When the last of it would arrive."),
        "lines": contract.array(
            contract.record(
                {
                    "line": contract.text("The sender's id of the line, '' for one that was not sent."),
                    "product": contract.text("Internal reference."),
                    "quantity": contract.number("In `unit`."),
                    "unit": contract.text(),
                    "short": contract.number("What no free stock covers, in `unit`."),
                    "basis": contract.text("stock, receipt or quoted (the time to replenish); '' for services."),
                    "promise_date": contract.day("When it would leave."),
                    "arrival_date": contract.day("When it would arrive."),
                }
            )
        ),
    },
)


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @contract.method(
        contract.records(
            "reference",
            {
                "order": contract.text("Odoo's number."),
                "order_id": contract.integer(),
                "state": contract.text("Odoo's: draft, sent, sale, cancel."),
            },
            optional=("order_id",),
        ),
        references=contract.texts("Orders by reference, at most 1,000."),
        reason=contract.text("Code of a reason (`customer`, `no_stock`, `discontinued`…)."),
    )
    def cancel_orders(self, references, reason, source=""):
        """Cancel orders of which nothing has left or is invoiced; else `too_late`."""
        found = self._contract_orders(references, source)
        orders = self.env["sale.order"].sudo().union(*(order for _reference, order, _code in found))
        known = self.env["order.close.reason"].sudo().search([]).mapped("code")
        if reason in known:
            verdicts = orders._order_cancel_each(reason)
        else:
            words = self.env._("No reason is called “%(code)s”. Known: %(codes)s.", code=reason, codes=", ".join(known))
            verdicts = dict.fromkeys(orders.ids, ("invalid", words))
        answer = []
        for reference, order, missing in found:
            code, message = verdicts[order.id] if order else (missing, self._contract_missing(missing))
            row = {"reference": reference, "ok": code in ("accepted", "repeated"), "code": code, "message": message}
            if order:
                row.update(order=order.name, order_id=order.id, state=order.state)
            answer.append(row)
        return answer

    @api.model
    @contract.method(
        WHAT_IF,
        orders=contract.array({}, "At most 1,000 orders, each of the schema `order`.", maxItems=contract.LIMIT),
        source=contract.SENDER,
    )
    def what_if(self, orders, source):
        """What orders would be promised if they were entered now, the first one served first; nothing is written."""
        Intake = self.env["order.intake"]
        told = {}

        def act():
            answers = Intake.submit(orders, source, self.env.company.id)
            made = self.env["sale.order"].sudo().browse({answer["order_id"] for answer in answers if answer["ok"]})
            told.update({row["order_id"]: row for row in made._what_if()})
            return [{**answer, "told": answer["order_id"]} for answer in answers]

        return [
            {
                "reference": answer["reference"],
                "ok": answer["ok"],
                "code": "invalid" if answer["code"] == "rejected" else answer["code"],
                "message": answer["message"],
                "errors": answer["errors"],
                **{
                    name: value
                    for name, value in told.get(answer["told"], {}).items()
                    if name in ("promise_date", "arrival_date", "lines")
                },
            }
            for answer in Intake._trial(act)
        ]
