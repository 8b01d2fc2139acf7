"""Owners and dates of holds: whose they are, who takes them, and what a date brings."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError

from .common import VerificationCase


class TestHoldUntil(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._make_order((cls.product, 5))
        cls.reason = cls.env.ref("order_processing.hold_reason_manual")
        cls.today = fields.Date.today()
        cls.soon = cls.today + timedelta(days=3)

    def _later(self, days, hour=12):
        return freeze_time(fields.Datetime.now().replace(hour=hour) + timedelta(days=days))

    def _run(self):
        with self.enter_registry_test_mode():
            self.env.ref("order_processing.cron_hold_until").method_direct_trigger()

    # ------------------------------------------------------------------ dates

    def test_the_date_comes_and_the_owner_is_told_once(self):
        self.reason.escalate_to_id = self.users["manager"]
        self._as("processor", self.order).action_hold("manual", until=self.soon, owner_id=self.users["processor"].id)
        hold = self.order.order_hold_ids
        self.assertEqual((hold.until, hold.owner_id), (self.soon, self.users["processor"]))
        with self._later(2):
            self._run()
        self.assertFalse(hold.escalated_at or self.order.activity_ids)
        with self._later(3):
            self._run()
            self._run()
            self.assertTrue(hold.overdue)
        self.assertEqual(hold.state, "open")
        self.assertEqual(self.order.activity_ids.user_id, self.users["processor"] | self.users["manager"])
        self.assertEqual(len(self.order.activity_ids), 2)
        self.assertEqual(len(self._events(self.order, "escalated")), 1)

    def test_nobodys_hold_is_told_to_who_looks_after_the_order(self):
        self.order.user_id = self.users["salesman"]
        self.order.action_hold("manual", until=self.soon)
        with self._later(3):
            self._run()
        self.assertEqual(self.order.activity_ids.user_id, self.users["salesman"])

    def test_the_date_comes_and_it_is_released(self):
        self.reason.write({"at_until": "release", "days": 3})
        self.order.action_hold("manual")
        hold = self.order.order_hold_ids
        self.assertEqual(hold.until, self.soon)
        with self._later(2):
            self._run()
        self.assertEqual(hold.state, "open")
        with self._later(3):
            self._run()
        self.assertEqual((hold.state, hold.release_reason), ("released", "Its date has come."))
        self.assertFalse(hold.by_hand)
        self.assertEqual(self.order.verification_state, "verified")
        self.assertEqual(self._events(self.order, "released").reason, "Its date has come.")

    def test_a_day_begins_where_the_company_is(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        self.reason.at_until = "release"
        self.order.action_hold("manual", until=self.today + timedelta(days=5))
        with self._later(4, hour=8):
            self._run()
        self.assertEqual(self.order.order_hold_ids.state, "open")
        with self._later(4, hour=14):
            self._run()
        self.assertEqual(self.order.order_hold_ids.state, "released", "in Auckland the day has begun")

    def test_a_rules_hold_is_not_released_by_a_date(self):
        reason = self.env.ref("order_processing.hold_reason_zero_price")
        reason.write({"at_until": "release"})
        bad = self._make_order((self.product, 5, 0.0))
        bad.action_verify()
        hold = bad.order_hold_ids.filtered(lambda hold: hold.reason_id == reason)
        self.assertTrue(hold.automatic)
        self.env.cr.execute("UPDATE order_hold SET until = %s WHERE id = %s", (self.soon, hold.id))
        hold.invalidate_recordset()
        with self._later(3):
            self._run()
        self.assertEqual(hold.state, "open")
        self.assertTrue(hold.escalated_at)

    def test_dates_and_owners_that_are_none(self):
        for until in (self.today, "2020-01-01", "tomorrow"):
            with self.subTest(until=until), self.assertRaises(UserError):
                self.order.action_hold("manual", until=until)
        for owner in (self.users["portal"].id, self.users["stranger"].id, -1):
            with self.subTest(owner=owner), self.assertRaises(UserError):
                self.order.action_hold("manual", owner_id=owner)
        self.assertFalse(self.order.order_hold_ids)

    # ------------------------------------------------------------------ owners

    def test_claim_and_take_over(self):
        self.order.action_hold("manual")
        hold = self.order.order_hold_ids
        Hold = self.env["order.hold"].with_user(self.users["processor"])
        self.assertIn(hold, Hold.search([("owner_id", "=", False)]))
        row = self._as("processor", hold).action_claim()[0]
        self.assertEqual((row["owner"], row["order"]), (self.users["processor"].name, self.order.name))
        self._as("processor", hold).action_claim()
        self.assertEqual(len(self._events(self.order, "claimed")), 1, "what is mine already is not taken again")
        self.assertIn(hold, Hold.search([("owner_id", "=", self.users["processor"].id)]))
        with self.assertRaises(UserError) as caught:
            self._as("manager", hold).action_claim()
        self.assertIn(self.users["processor"].name, str(caught.exception))
        with self.assertRaises(UserError):
            self._as("manager", hold).action_take_over()
        self._as("manager", hold).action_take_over(reason="Holidays")
        self.assertEqual(hold.owner_id, self.users["manager"])
        self.assertEqual(self._events(self.order, "claimed")[-1].reason, "Holidays")
        self.assertIn("Holidays", self.order.message_ids[0].body)

    def test_who_may_claim(self):
        self.order.user_id = self.users["salesman"]
        self.order.action_hold("manual")
        hold = self.order.order_hold_ids
        for user in ("salesman", "integration", "stranger", "accountant"):
            for act in ("action_claim", "action_take_over"):
                with self.subTest(user=user, act=act), self.assertRaises(AccessError):
                    getattr(self._as(user, hold), act)()
        for user in ("processor", "manager"):
            with self.assertRaises(UserError):
                self._as(user, hold).write({"owner_id": self.users["processor"].id})
        with self.assertRaises(UserError):
            hold.write({"owner_id": self.users["processor"].id})
        self.assertFalse(hold.owner_id)

    def test_a_released_hold_is_nobodys(self):
        self.order.action_hold("manual")
        hold = self.order.order_hold_ids
        self.order.action_release(reason="Done")
        with self.assertRaises(UserError):
            self._as("processor", hold).action_claim()

    def test_release_of_a_hold_that_is_gone(self):
        self.order.action_hold("manual")
        hold = self._as("manager", self.order.order_hold_ids)
        self.assertEqual(hold.action_release(reason="Done")[0]["released"], ["manual"])
        again = hold.action_release(reason="Done")[0]
        self.assertEqual((again["released"], again["message"]), ([], f"{self.order.name} was not held any more."))
        self.assertEqual(len(self._events(self.order, "released")), 1)

    # ------------------------------------------------------------------ sets

    def test_bulk_wizard_says_what_became_of_each(self):
        gone = self._make_order((self.product, 1))
        gone.action_cancel()
        orders = self.order | gone
        action = self._as("processor", orders).action_open_hold()
        Wizard = self.env["order.hold.create"].with_user(self.users["processor"]).with_context(**action["context"])
        wizard = Wizard.create(
            {"reason_id": self.reason.id, "owner_id": self.users["processor"].id, "until": self.soon, "note": "All"}
        )
        wizard.action_hold()
        self.assertEqual(wizard.result_ids.mapped("ok"), [True, False])
        self.assertIn("cancelled", wizard.result_ids[1].message)
        hold = self.order.order_hold_ids
        self.assertEqual((hold.until, hold.owner_id, hold.note), (self.soon, self.users["processor"], "All"))
        self.assertFalse(gone.order_hold_ids)
        other = self._make_order((self.product, 2))
        other.action_hold("manual")
        holds = hold | other.order_hold_ids
        other.action_release(reason="Before")
        action = self._as("manager", holds).action_open_release()
        Wizard = self.env["order.hold.release"].with_user(self.users["manager"]).with_context(**action["context"])
        wizard = Wizard.create({"reason": "All clear"})
        wizard.action_release()
        results = {result.order_id: result for result in wizard.result_ids}
        self.assertTrue(results[self.order].ok)
        self.assertIn("not held any more", results[other].message)

    def test_wizard_of_lines_and_of_taking_over(self):
        order = self._make_order((self.product, 1), (self.other_product, 2))
        action = self._as("processor", order).action_open_hold()
        Wizard = self.env["order.hold.create"].with_user(self.users["processor"]).with_context(**action["context"])
        Wizard.create({"reason_id": self.reason.id, "line_ids": order.order_line[0].ids}).action_hold()
        hold = order.order_hold_ids
        self.assertEqual(hold.line_id, order.order_line[0])
        action = self._as("manager", hold).action_open_take_over()
        Wizard = self.env["order.hold.take"].with_user(self.users["manager"]).with_context(**action["context"])
        Wizard.create({"reason": "Mine"}).action_take()
        self.assertEqual(hold.owner_id, self.users["manager"])

    def test_contract_refuses_single_orders(self):
        gone = self._make_order((self.product, 1))
        gone.action_cancel()
        contract = self.env["order.processing"].with_user(self.users["integration"])
        rows = contract.hold_orders([self.order.name, gone.name], "manual", note="Rang")
        self.assertEqual([row["code"] for row in rows], ["accepted", "too_late"])
        self.assertEqual((len(self.order.order_hold_ids), len(gone.order_hold_ids)), (1, 0))
