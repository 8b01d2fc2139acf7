from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.order_processing.models.enquiry.working_hours import WorkingHours

from tests.common import ObservingCase

MONDAY = "2026-03-02 09:00:00"


class TestLog(ObservingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Desk", "tz": "UTC", "company_id": cls.company.id}
        )
        cls.kind = cls.env["order.enquiry.kind"].create(
            {"name": "Test kind", "answer_hours": 4, "solution_hours": 12, "company_id": cls.company.id}
        )
        cls._stock(cls.product, 100)
        cls.order = cls._make_order((cls.product, 5))
        cls.order.action_confirm()

    def _ask(self, moment=MONDAY, **vals):
        with freeze_time(moment):
            return self._as("processor", self.env["order.enquiry"]).create(
                {"order_id": self.order.id, "question": "Where is it?", "kind_id": self.kind.id, **vals}
            )

    def test_the_clock_runs_in_hours_of_work_while_it_is_our_turn(self):
        # Friday, one hour before the end of work
        enquiry = self._ask("2026-03-06 16:00:00")
        self.assertEqual(enquiry.due_at, datetime(2026, 3, 9, 11, 0))
        with freeze_time("2026-03-09 10:00:00"):
            enquiry.draft_answer = "Which of the two parcels?"
            enquiry.action_ask_back()
        self.assertEqual((enquiry.state, enquiry.answer_hours, enquiry.clock_hours), ("waiting_customer", 3, 3))
        self.assertFalse(enquiry.due_at or enquiry.clock_since or enquiry.draft_answer)
        with freeze_time("2026-03-11 08:00:00"):
            enquiry.action_wait_us()
        # nine hours are left, the days in between are the customer's
        self.assertEqual(enquiry.due_at, datetime(2026, 3, 12, 9, 0))
        with freeze_time("2026-03-11 10:00:00"):
            enquiry.action_answer("The second.")
        self.assertEqual((enquiry.answer_hours, enquiry.solution_hours), (3, 5))
        self.assertEqual(enquiry.solved_at, datetime(2026, 3, 11, 10, 0))
        with freeze_time("2026-03-12 08:00:00"):
            with self.assertRaisesRegex(UserError, "Write what is asked"):
                enquiry.action_ask_again()
            enquiry.asked_again = "And the first?"
            enquiry.action_ask_again()
        self.assertIn("And the first?", enquiry.message_ids[0].body)
        self.assertFalse(enquiry.asked_again)
        self.assertFalse(enquiry.solved_at)
        with freeze_time("2026-03-12 09:30:00"):
            enquiry.action_close()
        self.assertEqual((enquiry.answer_hours, enquiry.solution_hours), (3, 6.5))

    def test_hours_without_a_calendar_are_those_of_the_clock(self):
        self.company.resource_calendar_id = False
        first, last = datetime(2026, 3, 7), datetime(2026, 3, 8)
        hours = WorkingHours(self.company, first, last)
        self.assertEqual(hours.between(first, last), 24)
        self.assertEqual(hours.between(last, first), 0)
        self.assertEqual(hours.after(first, 6), datetime(2026, 3, 7, 6))

    def test_what_we_ask_does_not_run(self):
        enquiry = self._ask(asked_by_us=True)
        self.assertFalse(enquiry.clock_since or enquiry.due_at)
        enquiry.action_answer("Send the rest")
        self.assertFalse(enquiry.first_answer_at)

    def test_what_is_overdue_is_handed_over_once(self):
        self.kind.escalate_to_id = self.users["manager"]
        enquiry = self._ask()
        early = self._ask("2026-03-02 13:30:00")
        Enquiry = self.env["order.enquiry"]
        with freeze_time("2026-03-02 14:30:00"), patch.object(self.cr, "commit"):
            Enquiry._cron_escalate()
            Enquiry._cron_escalate()
            self.assertTrue(enquiry.overdue)
            self.assertIn(enquiry, Enquiry.search([("overdue", "=", True)]))
            self.assertNotIn(early, Enquiry.search([("overdue", "=", True)]))
        self.assertEqual(enquiry.activity_ids.user_id, self.users["manager"])
        self.assertEqual(len(enquiry.activity_ids), 1)
        self.assertFalse(early.activity_ids)
        self.assertIn(enquiry.id, self._events(self.order, "escalated").mapped("document_id"))
        enquiry.action_answer("Tomorrow")
        enquiry.action_reopen("It is not there")
        self.assertFalse(enquiry.escalated_at)

    def test_the_clock_is_written_by_the_acts_alone(self):
        enquiry = self._ask()
        for name in ("clock_since", "clock_hours", "due_at", "answer_hours", "escalated_at", "solved_at"):
            with self.assertRaises(UserError):
                enquiry.write({name: False if name.endswith("at") else 0})
        other = self.env["order.enquiry.kind"].create({"name": "Slow", "answer_hours": 8})
        with freeze_time("2026-03-02 10:00:00"):
            enquiry.kind_id = other
        self.assertEqual(enquiry.due_at, datetime(2026, 3, 3, 9, 0))

    def test_an_answer_is_drafted_from_what_is_so(self):
        template = self.env["order.enquiry.template"].create(
            {"name": "T", "body": "{customer}: {order} {state}, {open} left. {tracking}", "kind_id": self.kind.id}
        )
        enquiry = self._ask()
        with self.assertRaisesRegex(UserError, "Choose a template"):
            enquiry.action_draft()
        enquiry.answer_template_id = template
        enquiry.action_draft()
        self.assertEqual(
            enquiry.draft_answer, f"Test Customer: {self.order.name} Confirmed, 5 Units [TG-1] Test Goods left. -"
        )
        self.assertFalse(enquiry.draft_warning)
        self._deliver(self.order, {self.product: 2})
        enquiry.invalidate_recordset()
        self.assertIn(
            "Where it stands: “Confirmed” when the answer was drafted, “Partly shipped” now", enquiry.draft_warning
        )
        self.assertIn("3 Units", enquiry.draft_warning)
        enquiry.action_draft()
        self.assertFalse(enquiry.draft_warning)
        enquiry.action_give_answer()
        self.assertIn("3 Units", enquiry.answer)
        with self.assertRaisesRegex(ValidationError, "nothing is called {price}"):
            template.body = "{price}"
        for prepared in self.env["order.enquiry.template"].search([]):
            enquiry.action_reopen("Again") if enquiry.state == "answered" else None
            enquiry.answer_template_id = prepared
            enquiry.action_draft()
            self.assertNotIn("{", enquiry.draft_answer)

    def test_rights(self):
        enquiry = self._ask()
        for name in ("salesman", "integration", "accountant"):
            for act in ("action_draft", "action_ask_back", "action_wait_us", "action_close"):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    getattr(self._as(name, enquiry), act)()
        with self.assertRaises(AccessError):
            self._as("processor", self.kind).name = "Mine"
        foreign = self.env["order.enquiry.kind"].create({"name": "Theirs", "company_id": self.other_company.id})
        self.assertNotIn(foreign, self._as("processor", self.env["order.enquiry.kind"]).search([]))
        with self.assertRaises(ValidationError):
            self.kind.escalate_to_id = self.users["stranger"]

    def test_figures(self):
        carrier = self.env["delivery.carrier"].create(
            {"name": "Van", "product_id": self.service.id, "delivery_type": "fixed"}
        )
        self.order.carrier_id = carrier
        first, second = self._ask(cause="tracking", product_id=self.product.id), self._ask(cause="delay")
        self.assertEqual((first | second).carrier_id, carrier)
        rows = self.env["order.enquiry"]._read_group(
            [("id", "in", (first | second).ids)], ["kind_id", "cause"], ["__count"]
        )
        self.assertEqual(rows, [(self.kind, "delay", 1), (self.kind, "tracking", 1)])

    def test_a_question_may_be_about_several_orders(self):
        other = self._make_order((self.product, 1))
        enquiry = self._ask(more_order_ids=other.ids)
        action = self._as("processor", other).action_order_enquiries()
        self.assertEqual(self.env["order.enquiry"].search(action["domain"]), enquiry)
        self.assertEqual((self.order.order_enquiry_count, other.order_enquiry_count), (1, 1))

    def test_queries_do_not_grow_with_the_set(self):
        enquiries = self._as("processor", self.env["order.enquiry"]).create(
            [
                {"order_id": self.order.id, "question": str(number), "kind_id": self.kind.id, "draft_answer": "Yes"}
                for number in range(102)
            ]
        )

        def queries(found, act):
            self.env.flush_all()
            self.env["order.event"].flush_model()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            getattr(found, act)()
            self.env.flush_all()
            self.env["order.event"].flush_model()
            return self.cr.sql_log_count - start

        for act in ("action_wait_us", "action_give_answer"):
            queries(enquiries[0], act)
            # at most one statement more for what the ORM writes in hundreds
            self.assertLessEqual(queries(enquiries[2:], act) - queries(enquiries[1], act), 2)
