"""What an order would get if it were entered now: by program, with nothing written."""

from odoo.exceptions import AccessError

from tests.intake.common import IntakeMixin

from .test_promise_carrier import CarrierCase


class TestWhatIf(IntakeMixin, CarrierCase):
    def _ask(self, *orders, user="integration"):
        return self._as(user, self.env["order.processing"]).what_if(orders=list(orders), source="shop")

    def test_it_says_what_the_order_would_get_and_writes_nothing(self):
        self._stock(self.product, 5)
        counts = [self.env[name].search_count([]) for name in ("sale.order", "order.intake", "order.event")]
        sent = self._order("W-1", quantity=4, carrier="Test Carrier")
        sent["lines"].append({"line": "b", "product": "TG-2", "quantity": 2})
        first, second, wrong = self._ask(sent, self._order("W-2", quantity=4), self._order("W-3", product="NONE"))
        self.assertEqual([row["code"] for row in (first, second, wrong)], ["accepted", "accepted", "invalid"])
        self.assertEqual([line["short"] for line in first["lines"] + second["lines"]], [0, 2, 3])
        self.assertEqual([line["basis"] for line in first["lines"]], ["stock", "quoted"])
        self.assertEqual((first["lines"][1]["line"], first["lines"][1]["product"]), ("b", "TG-2"))
        self.assertEqual((wrong["lines"], wrong["errors"][0]["code"]), ([], "unknown_product"))
        self.assertGreater(first["arrival_date"], first["promise_date"])
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(
            counts, [self.env[name].search_count([]) for name in ("sale.order", "order.intake", "order.event")]
        )
        entered = self._submit(sent)[0]
        order = self.env["sale.order"].browse(entered["order_id"])
        order.action_promise()
        self.assertEqual(
            [(line["promise_date"], line["arrival_date"], line["short"]) for line in first["lines"]],
            [
                (str(line.order_promise_date), str(line.order_arrival_date), line.order_short_qty)
                for line in order.order_line
            ],
        )

    def test_rights(self):
        for name in ("salesman", "portal"):
            with self.assertRaises(AccessError):
                self._ask(self._order("W-9"), user=name)
