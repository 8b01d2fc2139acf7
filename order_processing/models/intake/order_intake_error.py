from odoo import fields, models


class OrderIntakeError(models.Model):
    """One thing that is wrong with a submitted order."""

    _name = "order.intake.error"
    _description = "Error of a Submitted Order"
    _order = "id"
    _rec_name = "message"

    intake_id = fields.Many2one("order.intake", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="intake_id.company_id")
    path = fields.Char("Where")
    code = fields.Char()
    message = fields.Char()
    found = fields.Char()
