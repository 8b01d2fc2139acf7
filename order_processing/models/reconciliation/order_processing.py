from odoo import api, fields, models
from odoo.exceptions import UserError

NUMBERS = ("left", "right", "difference")


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @api.readonly
    def reconciliation(self, date, company="", **unknown):
        """The statement of a business day, as plain figures.

        :param str date: ``YYYY-MM-DD``
        :param company: id or name, default the user's
        :return: ``{date, company, state, final, revision, number, digest, prepared_at, signed_at, signed_by, proven,
            entries, buckets: [{code, label, orders, value}], equations: [{name, label, measure, unit, left, right,
            difference, proven, explanation, documents}]}``; ``state`` is ``none`` where the day was not drawn; values in
            the company's currency, times UTC; ``final`` says that the day is signed
        :raises UserError: no date
        """
        self._contract_check(unknown)
        company = self._contract_company(company)
        try:
            day = fields.Date.to_date(date)
        except (ValueError, TypeError):
            day = None
        if not day:
            raise UserError(self.env._("`date` must be a date as 2026-01-31, not “%s”.", date))
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
            "prepared_at": self._moment(statement.prepared_at),
            "signed_at": self._moment(statement.signed_at),
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

    @api.model
    def _moment(self, moment):
        return fields.Datetime.to_string(moment).replace(" ", "T") + "Z" if moment else ""
