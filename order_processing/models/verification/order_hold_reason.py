from odoo import fields, models


class OrderHoldReason(models.Model):
    """Why an order may be held, and which steps that stops. A blocking rule holds by the reason of its own code."""

    _name = "order.hold.reason"
    _description = "Reason of a Hold"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    automatic = fields.Boolean(help="Set by findings, not offered to people.")
    stops_confirm = fields.Boolean("Stops confirmation", default=True)
    stops_ship = fields.Boolean("Stops shipping", default=True)
    stops_invoice = fields.Boolean("Stops invoicing", help="Never stops billing what has left.")

    _code_unique = models.UniqueIndex("(code)", "A reason of this code exists already.")
