import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .return_process import PROCESSOR

_logger = logging.getLogger(__name__)

WAITING = ("draft", "pending", "authorized")


class AccountMove(models.Model):
    """A refund goes back the way it was paid, where the payment provider of that way refunds."""

    _inherit = "account.move"

    def _refund_online(self):
        """Prepare core's refund transactions for what posted credit notes of cases leave to pay back.

        They are sent to the provider by a cron once all this stands: what a provider has paid no rollback takes back. What
        has no such way stays on the credit note for the accountant to pay back.
        """
        # all is read before anything is made: each new transaction would have it read again
        plan = self._plan_refunds()
        for credit, tx, amount in plan:
            tx._create_child_transaction(
                amount, is_refund=True, invoice_ids=[Command.set(credit.ids)], order_refund_state="to_send"
            )
        if plan:
            self.env.ref("order_processing.cron_return_refund").sudo()._trigger()

    def _plan_refunds(self):
        """What of these credit notes goes back by which paid transaction: list of ``(credit, transaction, amount)``."""
        plan, planned = [], defaultdict(float)
        for credit in self.filtered(lambda move: move.order_return_settlement == "refund" and move.amount_residual > 0):
            # accountants read no cases
            policies = credit.sudo().invoice_line_ids.order_return_line_id.policy_id
            if not all(policies.mapped("refund_online")):
                continue
            rest = credit._left_to_refund()
            paid = credit.reversed_entry_id.sudo().transaction_ids.filtered(
                lambda tx, credit=credit: tx.currency_id == credit.currency_id
            )
            for tx in paid.sorted("id"):
                amount = credit.currency_id.round(min(rest, tx._refundable() - planned[tx]))
                if tx._refunds_whole_only() and credit.currency_id.compare_amounts(amount, tx.amount):
                    continue
                if credit.currency_id.compare_amounts(amount, 0.0) > 0:
                    rest -= amount
                    planned[tx] += amount
                    plan.append((credit, tx, amount))
        return plan

    def _left_to_refund(self, besides=()):
        """What of this credit note, in its currency, no refund online pays back yet, those of ``besides`` left out.

        What a provider has paid and the books do not say yet is taken off; and what was paid once is not paid again, were
        the credit note taken back and posted anew.
        """
        self.ensure_one()
        refunds = self.sudo().transaction_ids.filtered(
            lambda tx: tx.operation == "refund" and tx.state in (*WAITING, "done") and tx not in besides
        )
        unbooked = refunds.filtered(lambda tx: tx._is_unbooked())
        left = self.amount_residual + sum(unbooked.mapped("amount"))
        return self.currency_id.round(max(min(left, self.amount_total + sum(refunds.mapped("amount"))), 0.0))


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    order_refund_state = fields.Selection(
        [("to_send", "To be sent"), ("sent", "Sent")],
        "Refund of a return",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Sent at most once; whether the provider paid it back the transaction's own state says.",
    )

    def _refundable(self):
        """What of a paid transaction may still be refunded, refunds under way taken off; 0 where it refunds nothing."""
        self.ensure_one()
        if self.state != "done" or self.operation == "refund" or self.provider_id.state == "disabled":
            return 0.0
        under_way = self.child_transaction_ids.filtered(lambda tx: tx.operation == "refund" and tx._is_unbooked())
        return max(self.payment_id.amount_available_for_refund + sum(under_way.mapped("amount")), 0.0)

    def _is_unbooked(self):
        """Whether the provider pays or has paid, and no payment in the books says so yet."""
        self.ensure_one()
        return self.state in WAITING or (self.state == "done" and not self.payment_id)

    def _refunds_whole_only(self):
        """Whether provider or method refund the whole of a payment or nothing."""
        method = self.payment_method_id.primary_payment_method_id or self.payment_method_id
        return "full_only" in (self.provider_id.support_refund, method.support_refund)

    @api.model
    def _cron_refund_online(self):
        """Send the refunds of returns to their providers, each once: it is marked and committed before it is sent, and what
        the provider answered is committed before the books follow it."""
        waiting = self.sudo().search([("order_refund_state", "=", "to_send"), ("state", "=", "draft")], order="id")
        commit = self.env["ir.cron"]._commit_progress
        for number, refund in enumerate(waiting, 1):
            refund.order_refund_state = "sent"
            credit = refund.invoice_ids
            if not refund._is_still_due():
                # taken back or paid otherwise meanwhile; what is left is asked for anew
                refund._set_canceled()
                credit.filtered(lambda move: move.state == "posted")._refund_online()
                commit(1, remaining=len(waiting) - number)
                continue
            commit(1, remaining=len(waiting) - number)
            refund._log_sent_message()
            refund._send_return_refund()
            commit()
            if refund.state == "done":
                refund._book_return_refund()
                commit()

    def _is_still_due(self):
        """Whether its credit notes are posted and leave as much to pay back as this refund pays."""
        self.ensure_one()
        credits = self.invoice_ids
        if not credits or any(move.state != "posted" for move in credits):
            return False
        left = sum(move._left_to_refund(besides=self) for move in credits)
        return self.currency_id.compare_amounts(-self.amount, left) <= 0

    def _send_return_refund(self):
        """Send one refund; whatever a provider raises ends this one alone."""
        try:
            with self.env.cr.savepoint():
                self._ensure_provider_is_not_disabled()
                self._send_refund_request()
        except UserError as error:
            self._set_error(str(error))
        except Exception:
            _logger.exception("Refund %s: the provider's module failed", self.reference)
            # pending: it counts as under way, so it is not sent a second time
            self._set_pending(
                state_message=self.env._("What the provider did is not known. Look there, then set this straight.")
            )

    def _book_return_refund(self):
        """Enter one refund that the provider paid into the books; where these refuse, core's cron tries it again."""
        try:
            with self.env.cr.savepoint():
                self._post_process()
        except Exception:
            _logger.exception("Refund %s is paid and not in the books yet", self.reference)


class OrderReturn(models.Model):
    _inherit = "order.return"

    refund_state = fields.Char("Paid back online", compute="_compute_refund_state", compute_sudo=True, groups=PROCESSOR)

    def _compute_refund_state(self):
        for case in self:
            refunds = case.credit_ids.transaction_ids.filtered(lambda tx: tx.operation == "refund")
            labels = dict(refunds._fields["state"]._description_selection(self.env))
            case.refund_state = ", ".join(
                f"{tx.currency_id.format(-tx.amount)} {labels[tx.state]}" for tx in refunds.sorted("id")
            )
