from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .return_process import DONE
from .settlements import AHEAD, MONEY

OVER = ("rejected", "cancelled")
# whose pending writes the search must see
READ = {
    "order.return": ["state"],
    "order.return.line": ["order_id", "quantity", "closed_qty", "settlement", "disposition"],
    "sale.order.line": ["order_id", "product_id", "product_uom_qty", "display_type", "is_downpayment", "is_delivery"],
    "product.template": ["type"],
}


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
        domain = Domain("id", "in", self._settlement_orders([status for status in value if status]))
        if False in value:
            domain |= Domain("id", "not in", self._settlement_orders())
        return domain

    @api.model
    def _settlement_orders(self, statuses=None):
        """The ids of the orders of these statuses as ``SQL``, ``None``: of all of which something came back or is to. The same
        as ``_settlement_status``, which a test holds."""
        for name, columns in READ.items():
            self.env[name].flush_model(columns)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return SQL(
            """(
            SELECT found.order_id
              FROM (SELECT item.order_id,
                           CASE WHEN bool_or(request.state <> ALL(%(done)s)) THEN 'open'
                                WHEN EXISTS (%(left)s) THEN 'part'
                                WHEN coalesce(bool_and(item.settlement = ANY(%(ahead)s)) FILTER (WHERE %(counts)s), TRUE)
                                    THEN 'exchanged'
                                WHEN bool_and(item.settlement IN ('refund', 'credit')) FILTER (WHERE %(counts)s)
                                     AND bool_or(item.disposition = 'customer_keeps') FILTER (WHERE %(counts)s) THEN 'credited'
                                WHEN bool_and(item.settlement = ANY(%(money)s)) FILTER (WHERE %(counts)s) THEN 'returned'
                                ELSE 'settled' END AS status
                      FROM order_return_line item
                      JOIN order_return request ON request.id = item.return_id
                     WHERE request.state <> ALL(%(over)s)
                  GROUP BY item.order_id) found
             WHERE %(wanted)s)""",
            done=list(DONE),
            over=list(OVER),
            ahead=list(AHEAD),
            money=[*(set(MONEY) - {"exchange"}), "none"],
            counts=SQL("round(item.quantity::numeric, %s) <> 0", digits),
            left=self._settlement_left(digits),
            wanted=SQL("TRUE") if statuses is None else SQL("found.status = ANY(%s)", statuses),
        )

    @api.model
    def _settlement_left(self, digits):
        """Goods of the order ``item.order_id`` that no case settled; quantities compared at ``digits``."""
        return SQL(
            """
            SELECT FROM sale_order_line line
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id AND template.type = 'consu'
         LEFT JOIN LATERAL (SELECT sum(own.quantity) AS settled, sum(own.closed_qty) AS closed
                              FROM order_return_line own
                              JOIN order_return its ON its.id = own.return_id AND its.state <> ALL(%(over)s)
                             WHERE own.order_line_id = line.id) back ON TRUE
             WHERE line.order_id = item.order_id AND line.display_type IS NULL
               AND line.is_downpayment IS NOT TRUE AND line.is_delivery IS NOT TRUE
               AND round(coalesce(back.settled, 0)::numeric, %(digits)s)
                   < round((line.product_uom_qty + coalesce(back.closed, 0))::numeric, %(digits)s)
            """,
            over=list(OVER),
            digits=digits,
        )
