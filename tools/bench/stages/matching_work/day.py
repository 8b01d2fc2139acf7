"""``matching.day``."""

from .common import Work

TOUCHED = 1000


class Day(Work):
    """The orders of one business day, by the day book."""

    def act(self):
        """The call: orders and lines compared."""
        env = self.session.root
        self.session.cr.execute("SELECT max(business_date) FROM order_event WHERE kind = 'entered'")
        (day,) = self.session.cr.fetchone()
        orders = env["order.matching"]._orders_of_day(day, self.session.company)
        self.session.cr.execute("SELECT id FROM sale_order_line WHERE order_id = ANY(%s)", [orders])
        lines = [line for (line,) in self.session.cr.fetchall()]
        answer = env["order.discrepancy"].sudo()._sweep_lines(line_ids=lines)
        return {"orders": len(orders), "lines": answer["lines"]}


class Ours(Day):
    """Among many."""


class Theirs(Day):
    """Alone."""

    def orders(self):
        """That day's."""
        return TOUCHED
