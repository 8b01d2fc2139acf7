"""Money of return cases where several people, documents and moments meet."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import ReturnCase
from .money import MoneyCase
from .online import OnlineCase


class TestAccountantPosts(ReturnCase):
    def _pay(self, invoice):
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids).create(
            {}
        ).action_create_payments()

    def test_the_credit_of_a_paid_invoice(self):
        self.company.order_return_credit_draft = True
        order = self._shipped((self.product, 5))
        self._pay(order.invoice_ids)
        case = self._ask(self._row(order.order_line, 2))
        case.process()
        credit = case.credit_ids
        # what the processor has read is no right of the accountant's
        self.env.invalidate_all()
        self._as("accountant", credit).action_post()
        self.assertEqual((credit.state, credit.amount_residual, case.state), ("posted", 20, "settled"))

    def test_the_credit_of_an_exchange(self):
        self.company.order_return_credit_draft = True
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2, settlement="exchange", exchange_product="TG-2"))
        case.process()
        credit = case.credit_ids
        # what the processor has read is no right of the accountant's
        self.env.invalidate_all()
        self._as("accountant", credit).action_post()
        self.assertEqual((credit.state, case.state), ("posted", "settled"))
        exchange = case.exchange_order_ids
        self._deliver(exchange)
        invoice = exchange._create_invoices()
        self.env.invalidate_all()
        self._as("accountant", invoice).action_post()
        self.assertEqual(invoice.state, "posted")


class TestOnline(OnlineCase):
    def _asked(self, quantity=2):
        order, paid = self._paid()
        case = self._ask(self._row(order.order_line, quantity))
        self._process(case)
        return case, paid

    def _pay_back(self, credit, amount):
        """The accountant pays a part of a credit note back by bank."""
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=credit.ids)
            .create({"amount": amount, "payment_difference_handling": "open"})
        )
        return wizard.action_create_payments()

    def test_what_was_paid_back_otherwise_is_not_sent(self):
        case, paid = self._asked()
        self._pay_back(case.credit_ids, 12)
        self.assertEqual(case.credit_ids.amount_residual, 8)
        self._cron()
        self._cron()
        self.assertEqual([-tx.amount for tx in self.sent], [8])
        self.assertEqual(case.credit_ids.amount_residual, 0)

    def test_two_refunds_of_one_credit_note_share_what_is_left(self):
        case, paid = self._asked(5)
        refund = paid.child_transaction_ids
        refund.amount = -30
        other = refund.copy({"amount": -20, "reference": "other", "order_refund_state": "to_send"})
        other.invoice_ids = case.credit_ids
        self._pay_back(case.credit_ids, 15)
        self.patch(type(refund), "_send_refund_request", lambda tx: (self.sent.append(tx), tx._set_pending()))
        self._cron()
        self._cron()
        self.assertEqual(sum(-tx.amount for tx in self.sent), 35, "what is under way is taken off")

    def test_what_was_sent_stands_whatever_follows(self):
        case, paid = self._asked()
        second, _paid = self._asked(3)
        events, Transaction = [], type(paid)
        process = Transaction._post_process

        def fails(tx):
            events.append("post")
            process(tx)
            if tx == paid.child_transaction_ids:
                raise UserError("The books are locked")

        self.patch(Transaction, "_post_process", fails)
        self.patch(
            type(self.env["ir.cron"]),
            "_commit_progress",
            lambda *_args, **_kwargs: events.append(tuple(tx.state for tx in self.sent)),
        )
        with self.assertLogs("odoo.addons.order_processing", "ERROR"):
            self._cron()
        refund = paid.child_transaction_ids
        self.assertEqual((refund.state, refund.is_post_processed), ("done", False), "core's cron tries it again")
        self.assertEqual(case.credit_ids.amount_residual, 20, "nothing half is left")
        self.assertIn(("done",), events[: events.index("post")], "committed before the books are touched")
        self.assertEqual(second.credit_ids.amount_residual, 0, "the others go on")
        self._cron()
        self.assertEqual(len(self.sent), 2)

    def test_an_error_of_one_provider_stops_no_other(self):
        case, paid = self._asked()
        second, _paid = self._asked(3)
        send = type(paid)._send_refund_request

        def breaks(tx):
            if tx.source_transaction_id == paid:
                raise KeyError("status")
            send(tx)

        self.patch(type(paid), "_send_refund_request", breaks)
        with self.assertLogs("odoo.addons.order_processing", "ERROR"):
            self._cron()
        self.assertEqual(second.credit_ids.amount_residual, 0)
        refund = paid.child_transaction_ids
        self.assertEqual(refund.state, "pending", "whether it was paid nobody knows: it is not sent again")
        self.assertIn("not known", refund.state_message)
        case.credit_ids.button_draft()
        case.credit_ids.action_post()
        self._cron()
        self.assertEqual((paid.child_transaction_ids, len(self.sent)), (refund, 1))

    def test_a_provider_that_was_disabled_stops_no_other(self):
        case, paid = self._asked()
        self.provider.state = "disabled"
        self._cron()
        self.assertEqual((paid.child_transaction_ids.state, self.sent), ("error", []))

    def test_what_was_refunded_is_not_refunded_again(self):
        case, paid = self._asked()
        self._cron()
        self.assertEqual(case.credit_ids.amount_residual, 0)
        case.credit_ids.button_draft()
        case.credit_ids.action_post()
        self._cron()
        self.assertEqual([-tx.amount for tx in self.sent], [20])

    def test_what_is_refunded_and_not_in_the_books_is_not_refunded_again(self):
        case, paid = self._asked()

        def fails(_tx):
            raise UserError("The books are locked")

        with (
            patch.object(type(paid), "_post_process", fails),
            mute_logger("odoo.addons.order_processing.models.returns.order_return_refund"),
        ):
            self._cron()
        self.assertEqual(case.credit_ids.amount_residual, 20)
        case.credit_ids.button_draft()
        case.credit_ids.action_post()
        self._cron()
        self.assertEqual([-tx.amount for tx in self.sent], [20])
        paid.child_transaction_ids._post_process()
        self.assertEqual(case.credit_ids.amount_residual, 0)


class TestEarlyMoney(MoneyCase):
    """Money that moves before the goods are in gives and takes what it would at the settlement."""

    EARLY = ("request", "approve", "send")

    def _case(self, order, quantity, when, **vals):
        """A case of ``quantity`` of the first line of ``order``, walked up to ``when``, and what it gave."""
        self.env["order.return.policy"].search([]).action_archive()
        self._policy(money_when=when, **vals)
        case = self._ask(self._row(order.order_line[0], quantity))
        for act, step in (("approve", "action_approve"), ("send", "action_on_way")):
            if self.EARLY.index(act) <= self.EARLY.index(when):
                getattr(case, step)()
        return case, sum(case.credit_ids.mapped("amount_total"))

    def _end(self, case):
        if case.state == "requested":
            case.action_approve()
        case.action_receive()
        case.action_settle()
        return sum(case.credit_ids.mapped("amount_total"))

    def test_freight_of_a_withdrawn_order(self):
        self.customer.is_company = False
        for draft in (False, True):
            self.company.order_return_credit_draft = draft
            for when in self.EARLY:
                with self.subTest(when=when, draft=draft):
                    order = self._sold((self.product, 5, 20.0), freight=10)
                    case, given = self._case(order, 5, when, withdrawal=True)
                    self.assertEqual(given, 110)
                    if draft:
                        self._as("accountant", case.credit_ids).action_post()
                    self.assertEqual(self._end(case), 110)
                    self._all_back(order)

    def test_freight_of_an_order_withdrawn_by_two_cases(self):
        self.customer.is_company = False
        order = self._sold((self.product, 5, 20.0), freight=10)
        self.assertEqual(self._case(order, 2, "approve", withdrawal=True)[1], 40)
        self.assertEqual(self._case(order, 3, "approve", withdrawal=True)[1], 70)

    def test_a_cancelled_case_withdraws_nothing(self):
        self.customer.is_company = False
        order = self._sold((self.product, 5, 20.0), freight=10)
        case, _given = self._case(order, 2, "approve", withdrawal=True)
        case.action_cancel(reason="Kept after all")
        self.assertEqual(self._invoice(order).amount_total, 40)
        self.assertEqual(self._case(order, 3, "approve", withdrawal=True)[1], 60)

    def test_what_the_rest_no_longer_reaches(self):
        for when in self.EARLY:
            with self.subTest(when=when):
                order = self._sold((self.product, 10, 10.0), discount=10)
                case, given = self._case(order, 4, when, clawback=True, threshold_amount=80)
                self.assertEqual(given, 30, "60 stay, and would have cost 60")
                self.assertEqual(self._end(case), 30)


class TestAheadAndInvoices(ReturnCase):
    """What was given for goods that still come is not invoiced again; everything else is."""

    def _ahead(self, order, quantity):
        case = self._ask(self._row(order.order_line[0], quantity))
        case.action_approve()
        return case

    def setUp(self):
        super().setUp()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)
        self.env["order.return.policy"].create({"name": "Early", "money_when": "approve"})

    def test_what_another_case_sent_in_advance_is_charged(self):
        order = self._shipped((self.product, 5))
        self.assertEqual(self._ahead(order, 2).credit_ids.amount_total, 20)
        case = self._ask(self._row(order.order_line, 2, settlement="replacement", reason="defective", advance=True))
        case.action_approve()
        self._deliver(order)
        case.line_ids._set({"advance_until": "2020-01-01"})
        self.env["order.return"]._cron_advance()
        self.assertEqual(case.line_ids.advance_outcome, "invoice")
        charged = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        self.assertEqual(sorted(charged.mapped("amount_total")), [20, 50])
        self.assertEqual(self._figures(order.order_line), (7, 5, 2), "what is on its way back stays uninvoiced")

    def test_what_went_back_otherwise_is_credited_by_the_final_invoice(self):
        order = self._shipped((self.product, 5))
        self._ahead(order, 2)
        wizard = self.env["stock.return.picking"].create({"picking_id": order.picking_ids.id})
        wizard.product_return_moves.quantity = 3
        back = wizard._create_return()
        back.move_ids.write({"quantity": 3, "picked": True})
        back.button_validate()
        self.assertEqual(self._figures(order.order_line), (2, 3, -1))
        credit = order._create_invoices(final=True)
        self.assertEqual((credit.move_type, credit.amount_total), ("out_refund", 10))

    def test_one_look_at_the_returns_for_all_that_is_invoiced(self):
        orders = self.env["sale.order"]
        for _number in range(3):
            order = self._shipped((self.product, 5), (self.other_product, 2), (self.product, 3), invoice=False)
            orders |= order
        execute, seen = type(self.env.cr).execute, []

        def watch(cr, query, *args, **kwargs):
            text = query.code if hasattr(query, "code") else str(query)
            if 'FROM "order_return_line"' in text:
                seen.append(text)
            return execute(cr, query, *args, **kwargs)

        for some in (orders[0], orders[1:]):
            seen.clear()
            self.env.flush_all()
            self.env.invalidate_all()
            with patch.object(type(self.env.cr), "execute", watch):
                some._create_invoices()
            self.assertLessEqual(len(seen), 2, seen)
