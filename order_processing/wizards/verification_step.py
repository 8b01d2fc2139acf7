from odoo import fields, models


class OrderVerificationTick(models.TransientModel):
    """Asks for the note of a tick, or for the reason of taking one back."""

    _name = "order.verification.tick"
    _description = "Tick Manual Steps"

    check_ids = fields.Many2many("order.verification.check", string="Steps", required=True, readonly=True)
    take_back = fields.Boolean(readonly=True)
    note = fields.Char()

    def action_tick(self):
        """Tick the steps, or take their ticks back, and close."""
        self.ensure_one()
        if self.take_back:
            self.check_ids.action_untick(reason=self.note or "")
        else:
            self.check_ids.action_tick(reason=self.note or "")
        return {"type": "ir.actions.act_window_close"}
