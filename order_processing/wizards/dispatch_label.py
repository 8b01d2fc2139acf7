from odoo import fields, models


class OrderLabelSettle(models.TransientModel):
    """What the carrier's site says of a label."""

    _name = "order.label.settle"
    _description = "Settle a Label"

    act = fields.Selection(
        [("find", "It was bought"), ("refuse", "It was not bought"), ("void", "Void at the carrier")],
        required=True,
        default="find",
    )
    purchase_id = fields.Many2one(
        "order.label.purchase", required=True, default=lambda self: self.env.context.get("active_id")
    )
    tracking = fields.Char("Tracking number")
    price = fields.Float()
    reason = fields.Char("Why")

    def action_apply(self):
        """Enter it."""
        self.ensure_one()
        if self.act == "find":
            self.purchase_id.action_find(self.reason or "", tracking=self.tracking or "", price=self.price)
        elif self.act == "refuse":
            self.purchase_id.action_refuse(self.reason or "")
        else:
            self.purchase_id.action_void(self.reason or "")
        return {"type": "ir.actions.act_window_close"}
