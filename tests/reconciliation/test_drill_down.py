"""Every count of a statement leads to as many records as it says."""

from unittest.mock import patch

from odoo.tools import SQL

from odoo.addons.order_processing.models.reconciliation import order_reconciliation_balance, order_reconciliation_fit

from .common import FIRST, ReconciliationCase


class TestDrillDown(ReconciliationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.orders = cls.env["sale.order"].create(
            [cls._order_vals((cls.product, 8, 10.0), (cls.other_product, 2, 5.0))] * 4
        )
        cls.orders.action_confirm()
        cls._deliver(cls.orders[0])
        cls.env.flush_all()
        # by the database: each line differs, of one order both
        cls.env.cr.execute(
            SQL(
                "UPDATE sale_order_line SET product_uom_qty = product_uom_qty + 1 WHERE order_id = ANY(%s)",
                cls.orders[1:].ids,
            )
        )
        cls.env.invalidate_all()
        cls.orders[0]._create_invoices().invoice_date = FIRST
        cls.orders[2].picking_ids.printed = True
        # more than what is listed by name
        with (
            patch.object(order_reconciliation_balance, "DOCUMENTS_KEPT", 2),
            patch.object(order_reconciliation_fit, "KEPT", 2),
        ):
            cls.two = cls._draw(cls.day.replace(day=13))
        cls.desk = cls.two.with_user(cls.users["processor"])

    def _opened(self, action):
        return self.env[action["res_model"]].with_user(self.users["processor"]).search(action["domain"])

    def test_checks(self):
        found = self.desk.check_ids.filtered("document_count")
        self.assertLessEqual({"drafts", "printed_unshipped", "differences"}, set(found.mapped("code")))
        for check in found:
            with self.subTest(check=check.code):
                opened = self._opened(check.action_open_documents())
                self.assertEqual((opened._name, len(opened)), (check.model, check.document_count))
                self.assertLessEqual(len(check.documents), 2)
        differ = found.filtered(lambda check: check.code == "differences")
        self.assertEqual(self._opened(differ.action_open_documents()), self.orders[1:])

    def test_balances(self):
        faults = self.desk.equation_ids.filtered(lambda equation: not equation.is_proven)
        self.assertTrue(faults)
        for equation in faults:
            with self.subTest(equation=equation.name, unit=equation.unit):
                opened = self._opened(equation.action_open_documents())
                self.assertEqual(opened, self.orders[1:])
                self.assertEqual(equation.document_count, 3, "two lines of an order are one document")
                self.assertEqual(len(equation.documents), 2)
        self.assertEqual(self._opened(self.desk.action_open_differing()), faults)
        self.assertEqual(self.desk.difference_count, len(faults))

    def test_buckets_and_buttons(self):
        for bucket in self.desk.bucket_ids:
            with self.subTest(bucket=bucket.bucket):
                opened = self._opened(bucket.action_open_entries())
                self.assertEqual((len(opened), sum(opened.mapped("moved"))), (bucket.entry_count, bucket.moved_count))
        self.assertEqual(len(self._opened(self.desk.action_open_entries())), self.desk.entry_count)
        self.assertEqual(len(self._opened(self.desk.action_open_moved())), self.desk.touched_count)
        self.assertEqual(self._opened(self.desk.action_open_stock()), self.desk.stock_ids)

    def test_rows_after_the_cut(self):
        self._confirmed((self.product, 5))
        self.env["order.event"].flush_model()
        self.desk.invalidate_recordset()
        self.assertGreater(self.desk.since_cut_count, 0)
        self.assertEqual(len(self._opened(self.desk.action_open_since())), self.desk.since_cut_count)
        self._draw(self.two.date.replace(day=14))
        self.desk.invalidate_recordset()
        self.assertEqual(len(self._opened(self.desk.action_open_since())), self.desk.since_cut_count)

    def test_housekeeping(self):
        wizard = self.env["reconciliation.housekeeping"].with_user(self.users["processor"]).create({})
        self.assertTrue(sum(wizard.line_ids.mapped("count")))
        for line in wizard.line_ids:
            with self.subTest(queue=line.code):
                self.assertEqual(len(self._opened(line.action_open())), line.count)

    def test_running_totals(self):
        for total in self.desk.total_ids.filtered("day"):
            with self.subTest(total=total.name, unit=total.unit):
                figure = "amount" if total.measure == "value" else "quantity_ref"
                rows = self._opened(total.action_open_rows())
                self.assertAlmostEqual(sum(rows.mapped(figure)), total.day, 6)
