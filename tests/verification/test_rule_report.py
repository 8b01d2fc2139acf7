"""How often each rule fired, was waived, led to a change."""

from odoo.exceptions import AccessError

from .common import VerificationCase

MEASURES = ["fired", "changed", "waived", "gone", "ticked", "still_open"]


class TestRuleReport(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["order.verification.rule.report"].with_user(cls.users["manager"])

    def setUp(self):
        super().setUp()
        self.rule = self._own_rule([("amount_untaxed", ">", 20)], name="Test Big", code="big")
        self.orders = self.env["sale.order"].concat(*(self._make_order((self.product, 5 + n)) for n in range(4)))
        self.orders.action_verify()

    def _figures(self, code="big"):
        rows = self.report._read_group(
            [("rule_code", "=", code), ("order_id", "in", self.orders.ids)],
            ["rule_code"],
            [*(f"{name}:sum" for name in MEASURES), "was_right:avg", "order_id:count_distinct"],
        )
        return rows[0][1:] if rows else ()

    def test_what_became_of_findings(self):
        self.assertEqual(self._figures()[:6], (4, 0, 0, 0, 0, 4))
        changed, waived, rest = self.orders[:2], self.orders[2], self.orders[3]
        changed.order_line.product_uom_qty = 1
        changed.action_verify()
        self._as("manager", waived.order_check_ids).action_waive(reason="Agreed")
        fired, *became, right, orders = self._figures()
        self.assertEqual((fired, became, orders), (4, [2, 1, 0, 0, 1], 4))
        self.assertAlmostEqual(right, 2 / 3)
        # without a change of the order
        self.rule.domain = "[('amount_untaxed', '>', 1000)]"
        rest.action_verify()
        self.assertEqual(self._figures()[:6], (4, 2, 1, 1, 0, 0))

    def test_change_of_another_line_is_none_of_this_one(self):
        self.rule.unlink()
        order = self._make_order((self.product, 5), (self.other_product, 1))
        self.orders = order
        self.product.sale_ok = False
        order.action_verify()
        order.order_line[1].product_uom_qty = 3
        self.product.sale_ok = True
        order.action_verify()
        self.assertEqual(self._figures("product_unsaleable")[:4], (1, 0, 0, 1))
        self.product.sale_ok = False
        order.action_verify()
        order.order_line[0].unlink()
        order.action_verify()
        self.assertEqual(self._figures("product_unsaleable")[:4], (2, 1, 0, 1))

    def test_ticked(self):
        self.rule.unlink()
        step = self._own_rule(name="Test Step", kind="manual", group_id=self.env.ref("base.group_user").id, code="step")
        self.orders.action_verify()
        checks = self.orders.order_check_ids.filtered(lambda check: check.rule_id == step)
        self._as("manager", checks[0]).action_tick()
        self.assertEqual(self._figures("step")[:6], (4, 0, 0, 0, 1, 3))
        row = self.report.search([("rule_code", "=", "step"), ("ticked", "=", 1)])
        self.assertEqual((row.rule_kind, row.order_id, row.rule_name), ("manual", checks[0].order_id, "Test Step"))

    def test_by_month_and_company(self):
        check = self.orders[0].order_check_ids
        self.env.flush_all()
        self.env.cr.execute("UPDATE order_verification_check SET found_at = '2023-03-15' WHERE id = %s", [check.id])
        self.env.invalidate_all()
        rows = self.report._read_group(
            [("rule_code", "=", "big"), ("order_id", "in", self.orders.ids)],
            ["found_at:month", "company_id"],
            ["fired:sum"],
        )
        self.assertEqual(
            [(month.strftime("%Y-%m"), company, fired) for month, company, fired in rows][0],
            ("2023-03", self.company, 1),
        )
        self.assertEqual([fired for *_keys, fired in rows], [1, 3])

    def test_rule_that_is_gone_is_still_counted(self):
        self.rule.unlink()
        self.env.invalidate_all()
        self.assertEqual(self._figures()[0], 4)
        row = self.report.search([("rule_code", "=", "big")], limit=1)
        self.assertEqual((row.rule_name, row.rule_id.id), ("Test Big", False))

    def test_who_reads_it(self):
        for user in ("salesman", "processor", "integration"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                self.report.with_user(self.users[user]).search([])
        stranger = self.report.with_user(self.users["stranger"])
        self.assertFalse(stranger.search([("rule_code", "=", "big")]))

    def test_views_open(self):
        for name in ("list", "pivot", "graph", "search"):
            view = self.env.ref(f"order_processing.order_verification_rule_report_view_{name}")
            self.report.get_views([(view.id, name)])
        self.assertTrue(self.report.search([], limit=1).read(MEASURES))
