from odoo import fields, models
from odoo.exceptions import UserError

from ..common.number_words import share_words
from .return_process import DONE, MANAGER


class OrderReturnLine(models.Model):
    """A manager decides otherwise than the policy, for one line and with a reason."""

    _inherit = "order.return.line"

    override_reason = fields.Char("Why otherwise than the policy", readonly=True, copy=True)
    overridden_by_id = fields.Many2one("res.users", "Decided by", readonly=True, copy=True)
    overridden_at = fields.Datetime("Decided at", readonly=True, copy=True)
    fee_overridden = fields.Boolean("Fee decided", readonly=True, copy=True)

    def action_override(self, reason, fee_percent=None, fee_amount=None):
        """Let these lines pass whatever the policy says, and take another fee, or none, where one is given (managers).

        Never beyond what was delivered. What was credited already keeps its fee.

        :param str reason: why; stands on the line, in the chatter of the case and in the day book
        :param float fee_percent: the restocking fee instead, 0 to 100; ``None``: the policy's
        :param float fee_amount: the fee per unit instead, in the company's currency; ``None``: the policy's
        :return: one dict per line ``{line_id, eligible, eligibility, fee_percent, fee_amount}``
        :raises AccessError: no manager, or a case of another company
        :raises UserError: no reason, no fee that could be, or names the lines whose case is ended
        """
        self._check_decision(reason, fee_percent, fee_amount)
        reason = reason.strip()
        fees = {
            name: value
            for name, value in (("fee_percent", fee_percent), ("fee_amount", fee_amount))
            if value is not None
        }
        if fees:
            fees = {"fee_percent": 0.0, "fee_amount": 0.0, **fees, "fee_overridden": True}
        self._set(
            {
                **fees,
                "eligible": True,
                "eligibility": self.env._("%(who)s decided: %(why)s", who=self.env.user.name, why=reason),
                "override_reason": reason,
                "overridden_by_id": self.env.uid,
                "overridden_at": fields.Datetime.now(),
            }
        )
        self._log_decision(reason, bool(fees))
        return [
            {
                "line_id": line.id,
                **{name: line[name] for name in ("eligible", "eligibility", "fee_percent", "fee_amount")},
            }
            for line in self
        ]

    def _check_decision(self, reason, fee_percent, fee_amount):
        cases = self.return_id
        cases._check_order_group(MANAGER)
        cases.check_access("write")
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Say why: a reason is required to decide otherwise than the policy."))
        for value, most in ((fee_percent, 100), (fee_amount, None)):
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0 or (most and value > most):
                raise UserError(self.env._("A restocking fee is a percentage from 0 to 100, or an amount from 0."))
        cases._transition_lock()
        ended = self.filtered(lambda line: line.state in (*DONE, "rejected", "cancelled"))
        if ended:
            raise UserError(
                self.env._("%s: the case is ended, so its lines stand.", ", ".join(ended.mapped("display_name")))
            )

    def _log_decision(self, reason, with_fee):
        """In the chatter of the cases and in the day book: what was decided of which line, and why."""
        bodies, rows = {}, []
        for line in self:
            told = self.env._("%(line)s, otherwise than the policy: %(why)s", line=line.display_name, why=reason)
            if with_fee:
                told += " " + self.env._(
                    "(restocking fee %(percent)s and %(amount)s per unit)",
                    percent=share_words(self.env, line.fee_percent),
                    amount=line.company_currency_id.format(line.fee_amount),
                )
            bodies.setdefault(line.return_id.id, []).append(told)
            rows.append({**line._book_row("overridden", 0.0, 0.0), "note": reason})
        self.return_id.sudo()._message_log_batch(
            bodies={case_id: "\n".join(told) for case_id, told in bodies.items()}, author_id=self.env.user.partner_id.id
        )
        self.env["order.event"]._record(rows)
