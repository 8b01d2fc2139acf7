from odoo import models


class SaleOrderLine(models.Model):
    """Kits of which a vendor sent parts straight to the customer."""

    _inherit = "sale.order.line"

    def _prepare_qty_delivered(self):
        """Core counts such a kit as delivered wholly or not at all, and not at all once any part is back. Where a case brought
        parts back it is counted as core counts a kit that left from a warehouse: by the whole kits that are with the customer."""
        delivered = super()._prepare_qty_delivered()
        if self._order_has_kits():
            came = self.filtered(lambda line: line._order_vendor_kit_came())
            for line, bom in came._order_kit_boms().items():
                if bom:
                    delivered[line] = line._order_count_vendor_kit(bom)
        return delivered

    def _order_vendor_kit_came(self):
        """Whether a case brought parts back of a kit of which a vendor sent some."""
        self.ensure_one()
        if self.qty_delivered_method != "stock_move":
            return False
        moves = self.move_ids.filtered(lambda move: move.bom_line_id and move.state == "done")
        came = any(move.order_return_line_id and move.location_id._is_outgoing() for move in moves)
        return came and any(move._is_dropshipped() for move in moves)

    def _order_count_vendor_kit(self, bom):
        """The whole kits, in this line's unit, that were brought to the customer less those that came back for money."""
        self.ensure_one()
        moves = self.move_ids.filtered(lambda move: move.state == "done" and move.location_dest_usage != "inventory")
        filters = {
            "incoming_moves": lambda move: (
                move.location_dest_id._is_outgoing()
                and not move.location_id._is_outgoing()
                and (not move.origin_returned_move_id or move.to_refund)
            ),
            "outgoing_moves": lambda move: (
                move.location_id._is_outgoing() and not move.location_dest_id._is_outgoing() and move.to_refund
            ),
        }
        ordered = self.product_uom_id._compute_quantity(self.product_uom_qty, bom.product_uom_id)
        kits = moves._compute_kit_quantities(self.product_id, ordered, bom, filters)
        return bom.product_uom_id._compute_quantity(kits, self.product_uom_id)
