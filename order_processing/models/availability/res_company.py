from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    order_lead_days = fields.Integer(
        "Days to replenish",
        default=7,
        help="Promised for what neither stock nor a planned receipt covers and no vendor says.",
    )
