"""The list "To verify": grouped and counted by the stage of the worst finding and by how long an order waits."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from ..common import ObservingCase
from .common import VerificationCase

NOW = "2026-03-18 10:00:00"


class TestStage(VerificationCase):
    def test_blocking_before_warning_then_the_order_of_review(self):
        order = self._make_order((self.product, 5, 0.0), (self.product, 0, 11.0), commitment_date="2020-01-01")
        order.action_verify()
        self.assertEqual((order.verification_severity, order.verification_stage), ("blocking", "product"))
        order.order_line[1].unlink()
        order.action_verify()
        self.assertEqual((order.verification_severity, order.verification_stage), ("blocking", "price"))
        order.order_line.price_unit = 10.0
        order.action_verify()
        self.assertEqual((order.verification_severity, order.verification_stage), ("warning", "delivery"))
        order.commitment_date = False
        order.action_verify()
        self.assertEqual((order.verification_severity, order.verification_stage), (False, False))

    def test_a_waiver_takes_it_away(self):
        order = self._make_order((self.product, 5, 0.0))
        order.action_verify()
        self.assertEqual(order.verification_stage, "price")
        self._as("manager", order.order_check_ids).action_waive(reason="gift")
        self.assertFalse(order.verification_stage)

    def test_nobody_writes_it(self):
        order = self._make_order((self.product, 5, 0.0))
        order.action_verify()
        for user in ("processor", "manager"):
            with self.assertRaises(UserError):
                self._as(user, order).write({"verification_stage": False})
            with self.assertRaises(UserError):
                self._as(user, order).write({"verification_severity": "warning"})
        copy = order.copy()
        self.assertFalse(copy.verification_stage)
        with self.assertRaises(UserError):
            self._make_order((self.product, 1), verification_stage="price")

    def test_it_is_searched_and_grouped_in_the_database(self):
        orders = self._make_order((self.product, 5, 0.0)) | self._make_order((self.product, -5))
        clean = self._make_order((self.other_product, 2))
        (orders | clean).action_verify()
        Order = self.env["sale.order"]
        domain = [("id", "in", (orders | clean).ids)]
        counts = dict(Order._read_group(domain, ["verification_stage"], ["__count"]))
        self.assertEqual(counts, {"price": 1, "product": 1, False: 1})
        self.assertEqual(Order.search([*domain, ("verification_stage", "=", False)]), clean)


@freeze_time(NOW)
class TestAge(VerificationCase):
    def _aged(self, days, state="to_verify", hours=0, **vals):
        order = self._make_order((self.product, 5), **vals)
        moment = fields.Datetime.now() - timedelta(days=days, hours=hours)
        if state == "held":
            self._as("processor", order).action_hold("manual")
        elif state == "verified":
            order.action_verify()
        self.env.flush_all()
        column = "held_at" if state == "held" else "create_date"
        self.env.cr.execute(
            SQL("UPDATE sale_order SET %s = %s WHERE id = %s", SQL.identifier(column), moment, order.id)
        )
        order.invalidate_recordset()
        return order

    def test_bands(self):
        expected = {0: "age_0", 1: "age_1", 2: "age_1", 3: "age_3", 7: "age_3", 8: "age_8", 60: "age_8"}
        orders = {days: self._aged(days) for days in expected}
        Order = self.env["sale.order"]
        ids = [order.id for order in orders.values()]
        for days, band in expected.items():
            with self.subTest(days=days):
                self.assertEqual(orders[days].verification_age, band)
                self.assertIn(orders[days], Order.search([("verification_age", "=", band), ("id", "in", ids)]))
        counts = dict(Order._read_group([("id", "in", ids)], ["verification_age"], ["__count"]))
        self.assertEqual(counts, {"age_0": 1, "age_1": 2, "age_3": 2, "age_8": 2})
        self.assertEqual(list(counts), sorted(counts))

    def test_held_counts_from_the_hold_and_verified_waits_for_nothing(self):
        held, verified = self._aged(5, "held"), self._aged(5, "verified")
        self.assertEqual((held.verification_age, verified.verification_age), ("age_3", False))
        Order = self.env["sale.order"]
        both = [("id", "in", (held | verified).ids)]
        self.assertEqual(Order.search([*both, ("verification_age", "in", ["age_3", "age_8"])]), held)
        self.assertEqual(Order.search([*both, ("verification_age", "=", False)]), verified)
        self.assertEqual(Order.search([*both, ("verification_age", "!=", "age_3")]), verified)
        self.assertEqual((held | verified).filtered_domain([("verification_age", "=", "age_3")]), held)

    def test_a_day_is_the_companys(self):
        """01:00 in UTC is 14:00 of the same day in Auckland, and 21:00 of the day before in New York."""
        order, other = self._aged(0, hours=9), self._aged(0, hours=9)
        self.env.cr.execute("UPDATE sale_order SET company_id = %s WHERE id = %s", (self.other_company.id, other.id))
        self.env.invalidate_all()
        self.company.order_tz, self.other_company.order_tz = "Pacific/Auckland", "America/New_York"
        Order = self.env["sale.order"].with_context(allowed_company_ids=[self.company.id, self.other_company.id])
        for record, band in ((order, "age_0"), (other, "age_1")):
            self.assertEqual(record.with_env(Order.env).verification_age, band)
            found = Order.search([("id", "in", (order | other).ids), ("verification_age", "=", band)])
            self.assertEqual(found.ids, record.ids)

    def test_a_salesman_counts_his_own(self):
        mine = self._aged(4, user_id=self.users["salesman"].id)
        other = self._aged(4, user_id=self.users["processor"].id)
        Order = self._as("salesman", self.env["sale.order"])
        domain = [("id", "in", (mine | other).ids)]
        self.assertEqual(dict(Order._read_group(domain, ["verification_age"], ["__count"])), {"age_3": 1})
        self.assertEqual(Order.search([*domain, ("verification_age", "=", "age_3")]).ids, mine.ids)


class TestToVerify(VerificationCase):
    def _action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("order_processing.action_orders_to_verify")
        return action, safe_eval(action["domain"])

    def test_it_holds_what_waits_and_nothing_else(self):
        _action, domain = self._action()
        fresh, held, clean = (self._make_order((self.product, number)) for number in (1, 2, 3))
        self._as("processor", held).action_hold("manual")
        clean.action_verify()
        cancelled = self._make_order((self.product, 4))
        cancelled.action_cancel()
        old = self._make_order((self.product, 5))
        self.company.action_order_control_off(reason="test")
        old.action_confirm()
        self.company.action_order_control_enforce(reason="test")
        late = self._make_order((self.product, 6))
        late.action_confirm()
        self._as("processor", late).action_hold("manual")
        every = fresh | held | clean | cancelled | old | late
        found = self._as("processor", self.env["sale.order"]).search([*domain, ("id", "in", every.ids)])
        self.assertEqual(set(found.ids), set((fresh | held | late).ids))

    def test_the_panel_counts_by_stage_and_age(self):
        _action, domain = self._action()
        orders = self._make_order((self.product, 5, 0.0)) | self._make_order((self.product, 6, 0.0))
        orders |= self._make_order((self.product, -5))
        orders.action_verify()
        Order = self._as("processor", self.env["sale.order"])
        options = {
            "enable_counters": True,
            "search_domain": [*domain, ("id", "in", orders.ids)],
            "category_domain": [],
            "filter_domain": [],
            "expand": False,
        }

        def counted(name, **more):
            found = Order.search_panel_select_multi_range(name, **{**options, **more})["values"]
            return {row["id"]: row["__count"] for row in found}

        self.assertEqual(counted("verification_stage"), {"price": 2, "product": 1})
        self.assertEqual(counted("verification_age"), {"age_0": 3})
        self.assertEqual(counted("verification_severity"), {"blocking": 3})
        only = [("verification_stage", "in", ["price"])]
        self.assertEqual(counted("verification_age", filter_domain=only), {"age_0": 2})

    def test_the_head_acts_on_what_is_selected(self):
        good, bad = self._make_order((self.product, 1)), self._make_order((self.product, 2, 0.0))
        both = self._as("processor", good | bad)
        self.assertEqual(both.action_button_verify()["params"]["type"], "warning")
        both.action_button_verify_and_confirm()
        self.assertEqual((good.state, bad.state), ("sale", "draft"))
        wizard = self.env["order.hold.create"].with_user(self.users["processor"])
        action = bad.with_user(self.users["processor"]).action_open_hold()
        wizard.with_context(**action["context"]).create(
            {"reason_id": self.env.ref("order_processing.hold_reason_manual").id}
        ).action_hold()
        self.assertEqual(bad.order_hold_ids.filtered(lambda hold: not hold.automatic).reason_code, "manual")

    def test_another_company_sees_nothing_of_it(self):
        order = self._make_order((self.product, 5, 0.0))
        order.action_verify()
        _action, domain = self._action()
        Order = self._as("stranger", self.env["sale.order"])
        self.assertFalse(Order.search([*domain, ("id", "=", order.id)]))
        with self.assertRaises(AccessError):
            self._as("stranger", order).action_button_verify()


class TestObservedList(ObservingCase):
    def test_a_finding_on_a_sale_stays_in_the_list(self):
        order = self._make_order((self.product, 5, 0.0))
        order.action_confirm()
        self.assertEqual((order.state, order.verification_stage), ("sale", "price"))
        domain = safe_eval(
            self.env["ir.actions.act_window"]._for_xml_id("order_processing.action_orders_to_verify")["domain"]
        )
        self.assertTrue(self.env["sale.order"].search([*domain, ("id", "=", order.id)]))
