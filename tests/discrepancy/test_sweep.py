from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

from tests.discrepancy.common import DiscrepancyCase


class TestKinds(DiscrepancyCase):
    """Each kind is planted by documents where documents can do it, by SQL where only corruption can."""

    def _assert_kinds(self, order, *kinds):
        self._sweep(order)
        self.assertEqual(self._kinds(order), sorted(kinds))

    def test_a_clean_order_has_none(self):
        order = self._shipped(10)
        self._pay(self._invoice(order), 40)
        self._assert_kinds(order)
        order = self._shipped(10, deliver=4)
        self._invoice(order)
        self._assert_kinds(order)

    def test_quotations_and_waiting_orders_have_none(self):
        order = self._make_order((self.product, 5))
        self._assert_kinds(order)
        order.action_confirm()
        self._assert_kinds(order)

    def test_short_shipped(self):
        order = self._shipped(10, deliver=4, backorder=False)
        self._invoice(order)
        self._assert_kinds(order, "short_shipped")
        record = order.order_discrepancy_ids
        self.assertEqual((record.expected, record.found, record.difference, record.value), (10, 4, -6, 60))
        order.order_line.product_uom_qty = 4
        self._assert_kinds(order)
        self.assertEqual(record.state, "auto_closed")

    def test_over_shipped(self):
        order = self._shipped(10, deliver=12)
        self._invoice(order)
        self._assert_kinds(order, "over_shipped")
        self.assertEqual(order.order_discrepancy_ids.value, 20)

    def test_late(self):
        order = self._make_order((self.product, 10))
        order.commitment_date = fields.Datetime.now() - timedelta(days=2)
        order.action_confirm()
        if "order_promise_date" in order.order_line._fields:
            self.env.cr.execute("UPDATE sale_order_line SET order_promise_date = NULL WHERE order_id = %s", [order.id])
            order.order_line.invalidate_recordset()
        self._assert_kinds(order, "late")
        moment = fields.Datetime.to_string(fields.Datetime.now() - timedelta(days=3))
        self.Discrepancy.with_context(order_business_moment=moment).sweep([("order_id", "=", order.id)])
        self.assertEqual(self._kinds(order), [])

    def test_shipped_not_invoiced_after_the_days_of_the_company(self):
        order = self._shipped(10)
        self._assert_kinds(order, "shipped_not_invoiced")
        self.assertEqual(order.order_discrepancy_ids.value, 100)
        self.company.order_invoice_days = 1
        self._assert_kinds(order)
        self.company.order_invoice_days = 0
        self._assert_kinds(order, "shipped_not_invoiced")
        self._invoice(order, post=False)
        self._assert_kinds(order)
        order.invoice_ids.action_post()
        self._assert_kinds(order)

    def test_over_invoiced_and_invoiced_not_shipped(self):
        order = self._shipped(10, deliver=4, backorder=False)
        invoice = self._invoice(order, post=False)
        invoice.invoice_line_ids.quantity = 10
        invoice.action_post()
        self._assert_kinds(order, "invoiced_not_shipped", "short_shipped")
        record = order.order_discrepancy_ids.filtered(lambda found: found.kind == "invoiced_not_shipped")
        self.assertEqual((record.expected, record.found), (4, 10))
        other = self._shipped(10)
        invoice = self._invoice(other, post=False)
        invoice.invoice_line_ids.quantity = 11
        invoice.action_post()
        self._assert_kinds(other, "over_invoiced")

    def test_price_and_tax(self):
        order = self._shipped(10)
        invoice = self._invoice(order, post=False)
        invoice.invoice_line_ids.price_unit = 9
        invoice.action_post()
        self._assert_kinds(order, "price_differs")
        self.assertEqual(order.order_discrepancy_ids.value, 10)
        tax = self.env["account.tax"].create({"name": "Twenty", "amount": 20, "company_id": self.company.id})
        taxed = self._make_order((self.product, 7, 3.33))
        taxed.order_line.tax_ids = tax
        taxed.action_confirm()
        self._deliver(taxed)
        invoice = self._invoice(taxed)
        self._assert_kinds(taxed)
        invoice.button_draft()
        invoice.invoice_line_ids.tax_ids = [Command.clear()]
        invoice.action_post()
        self._assert_kinds(taxed, "tax_differs")

    def test_a_cent_of_rounding_is_no_price(self):
        order = self._shipped(3, 3.333, deliver=1)
        self._invoice(order)
        self._deliver(order, {self.product: 1})
        self._invoice(order)
        self._deliver(order)
        self._invoice(order)
        self._assert_kinds(order)

    def test_returned_not_refunded_and_refunded_not_returned(self):
        order = self._shipped(10)
        self._invoice(order)
        self._back(order, 3)
        self._assert_kinds(order, "returned_not_refunded")
        self._invoice(order)
        self._assert_kinds(order)
        other = self._shipped(10)
        self._credit(self._invoice(other), 2)
        self._assert_kinds(other, "refunded_not_returned")
        self._back(other, 2)
        self._assert_kinds(other)

    def test_an_open_return_is_work_and_a_settled_one_leaves_nothing(self):
        order = self._shipped(10)
        self._invoice(order)
        Return = self._as("processor", self.env["order.return"])
        row = {"line_id": order.order_line.id, "quantity": 3}
        answer = Return.request([{"key": "discrepancy-1", "lines": [row]}], "test")[0]
        case = Return.browse(answer["return_id"])
        case.action_approve()
        self._assert_kinds(order)
        case.action_receive()
        self.assertEqual(order.order_line.qty_delivered, 7)
        self._assert_kinds(order)
        case.action_settle()
        self.assertEqual(order.order_line.qty_invoiced, 7)
        self._assert_kinds(order)
        self._back(order, 2, transfer=order.picking_ids.sorted("id")[0])
        self._assert_kinds(order, "returned_not_refunded")

    def test_paid_not_shipped(self):
        self.product.invoice_policy = "order"
        order = self._make_order((self.product, 10))
        order.action_confirm()
        self._pay(self._invoice(order), 50)
        self._assert_kinds(order)
        order.picking_ids.action_cancel()
        self._assert_kinds(order, "paid_not_shipped", "short_shipped")
        record = order.order_discrepancy_ids.filtered(lambda found: found.kind == "paid_not_shipped")
        self.assertEqual((record.expected, record.found, record.value), (5, 0, 50))

    def test_cancelled_but_shipped(self):
        order = self._shipped(10, deliver=4)
        order._action_cancel()
        self._assert_kinds(order, "cancelled_but_shipped")
        self._back(order, 4)
        self._assert_kinds(order)

    def test_quality_failed_until_the_check_passes_or_the_goods_are_gone(self):
        order = self._make_order((self.product, 10))
        order.action_confirm()
        order.picking_ids.action_assign()
        order.picking_ids.action_quality_fail("Box is wet")
        self._assert_kinds(order, "quality_failed")
        record = order.order_discrepancy_ids
        self.assertEqual((record.expected, record.found, record.value), (0, 10, 100))
        order.picking_ids.action_cancel()
        order.order_line.product_uom_qty = 0
        self._assert_kinds(order)

    def test_late_against_the_promise(self):
        order = self._make_order((self.product, 10))
        order.action_confirm()
        self.env.flush_all()
        for days, kinds in ((-1, ["late"]), (0, [])):
            self.env.cr.execute(
                "UPDATE sale_order_line SET order_promise_date = %s WHERE order_id = %s",
                [fields.Date.today() + timedelta(days=days), order.id],
            )
            self.env.invalidate_all()
            self._assert_kinds(order, *kinds)

    def test_stored_differs_is_only_corruption(self):
        order = self._shipped(10)
        self._invoice(order)
        self._assert_kinds(order)
        for column, value in (("qty_delivered", 9), ("qty_invoiced", 8)):
            line = order.order_line
            self.env.cr.execute(
                SQL("UPDATE sale_order_line SET %s = %s WHERE id = %s", SQL.identifier(column), value, line.id)
            )
            self.env.invalidate_all()
            self._assert_kinds(order, "stored_differs")
            record = order.order_discrepancy_ids
            self.assertEqual((record.detail, record.expected, record.found), (column, 10, value))
            self._as("manager", record).mend_apply("recompute")
            self.assertEqual(order.order_line[column], 10)
            self.assertEqual(self._kinds(order), [])
        self.assertEqual(order.order_discrepancy_ids.times_opened, 2)

    def test_orders_closed_by_core_in_the_usual_way_have_none(self):
        orders = self.env["sale.order"]
        for quantity in (1, 3, 7):
            orders |= self._shipped(quantity, 1.99)
        invoices = self._invoice(orders)
        for invoice in invoices:
            self._pay(invoice, invoice.amount_residual)
        self._back(orders[1], 1)
        self._invoice(orders[1])
        service = self._make_order((self.service, 2))
        service.action_confirm()
        self._invoice(service)
        self._assert_kinds(orders | service)


class TestSweep(DiscrepancyCase):
    def test_a_second_run_changes_nothing(self):
        order = self._shipped(10, deliver=4, backorder=False)
        first = self._sweep(order)
        self.assertEqual(
            first, {"lines": 1, "opened": 2, "closed": 0, "reopened": 0}
        )  # short shipped, shipped not invoiced
        self.assertEqual(self._sweep(order), {"lines": 1, "opened": 0, "closed": 0, "reopened": 0})
        self.assertEqual(self._events(order, "discrepancy_opened").mapped("amount"), [60, 40])

    def test_it_closes_and_reopens_the_same_record(self):
        order = self._shipped(10)
        self._sweep(order)
        record = order.order_discrepancy_ids
        invoice = self._invoice(order)
        self.assertEqual(self._sweep(order)["closed"], 1)
        self.assertEqual(record.state, "auto_closed")
        self.assertTrue(record.closed_at and record.resolution)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(self._sweep(order)["reopened"], 1)
        self.assertEqual((record.state, record.times_opened, record.closed_at), ("open", 2, False))
        kinds = self._events(order, "discrepancy_opened", "discrepancy_closed").mapped("kind")
        self.assertEqual(kinds, ["discrepancy_opened", "discrepancy_closed", "discrepancy_opened"])

    def test_figures_are_refreshed(self):
        order = self._shipped(10, deliver=4)
        self._sweep(order)
        record = order.order_discrepancy_ids
        self.assertEqual((record.kind, record.value), ("shipped_not_invoiced", 40))
        self._deliver(order)
        self._sweep(order)
        self.assertEqual((record.value, record.times_opened), (100, 1))

    def test_whole_company_and_no_domain(self):
        order = self._shipped(10)
        answer = self._as("manager", self.Discrepancy).sweep()
        self.assertGreaterEqual(answer["lines"], 1)
        self.assertEqual(self._kinds(order), ["shipped_not_invoiced"])
        self.assertEqual(self._as("manager", self.Discrepancy).sweep()["opened"], 0)

    def test_off_records_nothing(self):
        order = self._shipped(10)
        self.company.action_order_control_off(reason="Test")
        self.assertEqual(self._sweep(order)["lines"], 0)
        self.assertFalse(order.order_discrepancy_ids)

    def test_queries_do_not_grow(self):
        self.company.order_alert_count = 0

        def queries(size):
            orders = self._shipped(2, count=size)
            self.env.flush_all()
            self.env["order.event"].flush_model()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(self._sweep(orders)["opened"], size)
            self.env.flush_all()
            self.env["order.event"].flush_model()
            return self.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(1), queries(20))

    def test_the_night_run_finds_nothing_new_after_the_days_own(self):
        order = self._shipped(10)
        self.Discrepancy.sweep()
        answer = self.Discrepancy._cron_sweep()
        self.assertEqual((answer["opened"], answer["reopened"], answer["closed"]), (0, 0, 0))
        self.assertEqual(self._kinds(order), ["shipped_not_invoiced"])
