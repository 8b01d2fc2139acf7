from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    order_return_line_id = fields.Many2one(
        "order.return.line", "Return line", readonly=True, copy=False, index="btree_not_null"
    )
