from odoo import models
from odoo.tools import SQL

MONEY = ("payment", "payment_undone")


class OrderReconciliationPayments(models.Model):
    """What customers paid, and were paid back: the day book against what the journals set off, and what they did not yet."""

    _inherit = "order.reconciliation"

    def _source_payments(self):
        """Per payment that the day entered or took back: the day book's amount, and what became of it.

        Of a payment with a journal entry the items on the customer's account are matched, by what they are reconciled with, or
        unmatched, by what is left open on them; items beside them and beside the money are written off with it. A payment
        without an entry is its own ledger. One that was rejected or cancelled counts for nothing, whatever its entry says.
        """
        return SQL(
            """
            SELECT booked.currency_id AS group_id, booked.document_id AS order_id, booked.name AS order_name, '' AS line_name,
                   booked.amount AS booked, coalesce(ledger.matched, 0) AS matched, coalesce(ledger.unmatched, 0) AS unmatched,
                   coalesce(ledger.beside, 0) AS beside,
                   CASE WHEN payment.move_id IS NOT NULL OR payment.state NOT IN ('in_process', 'paid') THEN 0
                        WHEN payment.payment_type = 'inbound' THEN coalesce(payment.amount, 0)
                        ELSE coalesce(-payment.amount, 0) END AS alone
              FROM (
                SELECT event.document_id, event.currency_id, max(event.document_name) AS name, sum(event.amount) AS amount
                  FROM order_event event
                 WHERE event.document_model = 'account.payment' AND event.kind = ANY(%(kinds)s) AND %(seen)s
                   AND event.document_id IN (
                       SELECT DISTINCT event.document_id FROM order_event event
                        WHERE event.document_model = 'account.payment' AND event.kind = ANY(%(kinds)s)
                          AND event.company_id = %(company)s AND %(owned)s)
              GROUP BY event.document_id, event.currency_id) booked
         LEFT JOIN account_payment payment ON payment.id = booked.document_id
         LEFT JOIN account_move move ON move.id = payment.move_id AND move.state = 'posted' AND payment.state IN ('in_process', 'paid')
         LEFT JOIN LATERAL (
                   SELECT sum(coalesce(paid.amount, 0) - coalesce(back.amount, 0)) FILTER (WHERE place.customer) AS matched,
                          -sum(item.amount_residual_currency) FILTER (WHERE place.customer) AS unmatched,
                          -sum(item.amount_currency) FILTER (WHERE NOT place.customer AND NOT place.money) AS beside
                     FROM account_move_line item
                     JOIN account_account account ON account.id = item.account_id
               CROSS JOIN LATERAL (SELECT %(money)s AS money) held
               CROSS JOIN LATERAL (
                          SELECT held.money, NOT held.money
                                 AND account.account_type IN ('asset_receivable', 'liability_payable') AS customer) place
               CROSS JOIN LATERAL (
                          SELECT sum(partial.credit_amount_currency) AS amount FROM account_partial_reconcile partial
                           WHERE partial.credit_move_id = item.id) paid
               CROSS JOIN LATERAL (
                          SELECT sum(partial.debit_amount_currency) AS amount FROM account_partial_reconcile partial
                           WHERE partial.debit_move_id = item.id) back
                    WHERE item.move_id = move.id) ledger ON TRUE
            """,
            kinds=list(MONEY),
            seen=self._seen("event"),
            owned=self._owned("event"),
            company=self.company_id.id,
            money=self._holds_money(),
        )

    def _holds_money(self):
        """``SQL`` true for an ``item`` of the entry of a ``payment`` that stands where the money does, as core sees it."""
        return SQL(
            """
            (item.account_id IS NOT DISTINCT FROM payment.outstanding_account_id
             OR EXISTS (SELECT 1 FROM account_journal journal
                         WHERE journal.id = payment.journal_id AND journal.default_account_id = item.account_id)
             OR EXISTS (SELECT 1 FROM account_payment_method_line method
                         WHERE method.journal_id = payment.journal_id AND method.payment_account_id = item.account_id))
            """
        )
