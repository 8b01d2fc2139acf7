"""The rules about the terms behind a price: margin, discount, taxes, currency, total, validity."""

from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Date
from odoo.tools import mute_logger

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


class TestDiscount(TermsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._rule(cls, "discount_limit").write({"active": True, "discount_percent": 10})
        cls.limits = cls.env["order.discount.limit"]
        cls.company.sale_discount_product_id = cls._make_product("Discount", "DISC", 0, type="service")

    def _discounted(self, user, percent, quantity=5):
        """An order of a user, with a discount that the user gives afterwards."""
        order = self._order_of(user, (self.product, quantity))
        self._write(user, order.order_line, discount=percent)
        return order

    def _order_of(self, user, *lines, **vals):
        self.env["order.event"].flush_model()
        order = self._make_order(*lines, user=self.users[user], user_id=self.users[user].id, **vals)
        self._end_of_request(order)
        return order.with_env(self.env)

    def _write(self, user, records, **vals):
        """Write as the user in a request of its own."""
        records = self._as(user, records)
        records.write(vals)
        self._end_of_request(records)

    def _end_of_request(self, records):
        """What one person wrote is entered in the book before the next one writes."""
        records.env.flush_all()
        self.env["order.event"].flush_model()

    def test_limit_for_everybody(self):
        self.assertEqual(self._found(self._discounted("salesman", 10)), [[]])
        order = self._discounted("salesman", 10.01)
        self.assertEqual(self._found(order), [["discount_limit"]])
        finding = order._verification_evaluate()[order.id].findings[0]
        self.assertEqual((finding.expected, finding.found), ("at most 10 %", "10.01 %"))
        self.assertIn(self.users["salesman"].name, finding.message)

    def test_a_manager_may_give_more(self):
        self.assertEqual(self._found(self._discounted("manager", 60)), [[]])

    def test_highest_of_the_groups(self):
        group = self.env["res.groups"].create(
            {"name": "Key accounts", "user_ids": [Command.set(self.users["processor"].ids)]}
        )
        self.limits.create({"group_id": self.env.ref("sales_team.group_sale_salesman").id, "percent": 15})
        self.limits.create({"group_id": group.id, "percent": 30})
        self.assertEqual(self._found(self._discounted("processor", 30)), [[]])
        self.assertEqual(self._found(self._discounted("processor", 31)), [["discount_limit"]])
        self.assertEqual(self._found(self._discounted("salesman", 15)), [[]])
        self.assertEqual(self._found(self._discounted("salesman", 16)), [["discount_limit"]])

    def test_the_own_limit_counts_first(self):
        self.limits.create({"user_id": self.users["manager"].id, "percent": 5})
        self.assertEqual(self._found(self._discounted("manager", 6)), [["discount_limit"]])

    def test_limit_of_the_company_replaces_the_general_one(self):
        group = self.env.ref("sales_team.group_sale_salesman").id
        self.limits.create({"group_id": group, "percent": 40})
        self.limits.create({"group_id": group, "percent": 20, "company_id": self.other_company.id})
        self.assertEqual(self._found(self._discounted("salesman", 40)), [[]])
        self.limits.create({"group_id": group, "percent": 12, "company_id": self.company.id})
        self.assertEqual(self._found(self._discounted("salesman", 13)), [["discount_limit"]])

    def test_who_gave_it_is_who_changed_the_price(self):
        """Changing the quantity of a line that a manager discounted is no discount of the one who changes it."""
        order = self._discounted("manager", 40)
        order.user_id = self.users["salesman"]
        self._write("salesman", order.order_line, product_uom_qty=7)
        self.assertEqual(self._found(order), [[]])
        self._write("salesman", order.order_line, discount=41)
        self.assertEqual(self._found(order), [["discount_limit"]])

    def test_a_manager_takes_it_over(self):
        order = self._discounted("salesman", 40)
        self.assertEqual(self._found(order), [["discount_limit"]])
        self._write("manager", order.order_line, discount=41)
        self.assertEqual(self._found(order), [[]])

    def test_a_line_that_the_book_does_not_know(self):
        """Orders from before the add-on have opening rows of whoever installed it: the line's creator gave the discount."""
        order = self._discounted("salesman", 40)
        self.env["order.event"].flush_model()
        self.env.cr.execute(
            "UPDATE order_event SET opening = TRUE, user_id = %s WHERE order_id = %s",
            [self.users["manager"].id, order.id],
        )
        self.assertEqual(self._found(order), [["discount_limit"]])

    def test_a_price_typed_lower_is_a_discount(self):
        self.assertEqual(self._found(self._order_of("salesman", (self.product, 1, 8.9))), [["discount_limit"]])
        self.assertEqual(self._found(self._order_of("salesman", (self.product, 1, 9))), [[]])

    def test_the_pricelists_own_discount_is_nobodys(self):
        self.env["res.config.settings"].create({"group_discount_per_so_line": True}).execute()
        pricelist = self._pricelist({"compute_price": "percentage", "percent_price": 33.33, "applied_on": "3_global"})
        order = self._order_of("salesman", (self.product, 1), pricelist_id=pricelist.id)
        self.assertEqual(round(order.order_line.discount, 2), 33.33)
        self.assertEqual(self._found(order), [[]])
        self._write("salesman", order.order_line, discount=41)
        self.assertEqual(self._found(order), [["discount_limit"]])

    def test_discount_of_the_whole_order(self):
        """Ten percent on the line and ten on the order are nineteen: neither hides the other."""
        order = self._discounted("salesman", 0)
        self._discount_order("salesman", order, 0.1)
        self.assertEqual(self._found(order), [[]])
        self._write("salesman", order.order_line[0], discount=10)
        self.assertEqual(self._found(order), [["discount_limit"]])
        finding = order._verification_evaluate()[order.id].findings[0]
        self.assertEqual(finding.line_id, order.order_line[-1].id)

    def test_discount_of_the_whole_order_by_a_manager(self):
        order = self._discounted("salesman", 10)
        self._discount_order("manager", order, 0.3)
        self.assertEqual(self._found(order), [[]])

    def _discount_order(self, user, order, share):
        wizard = (
            self.env["sale.order.discount"]
            .with_user(self.users[user])
            .create({"sale_order_id": order.id, "discount_type": "so_discount", "discount_percentage": share})
        )
        wizard.action_apply_discount()
        self._end_of_request(wizard)

    def test_other_unit_and_currency(self):
        pricelist = self._pricelist(currency_id=self.currency.id)
        order = self._order_of("salesman", (self.product, 2), pricelist_id=pricelist.id)
        self._write("salesman", order.order_line, product_uom_id=self.env.ref("uom.product_uom_dozen").id)
        self.assertEqual(order.order_line.price_unit, 240)
        self._write("salesman", order.order_line, price_unit=216)
        self.assertEqual(self._found(order), [[]])
        self._write("salesman", order.order_line, price_unit=215)
        self.assertEqual(self._found(order), [["discount_limit"]])

    def test_only_managers_set_limits(self):
        for user in ("salesman", "processor"):
            with self.assertRaises(AccessError):
                self._as(user, self.limits).create({"user_id": self.users[user].id, "percent": 100})
        self._as("manager", self.limits).create({"user_id": self.users["salesman"].id, "percent": 50})
        limit = self.limits.create({"user_id": self.users["salesman"].id, "percent": 1, "company_id": self.company.id})
        self.assertFalse(self._as("stranger", self.limits).search([("id", "=", limit.id)]))

    def test_a_limit_is_of_a_group_or_of_a_person(self):
        for vals in ({}, {"user_id": self.users["salesman"].id, "group_id": self.env.ref("base.group_user").id}):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self.limits.create({"percent": 5, **vals})

    def test_constant_queries(self):
        group = self.env.ref("sales_team.group_sale_salesman")
        self.limits.create({"group_id": group.id, "percent": 5})
        names = ("salesman", "processor", "manager")
        self._assert_constant(lambda index: self._discounted(names[index % 3], 8 + index % 5, 1 + index % 7))


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
            order = self._make_order((taxed[index % 20], 1), (self.product, 1), fiscal_position_id=self.position.id)
            order.order_line[0].tax_ids = self.standard
            return order

        self._assert_constant(make)


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
        self._assert_constant(lambda index: self._stated(101 + index))


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
