from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.business_day import business_day
from ..common.transition import Transition, transition
from .order_waive_reason import OTHER, RELEASE_CODE
from .rule_change import CHANGED

PROCESSOR = "order_processing.group_processor"
MANAGER = "order_processing.group_manager"
# from here on a finding's key is words: expected and found
WORDS = 5


class OrderVerificationCheck(models.Model):
    """One finding of a rule on an order or a line: what was expected, what was found, and what became of it.

    The rule's words are copied: the record stays readable when the rule or the line is gone.
    """

    _name = "order.verification.check"
    _description = "Verification Finding"
    _inherit = ["order.transition.mixin"]
    _order = "state, severity, id desc"
    _rec_name = "message"

    _transition_initial = "failed"
    # records come and go by the verification; the right to waive is the group's
    _transition_access = "read"
    _transitions = (
        Transition(
            "waive",
            ("failed",),
            "waived",
            group=MANAGER,
            reason=True,
            who="waived_by_id",
            when="waived_at",
            why="waive_reason",
        ),
        # a change of a confirmed order: whoever works on orders accepts it
        Transition(
            "accept",
            ("failed",),
            "waived",
            group=PROCESSOR,
            reason=True,
            who="waived_by_id",
            when="waived_at",
            why="waive_reason",
        ),
        Transition("mend", ("failed",), "mended", when="mended_at"),
        Transition(
            "tick",
            ("failed",),
            "passed",
            group_field="rule_id.group_id",
            who="ticked_by_id",
            when="ticked_at",
            why="tick_note",
        ),
        Transition(
            "untick",
            ("passed",),
            "failed",
            group_field="rule_id.group_id",
            reason=True,
            who="unticked_by_id",
            when="unticked_at",
            why="untick_reason",
        ),
    )
    _transition_guarded = (
        "changed",
        "waive_reason_id",
        "waived_until",
        "waived_limit",
        "requested_by_id",
        "requested_at",
        "request_reason",
    )

    order_id = fields.Many2one("sale.order", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    line_id = fields.Many2one("sale.order.line", readonly=True, ondelete="set null", index="btree_not_null")
    line_number = fields.Integer(readonly=True, help="Number of the line in the database, 0 for the whole order.")
    line_name = fields.Char("Line text", readonly=True)
    rule_id = fields.Many2one("order.verification.rule", readonly=True, ondelete="set null")
    rule_code = fields.Char("Code", required=True, readonly=True)
    rule_name = fields.Char("Rule name", readonly=True)
    rule_kind = fields.Char(readonly=True)
    rule_version = fields.Integer(readonly=True)
    stage = fields.Char(readonly=True)
    severity = fields.Selection([("blocking", "Blocking"), ("warning", "Warning")], required=True, readonly=True)
    state = fields.Selection(
        [("failed", "Open"), ("waived", "Waived"), ("mended", "Mended"), ("passed", "Ticked")],
        default="failed",
        required=True,
        readonly=True,
        index=True,
    )
    expected = fields.Char(readonly=True)
    found = fields.Char(readonly=True)
    message = fields.Char(readonly=True)
    mend = fields.Char("What would mend it", readonly=True)
    fingerprint = fields.Char(readonly=True, help="Digest of the content that the finding, and its waiver, rest on.")
    found_lang = fields.Char("Language of its words", readonly=True)
    found_by_id = fields.Many2one("res.users", "Found by", readonly=True)
    found_at = fields.Datetime(readonly=True)
    waived_by_id = fields.Many2one("res.users", readonly=True)
    waived_at = fields.Datetime(readonly=True)
    waive_reason = fields.Char(readonly=True)
    waive_reason_id = fields.Many2one("order.waive.reason", "Kind of reason", readonly=True, ondelete="restrict")
    waived_until = fields.Date(readonly=True, help="Last day of the waiver; empty: while the content stands.")
    waived_limit = fields.Monetary(
        "Waived up to",
        currency_field="company_currency_id",
        readonly=True,
        help="A changed order stays covered while its total is at most this; 0: the content waived and no other.",
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    requested_by_id = fields.Many2one("res.users", "Waiver asked for by", readonly=True)
    requested_at = fields.Datetime("Waiver asked for at", readonly=True)
    request_reason = fields.Char("Why it should be waived", readonly=True)
    mended_at = fields.Datetime(readonly=True)
    content_digest = fields.Char(readonly=True, help="Digest of the line, or else of the order, when it was found.")
    changed = fields.Boolean("Led to a change", readonly=True, help="It is mended, and what was ordered was changed.")

    @transition("waive")
    def action_waive(self, reason="", reason_code=OTHER):
        """Let the orders go on in spite of these findings, as long as the waiver covers them; resume what was stopped.

        :param str reason: why, required
        :param str reason_code: code of an ``order.waive.reason``
        :return: one dict per order, as ``sale.order.action_verify_and_confirm``
        :raises AccessError: the user is no manager
        :raises UserError: no reason, or no such code; a rule that takes two persons, and the user is one of them already
        """
        self.sudo()._waived(reason, reason_code)
        return self.order_id._verification_after_release()

    @transition("accept")
    def action_accept(self, reason="", reason_code=OTHER):
        """Accept changes of confirmed orders; where nothing else stops them they are sealed as they are now.

        :param str reason: why, required
        :param str reason_code: code of an ``order.waive.reason``
        :return: one dict per order, as ``sale.order.action_verify_and_confirm``
        :raises AccessError: the user is not of the order desk
        :raises UserError: as ``action_waive``; a finding that is no change
        """
        self.sudo()._waived(reason, reason_code)
        return self.order_id._verification_after_release()

    def action_request_waiver(self, reason=""):
        """Ask that open findings be waived: the first of two persons, where a rule takes two.

        :param str reason: why, required
        :return: one dict per finding ``{order, order_id, rule, requested}``; ``requested`` is false where it is not open
            any more or somebody asked before
        :raises AccessError: the user is not of the order desk
        """
        self._check_order_group(PROCESSOR)
        self.check_access("read")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why the findings should be waived."))
        self._transition_lock()
        asked = self.filtered(lambda check: check.state == "failed" and not check.requested_by_id)
        asked._transition_write(
            {"requested_by_id": self.env.uid, "requested_at": fields.Datetime.now(), "request_reason": reason}
        )
        asked.sudo()._book("waiver_requested", reason)
        bodies = {}
        for check in asked:
            told = self.env._("Waiver asked for: %(finding)s Why: %(reason)s", finding=check.message, reason=reason)
            bodies.setdefault(check.order_id.id, []).append(told)
        if asked:
            asked.order_id.sudo()._message_log_batch(
                bodies={order_id: "\n".join(rows) for order_id, rows in bodies.items()},
                author_id=self.env.user.partner_id.id,
            )
        return [
            {
                "order": check.order_id.name,
                "order_id": check.order_id.id,
                "rule": check.rule_code,
                "requested": check in asked,
            }
            for check in self
        ]

    def _transition_check(self, declared, reason):
        """Beside what is declared: who may be the second person, and that only changes are accepted."""
        super()._transition_check(declared, reason)
        if declared.name == "accept":
            self._check_are_changes()
        if declared.name in ("accept", "waive"):
            self._check_second_person()

    def _check_are_changes(self):
        other = self.filtered(lambda check: check.rule_code != CHANGED)
        if other:
            raise UserError(
                self.env._(
                    "Only a change of a confirmed order is accepted. These findings need a manager's waiver: %s",
                    "; ".join(other.mapped("message")),
                )
            )

    def _check_second_person(self):
        """A rule may take two persons: one asks, another grants, and who made the order does not grant."""
        rows = []
        for check in self.sudo().filtered("rule_id.second_person"):
            told = {"order": check.order_id.name, "rule": check.rule_name}
            if check.requested_by_id.id == self.env.uid:
                rows.append(self.env._("%(order)s, %(rule)s: you asked for the waiver; a colleague grants it.", **told))
            elif check.order_id.create_uid.id == self.env.uid:
                rows.append(
                    self.env._("%(order)s, %(rule)s: you made the order; a colleague grants the waiver.", **told)
                )
            elif not check.requested_by_id:
                rows.append(
                    self.env._(
                        "%(order)s, %(rule)s takes two persons: let a colleague ask for the waiver first.", **told
                    )
                )
        if rows:
            raise UserError("\n".join(rows))

    def _key(self):
        """What makes it the same finding at the next verification (``sale.order._verification_check_key``)."""
        self.ensure_one()
        return (
            self.order_id.id,
            self.rule_code,
            self.line_number,
            self.severity,
            self.fingerprint,
            self.expected,
            self.found,
        )

    def _same_findings(self, keys):
        """Which of ``keys`` (``sale.order._verification_check_key``) each open finding is.

        Words of another language cannot be compared; their numbers and days can, and what the finding rests on is in the key.

        :return: dict of finding to key; one that is none of them is not in it
        """
        lang = self.env.lang or "en_US"
        by_numbers = {(*key[:WORDS], *map(_numbers, key[WORDS:])): key for key in keys}
        same = {}
        for check in self:
            key = check._key()
            if key in keys:
                same[check] = key
            elif check.found_lang and check.found_lang != lang:
                alike = by_numbers.get((*key[:WORDS], *map(_numbers, key[WORDS:])))
                if alike:
                    same[check] = alike
        return same

    def _waived(self, reason, reason_code=""):
        """Keep how far the waivers reach, as their rules say now, and enter them into the day book."""
        kind = self.env["order.waive.reason"]._by_code(reason_code or self.env.cr.cache.get(RELEASE_CODE))
        days = {company: business_day(company) for company in self.company_id}
        for check in self:
            rule, order = check.rule_id, check.order_id
            total = order.amount_total / (order.currency_rate or 1)
            until = days[check.company_id] + timedelta(days=rule.waive_days) if rule.waive_days else False
            limit = total + abs(total) * rule.waive_percent / 100 if rule.waive_percent else 0
            check._transition_write({"waive_reason_id": kind.id, "waived_until": until, "waived_limit": limit})
        self._book("waived", reason)

    def _book(self, kind, reason):
        """One row per finding in the day book."""
        self.env["order.event"]._record(
            [
                {
                    **check.order_id._order_event(kind),
                    "line_id": check.line_number or None,
                    "line_name": check.line_name or None,
                    "reason": reason,
                    "note": f"{check.rule_code}: {check.message}",
                }
                for check in self
            ]
        )

    def action_open_waive(self):
        """Open the wizard that asks for the reason of a waiver."""
        return self._open_waive("waive", self.env._("Waive findings"))

    def action_open_accept(self):
        """Open the wizard that asks why a change of a confirmed order is accepted."""
        return self._open_waive("accept", self.env._("Accept the change"))

    def action_open_request(self):
        """Open the wizard by which a colleague is asked for a waiver."""
        return self._open_waive("request", self.env._("Ask for a waiver"))

    def _open_waive(self, act, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "order.verification.waive",
            "view_mode": "form",
            "target": "new",
            "context": {"default_check_ids": self.ids, "default_act": act},
        }

    @api.depends("message", "rule_name")
    def _compute_display_name(self):
        for check in self:
            check.display_name = check.message or check.rule_name or check.rule_code


def _numbers(words):
    """The digits of a text, whatever the language puts around and between them."""
    return "".join(filter(str.isdigit, words or ""))
