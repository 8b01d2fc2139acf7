from odoo import fields, models

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
    order_closing_hour = fields.Float("Closing hour", default=18.0, help="The day's statement is drafted at this hour.")

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
