"""Stock for the wished date, as the promise sees it."""

import random
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command

from .goods import GoodsCase

NOW = datetime(2026, 3, 2, 12)


@freeze_time(NOW)
class TestStockRule(GoodsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["order.verification.rule"].with_context(active_test=False).search(
            [("code", "=", "stock_short")]
        ).active = True

    def _receipt(self, quantity, days):
        move = self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": quantity,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "date": NOW + timedelta(days=days),
            }
        )
        move._action_confirm()

    def _wished(self, quantity, days, **vals):
        return self._make_order((self.product, quantity), commitment_date=NOW + timedelta(days=days), **vals)

    def test_free_stock_and_its_edge(self):
        self._stock(self.product, 10)
        edge = self._wished(10, 3)
        self.assertFalse(self._fires(edge))
        edge.action_cancel()
        order = self._wished(11, 3)
        self.assertEqual(self._found(order), [("11 Units on 2026-03-05", "10 Units, no receipt planned for the rest")])
        self.assertEqual((order.verification_state, order.order_hold_ids.ids), ("verified", []), "a warning")

    def test_what_stock_covers_at_a_glance_is_not_asked_about_and_nothing_is_missed(self):
        """The quick look at free stock only leaves out what the whole statement would not have found."""
        orders = type(self.env["sale.order"])
        rng = random.Random(7)
        dozen = self.env.ref("uom.product_uom_dozen").id
        for round_number in range(4):
            for product in (self.product, self.other_product):
                self._stock(product, rng.randrange(0, 40))
            self._receipt(rng.randrange(1, 20), rng.randrange(1, 6))
            self._wished(rng.randrange(1, 15), rng.randrange(1, 6)).action_confirm()
            batch = self.env["sale.order"]
            for _n in range(4):
                batch |= self._make_order(
                    (self.product, rng.randrange(1, 12)),
                    (self.other_product, rng.randrange(1, 25)),
                    commitment_date=NOW + timedelta(days=rng.randrange(1, 6)),
                )
            batch[0].order_line[0].product_uom_id = dozen
            quick = self._found(*batch)
            with patch.object(orders, "_promise_scarce", lambda self, demand: set(demand)):
                whole = self._found(*batch)
            with self.subTest(round=round_number):
                self.assertEqual(quick, whole)
            batch.action_cancel()

    def test_plenty_is_told_by_one_short_statement(self):
        self._stock(self.product, 10)
        house = self.warehouse.id
        scarce = self.env["sale.order"].sudo()._promise_scarce
        self.assertEqual(scarce({(self.product.id, house): 9.99}), set())
        self.assertEqual(
            scarce({(self.product.id, house): 10.0}), {(self.product.id, house)}, "the edge is for the other"
        )
        self._wished(4, 5).action_confirm()
        self.assertEqual(scarce({(self.product.id, house): 7.0}), {(self.product.id, house)}, "four are promised")
        self.assertEqual(scarce({(self.product.id, house): 5.0}), set())
        self.assertEqual(scarce({(self.other_product.id, house): 1.0}), {(self.other_product.id, house)}, "no stock")

    def test_receipt_until_the_wished_day(self):
        self._receipt(20, 4)
        in_time, late = self._wished(5, 4), self._wished(5, 3)
        self.assertEqual(
            self._found(in_time, late), [[], [("5 Units on 2026-03-05", "0 Units, the rest on 2026-03-06")]]
        )

    def test_without_a_wished_day(self):
        self._receipt(20, 4)
        self.assertTrue(self._fires(self._make_order((self.product, 5))))
        self.product.sale_delay = 4
        self.assertFalse(self._fires(self._make_order((self.product, 5))), "core expects it in four days")

    def test_lines_of_the_set_count(self):
        self._stock(self.product, 10)
        first, second = self._wished(6, 3), self._wished(6, 4)
        self.assertEqual(self._fires(first, second), [False, True])
        self.assertFalse(self._fires(second), "alone it has enough")
        twice = self._make_order((self.product, 6), (self.product, 6), commitment_date=NOW + timedelta(days=3))
        self.assertTrue(self._fires(twice))

    def test_confirmed_orders_come_first(self):
        self._stock(self.product, 10)
        confirmed = self._wished(6, 5)
        confirmed.action_confirm()
        order = self._wished(6, 3)
        self.assertEqual(self._found(order)[0][1], "4 Units, no receipt planned for the rest")
        self.assertFalse(self._fires(confirmed), "availability looks after what is confirmed")

    def test_other_unit(self):
        self._stock(self.product, 18)
        self.product.uom_ids = self.dozen
        order = self._order_of(self._line(self.product, 2, self.dozen), commitment_date=NOW + timedelta(days=3))
        self.assertEqual(
            self._found(order), [("2 Dozens on 2026-03-05", "1.5 Dozens, no receipt planned for the rest")]
        )

    def test_stock_of_another_company(self):
        house = self.env["stock.warehouse"].search([("company_id", "=", self.other_company.id)], limit=1)
        self._stock(self.product, 100, house.lot_stock_id)
        self.assertTrue(self._fires(self._wished(5, 3)))
        order = self._order_in(self.other_company, (self.product, 5), commitment_date=NOW + timedelta(days=3))
        self.assertFalse(self._fires(order))

    def test_services_and_what_is_not_stored(self):
        self.other_product.is_storable = False
        self.assertFalse(self._fires(self._make_order((self.service, 5), (self.other_product, 5))))

    def test_made_to_order(self):
        mto = self.warehouse.mto_pull_id.route_id
        mto.active = True
        order = self._wished(5, 3)
        self.assertTrue(self._fires(order))
        self.product.route_ids = [Command.link(mto.id)]
        self.assertFalse(self._fires(order))

    def test_nothing_is_written(self):
        order = self._wished(5, 3)
        order.action_verify()
        self.assertFalse(order.order_line.order_promise_date)
        self.assertFalse(self._events(order, "promised"))

    def test_same_queries(self):
        self._assert_same_queries(lambda index: self._wished(5, index % 9))
