from odoo import fields, models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    def _prepare_picking_default_values_based_on(self, picking):
        """The return of a case is told from the start. What a vendor sent straight to the customer comes back to the order's warehouse: core would bring it to the vendor,
        whom the goods never reach on that way."""
        vals = super()._prepare_picking_default_values_based_on(picking)
        line = self.product_return_moves.order_return_line_id[:1]
        if line:
            vals.update(order_return_id=line.return_id.id, origin=line.return_id.name)
        if line and picking.location_id.usage == "supplier":
            warehouse = line._return_warehouse()
            kind = warehouse.out_type_id.return_picking_type_id or warehouse.in_type_id
            vals.update(
                picking_type_id=kind.id,
                partner_id=line.order_id.partner_shipping_id.id,
                location_dest_id=(kind.default_location_dest_id or warehouse.lot_stock_id).id,
            )
        return vals


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
        origin = self.move_id
        while origin and not origin.order_return_line_id:
            origin = origin.origin_returned_move_id
        if origin and self.move_id.location_id.usage == "customer":
            # a receipt that is turned round: what it did not take off what is delivered is not added to it
            vals["to_refund"] = self.move_id.to_refund
        elif origin.order_return_line_id.sudo()._is_followed():
            # it left in advance and added nothing to what is delivered, so it takes nothing off: what is paid for is still there
            vals["to_refund"] = False
        return vals
