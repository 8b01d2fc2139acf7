"""Months and trend out of signed days; the day as a flow."""

from odoo.exceptions import AccessError

from .common import ReconciliationCase


class TestMonths(ReconciliationCase):
    def _months(self, unit=None):
        self.env.flush_all()
        self.env["order.reconciliation.month"].invalidate_model()
        return self.env["order.reconciliation.month"].search(
            [("company_id", "=", self.company.id), ("unit", "=", unit or self.company.currency_id.name)]
        )

    def test_a_month_is_the_sum_of_its_signed_days(self):
        before = sum(self._months().mapped("ordered"))
        order = self._confirmed((self.product, 5, 10.0))
        self._next_day()
        order.order_line.product_uom_qty = 6
        self._deliver(order)
        second = self._next_day()
        self._invoice(order)
        draft = self._next_day(sign=False)
        [month] = self._months()
        self.assertEqual((month.month_name, month.days, month.unsigned), ("2026-01", 3, 1))
        self.assertEqual(month.ordered - before, 60)
        self.assertEqual((month.shipped, month.invoiced), (60, 0), "what is drawn and not signed counts nothing")
        signed = self.Statement.search([("company_id", "=", self.company.id), ("state", "=", "signed")])
        for name in ("ordered", "shipped", "returned", "invoiced", "credited"):
            totals = signed.total_ids.filtered(
                lambda total, name=name: (total.name, total.unit) == (name, self.company.currency_id.name)
            )
            self.assertAlmostEqual(month[name], sum(totals.mapped("day")), 6, name)
        draft.action_sign()
        self.assertEqual(self._months().invoiced, 60)
        self.assertEqual(second.state, "signed")

    def test_a_superseded_revision_counts_once(self):
        self._confirmed((self.product, 5, 10.0))
        day = self._next_day()
        [month] = self._months().read(["ordered", "days"])
        day.action_reopen(reason="Late")
        again = self.Statement.search(
            [("date", "=", day.date), ("company_id", "=", self.company.id), ("state", "=", "draft")]
        )
        again.action_sign()
        self.assertEqual((self._months().ordered, self._months().days), (month["ordered"], month["days"]))
        trend = self.env["order.reconciliation.trend"].search(
            [("date", "=", day.date), ("name", "=", "ordered"), ("is_company_currency", "=", True)]
        )
        self.assertEqual((trend.reconciliation_id, trend.amount), (again, 50))

    def test_a_signed_day_whose_totals_were_not_kept_is_not_counted_as_summed(self):
        self._confirmed((self.product, 5, 10.0))
        old = self._next_day()
        self._confirmed((self.product, 2, 10.0))
        self._next_day()
        self.assertEqual((self._months().days, self._months().without_totals), (3, 0))
        # as a version left it that kept no running totals yet
        self.env.cr.execute("DELETE FROM order_reconciliation_total WHERE reconciliation_id = %s", [old.id])
        [month] = self._months()
        self.assertEqual((month.days, month.without_totals), (2, 1))
        self.assertEqual(month.unsigned, 0)

    def test_its_days_are_opened(self):
        day = self._next_day()
        self._confirmed((self.product, 1))
        following = self._next_day()
        action = self._as("processor", self._months()).action_open_days()
        self.assertEqual(self.Statement.search(action["domain"]).sorted("date"), self.statement | day | following)

    def test_who_may_read(self):
        self._confirmed((self.product, 5))
        self._next_day()
        for model in ("order.reconciliation.month", "order.reconciliation.trend"):
            self.assertTrue(self._as("processor", self.env[model]).search([]))
            self.assertFalse(self._as("stranger", self.env[model]).search([("company_id", "=", self.company.id)]))
            with self.assertRaises(AccessError):
                self._as("integration", self.env[model]).search([])


class TestFlow(ReconciliationCase):
    def _entries(self, action):
        return self.env[action["res_model"]].search(action["domain"]).mapped("order_number")

    def test_each_figure_leads_to_its_entries(self):
        left = self._confirmed((self.product, 5, 10.0))
        before = self._next_day()
        came = self._confirmed((self.product, 3, 10.0))
        self._deliver(left)
        day = self._next_day()
        [(currency, flow)] = day._flow()
        self.assertEqual(currency, self.company.currency_id)
        self.assertAlmostEqual(flow["opening"] + flow["came"] - flow["went"], flow["closing"], 2)
        self.assertEqual((flow["came"], flow["went"]), (30, 50))
        self.assertIn("30.00", day.flow_came)
        desk = self._as("processor", day)
        self.assertIn(left.id, self._entries(desk.action_open_opening()))
        self.assertEqual(self._entries(desk.action_open_came()), [came.id])
        self.assertEqual(self._entries(desk.action_open_went()), [left.id])
        self.assertIn(came.id, self._entries(desk.action_open_closing()))
        self.assertNotIn(left.id, self._entries(desk.action_open_closing()))
        self.assertEqual(before._flow()[0][1]["closing"], flow["opening"])

    def test_a_figure_leads_to_what_makes_it_and_to_nothing_else(self):
        service = self._confirmed((self.service, 3, 10.0))
        over = self._confirmed((self.product, 2, 10.0))
        self._next_day()
        service.order_line.product_uom_qty = 7
        nothing = self._confirmed((self.product, 0, 10.0))
        over.picking_ids.move_ids.write({"quantity": 5, "picked": True})
        over.picking_ids.with_context(skip_sms=True, skip_backorder=True).button_validate()
        came = self._confirmed((self.product, 4, 10.0), (self.service, 1, 5.0))
        day = self._next_day()
        [(_currency, flow)] = day._flow()
        self.assertEqual((flow["came"], flow["went"]), (70, 50), "over-shipped by three, four ordered; five went")
        opened = self._entries(day.action_open_came())
        self.assertEqual(set(opened), {over.id, came.id}, "over-shipped goods came in, services and nothing did not")
        self.assertNotIn(nothing.id, opened)
        self.assertEqual(self._entries(day.action_open_went()), [over.id])
        for part, name in (("opening", "start"), ("came", "came"), ("went", "went"), ("closing", "end")):
            action = getattr(day, f"action_open_{part}")()
            lines = self.env[action["res_model"]].search(action["domain"])
            self.assertAlmostEqual(sum(lines.mapped(f"{name}_value")), flow[part], 2, part)

    def test_a_term_of_another_version_does_not_stop_the_picture(self):
        day = self._next_day()
        self.env.cr.execute(
            """UPDATE order_reconciliation_equation SET terms = '{"left": [["Found", 5]], "right": [["Lost", 2]]}'
                WHERE reconciliation_id = %s AND name = 'open' AND measure = 'value'""",
            [day.id],
        )
        self.env.invalidate_all()
        [(_currency, flow)] = day._flow()
        self.assertEqual((flow["came"], flow["went"]), (5, 2))

    def test_another_companys_flow_is_not_opened(self):
        for act in ("opening", "came", "went", "closing"):
            with self.subTest(act=act), self.assertRaises(AccessError):
                getattr(self._as("stranger", self.statement), f"action_open_{act}")()
