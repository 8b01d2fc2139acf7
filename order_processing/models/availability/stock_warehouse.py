from odoo import fields, models

from .priority import RULES


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    order_promise_rule = fields.Selection(
        RULES,
        "Scarce goods are promised",
        help="Whose turn it is where goods are scarce. Empty: as the company says.",
    )

    def _promises_by_priority(self):
        """Those of these warehouses that serve by priority; as ``priority.by_priority`` has it in SQL."""
        return self.filtered(
            lambda house: (house.order_promise_rule or house.company_id.order_promise_rule or "first") == "priority"
        )
