from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..common.business_day import business_day


class OrderRestrictionMixin(models.AbstractModel):
    """What two lists of managers share: a reason, a company, first and last day. An entry denies, nothing allows."""

    _name = "order.restriction.mixin"
    _description = "Entry of a List of Restrictions"
    _inherit = ["order.general.mixin", "mail.thread"]

    name = fields.Char("Reason", required=True, tracking=True, help="Told to who verifies the order.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    date_from = fields.Date("From", tracking=True, help="First day; empty: since ever.")
    date_to = fields.Date("Until", tracking=True, help="Last day; empty: for ever.")

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for entry in self:
            if entry.date_from and entry.date_to and entry.date_to < entry.date_from:
                raise ValidationError(self.env._("%s: the last day is before the first.", entry.name))

    @api.model
    def _in_force(self, company_ids):
        """The entries that count today in each company's calendar: dict of company id to records; one search."""
        # rules are searched with archived ones, and hand that down
        entries = self.sudo().with_context(active_test=True).search([("company_id", "in", [False, *company_ids])])
        answer = {}
        for company in self.env["res.company"].sudo().browse(company_ids):
            answer[company.id] = entries._of_day(company, business_day(company))
        return answer

    def _of_day(self, company, day):
        """Those of ``self`` that count for ``company`` on ``day``."""
        return self.filtered(
            lambda entry: (
                entry.company_id.id in (False, company.id)
                and (not entry.date_from or entry.date_from <= day)
                and (not entry.date_to or day <= entry.date_to)
            )
        )
