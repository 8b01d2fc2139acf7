"""The cursor over the day book, with real transactions beside each other."""

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, UserError
from odoo.modules.registry import Registry
from odoo.tools import SQL

from tests.common import ObservingCase


class TestChanges(ObservingCase):
    def _fresh(self):
        cursor = Registry(self.env.cr.dbname).cursor()
        self.addCleanup(cursor.close)
        return api.Environment(cursor, SUPERUSER_ID, {})

    def setUp(self):
        super().setUp()
        # a real cursor beside the test's own needs the test's own to hold no lock on the book
        self.company_id = self.company.id
        self.addCleanup(self._sweep)

    def _sweep(self):
        env = self._fresh()
        env.cr.execute("DELETE FROM order_event WHERE note = 'test_changes'")
        env.cr.commit()

    def _write(self, env, name):
        env["order.event"]._record(
            [{"kind": "received", "company_id": self.company_id, "order_name": name, "note": "test_changes"}]
        )
        env["order.event"]._write_pending()

    def _read(self, since):
        env = self._fresh()
        answer = env["order.event"].changes(since, company_ids=[self.company_id])
        names = [item["order_name"] for item in answer["items"] if item["note"] == "test_changes"]
        return names, answer["next"]

    def _end(self):
        env, since = self._fresh(), ""
        while True:
            answer = env["order.event"].changes(since, limit=1000, company_ids=[self.company_id])
            since = answer["next"]
            if not answer["more"]:
                return since

    def test_late_committer_is_neither_lost_nor_doubled(self):
        # the test's own transaction has written: while it is open nothing after it may appear
        self.env.cr.execute("SELECT pg_current_xact_id_if_assigned()")
        own = self.env.cr.fetchone()[0]
        since = self._end()
        slow, quick = self._fresh(), self._fresh()
        self._write(slow, "slow")
        self._write(quick, "quick")
        quick.cr.commit()
        self.assertEqual(self._read(since), ([], since), "an open transaction below holds the reader back")
        slow.cr.commit()
        if own:
            # our own class set-up is an older open transaction: the reader goes on waiting for it
            self.assertEqual(self._read(since)[0], [])
            condition = self.env["order.event"]._visible_condition(
                "event", self._fresh()["order.event"]._cut_snapshot()
            )
            reader = self._fresh()

            reader.cr.execute(
                SQL(
                    "SELECT order_name FROM order_event event WHERE note = 'test_changes' AND %s ORDER BY id", condition
                )
            )
            self.assertEqual([row[0] for row in reader.cr.fetchall()], ["slow", "quick"])

    def test_transactions_count_as_numbers(self):
        """As texts, 1000 stands before 999: a page's last row would not be the furthest."""
        writer = self._fresh()
        names = [f"transaction {number}" for number in (9, 10, 99, 100, 1000)]
        for name in names:
            self._write(writer, name)
            writer.cr.execute(
                SQL(
                    "UPDATE order_event SET xact = split_part(order_name, ' ', 2)::xid8"
                    " WHERE note = 'test_changes' AND order_name = %s",
                    name,
                )
            )
        writer.cr.commit()
        reader, since, seen = self._fresh(), "", []
        while len(seen) < len(names):
            answer = reader["order.event"].changes(since, limit=2, company_ids=[self.company_id])
            seen += [item["order_name"] for item in answer["items"]]
            since = answer["next"]
        self.assertEqual(seen[: len(names)], names)

    def test_foreign_cursor_is_refused_with_words(self):
        with self.assertRaisesRegex(UserError, "no cursor"):
            self.env["order.event"].changes("yesterday")

    def test_the_book_of_a_company_is_its_own_peoples(self):
        book = self.env["order.event"]
        for user, company in (("processor", self.other_company), ("stranger", self.company)):
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._as(user, book).changes(company_ids=[company.id])
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._as(user, book).sudo().changes(company_ids=company.ids)
        self.assertTrue(self._as("processor", book).changes(company_ids=[self.company.id])["items"])

    def test_cut_owns_what_it_saw_once(self):
        events = self.env["order.event"]
        before = events._cut_snapshot()
        first = self._make_order((self.product, 1))
        events.flush_model()
        cut = events._cut_snapshot()
        second = self._make_order((self.product, 1))
        events.flush_model()
        later = events._cut_snapshot()

        def owned(now, previous):

            self.env.cr.execute(
                SQL(
                    "SELECT DISTINCT order_id FROM order_event event WHERE %s",
                    events._owned_condition("event", now, previous),
                )
            )
            return {row[0] for row in self.env.cr.fetchall()} & {first.id, second.id}

        self.assertEqual(owned(cut, before), {first.id})
        self.assertEqual(owned(later, cut), {second.id})
        self.assertEqual(owned(later, before), {first.id, second.id})
