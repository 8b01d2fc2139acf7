from odoo import fields, models

from ..common.business_day import business_day


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_pickup_ids = fields.Many2many(
        "order.pickup", string="Pickups", compute="_compute_order_pickup_ids", groups="stock.group_stock_user"
    )

    def _compute_order_pickup_ids(self):
        for order in self:
            order.order_pickup_ids = order.picking_ids.order_pickup_id

    def _prepare_invoice(self):
        """A back-dated document (context ``order_business_moment``, UTC) carries the day of its moment."""
        values = super()._prepare_invoice()
        moment = self.env.context.get("order_business_moment")
        if moment:
            day = business_day(self.company_id, moment)
            values["invoice_date"] = day
            if not values.get("invoice_payment_term_id"):
                # core would make it due on the day of the clock
                values["invoice_date_due"] = day
        return values
