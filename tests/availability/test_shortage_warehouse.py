"""What is short is taken from another warehouse, and core's documents stay right whatever happens afterwards."""

from odoo.fields import Command

from .shortages import ShortageCase


class TestOtherWarehouse(ShortageCase):
    def _taken(self, there=20, **vals):
        self._stock(self.product, there, self.house.lot_stock_id)
        order = self._short(**vals)
        answer = self._decide(order.order_line, "warehouse")
        self.assertEqual(answer[0]["code"], "done", answer)
        return order

    def _asked(self, order):
        """Open demand by warehouse, with what is reserved of it."""
        found = {}
        for move in self._open_moves(order):
            asked, reserved = found.get(move.location_id.warehouse_id, (0, 0))
            found[move.location_id.warehouse_id] = (asked + move.product_uom_qty, reserved + move.quantity)
        return found

    def test_a_transfer_of_its_own_and_the_order_as_it_was(self):
        order = self._taken()
        line = order.order_line
        self.assertEqual(self._asked(order), {self.warehouse: (4, 4), self.house: (6, 6)})
        other = order.picking_ids.filtered(lambda picking: picking.picking_type_id.warehouse_id == self.house)
        self.assertEqual(
            (other.picking_type_code, other.state, other.partner_id), ("outgoing", "assigned", self.customer)
        )
        self.assertEqual((len(order.picking_ids), line.product_uom_qty, order.order_is_short), (2, 10, False))
        self.assertEqual(self._events(order, "short_decided").reason, "warehouse")
        self.assertFalse(self._events(order, "lowered", "raised", "closed_short", "unsealed"))
        self.assertEqual(self._as("processor", order).action_dispatch()[0]["code"], "dispatched")
        self.assertEqual((line.qty_delivered, line.qty_to_invoice, order.delivery_status), (10, 0, "full"))
        self.assertEqual(line.qty_invoiced, 10)

    def test_no_more_than_is_free_there(self):
        self._stock(self.product, 5, self.house.lot_stock_id)
        self._make_order((self.product, 3), warehouse_id=self.house.id).action_confirm()
        order = self._short()
        self._decide(order.order_line, "warehouse")
        self.assertEqual(self._asked(order), {self.warehouse: (8, 4), self.house: (2, 2)})
        self.assertEqual(order.order_line.order_short_qty, 4)

    def test_two_lines_do_not_take_the_same_goods(self):
        self._stock(self.product, 8, self.house.lot_stock_id)
        first, second = self._short(), self._short()
        answer = self._decide((first | second).order_line, "warehouse")
        self.assertEqual([row["lines"][0]["quantity"] for row in answer], [6, 2])
        self.assertEqual((first.order_is_short, second.order_line.order_short_qty), (False, 8))

    def test_lowered_afterwards_nothing_comes_back_that_never_left(self):
        for quantity, left in ((7, {"own": 4, "other": 3}), (3, {"own": 3, "other": 0})):
            order = self._taken()
            # goods of the other house are not reserved: they are given up first
            transfer = order.picking_ids.filtered(lambda picking: picking.picking_type_id.warehouse_id == self.house)
            transfer.do_unreserve()
            order.order_line.product_uom_qty = quantity
            self.assertFalse(order.picking_ids.filtered(lambda picking: picking.picking_type_code == "incoming"))
            asked = {house: demand for house, (demand, _reserved) in self._asked(order).items()}
            self.assertEqual(asked.get(self.warehouse, 0), left["own"])
            self.assertEqual(asked.get(self.house, 0), left["other"])
            order._action_cancel()

    def test_raised_afterwards_the_order_s_warehouse_is_asked(self):
        order = self._taken()
        order.order_line.product_uom_qty = 12
        self.assertEqual(
            {house: asked for house, (asked, _reserved) in self._asked(order).items()},
            {self.warehouse: 6, self.house: 6},
        )

    def test_closed_short_and_cancelled_afterwards(self):
        order = self._taken()
        other = order.picking_ids.filtered(lambda picking: picking.picking_type_id.warehouse_id == self.house)
        self._deliver_only(other)
        self.assertEqual(order.order_line.qty_delivered, 6)
        self._as("processor", order.order_line).action_close_short("customer")
        self.assertEqual((order.order_line.product_uom_qty, self._open_moves(order)), (6, self.env["stock.move"]))
        whole = self._taken()
        whole._action_cancel()
        self.assertFalse(self._open_moves(whole))

    def _deliver_only(self, picking):
        picking.action_quality_pass()
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
        self.assertEqual(picking.state, "done")

    def test_several_steps_out_of_the_other_house(self):
        self.house.delivery_steps = "pick_ship"
        order = self._taken()
        first = order.picking_ids.filtered(lambda picking: picking.picking_type_id.warehouse_id == self.house)
        self.assertEqual((first.picking_type_code, first.state), ("internal", "assigned"))
        self.assertEqual(self._as("processor", order).action_dispatch()[0]["code"], "dispatched")
        self.assertEqual(order.order_line.qty_delivered, 10)
        lowered = self._taken()
        lowered.order_line.product_uom_qty = 4
        self.assertEqual(sum(self._open_moves(lowered).mapped("product_uom_qty")), 4)

    def test_what_the_product_s_own_route_would_buy_or_make_is_taken_from_stock(self):
        self.warehouse.mto_pull_id.route_id.active = True
        order = self._short()
        self._stock(self.product, 20, self.house.lot_stock_id)
        self.product.route_ids = [Command.link(self.warehouse.mto_pull_id.route_id.id)]
        self._decide(order.order_line, "warehouse")
        moves = self._open_moves(order).filtered(lambda move: move.location_id == self.house.lot_stock_id)
        self.assertEqual((moves.procure_method, moves.quantity), ("make_to_stock", 6))

    def test_refused_where_it_cannot_be(self):
        self._stock(self.product, 20, self.house.lot_stock_id)
        routed = self._make_order((self.product, 10))
        routed.order_line.route_ids = self.warehouse.delivery_route_id
        routed.action_confirm()
        locked, packed = self._short(), self._short((self.product, 9))
        locked.action_lock()
        packed.picking_ids.move_ids.write({"quantity": 9, "picked": True})
        foreign = self.env["stock.warehouse"].search([("company_id", "=", self.other_company.id)], limit=1)
        for order, words in ((routed, self.warehouse.delivery_route_id.name), (locked, "locked")):
            answer = self._decide(order.order_line, "warehouse")
            self.assertEqual(answer[0]["code"], "refused")
            self.assertIn(words, answer[0]["message"])
        order = self._short((self.other_product, 1))
        self.assertIn("no other warehouse", self._decide(order.order_line, "warehouse")[0]["message"])
        answer = (
            self.env["sale.order.line"]
            .browse(order.order_line.id)
            .action_decide_shortage("warehouse", warehouse_id=foreign.id)
        )
        self.assertIn(foreign.name, answer[0]["message"])
