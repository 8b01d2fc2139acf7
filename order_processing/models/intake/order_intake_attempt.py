from odoo import fields, models


class OrderIntakeAttempt(models.Model):
    """What was sent under a reference and does not stand: refused, or replaced since. Rows are only ever added."""

    _name = "order.intake.attempt"
    _description = "Earlier Attempt of a Submitted Order"
    _order = "id desc"
    _rec_name = "at"

    intake_id = fields.Many2one("order.intake", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="intake_id.company_id")
    at = fields.Datetime("Received at", default=fields.Datetime.now, readonly=True)
    user_id = fields.Many2one("res.users", "Received by", default=lambda self: self.env.user, readonly=True)
    payload = fields.Json("Content", readonly=True)
    result = fields.Selection(
        [
            ("rejected", "Rejected"),
            ("replaced", "Accepted, then replaced"),
            ("conflict", "Other content under the same reference"),
            ("too_late", "Change that came too late"),
        ],
        readonly=True,
    )
    reason = fields.Text(readonly=True)
