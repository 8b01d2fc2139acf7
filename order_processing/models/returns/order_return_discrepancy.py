from odoo import models
from odoo.tools import SQL


class OrderReturn(models.Model):
    """What the discrepancies of the returned order lines say; the counting is the discrepancy room's."""

    _name = "order.return"
    _inherit = ["order.return", "order.discrepancy.document", "order.touch.mixin"]
    _order_touching = frozenset(("state",))

    def _order_discrepancy_pairs(self):
        self.env["order.return.line"].flush_model(["return_id", "order_line_id"])
        return SQL(
            "SELECT DISTINCT return_id, order_line_id FROM order_return_line WHERE return_id = ANY(%s)", list(self.ids)
        )


class OrderReturnLine(models.Model):
    """What a case has received, given and promised is work in hand or owed: the order is compared again when it changes."""

    _name = "order.return.line"
    _inherit = ["order.return.line", "order.touch.mixin"]
    _order_touching = frozenset(
        ("received_qty", "credited_qty", "settlement", "disposition", "advance", "advance_outcome", "order_line_id")
    )
