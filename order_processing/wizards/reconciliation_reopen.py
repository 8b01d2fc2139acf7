from odoo import fields, models


class ReconciliationReopen(models.TransientModel):
    """Ask for the reason of a new revision; the rights and refusals are ``action_reopen``'s own."""

    _name = "reconciliation.reopen"
    _description = "Re-open a Day"

    reconciliation_id = fields.Many2one(
        "order.reconciliation", required=True, default=lambda self: self.env.context.get("active_id")
    )
    reason = fields.Char(required=True)

    def action_reopen(self):
        """Make the new revision and open it."""
        self.ensure_one()
        answers = self.reconciliation_id.action_reopen(reason=self.reason)
        return {
            "type": "ir.actions.act_window",
            "res_model": "order.reconciliation",
            "res_id": answers[0]["id"] if isinstance(answers, list) else self.reconciliation_id.id,
            "view_mode": "form",
        }
