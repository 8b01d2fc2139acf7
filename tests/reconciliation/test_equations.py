from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from .common import ReconciliationCase, dozens


class TestEquations(ReconciliationCase):
    def _mixed_day(self):
        """Everything that happens at a desk in one day."""
        dozen = self.env.ref("uom.product_uom_dozen")
        partial = self._confirmed((self.product, 10), (self.other_product, 3, 3.33), (self.service, 2))
        self._deliver(partial, {self.product: 4})
        partial.order_line[0].price_unit = 12.5
        repriced = self._confirmed((self.product, 6))
        self._deliver(repriced)
        self._invoice(repriced)
        repriced.order_line.price_unit = 11
        cancelled = self._confirmed((self.product, 5))
        self._deliver(cancelled, {self.product: 2})
        cancelled._action_cancel()
        whole = self._confirmed((self.product, 8))
        self._deliver(whole)
        paid = self._invoice(whole)
        self._pay(paid, 50)
        self._back(whole, 3)
        self._invoice(whole)
        kept = self._confirmed((self.product, 4))
        self._deliver(kept)
        self._back(kept, 1, to_refund=False)
        units = self._make_order()
        units.order_line = [Command.clear(), dozens(self.product, 2, dozen)]
        units.action_confirm()
        self._deliver(units)
        self._invoice(units, post=False)
        raised = self._make_order((self.product, 5))
        raised.order_line.product_uom_qty = 9
        raised.order_line.product_uom_qty = 7
        gone = self._make_order((self.product, 5))
        gone.unlink()
        back = self._make_order((self.product, 2))
        back._action_cancel()
        self.env.flush_all()
        self.env["order.event"].flush_model()
        back.action_draft()
        over = self._confirmed((self.product, 2))
        over.picking_ids.move_ids.write({"quantity": 5, "picked": True})
        over.picking_ids.with_context(skip_sms=True, skip_backorder=True).button_validate()
        taken_back = self._invoice(over)
        taken_back.button_draft()
        return partial | repriced | cancelled | whole | kept | units | raised | back | over

    def test_a_mixed_day_is_proven_in_quantity_and_value(self):
        orders = self._mixed_day()
        statement = self._next_day()
        self._assert_proven(statement)
        self.assertEqual(set(orders.ids) - set(statement.line_ids.mapped("order_number")), set())
        units = self._terms(self._equation(statement, "open", "Units"))
        self.assertEqual(
            units["Open at the start"], self._terms(self._equation(statement, "opening", "Units"))["Open at the start"]
        )
        self.assertGreater(units["Shipped"], 0)
        self.assertEqual(units["Removed"], 10)
        self.assertEqual(units["Cancelled"], 5)
        self.assertEqual(units["Change in over-shipped"], 3)

    def test_the_second_day_opens_with_the_closing_of_the_first(self):
        orders = self._mixed_day()
        first = self._next_day()
        self._deliver(orders[0])
        orders[0].order_line[0].price_unit = 9.99
        self._invoice(orders[0])
        orders[3].order_line.product_uom_qty = 12
        second = self._next_day()
        self._assert_proven(second)
        for unit in ("Units", self.company.currency_id.name):
            closing = self._terms(self._equation(first, "open", unit))["Open at the end"]
            opening = self._equation(second, "opening", unit)
            self.assertEqual((opening.left, opening.right), (closing, closing))
        self.assertEqual(second.previous_id, first)
        self.assertEqual(second.previous_digest, first.digest)
        self.assertTrue(self.Statement.verify_chain(self.company.id)["ok"])

    def test_an_empty_day_closes(self):
        self._next_day()
        statement = self._next_day()
        self._assert_proven(statement)
        self.assertFalse(statement.line_ids.filtered("touched"))
        self.assertEqual(statement.state, "signed")

    def test_planted_faults_are_named(self):
        whole = self._confirmed((self.product, 8))
        self._deliver(whole)
        invoice = self._invoice(whole)
        other = self._confirmed((self.product, 2))
        self.env.flush_all()
        plants = [
            ("ordered", SQL("UPDATE sale_order_line SET product_uom_qty = 9 WHERE order_id = %s", whole.id)),
            ("shipped", SQL("UPDATE stock_move SET quantity = 7 WHERE sale_line_id = %s", whole.order_line.id)),
            ("delivered", SQL("UPDATE sale_order_line SET qty_delivered = 6 WHERE order_id = %s", whole.id)),
            ("invoiced", SQL("UPDATE account_move_line SET quantity = 5, price_subtotal = 50 WHERE id = %s", invoice.invoice_line_ids.id)),
        ]  # fmt: skip
        statement = self._next_day(sign=False)
        self._assert_proven(statement)
        for name, plant in plants:
            with self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(plant)
                self.env.invalidate_all()
                statement.action_redraw()
                faults = statement.equation_ids.filtered(lambda equation: not equation.is_proven)
                self.assertIn(name, faults.mapped("name"))
                named = {document["order"] for equation in faults for document in equation.documents}
                self.assertEqual(named - {invoice.name}, {whole.name}, name)
                self.assertNotIn(other.name, named)
                self.assertTrue(faults.filtered("difference"))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_a_payment_that_came_round_the_book_is_named(self):
        order = self._confirmed((self.product, 8))
        self._deliver(order)
        invoice = self._invoice(order)
        self._pay(invoice, 50)
        self.env.flush_all()
        statement = self._next_day(sign=False)
        self._assert_proven(statement)
        self.env.cr.execute(
            SQL(
                "UPDATE account_partial_reconcile SET debit_amount_currency = 40 WHERE debit_move_id = ANY(%s)",
                invoice.line_ids.ids,
            )
        )
        self.env.invalidate_all()
        statement.action_redraw()
        fault = statement.equation_ids.filtered(lambda equation: not equation.is_proven)
        self.assertEqual(fault.mapped("name"), ["paid"])
        self.assertEqual(fault.difference, 10)
        self.assertEqual([document["order"] for document in fault.documents], [order.name])
        self.env.cr.execute(
            SQL(
                "UPDATE account_move_line SET amount_currency = amount_currency + 1 WHERE move_id = %s AND display_type = 'payment_term'",
                invoice.id,
            )
        )
        self.env.invalidate_all()
        statement.action_redraw()
        fault = self._equation(statement, "documents", self.company.currency_id.name)
        self.assertEqual([document["order"] for document in fault.documents], [invoice.name])

    def test_payments_are_matched_or_not_and_stand_with_their_kind(self):
        order = self._confirmed((self.product, 8))
        self._deliver(order)
        invoice = self._invoice(order)
        self._pay(invoice, 50)
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        values = {"payment_type": "inbound", "partner_type": "customer", "partner_id": self.customer.id,
                  "journal_id": journal.id}  # fmt: skip
        early, alone, vendors = self.env["account.payment"].create(
            [{**values, "amount": 30}, {**values, "amount": 7}, {**values, "amount": 99, "partner_type": "supplier"}]
        )
        alone.outstanding_account_id = False
        (early | alone | vendors).action_post()
        self.assertFalse(alone.move_id)
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        off = self.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "in", self.company.id)], limit=1
        )
        register.create(
            {"amount": 28, "payment_difference_handling": "reconcile", "writeoff_account_id": off.id}
        )._create_payments()
        statement = self._next_day(sign=False)
        self._assert_proven(statement)
        fault = self._equation(statement, "payments", self.company.currency_id.name)
        self.assertEqual(
            self._terms(fault),
            {
                "Payments by the day book": 115,
                "Matched in the journals": 80,
                "Unmatched": 30,
                "Written off with them": -2,
                "Without a journal entry": 7,
            },
        )
        self.env.cr.execute(
            SQL(
                "UPDATE account_move_line SET amount_residual_currency = -29 WHERE move_id = %s AND amount_residual_currency = -30",
                early.move_id.id,
            )
        )
        self.env.invalidate_all()
        statement.action_redraw()
        fault = statement.equation_ids.filtered(lambda equation: not equation.is_proven)
        self.assertEqual((fault.mapped("name"), fault.difference), (["payments"], 1))
        self.assertEqual([document["order"] for document in fault.documents], [early.name])
        action = fault.action_open_documents()
        self.assertEqual((action["res_model"], action["domain"]), ("account.payment", [("id", "in", early.ids)]))
        self.env.cr.execute(
            SQL(
                "UPDATE account_move_line SET amount_residual_currency = -30 WHERE move_id = %s AND amount_residual_currency = -29",
                early.move_id.id,
            )
        )
        self.env.invalidate_all()
        early.action_draft()
        with self.assertRaisesRegex(UserError, "changed after the cut"):
            statement.action_sign()
        alone.action_draft()
        alone.unlink()
        statement.action_redraw()
        self._assert_proven(statement)
        worth = self._terms(self._equation(statement, "payments", self.company.currency_id.name))
        self.assertEqual(worth["Payments by the day book"], 78)

    def test_a_rejected_payment_counts_for_nothing(self):
        """Core leaves the entry of a payment that the bank rejects."""
        payment = self.env["account.payment"].create(
            {"payment_type": "inbound", "partner_type": "customer", "partner_id": self.customer.id, "amount": 30}
        )
        payment.action_post()
        payment.is_sent = True
        payment.action_reject()
        self.assertEqual((payment.state, payment.move_id.state), ("rejected", "posted"))
        self._assert_proven(self._next_day(sign=False))

    def test_offsetting_faults_do_not_hide_each_other(self):
        first, second = self._confirmed((self.product, 8)), self._confirmed((self.product, 8))
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE sale_order_line SET product_uom_qty = 9 WHERE order_id = %s", first.id))
        self.env.cr.execute(SQL("UPDATE sale_order_line SET product_uom_qty = 7 WHERE order_id = %s", second.id))
        self.env.invalidate_all()
        fault = self._equation(self._next_day(sign=False), "ordered", "Units")
        self.assertEqual((fault.difference, fault.is_proven, fault.document_count), (0, False, 2))
