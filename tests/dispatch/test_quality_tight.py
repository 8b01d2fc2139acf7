"""What failed does not leave by what happens to it afterwards, and who packed is not who checked."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw

from tests.dispatch.quality import QualityCase


class TestQualityTight(QualityCase):
    def _failed(self, quantity=100, failed=20, **vals):
        """The transfer of what passed, and the check of what failed."""
        self._point()
        picking = self._ready((self.product, quantity), **vals)
        self._answer(self._checks(picking), failed=failed, reason="Crushed")
        return picking, self._checks(picking.backorder_ids or picking)

    def _conceded_and_more(self, **vals):
        """A check whose 3 pieces were conceded, with 5 more of the same goods in its transfer since."""
        self._point()
        picking = self._ready((self.product, 3), **vals)
        check = self._checks(picking)
        self._answer(check, failed=3, reason="Scratched")
        self._as("manager", check).action_concede("The customer takes them")
        self._stock(self.product, 5)
        picking.move_ids.product_uom_qty = 8
        picking.action_assign()
        self.assertEqual(check.state, "to_check")
        return check

    def _five(self, check):
        """The row of what came later."""
        return check.line_ids.filtered(lambda line: not line.conceded)

    # ------------------------------------------------------------------ a concession is of what was conceded

    def test_more_of_what_was_conceded_is_checked_on_its_own(self):
        check = self._conceded_and_more()
        rows = [(line.quantity, line.failed_qty, line.conceded) for line in check.line_ids]
        self.assertEqual(sorted(rows), [(3, 3, True), (5, 0, False)])
        answer = check.action_answer([{"line": self._five(check).id, "passed": 5}])[0]
        self.assertEqual(answer["state"], "passed")
        self.assertEqual(self._leave(check.picking_id), "done")

    def test_a_concession_does_not_cover_a_later_answer(self):
        check = self._conceded_and_more(picking_policy="one")
        check.action_answer([{"line": line.id, "failed": line.quantity} for line in check.line_ids], "Wet")
        check.picking_id._quality_checks()
        self.assertEqual((check.state, check.line_ids.mapped("conceded")), ("failed", [False, False]))
        with self.assertRaisesRegex(UserError, "failed"):
            self._leave(check.picking_id)

    def test_a_concession_does_not_cover_a_later_failure(self):
        check = self._conceded_and_more()
        check.action_fail("Wet")
        check.picking_id._quality_checks()
        self.assertEqual(check.state, "failed")
        self.assertEqual(self._five(check).failed_qty, 5)
        with self.assertRaisesRegex(UserError, "failed: 5 Units"):
            self._leave(check.picking_id)

    def test_what_is_conceded_and_what_failed_stay_apart_in_a_backorder(self):
        self._point()
        picking = self._ready((self.product, 3), (self.other_product, 1), picking_policy="one")
        check = self._checks(picking)
        mine, other = check.line_ids
        check.action_answer([{"line": mine.id, "failed": 3}, {"line": other.id, "passed": 1}], reason="Scratched")
        self._as("manager", check).action_concede("The customer takes them")
        self._stock(self.product, 5)
        move = picking.move_ids.filtered(lambda found: found.product_id == self.product)
        move.product_uom_qty = 8
        picking.action_assign()
        check.action_fail("Wet")
        (picking.move_ids - move).picked = True
        picking.with_context(skip_backorder=True).button_validate()
        own = picking.backorder_ids.order_quality_check_ids
        self.assertEqual((own.state, sum(own.line_ids.mapped("failed_qty"))), ("failed", 8))
        with self.assertRaises(UserError):
            self._leave(picking.backorder_ids)

    # ------------------------------------------------------------------ taken out and put back

    def test_goods_that_were_taken_out_are_not_dispatched_when_they_come_back(self):
        picking, check = self._failed()
        held = check.picking_id
        self._leave(picking)
        held.do_unreserve()
        self.cr.flush()
        result = self._as("processor", picking.sale_id).action_dispatch()[0]
        self.assertEqual((result["transfers"], held.state), ([], "confirmed"))
        held.action_assign()
        self.assertEqual(check.state, "to_check")
        result = self._as("processor", picking.sale_id).action_dispatch()[0]
        self.assertEqual((result["code"], held.state), ("nothing", "assigned"))
        self.assertIn(f"{held.name}: ", result["message"])
        check.action_pass()
        self._as("processor", picking.sale_id).action_dispatch()
        self.assertEqual(held.state, "done")

    def test_what_is_split_off_held_goods_is_held_back_too(self):
        picking, check = self._failed()
        held = check.picking_id
        self._leave(picking)
        held.move_ids.quantity = 12
        held.action_split_transfer()
        self.assertTrue(held.backorder_ids.order_held_back)
        result = self._as("processor", picking.sale_id).action_dispatch()[0]
        self.assertEqual((result["transfers"], picking.sale_id.order_line.qty_delivered), ([], 80))

    def test_of_what_is_taken_out_in_part_the_failure_stays_on_record(self):
        _picking, check = self._failed()
        check.picking_id.move_ids.quantity = 12
        self.cr.flush()
        rows = {line.disposition: (line.quantity, line.failed_qty, line.note) for line in check.line_ids}
        self.assertEqual(rows, {False: (12, 12, "Crushed"), "removed": (8, 8, "Crushed")})
        self.assertEqual(check.line_ids.answered_by_id, self.users["processor"])
        self.assertEqual(check.state, "failed")

    def test_what_failed_as_a_whole_is_not_dispatched_when_it_comes_back(self):
        self._point()
        picking = self._ready((self.product, 5))
        check = self._checks(picking)
        check.action_fail("Wet")
        self.assertFalse(picking.order_held_back)
        picking.do_unreserve()
        self.cr.flush()
        picking.action_assign()
        self.assertEqual((check.state, sum(check.line_ids._present().mapped("quantity"))), ("to_check", 5))
        result = self._as("processor", picking.sale_id).action_dispatch()[0]
        self.assertEqual((result["code"], picking.state), ("nothing", "assigned"))
        self.assertIn("failed their check", result["message"])
        # nor is a part of them, split off
        picking.move_ids.quantity = 2
        picking.action_split_transfer()
        picking.backorder_ids.action_assign()
        result = self._as("processor", picking.sale_id).action_dispatch()[0]
        self.assertEqual((result["code"], picking.sale_id.order_line.qty_delivered), ("nothing", 0))
        (picking | picking.backorder_ids).action_quality_pass("Dry by now")
        result = self._as("processor", picking.sale_id).action_dispatch()[0]
        self.assertEqual((result["code"], picking.sale_id.order_line.qty_delivered), ("dispatched", 5))

    def test_what_is_split_off_a_simple_failure_failed_whatever_points_came_since(self):
        picking = self._ready((self.product, 5))
        self._as("processor", picking).action_quality_fail("Wet")
        self._point()
        picking.move_ids.quantity = 2
        picking.action_split_transfer()
        simple = picking.backorder_ids.order_quality_check_ids.filtered(lambda check: not check.point_id)
        self.assertEqual((simple.state, simple.note), ("failed", "Wet"))

    def test_what_is_split_off_a_simple_failure_failed(self):
        picking = self._ready((self.product, 5))
        self._as("processor", picking).action_quality_fail("Wet")
        picking.move_ids.quantity = 2
        picking.action_split_transfer()
        check = picking.backorder_ids.order_quality_check_ids
        self.assertEqual((check.state, check.note, check.checked_by_id), ("failed", "Wet", self.users["processor"]))
        with self.assertRaises(UserError):
            self._leave(picking.backorder_ids)

    # ------------------------------------------------------------------ not by who packed

    def _two(self):
        self._point(second_person=True)
        picking = self._ready((self.product, 10), (self.other_product, 2))
        check = self._checks(picking)
        rows = {line.product_id: line for line in check.line_ids}
        lines = {line.product_id: line for line in picking.move_line_ids}
        return picking, check, rows[self.product], lines[self.product], lines[self.other_product]

    def test_who_packed_a_part_has_not_checked_it(self):
        picking, check, row, mine, other = self._two()
        check.action_answer([{"line": row.id, "passed": 10}])
        self._parcel(mine, user="processor")
        mine.move_id.picked = True
        with self.assertRaisesRegex(UserError, f"{self.users['processor'].name} packed it, too"):
            picking.with_context(skip_backorder=True).button_validate()
        # what another one packed leaves
        self._parcel(mine, "P-2", user="manager")
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")

    def test_who_answered_last_is_not_the_only_one_who_checked(self):
        picking, check, row, mine, other = self._two()
        check.action_answer([{"line": row.id, "passed": 10}])
        self._parcel(mine, user="processor")
        self._as("manager", check).action_pass()
        with self.assertRaisesRegex(UserError, f"{self.users['processor'].name} packed it, too"):
            self._leave(picking)

    def test_each_who_scanned_has_checked(self):
        self._point(kind="scan", second_person=True)
        picking = self._ready((self.product, 10))
        check = self._checks(picking)
        check.action_scan("TG-1", 9)
        self._parcel(picking.move_line_ids, user="processor")
        self._as("manager", check).action_scan("TG-1", 1)
        self.assertEqual(check.state, "passed")
        with self.assertRaisesRegex(UserError, f"{self.users['processor'].name} packed it, too"):
            self._leave(picking)

    def test_each_who_packed_has_packed(self):
        picking, check, _row, mine, other = self._two()
        self._parcel(mine, user="processor")
        self._parcel(other, "P-2", user="manager")
        self.assertEqual(picking.order_packed_by_ids, self.users["processor"] | self.users["manager"])
        for user in ("processor", "manager"):
            with self.assertRaisesRegex(UserError, "somebody else must check"):
                self._as(user, check).action_pass()

    def test_who_packed_is_known_in_the_backorder(self):
        picking, check, _row, mine, other = self._two()
        self._as("manager", check).action_pass()
        self._parcel(mine, user="manager")
        self._parcel(other, "P-2", user="processor")
        other.move_id.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        backorder = picking.backorder_ids
        self.assertEqual(backorder.order_packed_by_ids, self.users["manager"])
        with self.assertRaisesRegex(UserError, "packed it, too"):
            self._leave(backorder)

    def test_who_holds_goods_back_has_not_packed_them(self):
        self._point(second_person=True)
        picking = self._ready((self.product, 10))
        line = picking.move_line_ids
        line.quantity = 6
        self._parcel(line, user="processor")
        picking.action_assign()
        self._parcel(picking.move_line_ids - line, "P-2", user="processor")
        check = self._as("manager", self._checks(picking))
        check.action_answer([{"line": check.line_ids.id, "failed": 6}], reason="Wet")
        held = picking.backorder_ids
        self.assertTrue(held.move_line_ids.result_package_id)
        self.assertEqual(held.order_packed_by_ids, self.users["processor"])

    def test_who_packed_is_nobody_s_to_say(self):
        picking, _check, _row, mine, _other = self._two()
        self._parcel(mine, user="processor")
        with self.assertRaises(UserError):
            self._as("processor", mine).write({"order_packed_by_id": self.users["manager"].id})
        with self.assertRaises(UserError):
            self._as("processor", picking).write(
                {"move_line_ids": [Command.update(mine.id, {"order_packed_by_id": False})]}
            )
        line = self._as("processor", mine).copy({"order_packed_by_id": self.users["manager"].id, "quantity": 0})
        self.assertEqual((mine | line).order_packed_by_id, self.users["processor"])

    # ------------------------------------------------------------------ what is not one's own

    def test_the_window_shows_nothing_of_another_company(self):
        self._point(instruction="<p>Secret</p>")
        check = self._ready((self.product, 5)).order_quality_check_ids
        vals = {"check_id": check.id, "line_ids": [Command.create({"line_id": check.line_ids.id})]}
        for user, allowed in (("processor", True), ("stranger", False)):
            wizard = self.env["order.quality.answer"].with_user(self.users[user])
            with self.subTest(user=user):
                if allowed:
                    self.assertTrue(call_kw(wizard, "create", [vals], {}))
                    continue
                with self.assertRaises(AccessError), self.cr.savepoint():
                    number = call_kw(wizard, "create", [{"check_id": check.id}], {})
                    call_kw(wizard, "read", [[number], ["instruction"]], {})
        # a row of another company's goods in a window of one's own
        own = self._point(user="stranger")
        mine = self._ready((self.product, 1)).order_quality_check_ids.sudo()
        mine.flush_recordset()
        self.cr.execute(
            "UPDATE order_quality_check SET company_id = %s, point_id = %s WHERE id = %s",
            [own.company_id.id, own.id, mine.id],
        )
        mine.invalidate_recordset()
        vals["check_id"] = mine.id
        with self.assertRaises(AccessError), self.cr.savepoint():
            call_kw(self.env["order.quality.answer"].with_user(self.users["stranger"]), "create", [vals], {})

    def test_a_delivery_does_not_become_a_return_to_go_unchecked(self):
        self._point()
        gone, picking = self._ready((self.product, 1)), self._ready((self.product, 5))
        for record in (picking, picking.with_context(order_quality_screen=True)):
            with self.assertRaisesRegex(UserError, f"{picking.name}.*return"):
                self._as("manager", record).write({"return_id": gone.id})
        self._as("manager", picking).write({"return_id": False, "note": "Same as it was"})
        with self.assertRaisesRegex(UserError, "not passed"):
            self._leave(picking)

    # ------------------------------------------------------------------ units, reasons, draws

    def test_a_simple_failure_in_the_unit_of_the_order_line(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._stock(self.product, 24)
        order = self._make_order((self.product, 2))
        order.order_line.product_uom_id = dozen
        order.action_confirm()
        picking = order.picking_ids
        self.assertEqual(picking.move_ids.product_uom_qty, 24)
        picking.action_assign()
        self._as("processor", picking).action_quality_fail("Wet")
        self.env["order.discrepancy"].sudo()._sweep_lines(line_ids=order.order_line.ids)
        found = order.order_discrepancy_ids.filtered(lambda record: record.kind == "quality_failed")
        self.assertEqual(found.mapped("found"), [2])

    def test_one_of_a_dozen_is_one(self):
        self._point()
        picking = self._ready((self.product, 12))
        picking.move_line_ids.write({"product_uom_id": self.env.ref("uom.product_uom_dozen").id, "quantity": 1})
        self.assertEqual(picking.move_line_ids.quantity_product_uom, 12)
        self._answer(self._checks(picking), failed=1, reason="Wet")
        held = picking.backorder_ids
        self.assertEqual((picking.move_line_ids.quantity_product_uom, held.move_line_ids.quantity_product_uom), (11, 1))
        quant = self.env["stock.quant"]._gather(self.product, self.warehouse.lot_stock_id)
        self.assertEqual(sum(quant.mapped("reserved_quantity")), 12)
        self.assertEqual((held.order_quality_state, self._leave(picking)), ("failed", "done"))
        self.assertEqual(picking.sale_id.order_line.qty_delivered, 11)

    def test_each_check_tells_of_its_own_failure(self):
        self._point()
        wet, rusty = self._ready((self.product, 5)), self._ready((self.other_product, 2))
        fine = self._ready((self.product, 1))
        checks = self._checks(wet | rusty | fine)
        notes = {self.product: "Wet", self.other_product: "Rusty"}
        answers = [
            {"line": line.id, "failed": line.quantity, "note": notes[line.product_id]}
            for line in checks.line_ids
            if line.check_id.picking_id != fine
        ]
        checks.action_answer([*answers, {"line": fine.order_quality_check_ids.line_ids.id, "passed": 1}])
        self.assertEqual([self._checks(picking).note for picking in (wet, rusty)], ["Wet", "Rusty"])
        self.assertFalse(self._checks(fine).note)

    def test_what_is_wrong_stands_where_something_is(self):
        self._point()
        picking, fine = self._ready((self.product, 5), (self.other_product, 2)), self._ready((self.product, 1))
        checks = self._checks(picking | fine)
        answers = [
            {"line": line.id, "failed": line.quantity if line.product_id == self.other_product else 0}
            for line in checks.line_ids
        ]
        checks.action_answer(answers, reason="Rusty")
        held = self._checks(picking.backorder_ids)
        self.assertEqual((held.note, held.line_ids.note), ("Rusty", "Rusty"))
        for check in checks:
            self.assertEqual((check.state, check.line_ids.mapped("note")), ("passed", [False]))
            self.assertNotIn("Rusty", check.note or "")

    def test_a_point_that_has_drawn_has_been_used(self):
        point = self._as("manager", self._point(frequency="nth", every_nth=5))
        self.assertFalse(self._ready((self.product, 1)).order_quality_check_ids)
        self.assertTrue(point.draw_ids)
        for act in (lambda: point.write({"frequency": "order"}), point.unlink):
            with self.assertRaisesRegex(UserError, "has been used"):
                act()

    def test_a_scan_keeps_what_was_typed(self):
        self._point(kind="scan")
        check = self._checks(self._ready((self.product, 3), (self.other_product, 1)))
        action = check.action_open_answer()
        window = self.env[action["res_model"]].with_user(self.users["processor"]).browse(action["res_id"])
        first, other = window.line_ids
        other.write({"failed": 1, "answered": True})
        window.code = "TG-1"
        window.action_scan()
        self.assertEqual(window.line_ids, first | other)
        self.assertEqual((first.passed, other.failed, other.answered), (1, 1, True))
        # what came since is there to be answered, what went is not
        self._stock(self.product, 1)
        check.picking_id.move_ids.filtered(lambda move: move.product_id == self.other_product).quantity = 0
        window.code = "TG-1"
        window.action_scan()
        self.assertEqual((window.line_ids, first.passed), (first, 2))
