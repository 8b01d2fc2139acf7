"""Cases that a hostile reading of the settlements found: each once went wrong, in goods or in money."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError

from .common import ReturnCase


class TestSettlementReview(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_return_inspection = True

    def setUp(self):
        super().setUp()
        # a cron commits, which a test may not
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)

    def _policy(self, **vals):
        return self.env["order.return.policy"].create({"name": "Of the test", **vals})

    def _today(self):
        return self.Return._document_day(self.company)

    def _split(self, case, *quantities):
        """Inspect the first line of a case as pieces: the first goes to stock, the others are scrapped."""
        line = case.line_ids[:1]
        case.action_inspect(
            findings=[
                {
                    "line_id": line.id,
                    "quantity": quantity,
                    "condition": "new" if not place else "damaged",
                    "disposition": "restock" if not place else "scrap",
                }
                for place, quantity in enumerate(quantities)
            ]
        )

    def _overdue(self, case):
        case.line_ids.filtered("advance_until")._set({"advance_until": self._today() - timedelta(days=30)})
        self.env["order.return"]._cron_advance()

    def _exchange_row(self, order, quantity, of_it, **vals):
        return self._row(
            order.order_line,
            quantity,
            settlement="exchange",
            reason="defective",
            exchange_product=self.other_product.default_code,
            exchange_quantity=of_it,
            **vals,
        )

    # ------------------------------------------------------------------ pieces of a line

    def test_pieces_of_an_exchange_are_exchanged_once(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._exchange_row(order, 2, 2))
        case.action_approve()
        case.action_receive()
        self._split(case, 1, 1)
        case.action_settle()
        self.assertEqual(sum(case.exchange_order_ids.order_line.mapped("product_uom_qty")), 2)
        self.assertEqual(sum(case.line_ids.mapped("exchange_quantity")), 2)

    def test_what_left_in_advance_is_not_sent_for_the_pieces_again(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2, settlement="replacement", reason="defective", advance=True))
        case.action_approve()
        self._deliver(order)
        case.action_receive()
        self._split(case, 1, 1)
        case.action_settle()
        sent = case.line_ids._sent_again()
        self.assertEqual(sum(sent.mapped("product_uom_qty")), 2)
        billed = sum(order.invoice_ids.mapped("amount_total"))
        self._overdue(case)
        self.assertFalse(any(case.line_ids.mapped("advance_outcome")), "all came in time")
        self.assertEqual(sum(order.invoice_ids.mapped("amount_total")), billed)

    def test_what_was_written_off_is_not_sent_at_the_settlement(self):
        self._policy(advance_consequence="write_off")
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2, settlement="replacement", reason="defective", advance=True))
        case.action_approve()
        self._deliver(order)
        case.action_receive(counts={case.line_ids.id: 1})
        self._overdue(case)
        self.assertEqual(set(case.line_ids.mapped("advance_outcome")), {"write_off"})
        case.action_inspect()
        case.action_settle()
        self.assertEqual(sum(case.line_ids._sent_again().mapped("product_uom_qty")), 2)

    def test_money_given_before_is_shared_by_the_pieces(self):
        self._policy(money_when="receive")
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        case.action_approve()
        case.action_receive()
        self.assertEqual(case.line_ids.credited_qty, 2)
        self._split(case, 1, 1)
        self.assertEqual(case.line_ids.mapped("credited_qty"), [1, 1])
        self.assertEqual(sum(case.line_ids.mapped("credited_amount")), 20)
        self.assertEqual(sum(case.line_ids.mapped("closed_qty")), 2)
        case.action_settle()
        self.assertEqual(sum(case.credit_ids.mapped("amount_total")), 20)
        self.assertEqual(sum(self._events(order, "settled").mapped("amount")), 20)
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))

    # ------------------------------------------------------------------ in advance

    def test_an_exchange_in_advance_is_due_when_nothing_came(self):
        self._policy(advance_consequence="write_off", allow_advance=True)
        order = self._shipped((self.product, 5))
        case = self._ask(self._exchange_row(order, 1, 1, advance=True))
        case.action_approve()
        self._deliver(case.exchange_order_ids)
        self._overdue(case)
        self.assertEqual(case.line_ids.advance_outcome, "write_off")
        self.assertEqual(sum(case.credit_ids.mapped("amount_total")), 10, "what was promised for the goods is given")

    def test_one_refused_case_holds_up_no_other(self):
        cases = self.Return
        for _place in range(2):
            order = self._shipped((self.product, 5))
            case = self._ask(self._row(order.order_line, 1, settlement="replacement", reason="defective", advance=True))
            case.action_approve()
            self._deliver(order)
            cases |= case
        Line = type(self.env["order.return.line"])
        plain = Line._charge_advance

        def locked(lines):
            if cases[0] in lines.return_id:
                raise UserError("The month is locked")
            return plain(lines)

        with patch.object(Line, "_charge_advance", locked):
            self._overdue(cases)
        self.assertEqual(cases[1].line_ids.advance_outcome, "invoice")
        self.assertFalse(cases[0].line_ids.advance_outcome)
        self.assertIn("The month is locked", " ".join(cases[0].message_ids.mapped("body")))
        self._overdue(cases)
        self.assertEqual(cases[0].line_ids.advance_outcome, "invoice", "tried again")

    def test_what_was_written_off_of_a_cancelled_case_comes_back_for_no_money(self):
        self._policy(advance_consequence="write_off")
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2, settlement="replacement", reason="defective", advance=True))
        case.action_approve()
        self._deliver(order)
        case.action_cancel(reason="Nothing comes")
        self._overdue(case)
        self.assertEqual(case.line_ids.advance_outcome, "write_off")
        self.assertEqual(order.order_line.order_returnable_qty, 5)

    # ------------------------------------------------------------------ cases that end without their goods

    def test_a_cancelled_case_leaves_the_order_as_it_was(self):
        self._policy(money_when="approve")
        self.product.invoice_policy = "order"
        order = self._shipped((self.product, 10), deliver={self.product: 6})
        line = order.order_line
        case = self._ask(self._row(line, 2))
        case.action_approve()
        self.assertEqual(sum(case.credit_ids.mapped("amount_total")), 20)
        self.assertEqual(line.product_uom_qty, 10, "closed short is what came back")
        case.action_cancel(reason="Keeps them")
        self._deliver(order)
        line.invalidate_recordset()
        self.assertEqual((line.product_uom_qty, line.qty_delivered, line.qty_to_invoice), (10, 10, 2))
        self._invoice(order)
        net = sum(move.amount_total * (1 if move.move_type == "out_invoice" else -1) for move in order.invoice_ids)
        self.assertEqual(net, 100, "the customer has ten and pays ten")

    def test_a_case_that_goes_on_is_closed_short_at_its_settlement(self):
        self._policy(money_when="approve")
        self.product.invoice_policy = "order"
        order = self._shipped((self.product, 10))
        case = self._ask(self._row(order.order_line, 2))
        case.action_approve()
        case.action_receive()
        case.action_inspect()
        case.action_settle()
        self.assertEqual((order.order_line.product_uom_qty, *self._figures(order.order_line)), (8, 8, 8, 0))
        self.assertEqual(sum(case.credit_ids.mapped("amount_total")), 20)

    def test_a_credit_note_that_is_taken_back_is_given_anew(self):
        self._policy(money_when="approve")
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        case.action_approve()
        credit = case.credit_ids.sudo()
        credit.button_draft()
        self.assertEqual(case.line_ids.credited_qty, 0)
        credit.action_post()
        self.assertEqual(case.line_ids.credited_qty, 2, "posted again it counts again")
        credit.button_draft()
        credit.with_context(force_delete=True).unlink()
        case.action_receive()
        case.action_inspect()
        case.action_settle()
        self.assertEqual(sum(case.credit_ids.mapped("amount_total")), 20)

    def test_drafts_of_an_ended_case_are_cancelled(self):
        self._policy(money_when="approve")
        self.company.order_return_credit_draft = True
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        case.action_approve()
        self.assertEqual(case.credit_ids.state, "draft")
        case.action_cancel(reason="Keeps them")
        self.assertEqual(case.credit_ids.state, "cancel")

    def test_what_has_not_left_of_an_exchange_does_not_leave_after_its_case(self):
        self._policy(allow_advance=True)
        order = self._shipped((self.product, 5))
        case = self._ask(self._exchange_row(order, 3, 3, advance=True))
        case.action_approve()
        exchange = case.exchange_order_ids
        self._deliver(exchange, {self.other_product: 1})
        rest = exchange.picking_ids.filtered(lambda picking: picking.state != "done")
        self.assertEqual(rest.move_ids.product_uom_qty, 2)
        self._as("processor", case).action_cancel(reason="Keeps them")
        self.assertEqual((case.state, exchange.state, rest.state), ("cancelled", "sale", "cancel"))
        self.assertEqual((exchange.order_line.product_uom_qty, exchange.order_line.qty_delivered), (1, 1))
        closed = self._events(exchange, "closed_short")
        self.assertEqual((closed.quantity, closed.note), (-2, case.name))

    def test_an_exchange_that_is_invoiced_is_not_cancelled_from_under_its_invoice(self):
        self._policy(allow_advance=True)
        self.other_product.invoice_policy = "order"
        order = self._shipped((self.product, 5))
        case = self._ask(self._exchange_row(order, 1, 1, advance=True))
        case.action_approve()
        exchange = case.exchange_order_ids
        self._invoice(exchange)
        invoice = exchange.invoice_ids
        with self._refused(f"{exchange.name}.*{invoice.name}.*credited in full"):
            case.action_cancel(reason="Keeps them")
        self.assertEqual((case.state, exchange.state, invoice.state), ("approved", "sale", "posted"))
        # the way out that it names
        invoice._reverse_moves([{"invoice_date": self._today()}], cancel=True)
        case.action_cancel(reason="Keeps them")
        self.assertEqual((case.state, exchange.state, invoice.amount_residual), ("cancelled", "cancel", 0))

    # ------------------------------------------------------------------ at once

    def test_at_once_nobody_keeps_goods_and_gets_money(self):
        self._policy(money_when="request", keep_amount=10)
        self.product.list_price = 1000
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 1, disposition="customer_keeps"), user=self.users["integration"])
        self.assertFalse(case.sudo().credit_ids)

    def test_at_once_the_policy_s_own_word_to_keep_goods_is_paid(self):
        self._policy(money_when="request", keep_amount=25)
        order = self._shipped((self.product, 5))
        kept = {"disposition": "customer_keeps"}
        self.assertEqual(self._ask(self._row(order.order_line, 2, **kept)).credit_ids.amount_total, 20)
        again = self._ask(self._row(order.order_line, 1, **kept))
        self.assertFalse(again.credit_ids, "asked for in parts it is worth more than that")
        self.assertEqual(self._figures(order.order_line), (5, 5, 0))

    # ------------------------------------------------------------------ receipts

    def test_a_part_that_goes_back_to_the_customer_is_ordered_again(self):
        self.product.invoice_policy = "order"
        self._policy(money_when="receive")
        order = self._shipped((self.product, 10))
        line = order.order_line
        case = self._ask(self._row(line, 2))
        case.action_approve()
        case.action_receive()
        self.assertEqual(line.product_uom_qty, 8)
        receipt = case.picking_ids
        wizard = self.env["stock.return.picking"].with_context(active_id=receipt.id, active_model="stock.picking")
        wizard = wizard.create({})
        wizard.product_return_moves.write({"quantity": 1, "to_refund": True})
        out = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        out.move_ids.picked = True
        out.action_quality_pass()
        out.with_context(skip_sms=True, skip_backorder=True).button_validate()
        line.invalidate_recordset()
        self.assertEqual((line.product_uom_qty, line.qty_delivered), (9, 9))

    def test_the_desk_s_one_pass_waits_for_a_draft(self):
        self._policy(money_when="approve")
        self.company.order_return_credit_draft = True
        self.company.order_return_inspection = False
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        answer = case.process()[0]
        self.assertEqual((answer["ok"], answer["code"]), (True, "to_post"), answer["message"])
        self.assertEqual(case.credit_ids.state, "draft")

    def test_goods_that_stay_are_credited_once_though_the_note_is_a_draft(self):
        self._policy(money_when="inspect")
        self.company.order_return_credit_draft = True
        order = self._shipped((self.product, 10))
        case = self._ask(self._row(order.order_line, 2), self._row(order.order_line, 2, disposition="customer_keeps"))
        case.action_approve()
        case.action_receive()
        case.action_inspect()
        self.assertEqual(sum(case.credit_ids.mapped("amount_total")), 40)
        case.action_correct_inspection(reason="Looked at again")
        case.action_inspect()
        self.assertEqual(sum(case.credit_ids.mapped("amount_total")), 40)

    def test_a_tax_inside_the_price_of_an_exchange_goes_out_of_it_abroad(self):
        group = self.env["account.tax.group"].search([("company_id", "=", self.company.id)], limit=1)
        inside, none = self.env["account.tax"].create(
            [
                {"name": "21 inside", "amount": 21, "price_include_override": "tax_included", "tax_group_id": group.id},
                {"name": "None abroad", "amount": 0, "tax_group_id": group.id},
            ]
        )
        abroad = self.env["account.fiscal.position"].create({"name": "Abroad"})
        none.write({"fiscal_position_ids": [(4, abroad.id)], "original_tax_ids": [(4, inside.id)]})
        self.other_product.write({"taxes_id": [(6, 0, inside.ids)], "list_price": 121})
        order = self._shipped((self.product, 5), fiscal_position_id=abroad.id)
        untaxed, tax = self.Return._exchange_price(order, self.other_product, 1)
        self.assertAlmostEqual(untaxed, 100, 2)
        self.assertAlmostEqual(tax, 0, 2)
        self.company.order_return_inspection = False
        case = self._ask(self._exchange_row(order, 1, 1))
        self._process(case)
        self.assertAlmostEqual(case.exchange_order_ids.amount_total, 100, 2)

    def _expired(self, cases):
        cases._transition_write({"expires_on": self._today() - timedelta(days=1)})
        self.env["order.return"]._cron_expire()

    def test_drafts_of_an_expired_case_are_cancelled(self):
        self._policy(money_when="approve")
        self.company.order_return_credit_draft = True
        case = self._ask(self._row(self._shipped((self.product, 5)).order_line, 2))
        case.action_approve()
        self.assertEqual(case.credit_ids.state, "draft")
        self._expired(case)
        self.assertTrue(case.expired_at)
        self.assertEqual(case.credit_ids.state, "cancel")

    def test_one_case_that_cannot_expire_holds_up_no_other(self):
        cases = self.Return
        for _place in range(2):
            case = self._ask(self._row(self._shipped((self.product, 5)).order_line, 1))
            case.action_approve()
            cases |= case
        Case = type(self.env["order.return"])
        plain = Case._call_ahead_off

        def refused(some):
            if cases[0] in some:
                raise UserError("The month is locked")
            return plain(some)

        with patch.object(Case, "_call_ahead_off", refused):
            self._expired(cases)
        self.assertEqual([bool(case.expired_at) for case in cases], [False, True])
        self.assertIn("The month is locked", " ".join(cases[0].message_ids.mapped("body")))
        self._expired(cases[0])
        self.assertTrue(cases[0].expired_at, "tried again")
