"""Holds, releases and waivers: who may, what stays, what comes back."""

from odoo.exceptions import AccessError, UserError

from .common import VerificationCase


class TestHolds(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._make_order((cls.product, 5))
        cls.bad = cls._make_order((cls.product, 5, 0.0), (cls.other_product, 1, 100.0))

    def test_hold_and_release(self):
        answer = self._as("processor", self.order).action_hold("manual", note="Call first")
        self.assertEqual(
            answer, [{"order": self.order.name, "order_id": self.order.id, "state": "held", "holds": ["manual"]}]
        )
        self._as("processor", self.order).action_hold("manual", note="Call first")
        self._as("processor", self.order).action_hold("credit")
        self.assertEqual(len(self.order.order_hold_ids), 2)
        self.assertEqual(self.order.hold_reasons, "Held by hand, Credit to be checked")
        with self.assertRaises(UserError) as caught:
            self.order.action_confirm()
        self.assertIn("Call first", str(caught.exception))
        answer = self._as("manager", self.order).action_release(reason="Called")[0]
        self.assertEqual((answer["state"], answer["holds"]), ("verified", []))
        self.assertEqual(sorted(answer["released"]), ["credit", "manual"])
        self.assertEqual(self.order.order_hold_ids.released_by_id, self.users["manager"])
        self.assertEqual(self._events(self.order, "released").mapped("reason"), ["Called", "Called"])
        self.order.action_confirm()
        self.assertEqual(self.order.state, "sale")

    def test_who_may_hold(self):
        self.order.user_id = self.users["salesman"]
        with self.assertRaises(AccessError):
            self._as("salesman", self.order).action_hold("manual")
        with self.assertRaises(AccessError):
            self._as("stranger", self.order).action_hold("manual")
        with self.assertRaises(UserError):
            self._as("processor", self.order).action_hold("no such reason")

    def test_who_may_release(self):
        self._as("processor", self.order).action_hold("manual")
        for user in ("processor", "integration", "salesman"):
            for records in (self.order, self.order.order_hold_ids):
                with self.assertRaises(AccessError):
                    self._as(user, records).action_release(reason="Because")
        with self.assertRaises(UserError):
            self._as("manager", self.order).action_release()
        with self.assertRaises(AccessError):
            self._as("stranger", self.order).action_release(reason="Because")
        self.assertEqual(self.order.verification_state, "held")

    def test_release_of_what_is_not_held(self):
        answer = self._as("manager", self.order).action_release(reason="Because")[0]
        self.assertEqual((answer["released"], answer["message"]), ([], f"{self.order.name} was not held."))

    def test_one_hold_per_blocking_rule(self):
        answer = self._as("processor", self.bad).action_verify()[0]
        self.assertEqual(answer["holds"], ["zero_price", "price_far"])
        again = self._as("processor", self.bad).action_verify()[0]
        self.assertEqual(again["holds"], answer["holds"])
        self.assertEqual(len(self.bad.order_hold_ids), 2)
        self.assertEqual(len(self._events(self.bad, "held")), 2)

    def test_released_finding_holds_again_only_after_a_change(self):
        self.bad.action_verify()
        self._as("manager", self.bad).action_release(reason="A gift, and agreed")
        self.assertEqual(self.bad.verification_state, "verified")
        blocking = self.bad.order_check_ids.filtered(lambda check: check.severity == "blocking")
        self.assertEqual(set(blocking.mapped("state")), {"waived"})
        self.assertEqual(self.bad.action_verify()[0]["state"], "verified")
        self.bad.order_line[0].write({"product_uom_qty": 6, "price_unit": 0})
        answer = self.bad.action_verify()[0]
        self.assertEqual(answer["holds"], ["zero_price"])
        self.assertEqual([f["waived"] for f in answer["findings"] if f["rule"] == "price_far"], [True])

    def test_waive_one_finding(self):
        self.bad.action_verify()
        zero = self.bad.order_check_ids.filtered(lambda check: check.rule_code == "zero_price")
        for user in ("processor", "salesman", "integration"):
            with self.assertRaises(AccessError):
                self._as(user, zero).action_waive(reason="A gift")
        with self.assertRaises(UserError):
            self._as("manager", zero).action_waive()
        self._as("manager", zero).action_waive(reason="A gift")
        self.assertEqual((zero.state, zero.waived_by_id), ("waived", self.users["manager"]))
        self.assertEqual(self.bad.order_hold_ids.filtered(lambda hold: hold.state == "open").reason_code, "price_far")
        self.assertEqual(self._events(self.bad, "waived").reason, "A gift")
        rest = self.bad.order_check_ids.filtered(lambda check: check.state == "failed" and check.severity == "blocking")
        self._as("manager", rest).action_waive(reason="Agreed")
        self.assertEqual(self.bad.verification_state, "verified")
        self.bad.action_confirm()
        self.assertEqual(self.bad.state, "sale")

    def test_evidence_is_not_written(self):
        self.bad.action_verify()
        check, hold = self.bad.order_check_ids[0], self.bad.order_hold_ids[0]
        for user in ("processor", "manager"):
            for record, vals in ((check, {"state": "waived"}), (hold, {"state": "released"}), (check, {"found": "x"})):
                with self.assertRaises(AccessError if "found" in vals else UserError):
                    self._as(user, record).write(vals)
            with self.assertRaises(AccessError):
                self._as(user, check).unlink()
        for record in (check, hold):
            with self.assertRaises(UserError):
                record.sudo().write({"state": "waived"})
        with self.assertRaises(UserError):
            self.bad.order_verification_ids.sudo().write({"digest": "x"})

    def test_verify_and_confirm(self):
        both = self.order | self.bad
        rows = self._as("processor", both).action_verify_and_confirm()
        self.assertEqual([row["confirmed"] for row in rows], [True, False])
        self.assertEqual(both.mapped("state"), ["sale", "draft"])
        self.assertEqual(both.mapped("verification_state"), ["verified", "held"])

    def test_verify_and_confirm_goes_on_when_core_refuses_one(self):
        other, refused = self._make_order((self.product, 2)), self._make_order((self.product, 3))
        confirm = type(self.env["sale.order"])._confirmation_error_message
        self.patch(
            type(self.env["sale.order"]),
            "_confirmation_error_message",
            lambda order: "Not this one" if order == refused else confirm(order),
        )
        rows = (other | refused).action_verify_and_confirm()
        self.assertEqual([row["confirmed"] for row in rows], [True, False])
        self.assertEqual(rows[1]["error"], "Not this one")
        self.assertEqual((other.state, refused.state), ("sale", "draft"))

    def test_buttons_answer(self):
        answer = self._as("processor", self.order | self.bad).action_button_verify()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertIn(self.bad.name, answer["params"]["message"])

    def test_wizards(self):
        def wizard(user, action, **vals):
            Model = self.env[action["res_model"]].with_user(self.users[user])
            return Model.with_context(**action["context"]).create(vals)

        reason = self.env.ref("order_processing.hold_reason_manual")
        wizard(
            "processor", self._as("processor", self.order).action_open_hold(), reason_id=reason.id, note="Wait"
        ).action_hold()
        self.assertEqual(self.order.hold_reasons, "Held by hand")
        wizard("manager", self._as("manager", self.order).action_open_release(), reason="Waited").action_release()
        self.assertEqual(self.order.verification_state, "verified")
        self.bad.action_verify()
        checks = self._as("manager", self.bad.order_check_ids.filtered(lambda check: check.severity == "blocking"))
        wizard("manager", checks.action_open_waive(), reason="Agreed").action_waive()
        self.assertEqual(self.bad.verification_state, "verified")

    def test_deleting_a_draft_goes_on_working(self):
        self.bad.action_verify()
        self.bad.unlink()
        self.assertFalse(self.bad.exists())
