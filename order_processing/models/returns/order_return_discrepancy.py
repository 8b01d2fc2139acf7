from odoo import models
from odoo.tools import SQL


class OrderReturn(models.Model):
    """What the discrepancies of the returned order lines say; the counting is the discrepancy room's."""

    _name = "order.return"
    _inherit = ["order.return", "order.discrepancy.document"]

    def _order_discrepancy_pairs(self):
        self.env["order.return.line"].flush_model(["return_id", "order_line_id"])
        return SQL(
            "SELECT DISTINCT return_id, order_line_id FROM order_return_line WHERE return_id = ANY(%s)", list(self.ids)
        )
