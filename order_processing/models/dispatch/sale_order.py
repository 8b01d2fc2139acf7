from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_pickup_ids = fields.Many2many("order.pickup", string="Pickups", compute="_compute_order_pickup_ids")

    def _compute_order_pickup_ids(self):
        for order in self:
            order.order_pickup_ids = order.picking_ids.order_pickup_id

    def action_dispatch_button(self):
        """Dispatch from the screen: what could not leave is said, with its reason."""
        results = self.action_dispatch()
        failed = [result for result in results if not result["ok"]]
        done = len(results) - len(failed)
        words = self.env._("%s orders dispatched.", done)
        if failed:
            words += "\n" + "\n".join(f"{result['order']}: {result['message']}" for result in failed)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Dispatch"),
                "message": words,
                "type": "warning" if failed else "success",
                "sticky": bool(failed),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
