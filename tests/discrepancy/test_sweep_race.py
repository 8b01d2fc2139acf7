"""Two comparisons at once."""

import threading

from odoo import api
from odoo.service.model import retrying
from odoo.tools import SQL

from .race import RaceCase


class TestSweepRace(RaceCase):
    """Together they do what one does: one record, one row in the day book, one closing."""

    LINES = 3

    def _two(self):
        """Two sweeps of the order at once, each with its own snapshot taken before the other writes; sums of the answers."""
        barrier, answers, first = threading.Barrier(2), [], set()

        def sweep(cr):
            env = api.Environment(cr, 1, {})

            def act():
                cr.execute("SELECT 1")
                if threading.get_ident() not in first:
                    first.add(threading.get_ident())
                    barrier.wait(300)
                return env["order.discrepancy"].sweep([("order_id", "=", self.order_id)])

            answers.append(retrying(act, env))

        self._both(sweep)
        return {name: sum(answer[name] for answer in answers) for name in ("opened", "closed", "reopened")}

    def _found(self, cr):
        cr.execute(
            SQL(
                "SELECT kind, state, times_opened, count(*) FROM order_discrepancy WHERE order_id = %s"
                " GROUP BY kind, state, times_opened",
                self.order_id,
            )
        )
        found = cr.fetchall()
        cr.execute(
            SQL(
                "SELECT kind, count(*) FROM order_event WHERE order_id = %s AND document_model = 'order.discrepancy' GROUP BY kind",
                self.order_id,
            )
        )
        return found, dict(cr.fetchall())

    def test_the_same_as_one(self):
        self.assertEqual(self._two(), {"opened": self.LINES, "closed": 0, "reopened": 0})
        with self.registry_used.cursor() as cr:
            found, told = self._found(cr)
            self.assertEqual(found, [("short_shipped", "open", 1, self.LINES)])
            self.assertEqual(told, {"discrepancy_opened": self.LINES})
            cr.execute(SQL("UPDATE sale_order SET state = 'draft' WHERE id = %s", self.order_id))
        self.assertEqual(self._two(), {"opened": 0, "closed": self.LINES, "reopened": 0})
        with self.registry_used.cursor() as cr:
            found, told = self._found(cr)
            self.assertEqual(found, [("short_shipped", "auto_closed", 1, self.LINES)])
            self.assertEqual(told, {"discrepancy_opened": self.LINES, "discrepancy_closed": self.LINES})
            cr.execute(SQL("UPDATE sale_order SET state = 'sale' WHERE id = %s", self.order_id))
        self.assertEqual(self._two(), {"opened": 0, "closed": 0, "reopened": self.LINES})
        with self.registry_used.cursor() as cr:
            found, told = self._found(cr)
            self.assertEqual(found, [("short_shipped", "open", 2, self.LINES)])
            self.assertEqual(told["discrepancy_opened"], 2 * self.LINES)
