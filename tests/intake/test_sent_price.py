"""What the customer sent as the price stays when the desk changes the quantity; core would ask the pricelist again."""

from odoo.fields import Command
from odoo.tests import Form

from tests.common import OrderCase


class TestSentPrice(OrderCase):
    def _line(self, reference="R-1", **line):
        sent = {
            "reference": reference,
            "customer": self.customer.email,
            "lines": [{"product": "TG-1", "quantity": 2, **line}],
        }
        answer = self._as("integration", self.env["order.processing"]).submit_orders(orders=[sent], source="shop")[0]
        self.assertTrue(answer["ok"], answer)
        # what a recompute would show
        self.product.list_price = 8.0
        order = self.env["sale.order"].browse(answer["order_id"])
        return self._as("processor", order).order_line

    def _with_discounts(self, *names):
        for name in names:
            self.users[name].group_ids += self.env.ref("sale.group_discount_per_so_line")

    def test_another_quantity_keeps_the_price(self):
        for price in (11.0, 10.0, 0.01, 0.0):
            with self.subTest(price=price):
                line = self._line(f"R-{price}", price=price)
                self.assertEqual(line.price_unit, price)
                line.product_uom_qty = 3
                self.assertEqual(line.price_unit, price)
                line.order_id.write({"order_line": [Command.update(line.id, {"product_uom_qty": 12})]})
                self.assertEqual((line.price_unit, line.discount), (price, 0))

    def test_another_unit_leaves_it_as_core_leaves_a_typed_price(self):
        line = self._line(price=11.0)
        line.write({"product_uom_id": self.env.ref("uom.product_uom_dozen").id, "product_uom_qty": 1})
        self.assertEqual(line.price_unit, 11.0)

    def test_the_discount_that_came_with_a_price_stays(self):
        self._with_discounts("integration", "processor")
        line = self._line(price=11.0, discount=5)
        line.product_uom_qty = 12
        self.assertEqual((line.price_unit, line.discount), (11.0, 5.0))
        with Form(line.order_id) as form, form.order_line.edit(0) as row:
            row.product_uom_qty = 15
        self.assertEqual((line.product_uom_qty, line.price_unit, line.discount), (15, 11.0, 5.0))

    def test_without_a_price_the_pricelist_decides(self):
        line = self._line()
        line.product_uom_qty = 12
        self.assertEqual(line.price_unit, 8.0)

    def test_the_pricelist_is_asked_again_when_somebody_wants_it(self):
        line = self._line(price=11.0)
        line.product_uom_qty = 12
        line.order_id.action_update_prices()
        self.assertEqual(line.price_unit, 8.0)
        self.product.list_price = 7.0
        line.product_uom_qty = 2
        self.assertEqual(line.price_unit, 7.0, "and from then on it is the pricelist's price")

    def test_a_price_typed_by_the_desk_stays_too(self):
        line = self._line(price=11.0)
        line.price_unit = 9.5
        line.product_uom_qty = 12
        self.assertEqual(line.price_unit, 9.5)
