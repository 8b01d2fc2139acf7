import random
from datetime import date, timedelta

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
        draw = random.Random(7)
        products = [self._make_product(f"P{number}", f"P{number}", 1) for number in range(8)]
        for product in products:
            self._stock(product, draw.randint(0, 20))
            other = self._make_order((product, draw.randint(1, 9)))
            other.action_confirm()
            if draw.random() < 0.5:
                other.picking_ids.action_assign()
        asked = self._make_order(*[(product, 1000) for product in products])
        self.env.flush_all()
        found = {row[0]: row[2] for row in self.env.execute_query(promise_query(asked.order_line.ids))}
        for line in asked.order_line:
            product = line.product_id.with_context(warehouse_id=self.warehouse.id)
            self.assertEqual(1000 - found[line.id], max(0, product.virtual_available), product.name)

    def test_queries_do_not_grow_with_the_set(self):
        orders = self.env["sale.order"].browse(self._make_order((self.product, 1)).id for _n in range(41))

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
