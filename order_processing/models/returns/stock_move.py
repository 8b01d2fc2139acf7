from odoo import fields, models

from .order_return_linked import Kept


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "order.return.linked"]
    _return_links = ("order_return_line_id",)

    order_return_line_id = fields.Many2one(
        "order.return.line", "Return line", readonly=True, copy=False, index="btree_not_null"
    )

    def _prepare_move_split_vals(self, qty):
        """A part that is split off, by a backorder, a wave or at the reception, belongs to the same return."""
        vals = super()._prepare_move_split_vals(qty)
        # said also where there is none, so that no default of the context says it
        vals["order_return_line_id"] = Kept(self.order_return_line_id.id) if self.order_return_line_id else False
        return vals

    def _settled_quantity(self):
        """What was moved, or is to be while the move is open, in its own unit."""
        self.ensure_one()
        return self.quantity if self.state == "done" else self.product_uom_qty

    def _prepare_merge_moves_distinct_fields(self):
        """Moves of two lines of a case go different ways afterwards, so core may not merge them."""
        return [*super()._prepare_merge_moves_distinct_fields(), "order_return_line_id"]
