from odoo import fields, models

from .order_waive_reason import OTHER, RELEASE_CODE


class OrderHold(models.Model):
    """How a hold ends: by itself where its rule says so, else by a person, for a coded reason; and what goes on then."""

    _inherit = "order.hold"

    stays = fields.Boolean(
        "Stays for a person", readonly=True, help="Its rule says that it does not lift itself when the cause is gone."
    )
    release_reason_id = fields.Many2one("order.waive.reason", "Kind of release", readonly=True, ondelete="restrict")

    def _transition_guarded_fields(self):
        return (*super()._transition_guarded_fields(), "release_reason_id", "stays")

    def _mark_staying(self):
        """Mark the new holds of rules that do not lift themselves; one query where a rule holds."""
        automatic = self.filtered("automatic")
        if automatic:
            automatic._mark_staying_rules()

    def _mark_staying_rules(self):
        rules = self.env["order.verification.rule"].sudo().search([("lifts_itself", "=", False)])
        if not rules:
            return
        reasons = self.env["sale.order"]._verification_hold_reasons()
        checks = self.env["order.verification.check"].sudo()
        domain = [("order_id", "in", self.order_id.ids), ("rule_id", "in", rules.ids), ("state", "=", "failed")]
        held = {(check.order_id, reasons.get(check.rule_code) or reasons["finding"]) for check in checks.search(domain)}
        self.filtered(lambda hold: (hold.order_id, hold.reason_id) in held)._transition_write({"stays": True})

    def _kept(self):
        """A hold that stays is kept by a person, not by its cause."""
        return super()._kept() and not self.stays

    def action_release(self, reason="", reason_code=OTHER):
        """Release the holds (managers), and resume what they stopped.

        Findings behind them do not hold again while the content stays as it is.

        :param str reason: why, required
        :param str reason_code: code of an ``order.waive.reason``
        :return: one dict per order, as ``sale.order.action_verify_and_confirm``
        :raises AccessError: the user is no manager
        :raises UserError: no reason, or no such code; a rule behind a hold that takes two persons
        """
        kind = self.env["order.waive.reason"]._by_code(reason_code)
        standing = self.filtered(lambda hold: hold.state == "open")
        cache = self.env.cr.cache
        cache[RELEASE_CODE] = kind.code
        try:
            answer = super().action_release(reason=reason)
        finally:
            cache.pop(RELEASE_CODE, None)
        standing._transition_write({"release_reason_id": kind.id})
        return standing.order_id._verification_resumed(answer) if standing else answer
