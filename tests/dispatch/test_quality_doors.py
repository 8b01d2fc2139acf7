"""Doors round a check, tried by who may write transfers and their goods; and what stops nothing where nothing is stopped."""

from odoo.exceptions import UserError
from odoo.fields import Command

from tests.dispatch.quality import QualityCase


class TestQualityDoors(QualityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users["salesman"].group_ids = [Command.link(cls.env.ref("stock.group_stock_user").id)]

    def test_goods_of_a_delivery_stay_those_of_its_order(self):
        for pointed in (False, True):
            with self.subTest(pointed=pointed):
                if pointed:
                    self._point()
                picking, other = self._ready((self.product, 5)), self._ready((self.product, 1))
                for line in (False, other.move_ids.sale_line_id.id):
                    for user in ("salesman", "processor", "manager"):
                        with self.assertRaisesRegex(UserError, f"{picking.name}.*order"):
                            self._as(user, picking.move_ids).write({"sale_line_id": line})
                line = picking.move_ids.sale_line_id
                self._as("processor", picking.move_ids).write({"sale_line_id": line.id})
                with self.assertRaisesRegex(UserError, "not passed"):
                    self._leave(picking)

    def test_where_nothing_is_stopped_they_may_be_those_of_another(self):
        picking, other = self._ready((self.product, 5)), self._ready((self.product, 1))
        self.company.action_order_control_observe(reason="Set by the test")
        self._as("processor", picking.move_ids).sale_line_id = other.move_ids.sale_line_id
        self.assertEqual(picking.sale_id, other.sale_id)

    def test_goods_of_an_order_are_checked_in_what_is_called_a_return(self):
        for pointed in (False, True):
            with self.subTest(pointed=pointed):
                if pointed:
                    self._point()
                gone, picking = self._ready((self.product, 1)), self._ready((self.product, 5))
                move = picking.move_ids
                false = (
                    self.env["stock.picking"]
                    .with_user(self.users["salesman"])
                    .create(
                        {
                            "picking_type_id": picking.picking_type_id.id,
                            "location_id": picking.location_id.id,
                            "location_dest_id": picking.location_dest_id.id,
                            "return_id": gone.id,
                            "move_ids": [
                                Command.create(
                                    {
                                        "product_id": self.product.id,
                                        "product_uom_qty": 2,
                                        "location_id": picking.location_id.id,
                                        "location_dest_id": picking.location_dest_id.id,
                                        "sale_line_id": move.sale_line_id.id,
                                    }
                                )
                            ],
                        }
                    )
                )
                self._stock(self.product, 2)
                false.action_confirm()
                false.action_assign()
                self.assertEqual((false.sale_id, false.state), (picking.sale_id, "assigned"))
                with self.assertRaisesRegex(UserError, "not passed"):
                    self._leave(false)

    def test_what_comes_back_and_goes_again_is_a_return(self):
        picking = self._ready((self.product, 5))
        self._as("processor", picking).action_quality_pass()
        self._leave(picking)
        back = self._return(picking)
        self.assertEqual(self._leave(back), "done")
        again = self._return(back)
        self.assertEqual((again.picking_type_code, again.sale_id), ("outgoing", picking.sale_id))
        self.assertEqual(self._leave(again), "done")

    def _return(self, picking):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_ids=picking.ids, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 5
        made = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        made.action_assign()
        return made

    def test_a_parcel_that_is_called_whole_was_packed_all_the_same(self):
        self._point(second_person=True)
        picking = self._ready((self.product, 5))
        line = self._as("processor", picking.move_line_ids)
        parcel = self._parcel(line)
        for vals in ({"package_id": parcel.id, "result_package_id": parcel.id}, {"package_id": False}):
            line.write(vals)
            self.assertEqual(picking.order_packed_by_ids, self.users["processor"])
        with self.assertRaisesRegex(UserError, "somebody else must check"):
            self._checks(picking).action_pass()

    def test_waves_and_dispatch_go_on_where_nothing_is_stopped(self):
        picking = self._ready((self.product, 5), (self.other_product, 2))
        picking.picking_type_id.write({"auto_batch": True, "wave_group_by_product": True})
        self._as("processor", picking).action_quality_fail("Wet")
        self.assertFalse(any(line._is_auto_waveable() for line in picking.move_line_ids))
        self.company.action_order_control_observe(reason="Set by the test")
        self.assertTrue(all(line._is_auto_waveable() for line in picking.move_line_ids))
