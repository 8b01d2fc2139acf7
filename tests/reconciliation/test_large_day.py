"""A day of many orders: what it takes of Python's memory does not grow with them."""

import gc
import tracemalloc
from datetime import timedelta

from odoo.tools import SQL

from .common import ReconciliationCase

# both larger than what is read at a time
FEW, MANY = 2500, 10000
MIB = 2**20


class TestLargeDay(ReconciliationCase):
    def _entered(self, count):
        """Day-book rows of ``count`` orders that were entered, cancelled and deleted: an entry each, and a line that balances."""
        self.env["order.event"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_event (kind, company_id, order_id, order_name, line_id, line_name, product_id, uom_id, currency_id,
                                         quantity, quantity_ref, amount, business_date, at, era_id, opening)
                SELECT kinds.kind, %(company)s, 10000000 + number, 'DELETED-' || number, 10000000 + number, 'Test Goods',
                       %(product)s, %(unit)s, %(currency)s, kinds.sign * 5, kinds.sign * 5, kinds.sign * 50, %(day)s,
                       clock_timestamp(), (SELECT max(id) FROM order_event_era), FALSE
                  FROM generate_series(1, %(count)s) number,
                       (VALUES ('entered', 1), ('cancelled', -1)) AS kinds (kind, sign)
                """,
                company=self.company.id,
                product=self.product.id,
                unit=self.product.uom_id.id,
                currency=self.company.currency_id.id,
                day=self.day + timedelta(days=1),
                count=count,
            )
        )
        self.env.invalidate_all()

    def _peak(self, count):
        """MiB of Python that the close of a day of ``count`` orders takes at its highest."""
        self._entered(count)
        # with nothing else to look through, what is no longer used is taken away soon, and is no part of the peak
        gc.collect()
        gc.freeze()
        gc.collect()
        tracemalloc.start()
        try:
            statement = self._next_day()
            peak = tracemalloc.get_traced_memory()[1] / MIB
        finally:
            tracemalloc.stop()
        self.assertGreaterEqual(statement.entry_count, count)
        self._assert_proven(statement)
        return peak

    def test_the_close_takes_the_same_memory_whatever_the_number_of_orders(self):
        self._peak(10)
        few, many = self._peak(FEW), self._peak(MANY)
        self.assertLess(many - few, 0.5, f"{few:.2f} MiB for {FEW} orders, {many:.2f} for {MANY}")
