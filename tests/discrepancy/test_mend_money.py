from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from tests.discrepancy.mending import MendingCase


class TestMendMoney(MendingCase):
    """Invoices, credit notes and corrections of price made from a discrepancy."""

    def _over_invoiced(self, quantity=13, ordered=10, **vals):
        order = self._shipped(ordered, **vals)
        invoice = self._invoice(order, post=False)
        invoice.invoice_line_ids.quantity = quantity
        invoice.action_post()
        return order, invoice

    # ------------------------------------------------------------------ invoice

    def test_the_invoice_of_the_lines_alone(self):
        order = self._make_order((self.product, 10), (self.other_product, 4))
        order.action_confirm()
        self._deliver(order)
        self._invoice(order)
        extra = self._make_order((self.product, 6), (self.other_product, 2), (self.service, 1))
        extra.action_confirm()
        self._deliver(extra)
        records = self._open(extra).filtered(lambda record: record.product_id == self.product)
        preview, answer = self._mend(records, "invoice")
        self.assertEqual(
            [(row["quantity"], row["price"], row["amount"]) for row in self._lines(preview)], [(6, 10, 60)]
        )
        invoice = self._documents(answer)
        self.assertEqual((invoice.state, invoice.invoice_line_ids.product_id), ("posted", self.product))
        self._assert_mended(records, invoice)
        # what else is due of the order is told and left
        self.assertEqual(self._kinds(extra), ["shipped_not_invoiced"])
        again = self._as("processor", records).mend_apply("invoice")
        self.assertEqual((again["documents"], again["ids"]), ([], []))
        self.assertEqual(len(extra.invoice_ids), 1)

    def test_a_draft_where_that_is_wished(self):
        order = self._shipped(10)
        records = self._open(order, "shipped_not_invoiced")
        _preview, answer = self._mend(records, "invoice", post=False)
        self.assertEqual(self._documents(answer).state, "draft")
        self.assertEqual((records.state, records.mended_model), ("auto_closed", "account.move"))
        self.assertEqual(records.mended_document, order.invoice_ids)

    def test_a_credit_without_return_is_not_billed_again(self):
        order = self._shipped(10, deliver=8)
        self._credit(self._invoice(order), 2)
        self._deliver(order)
        records = self._open(order).filtered(lambda record: record.kind == "shipped_not_invoiced")
        self.assertEqual(order.order_line.qty_to_invoice, 4)
        preview, _answer = self._mend(records, "invoice")
        self.assertEqual([row["quantity"] for row in self._lines(preview)], [2])

    def test_after_a_down_payment_the_whole_order(self):
        order = self._make_order((self.product, 10), (self.other_product, 2))
        order.action_confirm()
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "fixed", "fixed_amount": 50})
        )
        wizard._create_invoices(order).action_post()
        self._deliver(order)
        records = self._open(order, "shipped_not_invoiced")
        preview, answer = self._mend(records, "invoice")
        self.assertIn("down payment", preview["notes"][0])
        self.assertEqual(self._documents(answer).amount_total, 100)
        self.assertEqual(set(records.mapped("state")), {"auto_closed"})

    # ------------------------------------------------------------------ credit

    def test_the_credit_note_of_exactly_what_is_too_much(self):
        order, invoice = self._over_invoiced(13)
        records = self._open(order, "over_invoiced")
        preview, answer = self._mend(records, "credit")
        self.assertEqual([(row["quantity"], row["amount"]) for row in self._lines(preview)], [(3, 30)])
        credit = self._documents(answer)
        self.assertEqual((credit.move_type, credit.state, credit.reversed_entry_id), ("out_refund", "posted", invoice))
        self.assertEqual(invoice.amount_residual, 100)
        self._assert_mended(records, credit)
        self.assertEqual(self._kinds(order), [])

    def test_the_latest_invoice_first_and_in_its_own_unit_and_rate(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "rate": 0.5, "name": "2020-01-01", "company_id": self.company.id}
        )
        order = self._make_order(pricelist_id=pricelist.id)
        order.order_line.write({"product_uom_qty": 2, "product_uom_id": self.dozen.id, "price_unit": 24})
        order.action_confirm()
        self._deliver(order)
        first = self._invoice(order, post=False)
        first.invoice_line_ids.write({"quantity": 12, "product_uom_id": self.product.uom_id.id, "price_unit": 2})
        first.action_post()
        second = self._invoice(order, post=False)
        second.invoice_line_ids.write({"quantity": 30, "product_uom_id": self.product.uom_id.id, "price_unit": 2})
        second.action_post()
        records = self._open(order, "over_invoiced")
        rate = second.invoice_currency_rate
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).rate = 0.4
        _preview, answer = self._mend(records, "credit")
        credit = self._documents(answer)
        self.assertEqual((credit.reversed_entry_id, credit.invoice_line_ids.quantity), (second, 18))
        self.assertEqual(credit.invoice_currency_rate, rate)
        self.assertEqual(credit.currency_id, euro)

    def test_what_came_back_is_credited(self):
        order = self._shipped(10)
        self._invoice(order)
        self._back(order, 4)
        records = self._open(order, "returned_not_refunded")
        _preview, answer = self._mend(records, "credit")
        self.assertEqual(self._documents(answer).amount_total, 40)
        self._assert_mended(records, self._documents(answer))
        self.assertEqual(order.order_line.qty_to_invoice, 0)

    def test_a_cancelled_order_that_is_invoiced(self):
        self.product.invoice_policy = "order"
        order = self._make_order((self.product, 10))
        order.action_confirm()
        self._invoice(order)
        order._action_cancel()
        records = self._open(order, "cancelled_but_invoiced")
        _preview, answer = self._mend(records, "credit")
        self.assertEqual(self._documents(answer).amount_total, 100)
        self._assert_mended(records, self._documents(answer))

    # ------------------------------------------------------------------ price, discount, tax

    def test_price_discount_and_tax_are_credited_and_invoiced_again(self):
        for kind, vals in (
            ("price_differs", {"price_unit": 11}),
            ("discount_lost", {"discount": 0}),
            ("tax_differs", {"tax_ids": [Command.set(self.tax.ids)]}),
        ):
            with self.subTest(kind):
                order = self._make_order((self.product, 10, 10.0), (self.other_product, 1))
                order.order_line[0].discount = 10
                order.action_confirm()
                self._deliver(order)
                invoice = self._invoice(order, post=False)
                invoice.invoice_line_ids[0].write(vals)
                invoice.action_post()
                records = self._open(order, kind)
                preview, answer = self._mend(records, "reprice")
                credit, again = self._documents(answer)
                self.assertEqual((credit.move_type, again.move_type), ("out_refund", "out_invoice"))
                self.assertEqual(len(credit.invoice_line_ids), 1)
                self.assertEqual(again.amount_total, 90)
                self.assertEqual([row["amount"] for row in self._lines(preview)], [credit.amount_total, 90])
                self._assert_mended(records, again)
                self.assertEqual(self._kinds(order), [])
                self.assertEqual(order.order_line[0].qty_invoiced, 10)
                self.assertEqual(
                    sum((invoice | again).mapped("amount_residual")) - credit.amount_residual, order.amount_total
                )

    def test_what_a_credit_note_gave_back_at_other_terms_is_corrected_once(self):
        """Its own terms are wrong, not the invoice's: the invoice stays, and what was given is given at its terms."""
        for kind, back, vals, more in (
            ("price_differs", 2, {"price_unit": 9}, 2),
            ("price_differs", 2, {"price_unit": 11}, -2),
            ("price_differs", 10, {"price_unit": 9}, 10),
            ("price_differs", 2, {"discount": 10}, 2),
            ("tax_differs", 2, {"tax_ids": [Command.set(self.tax.ids)]}, -4),
        ):
            with self.subTest(kind=kind, back=back, vals=vals):
                order = self._shipped(10)
                invoice = self._invoice(order)
                self._back(order, back)
                credit = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
                credit.invoice_line_ids.write({"quantity": back, **vals})
                credit.action_post()
                records = self._open(order, kind)
                _preview, answer = self._mend(records, "reprice")
                correction = self._documents(answer)
                self.assertEqual(
                    (correction.move_type, correction.amount_total, correction.state),
                    ("out_refund" if more > 0 else "out_invoice", abs(more), "posted"),
                )
                self._assert_mended(records, correction)
                self.assertEqual(self._kinds(order), [])
                self.assertEqual(order.order_line.qty_invoiced, 10 - back)
                row = self._figures(order)[order.order_line.id]
                self.assertAlmostEqual(row["invoiced_value"] - row["credited_value"], 100 - 10 * back)
                # what is left of the invoice is as it was, and nothing is corrected a second time
                found = self.Discrepancy._mend_left(order.order_line)[order.order_line]
                self.assertEqual(sum(rest for _item, rest in found), 10 - back)
                self.assertFalse(self.Discrepancy._mend_wrong_credits(order.order_line)[order.order_line])

    def test_a_wrong_invoice_and_a_wrong_credit_note_of_it_are_both_corrected(self):
        order = self._shipped(10)
        invoice = self._invoice(order, post=False)
        invoice.invoice_line_ids.price_unit = 12
        invoice.action_post()
        self._back(order, 2)
        credit = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        credit.invoice_line_ids.write({"quantity": 2, "price_unit": 9})
        credit.action_post()
        records = self._open(order, "price_differs")
        self._mend(records, "reprice")
        self.assertEqual(self._kinds(order), [])
        row = self._figures(order)[order.order_line.id]
        self.assertAlmostEqual(row["invoiced_value"] - row["credited_value"], 80)
        self.assertEqual(order.order_line.qty_invoiced, 8)

    # ------------------------------------------------------------------ locks, drafts, rights

    def test_nothing_that_a_lock_date_forbids_is_proposed(self):
        order, _invoice = self._over_invoiced()
        records = self._open(order, "over_invoiced")
        self._lock("sale_lock_date", 1)
        record = self._as("processor", records)
        options = {option["act"]: option for option in record.mend_options()}
        self.assertIn("locked", options["credit"]["blocked"])
        self.assertFalse(options["accept"]["blocked"])
        self.assertNotEqual(record.mend_options()[0]["act"], "credit")
        self.assertIn("locked", record.mend_preview("credit")["problem"])
        with self.assertRaisesRegex(UserError, "locked"):
            record.mend_apply("credit")
        mend = self.env["discrepancy.mend"].browse(record.action_mend()["res_id"])
        self.assertNotEqual(mend.act, "credit")
        self._lock("sale_lock_date", -1)
        self.assertEqual(record.mend_options()[0]["act"], "credit")

    def test_a_draft_for_the_same_is_told(self):
        order, invoice = self._over_invoiced(13)
        draft = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        draft.invoice_line_ids.quantity = 1
        records = self._open(order, "over_invoiced")
        option = self._as("processor", records).mend_options()[0]
        self.assertEqual([found["id"] for found in option["drafts"]], draft.ids)
        preview, answer = self._mend(records, "credit")
        self.assertEqual([row["quantity"] for row in self._lines(preview)], [2])
        self.assertEqual(self._documents(answer).amount_total, 20)
        # once a draft covers all of it, there is nothing to mend any more
        self.assertEqual(self._as("processor", records).mend_apply("credit")["documents"], [])

    def test_who_may_not_post_makes_drafts(self):
        self.env.ref("order_processing.group_processor").implied_ids -= self.env.ref("account.group_account_invoice")
        group = self.env.ref("account.group_account_invoice")
        self.assertFalse(self.users["processor"].has_group("account.group_account_invoice"), group.user_ids.ids)
        order, _invoice = self._over_invoiced()
        records = self._open(order, "over_invoiced")
        with self.assertRaises(AccessError):
            self._as("processor", records).mend_apply("credit", post=True)
        _preview, answer = self._mend(records, "credit")
        self.assertEqual(self._documents(answer).state, "draft")

    def test_an_invoice_that_is_not_posted_cannot_be_credited(self):
        order = self._shipped(10)
        self._invoice(order)
        self._back(order, 4)
        records = self._open(order, "returned_not_refunded")
        order.invoice_ids.button_draft()
        record = self._as("processor", records)
        self.assertEqual(record.mend_apply("credit")["documents"], [])
        self.assertEqual(records.state, "auto_closed")
