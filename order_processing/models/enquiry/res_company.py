from odoo import fields, models

LONGEST = 730


class ResCompany(models.Model):
    _inherit = "res.company"

    order_link_days = fields.Integer(
        "Links to an order's page hold (days)",
        default=90,
        help="How long a customer without an account may look at an order with the link of a message.",
    )

    _order_link_days = models.Constraint(
        f"CHECK (order_link_days BETWEEN 1 AND {LONGEST})", f"A link holds from 1 to {LONGEST} days."
    )
