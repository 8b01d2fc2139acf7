from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_is_gift = fields.Boolean(
        "Gift",
        copy=False,
        help="Its packing slip shows neither prices nor your customer's reference, but the greeting.",
    )
    order_gift_note = fields.Text("Greeting", copy=False, help="Stands on the packing slip of a gift.")
