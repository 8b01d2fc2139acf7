from odoo import fields, models


class OrderCustomerHold(models.TransientModel):
    """Asks why customers are put on hold, or taken off it."""

    _name = "order.customer.hold"
    _description = "Customers on Hold"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True, readonly=True)
    lift = fields.Boolean(readonly=True)
    reason = fields.Char(required=True)

    def action_hold(self):
        """Put them on hold and close."""
        self.ensure_one()
        self.partner_ids.action_order_hold(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}

    def action_lift(self):
        """Take them off hold and close."""
        self.ensure_one()
        self.partner_ids.action_order_hold_lift(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
