from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    order_customer_code_ids = fields.One2many(
        "order.customer.code",
        "partner_id",
        "Own item codes",
        # who may not read the list may still read the partner
        groups="order_processing.group_processor,sales_team.group_sale_salesman",
    )
