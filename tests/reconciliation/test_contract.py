import json

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .common import ReconciliationCase


class TestContract(ReconciliationCase):
    def test_programs_read_the_day_and_whether_it_is_final(self):
        order = self._confirmed((self.product, 5))
        statement = self._next_day(sign=False)
        contract = self._as("integration", self.env["order.processing"])
        day = str(statement.date)
        answer = contract.reconciliation(date=day)
        self.assertEqual((answer["state"], answer["final"], answer["proven"]), ("draft", False, True))
        statement.action_sign()
        answer = contract.reconciliation(date=day, company=self.company.name)
        self.assertEqual((answer["state"], answer["final"], answer["number"]), ("signed", True, 2))
        self.assertEqual(answer["digest"], statement.digest)
        self.assertEqual([bucket["code"] for bucket in answer["buckets"]][-1], "complete")
        self.assertEqual(sum(bucket["orders"] for bucket in answer["buckets"]), answer["entries"])
        self.assertEqual(sum(bucket["moved"] for bucket in answer["buckets"]), 1)
        shipped = [equation for equation in answer["equations"] if equation["name"] == "open"][0]
        self.assertEqual(shipped["left"] - shipped["right"], shipped["difference"])
        self.assertNotIn("null", json.dumps(answer))
        self.assertTrue(order)

    def test_a_day_without_a_statement_and_bad_questions(self):
        contract = self._as("integration", self.env["order.processing"])
        answer = contract.reconciliation(date="2026-03-01")
        self.assertEqual((answer["state"], answer["final"], answer["equations"]), ("none", False, []))
        self.assertEqual(sum(bucket["orders"] for bucket in answer["buckets"]), 0)
        self.assertNotIn("null", json.dumps(answer))
        for date in ("1 March", "", None, 5):
            with self.assertRaises(UserError):
                contract.reconciliation(date=date)
        with self.assertRaises(UserError):
            contract.reconciliation(date="2026-03-01", day=1)
        with self.assertRaises(UserError):
            contract.reconciliation(date="2026-03-01", company="Nobody")
        with self.assertRaises(AccessError):
            self._as("salesman", self.env["order.processing"]).reconciliation(date="2026-03-01")

    def test_a_program_of_another_company_sees_its_own(self):
        self._next_day()
        answer = self._as("stranger", self.env["order.processing"]).reconciliation(date=str(self.day))
        self.assertEqual((answer["company"], answer["state"]), (self.other_company.name, "none"))

    def _report(self, statement):
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "order_processing.action_report_reconciliation", statement.ids
        )
        return html.fromstring(content)

    def test_the_report_says_what_the_statement_says(self):
        order = self._confirmed((self.product, 8))
        self._deliver(order)
        statement = self._next_day(sign=False)
        page = self._report(statement)
        self.assertIn("All balances are proven", page.text_content())
        entries = page.xpath("//table[contains(@class, 'o_entries')]/tbody/tr")
        self.assertEqual(len(entries), statement.entry_count + 1)
        self.assertEqual(
            len(page.xpath("//table[contains(@class, 'o_equations')]/tbody/tr")), len(statement.equation_ids)
        )
        total = page.xpath("//table[contains(@class, 'o_buckets')]/tbody/tr[last()]/td[2]")[0].text_content()
        self.assertEqual(int(total), statement.entry_count)
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE stock_move SET quantity = 7 WHERE sale_line_id = %s", order.order_line.id))
        self.env.invalidate_all()
        statement.action_redraw()
        page = self._report(statement)
        self.assertNotIn("All balances are proven", page.text_content())
        named = page.xpath("//table[contains(@class, 'o_differences')]//td[1]")
        self.assertEqual({cell.text_content().strip() for cell in named}, {order.name})

    def test_the_report_of_a_quiet_day(self):
        quiet = self.Statement.browse(self._as("stranger", self.Statement).draft_day(self.day)["id"])
        self.assertIn("none was touched", self._report(quiet).text_content())

    def _assert_buckets_lead_to_their_entries(self, statement):
        """Each row of the buckets says what the plain figures say, and opens just those entries."""
        rows = statement.bucket_ids
        found = [(row.bucket, row.entry_count, row.moved_count, row.ordered_value) for row in rows]
        told = [(row["code"], row["orders"], row["moved"], row["value"]) for row in statement._bucket_rows()]
        self.assertEqual(found, told)
        for row in rows.filtered("entry_count"):
            action = row.action_open_entries()
            opened = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual((len(opened), set(opened.mapped("bucket"))), (row.entry_count, {row.bucket}))
        with self.assertRaises(AccessError):
            self._as("stranger", rows[:1]).action_open_entries()

    def test_each_figure_leads_to_the_rows_and_documents_behind_it(self):
        order = self._confirmed((self.product, 8, 10.0))
        self._deliver(order)
        other = self._confirmed((self.other_product, 2, 10.0))
        day = self._as("processor", self._next_day())
        self._deliver(other)
        self._next_day()
        book = self._as("processor", self.env["order.event"])

        def rows(action):
            self.assertEqual(action["res_model"], "order.event")
            return book.search(action["domain"])

        money = self.company.currency_id.name
        for total in day.total_ids.filtered(lambda total: total.day and total.unit in (money, "Units")):
            figure = "amount" if total.measure == "value" else "quantity_ref"
            self.assertAlmostEqual(sum(rows(total.action_open_rows()).mapped(figure)), total.day, 6, total.name)
        shipped = rows(self._equation(day, "shipped", money).action_open_rows())
        self.assertEqual((shipped.mapped("order_id"), shipped.order_statement_id), ([order.id], day))
        opened = shipped[0].action_open_document()
        self.assertTrue(self.env[opened["res_model"]].browse(opened["res_id"]).exists())
        entries = self._equation(day, "shipped", money).action_open_documents()
        numbers = self.env[entries["res_model"]].search(entries["domain"]).mapped("order_number")
        self.assertIn(order.id, numbers)
        self.assertNotIn(other.id, numbers)
        self.assertFalse(self._as("stranger", self.env["order.event"]).search([("order_statement_id", "in", day.ids)]))

    def test_screens_lead_to_the_documents(self):
        order = self._confirmed((self.product, 8))
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE sale_order_line SET product_uom_qty = 9 WHERE order_id = %s", order.id))
        self.env.invalidate_all()
        statement = self._as("processor", self._next_day(sign=False))
        action = statement.action_open_differences()
        self.assertEqual(action["domain"], [("id", "in", order.ids)])
        fault = statement.equation_ids.filtered(lambda equation: not equation.is_proven)[0]
        self.assertEqual(fault.action_open_documents()["domain"], [("id", "in", order.ids)])
        self.assertIn(order.name, fault.terms_html)
        self._assert_buckets_lead_to_their_entries(statement)
        found = self.env[statement.action_open_entries()["res_model"]].search(statement.action_open_entries()["domain"])
        self.assertEqual(len(found), statement.entry_count)
        wizard = self._as("processor", self.env["reconciliation.draw"]).create({"date": "2026-01-16"})
        self.assertEqual((wizard.last_id.id, wizard.days_missing), (statement.id, 2))
        opened = wizard.action_draw()
        drawn = self.Statement.browse(opened["res_id"])
        self.assertEqual((str(drawn.date), drawn.days_missing), ("2026-01-16", 2))
