from odoo import fields, models

from .priority import RULES


class ResCompany(models.Model):
    _inherit = "res.company"

    order_lead_days = fields.Integer(
        "Days to replenish",
        default=7,
        help="Promised for what neither stock nor a planned receipt covers and no vendor says.",
    )
    order_promise_rule = fields.Selection(
        RULES,
        "Scarce goods are promised",
        default="first",
        required=True,
        help="Whose turn it is where goods are scarce. A warehouse may say otherwise.",
    )
    order_delay_mail = fields.Boolean(
        "Tell customers of delays",
        help="Each morning, one message to each customer whose goods are promised for later than they were told.",
    )
    order_delay_days = fields.Integer(
        "Days that nobody is told of",
        default=1,
        help="A promise that slips by no more than these days is not told. The days add up until they are told.",
    )

    _order_delay_days_positive = models.Constraint(
        "CHECK (order_delay_days >= 0)", "The days that nobody is told of cannot be less than none."
    )
