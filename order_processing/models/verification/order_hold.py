from odoo import api, fields, models
from odoo.fields import Domain

from ..common.business_day import business_day
from ..common.transition import Transition

MANAGER = "order_processing.group_manager"
# the reason of a blocking finding whose rule has no reason of its own
FALLBACK = "finding"
# hours after which an open hold is ageing, and too old
AGEING, OLD = 24, 72


class OrderHold(models.Model):
    """An order, or one of its lines, stopped for one reason: by a rule, a person or a standing hold.

    It stands until a manager releases it, its cause is gone, or its date comes and its reason says that it goes.
    """

    _name = "order.hold"
    _description = "Hold of an Order"
    _inherit = ["order.transition.mixin"]
    _order = "id desc"
    _rec_name = "reason_id"

    _transition_initial = "open"
    _transition_access = "read"
    _transition_guarded = ("owner_id", "escalated_at", "by_hand")
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
        # nobody decided about this order: the cause is gone, its date has come, the standing hold was lifted
        Transition("lift", ("open",), "released", who="released_by_id", when="released_at", why="release_reason"),
    )

    order_id = fields.Many2one("sale.order", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(related="order_id.partner_id")
    amount_total = fields.Monetary(related="order_id.amount_total")
    currency_id = fields.Many2one(related="order_id.currency_id")
    line_id = fields.Many2one("sale.order.line", readonly=True, ondelete="set null", index="btree_not_null")
    line_number = fields.Integer(
        readonly=True, default=0, help="Number of the line in the database, 0 for the whole order."
    )
    line_name = fields.Char("Line text", readonly=True)
    reason_id = fields.Many2one("order.hold.reason", required=True, readonly=True, ondelete="restrict", index=True)
    reason_code = fields.Char(related="reason_id.code", store=True)
    stops = fields.Char(compute="_compute_stops")
    automatic = fields.Boolean("Set by a rule", readonly=True)
    standing_id = fields.Many2one(
        "order.standing.hold", "Standing hold", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    note = fields.Char(readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("released", "Released")], default="open", required=True, readonly=True, index=True
    )
    owner_id = fields.Many2one(
        "res.users", readonly=True, index="btree_not_null", help="Who sees to it that it goes on."
    )
    until = fields.Date(readonly=True, help="On this day it is released, or somebody is told, as its reason says.")
    escalated_at = fields.Datetime("Told somebody", readonly=True)
    held_by_id = fields.Many2one("res.users", "Held by", readonly=True)
    held_at = fields.Datetime("Held since", readonly=True)
    released_by_id = fields.Many2one("res.users", "Released by", readonly=True)
    released_at = fields.Datetime(readonly=True)
    release_reason = fields.Char(readonly=True)
    by_hand = fields.Boolean("Released by hand", readonly=True, help="A standing hold does not set it again.")
    age_hours = fields.Float("Age (hours)", compute="_compute_age")
    age_text = fields.Char("Age", compute="_compute_age")
    age_level = fields.Selection(
        [("fresh", "New"), ("ageing", "Ageing"), ("old", "Too old")], "Ageing", compute="_compute_age"
    )
    overdue = fields.Boolean("Its date has come", compute="_compute_overdue")

    _open_once = models.UniqueIndex(
        "(order_id, reason_id, line_number, coalesce(standing_id, 0)) WHERE state = 'open'",
        "An order or a line is held once for a reason.",
    )
    _until_open = models.Index("(until) WHERE state = 'open' AND until IS NOT NULL")

    @api.depends("reason_id")
    def _compute_stops(self):
        for hold in self:
            hold.stops = hold.reason_id._step_names()

    @api.depends("held_at", "released_at")
    def _compute_age(self):
        now = fields.Datetime.now()
        for hold in self:
            end = hold.released_at or now
            hold.age_hours = hours = (end - hold.held_at).total_seconds() / 3600 if hold.held_at else 0
            hold.age_level = "old" if hours >= OLD else "ageing" if hours >= AGEING else "fresh"
            hold.age_text = self.env._("%s days", int(hours // 24)) if hours >= 48 else self.env._("%s h", int(hours))

    @api.depends("until", "state")
    def _compute_overdue(self):
        for hold in self:
            hold.overdue = hold.state == "open" and bool(hold.until) and hold.until <= business_day(hold.company_id)

    @api.depends("reason_id", "order_id", "line_name")
    def _compute_display_name(self):
        for hold in self:
            hold.display_name = " · ".join(filter(None, (hold.order_id.name, hold.line_name, hold.reason_id.name)))

    # ------------------------------------------------------------------ who stands in the way

    @api.model
    def _in_the_way(self, orders, step):
        """The open holds that stop ``step`` (a field of the reason) of ``orders``, where their company enforces it.

        One query; none where no order is held.
        """
        held = orders.sudo().filtered(
            lambda order: order.verification_state == "held" and order.company_id._order_control_enforced()
        )
        if not held:
            return self.sudo().browse()
        domain = Domain([("order_id", "in", held.ids), ("state", "=", "open"), (f"reason_id.{step}", "=", True)])
        return self.sudo().with_context(active_test=False).search(domain, order="id")._living()

    def _living(self):
        """Without those of lines that were deleted: the next verification lifts them."""
        return self.filtered(lambda hold: not hold.line_number or hold.line_id)

    def _kept(self):
        """Whether it stands as long as its cause does: a rule's finding, or a standing hold."""
        self.ensure_one()
        return self.automatic or bool(self.standing_id)

    def _key(self):
        """What makes it the same hold: order, reason, line (0: all of it), standing hold (0: none)."""
        self.ensure_one()
        return (self.order_id.id, self.reason_id.id, self.line_number, self.standing_id.id or 0)

    def _words(self):
        """Who holds what and why, as one line of a refusal."""
        self.ensure_one()
        what = ", ".join(filter(None, (self.order_id.name, self.line_name if self.line_number else "")))
        return self.env._(
            "- %(order)s: held by %(who)s: %(reason)s",
            order=what,
            who=self.held_by_id.name,
            reason=": ".join(filter(None, (self.reason_id.name, self.note))),
        )

    # ------------------------------------------------------------------ release

    def action_release(self, reason=""):
        """Release the holds (managers); findings behind them do not hold again while the content stays as it is.

        What is released already is left alone, and its order's ``message`` says so.

        :param str reason: why, required
        :return: one dict per order, as ``sale.order.action_verify``, with ``released`` (codes) and ``message``
        :raises AccessError: the user is no manager
        :raises UserError: no reason
        """
        moved = self._transition("release", reason)
        assessments = {}
        if moved:
            moved._transition_write({"by_hand": True})
            moved.sudo()._release_findings(reason)
            moved.sudo()._record_released(reason)
            assessments = moved.order_id._verification_again()
            moved._resume()
        codes = {order.id: holds.mapped("reason_code") for order, holds in moved.grouped("order_id").items()}
        answer = self.order_id._verification_answer(assessments)
        for row in answer:
            row["released"] = codes.get(row["order_id"], [])
            row["message"] = "" if row["released"] else self.env._("%s was not held any more.", row["order"])
        return answer

    def _release_findings(self, reason):
        """Waive the blocking findings behind the holds of rules among these."""
        pairs = {(hold.order_id.id, hold.reason_code) for hold in self if hold.automatic}
        if not pairs:
            return
        checks = self.env["order.verification.check"].search(
            [("order_id", "in", self.order_id.ids), ("state", "=", "failed"), ("severity", "=", "blocking")]
        )
        reasons = self.env["sale.order"]._verification_hold_reasons()
        checks = checks.filtered(
            lambda check: (check.order_id.id, check.rule_code if check.rule_code in reasons else FALLBACK) in pairs
        )
        checks._transition("waive", reason)
        checks._waived(reason)

    def _lift(self, why):
        """Release without a person's decision about the order: its cause is gone.

        :return: the holds that were open
        """
        moved = self.sudo()._transition("lift", why)
        moved._record_released(why)
        return moved

    def _record_released(self, reason):
        self._record_event("released", reason=reason)

    def _record_event(self, kind, **values):
        """One row of the day book per hold."""
        self.env["order.event"]._record(
            [
                {
                    **hold.order_id._order_event(kind),
                    "line_id": hold.line_number or None,
                    "line_name": hold.line_name or None,
                    "note": hold.reason_code,
                    **values,
                }
                for hold in self
            ]
        )

    def _resume(self):
        """Reserve what these holds, now gone, had kept automatic reservation from."""
        holds = self.sudo().filtered("reason_id.stops_reserve")
        holds.order_id.filtered(lambda order: order.state == "sale")._hold_moves()._order_reserve_again()

    def _free_reserved(self):
        """Give free what is reserved for these new holds, where their reasons do not keep it and the company enforces."""
        freeing = self.filtered(
            lambda hold: (
                not hold.reason_id.keeps_reserved
                and hold.order_id.state == "sale"
                and hold.company_id._order_control_enforced()
            )
        )
        whole = freeing.filtered(lambda hold: not hold.line_number).order_id
        lines = freeing.line_id
        moves = freeing.order_id._hold_moves().filtered(
            lambda move: move.sale_line_id in lines or move.sale_line_id.order_id in whole
        )
        moves.filtered(lambda move: move.quantity and not move.picked)._do_unreserve()

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
