"""What programs send that makes no sense is refused by words, whoever sends it."""

from odoo.exceptions import AccessError, UserError

from odoo.addons.order_processing.models.reconciliation.digest import is_cut

from .common import ReconciliationCase


class TestOddValues(ReconciliationCase):
    def test_no_day_and_no_company(self):
        desk = self._as("processor", self.Statement)
        for day in (5, "2026-13-01", "today", "", None, [], {}):
            with self.subTest(day=day), self.assertRaisesRegex(UserError, "is no date"):
                desk.draft_day(day)
        for company in ("x", [1], 10**9, self.other_company.id):
            for call in (
                lambda company: desk.draft_day("2026-01-13", company),
                desk.verify_chain,
                desk.housekeeping,
                lambda company: desk.tidy("invoice", company),
            ):
                with (
                    self.subTest(company=company),
                    self.assertRaisesRegex(AccessError, "no company of yours|not a company"),
                ):
                    call(company)
        self.assertTrue(desk.verify_chain()["ok"])
        self.assertTrue(desk.verify_chain(self.company.id)["ok"])

    def test_what_is_a_cut(self):
        for snapshot in ("10:20:", "10:20:10,15", "7:7:"):
            self.assertTrue(is_cut(snapshot, "12"), snapshot)
        for snapshot in ("", "x", "10:20:x", "20:10:", "0:5:", "10:20:5", "10:20:15,12", "10:20", "10:20:20"):
            self.assertFalse(is_cut(snapshot, ""), snapshot)
        self.assertFalse(is_cut("10:20:", "12x"))
        self.assertTrue(is_cut(self.statement.cut_snapshot, self.statement.cut_xact))
