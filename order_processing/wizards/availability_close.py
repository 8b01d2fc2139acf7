from odoo import fields, models


class OrderCloseShort(models.TransientModel):
    """Asks why the rest of lines is closed."""

    _name = "order.close.short"
    _description = "Close Lines Short"

    line_ids = fields.Many2many("sale.order.line", string="Lines", required=True)
    reason_id = fields.Many2one("order.close.reason", required=True)
    note = fields.Char()

    def action_close(self):
        """Close the lines and the screen."""
        self.ensure_one()
        self.line_ids.action_close_short(self.reason_id.code, note=self.note or "")
        return {"type": "ir.actions.act_window_close"}
