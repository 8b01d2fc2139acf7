"""Two at once on the same day, and a run that is killed: real cursors, real commits, taken out of the database again."""

import threading
from datetime import date

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import TransactionCase
from odoo.tools import SQL, mute_logger

DAY = date(2020, 2, 3)


class TestTwoManagers(TransactionCase):
    test_tags = {"standard", "at_install"}
    test_module = "order_processing"

    def setUp(self):
        super().setUp()
        self.registry_used = Registry(self.env.cr.dbname)
        self.company_id = self.env.ref("base.main_company").id
        self.addCleanup(self._take_out)

    def _fresh(self):
        cursor = self.registry_used.cursor()
        self.addCleanup(cursor.close)
        return api.Environment(cursor, SUPERUSER_ID, {})

    def _take_out(self):
        env = self._fresh()
        ids = SQL("(SELECT id FROM order_reconciliation WHERE company_id = %s AND date = %s)", self.company_id, DAY)
        for table in ("mail_message", "mail_followers"):
            column = "model" if table == "mail_message" else "res_model"
            env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE %s = 'order.reconciliation' AND res_id IN %s",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    ids,
                )
            )
        env.cr.execute(SQL("DELETE FROM order_event WHERE document_model = 'order.reconciliation' AND document_id IN %s", ids))  # fmt: skip
        env.cr.execute(SQL("DELETE FROM order_reconciliation WHERE id IN %s", ids))
        env.cr.commit()

    def _statements(self):
        env = self._fresh()
        return env["order.reconciliation"].search([("company_id", "=", self.company_id), ("date", "=", DAY)])

    def _drawn(self):
        env = self._fresh()
        answer = env["order.reconciliation"].draft_day(DAY, self.company_id)
        env.cr.commit()
        return answer["id"]

    def _at_once(self, act):
        """``act(env)`` in two transactions whose snapshots are taken before either has done anything."""
        barrier, answers, failures = threading.Barrier(2), [], []

        def run():
            try:
                with self.registry_used.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    env["order.reconciliation"].search_count([])
                    barrier.wait(30)
                    answers.append(retrying(lambda: act(env), env))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=run) for _number in range(2)]
        with mute_logger("odoo.sql_db", "odoo.service.model", "odoo.http"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertFalse(failures)
        return answers

    def test_two_sign_at_once_and_one_does(self):
        number = self._drawn()
        answers = self._at_once(lambda env: env["order.reconciliation"].browse(number).action_sign())
        self.assertEqual(len(answers), 2)
        self.assertEqual(sum(isinstance(answer, list) for answer in answers), 1, "the other finds it done")
        statement = self._statements()
        self.assertEqual((statement.state, len(statement)), ("signed", 1))
        signed = [("kind", "=", "day_signed"), ("document_id", "=", statement.id)]
        self.assertEqual(statement.env["order.event"].search_count(signed), 1)
        self.assertEqual(statement.verify_chain(self.company_id)["broken"], [])

    def test_two_draw_at_once_and_one_statement_is_there(self):
        self._at_once(lambda env: env["order.reconciliation"].draft_day(DAY, self.company_id))
        statement = self._statements()
        self.assertEqual((len(statement), statement.state), (1, "draft"))
        names = statement.equation_ids.mapped("name")
        self.assertEqual(names.count("entries"), 1, "it is drawn once, or in place of what was drawn")

    def test_a_killed_run_leaves_nothing_and_locks_nothing(self):
        env = self._fresh()
        env["order.reconciliation"].draft_day(DAY, self.company_id)
        env.flush_all()
        killer = self._fresh()
        killer.cr.execute("SELECT pg_terminate_backend(%s)", [env.cr.connection.info.backend_pid])
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            env.cr.execute("SELECT 1")
        self.assertFalse(self._statements())
        for table in ("line", "equation", "check", "stock", "total", "count"):
            killer.cr.execute(
                SQL(
                    "SELECT count(*) FROM %s part LEFT JOIN order_reconciliation day ON day.id = part.reconciliation_id"
                    " WHERE day.id IS NULL",
                    SQL.identifier(f"order_reconciliation_{table}"),
                )
            )
            self.assertEqual(killer.cr.fetchone()[0], 0, table)
        self._drawn()
        self.assertEqual(self._statements().state, "draft")
