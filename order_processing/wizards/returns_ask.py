from odoo import fields, models


class OrderReturnAsk(models.TransientModel):
    """Ask for the reason of a step; the rights are the step's own."""

    _name = "order.return.ask"
    _description = "Reason of a Step of a Return"

    act = fields.Selection(
        [
            ("override", "Approve beyond the policy"),
            ("reject", "Reject"),
            ("cancel", "Cancel"),
            ("correct_inspection", "Correct the inspection"),
        ],
        required=True,
    )
    return_ids = fields.Many2many(
        "order.return", string="Return cases", default=lambda self: self.env.context.get("active_ids", [])
    )
    reason = fields.Char(required=True)

    def action_apply(self):
        """Take the step with the reason given (approving beyond the policy needs a manager)."""
        self.ensure_one()
        getattr(self.return_ids, f"action_{self.act}")(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
