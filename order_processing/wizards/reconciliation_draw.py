from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.business_day import desk_bounds


class ReconciliationDraw(models.TransientModel):
    """Ask for the day to draw; the rights and refusals are ``draft_day``'s own."""

    _name = "reconciliation.draw"
    _description = "Draw the Day"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    date = fields.Date(
        "Business day", required=True, compute="_compute_date", store=True, readonly=False, precompute=True
    )
    last_id = fields.Many2one("order.reconciliation", "Statement before", compute="_compute_last_id")
    days_missing = fields.Integer(compute="_compute_last_id")
    day_ends = fields.Datetime("Ends at", compute="_compute_last_id")
    past_count = fields.Integer(
        compute="_compute_last_id", help="Rows of the day book that are past the end of the day."
    )

    @api.depends("company_id")
    def _compute_date(self):
        for wizard in self:
            wizard.date = self.env["order.reconciliation"]._next_day(wizard.company_id or self.env.company)

    @api.depends("company_id", "date")
    def _compute_last_id(self):
        for wizard in self:
            known = self.env["order.reconciliation"].search(
                [
                    ("company_id", "=", wizard.company_id.id),
                    ("date", "<=", wizard.date),
                    ("state", "!=", "superseded"),
                ],
                order="date desc",
                limit=2,
            )
            # the day itself, where it is drawn again
            drawn = known[:1]
            wizard.last_id = known.filtered(lambda statement, day=wizard.date: statement.date != day)[:1]
            before = wizard.last_id.date
            wizard.day_ends = desk_bounds(wizard.company_id, wizard.date)[1] if wizard.date else False
            wizard.past_count = drawn._would_come_in(drawn, wizard.company_id, wizard.date)[1]
            wizard.days_missing = max((wizard.date - before).days - 1, 0) if before and wizard.date else 0

    def action_draw(self):
        """Draw the statement and open it."""
        self.ensure_one()
        if not self.date:
            raise UserError(self.env._("Choose the day to draw."))
        answer = self.env["order.reconciliation"].draft_day(self.date, self.company_id.id)
        return {
            "type": "ir.actions.act_window",
            "res_model": "order.reconciliation",
            "res_id": answer["id"],
            "view_mode": "form",
        }

    def action_housekeeping(self):
        """Open what is left lying first.

        :return: a window action
        """
        return self.env["order.reconciliation"].action_housekeeping()
