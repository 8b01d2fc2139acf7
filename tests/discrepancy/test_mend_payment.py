from datetime import timedelta
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools.safe_eval import safe_eval

from odoo.addons.order_processing.models.discrepancy.mends import ACTS

from .mending import MendingCase


class TestMendPayment(MendingCase):
    """Money paid too much or too little: paid back, set off, registered; the preview leaves nothing behind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.users["manager"]
        cls.long_ago = fields.Date.today() - timedelta(days=60)

    def _old_invoice(self, order):
        invoice = self._invoice(order, post=False)
        invoice.write({"invoice_date": self.long_ago, "invoice_payment_term_id": False})
        invoice.invoice_date_due = self.long_ago
        invoice.action_post()
        return invoice

    def _credited(self, order, quantity=1):
        """A paid invoice of which some goods came back and were credited, the credit note open."""
        invoice = self._old_invoice(order)
        self._pay(invoice, invoice.amount_total)
        self._back(order, quantity)
        credit = order._create_invoices(final=True)
        credit.write({"invoice_date": self.long_ago, "invoice_payment_term_id": False})
        credit.invoice_date_due = self.long_ago
        credit.action_post()
        return credit

    def _previewed(self, record, act):
        """The preview of ``act``, which leaves the database as it was."""
        before = self._state(), self.env["account.payment"].search_count([])
        answer = record.mend_preview(act)
        self.assertEqual((self._state(), self.env["account.payment"].search_count([])), before)
        self.assertFalse(answer["problem"])
        return answer

    # ------------------------------------------------------------------ paid back

    def test_what_was_credited_after_payment_is_paid_back_once(self):
        order = self._shipped(10)
        credit = self._credited(order)
        record = self._as("manager", self._open(order, "over_paid"))
        self.assertEqual(record.mend_options()[0]["act"], "pay_back")
        shown = self._previewed(record, "pay_back")
        self.assertEqual([row["amount"] for row in shown["rows"]], [credit.amount_total])
        answer = record.mend_apply("pay_back")
        payment = self.env["account.payment"].browse(answer["documents"][0]["id"])
        self.assertEqual(
            (payment.payment_type, payment.partner_type, payment.amount, payment.partner_id),
            ("outbound", "customer", credit.amount_total, self.customer),
        )
        self.assertIn(credit.payment_state, ("paid", "in_payment"))
        self._again(record, "pay_back")
        self.assertEqual(self._payments("outbound"), payment, "paid back twice")

    def _payments(self, kind):
        return self.env["account.payment"].search([("payment_type", "=", kind), ("partner_id", "=", self.customer.id)])

    def _again(self, record, act):
        """Press once more: refused, as nothing is open to be paid."""
        with self.assertRaisesRegex(UserError, "nothing is to be paid back"):
            record.mend_apply(act)

    def test_what_is_paid_back_without_a_journal_entry_is_used_no_second_time(self):
        """Core calls such a credit note in payment, though its items stay open until the bank statement is matched."""
        order, other = self._shipped(10), self._shipped(10)
        credit = self._credited(order)
        journals = self.env["account.journal"].search(
            [("type", "in", ("bank", "cash")), ("company_id", "=", self.company.id)]
        )
        journals.outbound_payment_method_line_ids.payment_account_id = False
        # as where the accounting app is installed: without it core makes an entry for every payment
        record = self._as("manager", self._open(order, "over_paid"))
        with patch.object(type(self.env["account.move"]), "_get_invoice_in_payment_state", lambda moves: "in_payment"):
            record.mend_apply("pay_back")
        payment = self._payments("outbound")
        self.assertFalse(payment.move_id)
        self._again(record, "pay_back")
        self.assertEqual(self._payments("outbound"), payment)
        invoice = self._old_invoice(other)
        self._pay(invoice, 40)
        under = self._as("manager", self._open(other, "under_paid"))
        self.assertTrue(next(o for o in under.mend_options() if o["act"] == "set_off")["blocked"])
        with self.assertRaises(UserError):
            under.mend_apply("set_off")
        self.assertEqual(credit.amount_residual, credit.amount_total)

    def test_who_owes_is_not_paid_back(self):
        order, other = self._shipped(10), self._shipped(5)
        self._credited(order)
        owed = self._old_invoice(other)
        record = self._as("manager", self._open(order, "over_paid"))
        options = {option["act"]: option["blocked"] for option in record.mend_options()}
        self.assertIn(owed.name, options["pay_back"])
        self.assertEqual((record.mend_options()[0]["act"], options["set_off"]), ("set_off", ""))
        with self.assertRaisesRegex(UserError, "Set it off first"):
            record.mend_apply("pay_back")
        self.assertFalse(self._payments("outbound"))

    def test_a_company_of_the_same_group_is_another_customer(self):
        daughter = self._make_customer("Daughter Company", parent_id=self.customer.id, is_company=True)
        self.customer.is_company = True
        order = self._shipped(10)
        self._credited(order)
        theirs = self._make_order((self.product, 5), partner_id=daughter.id)
        theirs.action_confirm()
        self._deliver(theirs)
        owed = self._old_invoice(theirs)
        record = self._as("manager", self._open(order, "over_paid"))
        with self.assertRaisesRegex(UserError, "Nothing else of the customer is open"):
            record.mend_apply("set_off")
        self.assertEqual(owed.amount_residual, owed.amount_total)

    def test_a_partner_who_owes_is_set_off(self):
        order, other = self._shipped(10), self._shipped(5)
        credit = self._credited(order)
        owed = self._old_invoice(other)
        record = self._as("manager", self._open(order, "over_paid"))
        due = owed.amount_residual
        shown = self._previewed(record, "set_off")
        self.assertEqual([row["amount"] for row in shown["rows"]], [credit.amount_total])
        record.mend_apply("set_off")
        self.assertEqual((credit.amount_residual, owed.amount_residual), (0, due - credit.amount_total))
        self._sweep(order)
        self.assertEqual(record.state, "auto_closed")

    def test_nothing_to_set_off_against_is_said_before(self):
        order = self._shipped(10)
        self._credited(order)
        record = self._as("manager", self._open(order, "over_paid"))
        option = next(option for option in record.mend_options() if option["act"] == "set_off")
        self.assertIn("Nothing else of the customer is open", option["blocked"])
        with self.assertRaisesRegex(UserError, "Nothing else of the customer is open"):
            record.mend_apply("set_off")

    def test_another_customers_money_and_currency_stay_untouched(self):
        order = self._shipped(10)
        self._credited(order)
        stranger = self._make_customer("Somebody Else")
        theirs = self._make_order((self.product, 5), partner_id=stranger.id)
        theirs.action_confirm()
        self._deliver(theirs)
        owed = self._old_invoice(theirs)
        record = self._as("manager", self._open(order, "over_paid"))
        with self.assertRaises(UserError):
            record.mend_apply("set_off")
        self.assertEqual(owed.amount_residual, owed.amount_total)

    # ------------------------------------------------------------------ too little

    def test_an_open_credit_note_fills_what_is_missing(self):
        order, other = self._shipped(10), self._shipped(10)
        credit = self._credited(other, 3)
        invoice = self._old_invoice(order)
        self._pay(invoice, invoice.amount_total - credit.amount_total)
        record = self._as("manager", self._open(order, "under_paid"))
        self.assertEqual(record.mend_options()[0]["act"], "set_off")
        self._previewed(record, "set_off")
        record.mend_apply("set_off")
        self.assertEqual((invoice.amount_residual, credit.amount_residual), (0, 0))
        self._sweep(order)
        self.assertEqual(record.state, "auto_closed")

    def test_what_is_missing_is_asked_for_or_registered(self):
        order = self._shipped(10)
        invoice = self._old_invoice(order)
        self._pay(invoice, 40)
        record = self._as("manager", self._open(order, "under_paid"))
        acts = [option["act"] for option in record.mend_options() if not option["blocked"]]
        self.assertEqual(acts[:2], ["ask", "register"])
        action = record._mend_register()
        self.assertEqual(action["res_model"], "account.payment.register")
        wizard = self._as("manager", self.env["account.payment.register"]).with_context(**action["context"]).create({})
        self.assertEqual(wizard.amount, invoice.amount_residual)
        screen = self.env["discrepancy.mend"].with_user(self.users["manager"])
        screen = screen.browse(record.action_mend()["res_id"])
        screen._show("register")
        self.assertEqual(screen.action_apply()["res_model"], "account.payment.register")

    # ------------------------------------------------------------------ who

    def test_who_may_not(self):
        order = self._shipped(10)
        self._credited(order)
        record = self._open(order, "over_paid")
        for user in ("salesman", "integration", "stranger", "portal"):
            for act in ("pay_back", "set_off"):
                with self.subTest(user=user, act=act), self.assertRaises(AccessError):
                    self._as(user, record).mend_apply(act)
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._as(user, record)._mend_register()
        self.assertFalse(self._payments("outbound"))

    def test_a_lock_date_forbids_it(self):
        order = self._shipped(10)
        self._credited(order)
        record = self._as("manager", self._open(order, "over_paid"))
        self._lock("hard_lock_date", 1)
        with self.assertRaisesRegex(UserError, "is locked"):
            record.mend_apply("pay_back")

    # ------------------------------------------------------------------ the screen

    def test_every_act_has_one_button_that_does_it(self):
        view = self.env["discrepancy.mend"].get_view(view_type="form")
        buttons = etree.fromstring(view["arch"]).xpath("//footer/button[@name='action_apply']")
        for act in ACTS:
            asks_post = "post" in act.asks
            for post in (True, False):
                values = {"act": act.code, "asks_post": asks_post, "post": post, "may_post": True, "blocked": False}
                shown = [
                    button.get("string")
                    for button in buttons
                    if not safe_eval(button.get("invisible"), {**values, "problem": False})
                ]
                with self.subTest(act=act.code, post=post):
                    self.assertEqual(len(shown), 1, shown)
