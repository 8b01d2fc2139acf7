from odoo import fields, models


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

    _order_horizon_positive = models.Constraint(
        "CHECK (order_horizon_days >= 0)", "The days that stock is kept for cannot be less than none."
    )
