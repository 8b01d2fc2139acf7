from collections import defaultdict

from odoo import api, fields, models

from .return_process import DONE
from .settlements import AHEAD, MONEY

OVER = ("rejected", "cancelled")


class SaleOrder(models.Model):
    """What became of an order whose goods came back: core's invoice status knows no word for it."""

    _inherit = "sale.order"

    settlement_status = fields.Selection(
        [
            ("open", "Return open"),
            ("part", "Partly settled"),
            ("returned", "Wholly returned"),
            ("credited", "Wholly credited"),
            ("exchanged", "Exchanged"),
            ("settled", "Wholly settled"),
        ],
        "Returns",
        compute="_compute_settlement_status",
        search="_search_settlement_status",
        compute_sudo=True,
        help="Open: a case is not settled. Of all its goods: returned, credited though the customer keeps some, exchanged for "
        "the same or another product, or settled in several of these ways.",
    )

    @api.depends(
        "order_line.product_uom_qty",
        "order_return_line_ids.quantity",
        "order_return_line_ids.closed_qty",
        "order_return_line_ids.settlement",
        "order_return_line_ids.return_id.state",
    )
    def _compute_settlement_status(self):
        """Constant queries for the set."""
        found = self.env["order.return.line"].search([("order_id", "in", self.ids)])
        by_order = found.filtered(lambda line: line.return_id.state not in OVER).grouped("order_id")
        for order in self:
            lines = by_order.get(order._origin, found.browse())
            order.settlement_status = order._settlement_status(lines) if lines else False

    def _settlement_status(self, items):
        """The status of one order by its return lines ``items``, those of rejected and cancelled cases left out."""
        if any(item.return_id.state not in DONE for item in items):
            return "open"
        settled, closed = defaultdict(float), defaultdict(float)
        for item in items:
            settled[item.order_line_id] += item.quantity
            closed[item.order_line_id] += item.closed_qty
        goods = self.order_line.filtered(
            lambda line: (
                not line.display_type
                and not line.is_downpayment
                and not line.is_delivery
                and line.product_id.type == "consu"
            )
        )
        for line in goods:
            sold = line.product_uom_qty + closed[line._origin]
            if line.product_uom_id.compare(settled[line._origin], sold) < 0:
                return "part"
        counted = items.filtered(lambda item: not item.uom_id.is_zero(item.quantity))
        kinds = set(counted.mapped("settlement"))
        if kinds <= set(AHEAD):
            return "exchanged"
        if kinds <= {"refund", "credit"} and "customer_keeps" in counted.mapped("disposition"):
            return "credited"
        return "returned" if kinds <= {*MONEY, "none"} - {"exchange"} else "settled"

    def _search_settlement_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        orders = self.env["order.return.line"].sudo().search([]).order_id
        found = orders.filtered(lambda order: order.settlement_status in value)
        if False in value:
            return ["|", ("id", "in", found.ids), ("id", "not in", orders.ids)]
        return [("id", "in", found.ids)]
