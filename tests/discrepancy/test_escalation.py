from unittest.mock import patch

from odoo.tests import new_test_user

from tests.discrepancy.sight import SightCase


class TestEscalation(SightCase):
    """Overdue records go to whom the kind names, then to whom the company names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.last = (
            new_test_user(cls.env, login=login, groups="base.group_user,order_processing.group_manager")
            for login in ("escalation_first", "escalation_last")
        )
        cls.company.order_escalate_to_id = cls.last
        cls.company.order_escalate_days = 1

    def _setting(self, **vals):
        return self.env["order.discrepancy.setting"].create(
            {"kind": "shipped_not_invoiced", "company_id": self.company.id, **vals}
        )

    def _run(self):
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0):
            self.Discrepancy._cron_escalate()

    def test_nobody_is_asked_before_the_day_has_passed(self):
        record = self._found()
        for days, owner in ((0, self.desk), (1, self.desk), (2, self.last)):
            self._overdue(record, days)
            self._run()
            self.assertEqual(record.owner_id, owner, days)

    def test_it_is_logged_and_the_person_has_the_activity(self):
        record = self._found()
        self._overdue(record, 3)
        self._run()
        self.assertEqual(record.owner_id, self.last)
        self.assertTrue(record.escalated_at)
        self.assertIn(f"escalated from {self.desk.name} to {self.last.name}", record.message_ids[0].body)
        event = self._events(record.order_id, "escalated")
        self.assertEqual((event.document_id, event.reason), (record.id, "shipped_not_invoiced"))
        activity = self._activities(record.order_id)
        self.assertEqual((activity.user_id, activity.date_deadline), (self.last, record.due))

    def test_each_level_once_the_kinds_person_before_the_companys(self):
        self._setting(escalate_to_id=self.first.id, escalate_days=2)
        record = self._found()
        for days, owner, told in (
            (2, self.desk, 0),
            (3, self.first, 1),
            (3, self.first, 1),
            (4, self.last, 2),
            (9, self.last, 2),
        ):
            self._overdue(record, days)
            self._run()
            self.assertEqual(record.owner_id, owner, days)
            self.assertEqual(len(self._events(record.order_id, "escalated")), told, days)
        record.owner_id = self.desk
        self._run()
        self.assertEqual(record.owner_id, self.desk, "once a level")

    def test_after_a_silence_the_highest_level_is_taken_at_once(self):
        self._setting(escalate_to_id=self.first.id)
        record = self._found()
        self._overdue(record, 20)
        self._run()
        self.assertEqual(record.owner_id, self.last)
        self.assertEqual(len(self._events(record.order_id, "escalated")), 1)

    def test_the_most_special_setting_counts_and_who_left_does_not(self):
        self._setting(escalate_to_id=self.last.id)
        special = self._setting(escalate_to_id=self.first.id, partner_id=self.customer.id)
        record = self._found()
        self._overdue(record, 1)
        self._run()
        self.assertEqual(record.owner_id, self.first)
        special.escalate_to_id = False
        other = self._found()
        self._overdue(other, 1)
        self._run()
        self.assertEqual(other.owner_id, self.desk, "the special one counts whole: the company's, a day later")
        special.escalate_to_id = self.first
        self.first.active = False
        self._overdue(other, 2)
        self._run()
        self.assertEqual(other.owner_id, self.last)

    def test_closed_ones_stay_and_what_comes_back_begins_anew(self):
        record = self._found()
        self._overdue(record, 5)
        self._as("processor", record).action_resolve(reason="Seen")
        self._run()
        self.assertEqual(record.owner_id, self.desk)
        self._sweep(record.order_id)
        self.assertEqual(record.state, "open")
        self._overdue(record, 5)
        self._run()
        self.assertEqual((record.owner_id, record.escalation_level), (self.last, 2))
        self._as("processor", record).action_resolve(reason="Seen")
        self._sweep(record.order_id)
        self.assertEqual((record.state, record.escalation_level), ("open", 0))

    def test_the_alert_goes_along(self):
        self.company.order_alert_count = 3
        orders = self._uninvoiced(4)
        self._sweep(orders)
        records = orders.order_discrepancy_ids
        self._overdue(records, 3)
        self._run()
        alert = records.alert_id
        self.assertEqual((alert.owner_id, records.owner_id), (self.last, self.last))
        self.assertEqual(self._activities(alert).user_id, self.last)
        self.assertFalse(self._activities(orders))

    def test_nobody_named_and_controls_off_leave_all_as_it_is(self):
        record = self._found()
        self._overdue(record, 9)
        self.company.order_escalate_to_id = False
        self._run()
        self.assertEqual(record.owner_id, self.desk)
        self.company.order_escalate_to_id = self.users["stranger"]
        self._run()
        self.assertEqual(record.owner_id, self.desk, "has no access to the company")
        self.company.order_escalate_to_id = self.last
        self.company.action_order_control_off(reason="Test")
        self._run()
        self.assertEqual(record.owner_id, self.desk)

    def test_the_same_queries_for_one_and_for_a_hundred(self):
        orders = self._uninvoiced(102)
        self._sweep(orders)
        records = orders.order_discrepancy_ids

        def queries(some):
            self._overdue(some, 5)
            spent = self._queries(lambda: some.sudo()._escalate(2, self.last))
            self.assertEqual(some.owner_id, self.last)
            return spent

        queries(records[:1])
        one = queries(records[1:2])
        self.assertLessEqual(queries(records[2:]), one + 2)

    def test_the_setting_says_it_in_words(self):
        setting = self._setting()
        self.assertEqual(setting.escalation_text, f"To {self.last.name}")
        setting.write({"escalate_to_id": self.first.id, "escalate_days": 4})
        self.assertEqual(setting.escalation_text, f"To {self.first.name} after 4 days")
