"""A late purchase: the promise names who sells it and who bought it."""

from datetime import datetime, timedelta

import pytest

from odoo.fields import Command

from tests.common import OrderCase

pytestmark = pytest.mark.optional


class TestPromisePurchase(OrderCase):
    def test_a_late_purchase_names_supplier_and_buyer(self):
        supplier = self._make_customer("Test Supplier")
        bought = self.env["purchase.order"].create(
            {
                "partner_id": supplier.id,
                "user_id": self.users["manager"].id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_qty": 5,
                            "date_planned": datetime.now() + timedelta(days=5),
                        }
                    )
                ],
            }
        )
        bought.button_confirm()
        order = self._make_order((self.product, 5))
        order.action_confirm()
        order.action_promise()
        promised = order.order_promise_date
        for words in (bought.picking_ids.name, supplier.name, self.users["manager"].name):
            self.assertIn(words, order.order_line.order_promise_source)
        bought.picking_ids.move_ids.date += timedelta(days=14)
        order.action_promise()
        self.assertGreater(order.order_promise_date, promised)
        reason = self._events(order, "promised")[-1].reason
        for words in (f"{promised} → {order.order_promise_date}", supplier.name, self.users["manager"].name):
            self.assertIn(words, reason)
