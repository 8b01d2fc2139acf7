"""The add-on beside core modules that it detects and never imports: kits, dropshipping, repairs, discounts, vehicles."""

import pytest

from odoo.fields import Command

from tests.reconciliation.common import ReconciliationCase

pytestmark = pytest.mark.optional


class TestKits(ReconciliationCase):
    """A kit is ordered and invoiced as one product, and leaves as others."""

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

    def test_components_leave_and_the_kit_is_delivered(self):
        order = self._confirmed((self.kit, 3))
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 3)
        components = self._events(order, "shipped_component")
        self.assertEqual(sorted(components.mapped("quantity")), [3, 6])
        figures = self.env["order.matching"].figures(order.ids)
        self.assertEqual([row["delivered"] for row in figures], [3])
        self._invoice(order)
        self.env["order.discrepancy"].sweep([("order_id", "=", order.id)])
        self.assertFalse(self.env["order.discrepancy"].search([("order_id", "=", order.id)]))
        statement = self._next_day()
        self._assert_proven(statement)
        self.assertEqual(self._bucket(statement, order), "to_pay")

    def test_kits_are_fetched_back_by_their_components(self):
        """One kit of three too much: of each component what belongs to one, by one click, and the order is right again."""
        order = self._confirmed((self.kit, 2))
        self._deliver(order, {self.product: 6, self.other_product: 3})
        self.env["order.discrepancy"].sweep([("order_id", "=", order.id)])
        record = self._as("processor", order.order_discrepancy_ids.filtered(lambda found: found.kind == "over_shipped"))
        self.assertEqual((record.expected, record.found), (2, 3))
        self.assertEqual(record.mend_preview("return")["problem"], "")
        answer = record.mend_apply("return")
        back = self.env["stock.picking"].browse([document["id"] for document in answer["documents"]])
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in back.move_ids}, {self.product: 2, self.other_product: 1}
        )
        back.move_ids.picked = True
        back.with_context(skip_sms=True, skip_backorder=True).button_validate()
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.env["order.discrepancy"].sweep([("order_id", "=", order.id)])
        self.assertEqual(record.state, "auto_closed")

    def test_half_a_kit_waits_and_is_promised(self):
        order = self._make_order((self.kit, 3))
        order.action_promise()
        self.assertFalse(order.order_is_short)
        many = self._make_order((self.kit, 4000), (self.kit, 3000))
        many.action_promise()
        self.assertEqual(many.order_line.mapped("order_short_qty"), [0, 2000])
        order.action_confirm()
        self._deliver(order, {self.product: 6, self.other_product: 2})
        statement = self._next_day()
        self._assert_proven(statement)
        self.assertIn(self._bucket(statement, order), ("ready", "waiting", "check"))

    def test_dispatch_ships_a_kit(self):
        order = self._confirmed((self.kit, 2))
        result = self._as("processor", order).action_dispatch()[0]
        self.assertEqual((result["ok"], len(result["transfers"]), len(result["invoices"])), (True, 1, 1))
        self._assert_proven(self._next_day())


class TestDropshipping(ReconciliationCase):
    """Goods that go from the vendor to the customer and never see the warehouse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        vendor = cls.env["res.partner"].create({"name": "Vendor"})
        cls.dropped = cls._make_product(
            "Dropped",
            "DROP",
            30.0,
            route_ids=[Command.set(cls.env.ref("stock_dropshipping.route_drop_shipping").ids)],
            seller_ids=[Command.create({"partner_id": vendor.id, "price": 20.0})],
        )

    def _dropshipped(self, quantity):
        order = self._confirmed((self.dropped, quantity))
        purchase = order.order_line.purchase_line_ids.order_id
        purchase.button_confirm()
        self._deliver(purchase)
        return order, purchase

    def test_the_book_and_the_ledgers_agree(self):
        order, _purchase = self._dropshipped(5)
        self.assertEqual(order.order_line.qty_delivered, 5)
        self.assertEqual(self._events(order, "shipped").mapped("quantity"), [5])
        self._invoice(order)
        self.env["order.discrepancy"].sweep([("order_id", "=", order.id)])
        self.assertFalse(self.env["order.discrepancy"].search([("order_id", "=", order.id)]))
        self._assert_proven(self._next_day())

    def test_what_goes_back_to_the_vendor(self):
        order, purchase = self._dropshipped(5)
        self._invoice(order)
        transfer = purchase.picking_ids
        wizard = self.env["stock.return.picking"].with_context(active_id=transfer.id, active_model="stock.picking")
        wizard = wizard.create({})
        wizard.product_return_moves.write({"quantity": 2, "to_refund": True})
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.with_context(skip_sms=True, skip_backorder=True).button_validate()
        self.assertEqual(order.order_line.qty_delivered, 3)
        self.assertEqual(self._events(order, "received_back").mapped("quantity"), [2])
        self._assert_proven(self._next_day())


class TestRepairs(ReconciliationCase):
    def test_an_order_that_makes_a_repair_is_verified_and_closed(self):
        service = self._make_product("Repair", "REP", 15.0, type="service", invoice_policy="order")
        service.service_tracking = "repair"
        order = self._make_order((service, 1))
        result = order.action_verify_and_confirm()[0]
        self.assertTrue(result["confirmed"])
        self.assertEqual(order.repair_count, 1)
        self._invoice(order)
        self._assert_proven(self._next_day())


class TestDiscounts(ReconciliationCase):
    def test_a_reward_line_is_no_price_that_is_far_off(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Ten per cent",
                "program_type": "promotion",
                "trigger": "auto",
                "applies_on": "current",
                "rule_ids": [Command.create({"minimum_qty": 1})],
                "reward_ids": [Command.create({"reward_type": "discount", "discount": 10, "discount_mode": "percent"})],
            }
        )
        order = self._make_order((self.product, 5))
        order._update_programs_and_rewards()
        coupon = order.coupon_point_ids.coupon_id.filtered(lambda coupon: coupon.program_id == program)
        order._apply_program_reward(program.reward_ids, coupon)
        self.assertEqual(order.amount_untaxed, 45)
        result = order.action_verify_and_confirm()[0]
        self.assertEqual((result["findings"], result["confirmed"]), ([], True))
        self._deliver(order)
        self._invoice(order)
        self.env["order.discrepancy"].sweep([("order_id", "=", order.id)])
        self.assertFalse(self.env["order.discrepancy"].search([("order_id", "=", order.id)]))
        self._assert_proven(self._next_day())


class TestVehicles(ReconciliationCase):
    def test_a_pickup_beside_batches_with_vehicles(self):
        self.assertIn("vehicle_id", self.env["stock.picking.batch"]._fields)
        orders = self._confirmed((self.product, 5)) | self._confirmed((self.other_product, 2))
        results = self._as("processor", orders).action_dispatch()
        self.assertEqual([result["ok"] for result in results], [True, True])
        pickup = orders.picking_ids.order_pickup_id
        self.assertEqual(len(pickup), 1)
        self._as("processor", pickup).action_hand_over(signed_by="Driver")
        self.assertEqual(pickup.state, "handed_over")
        self._assert_proven(self._next_day())
