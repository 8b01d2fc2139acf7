from odoo import api, fields, models

BASES = [
    ("stock", "In stock"),
    ("receipt", "Planned receipt"),
    ("lead", "Time to replenish"),
    ("quoted", "Time to replenish, once ordered"),
]


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    order_promise_date = fields.Date(
        "Promised", readonly=True, copy=False, help="When these goods can leave, as told to the customer."
    )
    order_first_promise_date = fields.Date("First promised", readonly=True, copy=False)
    order_arrival_date = fields.Date(
        "Arrives", readonly=True, copy=False, help="When these goods are promised to be with the customer."
    )
    order_promise_basis = fields.Selection(BASES, "Promised by", readonly=True, copy=False)
    order_promise_source = fields.Char(
        "Waits for",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The receipt that the promise waits for, its vendor and who is responsible.",
    )
    order_short_qty = fields.Float(
        "Short", readonly=True, copy=False, digits="Product Unit", help="Not covered by free stock, in the line's unit."
    )
    order_is_short = fields.Boolean("Is short", compute="_compute_order_is_short", store=True)

    @api.depends("order_short_qty")
    def _compute_order_is_short(self):
        for line in self:
            line.order_is_short = line.order_short_qty > 0
