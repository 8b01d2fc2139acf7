from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw

from tests.discrepancy.mending import MendingCase


class TestMendScreen(MendingCase):
    """The screen, what is asked of the customer, who may do what, and the documents that a record shows."""

    def setUp(self):
        super().setUp()
        self.order = self._shipped(10, deliver=4, backorder=False)
        self._invoice(self.order)
        self.record = self._open(self.order, "short_shipped")

    def _screen(self, records, user="processor"):
        mend = self.env["discrepancy.mend"].browse(self._as(user, records).action_mend()["res_id"])
        return mend.with_user(self.users[user])

    def test_it_shows_what_is_proposed_and_does_it(self):
        before = len(self.order.picking_ids)
        mend = self._screen(self.record)
        self.assertEqual((mend.act, mend.layout, mend.problem), ("backorder", "goods", ""))
        self.assertEqual(mend.option_ids.filtered("chosen").act, "backorder")
        self.assertEqual(mend.row_ids.mapped("quantity"), [0, 6])
        self.assertEqual(len(self.order.picking_ids), before)
        action = mend.action_apply()
        self.assertEqual(action["tag"], "display_notification")
        transfer = self.order.picking_ids.sorted("id")[-1]
        self.assertEqual(action["params"]["next"]["res_id"], transfer.id)
        self.assertIn(transfer.name, action["params"]["message"])
        self.assertEqual(action["params"]["type"], "success")

    def test_another_way_is_chosen(self):
        mend = self._screen(self.record)
        mend.option_ids.filtered(lambda option: option.act == "close_short").action_choose()
        self.assertEqual((mend.act, mend.row_ids[-1].quantity), ("close_short", 4))
        self.assertEqual(self.order.order_line.product_uom_qty, 10)
        mend.option_ids.filtered(lambda option: option.act == "ask").action_choose()
        self.assertEqual(mend.row_ids[0].name.split(":")[0], self.order.name)
        self.assertIn("4", mend.row_ids[1].name)
        mend.option_ids.filtered(lambda option: option.act == "open").action_choose()
        self.assertFalse(mend.row_ids)
        self.assertEqual(mend.action_apply()["res_model"], "stock.picking")
        mend.option_ids.filtered(lambda option: option.act == "close_short").action_choose()
        mend.reason_id = self.env["order.close.reason"].search([], limit=1)
        mend.action_preview()
        mend.action_apply()
        self.assertEqual(self.record.mended_document, self.order)

    def test_several_of_different_kinds(self):
        other = self._shipped(5)
        records = self.record | self._open(other, "shipped_not_invoiced")
        mend = self._screen(records)
        options = {option.act: option for option in mend.option_ids}
        self.assertEqual(options["accept"].count, "2 of 2")
        self.assertEqual(options["invoice"].count, "1 of 2")
        self.assertEqual(mend.act, "each")
        options = {option.act: option for option in mend.option_ids}
        options["invoice"].action_choose()
        self.assertIn(self.order.name, mend.left_alone)
        mend.action_apply()
        self.assertEqual(records.mapped("state"), ["open", "auto_closed"])
        with self.assertRaisesRegex(UserError, self.order.name):
            self._as("processor", records).mend_apply("invoice")

    def test_each_in_its_proposed_way(self):
        other, third = self._shipped(5), self._shipped(10, deliver=12)
        self._invoice(third)
        late = self._make_order((self.product, 3))
        late.commitment_date = "2020-01-01"
        late.action_confirm()
        self.env.cr.execute("UPDATE sale_order_line SET order_promise_date = NULL WHERE order_id = %s", [late.id])
        self.env.invalidate_all()
        records = self.record | self._open(other | third | late)
        self.assertEqual(len(records), 4)
        mend = self._screen(records)
        self.assertEqual((mend.act, mend.layout, mend.problem), ("each", "both", ""))
        self.assertEqual(mend.row_ids.mapped("quantity"), [0, 6, 0, 2, 0, 5])
        self.assertIn(late.name, mend.left_alone)
        todo = records.filtered(lambda record: record.kind != "late")
        self._mend(todo, "each")
        self.assertEqual(set(todo.mapped("state")), {"auto_closed"})
        self.assertEqual(sorted(todo.mapped("mended_model")), ["account.move", "stock.picking", "stock.picking"])
        with self.assertRaises(UserError):
            self._as("processor", records).mend_apply("each")
        self.assertNotIn("each", [option["act"] for option in self._as("processor", self.record).mend_options()])

    def test_what_still_differs_is_said(self):
        invoice = self.order.invoice_ids
        invoice.button_draft()
        invoice.invoice_line_ids.quantity = 12
        invoice.action_post()
        records = self._open(self.order).filtered(lambda record: record.kind == "over_invoiced")
        preview, answer = self._mend(records, "credit")
        self.assertEqual(preview["left"], answer["left"])
        self.assertTrue(answer["left"])
        self.assertEqual(len(answer["open"]), len(self._kinds(self.order)))

    def test_the_customer_is_asked_in_his_language_and_the_order_keeps_it(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        before = self._state()
        action = self._as("processor", self.record).action_ask_customer()
        self.assertEqual(self._state(), before)
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.users["processor"])
            .with_context(**action["context"])
            .create({})
        )
        self.assertIn("4", composer.body)
        self.assertIn(self.product.name, composer.body)
        composer._action_send_mail()
        message = self.order.message_ids.filtered(lambda message: message.message_type == "comment")[:1]
        self.assertEqual(message.partner_ids, self.customer)
        enquiry = self.order.order_enquiry_ids
        self.assertEqual(
            (enquiry.asked_by_us, enquiry.channel, enquiry.owner_id, enquiry.discrepancy_ids, enquiry.partner_id),
            (True, "mail", self.users["processor"], self.record, self.customer),
        )
        self.assertIn(self.product.name, enquiry.question)
        asked = self._events(self.order, "asked")
        self.assertEqual((asked.document_model, asked.document_id), ("order.enquiry", enquiry.id))
        self.assertIn(self.product.name, self.record.message_ids[0].body)
        desk = self.env["order.desk.queue"].search([("code", "=", "enquiries")])
        self.assertNotIn(enquiry, self.env["order.enquiry"].search(desk.action_open()["domain"]))
        self._as("processor", enquiry).action_answer("Send the rest")
        self.assertIn("Send the rest", self.record.message_ids[0].body)
        with self.assertRaisesRegex(UserError, self.order.name):
            self._as("processor", self._shipped_and_found()).action_ask_customer()

    def test_several_orders_are_asked_in_one_go_each_for_itself(self):
        other = self._shipped(8, deliver=5, backorder=False)
        self._invoice(other)
        records = self.record | self._open(other, "short_shipped")
        action = self._as("processor", records).action_ask_customer()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.users["processor"])
            .with_context(**action["context"])
            .create({})
        )
        composer._action_send_mail()
        for order, record in ((self.order, self.record), (other, records - self.record)):
            self.assertEqual(order.order_enquiry_ids.discrepancy_ids, record)
            self.assertIn("asked", record.message_ids[0].body)
        action = self._as("processor", self.order).action_order_enquiries()
        self.assertEqual(self.env["order.enquiry"].search(action["domain"]), self.order.order_enquiry_ids)

    def test_a_mail_of_somebody_else_asks_nothing(self):
        """The name of a discrepancy beside the mail of a colleague who is not of the desk does nothing to it."""
        self.order.user_id = self.users["salesman"]
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.users["salesman"])
            .with_context(
                default_model="sale.order",
                default_res_ids=self.order.ids,
                default_composition_mode="comment",
                order_question_discrepancy_ids=self.record.ids,
            )
            .create({"body": "Hello", "partner_ids": self.customer.ids})
        )
        messages = self.record.message_ids
        composer._action_send_mail()
        self.assertFalse(self.order.order_enquiry_ids)
        self.assertEqual(self.record.message_ids, messages)

    def _shipped_and_found(self):
        order = self._shipped(3)
        order.name = f"{self.order.name}-2"
        return self._open(order, "shipped_not_invoiced")

    def test_a_manager_accepts_a_processor_does_not(self):
        with self.assertRaises(UserError):
            self._as("manager", self.record).mend_apply("accept")
        self.assertTrue(self._as("processor", self.record).mend_preview("accept", note="Gift")["problem"])
        self._mend(self.record, "accept", user="manager", note="Gift")
        self.assertEqual((self.record.state, self.record.resolution), ("accepted", "Gift"))

    def test_stored_figures_are_computed_by_managers(self):
        self.order.order_line.product_uom_qty = 4
        self._sweep(self.order)
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order_line SET qty_invoiced = 9 WHERE id = %s", self.order.order_line.ids)
        self.env.invalidate_all()
        record = self._open(self.order, "stored_differs")
        option = self._as("processor", record).mend_options()
        self.assertNotEqual(option[0]["act"], "recompute")
        with self.assertRaises(AccessError):
            self._as("processor", record).mend_apply("recompute")
        preview, _answer = self._mend(record, "recompute", user="manager")
        self.assertIn("9", preview["rows"][1]["name"])
        self.assertEqual((self.order.order_line.qty_invoiced, record.state), (4, "auto_closed"))
        self.assertFalse(record.mended_model)

    def test_others_are_refused_over_rpc(self):
        def call(user, method, *args, **kwargs):
            model = self.env(user=self.users[user])["order.discrepancy"]
            return call_kw(model, method, [self.record.ids, *args], kwargs)

        before = self._state()
        for user in ("salesman", "accountant", "portal", "stranger", "integration"):
            for method, arguments in (
                ("mend_apply", ["backorder"]),
                ("mend_preview", ["backorder"]),
                ("mend_options", []),
                ("action_mend", []),
                ("action_ask_customer", []),
            ):
                with self.assertRaises(AccessError, msg=f"{user} {method}"):
                    call(user, method, *arguments)
        for method in ("_mend_run", "_mend_by_backorder", "_mend_by_credit"):
            with self.assertRaises(AccessError):
                call("manager", method, "backorder")
        with self.assertRaises(UserError):
            call("processor", "mend_apply", "credit")
        with self.assertRaises(UserError):
            call("processor", "mend_apply", "ask")
        self.assertEqual(self._state(), before)
        answer = call("processor", "mend_apply", "backorder")
        self.assertEqual(set(answer), {"act", "label", "ids", "documents", "closed", "open", "left", "notes"})
        self.assertEqual(answer["closed"], self.record.ids)

    def test_the_screen_is_its_users_own(self):
        mend = self._screen(self.record)
        with self.assertRaises(AccessError):
            mend.with_user(self.users["manager"]).action_apply()
        with self.assertRaises(AccessError):
            mend.with_user(self.users["salesman"]).action_preview()

    def test_closed_ones_need_no_mending(self):
        self.record.action_resolve(reason="Done by hand")
        with self.assertRaises(UserError):
            self._as("processor", self.record).action_mend()


class TestMendingDocument(MendingCase):
    """A record that closes by itself names the document that mended it."""

    def test_by_each_ledger(self):
        order = self._shipped(10, deliver=4, backorder=False)
        invoice = self._invoice(order)
        record = self._open(order, "short_shipped")
        self.assertEqual((record.transfer_ids, record.invoice_ids), (order.picking_ids, invoice))
        order.order_line.product_uom_qty = 4
        self._sweep(order)
        self._assert_mended(record, order)
        order.order_line.product_uom_qty = 6
        order.picking_ids.filtered(lambda transfer: transfer.state != "done").action_cancel()
        self._sweep(order)
        self.assertEqual((record.state, record.mended_model, record.mended_id), ("open", False, 0))
        self.assertEqual(
            (record.resolution, record.closed_by_id.ids, record.closed_at), (False, [], False), "it is not resolved"
        )
        self.assertIn(
            "Mended by", " ".join(record.message_ids.mapped("body")), "its history keeps what mended it before"
        )
        order.order_line._action_launch_stock_rule()
        self._deliver(order)
        self._sweep(order)
        transfer = order.picking_ids.filtered(lambda transfer: transfer.state == "done").sorted("id")[-1]
        self._assert_mended(record, transfer)

    def test_what_was_judged_again_is_named(self):
        """A check that passes after all and a change that is accepted touch no ledger, and mend all the same."""
        order = self._make_order((self.product, 10))
        order.action_confirm()
        order.picking_ids.action_assign()
        order.picking_ids.action_quality_fail("Box is wet")
        record = self._open(order, "quality_failed")
        order.picking_ids.order_quality_check_ids.action_check_again(reason="Dried")
        self._sweep(order)
        self._assert_mended(record, order.picking_ids)
        other = self._make_order((self.product, 5))
        other.action_verify_and_confirm()
        other.order_line.price_unit = 9.9
        other._verification_sweep()
        record = self._open(other, "changed_after_verification")
        changed = other.order_check_ids.filtered(lambda check: check.rule_code == "changed_after_verification")
        self._as("processor", changed).action_accept(reason="Agreed")
        self._sweep(other)
        self._assert_mended(record, other)

    def test_a_payment_mends_what_was_not_paid(self):
        order = self._shipped(10)
        invoice = self._invoice(order, post=False)
        invoice.write({"invoice_date": "2020-01-01", "invoice_payment_term_id": False})
        invoice.invoice_date_due = "2020-01-01"
        invoice.action_post()
        self._pay(invoice, 40)
        record = self._open(order, "under_paid")
        payment = self._pay(invoice, 60)
        self._sweep(order)
        self._assert_mended(record, payment)

    def test_many_are_named_with_the_queries_of_one(self):
        # twenty of a kind would be an alert, which costs a little more whatever their number
        self.company.order_alert_count = 0

        def queries(size):
            orders = self._shipped(2, count=size)
            records = self._open(orders, "shipped_not_invoiced")
            orders._create_invoices(grouped=True).action_post()
            self.env.flush_all()
            self.env["order.event"].flush_model()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(self._sweep(orders)["closed"], size)
            self.env.flush_all()
            self.env["order.event"].flush_model()
            count = self.cr.sql_log_count - before
            for record in records:
                self.assertEqual(record.mended_document, record.order_id.invoice_ids)
            return count

        queries(1)
        self.assertEqual(queries(1), queries(20))
