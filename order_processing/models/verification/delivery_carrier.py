from odoo import fields, models


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    order_needs_phone = fields.Boolean(
        "Needs a phone number",
        help="The rule “No phone or e-mail for the carrier” asks for one at the delivery address.",
    )
    order_needs_email = fields.Boolean(
        "Needs an e-mail address",
        help="The rule “No phone or e-mail for the carrier” asks for one at the delivery address.",
    )
