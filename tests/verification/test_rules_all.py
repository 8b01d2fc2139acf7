"""All built-in rules at once."""

from ..common import ObservingCase
from .common import VerificationCase
from .goods import GoodsCase


class TestAllRules(GoodsCase):
    def test_same_queries_with_every_rule_on(self):
        self.env["order.verification.rule"].with_context(active_test=False).search([]).active = True
        self._assert_same_queries(
            lambda index: self._make_order(
                (self.product, 5),
                (self.other_product, 1 + index),
                partner_id=self._make_customer(f"Customer {index}").id,
            )
        )


class TestDefaults(VerificationCase):
    def test_what_is_on_by_default(self):
        rules = self.env["order.verification.rule"].search([("stage", "in", ("product", "delivery", "stock"))])
        self.assertEqual(
            set(rules.mapped("code")), {"product_unsaleable", "bad_quantity", "address_incomplete", "past_date"}
        )

    def test_every_rule_says_what_and_how_to_mend(self):
        rules = self.env["order.verification.rule"].with_context(active_test=False).search([])
        self.assertGreater(len(rules), 24)
        reasons = set(self.env["order.hold.reason"].search([]).mapped("code"))
        for rule in rules:
            with self.subTest(rule=rule.code):
                self.assertTrue(rule.description and rule.mend)
                if rule.severity == "blocking":
                    self.assertIn(rule.code, reasons)


class TestObserving(ObservingCase):
    def test_a_rule_switched_on_stops_nothing_where_controls_observe(self):
        self.env.ref("order_processing.rule_carrier_missing").active = True
        order = self._make_order()
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.order_check_ids.rule_code, "carrier_missing")
        self.assertFalse(order.order_hold_ids)
