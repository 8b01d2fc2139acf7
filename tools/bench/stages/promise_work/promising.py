"""``promise.vs_sql``."""

from pathlib import Path

from odoo.tools import SQL

from ...measure import take_back
from .common import ON_THE_WAY, Work

PEER = [part for part in Path(__file__).with_name("peer.sql").read_text(encoding="utf-8").split(";\n") if part.strip()]
# what both sides must have written alike
LINES = """
    SELECT id, order_promise_date, order_first_promise_date, order_arrival_date, order_promise_basis, order_promise_source,
           coalesce(order_short_qty, 0), coalesce(order_is_short, FALSE)
      FROM sale_order_line ORDER BY id
"""
ORDERS = (
    "SELECT id, order_promise_date, order_arrival_date, coalesce(order_is_short, FALSE) FROM sale_order ORDER BY id"
)
BOOK = """
    SELECT company_id, order_id, order_name, line_id, line_name, product_id, uom_id, currency_id, quantity, document_model,
           document_id, document_name, business_date, note, reason, user_id, user_name
      FROM order_event WHERE kind = 'promised' ORDER BY line_id
"""


class Ours(Work):
    """The desk promises all of them."""

    def act(self):
        """The call: lines that were promised, and what is short of them."""
        answer = self.orders().action_promise()
        lines = [line for order in answer for line in order["lines"]]
        return {"lines": len(lines), "short": round(sum(line["short"] for line in lines), 3)}


class Theirs(Work):
    """Bare SQL."""

    def warm(self):
        """Before anything is measured both must have written the same."""
        self.orders().action_promise()
        self.session.cr.flush()
        ours = self._written()
        take_back(self.session)
        self.act()
        for name, mine, other in zip(("lines", "orders", "rows of the day book"), ours, self._written()):
            different = [pair for pair in zip(mine, other) if pair[0] != pair[1]]
            if different or len(mine) != len(other):
                raise AssertionError(
                    f"{len(different)} of {len(mine)} {name} are not as the peer's, as {different[:1]}"
                )
        take_back(self.session)
        return True

    def _written(self):
        found = []
        for query in (LINES, ORDERS, BOOK):
            self.session.cr.execute(query)
            found.append(self.session.cr.fetchall())
        return found

    def act(self):
        """The statements one after the other, the answer fetched: how many lines, and what is short of them."""
        user = self.session.as_user("processor").user
        given = {"transit": ON_THE_WAY, "user": user.id, "name": user.name}
        for part in PEER:
            self.session.cr.execute(
                SQL(part, **{name: value for name, value in given.items() if f"%({name})s" in part})
            )
        rows = self.session.cr.fetchall()
        return {"lines": len(rows), "short": round(sum(row[4] for row in rows), 3)}
