import random
from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.order_processing.models.availability.promise_query import promise_query

from tests.common import OrderCase

MONDAY = date(2026, 3, 2)


class TestPromise(OrderCase):
    def _receipt(self, product, quantity, day):
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "date": day,
            }
        )
        move._action_confirm()
        return move

    def test_stock_receipt_or_lead_time(self):
        self._stock(self.product, 10)
        self._receipt(self.product, 20, MONDAY + timedelta(days=3))
        now, soon, late = (self._make_order((self.product, 10)) for _n in range(3))
        late.order_line.product_uom_qty = 50
        answers = self._as("processor", now | soon | late).action_promise(date=MONDAY)
        self.assertEqual(
            [(answer["promise_date"], answer["lines"][0]["short"]) for answer in answers],
            [("2026-03-02", 0), ("2026-03-05", 10), ("2026-03-09", 50)],
        )
        self.assertEqual((now.order_is_short, soon.order_is_short), (False, True))
        self.assertEqual(len(self._events(now | soon | late, "promised")), 3)
        self._as("processor", now | soon | late).action_promise(date=MONDAY)
        self.assertEqual(len(self._events(now | soon | late, "promised")), 3, "told once")

    def test_vendor_lead_time_weekend_and_first_promise(self):
        self.other_product.seller_ids = [Command.create({"partner_id": self.customer.id, "delay": 5})]
        order = self._make_order((self.other_product, 1))
        order.action_promise(date=MONDAY)
        self.assertEqual(str(order.order_promise_date), "2026-03-09", "Saturday becomes Monday")
        order.action_promise(date=MONDAY + timedelta(days=7))
        line = order.order_line
        self.assertEqual(
            (str(line.order_first_promise_date), str(line.order_promise_date)), ("2026-03-09", "2026-03-16")
        )

    def test_confirmed_orders_come_before_quotations_and_keep_what_is_reserved(self):
        self._stock(self.product, 10)
        quotation = self._make_order((self.product, 6))
        confirmed = self._make_order((self.product, 6))
        confirmed.action_confirm()
        confirmed.picking_ids.action_assign()
        (quotation | confirmed).action_promise(date=MONDAY)
        self.assertEqual(confirmed.order_line.order_short_qty, 0)
        self.assertEqual(quotation.order_line.order_short_qty, 2)

    def test_several_steps_out_and_in(self):
        """A first move that stays in the house is demand all the same, and goods on their way inside it are a receipt."""
        self.warehouse.delivery_steps = "pick_pack_ship"
        self.warehouse.reception_steps = "two_steps"
        order = self._make_order((self.product, 10))
        order.action_confirm()
        order.action_promise(date=MONDAY)
        self.assertEqual(order.order_line.order_short_qty, 10)
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.wh_input_stock_loc_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 10,
                            "date": MONDAY + timedelta(days=2),
                            "location_id": self.env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": self.warehouse.wh_input_stock_loc_id.id,
                            "location_final_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.move_ids.date = MONDAY + timedelta(days=2)
        order.action_promise(date=MONDAY)
        self.assertEqual((order.order_line.order_short_qty, str(order.order_promise_date)), (10, "2026-03-04"))
        receipt.move_ids.picked = True
        receipt.button_validate()
        inside = receipt.move_ids.move_dest_ids
        inside.date = MONDAY + timedelta(days=1)
        order.picking_ids.do_unreserve()
        inside._action_assign()
        self.assertEqual(inside.state, "assigned")
        order.action_promise(date=MONDAY)
        self.assertEqual((order.order_line.order_short_qty, str(order.order_promise_date)), (10, "2026-03-03"))
        inside.picked = True
        inside._action_done()
        order.picking_ids.action_assign()
        order.action_promise(date=MONDAY)
        self.assertEqual((order.order_is_short, str(order.order_promise_date)), (False, "2026-03-02"))

    def test_shipped_and_cancelled_lines_are_short_of_nothing(self):
        self._stock(self.product, 4)
        order, cancelled = self._make_order((self.product, 6)), self._make_order((self.other_product, 2))
        (order | cancelled).action_confirm()
        order.picking_ids.action_assign()
        (order | cancelled).action_promise(date=MONDAY)
        self.assertEqual((order | cancelled).order_line.mapped("order_short_qty"), [2, 2])
        promised = order.order_promise_date
        self._deliver(order, backorder=False)
        cancelled._action_cancel()
        (order | cancelled).action_promise(date=MONDAY + timedelta(days=1))
        self.assertEqual((order | cancelled).order_line.mapped("order_short_qty"), [0, 0])
        self.assertEqual(order.order_promise_date, promised, "what has left keeps its day")

    def test_morning_run_takes_short_and_late_orders_only(self):
        self._stock(self.product, 5)
        fine, short = self._make_order((self.product, 5)), self._make_order((self.other_product, 1))
        (fine | short).action_confirm()
        fine.picking_ids.action_assign()
        (fine | short).action_promise()
        self._stock(self.other_product, 5)
        rows = len(self._events(fine, "promised"))
        # a cron commits, a test must not
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0):
            self.env["sale.order"]._cron_promise()
        self.assertEqual((short.order_is_short, fine.order_is_short), (False, False))
        self.assertEqual(len(self._events(fine, "promised")), rows)

    def test_rights_and_bad_input(self):
        order = self._make_order((self.product, 1))
        for name in ("integration", "stranger", "portal"):
            with self.assertRaises(AccessError):
                self._as(name, order).action_promise()
        self._as("manager", order).action_promise()
        for wrong in ("tomorrow", "2026-02-31"):
            with self.assertRaisesRegex(UserError, wrong):
                order.action_promise(date=wrong)
        with self.assertRaises(AccessError):
            self._as("salesman", order).action_promise()
        order.user_id = self.users["salesman"]
        self._as("salesman", order).action_promise()

    def test_units(self):
        self._stock(self.product, 12)
        order = self._make_order((self.product, 2))
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.action_promise(date=MONDAY)
        self.assertEqual(order.order_line.order_short_qty, 1)

    def test_services_are_never_short(self):
        order = self._make_order((self.service, 3))
        order.action_promise(date=MONDAY)
        self.assertEqual((str(order.order_promise_date), order.order_is_short), ("2026-03-02", False))

    def test_free_stock_is_core_s(self):
        """On random stock, reservations, receipts and moves inside the house."""
        draw = random.Random(7)
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id, "usage": "internal"}
        )
        elsewhere = self.env["stock.warehouse"].create({"name": "Elsewhere", "code": "ELS"})
        products = [self._make_product(f"P{number}", f"P{number}", 1) for number in range(12)]
        for product in products:
            self._stock(product, draw.choice((-3, 1, 4, 9, 20)))
            self._stock(product, draw.randint(1, 5), shelf)
            self._stock(product, draw.randint(1, 9), elsewhere.lot_stock_id)
            if draw.random() < 0.5:
                self._receipt(product, draw.randint(1, 9), MONDAY)
            inside = self.env["stock.move"].create(
                {
                    "product_id": product.id,
                    "product_uom_qty": draw.randint(1, 4),
                    "location_id": self.warehouse.lot_stock_id.id,
                    "location_dest_id": shelf.id,
                }
            )
            inside._action_confirm()
            if draw.random() < 0.5:
                inside._action_assign()
            other = self._make_order((product, draw.randint(1, 9)))
            other.action_confirm()
            if draw.random() < 0.5:
                other.picking_ids.action_assign()
            else:
                other.picking_ids.do_unreserve()
        asked = self._make_order(*[(product, 1000) for product in products])
        self.env.flush_all()
        found = {row[0]: row for row in self.env.execute_query(promise_query(asked.order_line.ids))}
        for line in asked.order_line:
            product = line.product_id.with_context(warehouse_id=self.warehouse.id)
            waiting = sum(
                move.product_uom_qty - move.quantity
                for move in self.env["stock.move"].search(
                    [
                        ("product_id", "=", product.id),
                        ("sale_line_id", "!=", False),
                        ("state", "not in", ("draft", "done", "cancel")),
                    ]
                )
            )
            # with nobody before it, a line gets what core calls free; with all receipts, what core calls forecast
            self.assertEqual(1000 - found[line.id][2], max(0, product.free_qty - waiting), product.name)
            forecast = self._make_order((product, product.virtual_available))
            if product.virtual_available > 0:
                self.env.flush_all()
                row = self.env.execute_query(promise_query(forecast.order_line.ids))[0]
                self.assertTrue(not row[2] or row[4], f"{product.name}: the forecast covers it")
            more = self._make_order((product, max(0, product.virtual_available) + 1))
            self.env.flush_all()
            row = self.env.execute_query(promise_query(more.order_line.ids))[0]
            self.assertTrue(row[2] > 0 and row[4] is None, f"{product.name}: beyond the forecast")

    def test_queries_do_not_grow_with_the_set(self):
        orders = self._make_orders(41, (self.product, 1))

        def queries(found):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            found.action_promise(date=MONDAY)
            self.env.flush_all()
            self.env["order.event"].flush_model()
            return self.cr.sql_log_count - start

        queries(orders[0])
        self.assertEqual(queries(orders[1]), queries(orders[2:]))

    def test_composed(self):
        self.assertIsInstance(promise_query([1]), SQL)
