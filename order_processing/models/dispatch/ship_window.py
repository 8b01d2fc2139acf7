from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class StockPicking(models.Model):
    """A transfer is not put on a pickup outside the window in which its order may leave."""

    _inherit = "stock.picking"

    def write(self, vals):
        """Ask the window of the orders before transfers are put on a pickup."""
        if vals.get("order_pickup_id"):
            self.env["order.pickup"].browse(vals["order_pickup_id"])._ship_window_check(self)
        return super().write(vals)


class OrderPickup(models.Model):
    _inherit = "order.pickup"

    def write(self, vals):
        """A pickup is not moved to a day on which what is on it may not leave."""
        answer = super().write(vals)
        if "date" in vals:
            for pickup in self:
                pickup._ship_window_check(pickup.sudo().picking_ids)
        return answer

    def _ship_window_check(self, pickings):
        """
        :raises UserError: names every order of these transfers, still in the house, that may not leave on the pickup's day
        """
        waiting = pickings.sudo().filtered(lambda picking: picking.state not in ("done", "cancel"))
        rows = waiting.sale_id._ship_window_problems(self.date)
        if rows:
            raise UserError(
                "\n".join(
                    [
                        self.env._("These orders cannot go with %s:", self.display_name),
                        *rows,
                        self.env._("Choose another pickup, or another day for this one."),
                    ]
                )
            )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _dispatch_nothing(self):
        """What is not reserved yet because it is wanted later is not out of stock."""
        answer = super()._dispatch_nothing()
        if answer["code"] == "nothing" and self.order_reserve_from:
            day = format_date(self.env, self.order_reserve_from)
            answer["message"] = self.env._("It is wanted later: its goods are reserved from %s on.", day)
        return answer
