"""Manual steps: who ticks, how long a tick holds, and how it is taken back."""

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user

from .common import VerificationCase


class TestSteps(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env["res.groups"].create({"name": "Test Artists"})
        cls.artist = new_test_user(
            cls.env,
            login="test_artist",
            groups="base.group_user,sales_team.group_sale_salesman_all_leads",
            company_id=cls.company.id,
        )
        cls.artist.group_ids += cls.group
        cls.users["artist"] = cls.artist

    def setUp(self):
        super().setUp()
        self.rule = self._step()
        self.order = self._make_order((self.product, 5), (self.other_product, 1))
        self.order.action_verify()
        self.check = self.order.order_check_ids

    def _step(self, **vals):
        return self._own_rule(
            name="Artwork approved", kind="manual", group_id=self.group.id, code="artwork", stage="manual", **vals
        )

    def test_pending_step_holds(self):
        self.assertEqual(self.order.verification_state, "held")
        self.assertEqual(
            (self.check.rule_code, self.check.state, self.check.expected, self.check.found),
            ("artwork", "failed", "ticked by: Test Artists", "not ticked"),
        )
        with self.assertRaisesRegex(UserError, "Artwork approved"):
            self.order.action_confirm()

    def test_pending_step_that_only_warns(self):
        self.rule.severity = "warning"
        self.assertEqual(self.order.action_verify()[0]["state"], "verified")
        self.order.action_confirm()
        self.assertEqual(self.order.state, "sale")

    def test_tick(self):
        answer = self._as("artist", self.check).action_tick(reason="Proof 3")
        self.assertEqual(
            [(row["order_id"], row["state"], row["findings"]) for row in answer], [(self.order.id, "verified", [])]
        )
        self.assertEqual(
            (self.check.state, self.check.ticked_by_id, self.check.tick_note), ("passed", self.artist, "Proof 3")
        )
        self.assertTrue(self.check.ticked_at)
        event = self._events(self.order, "ticked")
        self.assertEqual(
            (event.user_id, event.reason, event.note), (self.artist.id, "Proof 3", "artwork: Artwork approved")
        )
        self.assertEqual(self.order.order_verification_ids.sorted("id")[-1].passed["artwork"], self.rule.version)
        # the second time it is done already
        self._as("artist", self.check).action_tick(reason="Again")
        self.assertEqual(self.check.tick_note, "Proof 3")
        self.order.action_confirm()
        self.assertEqual(self.order.state, "sale")

    def test_nobody_else_ticks(self):
        """Over RPC as on the screen: not a manager, not whoever may write the order."""
        self.order.user_id = self.users["salesman"]
        for user in ("salesman", "processor", "manager", "integration", "stranger", "accountant"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                call_kw(self._as(user, self.check.browse()), "action_tick", [self.check.ids], {"reason": "Mine"})
            # AccessError where the user has no right to write it at all
            with self.subTest(user=user), self.assertRaises(UserError):
                call_kw(self._as(user, self.check.browse()), "write", [self.check.ids, {"state": "passed"}], {})
        self.assertEqual(self.check.state, "failed")
        with self.assertRaises(UserError):
            self.check.sudo().write({"state": "passed"})
        with self.assertRaises(UserError):
            self.check.sudo().write({"ticked_by_id": self.artist.id})

    def test_a_finding_is_no_step(self):
        """A member of the group cannot tick away what a rule found, even where somebody gave that rule the group."""
        self._rule("zero_price").group_id = self.group
        order = self._make_order((self.product, 5, 0.0))
        order.action_verify()
        zero = order.order_check_ids.filtered(lambda check: check.rule_code == "zero_price")
        with self.assertRaisesRegex(UserError, "No manual step"):
            self._as("artist", zero).action_tick(reason="Fine")
        with self.assertRaisesRegex(UserError, "No manual step"):
            self._as("artist", zero | self.check).action_tick(reason="Fine")
        self.assertEqual((zero | self.check).mapped("state"), ["failed", "failed"])

    def test_tick_holds_until_the_content_changes(self):
        self._as("artist", self.check).action_tick()
        self.order.note = "Any words"
        self.assertEqual(self.order.action_verify()[0]["state"], "verified")
        self.order.order_line[0].product_uom_qty = 6
        self.assertEqual(self.order.action_verify()[0]["state"], "held")
        self.assertEqual(sorted(self.order.order_check_ids.mapped("state")), ["failed", "passed"])
        # as it was: the tick speaks of this content
        self.order.order_line[0].product_uom_qty = 5
        self.assertEqual(self.order.action_verify()[0]["state"], "verified")

    def test_tick_rests_on_the_lines_in_scope(self):
        self.rule.scope_line_domain = repr([("product_id", "=", self.other_product.id)])
        self.order.action_verify()
        check = self.order.order_check_ids.filtered(lambda check: check.state == "failed")
        self._as("artist", check).action_tick()
        self.order.order_line[0].product_uom_qty = 8
        self.assertEqual(self.order.action_verify()[0]["state"], "verified")
        self.order.order_line[1].product_uom_qty = 2
        self.assertEqual(self.order.action_verify()[0]["state"], "held")
        self.assertEqual(self._codes(self._make_order((self.product, 1))), [])

    def test_step_for_each_line(self):
        self.rule.domain_model = "sale.order.line"
        self.order.action_verify()
        checks = self.order.order_check_ids.filtered(lambda check: check.state == "failed").sorted("line_number")
        self.assertEqual(checks.line_id, self.order.order_line)
        answer = self._as("artist", checks[0]).action_tick()
        self.assertEqual([f["line"] for f in answer[0]["findings"]], self.order.order_line[1].ids)
        answer = self._as("artist", checks[1]).action_tick()
        self.assertEqual(answer[0]["state"], "verified")
        self.order.order_line[1].product_uom_qty = 9
        self.assertEqual([f["line"] for f in self.order.action_verify()[0]["findings"]], self.order.order_line[1].ids)

    def test_take_back(self):
        self._as("artist", self.check).action_tick()
        with self.assertRaisesRegex(UserError, "reason"):
            self._as("artist", self.check).action_untick()
        for user in ("processor", "manager", "stranger"):
            with self.assertRaises(AccessError):
                self._as(user, self.check).action_untick(reason="No")
        answer = self._as("artist", self.check).action_untick(reason="Wrong colour")
        self.assertEqual((answer[0]["state"], answer[0]["holds"]), ("held", ["finding"]))
        self.assertEqual(
            (self.check.state, self.check.unticked_by_id, self.check.untick_reason),
            ("failed", self.artist, "Wrong colour"),
        )
        self.assertEqual(self._events(self.order, "unticked").reason, "Wrong colour")
        self._as("artist", self.check).action_tick(reason="Right now")
        self.assertEqual((self.check.state, self.order.verification_state), ("passed", "verified"))

    def test_take_back_after_confirmation_stops_the_goods(self):
        """A tick taken back is no rule that came late: the sale is held though nothing of it changed."""
        self._as("artist", self.check).action_tick()
        self.order.action_confirm()
        self._as("artist", self.check).action_untick(reason="Wrong colour")
        self.assertEqual(self.order.verification_state, "held")
        for product in (self.product, self.other_product):
            self._stock(product, 5)
        with self.assertRaisesRegex(UserError, "Artwork approved"):
            self._deliver(self.order)
        self._as("artist", self.check).action_tick()
        self._deliver(self.order)
        self.assertEqual(self.order.delivery_status, "full")

    def test_waived_by_a_manager(self):
        self._as("manager", self.check).action_waive(reason="The customer could not wait")
        self.assertEqual(self.order.verification_state, "verified")
        with self.assertRaisesRegex(UserError, "Waived"):
            self._as("artist", self.check).action_tick()

    def test_deleted_rule(self):
        self.rule.unlink()
        self.check.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "names no group"):
            self._as("artist", self.check).action_tick()
        self.assertEqual(self.order.action_verify()[0]["state"], "verified")
        self.assertEqual((self.check.state, self.check.rule_name), ("mended", "Artwork approved"))

    def test_ticked_step_outlives_its_rule(self):
        self._as("artist", self.check).action_tick(reason="Proof 3")
        self.rule.unlink()
        self.check.invalidate_recordset()
        self.assertEqual(
            (self.check.state, self.check.tick_note, self.check.rule_kind), ("passed", "Proof 3", "manual")
        )

    def test_group_is_required(self):
        with self.assertRaisesRegex(UserError, "which group"):
            self.rule.group_id = False

    def test_group_is_kept(self):
        with self.assertRaises(Exception) as caught:
            self.group.unlink()
            self.env.flush_all()
        self.assertIn("order_verification_rule", str(caught.exception))

    def test_who_sees_the_button(self):
        self.assertTrue(self._as("artist", self.check).can_tick)
        self.assertFalse(self._as("manager", self.check).can_tick)
        self._as("manager", self.check).action_waive(reason="Agreed")
        self.assertFalse(self._as("artist", self.check).can_tick)

    def test_wizard(self):
        def wizard(action, **vals):
            Model = self.env[action["res_model"]].with_user(self.artist)
            return Model.with_context(**action["context"]).create(vals)

        check = self._as("artist", self.check)
        wizard(check.action_open_tick(), note="Proof 3").action_tick()
        self.assertEqual((self.check.state, self.check.tick_note), ("passed", "Proof 3"))
        wizard(check.action_open_untick(), note="Wrong").action_tick()
        self.assertEqual((self.check.state, self.check.untick_reason), ("failed", "Wrong"))

    def test_observing_records_and_stops_nothing(self):
        self.company.action_order_control_observe(reason="test")
        order = self._make_order((self.product, 7))
        order.action_confirm()
        self.assertEqual((order.state, order.order_check_ids.state), ("sale", "failed"))
