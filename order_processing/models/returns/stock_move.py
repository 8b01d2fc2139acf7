from odoo import fields, models

from .order_return_linked import is_working, working


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "order.return.linked"]
    _return_links = ("order_return_line_id",)

    order_return_line_id = fields.Many2one(
        "order.return.line", "Return line", readonly=True, copy=False, index="btree_not_null"
    )

    def _prepare_move_split_vals(self, qty):
        """What waits for the next transfer belongs to the same return."""
        vals = super()._prepare_move_split_vals(qty)
        if is_working(self.env) and self.order_return_line_id:
            vals["order_return_line_id"] = self.order_return_line_id.id
        return vals

    @working
    def _create_backorder(self):
        """See core: no remote call reaches it."""
        return super()._create_backorder()

    def _settled_quantity(self):
        """What was moved, or is to be while the move is open, in its own unit."""
        self.ensure_one()
        return self.quantity if self.state == "done" else self.product_uom_qty

    def _prepare_merge_moves_distinct_fields(self):
        """Moves of two lines of a case go different ways afterwards, so core may not merge them."""
        return [*super()._prepare_merge_moves_distinct_fields(), "order_return_line_id"]
