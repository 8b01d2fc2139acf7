from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    order_customer_code_ids = fields.One2many("order.customer.code", "partner_id", "Own item codes")
