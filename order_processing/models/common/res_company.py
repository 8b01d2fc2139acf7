from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_partner import _tz_get

from .transition import Transition, transition

MANAGER = "order_processing.group_manager"


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "order.transition.mixin"]

    _transition_field = "order_control"
    _transition_initial = "observing"
    _transition_access = "read"
    _transitions = (
        Transition(
            "order_control_off",
            ("*",),
            "off",
            group=MANAGER,
            reason=True,
            who="order_control_by_id",
            when="order_control_at",
            why="order_control_reason",
        ),
        Transition(
            "order_control_observe",
            ("*",),
            "observing",
            group=MANAGER,
            reason=True,
            who="order_control_by_id",
            when="order_control_at",
            why="order_control_reason",
        ),
        Transition(
            "order_control_enforce",
            ("*",),
            "enforced",
            group=MANAGER,
            reason=True,
            who="order_control_by_id",
            when="order_control_at",
            why="order_control_reason",
        ),
    )

    order_control = fields.Selection(
        [("off", "Off"), ("observing", "Observing"), ("enforced", "Enforced")],
        default="observing",
        required=True,
        readonly=True,
        help="Off: nothing is checked. Observing: findings are recorded, nothing is stopped. "
        "Enforced: what fails a blocking rule cannot go on.",
    )
    order_control_by_id = fields.Many2one("res.users", "Controls switched by", readonly=True)
    order_control_at = fields.Datetime("Controls switched at", readonly=True)
    order_control_reason = fields.Char("Reason of the switch", readonly=True)
    order_tz = fields.Selection(_tz_get, "Time zone of the order desk", help="A business day is a calendar day here.")
    order_cutoff_hour = fields.Float(
        "Day runs from",
        help="The desk's business day runs from this hour to the same hour of the next day: up to 12:00 on its own morning, "
        "later on the evening before. 0:00 is the calendar day. Changing it changes no row that is in the day book.",
    )
    order_closing_hour = fields.Float("Closing hour", default=18.0, help="The day's statement is drafted at this hour.")

    @api.constrains("order_cutoff_hour")
    def _check_order_cutoff_hour(self):
        for company in self:
            if not 0 <= company.order_cutoff_hour < 24:
                raise ValidationError(
                    self.env._("%s: the day runs from an hour between 0:00 and 24:00.", company.display_name)
                )

    @transition("order_control_off")
    def action_order_control_off(self, reason=""):
        """Check nothing any more (managers, with a ``reason``); the day book goes on."""

    @transition("order_control_observe")
    def action_order_control_observe(self, reason=""):
        """Record findings and stop nothing (managers, with a ``reason``)."""

    @transition("order_control_enforce")
    def action_order_control_enforce(self, reason=""):
        """Stop what fails a blocking rule (managers, with a ``reason``)."""

    def _order_control_records(self):
        """Whether findings are recorded for this company."""
        self.ensure_one()
        return self.sudo().order_control in ("observing", "enforced")

    def _order_control_enforced(self):
        """Whether blocking findings stop the work in this company."""
        self.ensure_one()
        return self.sudo().order_control == "enforced"
