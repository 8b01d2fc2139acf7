from odoo import fields, models

from ..common.number_words import number_words
from .natural import natural


class OrderChangeRequestLine(models.Model):
    """How much of an order line is wished, where the floor is asked to change quantities."""

    _name = "order.change.request.line"
    _description = "Quantity Asked of the Floor"
    _order = "request_id, id"

    request_id = fields.Many2one("order.change.request", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    order_line_id = fields.Many2one(
        "sale.order.line", "Line", required=True, readonly=True, ondelete="cascade", index=True
    )
    product_id = fields.Many2one(related="order_line_id.product_id")
    uom_id = fields.Many2one(related="order_line_id.product_uom_id")
    ordered = fields.Float("Was ordered", digits="Product Unit", readonly=True)
    quantity = fields.Float("Wished", digits="Product Unit", readonly=True)

    def _words(self):
        """These as lines for people."""
        return [
            self.env._(
                "%(product)s: %(before)s → %(after)s %(unit)s",
                product=line.product_id.display_name,
                before=number_words(self.env, line.ordered),
                after=number_words(self.env, line.quantity),
                unit=line.uom_id.name or "",
            )
            for line in self
        ]


class OrderChangeRequestGoods(models.Model):
    """What goes back to the shelf because of an accepted request, and where that is."""

    _name = "order.change.request.goods"
    _description = "Goods to Put Back"
    _order = "request_id, id"

    request_id = fields.Many2one("order.change.request", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True, ondelete="restrict")
    lot_id = fields.Many2one("stock.lot", readonly=True, ondelete="restrict")
    quantity = fields.Float(digits="Product Unit", readonly=True)
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True, ondelete="restrict")
    location_id = fields.Many2one("stock.location", "Shelf", required=True, readonly=True, ondelete="restrict")
    parcel = fields.Char("Out of parcel", readonly=True, help="Number of the package that is opened.")
    picking_id = fields.Many2one("stock.picking", "Out of transfer", readonly=True, ondelete="cascade")
    moved_by_id = fields.Many2one("stock.picking", "Brought back by", readonly=True, ondelete="set null")
    taken = fields.Boolean(
        "In hand",
        readonly=True,
        help="Picked, packed or on the checking table. Otherwise its pick list is printed: it goes back if it was taken already.",
    )

    def _by_place(self):
        """These in the order in which one walks past their shelves: ``[(location, goods)]``."""
        places = self.grouped("location_id")
        return [
            (
                place,
                places[place].sorted(
                    lambda row: (natural(row.product_id.default_code or ""), natural(row.product_id.name), row.id)
                ),
            )
            for place in sorted(places, key=lambda place: (natural(place.complete_name), place.id))
        ]
