from odoo import fields, models


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "order.return.linked"]
    _return_links = ("order_return_line_id",)

    order_return_line_id = fields.Many2one(
        "order.return.line", "Return line", readonly=True, copy=False, index="btree_not_null"
    )

    def _settled_quantity(self):
        """What was moved, or is to be while the move is open, in its own unit."""
        self.ensure_one()
        return self.quantity if self.state == "done" else self.product_uom_qty

    def _prepare_merge_moves_distinct_fields(self):
        """Moves of two lines of a case go different ways afterwards, so core may not merge them."""
        return [*super()._prepare_merge_moves_distinct_fields(), "order_return_line_id"]
