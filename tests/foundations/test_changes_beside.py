"""The cursor beside transactions of this database and of others; no transaction of the test's own is open."""

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase


class TestChangesBeside(TransactionCase):
    test_tags = {"standard", "at_install"}
    test_module = "order_processing"

    def setUp(self):
        super().setUp()
        self.company_id = self.env.ref("base.main_company").id
        self.env.cr.execute("SELECT pg_current_xact_id_if_assigned()")
        self.assertFalse(self.env.cr.fetchone()[0], "the test's own transaction would be the oldest one")
        self.addCleanup(self._sweep)

    def _fresh(self):
        cursor = Registry(self.env.cr.dbname).cursor()
        self.addCleanup(cursor.close)
        return api.Environment(cursor, SUPERUSER_ID, {})

    def _sweep(self):
        env = self._fresh()
        env.cr.execute("DELETE FROM order_event WHERE note = 'test_beside'")
        env.cr.commit()

    def _open(self, dbname):
        """A transaction that has a number and goes on."""
        cursor = db_connect(dbname, allow_uri=True).cursor()
        self.addCleanup(cursor.close)
        cursor.execute("SELECT pg_current_xact_id()")
        return cursor

    def _written(self, name):
        env = self._fresh()
        env["order.event"]._record(
            [{"kind": "received", "company_id": self.company_id, "order_name": name, "note": "test_beside"}]
        )
        env["order.event"]._write_pending()
        env.cr.commit()

    def _read(self, since):
        names = []
        while True:
            answer = self._fresh()["order.event"].changes(since, limit=1000, company_ids=[self.company_id])
            since = answer["next"]
            names += [item["order_name"] for item in answer["items"] if item["note"] == "test_beside"]
            if not answer["more"]:
                return names, since

    def test_another_database_holds_nobody_back(self):
        _names, since = self._read("")
        self._open("postgres")
        self._written("beside")
        self.assertEqual(self._read(since)[0], ["beside"])

    def test_the_own_database_does_until_it_has_ended(self):
        _names, since = self._read("")
        other = self._open("postgres")
        slow = self._open(self.env.cr.dbname)
        self._written("waits")
        self.assertEqual(self._read(since), ([], since))
        other.rollback()
        self.assertEqual(self._read(since), ([], since))
        slow.rollback()
        self.assertEqual(self._read(since)[0], ["waits"])

    def test_a_transaction_that_nobody_may_see_counts_as_ours(self):
        """To wait too long is safe; to go on is not."""
        _names, since = self._read("")
        self._open("postgres")
        self._written("hidden")
        reader = self._fresh()
        # as a database user would see it who may not look at the sessions of others
        reader.cr.execute(
            "CREATE TEMP VIEW pg_stat_activity AS SELECT datname, NULL::xid AS backend_xid FROM pg_catalog.pg_stat_activity"
        )
        reader.cr.execute("SET LOCAL search_path = pg_temp, public, pg_catalog")
        items = reader["order.event"].changes(since, limit=1000, company_ids=[self.company_id])["items"]
        self.assertNotIn("hidden", [item["order_name"] for item in items])
