"""Once picking has begun an order is cancelled or lowered by a request: asked, accepted or declined, told."""

from lxml import html

from odoo.exceptions import UserError

from tests.common import OrderCase

from .changes import ChangesMixin
from .papers import words


class TestChangeRequests(ChangesMixin, OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_gs1_prefix = "0614141"

    # ------------------------------------------------------------------ what has begun

    def test_what_begun_is(self):
        causes = {
            "printed": lambda picking: self._print("pick_list", picking),
            "checked": lambda picking: self._as("processor", picking).action_quality_pass(),
            "picked": lambda picking: picking.move_ids.write({"picked": True}),
            "packed": lambda picking: self._packed(picking, "P-BEGUN"),
        }
        orders = self.env["sale.order"]
        for cause, begin in causes.items():
            order = self._in_hand(printed=False)
            self.assertFalse(order._picking_begun())
            self.assertFalse(order.order_in_picking)
            begin(order.picking_ids)
            order.invalidate_recordset()
            self.assertTrue(order.order_in_picking)
            self.assertEqual(order._picking_begun(), {order.id: {order.picking_ids.id: cause}})
            with self.subTest(cause=cause), self.assertRaises(UserError) as refused:
                self._as("manager", order).action_cancel()
            self.assertIn(order.name, str(refused.exception))
            self.assertIn(order.picking_ids.name, str(refused.exception))
            self.assertIn("Ask the floor", str(refused.exception))
            orders |= order
        self.assertEqual(len(orders._picking_begun()), 4)
        left = self._in_hand(printed=False)
        self._deliver(left, {self.product: 2})
        self.assertFalse(left._picking_begun(), "what is left of it lies on its shelf")

    def test_no_way_round(self):
        order = self._in_hand()
        line = order.order_line
        processor = self._as("processor", order)
        dozen = self.env.ref("uom.product_uom_dozen")
        twelve = self._in_hand((self.product, 24))
        twelve.picking_ids.printed = False
        twelve.order_line.product_uom_id = dozen
        twelve.picking_ids.printed = True
        ways = {
            "button": lambda: processor.action_cancel(),
            "state": lambda: processor.write({"state": "cancel"}),
            "list": lambda: (
                self.env["sale.mass.cancel.orders"]
                .with_user(self.users["manager"])
                .create({"sale_order_ids": [(6, 0, order.ids)]})
                .action_mass_cancel()
            ),
            "line": lambda: self._as("processor", line).write({"product_uom_qty": 4}),
            "order": lambda: processor.write({"order_line": [(1, line.id, {"product_uom_qty": 0})]}),
            "unit": lambda: twelve.order_line.write({"product_uom_id": self.product.uom_id.id}),
        }
        for name, act in ways.items():
            with self.subTest(way=name), self.assertRaisesRegex(UserError, "picking has begun"), self.cr.savepoint():
                act()
        self.env.invalidate_all()
        code, words_ = order._order_cancel_each("customer")[order.id]
        self.assertEqual(code, "refused")
        self.assertIn("Ask the floor", words_)
        self.assertEqual((order.state, line.product_uom_qty), ("sale", 5))
        self.assertEqual(order.picking_ids.state, "assigned")
        # what is no less goes as ever, and what is closed short
        twelve.order_line.write({"product_uom_qty": 30})
        self.assertEqual(twelve.order_line.product_uom_qty, 30)
        line.action_close_short("no_stock")
        self.assertEqual(line.product_uom_qty, 0)

    def test_asked_once_and_only_where_it_makes_sense(self):
        fresh = self._in_hand(printed=False)
        with self.assertRaisesRegex(UserError, "has not begun"):
            self._ask(fresh)
        order = self._in_hand()
        line = order.order_line
        wrong = (
            ("cancel", None, "", "reason is required"),
            ("burn", None, "x", "not to “burn”"),
            ("change", None, "x", "no other quantity"),
            ("change", [{"line": line.id, "quantity": 5}], "x", "no other quantity"),
            ("change", [{"line": line.id, "quantity": -1}], "x", "none below zero"),
            ("change", [{"line": line.id, "quantity": "many"}], "x", "is a number"),
            ("change", [{"line": True, "quantity": 1}], "x", "is no goods"),
            ("change", ["nonsense"], "x", "is no goods"),
            ("change", [{"line": fresh.order_line.id, "quantity": 1}], "x", "is no goods"),
            ("change", [{"line": line.id, "quantity": 1}] * 2, "x", "named twice"),
            ("cancel", [{"line": line.id, "quantity": 1}], "x", "cancelled whole"),
        )
        for kind, rows, reason, words_ in wrong:
            with self.subTest(kind=kind, rows=rows), self.assertRaisesRegex(UserError, words_):
                self._as("processor", order).action_request_change(kind, reason, rows)
        first = self._ask(order)
        self.assertEqual(first.picking_ids, order.picking_ids)
        self.assertEqual(self._ask(order), first, "the same again")
        with self.assertRaisesRegex(UserError, first.name):
            self._ask(order, "change", {line: 2})
        with self.assertRaisesRegex(UserError, first.name):
            order.action_cancel()
        self.assertEqual(self._events(order, "change_requested").note, "The customer rang")
        order.invalidate_recordset()
        self.assertIn("cancel the order", order.order_change_text)
        self.assertIn("The customer rang", order.picking_ids.order_change_text)

    # ------------------------------------------------------------------ cancel

    def test_cancel_accepted(self):
        self.customer.lang = "en_US"
        order = self._in_hand((self.product, 5), (self.other_product, 2), user_id=self.users["salesman"].id)
        picking = order.picking_ids
        parcel = self._packed(picking, "P-CANCEL")
        self._as("processor", picking).action_quality_pass()
        self._print("label", picking)
        self.assertTrue(parcel.order_sscc)
        sscc = parcel.order_sscc
        request = self._ask(order, user="salesman")
        free = self._free(self.product)
        self.assertTrue(self._as("processor", picking).action_change_accept(reason="Just in time"))
        self.assertEqual(
            (request.state, request.answered_by_id, request.answer),
            ("accepted", self.users["processor"], "Just in time"),
        )
        self.assertEqual((order.state, picking.state), ("cancel", "cancel"))
        self.assertEqual(self._free(self.product), free + 5)
        stock = self.warehouse.lot_stock_id
        self.assertEqual(self._back(request), [(self.product, 5, stock, True), (self.other_product, 2, stock, True)])
        self.assertEqual(set(request.goods_ids.mapped("parcel")), {"P-CANCEL"})
        # the number stays the parcel's, and counts no more
        self.assertEqual((parcel.order_sscc, parcel.order_voided_by_id), (sscc, self.users["processor"]))
        self.assertIn(request.name, parcel.order_void_reason)
        prints = self._prints(picking)
        self.assertEqual(set(prints.mapped("kind")), {"pick_list", "label"})
        self.assertEqual(prints.voided_by_id, self.users["processor"])
        self.assertTrue(all(prints.mapped("voided_at")))
        other = self._in_hand()
        with self.assertRaisesRegex(UserError, "new parcel"):
            other.picking_ids.move_line_ids.result_package_id = parcel
        with self.assertRaises(UserError):
            self._as("manager", parcel).order_voided_at = False
        kinds = self._events(order).mapped("kind")
        self.assertEqual([kinds.count(kind) for kind in ("change_accepted", "parcel_voided", "cancelled")], [1, 1, 2])
        mail = self._mails(request)
        self.assertEqual((len(mail), request.outcome, request.email), (1, "sent", self.customer.email))
        self.assertIn("cancelled", mail.subject)
        self.assertIn("Just in time", mail.body_html)
        todo = order.activity_ids.filtered(lambda activity: activity.user_id == self.users["salesman"])
        self.assertIn(request.name, "".join(todo.mapped("summary")))
        # a second answer does nothing, another one is refused
        self.assertTrue(self._as("manager", request).action_accept(reason="Too"))
        self.assertEqual((request.answer, len(self._mails(request))), ("Just in time", 1))
        with self.assertRaisesRegex(UserError, "Accepted"):
            self._as("manager", request).action_decline(reason="No")

    def test_only_a_list_was_printed(self):
        order = self._in_hand()
        request = self._ask(order)
        self._as("processor", request).action_accept()
        self.assertEqual(self._back(request), [(self.product, 5, self.warehouse.lot_stock_id, False)])
        page = self.env["ir.actions.report"]._render_qweb_html("order_processing.report_put_back", request.ids)[0]
        text = page.decode()
        for found in (request.name, "TG-1", self.warehouse.lot_stock_id.complete_name, "if it was taken already"):
            self.assertIn(found, text)

    def test_put_back_list_is_a_pdf(self):
        request = self._ask(self._in_hand(picked=True))
        self._as("processor", request).action_accept()
        self.assertEqual(
            self._as("processor", request).action_print_put_back()["report_name"], "order_processing.report_put_back"
        )
        report = self.env["ir.actions.report"].with_user(self.users["processor"])
        data = report.with_context(force_report_rendering=True)._render_qweb_pdf(
            "order_processing.report_put_back", request.ids
        )[0]
        self.assertTrue(data.startswith(b"%PDF"))

    def test_off_the_carriers_list(self):
        order = self._in_hand()
        pickup = self.env["order.pickup"].create({"warehouse_id": self.warehouse.id})
        order.picking_ids.order_pickup_id = pickup
        self._as("processor", self._ask(order)).action_accept()
        self.assertFalse(pickup.picking_ids)

    # ------------------------------------------------------------------ change

    def test_change_accepted(self):
        order = self._in_hand((self.product, 5), (self.other_product, 2))
        line, other = order.order_line
        picking = order.picking_ids
        self._as("processor", picking).action_quality_pass()
        parcel = self._packed(picking.move_ids.filtered(lambda move: move.product_id == self.product), "P-CHANGE")
        picking.move_ids.picked = True
        self._print("label", picking)
        request = self._ask(order, "change", {line: 2, other: 3})
        self.assertEqual(request.line_ids.mapped("ordered"), [5, 2])
        self._as("processor", request).action_accept()
        self.assertEqual((line.product_uom_qty, other.product_uom_qty), (2, 3))
        self.assertEqual(self._back(request), [(self.product, 3, self.warehouse.lot_stock_id, True)])
        move = picking.move_ids.filtered(lambda move: move.product_id == self.product)
        self.assertEqual((move.product_uom_qty, move.quantity, move.picked, move.state), (2, 2, True, "assigned"))
        # the parcel lost goods: it is opened, and what stays is packed anew
        self.assertFalse(move.move_line_ids.result_package_id)
        self.assertTrue(parcel.order_voided_at)
        self.assertEqual(picking.order_quality_state, "to_check")
        self.assertFalse(picking.printed)
        self.assertEqual(self._marks(self._print("pick_list", picking)), [], "the first after the void one is no copy")
        self.assertEqual(self._marks(self._print("pick_list", picking)), ["Copy 1"])
        self.assertEqual(self._prints(picking, "pick_list").mapped("number"), [3, 2, 1][::-1])
        lowered = self._events(order, "lowered")
        self.assertEqual((lowered.line_id, lowered.quantity), (line.id, -3))
        mail = self._mails(request)
        self.assertIn("changed", mail.subject)
        self.assertIn("Test Goods", words_of(mail))
        self._deliver(order, {self.product: 2, self.other_product: 2})
        self.assertEqual((line.qty_delivered, other.qty_delivered), (2, 2))
        self.assertFalse(self.env["order.discrepancy"].search([("order_id", "=", order.id), ("line_id", "=", line.id)]))

    def test_nobody_walks_for_what_lies_on_its_shelf(self):
        """Of two transfers the goods come from the one that nobody has in hand."""
        order = self._in_hand((self.product, 3))
        order.order_line.product_uom_qty = 8
        self._stock(self.product, 5)
        second = order.picking_ids.filtered(lambda picking: not picking.printed)
        second.action_assign()
        self.assertEqual(second.move_ids.product_uom_qty, 5)
        request = self._ask(order, "change", {order.order_line: 4})
        self._as("processor", request).action_accept()
        self.assertEqual(sorted(order.picking_ids.move_ids.mapped("product_uom_qty")), [1, 3])
        self.assertFalse(request.goods_ids)
        again = self._ask(order, "change", {order.order_line: 3}) if order._picking_begun() else None
        if again:
            self._as("processor", again).action_accept()
            self.assertEqual(second.state, "cancel")

    def test_a_line_of_nothing_is_left(self):
        order = self._in_hand((self.product, 5), (self.other_product, 2), picked=True)
        line = order.order_line[0]
        self._as("processor", self._ask(order, "change", {line: 0})).action_accept()
        moves = order.picking_ids.move_ids
        gone = moves.filtered(lambda move: move.product_id == self.product)
        self.assertEqual((line.product_uom_qty, gone.state, gone.picked), (0, "cancel", False))
        self.assertEqual((moves - gone).state, "assigned")

    # ------------------------------------------------------------------ declined, late, withdrawn

    def test_declined(self):
        order = self._in_hand(picked=True, user_id=self.users["salesman"].id)
        request = self._ask(order, user="salesman")
        with self.assertRaisesRegex(UserError, "reason"):
            self._as("processor", request).action_decline(reason=" ")
        screen = self._as("processor", order.picking_ids).action_open_change_decline()
        wizard = self._as("processor", self.env[screen["res_model"]]).with_context(**screen["context"])
        wizard.create({"reason": "The carrier is loading"}).action_decline()
        self.assertEqual((request.state, order.state, order.picking_ids.state), ("declined", "sale", "assigned"))
        self.assertEqual(self._events(order, "change_declined").note, "The carrier is loading")
        mail = self._mails(request)
        self.assertIn("could not be cancelled", mail.subject)
        self.assertIn("The carrier is loading", mail.body_html)
        self.assertEqual(order.activity_ids.user_id, self.users["salesman"])
        self.assertFalse(request.goods_ids)
        with self.assertRaisesRegex(UserError, "nothing is asked"):
            self._as("processor", order.picking_ids).action_change_accept()

    def test_goods_that_leave_are_the_answer(self):
        order = self._in_hand((self.product, 5))
        request = self._ask(order)
        picking = self._deliver(order)
        self.assertEqual((picking.state, request.state, request.by_itself), ("done", "declined", True))
        self.assertIn(picking.name, request.answer)
        self.assertEqual(len(self._mails(request)), 1)
        with self.assertRaises(UserError):
            self._as("processor", request).action_accept()
        with self.assertRaisesRegex(UserError, "ask for a return"):
            self._ask(order)
        # a part has left: the rest can still be less, and no less than what left
        part = self._in_hand((self.product, 5))
        self._deliver(part, {self.product: 2})
        self._print("pick_list", part.picking_ids.filtered(lambda picking: picking.state != "done"))
        with self.assertRaisesRegex(UserError, "ask to send less"):
            self._ask(part)
        with self.assertRaisesRegex(UserError, "have left"):
            self._ask(part, "change", {part.order_line: 1})
        less = self._ask(part, "change", {part.order_line: 3})
        self._as("processor", less).action_accept()
        rest = part.picking_ids.filtered(lambda picking: picking.state != "done")
        self.assertEqual((part.order_line.product_uom_qty, rest.move_ids.product_uom_qty), (3, 1))

    def test_what_is_invoiced_is_credited_first(self):
        self.product.invoice_policy = "order"
        order = self._in_hand()
        invoice = self._invoice(order)
        with self.assertRaisesRegex(UserError, invoice.name):
            self._ask(order)
        invoice._reverse_moves([{"date": invoice.date}], cancel=True)
        order.invalidate_recordset()
        request = self._ask(order)
        order.action_lock()
        with self.assertRaisesRegex(UserError, "locked"), self.cr.savepoint():
            self._as("processor", request).action_accept()
        request.invalidate_recordset()
        self.assertEqual(request.state, "requested")

    def test_withdrawn_and_overtaken(self):
        order = self._in_hand()
        request = self._ask(order)
        self._as("processor", request).action_withdraw(reason="Asked by mistake")
        self.assertEqual((request.state, request.outcome, len(self._mails(request))), ("withdrawn", "none", 0))
        second = self._ask(order)
        order.picking_ids.action_cancel()
        order.action_cancel()
        self.assertEqual((second.state, second.by_itself), ("withdrawn", True))

    # ------------------------------------------------------------------ told

    def test_told_in_their_language_or_by_phone_or_not(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("order_processing.mail_template_change_accepted")
        template.with_context(lang="fr_FR").subject = "Annulée {{ object._told_order() }}"
        self.customer.lang = "fr_FR"
        request = self._ask(self._in_hand(client_order_ref="PO-7"))
        self._as("processor", request).action_accept()
        self.assertEqual(self._mails(request).subject, "Annulée PO-7")
        self.customer.email = False
        silent = self._ask(self._in_hand())
        self._as("processor", silent).action_accept()
        self.assertEqual((silent.outcome, len(self._mails(silent))), ("to_call", 0))
        card = self.env.ref("order_processing.desk_queue_change_requests")
        self.assertIn(silent, self.env["order.change.request"].search(card.action_open()["domain"]))
        self.assertEqual(self._as("processor", silent).action_told(), 1)
        self.assertEqual((silent.outcome, self._as("processor", silent).action_told()), ("told", 0))
        self.customer.email = "again@test.example.com"
        self.company.order_change_mail = False
        unwanted = self._ask(self._in_hand())
        self._as("processor", unwanted).action_accept()
        self.assertEqual((unwanted.outcome, len(self._mails(unwanted))), ("none", 0))

    # ------------------------------------------------------------------ sets

    def test_queries_do_not_grow_with_the_set(self):
        self.company.order_change_mail = False
        orders = self.env["sale.order"].union(*(self._in_hand() for _number in range(7)))

        def queries(act):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            act()
            self.env.flush_all()
            return self.cr.sql_log_count - start

        def refused(some):
            with self.assertRaises(UserError):
                some.action_cancel()

        ask = self._as("processor", orders)
        queries(lambda: ask[0].action_request_change("cancel", "x"))
        one = queries(lambda: ask[1].action_request_change("cancel", "x"))
        self.assertEqual(queries(lambda: ask[2:].action_request_change("cancel", "x")), one)
        requests = self._as("processor", orders.order_change_request_ids.sorted("id"))
        queries(lambda: requests[0].action_decline("no"))
        one = queries(lambda: requests[1].action_decline("no"))
        self.assertEqual(queries(lambda: requests[2:].action_decline("no")), one)
        queries(lambda: refused(orders[0]))
        one = queries(lambda: refused(orders[1]))
        self.assertEqual(queries(lambda: refused(orders[2:])), one)


def words_of(mail):
    """The text of a mail."""
    return words(html.fromstring(mail.body_html))
