from odoo import api, fields, models

from ..common.transition import Transition, transition

MANAGER = "order_processing.group_manager"
# the reason of a blocking finding whose rule has no reason of its own
FALLBACK = "finding"


class OrderHold(models.Model):
    """An order stopped for one reason, by a rule or by a person, until a manager releases it or its cause is gone."""

    _name = "order.hold"
    _description = "Hold of an Order"
    _inherit = ["order.transition.mixin"]
    _order = "id desc"
    _rec_name = "reason_id"

    _transition_initial = "open"
    _transition_access = "read"
    _transitions = (
        Transition(
            "release",
            ("open",),
            "released",
            group=MANAGER,
            reason=True,
            who="released_by_id",
            when="released_at",
            why="release_reason",
        ),
        # the cause is gone: nobody decided, the verification found nothing any more
        Transition("lift", ("open",), "released", who="released_by_id", when="released_at", why="release_reason"),
    )

    order_id = fields.Many2one("sale.order", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(related="order_id.partner_id")
    amount_total = fields.Monetary(related="order_id.amount_total")
    currency_id = fields.Many2one(related="order_id.currency_id")
    reason_id = fields.Many2one("order.hold.reason", required=True, readonly=True, ondelete="restrict", index=True)
    reason_code = fields.Char(related="reason_id.code", store=True)
    automatic = fields.Boolean("Set by a rule", readonly=True)
    note = fields.Char(readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("released", "Released")], default="open", required=True, readonly=True, index=True
    )
    held_by_id = fields.Many2one("res.users", "Held by", readonly=True)
    held_at = fields.Datetime(readonly=True)
    released_by_id = fields.Many2one("res.users", "Released by", readonly=True)
    released_at = fields.Datetime(readonly=True)
    release_reason = fields.Char(readonly=True)
    age_hours = fields.Float("Age (hours)", compute="_compute_age_hours")

    _open_once = models.UniqueIndex("(order_id, reason_id) WHERE state = 'open'", "An order is held once for a reason.")

    @api.depends("held_at", "released_at")
    def _compute_age_hours(self):
        now = fields.Datetime.now()
        for hold in self:
            end = hold.released_at or now
            hold.age_hours = (end - hold.held_at).total_seconds() / 3600 if hold.held_at else 0

    def _kept(self):
        """Whether it stands as long as its cause does: a rule's finding."""
        self.ensure_one()
        return self.automatic

    @transition("release")
    def action_release(self, reason=""):
        """Release the holds (managers); findings behind them do not hold again while the content stays as it is.

        :param str reason: why, required
        :return: one dict per order, as ``sale.order.action_verify``
        :raises AccessError: the user is no manager
        """
        holds = self.sudo()
        pairs = {(hold.order_id.id, hold.reason_code) for hold in holds if hold.automatic}
        checks = (
            self.env["order.verification.check"]
            .sudo()
            .search([("order_id", "in", holds.order_id.ids), ("state", "=", "failed"), ("severity", "=", "blocking")])
        )
        reasons = self.env["sale.order"]._verification_hold_reasons()
        checks = checks.filtered(
            lambda check: (check.order_id.id, check.rule_code if check.rule_code in reasons else FALLBACK) in pairs
        )
        checks._transition("waive", reason)
        checks._waived(reason)
        holds._record_released(reason)
        return self.order_id._verification_answer(self.order_id._verification_again())

    def _record_released(self, reason):
        self.env["order.event"]._record(
            [
                {
                    **hold.order_id._verification_event("released"),
                    "reason": reason,
                    "note": hold.reason_code,
                }
                for hold in self
            ]
        )

    def action_open_release(self):
        """Open the wizard that asks for the reason."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Release"),
            "res_model": "order.hold.release",
            "view_mode": "form",
            "target": "new",
            "context": {"default_hold_ids": self.ids},
        }
