from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    order_invoice_days = fields.Integer(
        "Days until shipped goods must be invoiced",
        default=1,
        required=True,
        help="What left and is not invoiced this many calendar days later, not even as a draft, is a discrepancy.",
    )

    _order_invoice_days_positive = models.Constraint(
        "CHECK (order_invoice_days >= 0)", "The days until an invoice are 0 or more."
    )
