from odoo import api, fields, models

from ..common import contract, scalars

NUMBERS = ("left", "right", "difference")


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @api.readonly
    @contract.method(contract.record({}), date=contract.text("The business day, YYYY-MM-DD.", format="day"))
    def reconciliation(self, date):
        """The statement of a business day, as plain figures.

        :param str date: ``YYYY-MM-DD``
        :param company: id or name, default the user's
        :return: ``{date, company, state, final, revision, number, digest, prepared_at, signed_at, signed_by, proven,
            entries, buckets: [{code, label, orders, value}], equations: [{name, label, measure, unit, left, right,
            difference, proven, explanation, documents}]}``; ``state`` is ``none`` where the day was not drawn; values in
            the company's currency, times UTC; ``final`` says that the day is signed
        :raises UserError: no date
        """
        company = self.env.company
        day = scalars.day(date)
        statement = (
            self.env["order.reconciliation"]
            .sudo()
            .search([("company_id", "=", company.id), ("date", "=", day), ("state", "!=", "superseded")], limit=1)
        )
        return {
            "date": fields.Date.to_string(day),
            "company": company.name,
            "currency": company.currency_id.name,
            "state": statement.state or "none",
            "final": statement.state == "signed",
            "revision": statement.revision,
            "number": statement.number,
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
                    **{name: equation[name] for name in NUMBERS},
                    "proven": equation.is_proven,
                    "explanation": equation.explanation,
                    "documents": [document["order"] or "" for document in equation.documents or []],
                }
                for equation in statement.equation_ids
            ],
        }
