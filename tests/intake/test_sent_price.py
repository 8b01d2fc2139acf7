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

    def test_a_sent_price_is_that_of_its_product(self):
        """Another product has its own price and discount, on a write, in a form, and when it is changed back."""
        self._with_discounts("integration", "processor")
        line = self._line(price=11.0, discount=5)
        line.product_id = self.other_product
        self.assertEqual((line.price_unit, line.discount), (25.0, 0.0))
        line.product_uom_qty = 7
        self.other_product.list_price = 26.0
        line.product_uom_qty = 8
        self.assertEqual(line.price_unit, 26.0)
        line.product_id = self.product
        self.assertEqual(line.price_unit, 8.0)
        other = self._line("R-2", price=11.0, discount=5)
        with Form(other.order_id) as form, form.order_line.edit(0) as row:
            row.product_id = self.other_product
            self.assertEqual(row.price_unit, 26.0)
        self.assertEqual((other.price_unit, other.discount), (26.0, 0.0))
        both = self._line("R-3", price=11.0)
        both.write({"product_id": self.other_product.id, "price_unit": 3.0})
        both.product_uom_qty = 9
        self.assertEqual(both.price_unit, 3.0, "a price that is typed with the product stays")

    def test_an_amended_price_is_a_sent_price(self):
        line = self._line(price=11.0)
        order = {"reference": "R-1", "customer": self.customer.email, "replace": True}
        order["lines"] = [{"product": "TG-1", "quantity": 2, "price": 12.0}]
        answer = self._as("integration", self.env["order.processing"]).submit_orders(orders=[order], source="shop")[0]
        self.assertTrue(answer["ok"], answer)
        self.assertEqual(line.price_unit, 12.0)
        line.product_uom_qty = 5
        self.assertEqual(line.price_unit, 12.0)


class TestPricelistItem(OrderCase):
    """Core asks a pricelist only where the database has pricelists switched on: a setting of all, not a group of a user."""

    def _quantities(self, **line):
        item = {"applied_on": "0_product_variant", "product_id": self.product.id, "compute_price": "fixed"}
        sheet = self.env["product.pricelist"].create(
            {"name": "Bands", "item_ids": [Command.create({**item, "fixed_price": 7.0, "min_quantity": 10})]}
        )
        self.customer.with_company(self.company).property_product_pricelist = sheet
        # what was assigned stays in memory, and would be used though there are no pricelists, until memory is cleared
        self.env.flush_all()
        self.env.invalidate_all()
        order = {
            "reference": "R-1",
            "customer": self.customer.email,
            "lines": [{"product": "TG-1", "quantity": 12, **line}],
        }
        answer = self._as("integration", self.env["order.processing"]).submit_orders(orders=[order], source="shop")[0]
        line = self._as("processor", self.env["sale.order"].browse(answer["order_id"]).order_line)
        entered = line.price_unit
        line.product_uom_qty = 2
        few = line.price_unit
        line.product_uom_qty = 20
        return entered, few, line.price_unit

    def test_a_line_without_a_price_follows_the_item(self):
        self._turn_on("product.group_product_pricelist")
        self.assertEqual(self._quantities(), (7.0, 10.0, 7.0))

    def test_a_line_with_a_price_does_not(self):
        self._turn_on("product.group_product_pricelist")
        self.assertEqual(self._quantities(price=9.0), (9.0, 9.0, 9.0))

    def test_without_pricelists_nobody_asks_one(self):
        """Whatever groups the user has."""
        self.env["res.config.settings"].create({"group_product_pricelist": False}).execute()
        for name in ("integration", "processor"):
            self.users[name].group_ids += self.env.ref("product.group_product_pricelist")
        self.assertEqual(self._quantities(), (10.0, 10.0, 10.0))
