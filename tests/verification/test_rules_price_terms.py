"""The rules about the terms behind a price: margin, taxes, currency, total, validity."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command, Date

from .common import TermsCase


class TestMargin(TermsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.standard_price = 8

    def test_under_cost(self):
        self._switch_on("margin_low")
        for price, codes in ((10, []), (8, []), (7.99, ["margin_low"])):
            with self.subTest(price=price):
                self.assertEqual(self._codes(self._make_order((self.product, 5, price))), codes)

    def test_floor(self):
        """A cost of 8 at a margin of 20 percent is a price of 10."""
        self._switch_on("margin_low", margin_percent=20)
        self.assertEqual(self._codes(self._make_order((self.product, 5, 10))), [])
        answer = self._make_order((self.product, 5, 9.9)).action_verify()[0]
        self.assertEqual(answer["holds"], ["margin_low"])
        finding = answer["findings"][0]
        currency = self.company.currency_id.name
        self.assertEqual((finding["expected"], finding["found"]), (f"at least 10.00 {currency}", f"9.90 {currency}"))
        self.assertIn("19.2 %", finding["message"])

    def test_discounts_of_line_and_order_count(self):
        self._switch_on("margin_low", margin_percent=20)
        order = self._make_order((self.product, 5, 12.5))
        order.order_line.discount = 20
        self.assertEqual(self._codes(order), [])
        order.order_line.discount = 21
        self.assertEqual(self._codes(order), ["margin_low"])
        order.order_line.discount = 0
        self._discount_order(order, 0.2)
        self.assertEqual(self._codes(order), [])
        self._discount_order(order, 0.01)
        self.assertEqual(self._codes(order), ["margin_low"])

    def _discount_order(self, order, share):
        wizard = self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "so_discount", "discount_percentage": share}
        )
        wizard.action_apply_discount()

    def test_tax_in_the_price_is_no_margin(self):
        self._switch_on("margin_low")
        tax = self.env["account.tax"].create(
            {"name": "25 in", "amount": 25, "price_include_override": "tax_included", "company_id": self.company.id}
        )
        self.product.taxes_id = tax
        self.assertEqual(self._codes(self._make_order((self.product, 1, 10))), [])
        self.assertEqual(self._codes(self._make_order((self.product, 1, 9.9))), ["margin_low"])

    def test_without_cost_or_price(self):
        self._switch_on("margin_low", margin_percent=50)
        self.assertEqual(self._codes(self._make_order((self.other_product, 1), (self.product, 1, 0))), [])

    def test_other_unit(self):
        self._switch_on("margin_low")
        order = self._make_order((self.product, 2))
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.order_line.price_unit = 96
        self.assertEqual(self._codes(order), [])
        order.order_line.price_unit = 95.9
        self.assertEqual(self._codes(order), ["margin_low"])

    def test_other_currency(self):
        self._switch_on("margin_low")
        self.assertEqual(self._codes(self._in_currency((self.product, 1, 16))), [])
        self.assertEqual(self._codes(self._in_currency((self.product, 1, 15.9))), ["margin_low"])

    def test_cost_of_the_orders_company(self):
        self._switch_on("margin_low")
        self.product.with_company(self.other_company).standard_price = 3
        self.assertEqual(self._found(self._elsewhere((self.product, 1, 4))), [[]])
        self.assertEqual(self._found(self._elsewhere((self.product, 1, 2.9))), [["margin_low"]])
        self.assertEqual(self._found(self._make_order((self.product, 1, 4))), [["margin_low"]])

    def test_constant_queries(self):
        self._switch_on("margin_low", margin_percent=20)
        products = [self._make_product(f"Cost {n}", f"C{n}", 9, standard_price=8) for n in range(20)]
        self._assert_constant(lambda index: self._make_order((products[index % 20], 1 + index), (self.product, 1)))

    def test_parameter_has_its_bounds(self):
        for percent in (-1, 100):
            with self.assertRaises(UserError):
                self._switch_on("margin_low", margin_percent=percent)


class TestTaxes(TermsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._rule(cls, "tax_differs").active = True
        Tax = cls.env["account.tax"]
        cls.standard = Tax.create({"name": "Standard", "amount": 20, "company_id": cls.company.id})
        cls.position = cls.env["account.fiscal.position"].create({"name": "Abroad", "company_id": cls.company.id})
        cls.zero = Tax.create(
            {
                "name": "Zero",
                "amount": 0,
                "company_id": cls.company.id,
                "fiscal_position_ids": [Command.set(cls.position.ids)],
                "original_tax_ids": [Command.set(cls.standard.ids)],
            }
        )
        cls.product.taxes_id = cls.standard

    def test_as_core_sets_them(self):
        self.assertEqual(self._codes(self._make_order((self.product, 1), (self.other_product, 1))), [])
        order = self._make_order((self.product, 1), fiscal_position_id=self.position.id)
        self.assertEqual(order.order_line.tax_ids, self.zero)
        self.assertEqual(self._codes(order), [])

    def test_differs(self):
        order = self._make_order((self.product, 1))
        order.order_line.tax_ids = self.zero
        answer = order.action_verify()[0]
        self.assertEqual(answer["holds"], ["tax_differs"])
        self.assertEqual((answer["findings"][0]["expected"], answer["findings"][0]["found"]), ("Standard", "Zero"))
        order.order_line.tax_ids = False
        self.assertEqual(order.action_verify()[0]["findings"][0]["found"], "no tax")
        order.order_line.tax_ids = self.standard
        self.assertEqual(self._codes(order), [])

    def test_position_chosen_afterwards(self):
        order = self._make_order((self.product, 1))
        order.fiscal_position_id = self.position
        self.assertEqual(self._codes(order), ["tax_differs"])
        order.action_update_taxes()
        self.assertEqual(self._codes(order), [])

    def test_product_without_taxes(self):
        order = self._make_order((self.other_product, 1))
        order.order_line.tax_ids = self.standard
        self.assertEqual(self._codes(order), ["tax_differs"])

    def test_taxes_of_the_other_company(self):
        """A product's taxes of one company are none of the other's."""
        country = self.company.account_fiscal_country_id
        self.other_company.account_fiscal_country_id = country
        group = self.env["account.tax.group"].create(
            {"name": "Other", "company_id": self.other_company.id, "country_id": country.id}
        )
        other = self.env["account.tax"].create(
            {
                "name": "Other",
                "amount": 5,
                "company_id": self.other_company.id,
                "country_id": country.id,
                "tax_group_id": group.id,
            }
        )
        self.product.taxes_id += other
        mine, theirs = self._make_order((self.product, 1)), self._elsewhere((self.product, 1))
        self.assertEqual((mine.order_line.tax_ids, theirs.order_line.tax_ids), (self.standard, other))
        self.assertEqual(self._found(mine | theirs), [[], []])
        theirs.order_line.tax_ids = False
        self.assertEqual(self._found(mine | theirs), [[], ["tax_differs"]])

    def test_mapped_once_a_distinct_key(self):
        orders = self.env["sale.order"].union(
            *(self._make_order((self.product, 1), fiscal_position_id=self.position.id) for _index in range(10))
        )
        asked = []
        Position = type(self.env["account.fiscal.position"])
        ask = Position.map_tax
        self.patch(Position, "map_tax", lambda position, taxes: asked.append(taxes) or ask(position, taxes))
        self.assertEqual(self._found(orders), [[]] * 10)
        self.assertEqual(len(asked), 1)

    def test_constant_queries(self):
        taxed = [self._make_product(f"Taxed {n}", f"T{n}", 9, taxes_id=self.standard.ids) for n in range(20)]

        def make(index):
            self._make_order((taxed[index % 20], 1), (self.product, 1), fiscal_position_id=self.position.id)

        def tax(order, _index):
            order.order_line[0].tax_ids = self.standard

        self._assert_constant(make, tax)


class TestCurrency(TermsCase):
    def test_currency(self):
        self._switch_on("currency_differs")
        order = self._in_currency((self.product, 1))
        other = self._make_order((self.product, 1))
        self.assertEqual(self._found(order | other), [[], []])
        order.pricelist_id.currency_id = self.company.currency_id
        # core computes the order's currency anew unless the order is kept as it was agreed
        order.currency_id = self.currency
        self.assertEqual(self._found(order | other), [["currency_differs"], []])
        answer = order.action_verify()[0]["findings"][0]
        self.assertEqual((answer["expected"], answer["found"]), (self.company.currency_id.name, self.currency.name))

    def test_without_pricelist_it_is_the_companys(self):
        self._switch_on("currency_differs")
        order = self._elsewhere((self.product, 1), pricelist_id=False)
        self.assertEqual(self._found(order), [[]])
        order.currency_id = self.currency
        self.assertEqual(self._found(order), [["currency_differs"]])

    def test_constant_queries(self):
        self._switch_on("currency_differs")
        pricelists = [self._pricelist(currency_id=self.currency.id).id, self._pricelist().id]
        self._assert_constant(lambda index: self._make_order(pricelist_id=pricelists[index % 2]))


class TestTotal(TermsCase):
    def _stated(self, total, *lines, **vals):
        order = self._make_order(*lines or [(self.product, 10)], **vals)
        order.sudo().order_stated_total = total
        return order

    def test_total(self):
        self._switch_on("total_differs", tolerance_percent=0, tolerance_amount=0.05)
        for stated, codes in (
            (100, []),
            (100.05, []),
            (99.95, []),
            (100.06, ["total_differs"]),
            (99.94, ["total_differs"]),
            (0, []),
        ):
            with self.subTest(stated=stated):
                self.assertEqual(self._found(self._stated(stated)), [codes])

    def test_the_tighter_holds(self):
        self._switch_on("total_differs", tolerance_percent=1, tolerance_amount=5)
        self.assertEqual(self._found(self._stated(101)), [[]])
        self.assertEqual(self._found(self._stated(102)), [["total_differs"]])

    def test_says_by_how_much(self):
        self._switch_on("total_differs")
        answer = self._stated(90).action_verify()[0]
        self.assertEqual(answer["holds"], ["total_differs"])
        self.assertIn("10.00", answer["findings"][0]["message"])

    def test_as_submitted(self):
        """The total that a sender states with an order."""
        self._switch_on("total_differs")
        payload = {
            "customer": {"name": "Test Sender", "email": "sender@test.example.com"},
            "lines": [{"product": "TG-1", "quantity": 2}],
        }
        answers = self.env["order.intake"].submit(
            [{**payload, "reference": "T1", "total": 20}, {**payload, "reference": "T2", "total": 21}], source="test"
        )
        orders = self.env["sale.order"].browse([answer["order_id"] for answer in answers])
        self.assertEqual(orders.mapped("order_stated_total"), [20, 21])
        self.assertEqual(self._found(orders), [[], ["total_differs"]])

    def test_other_currency_and_company(self):
        self._switch_on("total_differs")
        order = self._in_currency((self.product, 10))
        order.sudo().order_stated_total = 200
        other = self._elsewhere((self.product, 10))
        other.sudo().order_stated_total = 99
        self.assertEqual(self._found(order | other), [[], ["total_differs"]])

    def test_constant_queries(self):
        self._switch_on("total_differs")

        def state(order, index):
            order.sudo().order_stated_total = 101 + index

        self._assert_constant(lambda _index: self._make_order((self.product, 10)), state)


class TestValidity(TermsCase):
    def test_expired(self):
        self._switch_on("quotation_expired")
        today = Date.context_today(self.company)
        day = timedelta(days=1)
        for until, codes in ((today, []), (today + day, []), (today - day, ["quotation_expired"]), (False, [])):
            with self.subTest(until=until):
                self.assertEqual(self._codes(self._make_order(validity_date=until)), codes)

    def test_the_day_is_the_companys(self):
        self._switch_on("quotation_expired")
        mine, theirs = self._make_order(validity_date="2026-03-10"), self._elsewhere(validity_date="2026-03-10")
        self.company.order_tz = "Pacific/Auckland"
        self.other_company.order_tz = "America/Los_Angeles"
        with freeze_time("2026-03-10 12:00:00"):
            self.assertEqual(self._found(mine | theirs), [["quotation_expired"], []])

    def test_a_sale_does_not_expire(self):
        self._switch_on("quotation_expired")
        order = self._make_order(validity_date=Date.context_today(self.company))
        order.action_confirm()
        with freeze_time(Date.context_today(self.company) + timedelta(days=9)):
            self.assertEqual(self._found(order), [[]])

    def test_constant_queries(self):
        self._switch_on("quotation_expired")
        self._assert_constant(lambda index: self._make_order(validity_date="2020-01-01"))
