from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    order_sender_line = fields.Char(
        "Sender's line", copy=False, readonly=True, help="The sender's id of this line, by default its place from 1."
    )
    order_sender_charge = fields.Integer(
        "Sender's charge",
        copy=False,
        readonly=True,
        help="Place, from 1, of the charge that the sender put on the order.",
    )
