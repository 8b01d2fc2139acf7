from odoo import fields, models


class OrderPickupClose(models.TransientModel):
    """Hand a pickup over with name and signature; say why the carrier missed it, or why something is taken off it."""

    _name = "order.pickup.close"
    _description = "Close a Pickup"

    act = fields.Selection(
        [("hand_over", "Hand over"), ("miss", "Missed"), ("plan_again", "Plan again"), ("detach", "Take off")],
        required=True,
        default="hand_over",
    )
    pickup_id = fields.Many2one("order.pickup", required=True, default=lambda self: self.env.context.get("active_id"))
    parcel_count = fields.Integer(related="pickup_id.parcel_count")
    picking_count = fields.Integer(related="pickup_id.picking_count")
    signed_by = fields.Char("Taken over by", help="The driver's name.")
    signature = fields.Image(max_width=1024, max_height=512)
    picking_ids = fields.Many2many("stock.picking", string="Transfers", domain="[('order_pickup_id', '=', pickup_id)]")
    reason = fields.Char("Why")

    def action_apply(self):
        """Close the pickup as chosen."""
        self.ensure_one()
        if self.act == "hand_over":
            self.pickup_id.action_hand_over(signed_by=self.signed_by or "", signature=self.signature)
        elif self.act == "miss":
            self.pickup_id.action_miss(reason=self.reason or "")
        elif self.act == "detach":
            self.pickup_id.action_detach(self.picking_ids.ids, reason=self.reason or "")
        else:
            self.pickup_id.action_plan_again(reason=self.reason or "")
        return {"type": "ir.actions.act_window_close"}
