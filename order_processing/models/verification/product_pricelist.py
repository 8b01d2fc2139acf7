from odoo import models


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    def _get_applicable_rules(self, products, date, order_rules=None, **kwargs):
        """Take the items found beforehand for a whole set of lines.

        :param order_rules: ``PricelistRules`` of a verification, handed through by core's own computation
        """
        if order_rules and self and products._name == "product.product":
            return order_rules.of(self, products)
        return super()._get_applicable_rules(products, date, **kwargs)
