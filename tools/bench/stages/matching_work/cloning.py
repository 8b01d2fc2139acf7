"""Many orders out of a few: every row of some real ones copied by SQL, with all that hangs on them."""

from odoo.tools import SQL

# tables that are copied, each with the condition that finds its rows; the ids of sale orders are the parameter
TABLES = {
    "sale_order": "id = ANY(%(orders)s)",
    "sale_order_line": "order_id = ANY(%(orders)s)",
    "stock_picking": "sale_id = ANY(%(orders)s)",
    "stock_move": "picking_id IN (SELECT id FROM stock_picking WHERE sale_id = ANY(%(orders)s))",
    "stock_move_line": "picking_id IN (SELECT id FROM stock_picking WHERE sale_id = ANY(%(orders)s))",
    "account_move": "id IN (SELECT item.move_id FROM account_move_line item JOIN sale_order_line_invoice_rel rel"
    " ON rel.invoice_line_id = item.id JOIN sale_order_line line ON line.id = rel.order_line_id"
    " WHERE line.order_id = ANY(%(orders)s)) OR (origin_payment_id IS NOT NULL AND id > %(payments_after)s)",
    "account_move_line": "move_id IN (SELECT old FROM clone_map WHERE tab = 'account_move')",
    "account_partial_reconcile": "debit_move_id IN (SELECT old FROM clone_map WHERE tab = 'account_move_line')",
    "order_event": "order_id = ANY(%(orders)s)",
}
# relations without an id
RELATIONS = ("sale_order_line_invoice_rel",)
# what is unique, or would be wrong on a copy; `k` numbers the copies from 1
SET = {
    "sale_order": {"name": "t.name || '-' || k", "access_token": "NULL"},
    "stock_picking": {"name": "t.name || '-' || k"},
    "account_move": {"name": "t.name || '-' || k", "access_token": "NULL", "origin_payment_id": "NULL"},
    "account_move_line": {"full_reconcile_id": "NULL", "payment_id": "NULL"},
    "account_partial_reconcile": {"full_reconcile_id": "NULL"},
    # a day for each hundred of the copies, the last of them today
    "order_event": {"business_date": "t.business_date - ((%(copies)s - k) / %(per_day)s)::int"},
}
# columns that name a copied table and are no foreign keys
LOOSE = {"order_event": {"order_id": "sale_order", "line_id": "sale_order_line"}}


class Cloner:
    """Copies ``orders`` (ids) ``copies`` times; ``per_day``: copies that share a business day in the day book.

    ``payments_after``: entries of payments up to this id are of other orders.
    """

    tables = TABLES
    sets = SET

    def __init__(self, cr, orders, copies, per_day, payments_after=0):
        self.cr = cr
        self.given = {
            "orders": list(orders),
            "copies": copies,
            "per_day": per_day,
            "payments_after": payments_after,
        }
        self.start, self.count = {}, {}

    def run(self):
        """Copy everything; sequences stand behind it."""
        # references are right by construction, and checking each of them takes longer than all the rest
        self.cr.execute("SET session_replication_role = replica")
        self.cr.execute("CREATE TEMP TABLE clone_map (tab varchar, old int4, rank int4, PRIMARY KEY (tab, old))")
        for table, condition in self.tables.items():
            self._number(table, condition)
        for table in self.tables:
            self._copy(table)
        for table in RELATIONS:
            self._copy(table, keyed=False)
        self.cr.execute("DROP TABLE clone_map")
        self.cr.execute("SET session_replication_role = DEFAULT")

    def _number(self, table, condition):
        self.cr.execute(
            SQL(
                "INSERT INTO clone_map SELECT %s, id, (row_number() OVER (ORDER BY id))::int - 1 FROM %s WHERE %s",
                table,
                SQL.identifier(table),
                SQL(
                    condition,
                    **{name: self.given[name] for name in ("orders", "payments_after") if f"%({name})s" in condition},
                ),
            )
        )
        self.count[table] = self.cr.rowcount
        self.cr.execute(SQL("SELECT coalesce(max(id), 0) + 1 FROM %s", SQL.identifier(table)))
        self.start[table] = self.cr.fetchone()[0]

    def _references(self, table):
        """Column to the copied table that it names."""
        self.cr.execute(
            """
            SELECT attribute.attname, target.relname
              FROM pg_constraint reference
              JOIN pg_class source ON source.oid = reference.conrelid
              JOIN pg_class target ON target.oid = reference.confrelid
              JOIN pg_attribute attribute ON attribute.attrelid = source.oid AND attribute.attnum = reference.conkey[1]
             WHERE reference.contype = 'f' AND source.relname = %s AND target.relname = ANY(%s)
            """,
            [table, list(self.tables)],
        )
        return {**dict(self.cr.fetchall()), **LOOSE.get(table, {})}

    def _columns(self, table):
        self.cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = current_schema()"
            " AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        return [name for (name,) in self.cr.fetchall()]

    def _moved(self, table, rank):
        """The number of a copy: copies of a table stand one behind the other."""
        return SQL("%s + (k - 1) * %s + %s", self.start[table], self.count[table], rank)

    def _copy(self, table, keyed=True):
        columns, references = self._columns(table), self._references(table)
        values, joins = [], []
        for column in columns:
            name = SQL.identifier(column)
            given = self.sets.get(table, {}).get(column)
            if keyed and column == "id":
                values.append(self._moved(table, SQL("own.rank")))
            elif given:
                values.append(SQL(given, **{key: value for key, value in self.given.items() if f"%({key})s" in given}))
            elif column in references:
                alias = SQL.identifier(f"to_{column}")
                joins.append(
                    SQL(
                        "LEFT JOIN clone_map %s ON %s.tab = %s AND %s.old = t.%s",
                        alias,
                        alias,
                        references[column],
                        alias,
                        name,
                    )
                )
                moved = self._moved(references[column], SQL("%s.rank", alias))
                values.append(SQL("CASE WHEN %s.rank IS NULL THEN t.%s ELSE %s END", alias, name, moved))
            else:
                values.append(SQL("t.%s", name))
        own = SQL("JOIN clone_map own ON own.tab = %s AND own.old = t.id", table)
        if not keyed:
            own = SQL("JOIN clone_map own ON own.tab = 'sale_order_line' AND own.old = t.order_line_id")
        self.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM generate_series(1, %s) k CROSS JOIN %s t %s %s ORDER BY k",
                SQL.identifier(table),
                SQL(", ").join(SQL.identifier(column) for column in columns),
                SQL(", ").join(values),
                self.given["copies"],
                SQL.identifier(table),
                own,
                SQL(" ").join(joins),
            )
        )
        if keyed:
            self.cr.execute(
                SQL(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM %s))",
                    table,
                    SQL.identifier(table),
                )
            )
