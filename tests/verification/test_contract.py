"""The contract of verification, as a program calls it: plain values, one result a reference."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw

from .common import VerificationCase


class TestContract(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clean = cls._make_order((cls.product, 5))
        cls.bad = cls._make_order((cls.product, 5, 0.0))

    def setUp(self):
        super().setUp()

        def by_name(contract, references, source=""):
            Order = contract.env["sale.order"].sudo()
            found = {order.name: order for order in Order.search([("name", "in", references)])}
            return [(ref, found.get(ref, Order), "" if ref in found else "not_found") for ref in references]

        # finding orders by the sender's references is the business of intake, and tested there
        self.patch(type(self.env["order.processing"]), "_contract_orders", by_name)

    def _call(self, user, method, *orders, **kwargs):
        Contract = self.env["order.processing"].with_user(self.users[user])
        references = [order if isinstance(order, str) else order.name for order in orders]
        answer = call_kw(Contract, method, [], {"references": references, **kwargs})
        self.assertNotIn("null", json.dumps(answer))
        return answer

    def test_verify(self):
        answer = self._call("integration", "verify_orders", self.bad, "no such order", self.clean)
        self.assertEqual([row["code"] for row in answer], ["held", "not_found", "accepted"])
        self.assertEqual([row["ok"] for row in answer], [True, False, True])
        self.assertEqual(answer[0]["holds"], ["zero_price"])
        self.assertEqual(answer[2]["reference"], self.clean.name)
        self.assertEqual(self.clean.verified_by_id, self.users["integration"])

    def test_confirm(self):
        answer = self._call("integration", "confirm_orders", self.bad, self.clean)
        self.assertEqual([(row["code"], row["confirmed"]) for row in answer], [("held", False), ("accepted", True)])
        self.assertEqual((self.bad.state, self.clean.state), ("draft", "sale"))
        again = self._call("integration", "confirm_orders", self.clean)[0]
        self.assertEqual((again["ok"], again["code"]), (True, "repeated"))

    def test_hold_and_release(self):
        answer = self._call("integration", "hold_orders", self.clean, reason="customer_request", note="By phone")
        self.assertEqual((answer[0]["ok"], answer[0]["holds"]), (True, ["customer_request"]))
        for user in ("integration", "processor"):
            answer = self._call(user, "release_orders", self.clean, reason="Because")
            self.assertEqual((answer[0]["ok"], answer[0]["code"]), (False, "not_allowed"))
        self.assertEqual(self.clean.verification_state, "held")
        answer = self._call("manager", "release_orders", self.clean, self.bad, reason="They called back")
        self.assertEqual([row["code"] for row in answer], ["accepted", "not_held"])
        self.assertEqual(self.clean.order_hold_ids.release_reason, "They called back")

    def test_refusals_name_the_order(self):
        self.clean._action_cancel()
        answer = self._call("integration", "hold_orders", self.clean, self.bad, reason="manual")
        self.assertEqual([row["code"] for row in answer], ["too_late", "accepted"])
        self.assertIn(self.clean.name, answer[0]["message"])

    def test_who_may_call(self):
        for method, extra in (
            ("verify_orders", {}),
            ("confirm_orders", {}),
            ("hold_orders", {"reason": "manual"}),
        ):
            with self.assertRaises(AccessError):
                self._call("salesman", method, self.clean, **extra)
        with self.assertRaises(UserError):
            self._call("integration", "verify_orders", self.clean, colour="blue")

    def test_private_methods_are_closed_to_programs(self):
        for method in ("_verification_record", "_transition", "_transition_write"):
            with self.assertRaises(AccessError):
                call_kw(self.env["sale.order"].with_user(self.users["manager"]), method, [self.bad.ids], {})
