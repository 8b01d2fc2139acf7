"""A day in review, and a closing that is moved for one night."""

from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .common import ReconciliationCase


class TestReview(ReconciliationCase):
    def _draft(self):
        return self._next_day(sign=False)

    def test_a_draft_is_laid_before_the_managers_and_signed(self):
        draft = self._draft()
        self._as("processor", draft).action_review()
        self.assertEqual((draft.state, draft.review_by_id), ("review", self.users["processor"]))
        self.assertIn(self.users["manager"], draft.activity_ids.user_id)
        many = len(draft.activity_ids)
        self.assertTrue(self._as("processor", draft).action_review(), "a second time is once")
        self.assertEqual(len(draft.activity_ids), many)
        answer = self._as("manager", draft).action_sign()
        self.assertEqual((answer[0]["state"], draft.activity_ids.ids), ("signed", []))
        self.assertTrue(self.Statement.verify_chain(self.company.id)["ok"])
        self.env.cr.execute(
            "UPDATE order_reconciliation SET review_at = review_at - interval '1 day' WHERE id = %s", [draft.id]
        )
        self.env.invalidate_all()
        self.assertFalse(self.Statement.verify_chain(self.company.id)["ok"], "who sent it and when is signed")

    def test_what_is_entered_during_the_review_is_the_next_days(self):
        draft = self._draft()
        draft.action_review()
        order = self._confirmed((self.product, 5))
        self.env.flush_all()
        self.assertGreater(draft.since_cut_count, 0)
        for act in (draft.action_redraw, lambda: self.Statement.draft_day(draft.date, self.company.id), draft.unlink):
            with self.assertRaisesRegex(UserError, "in review, sent by"):
                act()
        draft.action_sign()
        self.assertNotIn(order.id, draft.line_ids.mapped("order_number"))
        following = self._next_day()
        self.assertIn(order.id, following.line_ids.mapped("order_number"))
        self._assert_proven(following)

    def test_a_day_in_review_is_taken_back_with_a_reason_and_drawn_again(self):
        draft = self._draft()
        self._as("processor", draft).action_review()
        with self.assertRaisesRegex(UserError, "reason"):
            self._as("manager", draft).action_take_back()
        self._as("manager", draft).action_take_back(reason="The last parcels are missing")
        self.assertEqual((draft.state, draft.review_by_id.ids, draft.review_at), ("draft", [], False))
        self.assertIn("The last parcels are missing", draft.message_ids[0].body)
        order = self._confirmed((self.product, 5))
        draft.action_redraw()
        self.assertIn(order.id, draft.line_ids.mapped("order_number"))
        draft.action_sign()
        with self.assertRaises(UserError):
            draft.action_take_back(reason="Too late")

    def test_explanations_and_remarks_are_written_in_review(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        draft = self._draft()
        draft.action_review()
        self._as("processor", draft).explain_checks({"*": "Invoiced monthly"})
        self._as("manager", draft).note = "Seen"
        self.env.flush_all()
        self.assertEqual((draft.to_explain_count, draft.note), (0, "Seen"))

    def test_an_earlier_day_in_review_holds_up_the_later_signature(self):
        first = self._draft()
        second = self._draft()
        first.action_review()
        with self.assertRaisesRegex(UserError, "before"):
            second.action_sign()
        (first | second).action_sign()
        self.assertEqual(second.number, first.number + 1)

    def test_who_may(self):
        draft = self._draft()
        for name in ("salesman", "integration", "portal", "stranger"):
            for act in ("action_review", "action_take_back"):
                with self.subTest(user=name, act=act), self.assertRaises(AccessError):
                    getattr(self._as(name, draft), act)(reason="Mine")
        self._as("processor", draft).action_review()
        with self.assertRaises(AccessError):
            self._as("processor", draft).action_sign()
        for vals in ({"state": "draft"}, {"review_by_id": 2}, {"review_at": False}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self._as("manager", draft).write(vals)

    def test_the_wizard_asks_why(self):
        draft = self._draft()
        draft.action_review()
        wizard = self._as("processor", self.env["reconciliation.take.back"]).with_context(active_id=draft.id)
        wizard.create({"reason": "Late parcels"}).action_take_back()
        self.assertEqual(draft.state, "draft")

    def test_the_desk_and_programs_see_it_as_open(self):
        draft = self._draft()
        draft.action_review()
        answer = self._as("integration", self.env["order.processing"]).reconciliation(date=str(draft.date))
        self.assertEqual((answer["state"], answer["final"]), ("review", False))


class TestCutoff(ReconciliationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_tz = "UTC"
        cls.company.order_closing_hour = 18
        cls.today = datetime(2026, 3, 10)

    def _move(self, closing, day=None, user="manager", reason="The ship comes late"):
        return self._as(user, self.env["order.reconciliation.cutoff"]).create(
            {
                "company_id": self.company.id,
                "date": (day or self.today).date(),
                "closing": closing,
                "reason": reason,
            }
        )

    def _due(self, hours):
        with freeze_time(self.today + timedelta(hours=hours)):
            return self.Statement._due_day(self.company)

    def test_one_day_closes_later_and_the_others_as_ever(self):
        self._move(self.today + timedelta(hours=26))
        self.assertFalse(self._due(19), "the usual hour does not count")
        self.assertFalse(self._due(25.5))
        self.assertEqual(self._due(26.5), self.today.date(), "in the night after it is drawn under its own day")
        with freeze_time(self.today + timedelta(hours=26.5)):
            self.Statement._draw_at_closing(self.company)
        statement = self.Statement.search([("company_id", "=", self.company.id), ("date", "=", self.today.date())])
        self.assertEqual(
            (statement.cutoff_at, statement.cutoff_reason, statement.cutoff_by_id),
            (self.today + timedelta(hours=26), "The ship comes late", self.users["manager"]),
        )
        self.assertFalse(self._due(27))
        self.assertEqual(self._due(24 + 18), (self.today + timedelta(days=1)).date())
        with freeze_time(self.today + timedelta(hours=27)):
            statement.action_sign()
        self.assertTrue(self.Statement.verify_chain(self.company.id)["ok"])
        self.env.cr.execute("UPDATE order_reconciliation SET cutoff_reason = 'No' WHERE id = %s", [statement.id])
        self.env.invalidate_all()
        self.assertFalse(self.Statement.verify_chain(self.company.id)["ok"], "the reason is signed")

    def test_one_day_closes_earlier(self):
        self.assertFalse(self._due(13))
        self._move(self.today + timedelta(hours=12))
        self.assertEqual(self._due(13), self.today.date())

    def test_a_day_is_not_moved_without_a_reason_or_far_away_or_twice(self):
        with self.assertRaises(ValidationError):
            self._move(self.today + timedelta(hours=20), reason="  ")
        for hours in (-1, 42, 49):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self._move(self.today + timedelta(hours=hours))
        self._move(self.today + timedelta(hours=20))
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._move(self.today + timedelta(hours=21))

    def test_days_close_in_their_order(self):
        """A day that closed after the next one would never be drawn."""
        self._move(self.today + timedelta(hours=30))
        following = self.today + timedelta(days=1)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self._move(self.today + timedelta(hours=29), day=following)
        # where the company's hour is set earlier meanwhile, the one that waits is still drawn first
        self.company.order_closing_hour = 5
        self.assertFalse(self._due(29.5))
        self.assertEqual(self._due(30.5), self.today.date())
        wizard = self.env["reconciliation.draw"]
        with freeze_time(self.today + timedelta(hours=24.5)):
            self.assertEqual(wizard.create({"company_id": self.company.id}).date, self.today.date())
        with freeze_time(self.today + timedelta(hours=30.5)):
            self.Statement._draw_at_closing(self.company)
            self.assertEqual(wizard.create({"company_id": self.company.id}).date, following.date())
        self.assertEqual(self._due(31), following.date())

    def test_what_is_drawn_is_not_moved(self):
        moved = self._move(self.today + timedelta(hours=20))
        self._draw(self.today.date())
        for act in (lambda: moved.write({"reason": "Another"}), moved.unlink,
                    lambda: self._move(self.today, day=self.today - timedelta(days=1))):  # fmt: skip
            with self.assertRaisesRegex(UserError, "drawn already"):
                act()

    def test_who_may(self):
        for name in ("processor", "salesman", "integration", "stranger"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._move(self.today + timedelta(hours=20), user=name)
        moved = self._move(self.today + timedelta(hours=20))
        self.assertTrue(self._as("processor", moved).read(["reason"]))
        with self.assertRaises(AccessError):
            self._as("processor", moved).write({"reason": "x"})
        with self.assertRaises(AccessError):
            self._as("stranger", moved).read(["reason"])

    def test_explanations_and_remarks_go_on_in_a_new_revision(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        draft = self._next_day(sign=False)
        self._as("processor", draft).explain_checks({"not_invoiced": "Fetched late"})
        self._as("processor", draft).note = "Quiet"
        draft.action_sign()
        draft.action_reopen(reason="Late")
        again = self.Statement.search([("company_id", "=", self.company.id), ("state", "=", "draft")])
        for _time in range(2):
            check = again.check_ids.filtered(lambda found: found.code == "not_invoiced")
            self.assertEqual((check.explanation, check.explained_by_id), ("Fetched late", self.users["processor"]))
            self.assertEqual(again.note, "Quiet")
            again.action_redraw()
        self.assertEqual(draft.check_ids.filtered("explanation").explanation, "Fetched late")
