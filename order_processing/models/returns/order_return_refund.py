from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from .return_process import PROCESSOR

WAITING = ("draft", "pending", "authorized")


class AccountMove(models.Model):
    """A refund goes back the way it was paid, where the payment provider of that way refunds."""

    _inherit = "account.move"

    def _refund_online(self):
        """Prepare core's refund transactions for what posted credit notes of cases leave to pay back.

        They are sent to the provider by a cron once all this stands: what a provider has paid no rollback takes back. What
        has no such way stays on the credit note for the accountant to pay back.
        """
        made = self.env["payment.transaction"].sudo()
        for credit in self.filtered(lambda move: move.order_return_settlement == "refund" and move.amount_residual > 0):
            policies = credit.invoice_line_ids.order_return_line_id.policy_id.sudo()
            if not all(policies.mapped("refund_online")):
                continue
            rest = credit.amount_residual - sum(-tx.amount for tx in credit._online_refunds())
            paid = credit.reversed_entry_id.sudo().transaction_ids.filtered(
                lambda tx, credit=credit: tx.currency_id == credit.currency_id
            )
            for tx in paid.sorted("id"):
                amount = credit.currency_id.round(min(rest, tx._refundable()))
                if tx._refunds_whole_only() and credit.currency_id.compare_amounts(amount, tx.amount):
                    continue
                if credit.currency_id.compare_amounts(amount, 0.0) > 0:
                    rest -= amount
                    made |= tx._create_child_transaction(
                        amount, is_refund=True, invoice_ids=[Command.set(credit.ids)], order_refund_state="to_send"
                    )
        if made:
            self.env.ref("order_processing.cron_return_refund").sudo()._trigger()

    def _online_refunds(self):
        """Refund transactions of this credit note that are not over yet."""
        return self.sudo().transaction_ids.filtered(lambda tx: tx.operation == "refund" and tx.state in WAITING)


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
        under_way = self.child_transaction_ids.filtered(lambda tx: tx.operation == "refund" and tx.state in WAITING)
        return max(self.payment_id.amount_available_for_refund + sum(under_way.mapped("amount")), 0.0)

    def _refunds_whole_only(self):
        """Whether provider or method refund the whole of a payment or nothing."""
        method = self.payment_method_id.primary_payment_method_id or self.payment_method_id
        return "full_only" in (self.provider_id.support_refund, method.support_refund)

    @api.model
    def _cron_refund_online(self):
        """Send the refunds of returns to their providers, each once: it is marked and committed before it is sent."""
        waiting = self.sudo().search([("order_refund_state", "=", "to_send"), ("state", "=", "draft")], order="id")
        for number, refund in enumerate(waiting, 1):
            refund.order_refund_state = "sent"
            credit = refund.invoice_ids
            if credit.filtered(lambda move: move.state != "posted" or not move.amount_residual):
                # taken back or paid otherwise meanwhile
                refund._set_canceled()
                continue
            self.env["ir.cron"]._commit_progress(1, remaining=len(waiting) - number)
            refund._log_sent_message()
            try:
                refund._ensure_provider_is_not_disabled()
                refund._send_refund_request()
            except ValidationError as error:
                refund._set_error(str(error))
            if refund.state == "done":
                refund._post_process()
            self.env["ir.cron"]._commit_progress()


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
