"""Who signs a day: a second person where the company wants one, set by managers alone and with a reason."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import ReconciliationCase


class TestSigning(ReconciliationCase):
    def _set(self, required, who="manager", reason="Four eyes"):
        return self._as(who, self.company).action_order_sign_second_person(required, reason=reason)

    def _drawn_by(self, who):
        answer = self._as(who, self.Statement).draft_day(self.day + timedelta(days=1), self.company.id)
        return self.Statement.browse(answer["id"])

    def _rows(self):
        self.env["order.event"].flush_model()
        return self.env["order.event"].search([("kind", "=", "signing_set"), ("company_id", "=", self.company.id)])

    def test_who_drew_a_day_does_not_sign_it(self):
        self._set(True)
        draft = self._drawn_by("manager")
        with self.assertRaisesRegex(UserError, "another manager"):
            self._as("manager", draft).action_sign()
        self._as("processor", draft).action_review()
        with self.assertRaisesRegex(UserError, "another manager"):
            self._as("manager", draft).action_sign()
        self.assertEqual(draft.state, "review")
        self._as("processor", draft).action_take_back(reason="Drawn again by a colleague")
        self._as("processor", draft).action_redraw()
        self.assertTrue(self._as("manager", draft).action_sign())

    def test_managers_set_it_with_a_reason_which_is_signed(self):
        self._set(True)
        [row] = self._rows()
        self.assertEqual((row.user_id, row.document_model), (self.users["manager"].id, "res.company"))
        self.assertIn("Four eyes", row.note)
        self.assertEqual(
            (self.company.order_sign_second_person, self.company.order_sign_by_id, self.company.order_sign_reason),
            (True, self.users["manager"], "Four eyes"),
        )
        self.assertTrue(self._set(True, reason="Again"))
        self.assertEqual(len(self._rows()), 1, "set so already")
        self._set(False, reason="One manager is ill")
        self.assertFalse(self.company.order_sign_second_person)
        self.assertEqual(len(self._rows()), 2)
        day = self._next_day()
        self.assertEqual(self._rows().order_statement_id, day)
        exported = day.export_canonical()
        self.assertIn("One manager is ill", exported)

    def test_nobody_sets_it_otherwise(self):
        for who in ("processor", "salesman", "accountant"):
            with self.subTest(who=who), self.assertRaises(AccessError):
                self._set(True, who)
        with self.assertRaises(AccessError):
            self._as("manager", self.other_company).action_order_sign_second_person(True, reason="Theirs")
        for reason in ("", "   ", None):
            with self.subTest(reason=reason), self.assertRaisesRegex(UserError, "reason is required"):
                self._set(True, reason=reason)
        with self.assertRaisesRegex(UserError, "true or false"):
            self._set("yes")
        for values in ({"order_sign_second_person": True}, {"order_sign_reason": "x"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.company.write(values)
        with self.assertRaises(UserError):
            self.env["res.company"].create({"name": "Another", "order_sign_second_person": True})
        made = self.env["res.company"].with_context(default_order_sign_second_person=True).create({"name": "Another"})
        self.assertFalse(made.order_sign_second_person)
        self.assertFalse(self._rows())

    def test_customers_do_not_read_why(self):
        self._set(True)
        names = ["order_sign_reason", "order_sign_by_id", "order_sign_at"]
        for who in ("portal", "salesman"):
            company = self._as(who, self.company)
            self.assertTrue(company.read(["name"]))
            for name in names:
                with self.subTest(who=who, name=name), self.assertRaises(AccessError):
                    company.read([name])
        self.assertEqual(self._as("processor", self.company).read(names)[0]["order_sign_reason"], "Four eyes")

    def test_the_screen_asks_why(self):
        desk = self._as("manager", self.env["reconciliation.signing"])
        with Form(desk) as form:
            self.assertFalse(form.second_person)
            form.second_person = True
            form.reason = "Our auditors ask for it"
        form.save().action_save()
        self.assertTrue(self.company.order_sign_second_person)
        again = desk.create({"company_id": self.company.id})
        self.assertTrue(again.second_person)
        self.assertEqual(again.set_reason, "Our auditors ask for it")
        with self.assertRaises(AccessError):
            self._as("processor", self.env["reconciliation.signing"]).create({"company_id": self.company.id})
