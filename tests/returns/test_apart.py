"""What crons do to cases: one that refuses holds up no other, says so once, and is tried again."""

from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError

from .common import ReturnCase


class TestApart(ReturnCase):
    def setUp(self):
        super().setUp()
        # a cron commits, which a test may not
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)

    def _today(self):
        return self.Return._document_day(self.company)

    def _told(self, case, words):
        return sum(words in (body or "") for body in case.message_ids.mapped("body"))

    def _settled(self, number):
        """Settled cases that the next look at their documents closes."""
        cases = self.Return
        for _place in range(number):
            case = self._ask(self._row(self._shipped((self.product, 2)).order_line, 1))
            self._process(case)
            cases |= case
        self.assertEqual(set(cases.mapped("state")), {"settled"})
        return cases

    def _refuses(self, case, name, error):
        """``_transition`` of ``name`` raises ``error`` for every set in which ``case`` is."""
        Case = type(self.env["order.return"])
        plain = Case._transition

        def refused(some, act, *args, **kwargs):
            if act == name and case in some:
                raise error
            return plain(some, act, *args, **kwargs)

        return patch.object(Case, "_transition", refused)

    def test_one_case_that_cannot_follow_holds_up_no_other(self):
        cases = self._settled(3)
        with self._refuses(cases[1], "close", UserError("The month is locked")):
            self.Return._cron_follow()
            self.assertEqual(cases.mapped("state"), ["closed", "settled", "closed"])
            self.Return._cron_follow()
        self.assertEqual(self._told(cases[1], "The month is locked"), 1, "told once")
        self.assertIn("The month is locked", cases[1].held_up_why)
        with self._refuses(cases[1], "close", UserError("The year is locked")):
            self.Return._cron_follow()
        self.assertEqual(self._told(cases[1], "The year is locked"), 1, "another reason is told too")
        self.Return._cron_follow()
        self.assertEqual((cases[1].state, cases[1].held_up_why), ("closed", ""), "tried again")

    def test_an_error_of_concurrency_goes_up(self):
        cases = self._settled(2)
        with self._refuses(cases[1], "close", SerializationFailure()), self.assertRaises(SerializationFailure):
            self.Return._cron_follow()
        self.assertFalse(any(cases.mapped("held_up")))

    def test_what_could_not_be_charged_is_told_once(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 1, settlement="replacement", reason="defective", advance=True))
        case.action_approve()
        self._deliver(order)
        case.line_ids._set({"advance_until": self._today() - timedelta(days=1)})
        Line = type(self.env["order.return.line"])

        def locked(lines):
            if lines:
                raise UserError("The month is locked")

        with patch.object(Line, "_charge_advance", locked):
            for _hour in range(3):
                self.Return._cron_advance()
        self.assertEqual(self._told(case, "The month is locked"), 1)
        self.Return._cron_advance()
        self.assertEqual((case.line_ids.advance_outcome, case.held_up), ("invoice", False))

    def test_what_could_not_expire_is_told_once(self):
        case = self._ask(self._row(self._shipped((self.product, 5)).order_line, 1))
        case.action_approve()
        case._transition_write({"expires_on": self._today() - timedelta(days=1)})
        with self._refuses(case, "expire", UserError("The month is locked")):
            for _hour in range(3):
                self.Return._cron_expire()
        self.assertEqual(self._told(case, "The month is locked"), 1)

    def test_nobody_writes_what_holds_a_case_up(self):
        case = self._ask(self._row(self._shipped((self.product, 5)).order_line, 1))
        with self._refused("."):
            case.write({"held_up": {"follow": "x"}})
