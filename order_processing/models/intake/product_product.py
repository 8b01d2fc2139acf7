from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    # codes of submitted orders are found without regard to case
    _order_code_any_case = models.Index("(lower(default_code)) WHERE default_code IS NOT NULL")
