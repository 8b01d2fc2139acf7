from odoo import api, fields, models

from ..common.transition import Transition, transition

MANAGER = "order_processing.group_manager"


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
    _transition_guarded = ("changed",)

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
    found_by_id = fields.Many2one("res.users", "Found by", readonly=True)
    found_at = fields.Datetime(readonly=True)
    waived_by_id = fields.Many2one("res.users", readonly=True)
    waived_at = fields.Datetime(readonly=True)
    waive_reason = fields.Char(readonly=True)
    mended_at = fields.Datetime(readonly=True)
    content_digest = fields.Char(readonly=True, help="Digest of the line, or else of the order, when it was found.")
    changed = fields.Boolean("Led to a change", readonly=True, help="It is mended, and what was ordered was changed.")

    @transition("waive")
    def action_waive(self, reason=""):
        """Let the orders go on in spite of these findings, as long as their content stays as it is.

        :param str reason: why, required
        :return: one dict per order, as ``sale.order.action_verify``
        :raises AccessError: the user is no manager
        """
        self.sudo()._waived(reason)
        return self.order_id._verification_answer(self.order_id._verification_again())

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

    def _waived(self, reason):
        """Enter the waivers into the day book."""
        self.env["order.event"]._record(
            [
                {
                    **check.order_id._verification_event("waived"),
                    "line_id": check.line_number or None,
                    "line_name": check.line_name or None,
                    "reason": reason,
                    "note": f"{check.rule_code}: {check.message}",
                }
                for check in self
            ]
        )

    def action_open_waive(self):
        """Open the wizard that asks for the reason."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Waive findings"),
            "res_model": "order.verification.waive",
            "view_mode": "form",
            "target": "new",
            "context": {"default_check_ids": self.ids},
        }

    @api.depends("message", "rule_name")
    def _compute_display_name(self):
        for check in self:
            check.display_name = check.message or check.rule_name or check.rule_code
