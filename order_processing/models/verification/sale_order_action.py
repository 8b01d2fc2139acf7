from odoo import models
from odoo.exceptions import UserError

from ..common import contract

MANAGER = "order_processing.group_manager"


class SaleOrder(models.Model):
    """What people and programs ask of verification. Every method takes a set and answers plain values."""

    _inherit = "sale.order"

    def _verification_answer(self, assessments, **extra):
        """One plain dict per order, in the order of ``self``.

        ``{order, order_id, state, findings: [{rule, severity, line, expected, found, message, waived}], holds}``
        """
        orders = self.sudo()
        holds = orders._verification_open_holds()
        answer = []
        for order in orders:
            assessment = assessments.get(order.id)
            answer.append(
                {
                    "order": order.name,
                    "order_id": order.id,
                    "state": order.verification_state,
                    "findings": [
                        {
                            "rule": finding.rule.code,
                            "severity": finding.rule.severity,
                            "line": finding.line_id or 0,
                            "expected": finding.expected,
                            "found": finding.found,
                            "message": finding.message,
                            "waived": finding.waived,
                        }
                        for finding in (assessment.findings if assessment else ())
                    ],
                    "holds": [hold.reason_code for hold in holds.get(order.id, ())],
                    **extra,
                }
            )
        return answer

    def action_verify(self):
        """Run all rules, store findings, holds and seals.

        :return: one dict per order, see ``_verification_answer``. Cancelled orders, and orders of a company whose
            controls are off, are judged and nothing is stored.
        """
        self.check_access("write")
        return self._verification_answer(self._verification_again())

    def action_verify_and_confirm(self):
        """Verify, and confirm what passes; what is held stays with its findings stored.

        :return: the dicts of ``action_verify`` with ``confirmed`` (bool) and ``error`` (why core refused, else ``''``)
        """
        self.check_access("write")
        assessments = self._verification_again()
        problems = self.sudo()._verification_problems(assessments)
        stopped = self.browse([order.id for order in problems])
        stopped._verification_remember_stop(assessments, "desk")
        ready = (self - stopped).filtered(lambda order: order.state in ("draft", "sent"))
        errors = ready._verification_confirm_each()
        answer = self._verification_answer(assessments)
        for row, order in zip(answer, self):
            row["confirmed"] = order in ready and order.id not in errors
            row["error"] = errors.get(order.id, "")
        return answer

    def _verification_confirm_each(self):
        """Confirm the set at once; if core refuses one of them, each by itself.

        :return: dict of order id to the refusal
        """
        if not self:
            return {}
        # just verified in this call: the gate need not ask again
        with self._verification_passing():
            try:
                with contract.one_record(self.env.cr):
                    self.action_confirm()
                return {}
            except contract.REFUSALS as refusal:
                if len(self) == 1:
                    return {self.id: contract.said(refusal)}
            errors = {}
            for order in self:
                errors |= order._verification_confirm_each()
            return errors

    def action_release(self, reason="", reason_code="other"):
        """Release every open hold (managers); waived findings do not hold again while the content stays as it is.

        :param str reason: why, required
        :param str reason_code: code of an ``order.waive.reason``
        :return: one dict per order as ``action_verify_and_confirm``, with ``released``: codes of the holds that were there
        :raises AccessError: the user is no manager
        """
        self.env["sale.order"]._check_order_group(MANAGER)
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: a reason is required to release %s.", ", ".join(self.mapped("name"))))
        holds = self.env["order.hold"].search([("order_id", "in", self.ids), ("state", "=", "open")])
        codes = {}
        for hold in holds:
            codes.setdefault(hold.order_id.id, []).append(hold.reason_code)
        answers = {}
        if holds:
            answers = {row["order_id"]: row for row in holds.action_release(reason=reason, reason_code=reason_code)}
        rest = self.filtered(lambda order: order.id not in answers)
        answers |= {row["order_id"]: row for row in rest._verification_answer({})}
        return [
            {
                **answers[order.id],
                "released": codes.get(order.id, []),
                "message": "" if order.id in codes else self.env._("%s was not held.", order.name),
            }
            for order in self
        ]

    def _verification_plain_holds(self):
        """``{order, order_id, state, holds}`` per order."""
        return [
            {key: row[key] for key in ("order", "order_id", "state", "holds")} for row in self._verification_answer({})
        ]

    # ------------------------------------------------------------------ buttons

    def action_button_verify(self):
        """``action_verify`` for the form and the list: says the result in a notification."""
        answer = self.action_verify()
        held = [row["order"] for row in answer if row["state"] != "verified"]
        return self._verification_notify(answer, held, self.env._("%s verified.", len(answer) - len(held)))

    def action_button_verify_and_confirm(self):
        """``action_verify_and_confirm`` for the form and the list: says the result in a notification."""
        answer = self.action_verify_and_confirm()
        rest = [row["order"] for row in answer if not row["confirmed"]]
        return self._verification_notify(answer, rest, self.env._("%s confirmed.", len(answer) - len(rest)))

    def _verification_notify(self, answer, waiting, text):
        if waiting:
            shown = ", ".join(waiting[:5]) + ("…" if len(waiting) > 5 else "")
            text += " " + self.env._("Not passed: %s.", shown)
            errors = [row["error"] for row in answer if row.get("error")]
            text = "\n".join([text, *errors[:3]])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if waiting else "success",
                "message": text,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_hold(self):
        """Open the wizard that asks for reason and note."""
        return self._verification_wizard("order.hold.create", self.env._("Hold"), {"default_order_ids": self.ids})

    def action_open_release(self):
        """Open the wizard that asks why."""
        holds = self.env["order.hold"].search([("order_id", "in", self.ids), ("state", "=", "open")])
        if not holds:
            raise UserError(self.env._("Not held: %s.", ", ".join(self.mapped("name"))))
        return self._verification_wizard("order.hold.release", self.env._("Release"), {"default_hold_ids": holds.ids})

    def _verification_wizard(self, model, name, context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": context,
        }
