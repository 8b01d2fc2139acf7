"""The screen of the full comparison: plain lines stay out of it, and nothing that is wrong does."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields

from odoo.addons.order_processing.models.discrepancy import order_discrepancy_sweep as sweeping

from tests.discrepancy.common import DiscrepancyCase


class TestScreen(DiscrepancyCase):
    """What a wholesaler's database is full of must not be looked at line by line each night."""

    def _assert_plain(self, order):
        self.env.flush_all()
        self.assertFalse(self._suspects() & set(order.order_line.ids))

    def test_done_and_paid(self):
        order = self._shipped(10, 9.99)
        invoice = order._create_invoices()
        invoice.action_post()
        self._assert_plain(order)
        self._pay(invoice, invoice.amount_total)
        self._assert_plain(order)

    def test_waiting_for_stock_until_the_promised_day_has_passed(self):
        order = self._make_order((self.product, 7, 3.33))
        order.commitment_date = fields.Datetime.now() + timedelta(days=9)
        order.action_confirm()
        self._assert_plain(order)
        late = self.Discrepancy.with_context(order_business_moment=fields.Datetime.now() + timedelta(days=40))
        self.env.cr.execute(late._suspects_query(self.company.ids, late._moment()))
        self.assertIn(order.order_line.id, [line for (line,) in self.env.cr.fetchall()])

    def test_partly_shipped_with_a_backorder(self):
        order = self._shipped(9, 3.33, deliver=4)
        order.commitment_date = fields.Datetime.now() + timedelta(days=9)
        order._create_invoices().action_post()
        self._assert_plain(order)

    def test_returned_and_credited(self):
        order = self._shipped(9, 3.33)
        order._create_invoices().action_post()
        self._back(order, 2)
        order._create_invoices(final=True).action_post()
        self._assert_plain(order)

    def test_another_unit_is_looked_at(self):
        order = self._make_order((self.product, 2, 30.0))
        order.order_line.product_uom_id = self.dozen
        order.action_confirm()
        move = order.picking_ids.move_ids
        self._deliver(order)
        order._create_invoices().action_post()
        self.assertNotEqual(move.product_uom, order.order_line.product_uom_id)
        self.env.flush_all()
        self.assertLessEqual(set(order.order_line.ids), self._suspects())
        self._sweep(order)
        self.assertEqual(self._kinds(order), [])

    def test_what_the_nightly_comparison_opens_it_closes(self):
        order = self._shipped(10)
        invoice = order._create_invoices()
        invoice.invoice_line_ids[0].price_unit = 12
        invoice.action_post()
        answer = self.Discrepancy.sweep()
        self.assertEqual((answer["opened"], self._kinds(order)), (1, ["price_differs"]))
        self.assertEqual(answer["lines"], self.Discrepancy.sweep()["lines"])
        credit = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        credit.action_post()
        order._create_invoices().action_post()
        self.assertEqual(self.Discrepancy.sweep()["closed"], 1)
        self.assertEqual(self._kinds(order), [])

    def test_many_and_few_suspects_say_the_same(self):
        """Where much is wrong all lines are compared at once, else the suspects alone."""
        orders = self.env["sale.order"]
        for price in (10, 11, 12):
            order = self._shipped(10)
            invoice = order._create_invoices()
            invoice.invoice_line_ids[0].price_unit = price
            invoice.action_post()
            orders |= order
        answers, found = [], []
        for crowd in (0, 1):
            savepoint = self.env.cr.savepoint()
            with patch.object(sweeping, "CROWD", crowd):
                answers.append(self.Discrepancy.sweep())
            records = self.Discrepancy.search([("order_id", "in", orders.ids)])
            found.append(sorted((record.line_id.id, record.kind, record.expected, record.found) for record in records))
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(found[0], found[1])
        self.assertEqual([kind for _line, kind, *_figures in found[0]], ["price_differs", "price_differs"])

    def test_parts_say_the_same_as_one(self):
        order = self._make_order(*[(self.product, quantity, 3.0) for quantity in (1, 2, 3, 4, 5)])
        order.action_confirm()
        order.picking_ids.action_cancel()
        with patch.object(sweeping, "AT_ONCE", 2):
            answer = self._sweep(order)
        self.assertEqual((answer["lines"], answer["opened"]), (5, 5))

    def test_an_invoice_line_of_nobody_is_no_overpayment(self):
        """Freight that the accountant added to the invoice takes its part of the payment with it."""
        order = self._shipped(10, 10.0)
        invoice = order._create_invoices()
        invoice.write({"invoice_line_ids": [Command.create({"name": "Freight", "quantity": 1, "price_unit": 25})]})
        invoice.invoice_date_due = fields.Date.today() - timedelta(days=3)
        invoice.action_post()
        self._pay(invoice, invoice.amount_total)
        self._sweep(order)
        self.assertEqual(self._kinds(order), [])
        row = self._figures(order)[order.order_line.id]
        self.assertAlmostEqual(row["paid_value"], order.amount_total, 2)
