from odoo import api, fields, models

from ..common import contract, scalars

NUMBERS = ("left", "right", "difference")

DIFFERING = contract.record(
    {
        "kind": contract.text("order, product, invoice, payment or submission; empty where it has only a name."),
        "name": contract.text(),
        "id": contract.integer("0 where it has none."),
        "line": contract.text("The order line; of a product where it lies."),
        "left": contract.number(),
        "right": contract.number(),
        "difference": contract.number(),
    }
)
EQUATION = contract.record(
    {
        "name": contract.text(),
        "label": contract.text(),
        "measure": contract.text("quantity, value or count."),
        "unit": contract.text("Of a quantity; of a value its currency."),
        "left": contract.number("What the day book says."),
        "right": contract.number("What the ledgers say."),
        "difference": contract.number(),
        "proven": contract.boolean("Both sides agree."),
        "explanation": contract.text(),
        "documents": contract.array(
            contract.text(), "Names of what explains a difference, whatever it is; `differing` says what each is."
        ),
        "differing": contract.array(DIFFERING, "What explains a difference, at most 200, the largest first."),
    }
)
BUCKET = contract.record(
    {
        "code": contract.text(),
        "label": contract.text(),
        "orders": contract.integer("How many orders stand there."),
        "moved": contract.integer("How many of them came there on this day."),
        "value": contract.number("Untaxed, in the company's currency."),
    }
)
CHECK = contract.record(
    {
        "code": contract.text(),
        "label": contract.text(),
        "weight": contract.text("What a finding asks for: stop, explain or note."),
        "found": contract.integer("How many documents."),
        "documents": contract.array(contract.text(), "Their names, at most 200."),
        "explanation": contract.text("Why the day is right nevertheless."),
    }
)
TOTAL = contract.record(
    {
        "name": contract.text("ordered, shipped, returned, invoiced or credited."),
        "measure": contract.text("quantity (goods) or value (all lines, untaxed)."),
        "unit": contract.text("Of a quantity; of a value its currency."),
        "before": contract.number("Until the day before."),
        "day": contract.number("This day."),
        "ever": contract.number("Both together: carried on by the next day."),
    }
)
ADJUSTMENT = contract.record(
    {
        "date": contract.day("The closed day that it is dated into."),
        "order": contract.text(),
        "kind": contract.text("What the day book says happened."),
        "document": contract.text(),
        "line": contract.text(),
        "quantity": contract.number("In the product's unit."),
        "unit": contract.text("Of the quantity; empty where there is none."),
        "amount": contract.number("Untaxed."),
        "currency": contract.text("Of the amount."),
    }
)
ANSWER = contract.record(
    {
        "date": contract.day(),
        "company": contract.text(),
        "currency": contract.text("The company's, of all values."),
        "state": contract.text("none (not drawn), draft, review or signed."),
        "final": contract.boolean("The day is signed: its figures may be used."),
        "revision": contract.integer(),
        "number": contract.integer("Closing number."),
        "digest": contract.text(),
        "prepared_at": contract.moment(),
        "signed_at": contract.moment(),
        "signed_by": contract.text(),
        "proven": contract.boolean("All equations hold."),
        "entries": contract.integer("How many orders."),
        "buckets": contract.array(BUCKET),
        "equations": contract.array(EQUATION),
        "checks": contract.array(CHECK, "What was looked for before the signature."),
        "adjustments": contract.array(ADJUSTMENT, "What this day owns and is dated into a closed day, at most 200."),
        "totals": contract.array(TOTAL, "Running totals of the chain of days."),
    },
    optional=("revision", "number"),
)


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @api.readonly
    @contract.method(ANSWER, date=contract.text("The business day, YYYY-MM-DD.", format="day"))
    def reconciliation(self, date):
        """The statement of a business day: figures, and whether they are final."""
        company = self.env.company
        day = scalars.day(date)
        statement = (
            self.env["order.reconciliation"]
            .sudo()
            .search([("company_id", "=", company.id), ("date", "=", day), ("state", "!=", "superseded")], limit=1)
        )
        labels = dict(statement.check_ids._fields["code"]._description_selection(self.env))
        return {
            "date": fields.Date.to_string(day),
            "company": company.name,
            "currency": company.currency_id.name,
            "state": statement.state or "none",
            "final": statement.state == "signed",
            **{name: statement[name] for name in ("revision", "number") if statement[name]},
            "digest": statement.digest or "",
            "prepared_at": scalars.utc_text(statement.prepared_at),
            "signed_at": scalars.utc_text(statement.signed_at),
            "signed_by": statement.signed_by_id.name or "",
            "proven": statement.is_proven if statement else False,
            "entries": statement.entry_count,
            "buckets": statement._bucket_rows(),
            "equations": [
                {
                    "name": equation.name,
                    "label": equation.label,
                    "measure": equation.measure,
                    "unit": equation.unit or "",
                    **{name: self._equation_figure(equation, name) for name in NUMBERS},
                    "proven": equation.is_proven,
                    "explanation": equation.explanation,
                    "documents": [document["order"] or "" for document in equation.documents or []],
                    "differing": [
                        {**row, **{name: float(row[name]) for name in NUMBERS}} for row in equation._differing()
                    ],
                }
                for equation in statement.equation_ids
            ],
            "checks": [
                {
                    "code": check.code,
                    "label": labels[check.code],
                    "weight": check.weight,
                    "found": check.document_count,
                    "documents": [document["name"] or "" for document in check.documents or []],
                    "explanation": check.explanation or "",
                }
                for check in statement.check_ids
            ],
            "adjustments": [
                {**{name: row[name] for name in row if name != "order_id"}, "date": fields.Date.to_string(row["date"])}
                for row in (statement._adjustments() if statement else [])
            ],
            "totals": statement.total_ids._plain(),
        }

    def _equation_figure(self, equation, name):
        """A side of an equation, an amount rounded to its currency."""
        return equation.currency_id.round(equation[name]) if equation.currency_id else equation[name]
