"""The packing table: what is scanned is counted up, and what is wrong is refused with what it is."""

import contextlib

from odoo.exceptions import UserError

from tests.dispatch.packing import BARCODE, PackingCase


class TestPacking(PackingCase):
    def test_counted_up_by_two_and_kept(self):
        picking = self._two_and_one()
        state = picking.packing_state()
        self.assertEqual([(row["code"], row["wanted"], row["counted"]) for row in state["rows"]],
                         [("TG-1", 2, 0), ("TG-2", 1, 0)])  # fmt: skip
        self.assertEqual((state["total"], state["loose"], state["others"]), ([3, 0], False, []))
        found = picking.packing_scan(f" {BARCODE}\n")
        self.assertEqual((found["product"], found["counted"], found["wanted"], found["total"]),
                         (self.product.display_name, 1, 2, [3, 1]))  # fmt: skip
        colleague = self._as("manager", picking)
        state = colleague.packing_state()
        self.assertEqual([row["counted"] for row in state["rows"]], [1, 0])
        self.assertEqual([other["name"] for other in state["others"]], [self.users["processor"].name])
        found = colleague.packing_scan("TG-1")
        self.assertEqual((found["counted"], [other["name"] for other in found["others"]]),
                         (2, [self.users["processor"].name]))  # fmt: skip
        self._refused("All 2 Units of .*TG-1.* counted already: this one is too many", picking, "packing_scan", BARCODE)
        count = self.env["order.packing.count"].search([("picking_id", "=", picking.id)])
        self.assertEqual(count.user_ids, self.users["processor"] | self.users["manager"])
        # each goes on with what is counted, and off the table it stays so
        self.assertEqual(picking.packing_resume()["id"], picking.id)
        picking.packing_leave()
        self.assertFalse(picking.packing_resume()["id"])
        self.assertEqual(self._counted(picking), {("TG-1", ""): 2})

    def test_what_is_wrong_is_said(self):
        picking = self._two_and_one()
        other = self._ready((self.service_goods(), 1))
        self._parcel(other.move_line_ids, "P-OTHER")
        picking.packing_scan("TG-1")
        for code, words in (
            ("", "Nothing was scanned"),
            (None, "Nothing was scanned"),
            ("12345678", "No product, lot or packaging is known by “12345678”"),
            # a date in GS1's eyes, of no such month
            ("11991300", "No product, lot or packaging is known by “11991300”"),
            ("TG-3", f"Wrong.* is not wanted in {picking.name}: put it back"),
            ("P-OTHER", f"P-OTHER is a parcel of {other.name}, not of {picking.name}"),
            (other.name, f"{other.name} is another order's transfer. Finish {picking.name} first"),
            (other.sale_id.name, f"{other.name} is another order's transfer"),
            ("3*TG-2", "3 Units of .*TG-2.* are too many: only 1 left|only 1 are left"),
            ("-1*TG-1", "no quantity"),
        ):
            with self.subTest(code=code):
                self._refused(words, picking, "packing_scan", code)
        for quantity in (0, -1, True, "two", float("inf")):
            with self.subTest(quantity=quantity):
                self._refused("no quantity", picking, "packing_scan", "TG-1", quantity)
        self.assertEqual(picking.packing_scan("1*TG-1")["counted"], 2)

    def service_goods(self):
        """Goods that the other order does not want."""
        return self._make_product("Wrong Goods", "TG-3", 1.0)

    def test_packaging_lots_and_parcels_that_were_brought(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._sold(self.product, (dozen, "15901234123454"))
        tracked = self._tracked()
        tracked.barcode = "4006381333931"
        first, second, foreign = self._lots(2, 3, 9, product=tracked)
        pallet = self.env["stock.package"].create({"name": "PAL-1"})
        self.env["stock.quant"]._update_available_quantity(
            self.other_product, self.warehouse.lot_stock_id, 4, package_id=pallet
        )
        self._stock(self.product, 24)
        picking = self._ready((self.product, 24), (tracked, 5), (self.other_product, 3), stock=False)
        self.assertEqual(picking.move_line_ids.package_id, pallet)
        picking = self._as("processor", picking)
        self.assertEqual(picking.packing_scan("15901234123454")["counted"], 12)
        self.assertEqual(picking.packing_scan("15901234123454")["counted"], 24)
        self._refused("12 Units|too many", picking, "packing_scan", "15901234123454")
        self._refused("scan its lot", picking, "packing_scan", "4006381333931")
        self._refused(f"{foreign.name} is not the lot of", picking, "packing_scan", foreign.name)
        self.assertEqual(picking.packing_scan(first.name, 2)["lot"], first.name)
        self._refused("is not the lot of", picking, "packing_scan", f"010400638133393110{foreign.name}")
        found = picking.packing_scan(f"010400638133393130000003\x1d10{second.name}")
        self.assertEqual((found["lot"], found["counted"]), (second.name, 3))
        # of the pallet only a part is taken
        self._refused("PAL-1 holds more than", picking, "packing_scan", "PAL-1")
        self.other_product.stock_quant_ids.filtered("package_id").sudo().quantity = 3
        found = picking.packing_scan("PAL-1")
        self.assertEqual((found["product"], found["counted"], found["total"]), ("PAL-1", 3, [32, 32]))
        self._refused("brought in PAL-1 is counted already", picking, "packing_scan", "PAL-1")
        # with its label, or piece by piece, it comes out again
        self.assertEqual(picking.packing_take_out("TG-2", 2)["counted"], 1)
        self._refused("1 of “TG-2” are counted .* so 2 cannot", picking, "packing_take_out", "TG-2", 2)
        self.assertEqual(picking.packing_take_out("PAL-1")["counted"], 0)
        self.assertEqual(picking.packing_take_out("12*TG-1")["counted"], 12)
        self._refused("0 of “nothing”", picking, "packing_take_out", "nothing")

    def test_goods_without_a_code_and_counting_again(self):
        bare = self._make_product("Bare Goods", False, 1.0)
        picking = self._as("processor", self._ready((bare, 2), (self.product, 1)))
        self.assertEqual([row["by_hand"] for row in picking.packing_state()["rows"]], [True, False])
        self.assertEqual(picking.packing_by_hand(bare.id)["counted"], 1)
        self.assertEqual(picking.packing_by_hand(bare.id, -1)["counted"], 0)
        self.assertEqual(picking.packing_by_hand(bare.id, 2)["counted"], 2)
        self._refused("too many", picking, "packing_by_hand", bare.id)
        self._refused("has a code: scan it", picking, "packing_by_hand", self.product.id)
        for number in (self.other_product.id, True, "1", None):
            self._refused("not wanted", picking, "packing_by_hand", number)
        self.assertEqual(picking.packing_reset()["total"], [3, 0])
        self.assertFalse(self._counted(picking))

    def test_what_is_sent_twice_counts_once(self):
        picking = self._two_and_one()
        picking.packing_scan("TG-1", key="a")
        self.assertEqual(picking.packing_scan("TG-1", key="a"), {"opened": picking.id})
        self.assertEqual(self._counted(picking), {("TG-1", ""): 1})
        picking.packing_scan("TG-1", key="b")
        self.assertEqual(self._counted(picking), {("TG-1", ""): 2})
        picking.packing_take_out("TG-1", key="c")
        picking.packing_take_out("TG-1", key="c")
        self.assertEqual(self._counted(picking), {("TG-1", ""): 1})

    def test_an_order_that_changes_shows_what_to_take_out(self):
        picking = self._two_and_one()
        self._scan_all(picking)
        picking.sudo().move_ids[0].quantity = 1
        rows = picking.packing_state()["rows"]
        self.assertEqual([(row["wanted"], row["counted"]) for row in rows], [(1, 2), (1, 1)])
        with self.assertRaisesRegex(UserError, "TG-1|Test Goods: 2 of 1 Units"):
            picking.packing_ship()
        picking.packing_take_out("TG-1")
        self.assertEqual(picking.packing_state()["total"], [2, 2])

    # ------------------------------------------------------------------ which order

    def test_the_oldest_promise_is_next_and_not_what_others_pack(self):
        early, late = self._two_and_one(), self._two_and_one()
        for picking, day in ((late, "2021-05-02"), (early, "2021-05-01")):
            picking.sudo().sale_id.order_line.write({"order_promise_date": day})
        Picking = self._as("processor", self.env["stock.picking"])
        self.assertEqual(Picking.packing_next()["id"], early.id)
        self.assertEqual(Picking.packing_next([early.id])["id"], late.id)
        self.assertEqual(Picking.packing_next()["promise"], "2021-05-01")
        colleague = self._as("manager", Picking)
        # both are on the other's table
        self.assertNotIn(colleague.packing_next()["id"], (early | late).ids)
        early.packing_leave()
        self.assertEqual(colleague.packing_next()["id"], early.id)
        waiting = colleague.packing_resume()
        self.assertEqual(waiting["id"], early.id)
        for one in (early, late, self._as("manager", early)):
            one.packing_leave()
        early.sudo().sale_id.order_ship_from = "2099-01-01"
        self.assertEqual(Picking.packing_next()["id"], late.id)

    def test_an_order_is_found_by_what_is_scanned(self):
        picking = self._two_and_one()
        self._parcel(picking.sudo().move_line_ids, "P-MINE")
        Picking = self._as("processor", self.env["stock.picking"])
        for code in (picking.name, picking.sale_id.name, "P-MINE", f" {picking.name}\n"):
            with self.subTest(code=code):
                self.assertEqual(Picking.packing_find(code)["id"], picking.id)
        for code in ("nothing", "", None):
            with self.subTest(code=code), self.assertRaisesRegex(UserError, "is known by|Nothing was scanned"):
                Picking.packing_find(code)
        self._refused("P-MINE is a parcel of .* that is packed here", picking, "packing_scan", "P-MINE")
        other = self._two_and_one()
        # as long as nothing is counted another slip is the wish to pack that
        self.assertEqual(picking.packing_scan(other.name), {"opened": other.id})
        self.assertEqual(picking.packing_scan(picking.name), {"opened": picking.id})

    def test_in_three_steps_the_packing_step_is_packed(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self._stock(self.product, 2)
        order = self._make_order((self.product, 2))
        order.action_confirm()
        Picking = self._as("processor", self.env["stock.picking"])
        order.picking_ids.action_assign()
        with self.assertRaisesRegex(UserError, f"{order.name} is not packed yet: {order.picking_ids[:1].name}"):
            Picking.packing_find(order.name)
        pick = order.picking_ids.filtered(lambda picking: picking.picking_type_id == self.warehouse.pick_type_id)
        pick.move_ids.picked = True
        pick.button_validate()
        pack = order.picking_ids.filtered(lambda picking: picking.state == "assigned")
        state = Picking.packing_find(order.name)
        self.assertEqual((state["id"], pack.picking_type_id), (pack.id, self.warehouse.pack_type_id))
        pack = self._as("processor", pack)
        self._scan_all(pack)
        pack.packing_parcel()
        self.assertEqual((pack.packing_ship()["papers"], pack.state), ([], "done"))
        # brought in its parcel, it leaves by its label
        out = Picking.browse(order.picking_ids.filtered(lambda picking: picking.state == "assigned").id)
        self.assertEqual(out.packing_scan(pack.move_line_ids.result_package_id.name)["counted"], 2)
        out.action_quality_pass()
        out.packing_ship()
        self.assertEqual(order.order_line.qty_delivered, 2)

    # ------------------------------------------------------------------ how much it costs

    def test_a_scan_costs_the_same_in_an_order_of_many_lines(self):
        products = self.env["product.product"].create(
            [{"name": f"Part {n}", "default_code": f"PART-{n}", "type": "consu"} for n in range(60)]
        )
        self._point("Scan", kind="scan")
        # as a call does, each by its id
        Picking = self._as("processor", self.env["stock.picking"])
        warm, few, many = (
            Picking.browse(self._ready(*((product, 2) for product in some), stock=False).id)
            for some in (products[:2], products[:3], products)
        )
        for method, *args in (
            ("packing_scan", "PART-1"),
            ("packing_take_out", "PART-1"),
            ("packing_state",),
            ("packing_scan", "12345678"),
        ):
            with self.subTest(method=method, args=args):
                self._quiet(warm, method, *args)()
                counts = {self._queries(self._quiet(picking, method, *args)) for picking in (few, many)}
                self.assertEqual(len(counts), 1, counts)
        for picking in (warm, few, many):
            self._scan_all(picking)
        warm.packing_complete()
        self.assertEqual(self._queries(lambda: few.packing_complete()), self._queries(lambda: many.packing_complete()))

    def _quiet(self, picking, method, *args):
        """``method`` of ``picking`` as a call that keeps a refusal for itself."""

        def act():
            with contextlib.suppress(UserError):
                getattr(picking, method)(*args)

        return act
