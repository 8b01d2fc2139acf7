"""Short ways to submit one line of one order."""


class IntakeMixin:
    """``_answer(product=…)`` submits an order under a fresh reference as the integration user does."""

    def _order(self, reference, product="TG-1", quantity=1, price=10.0, unit=None, discount=None, **vals):
        line = {"product": product, "quantity": quantity, "price": price, "unit": unit, "discount": discount}
        return {"reference": reference, "customer": self.customer.email, "lines": [line], **vals}

    def _submit(self, *orders, source="shop", user="integration", **options):
        return self._as(user, self.env["order.processing"]).submit_orders(orders=list(orders), source=source, **options)

    def _answer(self, source="shop", **vals):
        self.submitted = getattr(self, "submitted", 0) + 1
        return self._submit(self._order(f"I-{self.submitted}", **vals), source=source)[0]

    def _made(self, **vals):
        """The order made of one submission."""
        answer = self._answer(**vals)
        self.assertTrue(answer["ok"], answer)
        return self.env["sale.order"].browse(answer["order_id"])
