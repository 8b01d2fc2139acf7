from odoo import api, fields, models

from .places import in_words


class OrderIntakeError(models.Model):
    """One thing that is wrong with a submitted order."""

    _name = "order.intake.error"
    _description = "Error of a Submitted Order"
    _order = "id"
    _rec_name = "message"

    intake_id = fields.Many2one("order.intake", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="intake_id.company_id")
    place = fields.Char("Where", compute="_compute_place")
    path = fields.Char(help="Where it stands in what a program sends.")
    code = fields.Char()
    message = fields.Char()
    found = fields.Char()

    @api.depends("path", "intake_id.payload")
    @api.depends_context("lang")
    def _compute_place(self):
        """Where it is in words: the technical path is for programs."""
        for intake, errors in self.grouped("intake_id").items():
            content = intake._evaluated_payload()
            for error in errors:
                error.place = in_words(self.env, content, error.path) or self.env._("The whole order")
