"""What is split off a transfer with failed goods: by a wave, by hand, and what has nothing to do with them."""

from odoo.exceptions import UserError

from tests.dispatch.quality import QualityCase


class TestQualityApart(QualityCase):
    def _both(self, first=5, second=2, **point):
        """A transfer of two products, and the check of a point."""
        self._point(**point)
        picking = self._ready((self.product, first), (self.other_product, second))
        return picking, self._checks(picking)

    def _move(self, picking, product):
        return picking.move_ids.filtered(lambda move: move.product_id == product)

    # ------------------------------------------------------------------ waves

    def test_a_wave_does_not_take_a_part_of_what_failed(self):
        picking, check = self._both()
        picking.picking_type_id.write({"auto_batch": True, "wave_group_by_product": True})
        picking.batch_id = False
        lines = picking.move_line_ids
        self.assertTrue(all(line._is_auto_waveable() for line in lines))
        check.action_fail("Wet")
        self.assertFalse(any(line._is_auto_waveable() for line in lines))
        with self.assertRaisesRegex(UserError, f"{picking.name}.*failed.*whole"):
            lines[0]._add_to_wave()
        lines._add_to_wave()
        self.assertTrue(picking.batch_id.is_wave)

    def test_a_wave_does_not_take_a_part_of_what_is_held_back(self):
        picking, check = self._both()
        rows = {line.product_id: line for line in check.line_ids}
        check.action_answer([{"line": rows[self.product].id, "failed": 2}], reason="Wet")
        # not all of it is answered yet, and some has failed
        with self.assertRaisesRegex(UserError, picking.name):
            self._move(picking, self.other_product).move_line_ids._add_to_wave()
        check.action_answer([{"line": rows[self.other_product].id, "failed": 1}], reason="Rusty")
        held = picking.backorder_ids
        held.do_unreserve()
        self.cr.flush()
        held.action_assign()
        self.assertEqual(held.order_quality_state, "to_check")
        with self.assertRaisesRegex(UserError, held.name):
            held.move_line_ids[0]._add_to_wave()
        self._checks(held).action_pass("Dry by now")
        held.move_line_ids[0]._add_to_wave()
        # what passed goes where it is wanted
        picking.move_line_ids[0]._add_to_wave()
        self.assertEqual(len(picking.sale_id.picking_ids), 4)

    # ------------------------------------------------------------------ goods that did not fail

    def test_goods_that_no_point_is_about_leave_when_the_others_are_gone(self):
        picking, check = self._both(product_ids=self.product.ids)
        check.action_fail("Wet")
        failed = self._move(picking, self.product)
        failed.quantity = 0
        self.cr.flush()
        result = self._as("processor", picking.sale_id).action_dispatch()[0]
        self.assertEqual((result["code"], picking.state), ("nothing", "assigned"))
        failed._action_cancel()
        result = self._as("processor", picking.sale_id).action_dispatch()[0]
        self.assertEqual((result["code"], picking.state), ("dispatched", "done"), result["message"])
        self.assertEqual(picking.sale_id.order_line.mapped("qty_delivered"), [0, 2])

    def test_a_backorder_of_goods_that_no_point_is_about_is_not_held_back(self):
        picking, check = self._both(product_ids=self.product.ids)
        check.action_fail("Wet")
        failed = self._move(picking, self.product)
        failed.product_uom_qty = 3
        failed.quantity = 3
        self.cr.flush()
        self.assertTrue(check.line_ids._taken_out())
        self._move(picking, self.other_product).quantity = 1
        picking.action_split_transfer()
        rest = picking.backorder_ids
        self.assertEqual((rest.move_ids.product_id, rest.order_held_back), (self.other_product, False))
        result = self._as("processor", picking.sale_id).action_dispatch()[0]
        self.assertEqual((result["transfers"], picking.state), ([rest.name], "assigned"))

    def test_nor_is_one_of_a_backorder_that_is(self):
        picking, check = self._both(product_ids=self.product.ids)
        check.action_fail("Wet")
        self._move(picking, self.product).quantity = 2
        self._move(picking, self.other_product).quantity = 1
        self.cr.flush()
        picking.action_split_transfer()
        rest = picking.backorder_ids
        self.assertTrue(rest.order_held_back)
        self._move(rest, self.other_product).quantity = 0
        rest.action_split_transfer()
        self.assertEqual(rest.backorder_ids.move_ids.product_id, self.other_product)
        self.assertFalse(rest.backorder_ids.order_held_back)

    # ------------------------------------------------------------------ goods that were never there

    def test_what_was_not_there_did_not_fail(self):
        self._stock(self.product, 60)
        picking = self._ready((self.product, 100), stock=False)
        self.assertEqual(picking.move_ids.quantity, 60)
        self._as("processor", picking).action_quality_fail("Wet")
        picking.action_split_transfer()
        rest = picking.backorder_ids
        check = rest.order_quality_check_ids
        self.assertEqual((check.state, check.checked_by_id.id, check.note), ("to_check", False, False))
        self.assertEqual(picking.order_quality_state, "failed")
        self._stock(self.product, 40)
        rest.action_assign()
        with self.assertRaisesRegex(UserError, "not passed"):
            self._leave(rest)
        # with what failed there, no dispatch says that all was looked at
        result = self._as("processor", picking.sale_id).action_dispatch()[0]
        self.assertEqual((result["code"], check.state), ("refused", "to_check"))
        self._as("processor", rest).action_quality_pass("These are others")
        self.assertEqual(self._leave(rest), "done")

    # ------------------------------------------------------------------ who did what

    def test_who_conceded_is_not_forgotten(self):
        self._point(second_person=True)
        picking = self._ready((self.product, 3))
        check = self._checks(picking)
        self._answer(check, failed=3, reason="Scratched")
        self._as("manager", check).action_concede("The customer takes them")
        self._stock(self.product, 5)
        picking.move_ids.product_uom_qty = 8
        picking.action_assign()
        new = check.line_ids.filtered(lambda line: not line.conceded)
        check.action_answer([{"line": new.id, "passed": 5}])
        self.assertEqual((check.state, check.checked_by_id), ("passed", self.users["processor"]))
        self._parcel(picking.move_line_ids, user="manager")
        with self.assertRaisesRegex(UserError, f"{self.users['manager'].name} packed it, too"):
            self._leave(picking)

    def test_who_reserves_a_whole_parcel_has_not_packed_it(self):
        self._point(second_person=True)
        parcel = self.env["stock.package"].create({"name": "WHOLE-1"})
        place = self.warehouse.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(self.product, place, 5, package_id=parcel)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        picking = order.picking_ids
        self._as("manager", picking).action_assign()
        self.assertEqual(picking.move_line_ids.result_package_id, parcel)
        self.assertFalse(picking.order_packed_by_ids)
        picking.do_unreserve()
        self._as("manager", picking).action_add_entire_packs(parcel.ids)
        self.assertEqual(picking.move_line_ids.result_package_id, parcel)
        self.assertFalse(picking.order_packed_by_ids)

    def test_who_packed_in_an_earlier_step_has_packed(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._point(second_person=True)
        self._stock(self.product, 5)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        pick = order.picking_ids.filtered(lambda picking: picking.picking_type_code == "internal")
        pick.action_assign()
        parcel = self._parcel(pick.move_line_ids, user="processor")
        pick.move_ids.picked = True
        self._as("manager", pick).button_validate()
        ship = order.picking_ids - pick
        if not ship.move_line_ids:
            self._as("manager", ship).action_assign()
        self.assertEqual((ship.move_line_ids.package_id, ship.move_line_ids.result_package_id), (parcel, parcel))
        self.assertEqual(ship.order_packed_by_ids, self.users["processor"])
