"""Terms that stand apart: services, refunds without goods, what was replaced, what was repaired; and the click that mends."""

from odoo.exceptions import AccessError, UserError

from .common import ReconciliationCase


class TestTerms(ReconciliationCase):
    def _case(self, order, quantity, settlement):
        """A return of goods all the way through the returns room; what is sent again leaves."""
        cases = self._as("manager", self.env["order.return"])
        row = {"line_id": order.order_line[:1].id, "quantity": quantity, "settlement": settlement}
        [answer] = cases.request([{"key": f"{settlement}-{order.id}", "lines": [row]}], "test")
        self.assertTrue(answer["ok"], answer)
        case = cases.browse(answer["return_id"])
        [answer] = case.process()
        self.assertTrue(answer["ok"], answer)
        again = case.sudo().line_ids._sent_again().picking_id.filtered(lambda one: one.state not in ("done", "cancel"))
        again.move_ids.picked = True
        again.with_context(skip_sms=True, skip_backorder=True).button_validate()
        return case

    def test_services_stand_apart(self):
        self.service.invoice_policy = "order"
        order = self._confirmed((self.product, 5, 10.0), (self.service, 3, 7.0))
        order.order_line[1].qty_delivered = 2
        first = self._next_day()
        self._assert_proven(first)
        terms = self._terms(self._equation(first, "services", self.service.uom_id.name))
        self.assertEqual((terms["Delivered by the order lines"], terms["To invoice"]), (2, 2))
        self._invoice(order)
        second = self._next_day()
        self._assert_proven(second)
        terms = self._terms(self._equation(second, "services", self.service.uom_id.name))
        self.assertEqual((terms["Invoiced"], terms["Invoiced ahead"]), (3, -1))
        worth = self._terms(self._equation(second, "services", self.company.currency_id.name))
        self.assertEqual(worth["Posted invoice lines"], 21)
        self.env.cr.execute("UPDATE sale_order_line SET qty_invoiced = 1 WHERE id = %s", [order.order_line[1].id])
        self.env.invalidate_all()
        order.note = "Touched"
        faults = self._next_day(sign=False).equation_ids.filtered(lambda equation: not equation.is_proven)
        self.assertEqual((faults.mapped("name"), faults.mapped("unit")), (["services"], [self.service.uom_id.name]))

    def test_a_refund_without_goods_stands_apart(self):
        order = self._confirmed((self.product, 5, 10.0))
        self._deliver(order)
        invoice = self._invoice(order)
        self._back(order, 2)
        self._invoice(order)
        credit = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        credit.invoice_line_ids.quantity = 1
        credit.action_post()
        day = self._next_day()
        self._assert_proven(day)
        terms = self._terms(self._equation(day, "refunds", "Units"))
        self.assertEqual((terms["For goods received back"], terms["Without goods"]), (2, 1))
        self.assertEqual(terms["Credited by the day book"], 3)

    def test_replaced_and_repaired_are_terms(self):
        replaced, repaired = self._confirmed((self.product, 5)), self._confirmed((self.product, 5))
        kept = self._confirmed((self.product, 5))
        for order in (replaced, repaired, kept):
            self._deliver(order)
            self._invoice(order)
        self._case(replaced, 2, "replacement")
        self._case(repaired, 3, "repair")
        self._back(kept, 1, to_refund=False)
        day = self._next_day()
        self._assert_proven(day)
        terms = self._terms(self._equation(day, "settled", "Units"))
        self.assertEqual(terms["Received back by the day book"], 6)
        self.assertEqual(
            (terms["Replaced"], terms["Repaired and sent back"], terms["Settled without refund"]), (2, 3, 1)
        )

    def test_a_line_of_a_cancelled_order_that_is_changed_stands_nowhere(self):
        order, shipped = self._confirmed((self.product, 5)), self._confirmed((self.product, 5))
        self._deliver(shipped, {self.product: 2})
        for one in (order, shipped):
            one._action_cancel()
        self._assert_proven(self._next_day())
        for quantity in (0, 7, 1, 3):
            order.order_line.product_uom_qty = quantity
            shipped.order_line.product_uom_qty = max(quantity, 2)
            self.env.flush_all()
            self._assert_proven(self._next_day())
        order.action_draft()
        self._assert_proven(self._next_day())

    def test_a_difference_leads_to_its_mend(self):
        order, clean = self._confirmed((self.product, 5)), self._confirmed((self.product, 5))
        for one in (order, clean):
            self._deliver(one)
            self._invoice(one)
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order_line SET qty_delivered = 3 WHERE order_id = %s", [order.id])
        self.env.invalidate_all()
        day = self._next_day(sign=False)
        fault = self._equation(day, "delivered", "Units")
        self.assertTrue(fault.is_mendable)
        action = self._as("processor", fault).action_mend()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual((found._name, found.order_id), ("order.discrepancy", order))
        proven = day.equation_ids.filtered("is_proven")[0]
        self.assertFalse(proven.is_mendable)
        with self.assertRaises(UserError):
            self._as("processor", proven).action_mend()
        for name in ("salesman", "integration", "stranger"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, fault).action_mend()

    def test_what_only_the_day_book_says_is_not_mended_by_documents(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        self._invoice(order)
        self.env["order.event"].flush_model()
        self.env.cr.execute(
            "UPDATE order_event SET quantity_ref = 9 WHERE order_id = %s AND kind = 'shipped'", [order.id]
        )
        fault = self._equation(self._next_day(sign=False), "shipped", "Units")
        with self.assertRaisesRegex(UserError, order.name):
            self._as("processor", fault).action_mend()
