from odoo.fields import Command

from tests.discrepancy.common import DiscrepancyCase


class TestMatchingGoods(DiscrepancyCase):
    """Goods that are tracked, packed, sent in steps or to a place between companies, and lines that came after."""

    def _tracked(self, tracking, quantities):
        """A product with one lot for each of ``quantities``, all of it in stock."""
        product = self.env["product.product"].create(
            {"name": f"Test {tracking}", "is_storable": True, "tracking": tracking, "list_price": 10}
        )
        lots = self.env["stock.lot"]
        for number, quantity in enumerate(quantities, 1):
            lot = lots.create({"name": f"TEST-{tracking}-{number}", "product_id": product.id})
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, quantity, lot_id=lot
            )
            lots |= lot
        return product, lots

    def _send(self, picking):
        picking.action_assign()
        picking.move_ids.picked = True
        if "order.quality.check" in self.env:
            picking.action_quality_pass()
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
        self.assertEqual(picking.state, "done")

    def test_lots_of_one_line_count_together(self):
        product, lots = self._tracked("lot", (4, 8))
        order = self._make_order((product, 10, 10.0))
        order.action_confirm()
        self._send(order.picking_ids)
        self.assertEqual(order.picking_ids.move_line_ids.lot_id, lots)
        self._invoice(order)
        back = self._back(order, 3)
        self.assertTrue(back.move_line_ids.lot_id)
        (row,) = self._figures(order).values()
        self.assertEqual((row["shipped"], row["returned_refund"], row["delivered"]), (10, 3, 7))
        self._assert_figures(order)
        self._sweep(order)
        self.assertEqual(self._kinds(order), ["returned_not_refunded"])

    def test_serial_numbers_are_goods_like_others(self):
        product, lots = self._tracked("serial", (1, 1, 1))
        order = self._make_order((product, 3, 10.0))
        order.action_confirm()
        self._send(order.picking_ids)
        self.assertEqual(len(order.picking_ids.move_line_ids), len(lots))
        self._invoice(order)
        (row,) = self._figures(order).values()
        self.assertEqual((row["shipped"], row["invoiced"]), (3, 3))
        self._assert_figures(order)
        self._sweep(order)
        self.assertFalse(self._kinds(order))

    def test_goods_in_packages_count_once(self):
        order = self._make_order((self.product, 6, 10.0), (self.other_product, 2, 5.0))
        order.action_confirm()
        picking = order.picking_ids
        picking.action_assign()
        # two parcels: the first line is split over both
        first = picking.move_ids.filtered(lambda move: move.product_id == self.product).move_line_ids
        first.quantity = 4
        first.result_package_id = self.env["stock.package"].create({"name": "TEST-PARCEL-1"})
        second = first.copy({"quantity": 2, "picking_id": picking.id, "move_id": first.move_id.id})
        other = picking.move_line_ids - first - second
        (second | other).result_package_id = self.env["stock.package"].create({"name": "TEST-PARCEL-2"})
        picking.move_ids.picked = True
        if "order.quality.check" in self.env:
            picking.action_quality_pass()
        picking.with_context(skip_sms=True).button_validate()
        self.assertEqual(len(picking.move_line_ids.result_package_id), 2)
        self._invoice(order)
        self._assert_figures(order)
        self.assertEqual([row["shipped"] for row in self._figures(order).values()], [6, 2])
        self._sweep(order)
        self.assertFalse(self._kinds(order))

    def test_delivery_in_three_steps_counts_the_last(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self.addCleanup(self.env.invalidate_all)
        order = self._make_order((self.product, 5, 10.0))
        order.action_confirm()
        for shipped in (0, 0, 5):
            self._send(order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel")))
            (row,) = self._figures(order).values()
            self.assertEqual(row["shipped"], shipped)
        self.assertEqual(row["open_out"], 0)
        self._assert_figures(order)

    def test_line_added_after_the_delivery_is_open_until_it_is_sent(self):
        order = self._shipped(3)
        self._invoice(order)
        order.order_line = [
            Command.create({"product_id": self.other_product.id, "product_uom_qty": 2, "price_unit": 5.0})
        ]
        added = order.order_line[1]
        self._assert_figures(order)
        row = self._figures(order)[added.id]
        self.assertEqual((row["ordered"], row["shipped"], row["open_out"]), (2, 0, 2))
        self._sweep(order)
        # an open transfer is work, no discrepancy
        self.assertFalse(self._kinds(order))
        self._send(order.picking_ids.filtered(lambda picking: picking.state != "done"))
        self._invoice(order)
        row = self._figures(order)[added.id]
        self.assertEqual((row["shipped"], row["invoiced"], row["open_out"]), (2, 2, 0))
        self._assert_figures(order)
        self._sweep(order)
        self.assertFalse(self._kinds(order))

    def test_goods_added_to_the_transfer_are_shipped_beyond_the_order(self):
        order = self._make_order((self.product, 3, 10.0))
        order.action_confirm()
        picking = order.picking_ids
        self.env["stock.move"].create(
            {
                "product_id": self.other_product.id,
                "product_uom_qty": 2,
                "product_uom": self.other_product.uom_id.id,
                "picking_id": picking.id,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
            }
        )
        self._send(picking)
        added = order.order_line - order.order_line[0]
        self.assertEqual((added.product_id, added.product_uom_qty, added.qty_delivered), (self.other_product, 0, 2))
        row = self._figures(order)[added.id]
        self.assertEqual((row["ordered"], row["shipped"], row["delivered"]), (0, 2, 2))
        self._assert_figures(order)
        self._sweep(order)
        self.assertIn("over_shipped", self._kinds(order))

    def test_goods_sent_to_a_place_between_companies_are_shipped(self):
        transit = self.env.ref("stock.stock_location_inter_company")
        transit.active = True
        order = self._make_order((self.product, 4, 10.0))
        order.action_confirm()
        order.picking_ids.location_dest_id = transit
        order.picking_ids.move_ids.location_dest_id = transit
        self._send(order.picking_ids)
        # as core counts it
        self.assertEqual(order.order_line.qty_delivered, 4)
        (row,) = self._figures(order).values()
        self.assertEqual((row["shipped"], row["delivered"], row["open_out"]), (4, 4, 0))
        self.assertEqual(row["delivered_off"], 0)
