from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """What left of a line and stands on no invoice, whatever the product's invoicing policy asks for."""

    _inherit = "sale.order.line"

    order_left_to_invoice = fields.Float(
        "Left, not invoiced",
        compute="_compute_order_left_to_invoice",
        compute_sudo=True,
        digits="Product Unit",
        help="Of goods, in the line's unit: delivered and not invoiced, as far as it is to be invoiced.",
    )

    @api.depends(
        "qty_delivered", "qty_invoiced", "qty_to_invoice", "is_downpayment", "product_id.type", "product_uom_id"
    )
    def _compute_order_left_to_invoice(self):
        for line in self:
            left = min(line.qty_delivered - line.qty_invoiced, line.qty_to_invoice)
            goods = line.product_id.type == "consu" and not line.is_downpayment
            line.order_left_to_invoice = left if goods and line.product_uom_id.compare(left, 0) > 0 else 0.0

    def _order_beside_goods(self):
        """Whether this is no goods and is due: a service, freight, a discount."""
        self.ensure_one()
        return bool(self.product_id) and self.product_id.type != "consu" and self.qty_to_invoice > 0
