"""Within how many days a claim must be filed: of the carrier, the vendor, else the company."""

from odoo import fields, models


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    order_claim_days = fields.Integer(
        "Days to file a claim", help="After the goods were handed over or delivered; 0: the company's own."
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    order_claim_days = fields.Integer(
        "Days to file a claim", help="Against this vendor, after the goods were received; 0: the company's own."
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    order_claim_days = fields.Integer(
        "Days to file a claim",
        default=7,
        required=True,
        help="Against carriers and vendors that have no days of their own.",
    )

    _order_claim_days_positive = models.Constraint(
        "CHECK (order_claim_days >= 0)", "The days to file a claim are 0 or more."
    )
