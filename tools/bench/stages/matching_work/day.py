"""``matching.day``."""

from .common import Work

TOUCHED = 1000


class Day(Work):
    """The orders of one business day, by the day book."""

    def __init__(self, session, given):
        super().__init__(session, given)
        self.day = None

    def warm(self):
        """Which day it is is known to whoever asks for it: looking for the last one is no part of the call."""
        self.session.cr.execute("SELECT max(business_date) FROM order_event WHERE kind = 'entered'")
        (self.day,) = self.session.cr.fetchone()
        return super().warm()

    def act(self):
        """The call: orders and lines compared."""
        env = self.session.root
        orders = env["order.matching"]._orders_of_day(self.day, self.session.company)
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
