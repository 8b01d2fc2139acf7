"""What is expected of a return is worked out in a time that grows with the order's lines, not with their square."""

import gc
import sys

from .money import MoneyCase

SMALL = 12


class TestEstimateWork(MoneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["order.return.policy"].create(
            {
                "name": "All of it",
                "clawback": True,
                "threshold_amount": 50.0,
                "withdrawal": True,
                "standard_freight": 4.0,
                "fee_percent": 10.0,
                "fee_amount": 0.5,
            }
        )
        cls.products = cls._make_products(*((f"P{n}", f"PW-{n}", 10.0) for n in range(4 * SMALL)))
        for product in cls.products:
            cls._stock(product, 100)

    def _order(self, size):
        order = self._sold(*((product, 3, 10.0) for product in self.products[:size]), discount=5)
        goods = order.order_line.filtered(lambda line: line.product_id in self.products)
        # a part of each was given back before
        self._process(self._ask(*(self._row(line, 1) for line in goods)))
        return order, goods

    def _calls(self, work):
        """How many functions ``work()`` calls once all is read."""
        work()
        found, before = [0], sys.getprofile()

        def seen(_frame, event, _arg):
            found[0] += event in ("call", "c_call")

        # what other tests have left behind is taken away before, or its ends would be counted with it
        gc.collect()
        gc.disable()
        sys.setprofile(seen)
        try:
            work()
        finally:
            sys.setprofile(before)
            gc.enable()
        return found[0]

    def _grows_evenly(self, work_of):
        """``work_of(size)`` → a function: what the second half of the lines costs is what the first half did."""
        small, middle, large = (self._calls(work_of(size)) for size in (SMALL, 2 * SMALL, 4 * SMALL))
        self.assertLess(large - middle, 2.2 * (middle - small), (small, middle, large))

    def test_the_wizard(self):
        def work(size):
            order, goods = self._order(size)
            wizard = (
                self.env["order.return.create"]
                .with_user(self.processor)
                .browse(order.with_user(self.processor)._order_return_wizard()["res_id"])
            )
            wizard.line_ids.filtered(lambda line: line.order_line_id in goods).quantity = 1
            lines = wizard.line_ids
            self.assertTrue(all(lines.filtered("quantity").mapped("refund")))
            return lines._estimate

        self._grows_evenly(work)

    def test_the_portal(self):
        reason = self.env["order.return.reason"].search([("fault", "=", "customer")], limit=1).code

        def work(size):
            order, goods = self._order(size)
            rows = [{"line_id": line.id, "quantity": 1, "reason": reason, "settlement": "refund"} for line in goods]
            self.assertGreater(order.sudo()._return_verdict(rows)["amount"], 0)
            return lambda: order.sudo()._return_verdict(rows)

        self._grows_evenly(work)
