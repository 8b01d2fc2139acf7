"""Labels of a carrier outside are bought once: whatever is rolled back, answered late, twice or never."""

import random
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import quote

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, UserError
from odoo.modules.registry import Registry

from tests.common import OrderCase

from .fake_carrier import FakeCarrier, ask, serving


class LabelCase(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freight = cls.env["product.product"].create({"name": "Freight", "type": "service"})
        cls.carrier = cls.env["delivery.carrier"].create({"name": "Outside", "product_id": freight.id})
        cls.kind = cls.warehouse.out_type_id
        cls.addClassCleanup(cls._forget)

    def setUp(self):
        super().setUp()
        self.shop = FakeCarrier()
        self.address = self.enterContext(serving(self.shop))
        carriers = type(self.carrier)
        self.knows = True
        for name, fake in (
            ("fixed_send_shipping", self._sell),
            ("_order_label_outside", lambda carrier: True),
            ("_order_label_find", self._find),
        ):
            self.enterContext(patch.object(carriers, name, fake))

    @classmethod
    def _forget(cls):
        with Registry(cls.cr.dbname).cursor() as cr:
            cr.execute("DELETE FROM order_label_purchase")

    @contextmanager
    def _fresh(self):
        """An environment that sees what was committed since the test began; what is done in it is taken back."""
        with Registry(self.cr.dbname).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})
            cr.rollback()

    def _sell(self, pickings):
        """What a carrier's module does: asks its server, and attaches the label."""
        reference = pickings.env.context["order_label_reference"]
        try:
            label = ask(self.address, quote(reference, safe=""), "POST")
        except ValueError as error:
            raise UserError(str(error)) from error
        pickings.message_post(body="Label", attachments=[(f"{label['tracking']}.txt", label["tracking"].encode())])
        return [{"exact_price": label["price"], "tracking_number": label["tracking"]}]

    def _find(self, carrier_or_picking, *args):
        reference = args[-1]
        if not self.knows:
            return None
        label = ask(self.address, quote(reference, safe=""), "GET")
        return bool(label) and {"exact_price": label["price"], "tracking_number": label["tracking"]}

    def _pickings(self, count=1):
        return self.env["stock.picking"].create(
            [
                {
                    "picking_type_id": self.kind.id,
                    "location_id": self.kind.default_location_src_id.id,
                    "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                    "carrier_id": self.carrier.id,
                }
                for _number in range(count)
            ]
        )

    def _purchases(self, pickings):
        with Registry(self.cr.dbname).cursor() as cr:
            cr.execute(
                "SELECT state, tracking FROM order_label_purchase WHERE picking_number = ANY(%s) ORDER BY id",
                [pickings.ids],
            )
            return cr.fetchall()

    def _label(self, picking):
        found = self.env["ir.attachment"].search([("res_model", "=", "stock.picking"), ("res_id", "=", picking.id)])
        return found.sorted("id")[-1:].raw


class TestLabelPurchase(LabelCase):
    def test_what_is_rolled_back_is_used_by_the_next_try(self):
        picking = self._pickings()
        with self.assertRaisesRegex(ZeroDivisionError, "later"), self.cr.savepoint():
            picking.send_to_shipper()
            raise ZeroDivisionError("later in the dispatch")
        picking.invalidate_recordset()
        self.assertFalse(picking.carrier_tracking_ref)
        self.assertEqual(self._purchases(picking), [("bought", "T00001")])
        picking.send_to_shipper()
        self.assertEqual((picking.carrier_tracking_ref, len(self.shop.bought)), ("T00001", 1))
        self.assertEqual(self._label(picking), b"T00001", "the file stands with the transfer again")
        self.cr.postcommit.run()
        self.assertEqual(self._purchases(picking), [("used", "T00001")])

    def test_what_went_back_to_a_savepoint_is_not_used_by_a_commit(self):
        """In a batch the orders at fault go back, and the others are committed."""
        kept, failed = self._pickings(2)
        kept.send_to_shipper()
        with self.assertRaises(UserError), self.cr.savepoint():
            failed.send_to_shipper()
            raise UserError("The invoice is refused")
        failed.invalidate_recordset()
        self.cr.postcommit.run()
        self.assertEqual(self._purchases(kept + failed), [("used", "T00001"), ("bought", "T00002")])
        failed.send_to_shipper()
        self.assertEqual((failed.carrier_tracking_ref, len(self.shop.bought)), ("T00002", 2))

    def test_labels_of_several_parcels_are_found_on_their_transfer(self):
        kinds = (("A1,A2", "A1,A2"), ("A1,A3", "A1"), ("", False))
        pickings = self._pickings(3)
        for picking, (bought, stands) in zip(pickings, kinds):
            picking.write({"carrier_tracking_ref": stands, "state": "done"})
            self.cr.execute(
                """
                INSERT INTO order_label_purchase (reference, company_id, picking_number, picking_name, carrier_number,
                                                  carrier_name, state, tracking)
                VALUES (%s, %s, %s, %s, %s, 'Outside', 'bought', %s)
                """,
                [picking.name, self.company.id, picking.id, picking.name, self.carrier.id, bought],
            )
        self.env.flush_all()
        purchases = self.env["order.label.purchase"].search([("picking_number", "in", pickings.ids)], order="id")
        purchases._cron_used()
        self.assertEqual(purchases.mapped("state"), ["used", "bought", "used"])

    def test_two_transfers_get_two_labels(self):
        pickings = self._pickings(2)
        for picking in pickings:
            picking.send_to_shipper()
        self.assertEqual(pickings.mapped("carrier_tracking_ref"), ["T00001", "T00002"])
        self.assertEqual([self._label(picking) for picking in pickings], [b"T00001", b"T00002"])

    def test_no_answer_is_no_second_purchase(self):
        for mode in ("late", "lost"):
            picking = self._pickings()
            before = len(self.shop.bought)
            self.shop.modes = [mode]
            with self.assertRaisesRegex(UserError, "has not answered, so it may be bought"):
                picking.send_to_shipper()
            self.knows = False
            with self.assertRaisesRegex(UserError, "may be bought"):
                picking.send_to_shipper()
            self.knows = True
            picking.send_to_shipper()
            self.assertEqual(len(self.shop.bought), before + 1, mode)
            self.assertEqual(picking.carrier_tracking_ref, f"T{before + 1:05d}")

    def test_what_the_carrier_never_heard_of_is_asked_again(self):
        picking = self._pickings()
        known = self.env["order.label.purchase"]._begin(self.carrier, picking)
        self.assertTrue(known["fresh"])
        picking.send_to_shipper()
        self.assertEqual(self.shop.bought, [quote(known["reference"], safe="")])

    def test_a_refusal_and_an_answer_that_comes_twice(self):
        picking = self._pickings()
        self.shop.modes = ["refuse", "twice"]
        with self.assertRaisesRegex(UserError, "No such postcode"):
            picking.send_to_shipper()
        picking.send_to_shipper()
        self.assertEqual([state for state, _tracking in self._purchases(picking)], ["refused", "bought"])
        self.assertEqual(len(self.shop.bought), 1)

    def test_a_kill_between_purchase_and_record(self):
        picking = self._pickings()
        with (
            patch.object(type(self.env["order.label.purchase"]), "_bought", side_effect=SystemExit),
            self.assertRaises(SystemExit),
        ):
            picking.send_to_shipper()
        picking.send_to_shipper()
        self.assertEqual((len(self.shop.bought), picking.carrier_tracking_ref), (1, "T00001"))

    def test_two_hundred_parcels(self):
        chance = random.Random(7)
        pickings = self._pickings(200)
        self.shop.modes = chance.choices(["ok", "lost", "refuse", "twice"], [85, 6, 4, 5], k=200)
        failed = pickings
        for _try in range(12):
            again = pickings.browse()
            for picking in failed:
                try:
                    picking.send_to_shipper()
                except UserError:
                    again += picking
            failed = again
            if not failed:
                break
        self.assertFalse(failed)
        self.assertEqual(len(self.shop.bought), 200, "no label twice, none lost")
        self.assertEqual(len(set(pickings.mapped("carrier_tracking_ref"))), 200)


class TestLabelPeople(LabelCase):
    def test_a_manager_settles_what_nobody_knows(self):
        picking = self._pickings()
        self.shop.modes, self.knows = ["lost"], False
        with self.assertRaises(UserError):
            picking.send_to_shipper()
        with self._fresh() as env:
            purchase = env["order.label.purchase"].search([("picking_number", "=", picking.id)])
            manager = purchase.with_user(self.users["manager"].id)
            with self.assertRaises(AccessError):
                purchase.with_user(self.users["processor"].id).action_find("On their site", tracking="T00001")
            for act in (
                lambda: manager.action_find("", tracking="T00001"),
                lambda: manager.action_find("On their site"),
                lambda: manager.write({"tracking": "X"}),
                lambda: manager.write({"state": "refused"}),
            ):
                with self.assertRaises(UserError), env.cr.savepoint():
                    act()
            purchase.invalidate_recordset()
            settle = env["order.label.settle"].with_user(self.users["manager"].id)
            settle.create(
                {"act": "find", "purchase_id": purchase.id, "tracking": "T00001", "price": 4, "reason": "On their site"}
            ).action_apply()
            self.assertEqual((purchase.state, purchase.tracking), ("bought", "T00001"))
            settle.create({"act": "void", "purchase_id": purchase.id, "reason": "Not needed"}).action_apply()
            self.assertEqual(purchase.state, "voided")
            self.assertFalse(env["order.label.purchase"].with_user(self.users["stranger"].id).search([]))
