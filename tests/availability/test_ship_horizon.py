"""Orders far off do not eat today's stock: neither by reserving it nor by standing before those that are wanted now."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError

from tests.common import OrderCase


class TestHorizon(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 10)
        cls.product.order_horizon_days = 14

    def _order(self, days=None, quantity=10, count=1, **vals):
        if days is not None:
            vals["commitment_date"] = fields.Datetime.now() + timedelta(days=days)
        return self._make_orders(count, (self.product, quantity), **vals)

    def _confirmed(self, *args, **vals):
        order = self._order(*args, **vals)
        order.action_confirm()
        order.picking_ids.action_assign()
        return order

    def _reserved(self, order):
        return sum(order.picking_ids.move_ids.mapped("quantity"))

    def test_what_is_far_off_reserves_nothing_until_its_day(self):
        far, near = self._confirmed(30), self._confirmed(13)
        self.assertEqual((self._reserved(far), self._reserved(near)), (0, 10))
        self.assertTrue(far.order_reserve_from)
        self.assertFalse(near.order_reserve_from)
        near.action_cancel()
        answer = self._as("processor", far).action_dispatch()[0]
        self.assertEqual(answer["code"], "nothing")
        self.assertIn("wanted later", answer["message"])
        far.commitment_date = fields.Datetime.now() + timedelta(days=13)
        self.env["stock.rule"].run_scheduler()
        self.assertEqual(self._reserved(far), 10)

    def test_what_is_wanted_now_is_promised_the_stock(self):
        far, now = self._confirmed(30), self._order()
        (far | now).action_promise()
        self.assertEqual((far.order_line.order_short_qty, now.order_line.order_short_qty), (10, 0))
        self.product.order_horizon_days = 0
        (far | now).action_promise()
        self.assertEqual((far.order_line.order_short_qty, now.order_line.order_short_qty), (0, 10))

    def test_among_those_far_off_confirmed_ones_come_first(self):
        quotation, confirmed, near = self._order(40), self._confirmed(30), self._order(quantity=4)
        (quotation | confirmed | near).action_promise()
        lines = (quotation | confirmed | near).order_line
        self.assertEqual(lines.mapped("order_short_qty"), [10, 4, 0])

    def test_the_fast_entry_says_what_the_promise_says(self):
        self._confirmed(30)
        free, short, day = self.env["sale.order"]._promise_outlook([(self.product, 10)], self.warehouse)[0]
        order = self._order()
        order.action_promise()
        self.assertEqual((free, short, day), (10, order.order_line.order_short_qty, order.order_promise_date))
        self.assertEqual(short, 0)

    def test_the_customer_s_horizon_and_the_product_s_before_it(self):
        self.product.order_horizon_days = 0
        self.customer.order_horizon_days = 20
        far = self._confirmed(30)
        self.assertEqual(self._reserved(far), 0)
        now = self._order()
        now.action_promise()
        self.assertFalse(now.order_is_short)
        self.product.order_horizon_days = 60
        far.picking_ids.action_assign()
        self.assertEqual(self._reserved(far), 10)

    def test_a_branch_has_its_company_s(self):
        self.product.order_horizon_days = 0
        self.customer.order_horizon_days = 20
        branch = self.env["res.partner"].create(
            {
                "name": "Branch",
                "parent_id": self.customer.id,
                "street": "2 Low Street",
                "city": "London",
                "zip": "N1 1AA",
                "country_id": self.uk.id,
                "email": "branch@test.example.com",
            }
        )
        far = self._confirmed(30, partner_id=branch.id)
        self.assertEqual(self._reserved(far), 0)
        now = self._order()
        now.action_promise()
        self.assertFalse(now.order_is_short)

    def test_a_window_counts_as_the_day_wanted(self):
        far = self._confirmed(order_ship_from=fields.Date.today() + timedelta(days=30))
        self.assertEqual(self._reserved(far), 0)

    def test_another_company_s_horizon_is_not_ours(self):
        self.product.order_horizon_days = 0
        self.customer.with_company(self.other_company).order_horizon_days = 5
        self.assertEqual(self._reserved(self._confirmed(30)), 10)

    def test_who_sets_it(self):
        for name in ("accountant", "portal"):
            with self.assertRaises(AccessError):
                self._as(name, self.customer).read(["order_horizon_days"])
        with self.assertRaises(AccessError):
            self._as("processor", self.customer).order_horizon_days = 3
        self._as("manager", self.customer).order_horizon_days = 3
        self.assertEqual(self.customer.order_horizon_days, 3)

    def test_reserving_asks_the_same_for_one_and_for_many(self):
        orders = self._confirmed(30, quantity=1, count=22)
        moves = orders.picking_ids.move_ids

        def queries(own):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.assertEqual(own._horizon_far(), own)
            return self.cr.sql_log_count - start

        queries(moves[0])
        self.assertEqual(queries(moves[1]), queries(moves[2:]))

    def test_of_what_is_far_off_nothing_leaves_now(self):
        far = self._confirmed(30, quantity=12)
        far.action_promise()
        line = far.order_line
        self.assertTrue(far.order_is_short)
        answer = self._as("processor", line).action_decide_shortage("part")[0]
        self.assertEqual(answer["code"], "refused")
        self.assertIn("reserved from", answer["message"])
        self.customer.order_ship_mode = "parts"
        answer = self._as("processor", line).action_decide_shortage("standing")[0]
        self.assertEqual((answer["code"], answer["lines"][0]["choice"]), ("done", "wait"))
        self.assertEqual(self._reserved(far), 0)

    def test_a_line_far_off_is_nothing_that_could_leave_with_another(self):
        near = self._make_product("Near Goods", "TG-N", 3.0)
        order = self._make_order(
            (self.product, 5), (near, 2), commitment_date=fields.Datetime.now() + timedelta(days=30)
        )
        order.action_confirm()
        order.action_promise()
        answer = self._as("processor", order.order_line[1]).action_decide_shortage("part")[0]
        self.assertEqual(answer["code"], "refused")
        self.assertIn("nothing of the order is there", answer["message"])

    def test_it_is_told_of_what_still_waits_alone(self):
        early = self._confirmed(30)
        self.product.order_horizon_days = 0
        early.picking_ids.action_assign()
        self.product.order_horizon_days = 14
        self.assertFalse(early.order_reserve_from, "it is reserved already")
        self.assertEqual(self._as("processor", early).action_dispatch()[0]["code"], "dispatched")
        early.invalidate_recordset(["order_reserve_from"])
        self.assertFalse(early.order_reserve_from)
        self.assertNotIn("wanted later", self._as("processor", early).action_dispatch()[0]["message"])
        self.assertTrue(self._order(30).order_reserve_from, "a quotation says what would be")

    def test_goods_held_back_are_not_told_to_be_wanted_later(self):
        order = self._confirmed(30, quantity=5)
        self.product.order_horizon_days = 0
        order.picking_ids.action_assign()
        with patch.object(type(order.picking_ids), "_quality_held_back", lambda pickings: pickings):
            self.product.order_horizon_days = 14
            message = self._as("processor", order).action_dispatch()[0]["message"]
        self.assertIn("failed their check", message)

    def test_what_is_missing_now_is_not_told_to_be_wanted_later(self):
        order = self._make_order(
            (self.product, 5), (self.other_product, 2), commitment_date=fields.Datetime.now() + timedelta(days=30)
        )
        order.action_confirm()
        order.picking_ids.action_assign()
        self.assertIn("in stock", self._as("processor", order).action_dispatch()[0]["message"])

    def test_no_less_than_none_and_who_it_is_of(self):
        for name in ("order_max_shipments", "order_horizon_days", "order_min_shipment"):
            with self.subTest(name=name), self.assertRaisesRegex(ValidationError, self.customer.name):
                self.customer[name] = -1
        with self.assertRaisesRegex(ValidationError, self.product.name):
            self.product.order_horizon_days = -1
