from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.transition import transition

STEP_ACTS = ("tick", "untick")


class OrderVerificationCheck(models.Model):
    """Manual steps: the finding of a rule of kind manual stands open until a member of its group ticks it.

    The tick holds while the content that it rests on stays as it is; after a change the step is asked anew, and
    the tick stays as a record.
    """

    _inherit = "order.verification.check"

    ticked_by_id = fields.Many2one("res.users", "Ticked by", readonly=True)
    ticked_at = fields.Datetime(readonly=True)
    tick_note = fields.Char(readonly=True)
    unticked_by_id = fields.Many2one("res.users", "Taken back by", readonly=True)
    unticked_at = fields.Datetime("Taken back at", readonly=True)
    untick_reason = fields.Char("Taken back because", readonly=True)
    can_tick = fields.Boolean("Mine to tick", compute="_compute_can_tick", compute_sudo=True)

    @api.depends("rule_id.group_id", "rule_kind", "state")
    @api.depends_context("uid")
    def _compute_can_tick(self):
        mine = self.env.user.all_group_ids
        for check in self:
            check.can_tick = (
                check.rule_kind == "manual" and check.state in ("failed", "passed") and check.rule_id.group_id in mine
            )

    def _transition_check_rights(self, declared):
        """A tick is for steps alone: what a rule found itself is waived, never ticked away."""
        if declared.name not in STEP_ACTS:
            return super()._transition_check_rights(declared)
        if not self.env.su:
            self.check_access(self._transition_access)
        found = self.sudo().filtered(lambda check: check.rule_kind != "manual")
        if found:
            raise UserError(
                self.env._(
                    "No manual step: %s. Correct the order, or ask a manager of the order desk to waive it.",
                    ", ".join(found.mapped("display_name")),
                )
            )
        return super()._transition_check_rights(declared)

    @transition("tick")
    def action_tick(self, reason=""):
        """The step is done: its orders are verified again, and go on if nothing else holds them.

        :param str reason: a note
        :return: one dict per order, as ``sale.order.action_verify``
        :raises AccessError: the user is not of the step's group
        :raises UserError: it is no manual step, or it is mended or waived already
        """
        return self._stepped("ticked", reason)

    @transition("untick")
    def action_untick(self, reason=""):
        """Take a tick back: the step is open again, and holds where it blocks.

        :param str reason: why, required
        :return: one dict per order, as ``sale.order.action_verify``
        :raises AccessError: the user is not of the step's group
        """
        return self._stepped("unticked", reason)

    def _stepped(self, kind, reason):
        """Enter the act into the day book, and verify the orders again."""
        self.env["order.event"]._record(
            [
                {
                    **check.order_id._order_event(kind),
                    "line_id": check.line_number or None,
                    "line_name": check.line_name or None,
                    "reason": reason or None,
                    "note": f"{check.rule_code}: {check.message}",
                }
                for check in self.sudo()
            ]
        )
        return self.order_id._verification_answer(self.order_id._verification_again())

    def _note_changed(self, facts):
        """Note which of these mended findings led to a change of what was ordered.

        :param dict facts: order id to ``OrderFacts``, as they are now
        """
        changed = self.filtered(
            lambda check: check.content_digest != facts[check.order_id.id].fingerprint(check.line_number)
        )
        if changed:
            changed._transition_write({"changed": True})

    def action_open_tick(self):
        """Open the wizard that asks for a note."""
        return self._open_step(self.env._("Tick"), {"default_check_ids": self.ids})

    def action_open_untick(self):
        """Open the wizard that asks why a tick is taken back."""
        return self._open_step(self.env._("Take back"), {"default_check_ids": self.ids, "default_take_back": True})

    def _open_step(self, name, context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "order.verification.tick",
            "view_mode": "form",
            "target": "new",
            "context": context,
        }
