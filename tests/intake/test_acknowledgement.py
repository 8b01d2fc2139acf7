"""What was accepted, changed or refused, line by line against what was sent: by mail, in the portal, in the contract."""

from datetime import timedelta

from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tools import mute_logger

from odoo.addons.order_processing.models.common.business_day import business_day

from tests.common import OrderCase
from tests.intake.common import IntakeMixin


class TestAcknowledgement(IntakeMixin, OrderCase):
    def _told(self, reference, source="shop", user="integration"):
        contract = self._as(user, self.env["order.processing"])
        return contract.acknowledgements(references=[reference], source=source)[0]

    def _codes(self, reference):
        return {line["line"]: line["codes"] for line in self._told(reference)["lines"]}

    def _lines(self, reference, *lines, **vals):
        order = self._order(reference, **vals)
        order["lines"] = [{"line": mark, "product": code, "quantity": 2, "price": 10.0} for mark, code in lines]
        answer = self._submit(order)[0]
        self.assertTrue(answer["ok"], answer)
        return self.env["sale.order"].browse(answer["order_id"])

    def _want(self, kind):
        self.customer.with_company(self.company).order_acknowledgement = kind

    def _cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("order_processing.cron_acknowledge").method_direct_trigger()
        self.env.invalidate_all()

    def _mails(self, order):
        return self.env["mail.mail"].search(
            [("model", "=", "order.intake"), ("res_id", "in", order.intake_id.ids)], order="id"
        )

    def test_each_line_has_its_codes_and_both_values(self):
        order = self._lines("A-1", *((str(n), "TG-1") for n in range(1, 6)))
        self.assertEqual(self._told("A-1")["result"], "accepted")
        lines = {line.order_sender_line: line for line in order.order_line}
        lines["2"].product_uom_qty = 3
        lines["3"].write({"price_unit": 12, "product_uom_qty": 1})
        lines["4"].unlink()
        lines["5"].product_id = self.other_product
        self.env["sale.order.line"].create({"order_id": order.id, "product_id": self.service.id})
        told = self._told("A-1")
        self.assertEqual((told["ok"], told["code"], told["result"]), (True, "accepted", "changed"))
        codes = self._codes("A-1")
        self.assertIn("changed_product", codes.pop("5"))
        self.assertEqual(
            codes,
            {
                "1": ["accepted"],
                "2": ["changed_quantity"],
                "3": ["changed_quantity", "changed_price"],
                "4": ["refused"],
                "": ["added"],
            },
        )
        third = told["lines"][2]
        self.assertEqual(
            (third["sent_quantity"], third["quantity"], third["sent_price"], third["price"]), (2, 1, 10, 12)
        )

    def test_a_promise_after_the_wished_day_is_a_changed_date(self):
        day = business_day(self.company) + timedelta(days=10)
        order = self._lines("A-2", ("1", "TG-1"), ("2", "TG-2"), wished_date=str(day))
        self.assertEqual(self._codes("A-2"), {"1": ["accepted"], "2": ["accepted"]})
        order.order_line[1].order_promise_date = day + timedelta(days=1)
        self.assertEqual(self._codes("A-2"), {"1": ["accepted"], "2": ["changed_date"]})
        line = self._told("A-2")["lines"][1]
        self.assertEqual((line["wished_date"], line["promise_date"]), (str(day), str(day + timedelta(days=1))))

    def test_a_refused_order_tells_its_errors_and_a_cancelled_one_all_lines(self):
        self._submit(self._order("A-3", product="NOPE"))
        told = self._told("A-3")
        self.assertEqual((told["ok"], told["code"], told["result"]), (False, "invalid", "refused"))
        self.assertEqual(told["errors"][0]["path"], "lines[0].product")
        self.assertEqual(told["lines"][0]["codes"], ["refused"])
        self.assertTrue(told["lines"][0]["message"])
        odd = {**self._order("A-3b"), "lines": ["junk", {"product": "TG-1", "quantity": 1}]}
        self._submit(odd)
        lines = self._told("A-3b")["lines"]
        self.assertEqual(
            [(line["sent_product"], bool(line["message"])) for line in lines], [("junk", True), ("TG-1", False)]
        )
        order = self._lines("A-4", ("1", "TG-1"))
        order._action_cancel()
        self.assertEqual(self._told("A-4")["result"], "refused")
        self.assertEqual(self._told("NOBODY")["code"], "not_found")

    def test_a_customers_own_code_is_no_change(self):
        self.env["order.customer.code"].create(
            {"partner_id": self.customer.id, "code": "THEIRS", "product_id": self.product.id}
        )
        self._lines("A-5", ("1", "theirs"))
        self.assertEqual(self._codes("A-5"), {"1": ["accepted"]})

    def test_nothing_is_sent_by_itself_unless_so_agreed(self):
        made = {}
        for kind in (False, "never", "review", "differences", "always"):
            customer = self._make_customer(f"Wants {kind}", ref=f"W-{kind}")
            customer.with_company(self.company).order_acknowledgement = kind
            made[kind] = self._lines(f"A-{kind}", ("1", "TG-1"), customer=f"W-{kind}")
        changed = self._lines("A-changed", ("1", "TG-1"), customer="W-differences")
        changed.order_line.product_uom_qty = 1
        self._cron()
        self.assertEqual([kind for kind, order in made.items() if self._mails(order)], ["always"])
        self.assertEqual(len(self._mails(changed)), 1)
        self.assertFalse(self.env["order.intake"].search([("acknowledgement_state", "=", "to_send")]))

    def test_the_profile_says_what_the_customer_does_not(self):
        self.env["order.intake.profile"].create({"source": "shop", "acknowledgement": "always"})
        order = self._lines("A-6", ("1", "TG-1"))
        self._want("never")
        other = self._lines("A-7", ("1", "TG-1"))
        self.assertEqual(
            (order.intake_id.acknowledgement_state, other.intake_id.acknowledgement_state), ("to_send", False)
        )
        answer = self._submit(self._order("A-8", product="NOPE"), dry_run=True)[0]
        self.assertFalse(self.env["order.intake"].search([("reference", "=", "A-8")]), answer)

    def test_what_is_agreed_with_one_company_binds_no_other_and_holds_for_all_contacts(self):
        self.customer.with_company(self.other_company).order_acknowledgement = "always"
        self.assertFalse(self._lines("A-c1", ("1", "TG-1")).intake_id.acknowledgement_state)
        self._want("always")
        branch = self.env["res.partner"].create({"name": "Branch", "parent_id": self.customer.id, "ref": "BRANCH"})
        order = self._lines("A-c2", ("1", "TG-1"), customer="BRANCH")
        self.assertEqual((order.partner_id, order.intake_id.acknowledgement_state), (branch, "to_send"))

    def test_a_trial_queues_nothing(self):
        self._want("always")
        triggers = self.env["ir.cron.trigger"].search_count([])
        self.assertTrue(self._submit(self._order("A-dry"), dry_run=True)[0]["ok"])
        self.assertEqual(self.env["ir.cron.trigger"].search_count([]), triggers)

    def test_sent_once_per_content_and_written_down(self):
        order = self._lines("A-9", ("1", "TG-1"))
        desk = self._as("processor", order)
        desk.action_acknowledge()
        desk.action_acknowledge()
        mail = self._mails(order)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn("as ordered", mail.body_html)
        intake = order.intake_id
        self.assertEqual(intake.acknowledgement_sent_by_id, self.users["processor"])
        self.assertTrue(order.order_acknowledged_at)
        self.assertTrue(any("Acknowledgement sent" in (note.body or "") for note in order.message_ids))
        order.order_line.product_uom_qty = 1
        desk.action_acknowledge()
        self.assertEqual(len(self._mails(order)), 2)
        self.assertIn("quantity changed", self._mails(order)[1].body_html)

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        order = self._lines("A-10", ("1", "TG-1"), wished_date=str(business_day(self.company) + timedelta(days=40)))
        self._as("processor", order).action_acknowledge()
        self.assertIn("10,00", self._mails(order).body_html)

    def test_what_cannot_be_sent_keeps_its_reason_and_stops_nobody(self):
        self._want("always")
        good = self._lines("A-11", ("1", "TG-1"))
        silent = self._make_customer("Silent", email=False, ref="SILENT")
        silent.with_company(self.company).order_acknowledgement = "always"
        bad = self._lines("A-12", ("1", "TG-1"), customer="SILENT")
        self._cron()
        self.assertEqual((len(self._mails(good)), len(self._mails(bad))), (1, 0))
        self.assertEqual(bad.intake_id.acknowledgement_state, "failed")
        self.assertIn("e-mail", bad.order_acknowledgement_problem)
        with self.assertRaisesRegex(UserError, "e-mail"):
            self._as("processor", bad).action_acknowledge()
        mail = self._mails(good)
        mail.write({"state": "exception", "failure_reason": "Mailbox full"})
        self.assertEqual(good.order_acknowledgement_problem, "Mailbox full")

    @mute_logger("odoo.addons.mail.models.mail_template")
    def test_one_that_cannot_be_written_does_not_stop_the_others(self):
        orders = [self._lines(f"A-2{n}", ("1", "TG-1")) for n in range(2)]
        template = self.env.ref("order_processing.mail_template_acknowledgement")
        template.body_html = "<p t-out=\"1 / (0 if object.reference == 'A-20' else 1)\"/>"
        intakes = orders[0].intake_id | orders[1].intake_id
        answers = intakes._acknowledge()
        self.assertEqual([answer["code"] for answer in answers], ["failed", "sent"], answers)
        self.assertTrue(intakes[0].acknowledgement_error)

    def test_a_refusal_goes_to_the_address_that_was_sent(self):
        customer = {"name": "Newcomer", "email": "new@test.example.com"}
        answer = self._submit(self._order("A-13", product="NOPE", customer=customer))[0]
        intake = self._as("processor", self.env["order.intake"]).browse(answer["intake_id"])
        intake.action_acknowledge()
        mail = self.env["mail.mail"].search([("model", "=", "order.intake"), ("res_id", "=", intake.id)])
        self.assertEqual(mail.email_to, "new@test.example.com")
        self.assertIn("refused", mail.body_html)

    def test_rights(self):
        order = self._lines("A-14", ("1", "TG-1"))
        for user in ("salesman", "integration", "portal"):
            with self.assertRaises(AccessError):
                self._as(user, order).action_acknowledge()
        with self.assertRaises(UserError):
            self._as("processor", order.intake_id).write({"acknowledgement_state": "sent"})
        by_hand = self._make_order()
        with self.assertRaisesRegex(UserError, "by hand"):
            self._as("processor", by_hand).action_acknowledge()

    def test_the_portal_shows_it_once_the_customer_is_told(self):
        order = self._lines("A-15", ("1", "TG-1"))
        self.assertFalse(order._acknowledgement_portal())
        self._as("processor", order).action_acknowledge()
        self.assertIn("as ordered", str(order._acknowledgement_portal()))
        self._want("never")
        order.intake_id.invalidate_recordset()
        self.assertFalse(order._acknowledgement_portal())
        self._want("differences")
        other = self._lines("A-16", ("1", "TG-1"))
        self.assertFalse(other._acknowledgement_portal())
        other.order_line.product_uom_qty = 1
        self.assertIn("quantity changed", str(other._acknowledgement_portal()))

    def test_queries_do_not_grow_with_the_set(self):
        counts = []
        for size in (2, 20):
            wished = str(business_day(self.company) + timedelta(days=40))
            orders = [self._order(f"Q-{size}-{n}", wished_date=wished) for n in range(size)]
            answers = self._submit(*orders)
            ids = [answer["intake_id"] for answer in answers]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["order.intake"].browse(ids)._acknowledgements()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1, counts)

    def test_a_refusal_says_in_words_where_something_is_wrong(self):
        answer = self._submit(
            {
                **self._order("W-1", product="NOPE"),
                "ship_to": {"name": "Yard", "street": "1 Road", "city": "Nowhere", "country": "XX"},
                "charges": [{"type": "gift", "amount": 1}],
                "colour": "red",
            }
        )[0]
        intake = self.env["order.intake"].browse(answer["intake_id"])
        paths = {error["path"] for error in answer["errors"]}
        self.assertLessEqual({"ship_to.country", "charges[0].type", "colour", "lines[0].product"}, paths)
        html = intake.acknowledgement_html
        for words in ("Deliver to, Country: ", "Charge 1, Kind: ", "Colour: "):
            self.assertIn(words, html)
        for path in ("charges[", "lines[", "ship_to.country"):
            self.assertNotIn(path, html)

    def test_a_reason_stands_at_its_line_where_another_was_taken_out(self):
        order = self._order("W-2")
        order["lines"] = [
            {"line": "A", "product": "GONE", "quantity": 1},
            {"line": "B", "product": "NOPE", "quantity": 1},
        ]
        intake = self._as("processor", self.env["order.intake"]).browse(self._submit(order)[0]["intake_id"])
        mend = intake.env["order.intake.mend"].browse(intake.action_mend()["res_id"])
        mend.line_ids.sorted("place")[0].unlink()
        mend.action_resubmit()
        self.assertEqual(intake.state, "rejected")
        lines = {line["line"]: line["message"] for line in self._told("W-2")["lines"]}
        self.assertFalse(lines["A"], "nothing is wrong with it any more")
        self.assertIn("No product", lines["B"])

    def _failing(self, error, *references):
        """Sending fails with ``error`` as long as one of ``references`` is among what is sent; emptied it works."""
        Intake = type(self.env["order.intake"])
        make, broken = Intake._acknowledgement_make, set(references)

        def failing(intakes, ready, told, recipients):
            if broken & {intake.reference for intake in ready}:
                raise error
            return make(intakes, ready, told, recipients)

        self.patch(Intake, "_acknowledgement_make", failing)
        return broken

    @mute_logger("odoo.addons.order_processing.models.intake.order_intake_acknowledge")
    def test_an_unexpected_failure_spoils_no_other_and_is_tried_again(self):
        self._want("always")
        orders = [self._lines(f"A-3{n}", ("1", "TG-1")) for n in range(3)]
        broken = self._failing(KeyError("no such thing"), "A-31")
        self._cron()
        self.assertEqual([len(self._mails(order)) for order in orders], [1, 0, 1])
        intake = orders[1].intake_id
        self.assertEqual(intake.acknowledgement_state, "failed")
        self.assertIn("no such thing", self._as("processor", orders[1]).order_acknowledgement_problem)
        self.assertTrue(intake.acknowledgement_again_at)
        broken.clear()
        self._cron()
        self.assertFalse(self._mails(orders[1]), "not at once: what is broken stays so for a while")
        intake._transition_write({"acknowledgement_again_at": intake.acknowledgement_again_at - timedelta(hours=2)})
        self._cron()
        self.assertEqual([len(self._mails(order)) for order in orders], [1, 1, 1])
        self.assertFalse(intake.acknowledgement_problem or intake.acknowledgement_again_at)

    def test_a_concurrency_error_goes_up(self):
        self._want("always")
        orders = [self._lines(f"A-4{n}", ("1", "TG-1")) for n in range(2)]
        self._failing(ConcurrencyError("busy"), "A-40")
        intakes = orders[0].intake_id | orders[1].intake_id
        with self.assertRaises(ConcurrencyError):
            intakes._acknowledge_each()
        self.assertEqual({order.intake_id.acknowledgement_state for order in orders}, {"to_send"})

    def _amended(self, reference, quantity, **vals):
        """The order sent again with one line of ``quantity``."""
        order = self._order(reference, quantity=quantity, replace=True, **vals)
        answer = self._submit(order)[0]
        self.assertTrue(answer["ok"], answer)

    def test_who_was_told_of_a_difference_is_told_that_it_is_gone(self):
        self._want("differences")
        order = self._lines("A-50", ("1", "TG-1"))
        order.order_line.product_uom_qty = 1
        self._cron()
        self.assertEqual(len(self._mails(order)), 1)
        self._amended("A-50", 1)
        self._cron()
        self.assertEqual(len(self._mails(order)), 2)
        self.assertIn("as ordered", self._mails(order)[1].body_html)
        self._amended("A-50", 3)
        self._cron()
        self.assertEqual(len(self._mails(order)), 2, "who knows that there is none is not told at each change")

    def test_who_was_told_of_a_refusal_is_told_of_the_entry(self):
        self._want("differences")
        answer = self._submit(self._order("A-51", product="NOPE"))[0]
        self._cron()
        self.assertTrue(self._submit(self._order("A-51"))[0]["ok"])
        self._cron()
        intake = self.env["order.intake"].browse(answer["intake_id"])
        mails = self.env["mail.mail"].search([("model", "=", "order.intake"), ("res_id", "=", intake.id)], order="id")
        self.assertEqual(["refused" in mail.body_html for mail in mails], [True, False])

    def test_what_the_desk_told_without_need_is_no_difference(self):
        self._want("differences")
        order = self._lines("A-52", ("1", "TG-1"))
        self._as("processor", order).action_acknowledge()
        self._amended("A-52", 3)
        self._cron()
        self.assertEqual(len(self._mails(order)), 1)
