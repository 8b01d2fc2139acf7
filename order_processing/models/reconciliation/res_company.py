from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    order_statement_partner_ids = fields.Many2many(
        "res.partner",
        "res_company_order_statement_partner_rel",
        string="Daily statement goes to",
        help="Each signed statement of the day is mailed to them as a PDF.",
    )
