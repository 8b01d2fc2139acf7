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
            ("override_lines", "Decide otherwise than the policy"),
        ],
        required=True,
    )
    return_ids = fields.Many2many(
        "order.return", string="Return cases", default=lambda self: self.env.context.get("active_ids", [])
    )
    line_ids = fields.Many2many("order.return.line", string="Lines")
    new_fee = fields.Boolean("Another fee", help="In place of the policy's; 0: none.")
    fee_percent = fields.Float("Restocking fee (%)", digits=(5, 2))
    reason = fields.Char(required=True)

    def action_apply(self):
        """Take the step with the reason given (approving beyond the policy needs a manager)."""
        self.ensure_one()
        if self.act == "override_lines":
            self.line_ids.action_override(self.reason, fee_percent=self.fee_percent if self.new_fee else None)
            return {"type": "ir.actions.act_window_close"}
        getattr(self.return_ids, f"action_{self.act}")(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
