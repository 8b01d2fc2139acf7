"""Parcels are scanned onto a pickup, handed over and signed for; each stands on one manifest, and none is opened while booked."""

import csv
import io

from odoo.exceptions import AccessError, UserError

from .test_pickup_windows import WindowCase

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class LoadingCase(WindowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_gs1_prefix = "4012345"
        cls.window = cls._window()
        cls.orders[:3].with_user(cls.users["processor"]).action_dispatch(invoice=False)
        cls.done = cls.pickings[:3]
        cls.pickup = cls.done.order_pickup_id.with_user(cls.users["processor"])
        cls.parcels = [picking.move_line_ids.result_package_id for picking in cls.done]


class TestLoading(LoadingCase):
    def test_a_truck_is_loaded(self):
        state = self.pickup.load_state()
        self.assertEqual((state["loaded"], state["total"], state["carrier"]), (0, 3, "Van"))
        first, second, third = self.parcels
        answer = self.pickup.load_scan(first.name)
        self.assertEqual((answer["code"], answer["loaded"], self.pickup.state), ("loaded", 1, "loading"))
        self.assertEqual(self.pickup.load_scan(first.name)["code"], "again")
        answer = self.pickup.load_scan(f"]C100{second.order_sscc}")
        self.assertEqual((answer["code"], answer["parcel"], answer["loaded"]), ("loaded", second.name, 2))
        words = rf"not scanned[^-]*- {self.pickup.name}: {third.name}\n"
        with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
            self.pickup.action_hand_over(signed_by="Jo")
        self.assertEqual(self.pickup.load_take_out(second.order_sscc)["loaded"], 1)
        with self.assertRaisesRegex(UserError, "was not loaded"):
            self.pickup.load_take_out(second.name)
        for parcel in (second, third):
            self.pickup.load_scan(parcel.name)
        by = {row["parcel"]: row["by"] for row in self.pickup.load_state()["rows"]}
        self.assertEqual(set(by.values()), {self.users["processor"].name})
        self.pickup.action_hand_over(signed_by="Jo", signature=PIXEL)
        self.assertEqual((self.pickup.state, self.pickup.handed_by_id), ("handed_over", self.users["processor"]))
        self.assertTrue(self.pickup.handed_at)
        for act in (self.pickup.load_scan, self.pickup.load_take_out):
            with self.assertRaises(UserError):
                act(third.name)

    def test_what_is_foreign_is_named(self):
        other = self._as("processor", self.window.pickup_ids.sorted("date")[2])
        self._as("processor", self.pickings[3]).order_pickup_id = other
        answer = self.pickup.load_scan(self.pickings[3].name)
        self.assertEqual((answer["code"], answer["loaded"]), ("foreign", 0))
        self.assertIn(f"{self.pickings[3].name} (Van) is on {other.name}", answer["message"])
        self._as("processor", self.pickings[3]).order_pickup_id = False
        self.assertIn("is on no pickup", self.pickup.load_scan(self.pickings[3].name)["message"])
        self.assertEqual(self.pickup.load_scan("4711")["code"], "unknown")
        self.assertEqual(self.pickup.load_scan("")["code"], "unknown")
        void = self.env["stock.package"].create({"name": "VOID-1"})
        void._void("Torn")
        answer = self.pickup.load_scan("VOID-1")
        self.assertEqual(answer["code"], "void")
        self.assertIn("Torn", answer["message"])

    def test_who_wants_each_parcel_scanned(self):
        self.company.order_pickup_scan = True
        with self.assertRaisesRegex(UserError, "were not scanned"):
            self.pickup.action_hand_over(signed_by="Jo")
        self.company.order_pickup_scan = False
        self.pickup.action_hand_over(signed_by="Jo")

    def test_rights(self):
        for name in ("salesman", "integration", "stranger", "accountant"):
            for act in ("load_scan", "load_take_out"):
                with self.assertRaises(AccessError):
                    getattr(self._as(name, self.pickup), act)(self.parcels[0].name)
        self.pickup.load_scan(self.parcels[0].name)
        loaded = self.pickup.loaded_ids
        for name in ("processor", "manager"):
            for act in (
                lambda rows: rows.write({"parcel": "X"}),
                lambda rows: rows.unlink(),
                lambda rows: rows.create({"pickup_id": self.pickup.id, "picking_id": self.done[0].id, "parcel": "X"}),
            ):
                with self.assertRaises(AccessError):
                    act(self._as(name, loaded))
        self.assertFalse(self._as("stranger", loaded.browse()).search([]))

    def test_what_may_be_loaded_today(self):
        choice = self.env["order.pickup"].with_user(self.users["processor"]).load_choice()
        self.assertEqual([row["id"] for row in choice], self.pickup.ids)
        found = self.env["order.pickup"].with_user(self.users["processor"]).load_find(self.pickup.name)
        self.assertEqual(found["id"], self.pickup.id)
        with self.assertRaisesRegex(UserError, "PU/0”: no pickup is called so"):
            self.env["order.pickup"].with_user(self.users["processor"]).load_find("PU/0")


class TestManifest(LoadingCase):
    def test_as_a_table(self):
        self.done[0].carrier_tracking_ref = "=1+1"
        self.pickup.carrier_ref = "VAN-7"
        rows = list(csv.DictReader(io.StringIO(self.pickup.manifest_csv())))
        self.assertEqual({row["Parcel"] for row in rows}, {parcel.name for parcel in self.parcels})
        self.assertEqual({row["SSCC"] for row in rows}, {parcel.order_sscc for parcel in self.parcels})
        self.assertEqual(
            {(row["Carrier's reference"], row["Zip"], row["Country"]) for row in rows}, {("VAN-7", "N1 1AA", "GB")}
        )
        self.assertIn("'=1+1", [row["Tracking number"] for row in rows], "no formula")
        action = self.pickup.action_manifest_csv()
        self.assertEqual(action["type"], "ir.actions.act_url")
        with self.assertRaises(AccessError):
            self._as("stranger", self.pickup).manifest_csv()

    def test_a_parcel_stands_on_one_manifest(self):
        line = self.pickings[3].move_line_ids
        line.result_package_id = self.parcels[0]
        other = self._as("processor", self.window.pickup_ids.sorted("date")[2])
        words = f"{self.parcels[0].name} stands on the manifest of {self.pickup.name}"
        with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
            self._as("processor", self.pickings[3]).order_pickup_id = other
        self._as("processor", self.pickings[3]).order_pickup_id = self.pickup
        both = self._as("processor", self.done[0] | self.pickings[3])
        both.order_pickup_id = other
        self.assertEqual(other.package_ids, self.parcels[0], "all that is packed into it goes together")

    def test_a_booked_parcel_is_not_opened(self):
        self.pickup.action_request()
        words = f"{self.parcels[0].name}: the carrier was asked"
        with self.assertRaisesRegex(UserError, words):
            self.parcels[0]._void("Torn")
        self._as("manager", self.pickup).action_detach(self.done[0].ids, "Torn")
        self.parcels[0]._void("Torn")
        self.assertTrue(self.parcels[0].order_voided_at)
        packed = self.pickings[3]
        packed.move_line_ids.result_package_id = self.env["stock.package"].create({"name": "P-4"})
        self._as("processor", packed).order_pickup_id = self.pickup
        with self.assertRaisesRegex(UserError, "P-4: the carrier was asked"):
            packed.action_cancel()
        self._as("manager", self.pickup).action_detach(packed.ids, "Cancelled")
        packed.action_cancel()

    def test_customers_get_their_tracking_numbers_once(self):
        self.done[:2].carrier_tracking_ref = "TRACK-1"
        self.van.tracking_url = "https://track.example.com/<shipmenttrackingnumber>"
        mails = self.env["mail.mail"]
        domain = [("model", "=", "stock.picking"), ("res_id", "in", self.done.ids)]
        before = mails.search_count(domain)
        self.pickup.action_hand_over(signed_by="Jo")
        self.pickup.action_hand_over(signed_by="Jo")
        sent = mails.search(domain, order="id desc", limit=mails.search_count(domain) - before)
        self.assertEqual(sorted(sent.mapped("res_id")), sorted(self.done[:2].ids))
        self.assertIn("https://track.example.com/TRACK-1", sent[0].body_html)
