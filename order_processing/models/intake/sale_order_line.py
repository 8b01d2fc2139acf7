from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    order_sender_line = fields.Char(
        "Sender's line", copy=False, readonly=True, help="The sender's id of this line, by default its place from 1."
    )
