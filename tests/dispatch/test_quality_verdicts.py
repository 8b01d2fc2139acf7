"""Verdicts by quantity and lot: what passed leaves, what failed stays, and both follow the goods."""

from odoo.exceptions import UserError
from odoo.fields import Command

from tests.common import ObservingCase
from tests.dispatch.quality import QualityCase


class TestQualityVerdicts(QualityCase):
    def _eighty_twenty(self, **vals):
        self._point()
        picking = self._ready((self.product, 100), **vals)
        self._answer(self._checks(picking), failed=20, reason="Crushed")
        return picking, picking.backorder_ids

    def test_eighty_go_and_twenty_stay(self):
        picking, held = self._eighty_twenty()
        order = picking.sale_id
        self.assertEqual(
            (picking.move_ids.product_uom_qty, picking.move_ids.quantity, picking.state), (80, 80, "assigned")
        )
        self.assertEqual((held.move_ids.product_uom_qty, held.move_ids.quantity, held.state), (20, 20, "assigned"))
        self.assertEqual((picking.order_quality_state, held.order_quality_state), ("passed", "failed"))
        self.assertTrue(held.order_held_back)
        check = held.order_quality_check_ids
        self.assertEqual((check.checked_by_id, check.note), (self.users["processor"], "Crushed"))
        self.assertEqual((check.line_ids.failed_qty, check.line_ids.quantity), (20, 20))
        self.assertEqual(self._leave(picking), "done")
        self.assertEqual(order.order_line.qty_delivered, 80)
        held.move_ids.picked = True
        for act in ("button_validate", "_action_done"):
            with self.assertRaisesRegex(UserError, f"{held.name}.*Crushed.*failed: 20 Units"):
                getattr(held.with_context(skip_backorder=True), act)()
        with self.assertRaisesRegex(UserError, held.name):
            self.env["stock.picking.batch"].create({"picking_ids": [Command.link(held.id)]}).action_done()
        self.assertEqual(held.state, "assigned")

    def test_stock_is_reserved_once(self):
        picking, held = self._eighty_twenty()
        quant = self.env["stock.quant"]._gather(self.product, self.warehouse.lot_stock_id)
        self.assertEqual((sum(quant.mapped("quantity")), sum(quant.mapped("reserved_quantity"))), (100, 100))
        self.assertEqual(sum((picking | held).move_ids.mapped("product_uom_qty")), 100)
        self.assertEqual((picking | held).move_ids.sale_line_id, picking.sale_id.order_line)

    def test_by_lot(self):
        self._point()
        product = self._tracked()
        good, bad = self._lots(80, 20, product=product)
        picking = self._ready((product, 100), stock=False)
        check = self._checks(picking)
        rows = {line.lot_id: line for line in check.line_ids}
        check.action_answer(
            [{"line": rows[good].id, "passed": 80}, {"line": rows[bad].id, "failed": 20}], reason="Expired"
        )
        held = picking.backorder_ids
        self.assertEqual((picking.move_line_ids.lot_id, held.move_line_ids.lot_id), (good, bad))
        self.assertEqual(held.order_quality_check_ids.line_ids.lot_id, bad)
        self.assertEqual(self._leave(picking), "done")

    def test_one_failed_line_does_not_hold_the_others(self):
        self._point()
        picking = self._ready((self.product, 5), (self.other_product, 2))
        check = self._checks(picking)
        rows = {line.product_id: line for line in check.line_ids}
        check.action_answer(
            [{"line": rows[self.product].id, "failed": 5}, {"line": rows[self.other_product].id, "passed": 2}],
            reason="Wrong colour",
        )
        held = picking.backorder_ids
        self.assertEqual((picking.move_ids.product_id, held.move_ids.product_id), (self.other_product, self.product))
        self.assertEqual(self._leave(picking), "done")
        self.assertEqual(held.order_quality_state, "failed")

    def test_a_check_of_one_product_goes_with_it(self):
        self._point(product_ids=self.product.ids)
        picking = self._ready((self.product, 5), (self.other_product, 2))
        check = self._checks(picking)
        self._answer(check, failed=5, reason="Wrong colour")
        held = picking.backorder_ids
        self.assertEqual((check.picking_id, check.state, check.order_id), (held, "failed", picking.sale_id))
        self.assertFalse(picking.order_quality_check_ids)
        self.assertEqual(self._leave(picking), "done")

    def test_everything_failed(self):
        self._point()
        picking = self._ready((self.product, 5))
        answer = self._answer(self._checks(picking), failed=5, reason="Wet")[0]
        self.assertEqual((answer["state"], answer["held_back"]), ("failed", ""))
        self.assertFalse(picking.backorder_ids or picking.order_held_back)

    def test_what_is_not_in_stock_yet_is_not_held(self):
        self._point()
        self._stock(self.product, 5)
        picking = self._ready((self.product, 8), stock=False)
        self._answer(self._checks(picking), failed=5, reason="Wet")
        held = picking.backorder_ids
        self.assertEqual((picking.move_ids.product_uom_qty, picking.move_ids.quantity), (3, 0))
        self.assertEqual((held.move_ids.product_uom_qty, held.order_quality_state), (5, "failed"))
        self._stock(self.product, 3)
        picking.action_assign()
        self._checks(picking).action_pass()
        self.assertEqual(self._leave(picking), "done")

    def test_what_ships_complete_waits_as_a_whole(self):
        self._point()
        picking = self._ready((self.product, 10), (self.other_product, 1), picking_policy="one")
        check = self._checks(picking)
        rows = {line.product_id: line for line in check.line_ids}
        answer = check.action_answer(
            [{"line": rows[self.product].id, "failed": 2}, {"line": rows[self.other_product].id, "passed": 1}],
            reason="Two are wet",
        )[0]
        self.assertEqual((answer["state"], answer["held_back"]), ("failed", ""))
        self.assertFalse(picking.backorder_ids)
        with self.assertRaisesRegex(UserError, "failed: 2 Units"):
            self._leave(picking)

    def test_a_change_takes_the_verdict_back(self):
        self._point()
        self._stock(self.product, 20)
        picking = self._ready((self.product, 5), stock=False)
        check = self._checks(picking)
        check.action_pass()
        picking.move_ids.quantity = 3
        self.cr.flush()
        self.assertEqual((check.state, check.line_ids.quantity), ("passed", 3), "less is as good")
        picking.move_ids.product_uom_qty = 9
        picking.action_assign()
        self.assertEqual((check.state, check.line_ids.quantity, check.line_ids.passed_qty), ("to_check", 9, 3))
        self.assertFalse(check.checked_by_id)
        self.assertIn("have changed", " ".join(check.message_ids.mapped("body")))
        with self.assertRaisesRegex(UserError, "not checked: 6 Units"):
            self._leave(picking)
        check.action_pass()
        self.assertEqual(self._leave(picking), "done")

    def test_another_lot_is_another_thing_to_check(self):
        self._point()
        product = self._tracked()
        first, second = self._lots(5, 5, product=product)
        picking = self._ready((product, 5), stock=False)
        check = self._checks(picking)
        check.action_pass()
        self.assertEqual(picking.move_line_ids.lot_id, first)
        picking.move_line_ids.lot_id = second
        self.cr.flush()
        self.assertEqual((check.state, check.line_ids.lot_id), ("to_check", second))
        with self.assertRaises(UserError):
            self._leave(picking)

    def test_nothing_changed_nothing_asked(self):
        self._point()
        picking = self._ready((self.product, 5))
        check = self._checks(picking)
        check.action_pass()
        messages = len(check.message_ids)
        self._parcel(picking.move_line_ids)
        picking.action_assign()
        picking._quality_checks()
        self.cr.flush()
        self.assertEqual((check.state, len(check.message_ids)), ("passed", messages))

    def test_more_than_was_checked_does_not_slip_through(self):
        self._point()
        self._stock(self.product, 9)
        picking = self._ready((self.product, 5), stock=False)
        self._checks(picking).action_pass()
        picking.move_ids.quantity = 6
        picking.move_ids.picked = True
        with self.assertRaisesRegex(UserError, "not checked: 1 Units"):
            picking._action_done()

    def test_unchecked_goods_that_stay_do_not_stop_the_others(self):
        self._point()
        picking = self._ready((self.product, 5), (self.other_product, 2))
        check = self._checks(picking)
        rows = {line.product_id: line for line in check.line_ids}
        check.action_answer([{"line": rows[self.product].id, "passed": 5}])
        picking.move_ids.filtered(lambda move: move.product_id == self.product).picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual((picking.state, check.state), ("done", "passed"))
        self.assertEqual(check.checked_by_id, self.users["processor"])
        backorder = picking.backorder_ids
        backorder.action_assign()
        self.assertEqual(backorder.move_ids.product_id, self.other_product)
        self.assertEqual(backorder.order_quality_state, "to_check")
        with self.assertRaises(UserError):
            self._leave(backorder)

    def test_a_verdict_follows_goods_into_a_backorder(self):
        self._point()
        picking = self._ready((self.product, 5), (self.other_product, 2))
        check = self._checks(picking)
        check.action_pass()
        picking.move_ids.filtered(lambda move: move.product_id == self.product).picked = True
        picking.with_context(skip_backorder=True).button_validate()
        backorder = picking.backorder_ids
        own = backorder.order_quality_check_ids
        self.assertEqual((own.state, own.checked_by_id), ("passed", self.users["processor"]))
        self.assertEqual((own.line_ids.product_id, own.line_ids.passed_qty), (self.other_product, 2))
        self.assertEqual(check.line_ids.product_id, self.product)
        self.assertEqual(self._leave(backorder), "done")

    def test_a_failure_follows_goods_into_a_backorder(self):
        self._point()
        picking = self._ready((self.product, 5), (self.other_product, 2), picking_policy="one")
        check = self._checks(picking)
        rows = {line.product_id: line for line in check.line_ids}
        check.action_answer(
            [{"line": rows[self.product].id, "passed": 5}, {"line": rows[self.other_product].id, "failed": 2}],
            reason="Scratched",
        )
        picking.move_ids.filtered(lambda move: move.product_id == self.product).picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual((picking.state, check.state), ("done", "passed"))
        own = picking.backorder_ids.order_quality_check_ids
        self.assertEqual((own.state, own.note, own.line_ids.failed_qty), ("failed", "Scratched", 2))

    def test_another_point_keeps_its_verdict_on_what_is_held_back(self):
        point = self._point()
        self._point("Label", kind="text")
        picking = self._ready((self.product, 10))
        plain, label = self._checks(picking).sorted(lambda check: check.point_id != point)
        self._answer(label, text="Readable")
        self._answer(plain, failed=4, reason="Wet")
        held = picking.backorder_ids
        states = {check.point_id: check.state for check in held.order_quality_check_ids}
        self.assertEqual(states, {point: "failed", label.point_id: "passed"})
        self.assertEqual(picking.order_quality_state, "passed")
        self.assertEqual(self._leave(picking), "done")

    def test_a_verdict_follows_goods_that_are_split_off_by_hand(self):
        self._point()
        picking = self._ready((self.product, 10))
        check = self._checks(picking)
        check.action_pass()
        picking.move_ids.quantity = 6
        picking.action_split_transfer()
        backorder = picking.backorder_ids
        self.assertEqual((check.state, check.line_ids.quantity), ("passed", 6))
        own = backorder.order_quality_check_ids
        self.assertEqual(
            (own.state, own.line_ids.passed_qty, own.checked_by_id), ("passed", 4, self.users["processor"])
        )
        self.assertEqual((self._leave(picking), self._leave(backorder)), ("done", "done"))

    def test_parcels(self):
        self._point()
        picking = self._ready((self.product, 10))
        line = picking.move_line_ids
        line.quantity = 6
        parcel = self._parcel(line)
        picking.action_assign()
        self.assertEqual(sorted(picking.move_line_ids.mapped("quantity")), [4, 6])
        self._answer(self._checks(picking), failed=4, reason="Wet")
        held = picking.backorder_ids
        self.assertEqual(picking.move_line_ids.filtered("quantity").result_package_id, parcel)
        self.assertFalse(held.move_line_ids.result_package_id, "loose goods first")

    def test_nothing_is_added_to_what_is_held_back(self):
        picking, held = self._eighty_twenty()
        self._leave(picking)
        picking.sale_id.order_line.product_uom_qty = 110
        self.assertEqual(held.move_ids.product_uom_qty, 20)

    def test_dispatch_goes_round_what_is_held_back(self):
        picking, held = self._eighty_twenty()
        order = picking.sale_id
        result = self._as("processor", order).action_dispatch()[0]
        self.assertEqual((result["code"], result["transfers"]), ("dispatched", picking.mapped("name")))
        self.assertEqual((order.order_line.qty_delivered, held.state), (80, "assigned"))
        result = self._as("processor", order).action_dispatch()[0]
        self.assertEqual((result["code"], result["transfers"]), ("nothing", []))
        self.assertIn(held.name, result["message"])
        self.assertIn("failed their check", result["message"])

    def test_dispatch_passes_what_needs_no_more_than_a_word(self):
        self._point()
        picking = self._ready((self.product, 5))
        result = self._as("processor", picking.sale_id).action_dispatch()[0]
        self.assertEqual((result["code"], picking.order_quality_state), ("dispatched", "passed"))
        self._measure()
        picking = self._ready((self.product, 5))
        result = self._as("processor", picking.sale_id).action_dispatch()[0]
        self.assertEqual((result["ok"], result["code"]), (False, "refused"))
        self.assertIn("no answer yet", result["message"])
        self.assertEqual(picking.state, "assigned")

    def test_the_screen_opens_before_the_refusal(self):
        self._point()
        picking = self._ready((self.product, 5))
        picking.move_ids.picked = True
        action = self._as("processor", picking).with_context(order_quality_screen=True).button_validate()
        self.assertEqual((action["res_model"], action["res_id"]), ("order.quality.check", self._checks(picking).id))
        self.assertEqual(picking.state, "assigned")
        with self.assertRaisesRegex(UserError, "have not passed their check"):
            self._as("processor", picking).button_validate()
        action = self._as("processor", picking).action_order_quality()
        self.assertEqual(action["res_id"], self._checks(picking).id)
        self.assertEqual(picking.order_quality_count, 1)
        self._checks(picking).action_pass()
        self.assertIs(self._as("processor", picking).with_context(order_quality_screen=True).button_validate(), True)


class TestQualityVerdictsObserving(ObservingCase):
    def test_checks_are_recorded_and_stop_nothing(self):
        self.env["order.quality.point"].create({"name": "All well"})
        self._stock(self.product, 5)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        picking = order.picking_ids
        picking.action_assign()
        self.assertEqual(picking.order_quality_check_ids.line_ids.quantity, 5)
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual((picking.state, picking.order_quality_state), ("done", "to_check"))
