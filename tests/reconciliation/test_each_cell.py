"""Whoever has the database changes one cell of a signed day, whichever: it is found."""

from odoo.tools import SQL

from odoo.addons.order_processing.models.reconciliation.order_reconciliation_chain import PARTS

from .common import ReconciliationCase

# what is no word or figure of the statement: rows' own numbers, when and by whom a row was last touched, and the order in which
# entries of a bucket are listed; what a draft's explanations are compared by, of no use once it is signed
TECHNICAL = {
    "id", "create_uid", "create_date", "write_uid", "write_date", "message_main_attachment_id", "bucket_sequence", "fingerprint",
}  # fmt: skip
# another value of a column, by its type
OTHER = {
    "integer": "coalesce({0}, 0) + 1",
    "numeric": "coalesce({0}, 0) + 1",
    "double precision": "coalesce({0}, 0) + 1",
    "boolean": "NOT coalesce({0}, FALSE)",
    "date": "coalesce({0}, DATE '2026-01-01') + 1",
    "timestamp without time zone": "coalesce({0}, TIMESTAMP '2026-01-01') + interval '1 hour'",
    "jsonb": "'[[\"x\", 1]]'::jsonb",
    "text": "coalesce({0}, '') || 'x'",
    "character varying": "coalesce({0}, '') || 'x'",
}


class TestEachCell(ReconciliationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kilos = cls._make_product("Test Flour", "TG-KG", 2.0, uom_id=cls.env.ref("uom.product_uom_kgm").id)
        cls._stock(kilos, 100)
        order = cls._make_order((cls.product, 5, 10.0), (kilos, 3, 2.0))
        order.action_confirm()
        cls._deliver(order)
        cls.two = cls._draw(cls.day.replace(day=13))
        cls.two.action_sign()
        cls.env.flush_all()
        # what is still to be entered would be lost with the first change that is taken back
        cls.env["order.event"].flush_model()

    def _columns(self, table):
        kinds = self.Statement._column_types(table)
        return [(name, kind.partition("(")[0]) for name, kind in sorted(kinds.items()) if name not in TECHNICAL]

    def _is_found(self, table, column, kind, key):
        value = SQL(OTHER[kind].replace("{0}", "%s"), *[SQL.identifier(column)] * OTHER[kind].count("{0}"))
        with self.env.cr.savepoint(flush=False) as savepoint:
            # keys to other tables are no hindrance to who has the database
            self.env.cr.execute(SQL("SET LOCAL session_replication_role = replica"))
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = (SELECT max(id) FROM %s WHERE %s = %s)",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    value,
                    SQL.identifier(table),
                    SQL.identifier(key),
                    self.two.id,
                )
            )
            changed = self.env.cr.rowcount
            answer = self.Statement._verify_chain(self.company)
            savepoint.rollback()
        return not changed or not answer["ok"]

    def test_each_cell_of_a_signed_day(self):
        missed = []
        for part in ("", *PARTS):
            table = f"order_reconciliation_{part}".rstrip("_")
            for column, kind in self._columns(table):
                if not self._is_found(table, column, kind, "reconciliation_id" if part else "id"):
                    missed.append(f"{table}.{column}")
        self.assertEqual(missed, [])
        self.assertTrue(self.Statement._verify_chain(self.company)["ok"])
