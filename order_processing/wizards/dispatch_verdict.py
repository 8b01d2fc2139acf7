from odoo import fields, models


class OrderQualityVerdict(models.TransientModel):
    """Ask why goods fail, are checked again, may leave all the same or go elsewhere; the rights are the actions' own."""

    _name = "order.quality.verdict"
    _description = "Verdict on Goods"

    act = fields.Selection(
        [
            ("fail", "Fail"),
            ("again", "Check again"),
            ("concede", "Let leave all the same"),
            ("quarantine", "To quarantine"),
            ("scrap", "Scrap"),
            ("replace", "Replace"),
        ],
        required=True,
        default="fail",
    )
    check_ids = fields.Many2many(
        "order.quality.check", string="Checks", default=lambda self: self.env.context.get("active_ids", [])
    )
    note = fields.Text("Why", required=True)

    def action_apply(self):
        """Give the verdict with its reason (letting failed goods leave needs a manager who did not check them)."""
        self.ensure_one()
        act = {"again": "check_again"}.get(self.act, self.act)
        getattr(self.check_ids, f"action_{act}")(reason=self.note)
        return {"type": "ir.actions.act_window_close"}
