"""The rules about a customer's orders: duplicates, approval, first order, credit, the company's day."""

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command

from .common import TermsCase


class TestDuplicate(TermsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._rule(cls, "duplicate").write({"active": True, "days": 7})

    def test_reference_without_case_and_blanks(self):
        orders = self._make_order(client_order_ref="PO 7") | self._make_order(
            (self.product, 2), client_order_ref=" po 7"
        )
        self.assertEqual(self._found(orders), [["duplicate"]] * 2)

    def test_reference_of_any_characters(self):
        long_ago = datetime.now() - timedelta(days=900)
        for number, reference in enumerate(('a"b', "a\\b", "a'b", "{a,b}", "null", "%s", 'a\n"\\', "Ä 7", "a,b"), 2):
            self._make_order((self.product, number), client_order_ref=reference, date_order=long_ago)
            twin = self._make_order((self.other_product, number), client_order_ref=f" {reference} ")
            with self.subTest(reference=reference):
                self.assertEqual(self._found(twin), [["duplicate"]])

    def test_reference_is_never_read_as_two(self):
        long_ago = datetime.now() - timedelta(days=900)
        self._make_order((self.product, 2), client_order_ref="a", date_order=long_ago)
        self.assertEqual(self._found(self._make_order((self.product, 3), client_order_ref='a","b')), [[]])

    def test_reference_of_long_ago(self):
        long_ago = datetime.now() - timedelta(days=900)
        self._make_order(client_order_ref="PO 7", date_order=long_ago)
        self.assertEqual(self._found(self._make_order((self.product, 2), client_order_ref="PO 7")), [["duplicate"]])

    def test_lines_at_the_edge_of_the_days(self):
        now = datetime(2026, 3, 10, 12)
        week = timedelta(days=7)
        self._make_order(date_order=now)
        for date, codes in (
            (now + week, ["duplicate"]),
            (now - week, ["duplicate"]),
            (now + week + timedelta(seconds=1), []),
            (now - week - timedelta(seconds=1), []),
        ):
            order = self._make_order(date_order=date)
            with self.subTest(date=date):
                self.assertEqual(self._found(order), [codes])
            order.action_cancel()

    def test_lines_that_measure_alike_are_compared_themselves(self):
        """What narrows the search is the sum of product and quantity: here it is the same, and the orders are not."""
        first = self._make_order((self.product, self.other_product.id))
        other = self._make_order((self.other_product, self.product.id))
        self.assertEqual(self._found(first | other), [[], []])
        twin = self._make_order((self.other_product, self.product.id))
        self.assertEqual(self._found(first | other | twin), [[], ["duplicate"], ["duplicate"]])

    def test_lines_in_another_order_or_unit(self):
        self._make_order((self.product, 12), (self.other_product, 1))
        same = self._make_order((self.other_product, 1), (self.product, 12))
        unit = self._make_order((self.product, 12), (self.other_product, 1))
        unit.order_line[0].product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertEqual(self._found(same | unit), [["duplicate"], []])

    def test_other_company(self):
        self._elsewhere(client_order_ref="PO 7")
        self.assertEqual(self._found(self._make_order(client_order_ref="PO 7")), [[]])

    def test_other_currency_is_no_other_order(self):
        self._make_order()
        self.assertEqual(self._found(self._in_currency()), [["duplicate"]])

    def test_many_are_counted(self):
        for _index in range(8):
            self._make_order()
        finding = self._make_order().action_verify()[0]["findings"][0]
        self.assertEqual(finding["rule"], "duplicate")
        self.assertIn("3 more", finding["message"])

    def test_not_asked_of_a_sale(self):
        order, _twin = self._make_order(), self._make_order()
        order.action_confirm()
        self.assertEqual(self._found(order), [[]])

    def test_constant_queries(self):
        for quantity in (1, 2, 3):
            self._make_order((self.product, quantity))
        self._assert_constant(lambda index: self._make_order((self.product, 1 + index % 3)))


class TestApproval(TermsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._rule(cls, "approval_amount").write({"active": True, "limit_amount": 100})

    def test_above_the_amount(self):
        self.assertEqual(self._found(self._make_order((self.product, 10))), [[]])
        order = self._make_order((self.product, 1, 100.01))
        self.assertEqual(order.action_verify()[0]["holds"], ["approval_amount"])
        self._as("manager", order.order_check_ids).action_waive(reason="Approved")
        self.assertEqual(order.verification_state, "verified")
        order.order_line.price_unit = 120
        self.assertEqual(order.action_verify()[0]["holds"], ["approval_amount"])

    def test_other_currency(self):
        self.assertEqual(self._found(self._in_currency((self.product, 1, 200))), [[]])
        self.assertEqual(self._found(self._in_currency((self.product, 1, 200.02))), [["approval_amount"]])

    def test_other_company_has_its_own_amount(self):
        rule = self._rule("approval_amount").copy({"company_id": self.other_company.id, "limit_amount": 50})
        rule.active = True
        orders = self._make_order((self.product, 6)) | self._elsewhere((self.product, 6))
        self.assertEqual(self._found(orders), [[], ["approval_amount"]])

    def test_no_negative_amount(self):
        with self.assertRaises(UserError):
            self._rule("approval_amount").limit_amount = -1

    def test_constant_queries(self):
        self._assert_constant(lambda index: self._make_order((self.product, 11 + index)))


class TestFirstOrder(TermsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._rule(cls, "first_order").active = True

    def test_first(self):
        first, second = self._make_order(), self._make_order((self.product, 2))
        self.assertEqual(self._found(first | second), [["first_order"]] * 2)
        self.assertEqual(first.action_verify()[0]["state"], "verified")
        first.action_confirm()
        self.assertEqual(self._found(first | second), [[], []])

    def test_a_cancelled_order_is_none(self):
        first = self._make_order()
        first.action_confirm()
        first._action_cancel()
        self.assertEqual(self._found(self._make_order()), [["first_order"]])

    def test_of_the_whole_company_of_a_contact(self):
        self._make_order().action_confirm()
        child = self._make_customer("Branch", parent_id=self.customer.id)
        other = self._make_customer("Else")
        orders = self._make_order(partner_id=child.id) | self._make_order(partner_id=other.id)
        self.assertEqual(self._found(orders), [[], ["first_order"]])

    def test_each_company_for_itself(self):
        self._make_order().action_confirm()
        self.assertEqual(self._found(self._elsewhere()), [["first_order"]])

    def test_constant_queries(self):
        self._assert_constant(lambda index: self._make_order(partner_id=self._make_customer(f"New {index}").id))


class TestCredit(TermsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._rule(cls, "credit_limit").active = True
        cls.company.account_use_credit_limit = True
        cls.customer.credit_limit = 100

    def test_edge_in_another_currency(self):
        self.assertEqual(self._found(self._in_currency((self.product, 1, 200))), [[]])
        self.assertEqual(self._found(self._in_currency((self.product, 1, 200.02))), [["credit_limit"]])

    def test_posted_invoices_count(self):
        invoiced = self._make_order((self.service, 10))
        invoiced.action_confirm()
        self._invoice(invoiced)
        self.assertEqual(self._found(self._make_order((self.product, 5))), [[]])
        self.assertEqual(self._found(self._make_order((self.product, 6))), [["credit_limit"]])

    def test_of_the_whole_company_of_a_contact(self):
        child = self._make_customer("Branch", parent_id=self.customer.id)
        orders = self._make_order((self.product, 6)) | self._make_order((self.product, 6), partner_id=child.id)
        self.assertEqual(self._found(orders), [[], ["credit_limit"]])

    def test_other_company(self):
        self.assertEqual(self._found(self._elsewhere((self.product, 50))), [[]])

    def test_constant_queries(self):
        def make(index):
            customer = self._make_customer(f"Credit {index}", credit_limit=10)
            return self._make_order(partner_id=customer.id)

        self._assert_constant(make)


class TestDay(TermsCase):
    def test_overdue_by_the_companys_day(self):
        """At noon in Greenwich it is the next day in Auckland already."""
        self._switch_on("overdue", days=0)
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-01",
                "invoice_date_due": "2026-03-10",
                "invoice_payment_term_id": False,
                "invoice_line_ids": [Command.create({"name": "Test", "price_unit": 5, "tax_ids": [Command.clear()]})],
            }
        )
        move.action_post()
        order = self._make_order()
        for zone, codes in (("Europe/London", []), ("Pacific/Auckland", ["overdue"])):
            self.company.order_tz = zone
            with self.subTest(zone=zone), freeze_time("2026-03-10 12:00:00"):
                self.assertEqual(self._found(order), [codes])
