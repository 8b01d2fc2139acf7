from odoo import fields, models

from .priority import RULES


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    order_promise_rule = fields.Selection(
        RULES,
        "Scarce goods are promised",
        help="Whose turn it is where goods are scarce. Empty: as the company says.",
    )
