"""What the customer is told of a case: each step once, in the customer's language, after it is done."""

from unittest.mock import patch

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import ReturnCase


class TestNotices(ReturnCase):
    def setUp(self):
        super().setUp()
        self.order = self._shipped((self.product, 9))
        self.line = self.order.order_line

    def _cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("order_processing.cron_return_tell").method_direct_trigger()
        self.env.invalidate_all()

    def _mails(self, case):
        return self.env["mail.mail"].search([("model", "=", "order.return"), ("res_id", "in", case.ids)], order="id")

    def _told(self, case):
        """Steps of which a mail was made, in their order."""
        self.assertEqual(len(self._mails(case)), len(case.notice_ids.filtered(lambda notice: notice.outcome == "sent")))
        return case.notice_ids.filtered(lambda notice: notice.outcome == "sent").sorted("sent_at").mapped("step")

    def _words(self, mail):
        return " ".join(html.fromstring(mail.body_html).text_content().split())

    def test_each_step_is_told(self):
        self.company.order_return_inspection = True
        case = self._ask(self._row(self.line, 2))
        self.assertFalse(self._mails(case), "nothing leaves in the transaction of the step")
        self._cron()
        self.assertIn("we have received your request", self._words(self._mails(case)))
        case.action_approve()
        self._cron()
        case.action_on_way()
        case.action_receive()
        self._cron()
        case.action_inspect([{"line_id": case.line_ids.id, "condition": "damaged"}])
        self._cron()
        case.action_settle()
        self._cron()
        steps = ["requested", "approved", "received", "inspected", "settled"]
        self.assertEqual(case.notice_ids.mapped("step"), steps)
        self.assertEqual(self._told(case), steps)
        mails = self._mails(case)
        self.assertEqual(mails.recipient_ids, self.customer)
        words = [self._words(mail) for mail in mails]
        self.assertIn("Damaged", words[3])
        amount = " ".join(case.credit_ids.currency_id.format(case.credit_ids.amount_total).split())
        self.assertIn(case.credit_ids.name, words[4])
        self.assertIn(amount, words[4])
        self.assertEqual(
            [len(mail.attachment_ids) for mail in mails], [0, 1, 0, 0, 0], "the slip goes with the approval"
        )
        for mail in mails:
            self.assertIn(case.name, mail.subject)
            links = html.fromstring(mail.body_html).xpath("//a[contains(@href, '/my/returns/')]/@href")
            self.assertEqual(len(links), 1)
            self.assertIn(f"/my/returns/{case.id}?access_token={case.access_token}", links[0])

    def test_a_step_that_is_taken_back_and_done_again_is_told_once(self):
        case = self._ask(self._row(self.line, 2))
        self._process(case)
        self._cron()
        for _time in range(2):
            case.credit_ids.button_draft()
            self.assertEqual(case.state, "received")
            case.credit_ids.action_post()
            self.assertEqual(case.state, "settled")
            case.action_settle()
            self._cron()
        self.assertEqual(self._told(case), ["settled"])

    def test_of_steps_that_wait_together_the_last_is_told(self):
        case = self._ask(self._row(self.line, 2))
        self._process(case)
        self._cron()
        self.assertEqual(self._told(case), ["settled"])
        states = {notice.step: notice.outcome for notice in case.notice_ids}
        self.assertEqual(states, {"requested": "passed", "approved": "passed", "received": "passed", "settled": "sent"})

    def test_what_was_taken_back_before_it_was_told_is_told_when_it_comes_again(self):
        case = self._ask(self._row(self.line, 2))
        case.action_approve()
        self._cron()
        self._process(case)
        case.credit_ids.button_draft()
        self._cron()
        self.assertEqual(self._told(case), ["approved", "received"])
        case.credit_ids.action_post()
        self._cron()
        self.assertEqual(self._told(case), ["approved", "received", "settled"])

    def test_an_inspection_without_surprise_is_not_told(self):
        self.company.order_return_inspection = True
        case = self._ask(self._row(self.line, 2))
        case.action_approve()
        case.action_receive()
        self._cron()
        case.action_inspect([{"line_id": case.line_ids.id, "condition": "new"}])
        self._cron()
        self.assertEqual(self._told(case), ["received"])
        case.action_correct_inspection(reason="Looked again")
        case.action_inspect([{"line_id": case.line_ids.id, "condition": "defective"}])
        self._cron()
        self.assertEqual(self._told(case), ["received", "inspected"])

    def test_reasons_are_told(self):
        rejected, cancelled = self._ask(self._row(self.line, 2)), self._ask(self._row(self.line, 1))
        rejected.action_reject(reason="The seal is broken")
        cancelled.action_approve()
        cancelled.action_cancel(reason="Agreed by phone")
        self._cron()
        for case, words in ((rejected, "The seal is broken"), (cancelled, "Agreed by phone")):
            self.assertIn(words, self._words(self._mails(case)))

    def test_less_than_announced_is_told_with_the_receipt(self):
        case = self._ask(self._row(self.line, 3))
        case.action_approve()
        case.action_receive(counts={case.line_ids.id: 2})
        self._cron()
        self.assertIn("announced: 3", self._words(self._mails(case)))

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        template = self.env.ref("order_processing.mail_template_return_requested")
        template.with_context(lang="fr_FR").subject = "Votre retour {{ object.name }}"
        case = self._ask(self._row(self.line, 2))
        self._cron()
        self.assertEqual(self._mails(case).subject, f"Votre retour {case.name}")

    def test_silent_where_the_company_says_so_or_it_is_history(self):
        self.company.order_return_mail = False
        silent = self._ask(self._row(self.line, 1))
        self._process(silent)
        self.company.order_return_mail = True
        history = self._ask(self._row(self.line, 1), business_date="2024-05-02")
        self._process(history, business_date="2024-05-03")
        self._cron()
        self.assertFalse((silent | history).notice_ids)
        self.assertFalse(self._mails(silent | history))

    def test_a_template_that_is_archived_is_a_step_not_told(self):
        self.env.ref("order_processing.mail_template_return_requested").active = False
        case = self._ask(self._row(self.line, 1))
        self._cron()
        self.assertEqual(case.notice_ids.mapped("outcome"), ["passed"])
        self.assertFalse(self._mails(case))

    def test_one_that_fails_stops_no_other_and_can_be_tried_again(self):
        other = self._make_customer("Other Customer", email=False)
        orders = self._shipped((self.product, 2), partner_id=other.id)
        bad, good = self._ask(self._row(orders.order_line, 1)), self._ask(self._row(self.line, 1))
        self._cron()
        self.assertEqual((bad.notice_ids.outcome, good.notice_ids.outcome), ("failed", "sent"))
        self.assertIn("no e-mail address", bad.notice_ids.error)
        self.assertTrue(bad.untold)
        self.assertEqual(self.Return.search([("untold", "=", True), ("id", "in", (bad | good).ids)]), bad)
        with self.assertRaises(AccessError):
            self._as("salesman", bad).action_tell()
        other.email = "other@test.example.com"
        bad.action_tell()
        self.assertEqual((bad.notice_ids.outcome, bad.untold), ("sent", False))
        # the second of three cannot be rendered
        cases = self.Return.union(*(self._ask(self._row(self.line, 1)) for _time in range(3)))
        send = type(self.env["mail.template"]).send_mail_batch

        def fail(template, res_ids, *args, **kwargs):
            if cases[1].id in res_ids:
                raise UserError("This one cannot be rendered")
            return send(template, res_ids, *args, **kwargs)

        with patch.object(type(self.env["mail.template"]), "send_mail_batch", fail), mute_logger("odoo.sql_db"):
            self._cron()
        self.assertEqual(cases.notice_ids.sorted("return_id").mapped("outcome"), ["sent", "failed", "sent"])
        self.assertEqual(cases[1].notice_ids.error, "This one cannot be rendered")

    def test_what_the_customer_keeps_is_approved_without_a_slip(self):
        case = self._ask(self._row(self.line, 1, disposition="customer_keeps"))
        case.action_approve()
        self._cron()
        mail = self._mails(case)
        self.assertFalse(mail.attachment_ids)
        self.assertIn("need not send anything back", self._words(mail))

    def test_the_queries_of_a_step_do_not_grow_with_the_set(self):
        counts = []
        for size in (1, 2, 20):
            orders = self._shipped((self.product, 1), invoice=False, count=size)
            cases = self._ask_each(orders.order_line, 1)
            self.env.flush_all()
            self.env.invalidate_all()
            cases.mapped("partner_id.email")
            before = self.env.cr.sql_log_count
            cases._tell_later("approved")
            counts.append(self.env.cr.sql_log_count - before)
        # the first of all fills the cache of names
        self.assertEqual(counts[1], counts[2], counts)

    def test_what_did_not_come_is_told_once(self):
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)
        for outcome, words in (("invoice", "is invoiced"), ("write_off", "need not send it any more")):
            with self.subTest(outcome=outcome):
                policy = self.env["order.return.policy"].create({"name": outcome, "advance_consequence": outcome})
                order = self._shipped((self.product, 5))
                row = self._row(order.order_line, 1, settlement="replacement", reason="defective", advance=True)
                case = self._ask(row)
                case.action_approve()
                self._deliver(order)
                self._cron()
                case.line_ids._set({"advance_until": "2020-01-01"})
                for _hour in range(2):
                    self.Return._cron_advance()
                    self._cron()
                self.assertEqual((case.state, case.line_ids.advance_outcome), ("settled", outcome))
                self.assertEqual(case.notice_ids.mapped("step").count("overdue"), 1)
                mail = self._mails(case)[-1]
                self.assertIn("did not come", mail.subject)
                self.assertIn(words, self._words(mail))
                self.assertIn("1 Units Test Goods", self._words(mail).replace("[TG-1] ", ""))
                self.assertEqual(self._told(case)[-1], "overdue")
                policy.action_archive()

    def test_nobody_writes_what_was_told(self):
        case = self._ask(self._row(self.line, 1))
        for user in ("processor", "manager"):
            with self.assertRaises(AccessError):
                self._as(user, case.notice_ids).write({"outcome": "sent"})
        with self.assertRaises(AccessError):
            self._as("stranger", case.notice_ids).read(["step"])
