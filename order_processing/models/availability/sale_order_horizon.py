"""Orders far off do not eat today's stock: their goods are not reserved before their horizon."""

from datetime import datetime, time, timedelta

from odoo import fields, models

from ..common.business_day import business_day

OPEN = ("draft", "sent")


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _horizon_opens(self):
        """When (naive UTC) goods of this line may be reserved, or ``None`` for at once; as ``horizon.far`` has it in SQL."""
        self.ensure_one()
        order = self.order_id
        first = order.order_ship_from and datetime.combine(order.order_ship_from, time.min)
        wanted = max(filter(None, (order.commitment_date, first)), default=None)
        days = self.product_id.product_tmpl_id.order_horizon_days or order._ship_profile().order_horizon_days
        return wanted - timedelta(days=days) if wanted and days else None

    def _horizon_day(self):
        """The day from which goods of all these lines (of one company) may be reserved, or ``False`` for at once."""
        now = fields.Datetime.now()
        later = [moment for line in self if (moment := line._horizon_opens()) and moment > now]
        return business_day(self.company_id, max(later)) if later else False


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_reserve_from = fields.Date(
        "Reserved from",
        compute="_compute_order_reserve_from",
        compute_sudo=True,
        help="Goods of the order are wanted so late that they are not reserved before this day: sooner ones come first.",
    )

    def _compute_order_reserve_from(self):
        for order in self:
            if order.state in OPEN:
                lines = order.order_line.filtered("product_id.is_storable")
            else:
                lines = order._horizon_waiting()._horizon_far().sale_line_id
            order.order_reserve_from = lines._horizon_day()

    def _horizon_waiting(self):
        """Moves that could reserve something for these orders now, were it there and wanted soon."""
        return self.picking_ids.move_ids.filtered(
            lambda move: move.state in ("confirmed", "partially_available") and move._ship_leaves()
        )


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_assign(self, force_qty=False):
        """What is far off is passed over; the scheduler reserves it when its day comes."""
        far = self._horizon_far()
        return super(StockMove, self - far)._action_assign(force_qty=force_qty)

    def _horizon_far(self):
        """Those of these moves that take from stock for an order that is far off."""
        now = fields.Datetime.now()
        far = self.sudo().filtered(
            lambda move: (
                move.sale_line_id
                and not move.picked
                and not move.move_orig_ids
                and move.location_id.usage == "internal"
                and (move.location_final_id or move.location_dest_id).usage == "customer"
                and (opens := move.sale_line_id._horizon_opens())
                and opens > now
            )
        )
        return self.browse(far.ids)
