"""Charges, prices with and without tax, and a stated payment: the total is what the customer pays, to the cent."""

from odoo.exceptions import AccessError
from odoo.fields import Command

from tests.common import OrderCase
from tests.intake.common import IntakeMixin


class TestAmounts(IntakeMixin, OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tax = cls.env["account.tax"]
        cls.excluded = tax.create({"name": "20 on top", "amount": 20, "price_include_override": "tax_excluded"})
        cls.included = tax.create({"name": "10 inside", "amount": 10, "price_include_override": "tax_included"})
        cls.product.taxes_id = cls.excluded
        cls.other_product.taxes_id = cls.included
        rules = cls.env["order.verification.rule"].with_context(active_test=False)
        rules.search([("code", "=", "total_differs")]).active = True
        for kind in ("fee", "delivery"):
            cls.company._order_charge_product(kind).taxes_id = cls.excluded

    def _lines(self, *prices):
        codes = ("TG-1", "TG-2")
        return [{"product": code, "quantity": 3, "price": price} for code, price in zip(codes, prices)]

    def test_prices_with_tax_and_without_come_to_the_same_total(self):
        with_tax = self._made(lines=self._lines(12, 11), prices_include_tax=True, total=69)
        self.assertEqual((with_tax.amount_total, with_tax.amount_untaxed), (69, 60))
        without = self._made(lines=self._lines(10, 10), prices_include_tax=False)
        self.assertEqual((without.amount_total, without.amount_untaxed), (69, 60))
        # nothing said: as the taxes of the products are set up
        unsaid = self._made(lines=self._lines(10, 11))
        self.assertEqual((unsaid.amount_total, unsaid.amount_untaxed), (69, 60))

    def test_a_price_that_is_no_round_number_without_tax_keeps_its_total_to_the_cent_of_rounding(self):
        """3 x 9.99 with 20 % on top cannot be 29.97: the base is rounded, then its tax; inside the price it is exact."""
        for price in (9.99, 0.01, 123.45):
            on_top = self._made(lines=self._lines(price), prices_include_tax=True)
            self.assertLessEqual(abs(on_top.amount_total - 3 * price), 0.01 + 1e-9)
            inside = self._made(lines=self._lines(1, price)[1:], prices_include_tax=True)
            self.assertAlmostEqual(inside.amount_total, 3 * price, 2)

    def test_taxes_are_those_of_the_fiscal_position(self):
        position = self.env["account.fiscal.position"].create({"name": "Export"})
        self.env["account.tax"].create(
            {
                "name": "5 abroad",
                "amount": 5,
                "price_include_override": "tax_excluded",
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.excluded.ids)],
            }
        )
        self.customer.with_company(self.company).property_account_position_id = position
        made = self._made(lines=self._lines(21), prices_include_tax=True)
        self.assertEqual((made.amount_total, made.amount_untaxed), (63, 60))

    def test_charges_are_lines_and_the_stated_total_holds(self):
        charges = [
            {"type": "delivery", "amount": 6, "label": "Overnight"},
            {"type": "fee", "amount": "1.20"},
            {"type": "discount", "amount": 10, "label": "Voucher"},
        ]
        made = self._made(
            lines=self._lines(12, 11), charges=charges, prices_include_tax=True, total=66.2, payment={"amount": 66.2}
        )
        self.assertAlmostEqual(made.amount_total, 66.2, 2)
        charged = made.order_line.filtered("order_sender_charge")
        self.assertEqual(charged.filtered("is_delivery").name, "Overnight")
        off = charged.filtered(lambda line: line.order_sender_charge == 3)
        self.assertEqual({line.tax_ids for line in off}, {self.excluded, self.included})
        self.assertAlmostEqual(sum(off.mapped("price_total")), -10, 2)
        self.assertFalse(made.order_check_ids.filtered(lambda check: check.rule_code == "total_differs"))
        self.assertFalse(made.order_difference_count, made.order_comparison_html)

    def test_a_total_that_forgets_a_charge_is_found(self):
        made = self._made(lines=self._lines(10), charges=[{"type": "fee", "amount": 5}], total=36)
        self.assertEqual(made.amount_total, 42)
        found = made.order_check_ids.filtered(lambda check: check.rule_code == "total_differs")
        self.assertEqual(found.state, "failed")

    def test_delivery_of_a_named_carrier_is_the_carriers(self):
        service = self._make_product("Post", "POST", 7.0, type="service")
        self.env["delivery.carrier"].create({"name": "Test Post", "product_id": service.id})
        made = self._made(carrier="Test Post", charges=[{"type": "delivery", "amount": 4}])
        self.assertEqual(made.order_line.filtered("is_delivery").product_id, service)

    def test_faults_of_charges_and_payment_are_named(self):
        answer = self._answer(charges=[{"type": "gift", "amount": 1}, {"type": "fee"}, "x"], payment={"amount": "much"})
        found = {(error["path"], error["code"]) for error in answer["errors"]}
        self.assertEqual(
            found,
            {
                ("charges[0].type", "invalid"),
                ("charges[1].amount", "bad_price"),
                ("charges[2]", "invalid"),
                ("payment.amount", "bad_price"),
            },
        )

    def test_a_stated_payment_is_kept_and_books_nothing(self):
        entries = self.env["account.move"].search_count([])
        payment = {"method": "card", "reference": "ch_1", "amount": 10, "state": "paid"}
        made = self._made(payment=payment)
        self.assertEqual(
            (made.order_payment_method, made.order_payment_reference, made.order_payment_state),
            ("card", "ch_1", "paid"),
        )
        self.assertEqual(made.order_payment_amount, 10)
        self.assertEqual(self.env["account.move"].search_count([]), entries)
        self.assertEqual((made.amount_paid, made.transaction_ids.ids), (0, []))
        for user in ("processor", "salesman", "manager"):
            with self.assertRaises(AccessError):
                self._as(user, made).write({"order_payment_state": "refunded"})

    def test_charge_products_are_made_once_a_company(self):
        company = self.env["res.company"].create({"name": "Test Third Company"})
        for kind in ("delivery", "fee", "discount"):
            product = company._order_charge_product(kind)
            self.assertEqual((product, product.company_id), (company._order_charge_product(kind), company))
