from odoo import fields, models

from .order_intake_profile import ACKNOWLEDGEMENTS


class ResPartner(models.Model):
    _inherit = "res.partner"

    order_customer_code_ids = fields.One2many(
        "order.customer.code",
        "partner_id",
        "Own item codes",
        # who may not read the list may still read the partner
        groups="order_processing.group_processor,sales_team.group_sale_salesman",
    )
    order_acknowledgement = fields.Selection(
        ACKNOWLEDGEMENTS,
        "Order acknowledgement",
        company_dependent=True,
        help="Whether the customer is told by mail, line by line, what became of an order that it submitted."
        " Empty: as the sender's profile says, else after review.",
        groups="order_processing.group_processor,sales_team.group_sale_salesman",
    )
