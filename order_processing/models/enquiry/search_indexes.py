"""The indexes by which the desk's search finds orders; what core has trigrams of is core's."""

from odoo import fields, models
from odoo.modules.db import FunctionStatus

from .order_search import PHONE_DIGITS


def _trigrams(column):
    """The definition of an index of trigrams, without accents where core's are; none where the database cannot have one."""

    def definition(registry):
        if not registry.has_trigram:
            return ""
        plain = registry.unaccent(column) if registry.has_unaccent == FunctionStatus.INDEXABLE else column
        return f"USING gin (({plain}) gin_trgm_ops)"

    return definition


def _phone_trigrams(registry):
    """The same over the digits of a phone number."""
    return f"USING gin (({PHONE_DIGITS % 'phone'}) gin_trgm_ops)" if registry.has_trigram else ""


class SaleOrder(models.Model):
    _inherit = "sale.order"

    client_order_ref = fields.Char(index="trigram")

    _order_of_customer = models.Index("(partner_id, id)")
    _order_to_address = models.Index("(partner_shipping_id, id)")


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    _order_of_product = models.Index("(product_id, order_id) WHERE product_id IS NOT NULL")


class OrderIntake(models.Model):
    _inherit = "order.intake"

    reference = fields.Char(index="trigram")


class ResPartner(models.Model):
    _inherit = "res.partner"

    email = fields.Char(index="trigram")

    _order_name = models.Index(_trigrams("complete_name"))
    _order_phone = models.Index(_phone_trigrams)


class ProductProduct(models.Model):
    _inherit = "product.product"

    _order_code = models.Index(_trigrams("default_code"))


class StockPicking(models.Model):
    _inherit = "stock.picking"

    carrier_tracking_ref = fields.Char(index="trigram")
