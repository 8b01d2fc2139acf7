from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplate(models.Model):
    _inherit = "product.template"

    order_minimum_quantity = fields.Float(
        "Minimum order quantity",
        digits="Product Unit",
        help="The least that an order may have of this product, in its unit of measure. 0: no minimum.",
    )
    order_multiple_uom_id = fields.Many2one(
        "uom.uom",
        "Sold in multiples of",
        domain="[('id', 'in', uom_ids)]",
        help="One of the packagings. An order is for whole ones of it, whatever the unit it is written in.",
    )

    _order_minimum_not_negative = models.Constraint(
        "CHECK (order_minimum_quantity >= 0)", "The minimum order quantity cannot be negative."
    )

    @api.constrains("order_multiple_uom_id", "uom_id")
    def _check_order_multiple(self):
        for product in self:
            multiple = product.order_multiple_uom_id
            if multiple and not multiple._has_common_reference(product.uom_id):
                raise ValidationError(
                    self.env._(
                        "%(product)s is counted in %(unit)s, which cannot be converted into %(multiple)s. Choose one of its packagings.",
                        product=product.display_name,
                        unit=product.uom_id.name,
                        multiple=multiple.name,
                    )
                )
