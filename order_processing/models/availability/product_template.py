from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplate(models.Model):
    _inherit = "product.template"

    order_substitute_ids = fields.Many2many(
        "product.product",
        "order_product_substitute_rel",
        "template_id",
        "product_id",
        "Substitutes",
        domain="[('sale_ok', '=', True), ('is_storable', '=', True), ('product_tmpl_id', '!=', id)]",
        help="What the order desk may send in place of this product when it is short.",
    )
    order_horizon_days = fields.Integer(
        "Kept for orders of the next days",
        help="Orders that are wanted later than this many days from now reserve nothing yet and stand behind those that are wanted"
        " before. 0: as the customer says, else everything is reserved as it is ordered.",
    )

    @api.constrains("order_horizon_days")
    def _check_order_horizon(self):
        for product in self:
            if product.order_horizon_days < 0:
                raise ValidationError(
                    self.env._(
                        "%s: the days that stock is kept for cannot be less than none. Enter 0 for no limit.",
                        product.display_name,
                    )
                )
