"""The faults that returns are known for (PEERS), each as a test that would catch it."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .common import ReturnCase


class TestFaults(ReturnCase):
    def test_more_than_delivered_is_kept_unmatched_with_the_reason(self):
        order = self._shipped((self.product, 4))
        case = self._ask(self._row(order.order_line, 999), ok=False)
        self.assertTrue(case.unmatched)
        self.assertEqual(case.unmatched_code, "too_many")
        self.assertIn("999 > 4", case.unmatched_message)
        with self._refused("not matched"):
            case.action_approve()
        self.assertFalse(case.line_ids)
        self.assertEqual(order.order_line.qty_delivered, 4)

    def test_after_a_partial_return_only_the_rest_may_come(self):
        order = self._shipped((self.product, 5))
        line = order.order_line
        self._process(self._ask(self._row(line, 2)))
        self.assertEqual(line.order_returnable_qty, 3)
        self.assertTrue(self._ask(self._row(line, 4), ok=False).unmatched)
        self._ask(self._row(line, 3))
        self.assertEqual(line.order_returnable_qty, 0)

    def test_open_cases_hold_their_quantity_until_they_end(self):
        line = self._shipped((self.product, 5)).order_line
        first = self._ask(self._row(line, 3))
        self.assertEqual(line.order_returnable_qty, 2)
        self.assertTrue(self._ask(self._row(line, 3), ok=False).unmatched)
        first.action_reject(reason="Worn")
        self.assertEqual(line.order_returnable_qty, 5)
        second = self._ask(self._row(line, 5))
        second.action_approve()
        self.assertEqual(line.order_returnable_qty, 0)
        second.action_cancel(reason="Changed its mind")
        self.assertEqual(line.order_returnable_qty, 5)

    def test_return_and_refund_leave_the_right_quantities(self):
        order = self._shipped((self.product, 5))
        line = order.order_line
        case = self._ask(self._row(line, 2))
        answer = self._process(case)[0]
        self.assertEqual(answer["code"], "settled")
        self.assertEqual(self._figures(line), (3, 3, 0))
        self.assertEqual(case.credit_ids.state, "posted")
        self.assertEqual(case.credit_ids.amount_untaxed, 20)
        self.assertEqual(case.line_ids.credited_amount, 20)
        self.assertEqual(case.line_ids.credited_qty, 2)
        self.assertFalse(order._create_invoices(final=True) if line.qty_to_invoice else False)

    def test_a_product_invoiced_as_ordered_is_not_asked_for_again(self):
        product = self._make_product("Prepaid", "PP-1", 10.0, invoice_policy="order")
        self._stock(product, 100)
        order = self._shipped((product, 5))
        line = order.order_line
        self._process(self._ask(self._row(line, 2)))
        self.assertEqual(self._figures(line), (3, 3, 0))
        self.assertEqual(line.product_uom_qty, 3)
        self.assertEqual(len(order.picking_ids), 2, "nothing may be procured anew")

    def test_what_was_shipped_beyond_the_order_comes_back_and_the_order_stands(self):
        product = self._make_product("Prepaid", "PP-3", 10.0, invoice_policy="order")
        self._stock(product, 100)
        order = self._make_order((product, 5))
        order.action_confirm()
        self._deliver(order, {product: 6})
        self._invoice(order)
        line = order.order_line
        self.assertEqual(self._figures(line), (6, 5, 0))
        case = self._ask(self._row(line, 1))
        self._process(case)
        self.assertFalse(case.credit_ids)
        self.assertEqual(self._figures(line), (5, 5, 0))
        self.assertEqual(line.product_uom_qty, 5)

    def test_what_is_kept_and_was_never_invoiced_cannot_be_paid_back(self):
        order = self._shipped((self.product, 5), invoice=False)
        case = self._ask(self._row(order.order_line, 2, disposition="customer_keeps"))
        answer = case.process()[0]
        self.assertFalse(answer["ok"])
        self.assertIn("not invoiced yet", answer["message"])

    def test_the_refund_takes_price_and_discount_of_the_invoice(self):
        order = self._make_order((self.product, 4, 12.5))
        order.order_line.discount = 10
        order.action_confirm()
        self._deliver(order)
        invoice = self._invoice(order)
        self.product.list_price = 99
        case = self._ask(self._row(order.order_line, 3))
        self._process(case)
        item = case.credit_ids.invoice_line_ids
        self.assertEqual((item.price_unit, item.discount, item.quantity), (12.5, 10, 3))
        self.assertEqual(case.credit_ids.amount_untaxed, 33.75)
        self.assertEqual(case.credit_ids.reversed_entry_id, invoice)
        self.assertEqual(invoice.amount_residual, invoice.amount_total - case.credit_ids.amount_total)
        self.assertEqual(case.credit_ids.amount_residual, 0)

    def test_not_yet_invoiced_is_simply_not_invoiced(self):
        order = self._shipped((self.product, 5), invoice=False)
        line = order.order_line
        case = self._ask(self._row(line, 2))
        self._process(case)
        self.assertFalse(case.credit_ids)
        self.assertEqual(self._figures(line), (3, 0, 3))

    def test_half_invoiced_does_both(self):
        order = self._make_order((self.product, 6))
        order.action_confirm()
        self._deliver(order, {self.product: 4})
        self._invoice(order)
        self._deliver(order)
        line = order.order_line
        self.assertEqual(self._figures(line), (6, 4, 2))
        case = self._ask(self._row(line, 3))
        self._process(case)
        self.assertEqual(case.line_ids.mapped("quantity"), [2, 1], "split over the two deliveries")
        self.assertEqual(sum(case.line_ids.mapped("credited_qty")), 1)
        self.assertEqual(self._figures(line), (3, 3, 0))

    def test_several_orders_and_products_in_one_case(self):
        first, second = self._shipped((self.product, 5), (self.other_product, 2)), self._shipped((self.product, 1))
        case = self._ask(
            self._row(first.order_line[0], 2), self._row(first.order_line[1], 1), self._row(second.order_line, 1)
        )
        self._process(case)
        self.assertEqual(len(case.picking_ids), 2, "one return transfer per delivery")
        self.assertEqual(len(case.credit_ids), 2, "one credit note per invoice")
        self.assertEqual(sum(case.credit_ids.mapped("amount_untaxed")), 55)
        for line in (first | second).order_line:
            self.assertEqual(self._figures(line)[2], 0)

    def test_pressed_twice_is_done_once(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        self._process(case)
        self._process(case)
        case.action_settle()
        case.action_receive() if case.state == "approved" else None
        self.assertEqual(len(case.picking_ids), 1)
        self.assertEqual(len(case.credit_ids), 1)

    def test_a_draft_invoice_is_named(self):
        order = self._make_order((self.product, 5))
        order.action_confirm()
        self._deliver(order)
        self._invoice(order, post=False)
        case = self._ask(self._row(order.order_line, 2))
        answer = case.process()[0]
        self.assertFalse(answer["ok"])
        self.assertIn("draft", answer["message"])
        self.assertEqual(case.state, "requested", "the pass is taken back as a whole")
        self.assertEqual(order.order_line.qty_delivered, 5)

    def test_core_returns_count(self):
        order = self._shipped((self.product, 5))
        picking = order.picking_ids
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 2
        wizard._create_return()
        self.assertEqual(order.order_line.order_returnable_qty, 3, "core's open return holds its quantity")
        self.assertTrue(self._ask(self._row(order.order_line, 4), ok=False).unmatched)

    def test_units_compare_by_their_own_rounding(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._make_order((self.product, 2))
        order.order_line.product_uom_id = dozen
        order.action_confirm()
        self._deliver(order, {self.product: 24})
        self._invoice(order)
        line = order.order_line
        case = self._ask(self._row(line, 0.5))
        self._process(case)
        self.assertEqual(self._figures(line), (1.5, 1.5, 0))
        self.assertEqual(case.picking_ids.move_ids.product_qty, 6)
        self.assertTrue(self._ask(self._row(line, 1.51), ok=False).unmatched)
        self._ask(self._row(line, 1.5))


class TestRights(ReturnCase):
    def test_who_may_not(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        for name in ("salesman", "integration", "portal"):
            other = self._as(name, case)
            for act in ("action_approve", "action_receive", "action_settle", "process", "action_match"):
                with self.assertRaises(AccessError, msg=f"{name} {act}"):
                    getattr(other, act)()
        with self.assertRaises(AccessError):
            self._as("salesman", case).request([], "x")
        with self.assertRaises(AccessError):
            self._as("stranger", case).action_approve()
        self.assertFalse(self._as("stranger", self.env["order.return"]).search([("id", "=", case.id)]))

    def test_nothing_is_written_round_the_methods(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        for vals in ({"state": "settled"}, {"unmatched": True}, {"order_id": False}, {"company_id": 1}):
            with self.assertRaises(UserError):
                case.write(vals)
        for vals in ({"quantity": 99}, {"eligible": True}, {"credited_amount": 1}, {"move_id": 1}):
            with self.assertRaises(UserError):
                case.line_ids.write(vals)
        with self.assertRaises(UserError):
            self.Return.create({"source": "x", "company_id": self.company.id, "name": "x"})
        with self.assertRaises(AccessError):
            case.line_ids.copy()
        with self.assertRaises(UserError):
            case.line_ids.unlink()
        case.line_ids.write({"disposition": "quarantine"})
        self._process(case)
        with self._refused("the line stands"):
            case.line_ids.write({"settlement": "none"})

    def test_beyond_the_policy_needs_a_manager_and_a_reason(self):
        self.env["order.return.policy"].create(
            {"name": "Final sale", "product_id": self.product.id, "returnable": False}
        )
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        self.assertFalse(case.eligible)
        with self._refused("Final sale"):
            case.action_approve()
        with self.assertRaises(AccessError):
            case.action_override(reason="please")
        manager = self._as("manager", case)
        with self._refused("reason"):
            manager.action_override()
        manager.action_override(reason="Good customer")
        self.assertEqual(case.state, "approved")
        self.assertEqual(case.override_reason, "Good customer")

    def test_other_company(self):
        order = self._shipped((self.product, 5))
        answer = (
            self.env["order.return"]
            .with_user(self.users["stranger"])
            .request([{"key": "1", "lines": [self._row(order.order_line, 1)]}], "x")[0]
        )
        self.assertEqual(answer["reason"], "unknown_line")
        with self._refused("no company of yours|not a company"):
            self.Return.request([], "x", company=self.other_company.id)


class TestMoney(ReturnCase):
    def _taxed(self, included):
        return self.env["account.tax"].create(
            {
                "name": f"20 {included}",
                "amount": 20,
                "price_include_override": "tax_included" if included else "tax_excluded",
                "company_id": self.company.id,
            }
        )

    def test_tax_on_top_and_inside(self):
        for included, untaxed, total in ((False, 20, 24), (True, 16.67, 20)):
            product = self._make_product(
                "Taxed", f"TX-{included}", 10.0, taxes_id=[Command.set(self._taxed(included).ids)]
            )
            self._stock(product, 10)
            case = self._ask(self._row(self._shipped((product, 5)).order_line, 2))
            self._process(case)
            self.assertEqual(case.credit_ids.amount_untaxed, untaxed)
            self.assertEqual(case.credit_ids.amount_total, total)

    def test_a_paid_invoice_leaves_an_amount_to_pay_back(self):
        order = self._shipped((self.product, 5))
        invoice = order.invoice_ids
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids).create(
            {}
        )._create_payments()
        case = self._ask(self._row(order.order_line, 2))
        self._process(case)
        self.assertEqual(case.credit_ids.amount_residual, 20)
        self.assertIn(case.credit_ids.payment_state, ("not_paid", "partial"))

    def test_restocking_fee_but_not_on_our_fault(self):
        self.env["order.return.policy"].create({"name": "Fee", "fee_percent": 15})
        order = self._shipped((self.product, 5))
        line = order.order_line
        wanted = self._ask(self._row(line, 2, reason="unwanted"))
        self._process(wanted)
        self.assertEqual(wanted.credit_ids.amount_untaxed, 17)
        ours = self._ask(self._row(line, 2, reason="unwanted"))
        self.assertEqual(ours.line_ids.fee_percent, 15)
        ours.line_ids.write({"reason_id": self.env.ref("order_processing.return_reason_defective").id})
        self._process(ours)
        self.assertEqual(ours.credit_ids.amount_untaxed, 20)
        self.assertEqual(self._figures(line), (1, 1, 0))

    def test_foreign_currency_at_the_rate_of_the_invoice(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        Rate = self.env["res.currency.rate"]
        Rate.search([("currency_id", "=", euro.id)]).unlink()
        Rate.create({"currency_id": euro.id, "company_id": self.company.id, "name": "2020-01-01", "rate": 2.0})
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        order = self._shipped((self.product, 5, 20.0), pricelist_id=pricelist.id)
        Rate.search([("currency_id", "=", euro.id)]).rate = 4.0
        case = self._ask(self._row(order.order_line, 2))
        self._process(case)
        credit = case.credit_ids
        self.assertEqual(credit.currency_id, euro)
        self.assertEqual(credit.invoice_currency_rate, 2.0)
        self.assertEqual(credit.amount_total, 40)
        self.assertEqual(credit.amount_total_signed, -20)
