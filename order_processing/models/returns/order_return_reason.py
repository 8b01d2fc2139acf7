from odoo import fields, models

FAULTS = [("customer", "Customer"), ("us", "Us"), ("carrier", "Carrier"), ("vendor", "Vendor")]


class OrderReturnReason(models.Model):
    """Why goods come back, and whose fault it is: what a fee and later a recovery follow from."""

    _name = "order.return.reason"
    _description = "Return Reason"
    _order = "sequence, code"

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    fault = fields.Selection(
        FAULTS,
        required=True,
        default="customer",
        help="A restocking fee is taken only where the customer brought the return about.",
    )

    _code_once = models.UniqueIndex("(code)", "This code is taken by another return reason.")
