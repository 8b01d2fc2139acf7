from odoo import api, fields, models

# core takes a price for typed by hand where it is not the one that it computed last (``technical_price_unit``); a line that
# comes in with a price says that core computed one that no pricelist gives, and for which product it was sent
SENT_PRICE = -1e6


def sent_price_of(product_id):
    """What stands in ``technical_price_unit`` of a line whose price was sent for this product."""
    return SENT_PRICE - product_id


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

    def write(self, vals):
        """A price that is typed together with another product is that one's, as a sent price is its product's."""
        typed = vals.get("product_id") and "price_unit" in vals and "technical_price_unit" not in vals
        sent = self.filtered(lambda line: line.technical_price_unit <= SENT_PRICE) if typed else self.browse()
        if not sent:
            return super().write(vals)
        super(SaleOrderLine, sent).write({**vals, "technical_price_unit": sent_price_of(vals["product_id"])})
        return super(SaleOrderLine, self - sent).write(vals) if self - sent else True

    @api.depends("product_id", "product_uom_id", "product_uom_qty")
    def _compute_price_unit(self):
        """A price that was sent for another product is none for this one: the pricelist is asked."""
        for line in self:
            if line.technical_price_unit <= SENT_PRICE and not line._has_sent_price():
                # core takes the one without the other from its own computing only
                line.with_context(sale_write_from_compute=True).technical_price_unit = line.price_unit
                line._drop_sent_discount()
        return super()._compute_price_unit()

    @api.depends("product_id", "product_uom_id", "product_uom_qty")
    def _compute_discount(self):
        """A price that the customer sent stays with the discount that was sent, until the pricelist is asked again."""
        sent = self.filtered(lambda line: line._has_sent_price())
        return super(SaleOrderLine, self - sent)._compute_discount()

    def _reset_price_unit(self):
        """As core; the discount that was sent goes with the price that was sent."""
        if self.technical_price_unit <= SENT_PRICE:
            self._drop_sent_discount()
        return super()._reset_price_unit()

    def _drop_sent_discount(self):
        """Where core computes no discounts it would leave the one that was sent."""
        if not (self.order_id.pricelist_id and self.pricelist_item_id._is_discount_feature_enabled()):
            self.discount = 0.0

    def _has_sent_price(self):
        """Whether the price is the one that was sent for the line's product."""
        return bool(self.product_id) and self.technical_price_unit == sent_price_of(self.product_id._origin.id)
