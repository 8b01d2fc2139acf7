from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import Form

from tests.discrepancy.sight import SightCase


class TestRules(SightCase):
    """Managers of the order desk, who may write no company, set what is told to whom; nobody else does."""

    def _set(self, user, company=None, **vals):
        Company = self.env(user=self.users[user])["res.company"]
        return call_kw(Company, "order_discrepancy_set_rules", [(company or self.company).ids, vals], {})

    def test_a_manager_sets_them_on_the_screen(self):
        with self.assertRaises(AccessError):
            self._as("manager", self.company).write({"order_alert_count": 7})
        self.company.order_escalate_days = 3
        screen = Form(self.env(user=self.users["manager"])["discrepancy.rules"])
        self.assertEqual(screen.order_escalate_days, 3)
        screen.order_alert_count = 7
        screen.order_escalate_to_id = self.users["manager"]
        screen.save().action_apply()
        self.assertEqual((self.company.order_alert_count, self.company.order_escalate_days), (7, 3))
        self.assertEqual(self.company.order_escalate_to_id, self.users["manager"])

    def test_nobody_else_does_and_no_company_but_ones_own(self):
        for user in ("processor", "salesman", "portal", "integration", "stranger"):
            with self.subTest(user), self.assertRaises(AccessError):
                self._set(user, order_alert_count=1)
        with self.assertRaises(AccessError):
            self.env(user=self.users["processor"])["discrepancy.rules"].create({})
        self.assertTrue(self._set("stranger", self.other_company, order_alert_count=1))
        self.assertEqual((self.other_company.order_alert_count, self.company.order_alert_count), (1, 0))

    def test_nothing_else_is_written_and_nobody_outside_gets_them(self):
        for vals, said in (
            ({"name": "Mine"}, "name"),
            ({"order_alert_count": -1}, "0 or more"),
            ({"order_alert_count": True}, "0 or more"),
            ({"order_escalate_days": "soon"}, "0 or more"),
            ({"order_escalate_to_id": self.users["stranger"].id}, "works there"),
            ({"order_escalate_to_id": self.users["portal"].id}, "works there"),
            ({"order_alert_count": 2**31}, "0 or more"),
            ({"order_escalate_to_id": True}, "one person"),
            ({"order_escalate_to_id": [self.users["manager"].id]}, "one person"),
            ({"order_escalate_to_id": "manager"}, "one person"),
            ({"order_escalate_to_id": -1}, "works there"),
            ("order_alert_count", "values by name"),
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, said):
                call_kw(
                    self.env(user=self.users["manager"])["res.company"],
                    "order_discrepancy_set_rules",
                    [self.company.ids, vals],
                    {},
                )

    def test_the_screen_is_of_ones_own_company_and_is_ones_own(self):
        Rules = self.env(user=self.users["manager"])["discrepancy.rules"]
        foreign = Rules.create({"company_id": self.other_company.id, "order_alert_count": 99})
        with self.assertRaises(AccessError):
            foreign.action_apply()
        with self.assertRaises(AccessError):
            Rules.with_context(allowed_company_ids=self.other_company.ids).create({"order_alert_count": 99})
        mine = Rules.create({"order_alert_count": 98})
        with self.assertRaises(AccessError):
            mine.with_user(self.users["stranger"]).action_apply()
        for user in ("processor", "salesman", "accountant", "portal"):
            with self.subTest(user), self.assertRaises(AccessError):
                call_kw(self.env(user=self.users[user])["discrepancy.rules"], "action_apply", [mine.ids], {})
        self.assertNotIn(98, (self.company | self.other_company).mapped("order_alert_count"))
        self.assertNotIn(99, (self.company | self.other_company).mapped("order_alert_count"))

    def test_many_are_closed_with_little_more_than_one(self):
        """Closing a set writes its history in one go: no row of tracked values for each."""
        records = self._found(62)
        self._as("processor", records[:1]).action_resolve(reason="As agreed")
        one = self._queries(lambda: self._as("processor", records[1:2]).action_resolve(reason="As agreed"))
        many = self._queries(lambda: self._as("processor", records[2:]).action_resolve(reason="As agreed"))
        print(f"\nclosing: 1 {one}, 60 {many} queries")
        self.assertLessEqual(many, one + 5)
        self.assertFalse(records.message_ids.tracking_value_ids)
