"""Which goods a quality point is about, how often, and that without any point all is as it was."""

from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from tests.dispatch.quality import QualityCase


class TestQualityPoints(QualityCase):
    def test_without_a_point_each_transfer_has_one_simple_check(self):
        picking = self._ready((self.product, 5))
        check = picking.order_quality_check_ids
        self.assertEqual((len(check), check.state), (1, "to_check"))
        self.assertFalse(check.point_id or check.line_ids)
        self._as("processor", picking).action_quality_pass()
        self.assertEqual(self._leave(picking), "done")

    def test_points_take_the_place_of_the_simple_check(self):
        waiting, passed = self._ready((self.product, 5)), self._ready((self.product, 5))
        self._as("processor", passed).action_quality_pass()
        point = self._point()
        for picking in (waiting, passed):
            picking._quality_checks()
        self.assertEqual(waiting.order_quality_check_ids.point_id, point, "nobody had answered the simple one")
        self.assertEqual(waiting.order_quality_state, "to_check")
        self.assertEqual(len(passed.order_quality_check_ids), 2, "what was judged stays")
        self.assertEqual(passed.order_quality_state, "to_check", "the worst one counts")
        point.active = False
        for picking in (waiting, passed):
            picking._quality_checks()
            self.assertEqual(len(picking.order_quality_check_ids), 1)
            self.assertFalse(picking.order_quality_check_ids.point_id)

    def test_a_check_is_made_when_the_transfer_gets_ready(self):
        self._point()
        order = self._make_order((self.product, 5))
        order.action_confirm()
        picking = order.picking_ids
        self.assertFalse(picking.order_quality_check_ids, "nothing lies there yet")
        self._stock(self.product, 3)
        picking.action_assign()
        line = picking.order_quality_check_ids.line_ids
        self.assertEqual((line.product_id, line.order_line_id, line.quantity), (self.product, order.order_line, 3))
        self._stock(self.product, 2)
        picking.action_assign()
        self.assertEqual((picking.order_quality_check_ids.line_ids, line.quantity), (line, 5))

    def test_goods_that_no_point_is_about_leave_unchecked(self):
        self._point(product_ids=self.product.ids)
        free, both = self._ready((self.other_product, 2)), self._ready((self.product, 1), (self.other_product, 2))
        self.assertFalse(free.order_quality_check_ids)
        self.assertEqual(self._leave(free), "done")
        self.assertEqual(both.order_quality_check_ids.line_ids.product_id, self.product)

    def test_scope(self):
        parent = self.env["product.category"].create({"name": "Glass"})
        self.product.categ_id = self.env["product.category"].create({"name": "Bottles", "parent_id": parent.id})
        company = self._make_customer("Glass Shop", is_company=True)
        branch = self._make_customer("Glass Shop Branch", parent_id=company.id)
        carrier = self.env["delivery.carrier"].create(
            {"name": "Van", "product_id": self.service.id, "fixed_price": 0, "delivery_type": "fixed"}
        )
        for vals, fits in (
            ({"categ_ids": parent.ids}, lambda: self._ready((self.product, 1))),
            ({"partner_ids": company.ids}, lambda: self._ready((self.other_product, 1), partner_id=branch.id)),
            ({"amount_from": 500}, lambda: self._ready((self.other_product, 20))),
            ({"carrier_ids": carrier.ids}, lambda: self._ready((self.other_product, 1), carrier_id=carrier.id)),
        ):
            with self.subTest(vals=vals):
                point = self._point(**vals)
                self.assertEqual(fits().order_quality_check_ids.point_id, point)
                self.assertFalse(self._ready((self.other_product, 2)).order_quality_check_ids)
                point.active = False

    def test_operation_type(self):
        self.warehouse.delivery_steps = "pick_ship"
        point = self._point(picking_type_ids=self.warehouse.pick_type_id.ids)
        pick = self._ready((self.product, 5))
        self.assertEqual(pick.picking_type_id, self.warehouse.pick_type_id)
        self.assertEqual(pick.order_quality_check_ids.point_id, point)
        with self.assertRaisesRegex(UserError, pick.name):
            self._leave(pick)
        self._checks(pick).action_pass()
        self.assertEqual(self._leave(pick), "done")
        ship = pick.sale_id.picking_ids - pick
        self.assertEqual(ship.state, "assigned")
        self.assertEqual(self._leave(ship), "done")

    def test_another_company_has_points_of_its_own(self):
        self._point(user="stranger")
        self.assertFalse(self._ready((self.product, 1)).order_quality_check_ids.point_id)

    def test_every_nth_order(self):
        point = self._point(frequency="nth", every_nth=2)
        pickings = [self._ready((self.product, 2)) for _n in range(4)]
        self.assertEqual([bool(picking.order_quality_check_ids) for picking in pickings], [False, True, False, True])
        self.assertEqual(sorted(point.draw_ids.mapped("number")), [1, 2, 3, 4])
        pickings[0].action_assign()
        pickings[0]._quality_checks()
        self.assertEqual(point.counter, 4, "a transfer is drawn once")
        self.assertEqual(self._leave(pickings[0]), "done")
        with self.assertRaises(UserError):
            self._leave(pickings[1])

    def test_a_percentage_is_drawn_at_random_and_the_draw_is_kept(self):
        point = self._point(frequency="percent", percent=30)
        drawn = iter([0.299, 0.3, 0.9])
        with patch("odoo.addons.order_processing.models.dispatch.order_quality_draw.SystemRandom") as chance:
            chance.return_value.random.side_effect = lambda: next(drawn)
            pickings = [self._ready((self.product, 2)) for _n in range(3)]
        self.assertEqual([bool(picking.order_quality_check_ids) for picking in pickings], [True, False, False])
        self.assertEqual([round(draw.value, 3) for draw in point.draw_ids.sorted("id")], [29.9, 30, 90])
        self.assertEqual(point.draw_ids.filtered("hit").picking_id, pickings[0])
        with self.assertRaises(UserError):
            self._as("manager", point).unlink()

    def test_the_backorder_of_a_sampled_order_goes_as_its_first_transfer(self):
        point = self._point(frequency="nth", every_nth=2)
        self._ready((self.product, 1))
        self._stock(self.product, 3)
        picking = self._ready((self.product, 5), stock=False)
        self._checks(picking).action_pass()
        self._leave(picking)
        backorder = picking.backorder_ids
        self._stock(self.product, 2)
        backorder.action_assign()
        self.assertEqual(backorder.order_quality_check_ids.point_id, point)
        self.assertEqual(point.counter, 2)

    def test_settings_that_say_nothing_are_refused(self):
        for vals in (
            {"frequency": "nth", "every_nth": 0},
            {"frequency": "percent", "percent": 0},
            {"frequency": "percent", "percent": 101},
            {"amount_from": -1},
            {"kind": "measure"},
            {"kind": "measure", "uom_id": self.gram.id, "norm": 5, "tolerance_min": 6, "tolerance_max": 7},
            {"kind": "weight", "weight_tolerance": -1},
        ):
            with self.subTest(vals=vals), mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                self._point(**vals)
                self.env.flush_all()

    def test_what_verdicts_were_given_by_stands(self):
        point = self._as("manager", self._point())
        point.write({"kind": "text"})
        point.write({"kind": "pass_fail"})
        picking = self._ready((self.product, 1))
        for act in (
            lambda: point.write({"kind": "text"}),
            lambda: point.write({"frequency": "unit"}),
            point.unlink,
            lambda: point.write({"counter": 7}),
        ):
            with self.assertRaises(UserError):
                act()
        point.write({"name": "Whole", "kind": "pass_fail", "company_id": self.company.id})
        self.assertIn("Whole", picking.order_quality_check_ids.display_name)
        self.assertEqual(point.copy().counter, 0)

    def test_checks_of_a_set_cost_what_one_costs(self):
        self._point()
        self._point("Each second", frequency="nth", every_nth=2)
        self._measure()
        self._stock(self.product, 1000)
        orders = self._make_orders(31, (self.product, 1))
        orders.action_confirm()
        pickings = orders.picking_ids
        with patch.object(type(pickings), "_quality_checks", lambda this: this.env["order.quality.check"]):
            pickings.action_assign()
        pickings[:2]._quality_checks()
        one, many = pickings[2:4], pickings[4:]
        self.assertEqual(self._queries(one._quality_checks), self._queries(many._quality_checks))
        self.assertEqual(self._queries(one._quality_checks), self._queries(many._quality_checks), "brought up to date")
        self.assertEqual(len(many.order_quality_check_ids), 2 * 27 + 27 // 2)

        def passed(found):
            checks = found.order_quality_check_ids.filtered(lambda check: check.kind == "pass_fail")
            return self._queries(self._as("processor", checks).action_pass)

        passed(pickings[:2])
        self.assertEqual(passed(one), passed(many))

    def test_without_any_point_nobody_looks_at_goods_again(self):
        picking = self._ready((self.product, 5))
        with patch.object(type(picking), "_quality_renew_touched") as renewed:
            picking.move_ids.quantity = 3
            self.cr.flush()
        renewed.assert_not_called()
        self._point()
        picking.action_assign()
        self.assertEqual(picking.order_quality_check_ids.line_ids.quantity, 5)
        picking.move_ids.quantity = 3
        self.cr.flush()
        self.assertEqual(picking.order_quality_check_ids.line_ids.quantity, 3)
