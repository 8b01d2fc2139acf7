"""What a rule would have caught among the last orders, before it is switched on or made stricter."""

from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from .common import VerificationCase


class TestPreview(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the newest of all
        moment = datetime.now() + timedelta(days=400)
        cls.orders = cls.env["sale.order"].concat(
            *(
                cls._make_order((cls.product, quantity), date_order=moment + timedelta(minutes=quantity))
                for quantity in (5, 15, 25)
            )
        )

    def _preview(self, rule, limit=3, user="manager", **kwargs):
        return self._as(user, rule).order_rule_preview(limit=limit, **kwargs)[0]

    def _big(self, **vals):
        return self._own_rule([("amount_untaxed", ">", 100)], description="Big", **vals)

    def _caught(self, preview):
        return [example["order_id"] for example in preview["examples"]]

    def test_own_rule(self):
        rule = self._big()
        preview = self._preview(rule)
        five, fifteen, twenty_five = self.orders
        self.assertEqual(
            {key: value for key, value in preview.items() if key != "examples"},
            {
                "rule": rule.code,
                "rule_id": rule.id,
                "severity": "blocking",
                "orders": 3,
                "caught": 2,
                "held": 2,
                "spared": 0,
            },
        )
        self.assertEqual(self._caught(preview), [twenty_five.id, fifteen.id])
        example = preview["examples"][1]
        self.assertEqual(
            (example["order"], example["customer"], example["amount"], example["messages"], example["state"]),
            (fifteen.name, "Test Customer", 150, ["Big"], "draft"),
        )
        self.assertEqual(self._preview(rule, limit=1)["orders"], 1)
        # nothing is left behind
        self.assertFalse(
            self.orders.order_check_ids or self.orders.order_hold_ids or self.orders.order_verification_ids
        )
        self.assertEqual(set(self.orders.mapped("verification_state")), {"to_verify"})

    def test_rule_that_is_off_or_not_yet_valid(self):
        rule = self._big(active=False, valid_from="2100-01-01")
        self.assertEqual(self._preview(rule)["caught"], 2)
        self.assertEqual(self.orders.action_verify()[2]["state"], "verified")

    def test_warning_holds_nothing(self):
        preview = self._preview(self._big(severity="warning"))
        self.assertEqual((preview["caught"], preview["held"]), (2, 0))

    def test_unsaved_values(self):
        rule = self._big()
        values = {"domain": "[('amount_untaxed', '>', 200)]", "severity": "warning"}
        preview = self._preview(rule, values=values)
        self.assertEqual((preview["caught"], preview["severity"]), (1, "warning"))
        self.assertEqual((rule.domain, rule.severity, rule.version), ("[('amount_untaxed', '>', 100)]", "blocking", 1))
        new = self.env["order.verification.rule"]
        values = {"kind": "domain", "domain": "[('amount_untaxed', '<', 100)]", "name": "New", "severity": "blocking"}
        preview = self._preview(new, values=values)
        self.assertEqual((preview["rule_id"], self._caught(preview)), (0, self.orders[0].ids))
        with self.assertRaisesRegex(UserError, "cannot be searched"):
            self._preview(rule, values={"domain": "[('no_such', '=', 1)]"})

    def test_tightened_built_in(self):
        self.orders[1].order_line.price_unit = 9.5
        rule = self._rule("price_off")
        rule.write({"tolerance_percent": 10, "tolerance_amount": 0})
        self.assertEqual(self._preview(rule)["caught"], 0)
        preview = self._preview(rule, values={"tolerance_percent": 4})
        self.assertEqual(self._caught(preview), self.orders[1].ids)

    def test_what_another_rule_takes_is_left_to_it(self):
        """A far price is named by its own rule, in the test as in a verification."""
        self.orders[1].order_line.price_unit = 1
        self.assertEqual(self._preview(self._rule("price_off"))["caught"], 0)
        self.assertEqual(self._preview(self._rule("price_far"))["caught"], 1)
        self._rule("price_far").active = False
        self.assertEqual(self._preview(self._rule("price_off"))["caught"], 1)

    def test_manual_step(self):
        group = self.env.ref("base.group_user")
        rule = self._own_rule(
            kind="manual", group_id=group.id, scope_domain=repr([("id", "in", self.orders[:2].ids)]), active=False
        )
        self.assertEqual(self._preview(rule)["caught"], 2)

    def test_sales_are_marked_as_spared_and_are_spared(self):
        self.orders[2].action_confirm()
        self.orders[2].date_order = self.orders[1].date_order + timedelta(hours=1)
        rule = self._big(active=False)
        preview = self._preview(rule)
        self.assertEqual((preview["caught"], preview["spared"]), (2, 1))
        rule.active = True
        rows = self.orders.action_verify()
        self.assertEqual([row["state"] for row in rows], ["verified", "held", "verified"])

    def test_cancelled_orders_are_not_looked_at(self):
        self.orders[2].action_cancel()
        self.assertNotIn(self.orders[2].id, self._caught(self._preview(self._big())))

    def test_companies(self):
        there = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.other_company.id,
                "date_order": self.orders[2].date_order + timedelta(days=1),
                "order_line": [
                    Command.create({"product_id": self.product.id, "product_uom_qty": 50, "price_unit": 10})
                ],
            }
        )
        general = self._big().with_env(self.env)
        general.company_id = False
        self.assertNotIn(there.id, self._caught(self._preview(general)))
        self.assertEqual(self._caught(self._preview(general, user="stranger")), there.ids)
        mine = self._big()
        with self.assertRaises(AccessError):
            self._preview(mine, user="stranger")
        with self.assertRaises(AccessError):
            self._preview(general, values={"company_id": self.other_company.id})
        # a company with a rule of its own of this code is not the general one's
        general.copy({"company_id": self.other_company.id, "code": general.code})
        self.assertEqual(self._preview(general, user="stranger")["orders"], 0)

    def test_only_managers(self):
        rule = self._big()
        for user in ("salesman", "processor", "integration", "accountant"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._preview(rule, user=user)
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._preview(rule, user=user, values={"domain": "[('id', '>', 0)]"})

    def test_trial_on_the_form(self):
        rule = self._big()
        with Form(self._as("manager", rule)) as form:
            self.assertFalse(form.trial_result)
            form.trial = True
            self.assertRegex(form.trial_result, r"^\d+ of the last \d+ orders\.")
            self.assertIn(self.orders[2].name, form.trial_result)
            form.domain = repr([("id", "=", self.orders[0].id)])
            self.assertIn("1 of the last", form.trial_result)
            self.assertIn(self.orders[0].name, form.trial_result)
            form.domain = "[('no_such', '=', 1)]"
            self.assertIn("cannot be searched", form.trial_result)
            form.domain = "[('amount_untaxed', '>', 200)]"
            self.assertEqual(rule.domain, "[('amount_untaxed', '>', 100)]")
        self.assertEqual(rule.domain, "[('amount_untaxed', '>', 200)]")

    def test_trial_tells_nobody_else(self):
        new = self._as("salesman", self.env["order.verification.rule"])
        rule = new.new({"trial": True, "kind": "domain", "domain": "[('id', '>', 0)]", "name": "x"})
        self.assertFalse(rule.trial_result)

    def test_screen(self):
        rule = self._as("manager", self._big(active=False))
        action = rule.action_preview()
        trial = rule.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(trial.line_ids.order_id & self.orders, self.orders[1:])
        self.assertEqual(trial.caught, len(trial.line_ids))
        with Form(trial) as form:
            form.last = 1
            self.assertEqual((form.orders, form.caught), (1, 1))
        line = trial.line_ids
        self.assertEqual((line.order_id, line.message, line.spared), (self.orders[2], "Big", False))
        self.assertEqual(line.action_open_order()["res_id"], self.orders[2].id)
        trial.action_switch_on()
        self.assertTrue(rule.active)

    def test_screen_for_managers_only(self):
        rule = self._big()
        for user in ("salesman", "processor"):
            with self.assertRaises(AccessError):
                self._as(user, rule).action_preview()
