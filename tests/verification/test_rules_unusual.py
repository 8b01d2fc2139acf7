"""The rule of unusual quantities against its own definition, with hand-made histories."""

import math
import random
from datetime import timedelta
from statistics import median

from odoo import fields
from odoo.exceptions import UserError

from .goods import GoodsCase


class TestUnusual(GoodsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls._make_customer("Test Elsewhere")

    def _history(self, *quantities, partner=None, product=None, days=10, company=None):
        """Confirmed orders of the past."""
        orders = self.env["sale.order"]
        for quantity in quantities:
            orders |= self._make_order(
                (product or self.product, quantity),
                partner_id=(partner or self.customer).id,
                company_id=(company or self.company).id,
            )
        orders.write({"state": "sale"})
        orders.date_order = fields.Datetime.now() - timedelta(days=days)
        return orders

    def _quantity_fires(self, quantity, **vals):
        return self._fires(self._make_order((self.product, quantity), **vals))

    def test_far_from_what_the_customer_orders(self):
        self._on("quantity_unusual")
        self._history(8, 9, 10, 11, 12)
        self.assertEqual([self._quantity_fires(q) for q in (2, 5, 10, 20, 100)], [True, False, False, False, True])
        order = self._make_order((self.product, 100))
        self.assertEqual(self._found(order)[0][1], "100 Units")
        self.assertIn("this customer usually orders about 10 Units (5 orders)", order.order_check_ids.message)

    def test_needs_history(self):
        self._on("quantity_unusual")
        self._history(8, 9, 10, 11)
        self.assertFalse(self._quantity_fires(1000), "four orders are too few")
        self._history(10, days=400)
        self.assertFalse(self._quantity_fires(1000), "too long ago")
        self._make_order((self.product, 10)).action_verify()
        self.assertFalse(self._quantity_fires(1000), "a quotation is no history")
        self._history(10, company=self.other_company)
        self.assertFalse(self._quantity_fires(1000), "another company's is none of ours")
        self._history(10, product=self.other_product)
        self.assertFalse(self._quantity_fires(1000), "nor another product's")
        self._history(10)
        self.assertTrue(self._quantity_fires(1000))

    def test_falls_back_to_all_customers(self):
        self._on("quantity_unusual")
        self._history(90, 100, 110, partner=self.elsewhere)
        self._history(9, 10, 11)
        order = self._make_order((self.product, 100000))
        self.assertTrue(self._fires(order))
        self.assertIn("customers usually order", order.order_check_ids.message)
        self.assertFalse(self._quantity_fires(100), "somebody orders as much")
        self._history(10, 10)
        self.assertTrue(self._quantity_fires(100), "but not this customer, once five orders say so")

    def test_branches_are_one_customer(self):
        self._on("quantity_unusual")
        branch = self._make_customer("Test Branch", parent_id=self.customer.id, type="other")
        self._history(9, 10, 11, partner=branch)
        self._history(10, 10)
        self._history(1000, 1000, 1000, 1000, 1000, 1000, partner=self.elsewhere)
        self.assertTrue(self._quantity_fires(1000))

    def test_alike_history_leaves_the_multiple_to_decide(self):
        self._on("quantity_unusual")
        self._history(10, 10, 10, 10, 10, 12)
        edges = ((3.33, True), (3.34, False), (29.99, False), (30, False), (30.01, True))
        self.assertEqual([self._quantity_fires(q) for q, _fires in edges], [fires for _q, fires in edges])

    def test_other_units(self):
        self._on("quantity_unusual")
        for order in self._history(8, 9, 10, 11, 12):
            order.order_line.product_uom_id = self.dozen
        twelve = self._order_of(self._line(self.product, 10, self.dozen))
        self.assertFalse(self._fires(twelve))
        self.assertFalse(self._quantity_fires(120))
        self.assertTrue(self._quantity_fires(10), "ten pieces are no ten dozens")

    def test_lines_of_a_product_together(self):
        self._on("quantity_unusual")
        self._history(8, 9, 10, 11, 12)
        self.assertTrue(self._fires(self._make_order((self.product, 25), (self.product, 24))))
        self.assertFalse(self._fires(self._make_order((self.product, 6), (self.product, 5))))

    def test_confirmed_orders_are_not_asked(self):
        self._on("quantity_unusual")
        self._history(8, 9, 10, 11, 12)
        order = self._history(1000)
        self.assertFalse(self._fires(order))

    def test_parameters(self):
        rule = self._on("quantity_unusual", history_minimum=2, unusual_factor=2, unusual_score=3.5)
        version = rule.version
        self._history(10, 10)
        self.assertEqual([self._quantity_fires(q) for q in (20, 20.01)], [False, True])
        rule.unusual_factor = 50
        self.assertEqual(rule.version, version + 1)
        self.assertFalse(self._quantity_fires(400))
        for wrong in ({"history_months": 0}, {"history_minimum": 1}, {"unusual_score": 0}, {"unusual_factor": 1}):
            with self.assertRaises(UserError, msg=str(wrong)):
                rule.write(wrong)

    def test_definition(self):
        """Random histories: the statement says what Python's median says."""
        rule = self._on("quantity_unusual", history_minimum=3, unusual_factor=1.05)
        draw = random.Random(7)
        for _round in range(6):
            product = self._make_product("Test Random", f"TR-{_round}", 1)
            history = [draw.choice((1, 2, 3, 5, 10, 12, 24, 100)) for _n in range(draw.randint(3, 9))]
            self._history(*history, product=product)
            logs = [math.log(quantity) for quantity in history]
            middle = median(logs)
            deviation = median(abs(value - middle) for value in logs)
            orders = [self._make_order((product, draw.choice((1, 4, 40, 400)))) for _n in range(5)]
            expected = [
                abs(math.log(order.order_line.product_uom_qty) - middle)
                > max(rule.unusual_score * deviation / 0.6745, math.log(rule.unusual_factor)) + 1e-9
                for order in orders
            ]
            self.assertEqual(self._fires(*orders), expected, (history, orders[0].order_line.product_uom_qty))

    def test_same_queries(self):
        self._on("quantity_unusual")
        self._history(8, 9, 10, 11, 12)
        self._assert_same_queries(lambda index: self._make_order((self.product, 1000 + index)))
