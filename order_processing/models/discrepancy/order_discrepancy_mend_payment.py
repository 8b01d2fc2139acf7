from odoo import models
from odoo.exceptions import UserError

from .mends import BY_ACT


class OrderDiscrepancyMendPayment(models.Model):
    """Acts on money that was paid: paid back, set off against what else is open of the customer, registered."""

    _inherit = "order.discrepancy"

    # ------------------------------------------------------------------ acts

    def _mend_by_pay_back(self, wishes):
        """Pay the open credit notes of these lines back, one payment each, through core's own wizard."""
        credits = self._mend_payable("out_refund").sudo(False)
        if not credits:
            self._mend_refuse_payment()
        payments = self.env["account.payment"]
        for credit in credits.sorted("id"):
            wizard = (
                self.env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=credit.ids)
                .create({"payment_date": self._mend_day(credit.company_id)})
            )
            payments |= wizard._create_payments()
        notes = []
        if payments.filtered(lambda payment: not payment.move_id):
            notes.append(self.env._("It counts as paid back when the payment is matched with the bank statement."))
        return {"documents": [payments], "notes": notes}

    def _mend_by_set_off(self, wishes):
        """Reconcile what is open of these lines with what else is open of the same customers, the oldest first.

        An open credit note goes against the customer's open invoices and what was paid out, an open invoice takes the
        customer's payments and credit notes that nobody used; in one currency and one account, of the very same
        commercial entity, as core's own button on the invoice does.
        """
        rows = []
        for kind, own in (("out_refund", self._mend_of("over_paid")), ("out_invoice", self._mend_of("under_paid"))):
            for item in own._mend_open_items(kind).sudo(False):
                for other in own._mend_counterparts(item).sudo(False):
                    before = abs(item.amount_residual_currency)
                    (item | other).reconcile()
                    taken = before - abs(item.amount_residual_currency)
                    text = self.env._("%(open)s with %(other)s", open=item.move_id.name, other=other.move_id.name)
                    rows.append(self._mend_row(text, amount=taken, currency_id=item.currency_id.id))
                    if item.reconciled:
                        break
        if not rows:
            raise UserError(self._mend_no_counterpart())
        told = "; ".join(
            f"{row['name']}: {self.env['res.currency'].browse(row['currency_id']).format(row['amount'])}"
            for row in rows
        )
        # nothing new is made: the documents were there before
        return {"documents": [], "rows": rows, "notes": [self.env._("Set off: %s.", told)]}

    def _mend_register(self):
        """Core's screen that registers a payment, for the open invoices of these lines.

        :raises UserError: a right is missing, or nothing is open
        """
        self._mend_check_rights()
        blocked = self._mend_blocked(BY_ACT["register"])
        if blocked:
            raise UserError(blocked)
        invoices = self._mend_payable("out_invoice").sudo(False)
        if not invoices:
            self._mend_refuse_payment()
        return invoices.action_register_payment()

    # ------------------------------------------------------------------ why not

    def _mend_blocked_payment(self, act):
        """Why ``act`` cannot be done for lack of open documents, ``""`` if it can."""
        if act.code == "pay_back":
            return self._mend_blocked_pay_back()
        if act.code == "register" and not self._mend_payable("out_invoice"):
            return self.env._("No posted invoice of these lines is open.")
        if act.code == "set_off":
            over, under = self._mend_of("over_paid"), self._mend_of("under_paid")
            found = any(
                own._mend_counterparts(item)
                for own, kind in ((over, "out_refund"), (under, "out_invoice"))
                for item in own._mend_open_items(kind)
            )
            return "" if found else self._mend_no_counterpart()
        return ""

    def _mend_blocked_pay_back(self):
        if not self._mend_payable("out_refund"):
            return self.env._("No posted credit note of these lines is open: nothing is to be paid back.")
        others = self.env["account.move.line"].sudo()
        for item in self._mend_open_items("out_refund"):
            others |= self._mend_counterparts(item)
        if others:
            return self.env._(
                "The customer owes something, or was paid already: %s. Set it off first.",
                ", ".join(dict.fromkeys(others.move_id.mapped("name"))),
            )
        return ""

    def _mend_no_counterpart(self):
        return self.env._("Nothing else of the customer is open that it could be set off against.")

    def _mend_refuse_payment(self):
        raise UserError(self.env._("Nothing is open to be paid for %s: look at the documents.", self._mend_names()))

    # ------------------------------------------------------------------ parts

    def _mend_of(self, kind):
        return self.filtered(lambda record: record.kind == kind)

    def _mend_payable(self, move_type):
        """Posted documents of ``move_type`` of these lines of which something is open and no payment is on its way (sudo)."""
        return self.line_id.sudo().invoice_lines.move_id.filtered(
            lambda move: (
                move.move_type == move_type
                and move.state == "posted"
                and move.payment_state in ("not_paid", "partial")
                and not move.currency_id.is_zero(move.amount_residual)
                # a payment without a journal entry is on its way though nothing is reconciled with it
                and not move.matched_payment_ids.filtered(
                    lambda payment: not payment.move_id and payment.state in ("in_process", "paid")
                )
            )
        )

    def _mend_open_items(self, move_type):
        """The open items of ``_mend_payable`` on the customers' accounts, the oldest due first (sudo)."""
        items = self._mend_payable(move_type).line_ids.filtered(
            lambda item: item.account_id.account_type == "asset_receivable" and not item.reconciled
        )
        return items.sorted(lambda item: (item.date_maturity or item.date, item.id))

    def _mend_counterparts(self, item):
        """Open items of the same customer that ``item`` can be reconciled with, the oldest due first (sudo)."""
        against = [("balance", "<", 0)]
        if item.balance < 0:
            against = [("balance", ">", 0), ("move_type", "in", ("out_invoice", "entry"))]
        domain = [
            ("company_id", "=", item.company_id.id),
            ("account_id", "=", item.account_id.id),
            ("partner_id", "=", item.partner_id.commercial_partner_id.id),
            ("currency_id", "=", item.currency_id.id),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("move_id", "!=", item.move_id.id),
            ("amount_residual_currency", "!=", 0),
            # what a payment without a journal entry pays is open by its items alone
            ("move_id.payment_state", "in", ("not_paid", "partial")),
            *against,
        ]
        return self.env["account.move.line"].sudo().search(domain, order="date_maturity, date, id")
