"""Goods that have left their shelf by a step of the delivery are brought back to it by core's returns."""

from odoo.exceptions import UserError

from tests.common import OrderCase

from .changes import ChangesMixin


class TestChangeSteps(ChangesMixin, OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse.delivery_steps = "pick_ship"
        cls.shelf, cls.high = cls._shelves()

    @classmethod
    def _shelves(cls):
        stock = cls.warehouse.lot_stock_id.id
        return cls.env["stock.location"].create(
            [{"name": f"Shelf {letter}", "location_id": stock} for letter in ("A", "B")]
        )

    def _step(self, order):
        """Validate the open step whose goods are there."""
        picking = order.picking_ids.filtered(lambda picking: picking.state == "assigned")[:1]
        picking.action_quality_pass()
        picking.move_ids.picked = True
        picking.with_context(skip_sms=True, skip_backorder=True).button_validate()
        return picking

    def _picked_order(self, steps=1):
        self._stock(self.product, 3, self.shelf)
        self._stock(self.product, 2, self.high)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        order.picking_ids.action_assign()
        return order, [self._step(order) for _number in range(steps)]

    def _at(self, location):
        return self.env["stock.quant"]._get_available_quantity(self.product, location, strict=True)

    def test_cancel_brings_everything_back(self):
        for steps, mode in ((1, "pick_ship"), (2, "pick_pack_ship")):
            with self.subTest(mode=mode):
                self.warehouse.delivery_steps = mode
                self.env["stock.quant"].search([("product_id", "=", self.product.id)]).sudo().unlink()
                order, pickings = self._picked_order(steps)
                self.assertEqual(set(order._picking_begun()[order.id].values()), {"step"})
                waiting = order.picking_ids.filtered(lambda picking: picking.state == "assigned")
                parcel = self._packed(waiting, f"P-{mode}")
                with self.assertRaisesRegex(UserError, "have left their shelves"):
                    order.action_cancel()
                request = self._ask(order)
                self._as("processor", request).action_accept()
                self.assertEqual((order.state, waiting.state), ("cancel", "cancel"))
                self.assertEqual((self._at(self.shelf), self._at(self.high)), (3, 2))
                backs = order.picking_ids.filtered("return_id")
                self.assertEqual(set(backs.mapped("state")), {"done"})
                self.assertEqual(len(backs), steps)
                self.assertEqual(
                    sorted((row.location_id.name, row.quantity, row.taken) for row in request.goods_ids),
                    [("Shelf A", 3, True), ("Shelf B", 2, True)],
                )
                self.assertEqual(request.goods_ids.moved_by_id.return_id, pickings[0])
                self.assertTrue(parcel.order_voided_at)
                self.assertEqual(sum(self._events(order, "put_back").mapped("quantity")), 5 * steps)
                self.assertFalse(order._picking_begun())

    def test_change_brings_what_is_too_much_back(self):
        order, (pick,) = self._picked_order()
        ship = order.picking_ids - pick
        parcel = self._packed(ship, "P-STEP")
        line = order.order_line
        request = self._ask(order, "change", {line: 2})
        self._as("processor", request).action_accept()
        self.assertEqual((line.product_uom_qty, ship.move_ids.product_uom_qty, ship.move_ids.quantity), (2, 2, 2))
        self.assertEqual(ship.state, "assigned")
        self.assertEqual(sum(request.goods_ids.mapped("quantity")), 3)
        self.assertTrue(parcel.order_voided_at)
        back = order.picking_ids.filtered("return_id")
        self.assertEqual((back.state, back.move_ids.quantity), ("done", 3))
        self.assertEqual(self._step(order), ship)
        self.assertEqual(line.qty_delivered, 2)
        # core counts no more to be fetched: what is ordered again is one more
        line.product_uom_qty = 3
        more = order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        self.assertEqual(sum(more.move_ids.mapped("product_uom_qty")), 1)

    def test_what_is_still_to_be_fetched_goes_first(self):
        self._stock(self.product, 2, self.shelf)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        order.picking_ids.action_assign()
        self._step(order)
        request = self._ask(order, "change", {order.order_line: 2})
        self._as("processor", request).action_accept()
        self.assertFalse(request.goods_ids)
        opened = order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        self.assertEqual([(move.product_uom_qty, move.quantity) for move in opened.move_ids], [(2, 2)])
        self._step(order)
        self.assertEqual((order.order_line.qty_delivered, order.delivery_status), (2, "full"))
        self.assertFalse(self._at(self.shelf) < 0)

    def test_lots_go_back_to_their_shelf(self):
        product = self._make_product("Tracked", "TC-1", 10.0, tracking="lot")
        lots = self.env["stock.lot"].create([{"name": f"L{number}", "product_id": product.id} for number in range(2)])
        for lot, place in zip(lots, (self.shelf, self.high)):
            self.env["stock.quant"]._update_available_quantity(product, place, 2, lot_id=lot)
        order = self._make_order((product, 4))
        order.action_confirm()
        order.picking_ids.action_assign()
        self._step(order)
        request = self._ask(order)
        self._as("processor", request).action_accept()
        self.assertEqual(
            sorted((row.lot_id.name, row.location_id.name, row.quantity) for row in request.goods_ids),
            [("L0", "Shelf A", 2), ("L1", "Shelf B", 2)],
        )

    def test_a_parcel_shared_with_another_order_is_opened(self):
        """Who cancels one order leaves nothing of another in a void parcel, nor a label that counts for it."""
        self.warehouse.delivery_steps = "ship_only"
        orders = [self._in_hand((self.product, 2)) for _number in range(2)]
        ours, theirs = (order.picking_ids for order in orders)
        parcel = self._packed(ours | theirs, "P-SHARED")
        self._print("label", theirs)
        self._as("processor", self._ask(orders[0])).action_accept()
        self.assertTrue(parcel.order_voided_at)
        self.assertFalse(theirs.move_line_ids.result_package_id)
        self._packed(theirs, "P-OWN")
        self._print("label", theirs)
        labels = self.env["order.print"].search(
            [("kind", "=", "label"), ("res_model", "=", theirs._name), ("res_id", "=", theirs.id)], order="number"
        )
        self.assertEqual(labels.mapped(lambda label: bool(label.voided_at)), [True, False], "the shared parcel's")
