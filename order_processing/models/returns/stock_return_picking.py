from odoo import fields, models


class StockReturnPickingLine(models.TransientModel):
    """Core's return of one move; a line of a return case tells it where the goods go and what they are for."""

    _inherit = "stock.return.picking.line"

    order_return_line_id = fields.Many2one("order.return.line", readonly=True)

    def _prepare_move_default_values(self, new_picking):
        vals = super()._prepare_move_default_values(new_picking)
        line = self.order_return_line_id
        if line:
            vals["order_return_line_id"] = line.id
            place = line._receipt_place()
            if place:
                vals["location_dest_id"] = place.id
        return vals
