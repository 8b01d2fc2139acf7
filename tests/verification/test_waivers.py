"""Waivers: who may, for what reason, how far they reach, and what goes on afterwards."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError

from .common import VerificationCase


class TestWaivers(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # a gift; at half its price nothing else is said of it
        cls.env.ref("order_processing.rule_price_far").active = False
        cls.order = cls._make_order((cls.product, 5, 0.0), (cls.other_product, 4), user=cls.users["salesman"])
        cls.order = cls.order.with_env(cls.env)

    def _checks(self, order, code="zero_price"):
        return order.order_check_ids.filtered(lambda check: check.rule_code == code and check.state == "failed")

    def _waive(self, order, **vals):
        order.action_verify()
        checks = order.order_check_ids.filtered(lambda check: check.state == "failed" and check.severity == "blocking")
        return self._as("manager", checks).action_waive(reason="A gift", **vals)

    def test_reason_code(self):
        self.order.action_verify()
        check = self._checks(self.order)
        with self.assertRaises(UserError) as caught:
            self._as("manager", check).action_waive(reason="A gift", reason_code="nonsense")
        self.assertIn("goodwill", str(caught.exception))
        self.assertEqual(check.state, "failed")
        self._as("manager", check).action_waive(reason="A gift", reason_code="goodwill")
        self.assertEqual((check.waive_reason_id.code, check.waive_reason), ("goodwill", "A gift"))
        for user in ("manager", "processor"):
            for vals in ({"waived_until": False}, {"waived_limit": 9}, {"requested_by_id": 1}):
                with self.assertRaises(UserError):
                    self._as(user, check).sudo().write(vals)

    def test_release_carries_its_code_to_the_findings_behind(self):
        self.order.action_verify()
        with self.assertRaises(UserError):
            self._as("manager", self.order).action_release(reason="A gift", reason_code="nonsense")
        self._as("manager", self.order).action_release(reason="A gift", reason_code="agreed")
        self.assertEqual(set(self.order.order_hold_ids.release_reason_id.mapped("code")), {"agreed"})
        waived = self.order.order_check_ids.filtered(lambda check: check.state == "waived")
        self.assertEqual(set(waived.waive_reason_id.mapped("code")), {"agreed"})
        self.order.action_hold("manual")
        self._as("manager", self.order).action_release(reason="Done")
        by_hand = self.order.order_hold_ids.filtered(lambda hold: hold.reason_code == "manual")
        self.assertEqual(by_hand.release_reason_id.code, "other")

    def test_second_person(self):
        self._rule("zero_price").second_person = True
        mine = self._make_order((self.product, 5, 0.0), user=self.users["manager"])
        (mine | self.order).action_verify()
        check, own = self._checks(self.order), self._checks(mine)
        with self.assertRaises(UserError) as caught:
            self._as("manager", check).action_waive(reason="A gift")
        self.assertIn("takes two persons", str(caught.exception))
        with self.assertRaises(UserError):
            self._as("manager", self.order).action_release(reason="A gift")
        with self.assertRaises(AccessError):
            self._as("salesman", check).action_request_waiver("A gift")
        with self.assertRaises(UserError):
            self._as("processor", check).action_request_waiver(" ")
        rows = self._as("processor", check | own).action_request_waiver("A gift")
        self.assertEqual([row["requested"] for row in rows], [True, True])
        self.assertEqual((check.requested_by_id, check.request_reason), (self.users["processor"], "A gift"))
        self.assertEqual(self._events(self.order, "waiver_requested").user_id, self.users["processor"].id)
        again = self._as("manager", check).action_request_waiver("Me too")
        self.assertEqual((again[0]["requested"], check.requested_by_id), (False, self.users["processor"]))
        with self.assertRaises(UserError) as caught:
            self._as("manager", own).action_waive(reason="A gift")
        self.assertIn("you made the order", str(caught.exception))
        self._as("manager", check).action_waive(reason="A gift")
        self.assertEqual(check.waived_by_id, self.users["manager"])

    def test_who_asked_does_not_grant(self):
        self._rule("zero_price").second_person = True
        self.order.action_verify()
        check = self._checks(self.order)
        self._as("manager", check).action_request_waiver("A gift")
        with self.assertRaises(UserError) as caught:
            self._as("manager", check).action_waive(reason="A gift")
        self.assertIn("you asked for the waiver", str(caught.exception))

    def test_waiver_stands_while_the_content_stands(self):
        self._waive(self.order)
        self.assertFalse(self.order.order_check_ids.filtered("waived_until"))
        with freeze_time(fields.Datetime.now() + timedelta(days=400)):
            self.assertEqual(self._codes(self.order, "blocking"), ["zero_price"])
            self.assertEqual(self.order.verification_state, "verified")
        # another line changes: the waived one stays waived
        self.order.order_line[1].product_uom_qty = 5
        self.assertEqual(self.order.action_verify()[0]["state"], "verified")
        self.order.order_line[0].product_uom_qty = 6
        self.order.order_line[0].price_unit = 0
        self.assertEqual(self.order.action_verify()[0]["state"], "held")

    def test_waiver_ends_with_its_last_day(self):
        self._rule("zero_price").waive_days = 3
        self._waive(self.order)
        today = fields.Datetime.now()
        for days, state in ((3, "verified"), (4, "held")):
            with freeze_time(today + timedelta(days=days)):
                self.assertEqual(self.order.action_verify()[0]["state"], state)
        self.assertEqual(self._checks(self.order).rule_code, "zero_price")

    def test_waiver_covers_up_to_its_percent(self):
        self._rule("zero_price").waive_percent = 25
        self._waive(self.order)
        self.assertEqual(set(self.order.order_check_ids.mapped("waived_limit")), {125.0})
        gift, other = self.order.order_line
        for gifts, quantity, state in ((6, 5, "verified"), (7, 4, "verified"), (8, 5.01, "held")):
            gift.write({"product_uom_qty": gifts, "price_unit": 0})
            other.product_uom_qty = quantity
            self.assertEqual(self.order.action_verify()[0]["state"], state, (gifts, quantity))

    def test_percent_counts_in_the_companys_currency(self):
        other = self.env.ref("base.EUR") if self.company.currency_id.name != "EUR" else self.env.ref("base.USD")
        other.active = True
        self.env["res.currency.rate"].create({"currency_id": other.id, "rate": 2, "name": "2020-01-01"})
        self._rule("zero_price").waive_percent = 10
        pricelist = self._pricelist(currency_id=other.id)
        order = self._make_order((self.product, 5, 0.0), (self.other_product, 4), pricelist_id=pricelist.id)
        self._waive(order)
        self.assertEqual(order.amount_total, 200)
        waived = order.order_check_ids.filtered(lambda check: check.state == "waived")
        self.assertEqual(set(waived.mapped("waived_limit")), {110.0})

    def test_negative_reach_is_refused(self):
        for vals in ({"waive_days": -1}, {"waive_percent": -1}):
            with self.assertRaises(UserError):
                self._rule("zero_price").write(vals)

    # ------------------------------------------------------------------ resumed

    def test_waiver_resumes_the_confirmation(self):
        other = self._make_order((self.product, 5, 0.0))
        both = self.order | other
        self._as("processor", both).action_verify_and_confirm()
        self.assertEqual(
            (self.order.confirm_wanted_why, self.order.confirm_wanted_by_id), ("desk", self.users["processor"])
        )
        other.order_line.product_uom_qty = 6
        other.order_line.price_unit = 0
        rows = self._waive(both)
        self.assertEqual(
            [(row["order"], row["confirmed"]) for row in rows], [(self.order.name, True), (other.name, False)]
        )
        self.assertIn("changed since", rows[1]["error"])
        self.assertEqual(both.mapped("state"), ["sale", "draft"])
        self.assertFalse(self.order.confirm_wanted_at)

    def test_verified_alone_is_not_confirmed(self):
        self.order.action_verify()
        rows = self._waive(self.order)
        self.assertEqual((rows[0]["state"], rows[0]["confirmed"], self.order.state), ("verified", False, "draft"))

    def test_release_resumes_the_confirmation(self):
        order = self._make_order((self.product, 5))
        order.action_hold("manual")
        order.action_verify_and_confirm()
        self.assertEqual(order.state, "draft")
        row = self._as("manager", order).action_release(reason="Called")[0]
        self.assertEqual((row["released"], row["confirmed"], order.state), (["manual"], True, "sale"))

    def test_refusal_of_core_is_told_and_the_wish_stays(self):
        self.order.action_verify_and_confirm()
        self.patch(type(self.env["sale.order"]), "_confirmation_error_message", lambda order: "Not this one")
        row = self._waive(self.order)[0]
        self.assertEqual((row["confirmed"], row["error"], self.order.state), (False, "Not this one", "draft"))
        self.assertTrue(self.order.confirm_wanted_at)

    def test_wish_ends_with_the_order(self):
        self.order.action_verify_and_confirm()
        self.order._action_cancel()
        self.order.action_draft()
        self.assertFalse(self.order.confirm_wanted_at)
        self._waive(self.order)
        self.assertEqual(self.order.state, "draft")

    def test_signed_order_goes_on_by_itself_when_its_cause_is_gone(self):
        customer = self._make_customer("Poor Address", street=False)
        order = self._make_order((self.product, 5), partner_id=customer.id, require_signature=True)
        order.write({"signed_by": "A Customer"})
        order.with_user(self.env.ref("base.public_user")).sudo()._validate_order()
        self.assertEqual((order.state, order.confirm_wanted_why), ("draft", "customer"))
        order._verification_sweep()
        self.assertEqual(order.state, "draft")
        customer.street = "1 High Street"
        order._verification_sweep()
        self.assertEqual((order.state, order.verification_state), ("sale", "verified"))

    # ------------------------------------------------------------------ holds that stay

    def test_hold_stays_where_the_rule_says_so(self):
        (self._rule("zero_price") | self._rule("address_incomplete")).lifts_itself = False
        customer = self._make_customer("Poor Address", street=False)
        order = self._make_order((self.product, 5), partner_id=customer.id)
        order.action_verify()
        customer.street = "1 High Street"
        for _times in range(2):
            order._verification_sweep()
            self.assertEqual((order.verification_state, order.order_hold_ids.state), ("held", "open"))
        with self.assertRaises(UserError):
            order.action_confirm()
        self._as("manager", order).action_release(reason="Seen")
        order.action_confirm()
        self.assertEqual(order.state, "sale")
