"""What is short is taken from another warehouse, and core's documents stay right whatever happens afterwards."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.order_processing.models.availability.shortage import Decision

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

    def _waiting(self):
        """An order of two lines: of the second all is there, but it is wanted by an order before that has not reserved it."""
        self._stock(self.other_product, 10)
        before = self._make_order((self.other_product, 10))
        before.action_confirm()
        before.picking_ids.do_unreserve()
        self._stock(self.other_product, 20, self.house.lot_stock_id)
        order = self._make_order((self.product, 10), (self.other_product, 10))
        order.action_confirm()
        order.picking_ids.do_unreserve()
        order.action_promise()
        self.assertEqual(order.order_line.mapped("order_short_qty"), [6, 10])
        return order

    def test_what_another_choice_reserves_is_not_taken_twice(self):
        order = self._waiting()
        first, second = order.order_line
        lines = self._as("processor", first | second)
        answer = lines._decide_shortages({lines[0]: Decision("part"), lines[1]: Decision("warehouse")})
        self.assertEqual(answer[0]["code"], "done", answer)
        leaving = self._open_moves(order).filtered(lambda move: move.product_id == self.other_product)
        self.assertEqual(sum(leaving.mapped("product_uom_qty")), 10)
        self.assertEqual(leaving.location_id, self.house.lot_stock_id)

    def test_what_is_not_open_any_more_is_refused_whole(self):
        order = self._waiting()
        line = order.order_line[1]
        line.move_ids.product_uom_qty = 4
        with self.assertRaisesRegex(UserError, f"(?s){order.name}.*{self.other_product.name}"):
            line._shortage_take({line: (self.house, 10)})
        self.assertEqual(line.move_ids.product_uom_qty, 4)

    def test_what_is_sent_again_in_place_of_a_return_is_not_taken(self):
        self._stock(self.product, 2)
        order = self._short()
        self._deliver(order, {self.product: 6})
        move = order.order_line.move_ids.filtered(lambda move: move.state == "done")
        self._stock(self.product, 4)
        order.picking_ids.filtered(lambda picking: picking.state != "done").action_assign()
        again = move.copy(
            {
                "product_uom_qty": 2,
                "procure_method": "make_to_stock",
                "origin_returned_move_id": move.id,
                "picking_id": False,
            }
        )
        again._action_confirm()
        order.action_promise()
        self._stock(self.product, 20, self.house.lot_stock_id)
        line = order.order_line
        self.assertEqual((again.state, line.order_short_qty), ("confirmed", 2))
        self.assertEqual(self._decide(line, "warehouse")[0]["code"], "refused")
        self.assertEqual(again.product_uom_qty, 2)

    def test_many_are_taken_with_one_write(self):
        self._stock(self.product, 1000, self.house.lot_stock_id)
        orders = self.env["sale.order"].browse(self._make_order((self.product, 10)).id for _n in range(12))
        orders.action_confirm()
        orders.picking_ids.do_unreserve()
        written = []

        def spy(moves, vals):
            if "product_uom_qty" in vals:
                written.append(moves)
            return write(moves, vals)

        write = type(self.env["stock.move"]).write
        with patch.object(type(self.env["stock.move"]), "write", spy):
            orders.order_line._shortage_take({line: (self.house, 6) for line in orders.order_line})
        self.assertEqual(len([moves for moves in written if moves.location_id == self.warehouse.lot_stock_id]), 1)


class TestProfile(ShortageCase):
    """Goods from another warehouse leave with a transfer of their own: the order must have room for it."""

    def _asked_there(self, *lines, there=20, **vals):
        self._stock(self.product, there, self.house.lot_stock_id)
        order = self._short(*lines, **vals)
        return order, self._decide(order.order_line[0], "warehouse")[0]

    def test_no_more_shipments_than_the_customer_takes(self):
        order, answer = self._asked_there(order_max_shipments=1)
        self.assertEqual(answer["code"], "refused")
        self.assertIn("1 shipments at most", answer["message"])
        order.order_max_shipments = 2
        self.assertEqual(self._decide(order.order_line, "warehouse")[0]["code"], "done")
        self.assertEqual(self._as("processor", order).action_dispatch()[0]["code"], "dispatched")
        self.assertEqual(order.order_line.qty_delivered, 10)

    def test_what_is_planned_before_counts(self):
        third = self.env["stock.warehouse"].create({"name": "Third House", "code": "THI"})
        self._stock(self.other_product, 2, third.lot_stock_id)
        self._stock(self.product, 20, self.house.lot_stock_id)
        order = self._short((self.product, 10), (self.other_product, 2), order_max_shipments=2)
        self.assertIn("2 shipments at most", self._decide(order.order_line, "warehouse")[0]["message"])
        order.order_max_shipments = 3
        self.assertEqual(self._decide(order.order_line, "warehouse")[0]["code"], "done")

    def test_whole_lines_are_not_divided(self):
        order, answer = self._asked_there(order_complete_lines=True, there=7)
        self.assertEqual(answer["code"], "refused")
        self.assertIn("whole lines", answer["message"])
        self._stock(self.product, 3, self.house.lot_stock_id)
        self.assertEqual(
            self._decide(order.order_line, "warehouse")[0]["code"], "done", "the line leaves whole from there"
        )
        self.assertEqual(self._as("processor", order).action_dispatch()[0]["code"], "dispatched")

    def test_a_line_that_leaves_whole_from_there_leaves_with_what_was_taken_before(self):
        order, answer = self._asked_there((self.other_product, 10), order_complete_lines=True)
        self._stock(self.other_product, 20, self.house.lot_stock_id)
        self.assertEqual(self._decide(order.order_line, "warehouse")[0]["code"], "done")
        order.order_line.product_uom_qty = 15
        order.action_promise()
        self.assertEqual(self._decide(order.order_line, "warehouse")[0]["code"], "done")
        self.assertEqual(self._as("processor", order).action_dispatch()[0]["code"], "dispatched")
        self.assertEqual(order.order_line.qty_delivered, 15)

    def test_no_two_parts_that_are_worth_too_little(self):
        # 4 of 10 are here, 6 there, 10.00 each
        order, answer = self._asked_there(order_min_shipment=80)
        self.assertEqual(answer["code"], "refused")
        self.assertIn("worth at least", answer["message"])
        self.assertIn(self.house.name, answer["message"])
        order.order_min_shipment = 50
        self.assertEqual(self._decide(order.order_line, "warehouse")[0]["code"], "done", "the poor one leaves last")
        other = order.picking_ids.filtered(lambda picking: picking.picking_type_id.warehouse_id == self.house)
        for picking in (other, order.picking_ids - other):
            picking.action_quality_pass()
            picking.move_ids.picked = True
            picking.with_user(self.users["processor"]).with_context(skip_backorder=True).button_validate()
            self.assertEqual(picking.state, "done")

    def test_an_order_that_leaves_at_once_is_not_divided(self):
        order, answer = self._asked_there(picking_policy="one")
        self.assertEqual(answer["code"], "refused")
        self.assertIn("at once", answer["message"])
        whole = self._short((self.other_product, 3), picking_policy="one", order_max_shipments=1)
        self._stock(self.other_product, 3, self.house.lot_stock_id)
        self.assertEqual(self._decide(whole.order_line, "warehouse")[0]["code"], "done", "all of it leaves from there")
        self.assertEqual(self._as("processor", whole).action_dispatch()[0]["code"], "dispatched")

    def test_what_is_cancelled_beside_it_leaves_with_no_transfer(self):
        self._stock(self.other_product, 2, self.house.lot_stock_id)
        order = self._short((self.substitute, 5), (self.other_product, 2), order_max_shipments=1)
        lines = self._as("processor", order.order_line)
        answer = lines._decide_shortages({lines[0]: Decision("wait"), lines[1]: Decision("warehouse")})
        self.assertIn("1 shipments at most", answer[0]["message"])
        answer = lines._decide_shortages({lines[0]: Decision("cancel"), lines[1]: Decision("warehouse")})
        self.assertEqual(answer[0]["code"], "done", answer)
        self.assertEqual(self._as("processor", order).action_dispatch()[0]["code"], "dispatched")

    def test_who_sends_what_is_there_divides_the_order(self):
        self._stock(self.other_product, 2, self.house.lot_stock_id)
        order = self._short((self.product, 10), (self.other_product, 2), picking_policy="one")
        lines = self._as("processor", order.order_line)
        answer = lines._decide_shortages({lines[0]: Decision("wait"), lines[1]: Decision("warehouse")})
        self.assertIn("at once", answer[0]["message"])
        answer = lines._decide_shortages({lines[0]: Decision("part"), lines[1]: Decision("warehouse")})
        self.assertEqual(answer[0]["code"], "done", answer)
        self.assertEqual(order.picking_policy, "direct")
