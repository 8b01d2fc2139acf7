"""What failed stays where it is held, whatever is done with its transfer; what did not fail does not."""

from odoo.exceptions import UserError
from odoo.fields import Command

from tests.dispatch.quality import QualityCase


class TestQualityLoose(QualityCase):
    def _both(self, first=5, second=2, **point):
        """A transfer of two products, its check, and the row of each product."""
        self._point(**point)
        picking = self._ready((self.product, first), (self.other_product, second))
        check = self._checks(picking)
        rows = {line.product_id: line for line in check.line_ids}
        return picking, check, rows

    def _move(self, picking, product):
        return picking.move_ids.filtered(lambda move: move.product_id == product)

    # ------------------------------------------------------------------ concessions

    def test_the_window_leaves_a_concession_alone(self):
        self._point()
        picking = self._ready((self.product, 3))
        check = self._checks(picking)
        self._answer(check, failed=3, reason="Scratched")
        self._as("manager", check).action_concede("The customer takes them")
        self._stock(self.product, 5)
        picking.move_ids.product_uom_qty = 8
        picking.action_assign()
        action = check.action_open_answer()
        window = self.env[action["res_model"]].with_user(self.users["processor"]).browse(action["res_id"])
        self.assertEqual(
            sorted(window.line_ids.mapped(lambda line: (line.failed, line.answered))), [(0, True), (3, False)]
        )
        window.action_apply()
        self.assertEqual(check.state, "passed")
        self.assertEqual(sorted(check.line_ids.mapped("conceded")), [False, True])

    # ------------------------------------------------------------------ the order of a delivery

    def test_a_delivery_keeps_its_order(self):
        for pointed in (False, True):
            if pointed:
                self._point()
            picking, other = self._ready((self.product, 5)), self._ready((self.product, 1))
            for order in (False, other.sale_id.id):
                for record in (picking, picking.with_context(order_quality_screen=True)):
                    with self.assertRaisesRegex(UserError, f"{picking.name}.*order"):
                        self._as("manager", record).write({"sale_id": order})
            self._as("manager", picking).write({"sale_id": picking.sale_id.id, "note": "Same as it was"})
            with self.assertRaisesRegex(UserError, "not passed"):
                self._leave(picking)

    def test_where_nothing_is_stopped_it_may_be_given_another_one(self):
        picking, other = self._ready((self.product, 5)), self._ready((self.product, 1))
        self.company.action_order_control_observe(reason="Set by the test")
        self._as("manager", picking).sale_id = other.sale_id
        self.assertEqual(picking.move_ids.sale_line_id, other.sale_id.order_line)
        self._as("manager", picking).sale_id = False
        self.assertFalse(picking.move_ids.sale_line_id)

    def test_a_simple_failure_counts_whatever_its_transfer_has_become(self):
        picking = self._ready((self.product, 5))
        self._as("processor", picking).action_quality_fail("Wet")
        picking.move_ids.sale_line_id = False
        picking.reference_ids.sale_ids = [Command.clear()]
        self.assertFalse(picking.sale_id)
        with self.assertRaisesRegex(UserError, "not passed"):
            self._leave(picking)

    # ------------------------------------------------------------------ sampled points

    def test_the_backorder_of_held_goods_is_checked_as_they_were(self):
        # nothing is reserved, and so nothing drawn, in a backorder by itself
        self.warehouse.out_type_id.reservation_method = "manual"
        point = self._point(frequency="percent", percent=100, product_ids=self.product.ids)
        picking = self._ready((self.product, 5), (self.other_product, 2))
        check = self._checks(picking)
        self._answer(check, failed=5, reason="Crushed")
        held = picking.backorder_ids
        self.assertEqual((check.picking_id, held.order_quality_state), (held, "failed"))
        # from here on the dice would miss
        self.cr.execute("UPDATE order_quality_point SET percent = 0.000001 WHERE id = %s", [point.id])
        point.invalidate_recordset()
        held.move_ids.quantity = 3
        self.cr.flush()
        held.action_split_transfer()
        rest = held.backorder_ids
        rest.action_assign()
        self.assertEqual(rest.move_ids.quantity, 2)
        self.assertEqual(rest.order_quality_check_ids.point_id, point)
        draws = point.sudo().draw_ids.filtered(lambda draw: draw.picking_id in held | rest)
        self.assertEqual(draws.mapped("hit"), [True, True])
        with self.assertRaises(UserError):
            self._leave(rest)
