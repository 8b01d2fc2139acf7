"""``promise.vs_sql``."""

from pathlib import Path

from odoo.tools import SQL

from .common import ON_THE_WAY, Work

PEER = SQL(
    Path(__file__).with_name("peer.sql").read_text(encoding="utf-8"),
    transit=ON_THE_WAY,
)


class Ours(Work):
    """The desk promises all of them anew."""

    def act(self):
        """The call: lines that were promised, and what is short of them."""
        answer = self.orders().action_promise()
        lines = [line for order in answer for line in order["lines"]]
        return {"lines": len(lines), "short": round(sum(line["short"] for line in lines), 3)}


class Theirs(Work):
    """Bare SQL."""

    def warm(self):
        """Before anything is measured both must say the same of every line."""
        self.orders().action_promise()
        self.session.root.flush_all()
        self.session.cr.execute(
            SQL(
                "SELECT count(*), count(*) FILTER (WHERE (line.order_promise_date, line.order_arrival_date,"
                " line.order_promise_basis, coalesce(line.order_promise_source, ''), line.order_short_qty)"
                " IS DISTINCT FROM (peer.day, peer.arrival, peer.basis, coalesce(peer.source, ''), peer.short))"
                " FROM sale_order_line line LEFT JOIN (%s) peer ON peer.line_id = line.id",
                PEER,
            )
        )
        lines, different = self.session.cr.fetchone()
        if different:
            raise AssertionError(f"of {lines} lines {different} are promised otherwise than by the peer")
        return super().warm()

    def act(self):
        """The statement, its rows fetched: how many, and what is short."""
        self.session.cr.execute(PEER)
        rows = self.session.cr.fetchall()
        return {"lines": len(rows), "short": round(sum(row[3] for row in rows), 3)}
