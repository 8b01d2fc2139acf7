"""A case stands where its documents say; approvals end; kinds are never mixed."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError

from odoo.addons.order_processing.models.common.business_day import business_day

from .common import ReturnCase


class TestStates(ReturnCase):
    def setUp(self):
        super().setUp()
        # a cron commits, which a test may not
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)

    def _pay_back(self, credit):
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=credit.ids).create(
            {}
        )._create_payments()

    def test_on_its_way(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        with self._refused("only from"):
            case.action_on_way()
        case.action_approve()
        case.action_on_way()
        self.assertEqual((case.state, case.sent_by_id), ("on_way", self.processor))
        self.assertEqual(order.order_line.order_returnable_qty, 3, "held all the same")
        self._process(case)
        other = self._ask(self._row(order.order_line, 1))
        other.action_approve()
        other.action_on_way()
        other.action_cancel(reason="Lost")
        self.assertEqual(order.order_line.order_returnable_qty, 3)

    def test_closed_once_all_is_paid_back(self):
        order = self._shipped((self.product, 5))
        invoice = order.invoice_ids
        self._pay_back(invoice)
        case = self._ask(self._row(order.order_line, 2))
        self._process(case)
        self.assertEqual(case.credit_ids.amount_residual, 20)
        self.Return._cron_follow()
        self.assertEqual(case.state, "settled", "the customer's money is still here")
        self._pay_back(case.credit_ids)
        self.Return._cron_follow()
        self.assertEqual(case.state, "closed")
        self.assertTrue(case.closed_at)
        self.assertEqual(case.process()[0]["ok"], True, "a second call passes over it")
        case.credit_ids.line_ids.remove_move_reconcile()
        self.Return._cron_follow()
        self.assertEqual(case.state, "settled")

    def test_closed_once_the_replacement_has_left(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2, settlement="replacement", reason="defective"))
        self._process(case)
        self.assertEqual(case.action_follow()[0]["state"], "settled")
        self._deliver(order)
        self.assertEqual(case.action_follow()[0]["state"], "closed")
        with self.assertRaises(AccessError):
            case.with_user(self.users["salesman"]).action_follow()

    def test_following_is_one_statement_for_a_set(self):
        cases = self.Return
        for _index in range(4):
            cases |= self._ask(self._row(self._shipped((self.product, 5)).order_line, 2))
        self._process(cases)
        self.env.flush_all()
        with self.assertQueryCount(1):
            found = self.Return._find_following("settled", False, cases.ids)
        self.assertEqual(sorted(found), sorted(cases.ids))

    def test_a_credit_note_that_is_a_draft_again_takes_the_case_back(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        self._process(case)
        accountant = self.users["accountant"]
        credit = case.credit_ids
        credit.with_user(accountant).button_draft()
        self.assertEqual(case.state, "received", "nothing was inspected")
        self.assertEqual(case.line_ids.credited_qty, 0)
        with self._refused("stands as a draft"):
            case.action_settle()
        credit.with_user(accountant).action_post()
        self.assertEqual((case.state, case.line_ids.credited_qty), ("settled", 2))
        credit.button_draft()
        credit.unlink()
        case.action_settle()
        self.assertEqual((case.state, case.credit_ids.amount_untaxed), ("settled", 20))
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))

    def test_an_inspected_case_goes_back_to_inspected(self):
        self.company.order_return_inspection = True
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2), self._row(order.order_line, 1, settlement="replacement"))
        case.process()
        case.action_inspect()
        case.action_settle()
        sent = case.picking_ids.filtered(lambda transfer: transfer.location_dest_id.usage == "customer")
        case.credit_ids.button_draft()
        self.assertEqual(case.state, "inspected")
        case.credit_ids.unlink()
        case.action_settle()
        again = case.picking_ids.filtered(lambda transfer: transfer.location_dest_id.usage == "customer")
        self.assertEqual(again, sent, "the replacement is sent once")

    def _reverse(self, receipt, quantity):
        wizard = self.env["stock.return.picking"].create({"picking_id": receipt.id})
        wizard.product_return_moves.quantity = quantity
        back = wizard._create_return()
        back.move_ids.quantity = quantity
        back.move_ids.picked = True
        back.with_context(skip_backorder=True).button_validate()
        self.assertEqual(back.state, "done")

    def test_a_receipt_taken_back_takes_the_case_back(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 5))
        case.action_approve()
        case.action_receive()
        self._reverse(case.picking_ids, 5)
        self.assertEqual((case.state, case.received_at), ("approved", False))
        self.assertEqual((case.line_ids.quantity, case.line_ids.received_qty), (5, 0))
        self._process(case)
        self.assertEqual(self._figures(order.order_line), (0, 0, 0))
        self.assertEqual(case.credit_ids.amount_untaxed, 50)

    def test_a_part_of_a_receipt_taken_back(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 3))
        case.action_approve()
        case.action_receive()
        self._reverse(case.picking_ids, 1)
        self.assertEqual((case.state, case.line_ids.received_qty), ("received", 2))
        case.action_settle()
        self.assertEqual(case.credit_ids.amount_untaxed, 20)

    def test_goods_gone_and_money_given_first_the_money(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        self._process(case)
        self._reverse(case.picking_ids, 2)
        self.assertEqual(case.state, "settled")
        self.assertIn("take it back too", case.message_ids[0].body)
        case.credit_ids.button_draft()
        self.assertEqual(case.state, "approved")

    def test_states_cannot_be_written(self):
        case = self._ask(self._row(self._shipped((self.product, 5)).order_line, 2))
        for vals in (
            {"state": "closed"},
            {"inspected_at": "2024-01-01"},
            {"expires_on": "2099-01-01"},
            {"is_unannounced": True},
        ):
            with self._refused("cannot be written directly"):
                case.write(vals)
        with self._refused("cannot be written directly"):
            case.line_ids.write({"condition": "new"})


class TestExpiry(ReturnCase):
    def setUp(self):
        super().setUp()
        # a cron commits, which a test may not
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)

    def _cron(self, day):
        path = "odoo.addons.order_processing.models.returns.order_return_expire.business_day"
        with patch(path, lambda company, moment=None: day):
            self.env["order.return"]._cron_expire()

    def test_what_did_not_come_in_time_is_free_and_the_customer_is_told_once(self):
        self.company.order_return_approval_days = 7
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        template = self.env.ref("order_processing.mail_template_return_expired")
        template.with_context(lang="fr_FR").subject = "Votre retour {{ object.name }}"
        order = self._shipped((self.product, 5))
        today = business_day(self.company)
        case, sent, came = (self._ask(self._row(order.order_line, 1)) for _index in range(3))
        (case | sent | came).action_approve()
        self.assertEqual(case.expires_on, today + timedelta(days=7))
        sent.action_on_way()
        self._process(came)
        self._cron(today + timedelta(days=7))
        self.assertEqual(case.state, "approved", "the last day is one of them")
        self._cron(today + timedelta(days=8))
        self.assertEqual([record.state for record in (case, sent, came)], ["cancelled", "on_way", "settled"])
        self.assertIn(fields.Date.to_string(case.expires_on), case.reason)
        self.assertEqual(order.order_line.order_returnable_qty, 3)
        mails = self.env["mail.mail"].search([("model", "=", "order.return"), ("res_id", "in", case.ids)])
        self.assertEqual(mails.mapped("subject"), [f"Votre retour {case.name}"])
        self.assertEqual(mails.recipient_ids, self.customer)
        self.assertTrue(case.expiry_told_at)
        self._cron(today + timedelta(days=9))
        self.assertEqual(
            self.env["mail.mail"].search_count([("model", "=", "order.return"), ("res_id", "in", case.ids)]), 1
        )

    def test_without_days_nothing_ends(self):
        self.company.order_return_approval_days = 0
        case = self._ask(self._row(self._shipped((self.product, 5)).order_line, 1))
        case.action_approve()
        self.assertFalse(case.expires_on)
        self._cron(business_day(self.company) + timedelta(days=4000))
        self.assertEqual(case.state, "approved")


class TestKinds(ReturnCase):
    def test_each_line_has_its_kind(self):
        order = self._shipped((self.product, 9))
        line = order.order_line
        case = self._ask(
            self._row(line, 1, reason="unwanted"),
            self._row(line, 1, reason="unwanted", settlement="replacement"),
            self._row(line, 1, reason="damaged", settlement="replacement"),
            self._row(line, 1, reason="made_badly"),
            self._row(line, 1, reason="wrong_sent"),
        )
        self.assertEqual(case.line_ids.mapped("kind"), ["return", "exchange", "claim", "claim", "claim"])
        self.assertEqual(case.line_ids.mapped("fault"), ["customer", "customer", "carrier", "vendor", "us"])
        case.line_ids[0].settlement = "replacement"
        self.assertEqual(case.line_ids[0].kind, "exchange")
        groups = (
            self.env["order.return.line"]
            .with_user(self.processor)
            ._read_group([("return_id", "=", case.id)], ["kind"], ["quantity:sum"])
        )
        self.assertEqual(dict(groups), {"exchange": 2, "claim": 3})
