from odoo import api, fields, models

# core takes a price for typed by hand where it is not the one that it computed last (``technical_price_unit``); a line that
# comes in with a price says that core computed this one, which no pricelist gives
SENT_PRICE = -1e6


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    order_sender_line = fields.Char(
        "Sender's line", copy=False, readonly=True, help="The sender's id of this line, by default its place from 1."
    )
    order_sender_charge = fields.Integer(
        "Sender's charge",
        copy=False,
        readonly=True,
        help="Place, from 1, of the charge that the sender put on the order.",
    )

    @api.depends("product_id", "product_uom_id", "product_uom_qty")
    def _compute_discount(self):
        """A price that the customer sent stays with the discount that was sent, until the pricelist is asked again."""
        sent = self.filtered(lambda line: line.technical_price_unit == SENT_PRICE)
        return super(SaleOrderLine, self - sent)._compute_discount()
