"""What becomes of goods that failed, and that each failure is a discrepancy until then."""

from odoo.exceptions import AccessError, UserError

from tests.dispatch.quality import QualityCase


class TestQualityFailed(QualityCase):
    def _failed(self, quantity=100, failed=20, **vals):
        """The transfer of what passed, and the check of what failed."""
        self._point()
        picking = self._ready((self.product, quantity), **vals)
        self._answer(self._checks(picking), failed=failed, reason="Crushed")
        return picking, self._checks(picking.backorder_ids or picking)

    def _there(self, location):
        """How much of the goods lies in a place."""
        return sum(self.env["stock.quant"]._gather(self.product, location, strict=True).mapped("quantity"))

    def _discrepancies(self, order):
        """``[(kind, found)]`` of what is open."""
        self.env["order.discrepancy"].sudo()._sweep_lines(line_ids=order.order_line.ids)
        found = order.order_discrepancy_ids.filtered(lambda record: record.state in ("open", "in_progress"))
        return [(record.kind, record.found) for record in found if record.kind == "quality_failed"]

    def test_each_failure_is_a_discrepancy_of_what_failed(self):
        picking, check = self._failed()
        order = picking.sale_id
        self.assertEqual(self._discrepancies(order), [("quality_failed", 20)])
        self._leave(picking)
        self.assertEqual(self._discrepancies(order), [("quality_failed", 20)])
        self._as("manager", check).action_concede("The customer takes them")
        self.assertEqual(self._discrepancies(order), [])

    def test_two_points_on_the_same_goods_are_one_discrepancy(self):
        self._point()
        self._point("Label", kind="text")
        picking = self._ready((self.product, 10), picking_policy="one")
        plain, label = self._checks(picking).sorted("kind")
        self._answer(plain, failed=4, reason="Wet")
        self._answer(label, text="", failed=3, reason="Unreadable")
        self.assertEqual(set(self._checks(picking).mapped("state")), {"failed"})
        self.assertEqual(self._discrepancies(picking.sale_id), [("quality_failed", 4)])

    def test_a_parcel_of_another_weight_is_one(self):
        self._point("Scales", kind="weight")
        self.product.weight = 1.0
        picking = self._ready((self.product, 10))
        self._parcel(picking.move_line_ids)
        picking._quality_checks()
        self._answer(self._checks(picking), weight=9, reason="One is missing")
        self.assertEqual(self._discrepancies(picking.sale_id), [("quality_failed", 10)])

    def test_in_another_unit(self):
        self._point()
        dozen = self.env.ref("uom.product_uom_dozen")
        self._stock(self.product, 24)
        order = self._make_order((self.product, 2))
        order.order_line.product_uom_id = dozen
        order.action_confirm()
        picking = order.picking_ids
        picking.action_assign()
        self._answer(self._checks(picking), failed=12, reason="One box is wet")
        self.assertEqual(self._discrepancies(order), [("quality_failed", 1)])
        self.assertEqual((picking.move_ids.product_qty, picking.backorder_ids.move_ids.product_qty), (12, 12))

    def test_quarantine(self):
        picking, check = self._failed()
        held = check.picking_id
        names = check.action_quarantine("For the vendor")
        place = self.company.order_quarantine_location_id
        moved = self.env["stock.picking"].search([("name", "in", names)])
        self.assertEqual((moved.state, moved.location_dest_id, moved.origin), ("done", place, held.name))
        self.assertEqual((self._there(place), self._there(self.warehouse.lot_stock_id)), (20, 80))
        self.assertEqual((held.move_ids.quantity, held.move_ids.product_uom_qty), (0, 20))
        self.assertEqual(check.state, "to_check")
        line = check.line_ids
        self.assertEqual((line.disposition, line.failed_qty, line.document_name), ("quarantine", 20, moved.name))
        self.assertIn("For the vendor", check.note)
        self.assertEqual(self._discrepancies(picking.sale_id), [])
        # other goods are other goods to check
        self._stock(self.product, 20)
        held.action_assign()
        self.assertEqual(check.line_ids.filtered(lambda found: not found.disposition).quantity, 20)
        with self.assertRaises(UserError):
            self._leave(held)
        check.action_pass()
        self.assertEqual(self._leave(held), "done")

    def test_scrap_by_lot(self):
        self._point()
        product = self._tracked()
        good, bad = self._lots(3, 2, product=product)
        picking = self._ready((product, 5), stock=False)
        check = self._checks(picking)
        rows = {line.lot_id: line for line in check.line_ids}
        check.action_answer([{"line": rows[good].id, "passed": 3}, {"line": rows[bad].id, "failed": 2}], reason="Rust")
        failed = self._checks(picking.backorder_ids)
        names = failed.action_scrap()
        scrap = self.env["stock.scrap"].search([("name", "in", names)])
        self.assertEqual((scrap.state, scrap.lot_id, scrap.scrap_qty), ("done", bad, 2))
        self.assertEqual(scrap.origin, picking.backorder_ids.name)
        self.assertEqual(bad.product_qty, 0)
        self.assertEqual(failed.line_ids.disposition, "scrap")
        self.assertEqual(self._leave(picking), "done")

    def test_replace(self):
        picking, check = self._failed()
        held = check.picking_id
        words = f"{held.name}: 20 Units of .*TG-1.* are not in stock"
        with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
            check.action_replace()
        self.assertEqual(
            (check.state, held.move_ids.quantity, self._there(self.warehouse.lot_stock_id)), ("failed", 20, 100)
        )
        self._stock(self.product, 25)
        check.action_replace("Taken from the shelf")
        self.assertEqual((check.state, held.move_ids.quantity), ("to_check", 20))
        self.assertEqual(self._there(self.company.order_quarantine_location_id), 20)
        self.assertEqual(sorted(check.line_ids.mapped("failed_qty")), [0, 20])
        check.action_pass()
        self._as("processor", picking.sale_id).action_dispatch()
        self.assertEqual(picking.sale_id.order_line.qty_delivered, 100)

    def test_replace_where_a_delivery_has_several_steps(self):
        for steps in ("pick_ship", "pick_pack_ship"):
            with self.subTest(steps=steps):
                self._replace_in(steps)

    def _replace_in(self, steps):
        self.warehouse.delivery_steps = steps
        self._point()
        self._stock(self.product, 10)
        order = self._make_order((self.product, 10), picking_policy="one")
        order.action_confirm()
        self._inside(order)
        leaving = self._open(order)
        self._answer(self._checks(leaving), failed=3, reason="Crushed")
        check = self._checks(leaving).filtered(lambda found: found.state == "failed")
        with self.assertRaisesRegex(UserError, "3 Units .* are not in stock"), self.cr.savepoint():
            check.action_replace()
        self._stock(self.product, 3)
        check.action_replace()
        first = self._open(order).filtered(lambda picking: picking.location_id == self.warehouse.lot_stock_id)
        self.assertEqual((first.state, first.move_ids.quantity), ("assigned", 3))
        self.assertEqual(leaving.move_ids.quantity, 7, "it waits for them")
        self._inside(order)
        self.assertEqual((leaving.move_ids.quantity, leaving.move_ids.product_uom_qty), (10, 10))
        self._checks(leaving).action_pass()
        self.assertEqual(self._leave(leaving), "done")
        self.assertEqual(order.order_line.qty_delivered, 10)
        self.assertFalse(self._open(order))

    def _open(self, order):
        return order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))

    def _inside(self, order):
        """Do the steps inside the house, one after the other."""
        while todo := self._open(order).filtered(lambda picking: picking.picking_type_code == "internal"):
            todo = todo.filtered(lambda picking: picking.state == "assigned")
            self.assertTrue(todo)
            todo.move_ids.picked = True
            todo.button_validate()

    def test_what_is_good_of_a_complete_shipment_stays_in_it(self):
        picking, check = self._failed(quantity=10, failed=3, picking_policy="one")
        self._stock(self.product, 3)
        check.action_replace()
        rows = check.line_ids.filtered(lambda line: not line.disposition)
        self.assertEqual((sum(rows.mapped("passed_qty")), sum(rows.mapped("quantity"))), (7, 10))
        check.action_pass()
        self.assertEqual(self._leave(picking), "done")
        self.assertEqual(picking.sale_id.order_line.qty_delivered, 10)

    def test_a_simple_check_too(self):
        picking = self._ready((self.product, 5))
        check = self._checks(picking)
        self._as("processor", picking).action_quality_fail("Wet")
        self.assertEqual(self._discrepancies(picking.sale_id), [("quality_failed", 5)])
        check.action_quarantine()
        self.assertEqual((check.state, picking.move_ids.quantity), ("to_check", 0))
        self.assertEqual(self._there(self.company.order_quarantine_location_id), 5)
        self.assertEqual(self._discrepancies(picking.sale_id), [])

    def test_concession_needs_a_manager_who_did_not_check_and_a_reason(self):
        picking, check = self._failed()
        held = check.picking_id
        with self.assertRaises(AccessError):
            check.action_concede("Let it go")
        with self.assertRaisesRegex(UserError, "reason"):
            self._as("manager", check).action_concede("")
        self._as("manager", check).action_concede("The customer agreed")
        self.assertEqual(
            (check.state, check.line_ids.state, check.checked_by_id), ("passed", "conceded", self.users["manager"])
        )
        self._leave(picking)
        self.assertEqual(self._leave(held), "done")
        self.assertEqual(picking.sale_id.order_line.qty_delivered, 100)
        self.assertEqual(check.line_ids.failed_qty, 20, "it stands that they failed")

    def test_who_failed_it_does_not_concede_it(self):
        self._point()
        picking = self._ready((self.product, 5))
        check = self._as("manager", picking.order_quality_check_ids)
        check.action_fail("Wet")
        with self.assertRaisesRegex(UserError, "second person"):
            check.action_concede("Dry by now")

    def test_a_manager_reopens(self):
        _picking, check = self._failed()
        with self.assertRaises(AccessError):
            check.action_check_again("Dried")
        self._as("manager", check).action_check_again("Dried")
        self.assertEqual((check.state, check.line_ids.failed_qty, check.line_ids.state), ("to_check", 0, "to_check"))
        check.action_pass()
        self.assertEqual(self._leave(check.picking_id), "done")

    def test_only_failed_goods_go_elsewhere(self):
        self._point()
        picking = self._ready((self.product, 5))
        check = self._checks(picking)
        for act in ("action_quarantine", "action_scrap", "action_replace"):
            with self.assertRaisesRegex(UserError, "has not failed"):
                getattr(check, act)()
        check.action_fail("Wet")
        picking.action_cancel()
        for act in ("action_quarantine", "action_scrap", "action_replace"):
            with self.assertRaisesRegex(UserError, "Cancelled"):
                getattr(check, act)()

    def test_failed_goods_may_be_taken_out_by_hand(self):
        picking, check = self._failed()
        held = check.picking_id
        held.do_unreserve()
        self.cr.flush()
        self.assertEqual((check.state, check.line_ids.disposition), ("to_check", "removed"))
        self.assertEqual(self._discrepancies(picking.sale_id), [])

    def test_screen(self):
        _picking, check = self._failed()
        wizard = self.env["order.quality.verdict"].with_user(self.users["processor"])
        wizard.create({"act": "quarantine", "check_ids": check.ids, "note": "For the vendor"}).action_apply()
        self.assertEqual(check.line_ids.disposition, "quarantine")

    def test_a_set_of_verdicts_and_of_removals_costs_core_s_part_alone(self):
        """What our acts add to core's own backorders and transfers does not grow with the set."""
        self._point()
        self._stock(self.product, 10000)
        orders = self.env["sale.order"].browse(self._make_order((self.product, 10)).id for _n in range(14))
        orders.action_confirm()
        pickings = orders.picking_ids
        pickings.action_assign()
        checks = self._as("processor", pickings.order_quality_check_ids)

        def passed(found):
            answers = [{"line": line.id, "passed": 10} for line in found.line_ids]
            return self._queries(lambda: found.action_answer(answers))

        passed(checks[0])
        self.assertEqual(passed(checks[1]), passed(checks[2:8]))

        def failed(found):
            answers = [{"line": line.id, "failed": 10} for line in found.line_ids]
            return self._queries(lambda: found.action_answer(answers, reason="Wet"))

        failed(checks[8])
        self.assertEqual(failed(checks[9]), failed(checks[10:]))
