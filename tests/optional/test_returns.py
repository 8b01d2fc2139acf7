"""Returns of goods that core's other modules deliver: kits by their components, drop shipments from the vendor."""

import pytest

from odoo.fields import Command

from tests.returns.common import ReturnCase

pytestmark = pytest.mark.optional


class TestKitReturns(ReturnCase):
    """A kit is sold as one product and comes back as others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kit = cls._make_product("Kit", "KIT", 40.0)
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": cls.product.id, "product_qty": 2}),
                    Command.create({"product_id": cls.other_product.id, "product_qty": 1}),
                ],
            }
        )

    def _agrees(self, order):
        self.env["order.discrepancy"].sweep([("order_id", "=", order.id)])
        found = order.order_discrepancy_ids.filtered(lambda record: record.state in ("open", "in_progress"))
        self.assertFalse(found.mapped("display_name"))

    def test_a_kit_comes_back_and_is_credited(self):
        order = self._shipped((self.kit, 3))
        line = order.order_line
        self.assertEqual(line.order_returnable_qty, 3)
        before = [self._on_hand(one, self.warehouse.lot_stock_id) for one in (self.product, self.other_product)]
        case = self._ask(self._row(line, 1))
        self._process(case)
        after = [self._on_hand(one, self.warehouse.lot_stock_id) for one in (self.product, self.other_product)]
        self.assertEqual([there - here for here, there in zip(before, after)], [2, 1])
        self.assertEqual(self._figures(line), (2, 2, 0))
        self.assertEqual(case.credit_ids.amount_untaxed, 40)
        self.assertEqual(line.order_returnable_qty, 2)
        self._agrees(order)

    def test_no_more_kits_than_were_delivered(self):
        order = self._shipped((self.kit, 3))
        self._process(self._ask(self._row(order.order_line, 2)))
        case = self._ask(self._row(order.order_line, 2), ok=False)
        self.assertTrue(case.unmatched)


class TestDropshipReturns(ReturnCase):
    """What the vendor sent to the customer comes back to the house, or stays with the customer."""

    def _dropped(self, quantity):
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        product = self._make_product(
            "Dropped",
            "DROP",
            30.0,
            route_ids=[Command.set(self.env.ref("stock_dropshipping.route_drop_shipping").ids)],
            seller_ids=[Command.create({"partner_id": vendor.id, "price": 20.0})],
        )
        order = self._make_order((product, quantity))
        order.action_confirm()
        purchase = order.order_line.purchase_line_ids.order_id
        purchase.button_confirm()
        self._deliver(purchase)
        self._invoice(order)
        return order

    def test_the_customer_keeps_it(self):
        order = self._dropped(5)
        line = order.order_line
        case = self._ask(self._row(line, 2, disposition="customer_keeps"))
        self._process(case)
        self.assertEqual((case.state, case.credit_ids.amount_untaxed), ("settled", 60))

    def test_it_comes_to_the_house(self):
        order = self._dropped(5)
        line = order.order_line
        self.assertEqual(line.order_returnable_qty, 5)
        case = self._ask(self._row(line, 2))
        self._process(case)
        self.assertEqual(case.credit_ids.amount_untaxed, 60)
        self.assertEqual(self._figures(line), (3, 3, 0))
        self.assertEqual(line.order_returnable_qty, 3)
