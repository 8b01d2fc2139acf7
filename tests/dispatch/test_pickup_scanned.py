"""What the carrier has scanned, and what it has not: a discrepancy after some days."""

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError

from tests.common import OrderCase


class TestScanned(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 100)
        freight = cls.env["product.product"].create({"name": "Freight", "type": "service"})
        cls.van = cls.env["delivery.carrier"].create({"name": "Van", "product_id": freight.id, "order_scan_days": 2})
        cls.orders = cls._make_orders(2, (cls.product, 5), (cls.product, 1), carrier_id=cls.van.id)
        cls.orders.action_confirm()
        cls.pickings = cls.orders.picking_ids
        cls.pickings.carrier_id = cls.van
        cls.orders.with_user(cls.users["processor"]).action_dispatch(invoice=True)
        cls.parcel = cls.pickings[0].move_line_ids.result_package_id

    def _kinds(self, order):
        self.env["order.discrepancy"].sweep([("order_id", "in", order.ids)])
        found = self.env["order.discrepancy"].search([("order_id", "in", order.ids), ("kind", "=", "not_scanned")])
        return found.filtered(lambda record: record.state in ("open", "in_progress"))

    def _left(self, days):
        """Goods left so many days ago, and the carrier told since before."""
        self.van.order_scan_since = fields.Date.today() - timedelta(days=30)
        self.pickings.date_done = datetime.now() - timedelta(days=days)

    def test_what_was_not_scanned_in_time(self):
        self.assertEqual(self.van.order_scan_since, fields.Date.today())
        self._left(1.9)
        self.assertFalse(self._kinds(self.orders))
        self._left(2.1)
        found = self._kinds(self.orders)
        self.assertEqual(found.order_id, self.orders)
        self.assertEqual((found[0].expected, found[0].found, found[0].severity), (1, 0, "high"))
        self.assertEqual(len(found), 2, "one for a transfer, on its first line")
        count = self._as("processor", self.pickings[0]).action_carrier_scanned()
        self.assertEqual(count, 1)
        self.assertTrue(self.parcel.order_carrier_scanned_at)
        self.assertEqual(self._kinds(self.orders).order_id, self.orders[1])
        closed = found.filtered(lambda record: record.order_id == self.orders[0])
        self.assertEqual((closed.state, closed.mended_name), ("auto_closed", self.pickings[0].name))
        self.assertEqual(self._as("processor", self.pickings[0]).action_carrier_scanned(), 0)

    def test_days_count_from_the_hand_over(self):
        self._left(5)
        pickup = self.pickings.order_pickup_id
        self._as("processor", pickup).action_hand_over(signed_by="Jo")
        self.assertFalse(self._kinds(self.orders))
        self.van.order_scan_days = 0
        self._left(50)
        self.assertFalse(self._kinds(self.orders), "a carrier that does not tell")

    def test_by_parcel(self):
        picking = self._as("processor", self.pickings[0])
        with self.assertRaisesRegex(UserError, "in none of"):
            picking.action_carrier_scanned(parcels=["4711"])
        moment = str(fields.Datetime.now() - timedelta(hours=1))
        self.assertEqual(picking.action_carrier_scanned(moment, [self.parcel.name]), 1)
        self.assertEqual(str(picking.order_carrier_scanned_at), moment)

    def test_queries_do_not_grow_with_the_set(self):
        orders = self._make_orders(12, (self.product, 1), carrier_id=self.van.id)
        orders.action_confirm()
        orders.picking_ids.carrier_id = self.van
        self._as("processor", orders).action_dispatch(invoice=False)

        def queries(found):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            # as they are named over the wire
            self._as("processor", found.browse(found.ids)).action_carrier_scanned()
            self.env.flush_all()
            return self.cr.sql_log_count - start

        queries(orders[0].picking_ids)
        self.assertEqual(queries(orders[1].picking_ids), queries(orders[2:].picking_ids))

    def test_rights_and_bad_input(self):
        for name in ("salesman", "integration", "stranger", "accountant"):
            with self.assertRaises(AccessError):
                self._as(name, self.pickings).action_carrier_scanned()
        picking = self._as("processor", self.pickings[0])
        with self.assertRaisesRegex(UserError, "is no moment"):
            picking.action_carrier_scanned("yesterday")
        with self.assertRaisesRegex(UserError, "still to come"):
            picking.action_carrier_scanned(fields.Datetime.now() + timedelta(days=1))
        waiting = self._make_order((self.other_product, 1))
        waiting.action_confirm()
        with self.assertRaisesRegex(UserError, "has not left"):
            self._as("processor", waiting.picking_ids).action_carrier_scanned()
        with self.assertRaises(ValidationError):
            self.van.order_scan_days = -1

    def test_only_what_leaves_from_then_on(self):
        self.van.order_scan_days = 0
        with freeze_time(fields.Datetime.now() + timedelta(days=3)):
            self.van.order_scan_days = 1
            self.assertEqual(self.van.order_scan_since, fields.Date.today())
            self.assertFalse(self._kinds(self.orders))
