from odoo import api, models
from odoo.tools import SQL

# states of a payment that counts
LIVE = ("in_process", "paid")
MONEY_COLUMNS = (
    "kind",
    "company_id",
    "currency_id",
    "amount",
    "document_model",
    "document_id",
    "document_name",
    "business_date",
)


class AccountPayment(models.Model):
    _inherit = "account.payment"

    @api.model_create_multi
    def create(self, vals_list):
        """A payment that is made in a state that counts is a fact; most are drafts first."""
        payments = super().create(vals_list)
        usual = self.env.context.get("default_state")
        made = [payment.id for payment, vals in zip(payments, vals_list) if vals.get("state", usual) in LIVE]
        if made:
            self._book_money(made)
        return payments

    def _write_multi(self, vals_list):
        """Enter what customers pay, and are paid back, as it counts or no longer does, under every ORM path."""
        moved = {payment.id: vals["state"] for payment, vals in zip(self, vals_list) if "state" in vals}
        before = {}
        if moved:
            self.env.cr.execute(
                SQL(
                    "SELECT id, state FROM account_payment WHERE id = ANY(%s) AND partner_type = 'customer'",
                    list(moved),
                )
            )
            before = dict(self.env.cr.fetchall())
        super()._write_multi(vals_list)
        entered = [number for number, old in before.items() if old not in LIVE and moved[number] in LIVE]
        undone = [number for number, old in before.items() if old in LIVE and moved[number] not in LIVE]
        if entered:
            self.env["order.event"]._record_later(self, dict.fromkeys(entered), vals_list)
        if undone:
            self._book_money_undone(undone)

    def unlink(self):
        """A payment that is deleted as it counts is taken out of the book."""
        if self:
            # core also deletes none, many times for each invoice that it posts
            self.flush_recordset(["state"])
            self._book_money_undone(self.ids)
        return super().unlink()

    def _book_money(self, before):
        """Rows for payments that have come to count; in the payment's currency, negative for what is paid back."""
        self.flush_model(["state", "name", "amount", "date"])
        self.env["order.event"]._insert_select(
            SQL(
                """
                SELECT 'payment', payment.company_id, payment.currency_id,
                       CASE payment.payment_type WHEN 'inbound' THEN payment.amount ELSE -payment.amount END,
                       'account.payment', payment.id, payment.name, payment.date
                  FROM account_payment payment
                 WHERE payment.id = ANY(%s) AND payment.partner_type = 'customer' AND payment.state = ANY(%s)
              ORDER BY payment.id
                """,
                list(before),
                list(LIVE),
            ),
            MONEY_COLUMNS,
        )

    @api.model
    def _book_money_undone(self, payment_ids):
        """Take out of the book exactly what it holds of these payments, whatever they say by now."""
        self.env["order.event"]._insert_select(
            SQL(
                """
                SELECT 'payment_undone', company_id, currency_id, -sum(amount), 'account.payment', document_id,
                       max(document_name), max(business_date)
                  FROM order_event
                 WHERE document_model = 'account.payment' AND document_id = ANY(%s)
                   AND kind IN ('payment', 'payment_undone')
              GROUP BY company_id, currency_id, document_id
                HAVING sum(amount) <> 0
                """,
                list(payment_ids),
            ),
            MONEY_COLUMNS,
        )
