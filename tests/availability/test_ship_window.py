"""The window in which an order may leave: kept by the promise, by picking, by the pickup and shown on the desk."""

from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.order_processing.models.common.business_day import business_day, day_bounds

from tests.common import OrderCase


class TestWindow(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = business_day(cls.company)
        cls._stock(cls.product, 100)

    def _windowed(self, first=None, last=None, confirm=True, count=1, **vals):
        """``count`` orders that may leave from so many days from today until so many; all of them are there."""
        for name, days in (("order_ship_from", first), ("order_ship_until", last)):
            if days is not None:
                vals[name] = self.today + timedelta(days=days)
        orders = self._make_orders(count, (self.product, 5), **vals)
        if confirm:
            orders.action_confirm()
            orders.picking_ids.action_assign()
        return orders

    def _dispatch(self, order, **options):
        return self._as("processor", order).action_dispatch(**options)[0]

    def test_nothing_is_promised_for_a_day_before(self):
        order = self._windowed(first=10)
        order.action_promise()
        self.assertGreaterEqual(order.order_promise_date, order.order_ship_from)
        self.assertLess(order.order_promise_date, order.order_ship_from + timedelta(days=3), "a weekend at most")
        self.assertFalse(order.order_is_short)
        plain = self._windowed()
        plain.action_promise()
        self.assertLess(plain.order_promise_date, order.order_promise_date)

    def test_a_later_day_that_the_customer_asked_for_is_no_delay(self):
        order = self._make_order((self.other_product, 5))
        order.action_confirm()
        order.action_promise()
        order.order_ship_from = self.today + timedelta(days=60)
        order.action_promise()
        self.assertGreaterEqual(order.order_promise_date, order.order_ship_from)
        order.order_line.order_promise_date = order.order_ship_from
        self.assertFalse(self.env["sale.order"]._slipped_lines(order.ids))

    def test_transfers_are_planned_for_the_first_day(self):
        order = self._windowed(first=10)
        first = day_bounds(self.company, order.order_ship_from)[0]
        self.assertGreaterEqual(order.picking_ids.scheduled_date, first)
        late = self._windowed()
        self.assertLess(late.picking_ids.scheduled_date, first)
        late.order_ship_from = order.order_ship_from
        self.assertEqual(late.picking_ids.scheduled_date, first)

    def test_what_comes_back_is_not_put_off(self):
        order = self._windowed()
        self._deliver(order, {self.product: 3})
        wizard = self.env["stock.return.picking"].create({"picking_id": order.picking_ids.filtered("date_done").id})
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        before = back.move_ids.date
        order.order_ship_from = self.today + timedelta(days=10)
        self.assertEqual(back.move_ids.date, before)
        open_ = order.picking_ids.filtered(lambda picking: picking.state != "done") - back
        self.assertEqual(open_.move_ids.date, day_bounds(self.company, order.order_ship_from)[0])

    def test_an_earlier_first_day_brings_transfers_forward(self):
        plain = self._windowed()
        order = self._windowed(first=10)
        moves = order.picking_ids.move_ids
        order.order_ship_from = self.today + timedelta(days=5)
        self.assertEqual(moves.date, day_bounds(self.company, order.order_ship_from)[0])
        order.order_ship_from = False
        self.assertEqual(moves.date, order.order_line._prepare_procurement_values()["date_planned"])
        self.assertLess(abs(moves.date - plain.picking_ids.move_ids.date), timedelta(hours=1))
        order.order_ship_from = self.today + timedelta(days=5)
        by_hand = moves.date + timedelta(days=2)
        moves.date = by_hand
        order.order_ship_from = self.today
        self.assertEqual(moves.date, by_hand, "planned by hand")

    def test_many_are_put_off_with_one_write(self):
        orders = self.env["sale.order"].browse(self._windowed().id for _n in range(12))
        written = []

        def spy(moves, vals):
            if "date" in vals:
                written.append(moves)
            return write(moves, vals)

        write = type(self.env["stock.move"]).write
        with patch.object(type(self.env["stock.move"]), "write", spy):
            orders.order_ship_from = self.today + timedelta(days=3)
        self.assertEqual(written, [orders.picking_ids.move_ids])

    def test_putting_off_costs_the_same_for_one_and_for_many(self):
        orders = self._windowed(count=22)

        def queries(own):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            own._ship_replan(dict.fromkeys(own))
            return self.cr.sql_log_count - start

        orders.order_ship_from = self.today + timedelta(days=3)
        orders.picking_ids.move_ids.date = fields.Datetime.now()
        queries(orders[0])
        self.assertEqual(queries(orders[1]), queries(orders[2:]))

    def test_bringing_forward_costs_the_same_for_one_and_for_many(self):
        orders = self._windowed(first=3, count=22)
        before = orders[0].order_ship_from
        self.env.flush_all()
        # one day that core plans them all for
        self.cr.execute(
            "UPDATE sale_order SET order_ship_from = NULL, date_order = %s WHERE id = ANY(%s)",
            [orders[0].date_order, orders.ids],
        )

        def queries(own):
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            own._ship_replan(dict.fromkeys(own, before))
            self.env.flush_all()
            return self.cr.sql_log_count - start

        queries(orders[0])
        self.assertEqual(queries(orders[1]), queries(orders[2:]))
        self.assertLess(max(orders.picking_ids.move_ids.mapped("date")), day_bounds(self.company, before)[0])

    def test_a_day_that_a_stock_user_says_is_no_day(self):
        order = self._windowed(last=-1)
        picking = order.picking_ids
        picking.action_quality_pass()
        picking.move_ids.picked = True
        yesterday = fields.Datetime.to_string(fields.Datetime.now() - timedelta(days=1))
        context = {"order_business_moment": yesterday, "skip_backorder": True, "skip_sms": True}
        person = new_test_user(self.env, "picker", groups="stock.group_stock_user")
        with self.assertRaisesRegex(UserError, order.name):
            picking.with_user(person).with_context(**context).button_validate()
        with self.assertRaisesRegex(UserError, order.name):
            picking.with_user(person).sudo().with_context(**context).button_validate()
        picking.with_user(self.users["processor"]).with_context(**context).button_validate()
        self.assertEqual(picking.state, "done")

    def test_nothing_leaves_before_nor_after(self):
        early, late, fine = self._windowed(first=1), self._windowed(last=-1), self._windowed(first=0, last=0)
        rows = self._as("processor", early | late | fine).action_dispatch()
        self.assertEqual([row["ok"] for row in rows], [False, False, True])
        self.assertIn("may not leave before", rows[0]["message"])
        self.assertIn("may not leave after", rows[1]["message"])
        self.assertEqual((early | late | fine).order_line.mapped("qty_delivered"), [0, 0, 5])
        for order in early | late:
            order.picking_ids.action_quality_pass()
            order.picking_ids.move_ids.picked = True
            with self.assertRaisesRegex(UserError, order.name):
                order.picking_ids.button_validate()
        early.order_ship_from = self.today
        self.assertTrue(self._dispatch(early)["ok"])
        late.order_ship_until = self.today
        self.assertTrue(self._dispatch(late)["ok"])

    def test_a_dispatch_of_another_day_left_on_that_day(self):
        order = self._windowed(last=-1)
        yesterday = self.today - timedelta(days=1)
        self.assertTrue(self._dispatch(order, business_date=str(yesterday))["ok"])

    def test_picking_inside_the_house_is_not_leaving(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._windowed(first=3)
        inside = order.picking_ids.filtered(lambda picking: picking.picking_type_code == "internal")
        inside.move_ids.picked = True
        inside.with_context(skip_backorder=True).button_validate()
        self.assertEqual(inside.state, "done")

    def test_a_pickup_outside_the_window(self):
        order, free = self._windowed(first=3, last=5), self._windowed()
        Pickup = self.env["order.pickup"].with_user(self.users["processor"])
        vals = {"warehouse_id": self.warehouse.id, "company_id": self.company.id}
        pickup = Pickup.create({**vals, "date": self.today + timedelta(days=2)})
        with self.assertRaisesRegex(UserError, order.name):
            pickup.picking_ids = [Command.link(order.picking_ids.id)]
        self._as("processor", free.picking_ids).order_pickup_id = pickup
        with self.assertRaisesRegex(UserError, order.name):
            self._as("processor", order.picking_ids).write({"order_pickup_id": pickup.id})
        pickup.date = self.today + timedelta(days=4)
        self._as("processor", order.picking_ids).write({"order_pickup_id": pickup.id})
        for days in (2, 6):
            with self.assertRaisesRegex(UserError, order.name):
                pickup.date = self.today + timedelta(days=days)
        self.assertEqual(order.picking_ids.order_pickup_id, pickup)

    def test_the_desk(self):
        def shown(code):
            card = self._as("processor", self.env.ref(f"order_processing.desk_queue_{code}"))
            return self.env[card.model_name].search(card.action_open()["domain"])

        early, over, fine = self._windowed(first=2), self._windowed(last=-1), self._windowed(first=0, last=9)
        self.assertEqual(shown("to_pack") & (early | over | fine).picking_ids, (over | fine).picking_ids)
        late = self._make_order((self.other_product, 5), order_ship_until=self.today)
        late.action_confirm()
        (late | fine).action_promise()
        self.assertEqual((late.order_misses_window, fine.order_misses_window), (True, False))
        self.assertEqual(shown("windows") & (early | over | fine | late), over | late)
        late.order_ship_until = late.order_promise_date
        self.assertNotIn(late, shown("windows"))

    def test_a_window_ends_after_it_begins(self):
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._windowed(first=3, last=2, confirm=False)

    def test_it_is_not_copied(self):
        self.assertFalse(self._windowed(first=3, last=4, confirm=False).copy().order_ship_until)

    def test_orders_without_a_window_cost_nothing_more(self):
        """The gates ask the window of a set with the same statements for one transfer and for many."""
        orders = self._windowed(first=1, count=22)

        def queries(own):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.assertEqual(len(own._ship_window_problems()), len(own))
            return self.cr.sql_log_count - start

        queries(orders[0])
        self.assertEqual(queries(orders[1]), queries(orders[2:]))
