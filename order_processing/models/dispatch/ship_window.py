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

    def _dispatch_missing(self):
        """Where all is wanted so late that it is not reserved yet, nothing is out of stock."""
        waiting = self.sudo()._horizon_waiting()
        far = waiting._horizon_far()
        if not far or waiting - far:
            return super()._dispatch_missing()
        day = format_date(self.env, far.sale_line_id._horizon_day())
        return self.env._("It is wanted later: its goods are reserved from %s on.", day)
