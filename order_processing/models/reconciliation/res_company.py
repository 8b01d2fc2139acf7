from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    order_statement_partner_ids = fields.Many2many(
        "res.partner",
        "res_company_order_statement_partner_rel",
        string="Daily statement goes to",
        help="Each signed statement of the day is mailed to them as a PDF.",
    )
    order_sign_second_person = fields.Boolean(
        "The signer is another than who drew the day", help="A day that was drawn by itself is signed by any manager."
    )
