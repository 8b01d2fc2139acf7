from odoo import fields, models


class ReconciliationTakeBack(models.TransientModel):
    """Ask why a day in review becomes a draft again; the rights and refusals are ``action_take_back``'s own."""

    _name = "reconciliation.take.back"
    _description = "Take a Day Back from Review"

    reconciliation_id = fields.Many2one(
        "order.reconciliation", required=True, default=lambda self: self.env.context.get("active_id")
    )
    reason = fields.Char(required=True)

    def action_take_back(self):
        """Take the day back to draft."""
        self.ensure_one()
        self.reconciliation_id.action_take_back(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
