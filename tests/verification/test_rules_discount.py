"""The rule about discounts: how much each may give, and who gave it."""

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import TermsCase


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
        self._turn_on("sale.group_discount_per_so_line")
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
        limit = self._as("manager", self.limits).create({"user_id": self.users["salesman"].id, "percent": 50})
        self.assertEqual(limit.company_id, self.company, "one company's manager sets it there")
        self.assertFalse(self._as("stranger", self.limits).search([("id", "=", limit.id)]))

    def test_a_limit_is_of_a_group_or_of_a_person(self):
        for vals in ({}, {"user_id": self.users["salesman"].id, "group_id": self.env.ref("base.group_user").id}):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self.limits.create({"percent": 5, **vals})

    def test_constant_queries(self):
        group = self.env.ref("sales_team.group_sale_salesman")
        self.limits.create({"group_id": group.id, "percent": 5})
        names = ("salesman", "processor", "manager")

        def give(order, index):
            self._end_of_request(order)
            self._write(names[index % 3], order.order_line, discount=8 + index % 5)

        self._assert_constant(
            lambda index: self._make_order((self.product, 1 + index % 7), user_id=self.users[names[index % 3]].id),
            give,
        )
