from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OrderEnquiryKind(models.Model):
    """What customers ask about, and how soon they are answered: a company's own kind replaces the one for all companies."""

    _name = "order.enquiry.kind"
    _description = "Kind of Enquiry"
    _inherit = ["order.general.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    answer_hours = fields.Float("First answer within (hours)", help="Hours of work of the company; 0: no target.")
    solution_hours = fields.Float("Solved within (hours)", help="Hours of work of the company; 0: no target.")
    escalate_to_id = fields.Many2one(
        "res.users",
        "Escalate to",
        domain=[("share", "=", False)],
        help="Who gets what is overdue. Empty: whom the company names for overdue discrepancies, else its owner is reminded.",
    )

    _positive = models.Constraint(
        "CHECK (answer_hours >= 0 AND solution_hours >= 0)", "Hours until an answer are 0 or more."
    )

    @api.constrains("escalate_to_id", "company_id")
    def _check_escalate_to(self):
        for kind in self.filtered(lambda kind: kind.company_id and kind.escalate_to_id):
            if kind.company_id not in kind.escalate_to_id.company_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s does not work in %(company)s: choose somebody who does.",
                        user=kind.escalate_to_id.name,
                        company=kind.company_id.name,
                    )
                )
