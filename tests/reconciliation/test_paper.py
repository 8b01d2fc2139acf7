"""What waits for a large day sees: how far it is drawn; the statement on paper, A4 and Letter, a long appendix in parts."""

import io
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo.tools.pdf import PdfFileReader

from odoo.addons.order_processing.models.reconciliation import (
    ir_actions_report,
    order_reconciliation_draw,
    order_reconciliation_progress,
)

from .common import ReconciliationCase

REPORT = "order_processing.action_report_reconciliation"
# points, with a tolerance for what the printer rounds
A4, LETTER = (595, 842), (612, 792)


class TestProgress(ReconciliationCase):
    def _told(self, seconds):
        clock = iter(range(0, 10**6, seconds or 1))
        with (
            patch.object(order_reconciliation_draw, "monotonic", lambda: next(clock) if seconds else 0),
            patch.object(order_reconciliation_progress, "monotonic", lambda: next(clock) if seconds else 0),
            patch.object(type(self.Statement), "_send_progress", autospec=True) as sent,
        ):
            type(self).day += timedelta(days=1)
            self._as("processor", self.Statement).draft_day(self.day, self.company.id)
        return [call.args[1] for call in sent.call_args_list]

    def test_who_waits_longer_than_two_seconds_is_told(self):
        self.assertEqual(self._told(0), [])
        told = self._told(1)
        self.assertGreater(len(told), 3)
        self.assertIn(str(self.day), told[-1])
        self.assertIn("step 7 of 7", told[-1])

    def test_it_reaches_the_user_before_the_day_is_drawn(self):
        with patch.object(type(self.env["res.users"]), "_bus_send", autospec=True) as sent:
            self._as("processor", self.statement)._send_progress("Half way")
        [call] = sent.call_args_list
        self.assertEqual(call.args[0].ids, self.users["processor"].ids)
        self.assertIsNot(call.args[0].env.cr, self.env.cr, "a transaction of its own")


class TestPaper(ReconciliationCase):
    def _pages(self, statements):
        content, kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(REPORT, statements.ids)
        )
        self.assertEqual(kind, "pdf")
        return PdfFileReader(io.BytesIO(content)).pages

    def _size(self, page):
        return tuple(round(float(page.mediabox[place])) for place in (2, 3))

    def test_it_is_printed_on_the_companys_paper(self):
        self._confirmed((self.product, 5))
        day = self._next_day()
        for xmlid, size in (("base.paperformat_euro", A4), ("base.paperformat_us", LETTER)):
            self.company.paperformat_id = self.env.ref(xmlid)
            for page in self._pages(day):
                with self.subTest(paper=xmlid):
                    for found, wanted in zip(self._size(page), size):
                        self.assertLess(abs(found - wanted), 3)

    def test_a_long_appendix_is_printed_in_parts(self):
        orders = [self._confirmed((self.product, number + 1, 10.0)) for number in range(7)]
        day, short = self._next_day(), self.statement
        html_of = self.env["ir.actions.report"]
        whole = html.fromstring(html_of._render_qweb_html(REPORT, day.ids)[0])
        names = [
            row.text_content().split()[0] for row in whole.xpath("//table[contains(@class, 'o_entries')]/tbody/tr")
        ][:-1]
        self.assertEqual(set(names), set(day.line_ids.mapped("order_name")))
        self.assertTrue({order.name for order in orders} <= set(names))
        with patch.object(ir_actions_report, "PART", 3):
            parts = -(-len(names) // 3)
            found, totals = [], []
            for part in range(parts):
                tree = html.fromstring(
                    html_of.with_context(order_statement_part=part)._render_qweb_html(REPORT, day.ids)[0]
                )
                rows = tree.xpath("//table[contains(@class, 'o_entries')]/tbody/tr[not(contains(@class, 'total'))]")
                found += [row.text_content().split()[0] for row in rows]
                totals += tree.xpath("//table[contains(@class, 'o_entries')]/tbody/tr[contains(@class, 'total')]")
                self.assertEqual(bool(tree.xpath("//table[contains(@class, 'o_equations')]")), part == 0)
            self.assertEqual(found, names, "each entry once, in its order")
            self.assertEqual(len(totals), 1, "the sum of all stands with the last part")
            whole_total = whole.xpath("//table[contains(@class, 'o_entries')]/tbody/tr[contains(@class, 'total')]")
            self.assertEqual(totals[0].text_content(), whole_total[0].text_content())
            pages = self._pages(day)
            self.assertGreaterEqual(len(pages), parts)
            text = "".join(page.extract_text() for page in pages)
            self.assertIn(f"Part {parts} of {parts}", text)
            self.assertGreater(len(self._pages(short | day)), len(pages), "beside others, too")
