from odoo import api, fields, models

from ..common import contract, scalars

NUMBERS = ("left", "right", "difference")

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
        "documents": contract.array(contract.text(), "Orders that explain a difference."),
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
            "totals": statement.total_ids._plain(),
        }

    def _equation_figure(self, equation, name):
        """A side of an equation, an amount rounded to its currency."""
        return equation.currency_id.round(equation[name]) if equation.currency_id else equation[name]
