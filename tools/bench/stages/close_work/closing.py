"""``close.vs_sql``."""

from pathlib import Path

from odoo.tools import SQL

from ..matching_work.sweeping import resident
from .common import Close

PEER = [part for part in Path(__file__).with_name("peer.sql").read_text(encoding="utf-8").split(";\n") if part.strip()]
COUNTED = {
    "entries": "order_reconciliation_line",
    "stock": "order_reconciliation_stock",
    "totals": "order_reconciliation_total",
    "balances": "order_reconciliation_equation",
    "checks": "order_reconciliation_check",
}


class Ours(Close):
    """The manager draws the day and signs it."""

    def act(self):
        """The call: how many rows the statement has, and whether the process has grown by it."""
        before = resident()
        statements = self.session.as_user("manager")["order.reconciliation"]
        statement = statements.browse(statements.draft_day(self.day)["id"])
        statement.action_sign()
        if resident() - before > 64:
            raise AssertionError(
                f"the close took {resident() - before} MiB of the Python process: it must stay in the database"
            )
        if not statement.is_proven:
            faults = statement.equation_ids.filtered(lambda equation: not equation.is_proven)
            raise AssertionError(f"the bench's day does not balance: {faults.mapped('name')}")
        counts = {}
        for name, table in COUNTED.items():
            self.session.cr.execute(
                SQL("SELECT count(*) FROM %s WHERE reconciliation_id = %s", SQL.identifier(table), statement.id)
            )
            [counts[name]] = self.session.cr.fetchone()
        return {**counts, "book": statement.book_rows}


class Theirs(Close):
    """Bare SQL."""

    def act(self):
        """The statements one after the other, each read to its end inside the database: rows that they made."""
        self.session.cr.execute(
            "SELECT id, cut_snapshot FROM order_reconciliation WHERE company_id = %s ORDER BY date DESC LIMIT 1",
            [self.session.company.id],
        )
        before, snapshot = self.session.cr.fetchone()
        given = {"company": self.session.company.id, "before": before, "snapshot": snapshot, "day": self.day}
        for part in PEER:
            self.session.cr.execute(
                SQL(part, **{name: value for name, value in given.items() if f"%({name})s" in part})
            )
        self.session.cr.execute("SELECT name, count FROM peer_counts")
        return {name: count for name, count in self.session.cr.fetchall()}
