from psycopg2.errors import SerializationFailure  # noqa: F401  (the error core retries)

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from tests.common import ObservingCase


class TestDayBook(ObservingCase):
    def _sums(self, order, *kinds):
        rows = self._events(order, *kinds)
        return round(sum(rows.mapped("quantity")), 6), round(sum(rows.mapped("amount")), 2)

    def test_entering_changing_and_deleting_leave_rows(self):
        order = self._make_order((self.product, 5))
        self.assertEqual(self._sums(order, "entered"), (5, 50))
        order.order_line.product_uom_qty = 8
        self.assertEqual(self._sums(order, "raised"), (3, 30))
        order.order_line.product_uom_qty = 2
        self.assertEqual(self._sums(order, "lowered"), (-6, -60))
        order.order_line.price_unit = 11
        self.assertEqual(self._sums(order, "entered", "raised", "lowered"), (2, 22))
        order.order_line.product_id = self.other_product
        swapped = self._events(order, "raised", "lowered").filtered(lambda row: row.product_id == self.other_product.id)
        self.assertEqual(sum(swapped.mapped("quantity")), 2)
        order_id, name = order.id, order.name
        order.unlink()
        rows = self.env["order.event"].search([("order_id", "=", order_id)])
        self.assertEqual(round(sum(rows.mapped("quantity")), 6), 0)
        self.assertEqual(round(sum(rows.mapped("amount")), 2), 0)
        self.assertEqual(rows[-1].kind, "removed")
        self.assertEqual(rows[-1].order_name, name)

    def test_unit_change_is_two_rows(self):
        order = self._make_order((self.product, 24))
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        rows = self._events(order, "raised", "lowered")
        self.assertEqual(rows.mapped("kind"), ["lowered", "raised"])
        self.assertEqual(rows.mapped("quantity"), [-24, 24])
        self.assertEqual(rows.mapped("quantity_ref"), [-24, 288])

    def test_sections_and_down_payments_enter_with_nothing(self):
        order = self._make_order((self.product, 1))
        order.order_line = [Command.create({"display_type": "line_section", "name": "Section"})]
        row = self._events(order, "entered")[-1]
        self.assertEqual((row.quantity, row.amount, row.line_name), (0, 0, "Section"))

    def test_shipping_in_parts_is_worth_the_line(self):
        self._stock(self.product, 100)
        order = self._make_order((self.product, 3, 3.33))
        order.order_line.discount = 10
        order.action_confirm()
        self._deliver(order, {self.product: 1})
        self._deliver(order, {self.product: 1})
        self._deliver(order)
        quantity, amount = self._sums(order, "shipped")
        self.assertEqual(quantity, 3)
        self.assertEqual(amount, order.order_line.price_subtotal)
        self.assertEqual(len(self._events(order, "shipped")), 3)

    def test_price_change_after_shipping_revalues_the_shipped(self):
        self._stock(self.product, 100)
        order = self._make_order((self.product, 10))
        order.action_confirm()
        self._deliver(order, {self.product: 4})
        order.order_line.price_unit = 20
        self.assertEqual(self._sums(order, "shipped", "corrected"), (4, 80))
        self.assertEqual(self._sums(order, "entered", "raised"), (10, 200))

    def test_correcting_a_done_move_is_a_row(self):
        self._stock(self.product, 100)
        order = self._make_order((self.product, 10))
        order.action_confirm()
        picking = self._deliver(order)
        self.assertEqual(self._sums(order, "shipped"), (10, 100))
        picking.move_ids.quantity = 7
        self.assertEqual(self._sums(order, "shipped"), (10, 100))
        self.assertEqual(self._sums(order, "corrected"), (-3, -30))
        self.assertEqual(order.order_line.qty_delivered, 7)

    def test_return_and_its_refund_flag(self):
        self._stock(self.product, 100)
        order = self._make_order((self.product, 10))
        order.action_confirm()
        picking = self._deliver(order)
        wizard = Form(
            self.env["stock.return.picking"].with_context(active_id=picking.id, active_model="stock.picking")
        ).save()
        wizard.product_return_moves.quantity = 2
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.button_validate()
        row = self._events(order, "received_back")
        self.assertEqual((row.quantity, row.amount, row.to_refund), (2, 20, True))
        back.move_ids.to_refund = False
        rows = self._events(order, "received_back")
        self.assertEqual(sum(rows.filtered("to_refund").mapped("quantity")), 0)
        self.assertEqual(sum(rows.mapped("quantity")), 2)

    def test_cancelling_takes_out_what_is_open_and_reopening_puts_it_back(self):
        self._stock(self.product, 100)
        order = self._make_order((self.product, 10))
        order.action_confirm()
        self._deliver(order, {self.product: 4})
        order._action_cancel()
        self.assertEqual(self._sums(order, "cancelled"), (-6, -60))
        order.action_draft()
        self.assertEqual(self._sums(order, "reopened"), (6, 60))
        self.assertEqual(self._sums(order, "entered", "cancelled", "reopened"), (10, 100))

    def test_invoices_payments_and_taking_them_back(self):
        self._stock(self.product, 100)
        order = self._make_order((self.product, 10))
        order.action_confirm()
        self._deliver(order)
        invoice = self._invoice(order)
        self.assertEqual(self._sums(order, "invoiced"), (10, 100))
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids).create(
            {"amount": 40}
        )._create_payments()
        self.assertEqual(self._sums(order, "paid")[1], 40)
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self._sums(order, "paid", "unpaid")[1], 0)
        invoice.button_draft()
        self.assertEqual(self._sums(order, "invoiced", "uninvoiced"), (0, 0))
        invoice.invoice_line_ids.quantity = 9
        invoice.action_post()
        self.assertEqual(self._sums(order, "invoiced", "uninvoiced"), (9, 90))
        credit = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}], cancel=True)
        self.assertEqual(credit.state, "posted")
        self.assertEqual(self._sums(order, "credited"), (9, 90))
        self.assertEqual(self._sums(order, "paid", "unpaid")[1], 0)
        # core deletes no payments at all, many times for each invoice that it posts: nothing is asked for it
        with self.assertQueryCount(0):
            self.env["account.payment"].unlink()

    def test_one_payment_over_two_orders_is_shared_to_the_cent(self):
        self._stock(self.product, 100)
        orders = self._make_order((self.product, 1, 10)) | self._make_order((self.product, 2, 10))
        orders.action_confirm()
        for order in orders:
            self._deliver(order)
        invoice = orders._create_invoices()
        invoice.action_post()
        self.assertEqual(len(invoice), 1)
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids).create(
            {"amount": 10}
        )._create_payments()
        self.assertEqual([self._sums(order, "paid")[1] for order in orders], [3.33, 6.67])

    def test_who_is_who_acted_whoever_flushes(self):
        order = self._make_order((self.product, 5))
        processor = self._as("processor", order)
        processor.action_confirm()
        processor.order_line.product_uom_qty = 6
        self.env(user=1)["sale.order"].flush_model()
        self.env(user=1)["order.event"].flush_model()
        names = set(self._events(order, "confirmed", "raised").mapped("user_name"))
        self.assertEqual(names, {self.users["processor"].name})

    def test_a_second_write_of_the_same_user_is_still_his(self):
        order = self._as("processor", self._make_order((self.product, 5)))
        self._stock(self.product, 5)
        order.note = "Seen"
        # core leaves write_uid out of the next flush, since it does not change; the flush is the superuser's
        self.env.flush_all()
        order.action_confirm()
        self._deliver(order)
        self.env.flush_all()
        rows = self._events(order, "confirmed", "shipped")
        self.assertEqual(rows.mapped("kind"), ["confirmed", "shipped"])
        self.assertEqual(set(rows.mapped("user_id")), {self.users["processor"].id})

    def test_rolled_back_savepoint_takes_its_rows_along(self):
        order = self._make_order((self.product, 5))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.order_line.product_uom_qty = 7
            order.flush_recordset()
            raise UserError("refused")
        order.order_line.product_uom_qty = 6
        self.assertEqual(self._events(order, "raised").mapped("quantity"), [1])

    def test_nobody_writes_or_deletes(self):
        row = self._events(self._make_order((self.product, 5)), "entered")
        for act in (lambda: row.write({"quantity": 1}), row.unlink, lambda: row.create({"kind": "entered"})):
            with self.assertRaises(UserError):
                act()
        with self.assertRaises(UserError):
            self._as("processor", row).write({"quantity": 1})
        with self.assertRaises(AccessError):
            self._as("salesman", self.env["order.event"]).search([]).read(["kind"])

    def test_other_company_sees_nothing(self):
        order = self._make_order((self.product, 5))
        self.assertFalse(self._as("stranger", self.env["order.event"]).search([("order_id", "=", order.id)]))

    def test_queries_do_not_grow_with_the_set(self):
        def added(size):
            orders = self._make_orders(size, (self.product, 1), (self.other_product, 2))
            self.env.flush_all()
            self.env["order.event"].flush_model()
            start = self.cr.sql_log_count
            for line in orders.order_line:
                line.product_uom_qty += 1
            self.env.flush_all()
            self.env["order.event"].flush_model()
            return self.cr.sql_log_count - start

        added(1)
        self.assertEqual(added(1), added(30))


class TestOpening(ObservingCase):
    def test_opening_rows_say_what_the_live_book_says(self):
        self._stock(self.product, 100)
        order = self._make_order((self.product, 10, 3.33), (self.service, 2))
        cancelled = self._make_order((self.product, 4))
        cancelled._action_cancel()
        order.action_confirm()
        self._deliver(order, {self.product: 3})
        invoice = self._invoice(order)
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids).create(
            {"amount": 7}
        )._create_payments()
        both = order | cancelled

        def book():
            rows = self._events(both)
            return {
                kind: (round(sum(found.mapped("quantity")), 6), round(sum(found.mapped("amount")), 2))
                for kind, found in rows.grouped("kind").items()
                if kind not in ("checked", "verified", "promised")  # evidence, not ledgers
            }

        live = book()
        self.env.cr.execute("DELETE FROM order_event")
        self.env["order.event"].invalidate_model()
        self.env["order.event"]._record_opening()
        self.assertEqual(book(), live)
        self.assertTrue(all(self._events(both).mapped("opening")))
        self.env["order.event"]._record_opening()
        self.assertEqual(book(), live)
