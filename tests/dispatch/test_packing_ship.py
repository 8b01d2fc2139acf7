"""What is counted at the packing table is packed, answers the checks, and leaves; what may not leave, or by whom not, is refused."""

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw

from tests.dispatch.packing import PackingCase

METHODS = (
    ("packing_state",),
    ("packing_scan", "TG-1"),
    ("packing_by_hand", 1),
    ("packing_take_out", "TG-1"),
    ("packing_reset",),
    ("packing_leave",),
    ("packing_complete",),
    ("packing_parcel",),
    ("packing_ship",),
    ("packing_papers",),
    ("action_packing",),
)


class TestPackingShip(PackingCase):
    def test_the_scan_check_passes_by_what_was_counted(self):
        self._point("Scan", kind="scan")
        picking = self._two_and_one()
        self.assertEqual([(check["how"], check["state"]) for check in picking.packing_state()["checks"]],
                         [("scan", "to_check")])  # fmt: skip
        picking.packing_scan("TG-1", 2)
        self._refused("Other Goods: 0 of 1 Units", picking, "packing_complete")
        self._refused("Other Goods: 0 of 1 Units", picking, "packing_ship")
        self._as("manager", picking).packing_scan("TG-2")
        self.assertEqual(picking.packing_complete()["checks"][0]["state"], "passed")
        check = self._checks(picking)
        rows = {row.product_id: row for row in check.line_ids}
        self.assertEqual((check.state, check.checked_by_id), ("passed", self.users["processor"]))
        self.assertEqual(rows[self.product].answered_by_ids, self.users["processor"])
        self.assertEqual(rows[self.other_product].answered_by_ids, self.users["manager"])
        self.assertEqual((rows[self.product].passed_qty, rows[self.other_product].passed_qty), (2, 1))
        # a verdict is taken back by a manager alone
        for method, *args in (("packing_take_out", "TG-1"), ("packing_reset",)):
            self._refused("Scan has passed on what was counted", picking, method, *args)
        answer = picking.packing_parcel()
        parcel = picking.move_line_ids.result_package_id
        self.assertEqual((answer["parcel"], answer["state"]["loose"], answer["action"]), (parcel.name, False, False))
        self._refused("Nothing that is counted", picking, "packing_parcel")
        shipped = picking.packing_ship()
        self.assertEqual((picking.state, shipped["parcels"]), ("done", [parcel.name]))
        self.assertEqual(shipped["pickup"], picking.order_pickup_id.name)
        self.assertTrue(shipped["pickup"])
        self.assertEqual(picking.packing_ship(), shipped)
        self.assertEqual(self._events(picking.sale_id, "checked").user_id, self.users["processor"].id)
        self.assertTrue({"slip", "label"} <= set(shipped["papers"]))
        papers = picking.packing_papers()
        self.assertEqual(len(papers), len(shipped["papers"]))
        self.assertEqual(papers[0]["report_name"], "order_processing.report_packing_slip")
        self._refused("has left already", picking, "packing_scan", "TG-1")

    def test_a_scan_check_is_not_passed_by_the_label_of_a_parcel_nor_by_who_packs(self):
        pallet = self.env["stock.package"].create({"name": "PAL-1"})
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.warehouse.lot_stock_id, 2, package_id=pallet
        )
        picking = self._as("processor", self._ready((self.product, 2), stock=False))
        picking.packing_scan("PAL-1")
        self._point("Each piece", kind="scan")
        picking.packing_state()
        picking.packing_complete()
        self.assertEqual(self._checks(picking).state, "to_check")
        self._refused("Each piece", picking, "packing_ship")
        picking.packing_reset()
        self._refused("PAL-1 is closed, and Each piece wants each piece scanned", picking, "packing_scan", "PAL-1")
        picking.packing_scan("TG-1", 2)
        self.assertEqual(picking.packing_complete()["checks"][0]["state"], "passed")
        self._point("By another", kind="scan", second_person=True)
        check = picking.packing_state()["checks"][0]
        self.assertEqual((check["name"], check["how"]), ("By another", "other"))
        self._refused("By another", picking, "packing_ship")

    def test_parcel_by_parcel_and_the_simple_check(self):
        self.company.order_gs1_prefix = "4012345"
        picking = self._two_and_one()
        picking.packing_scan("TG-1")
        first = picking.packing_parcel()["parcel"]
        state = picking.packing_state()
        self.assertEqual((state["total"], state["parcels"]), ([3, 1], [first]))
        picking.packing_scan("TG-1")
        picking.packing_scan("TG-2")
        second = picking.packing_parcel()["parcel"]
        lines = picking.move_line_ids
        self.assertEqual(
            sorted((line.result_package_id.name, line.product_id.default_code, line.quantity) for line in lines),
            sorted([(first, "TG-1", 1), (second, "TG-1", 1), (second, "TG-2", 1)]),
        )
        self.assertTrue(all(lines.result_package_id.mapped("order_sscc")))
        quants = self.env["stock.quant"].search(
            [("product_id", "=", self.product.id), ("location_id", "=", self.warehouse.lot_stock_id.id)]
        )
        self.assertEqual((sum(quants.mapped("quantity")), sum(quants.mapped("reserved_quantity"))), (2, 2))
        # nothing says that the goods are whole but a person
        check = picking.packing_state()["checks"][0]
        self.assertEqual((check["how"], check["state"]), ("hand", "to_check"))
        self._refused("have not passed their check", picking, "packing_ship")
        self._as("processor", self.env["order.quality.check"].browse(check["id"])).action_pass(reason="Seen")
        self.assertEqual(picking.packing_ship()["parcels"], [first, second])
        self.assertEqual(picking.sale_id.order_line.mapped("qty_delivered"), [2, 1])

    def test_what_is_not_in_stock_follows(self):
        self._stock(self.product, 1)
        picking = self._as("processor", self._ready((self.product, 3), stock=False))
        self._scan_all(picking)
        picking.action_quality_pass()
        shipped = picking.packing_ship()
        self.assertEqual(shipped["backorder"], picking.backorder_ids.name)
        self.assertEqual((picking.move_ids.quantity, picking.backorder_ids.move_ids.product_uom_qty), (1, 2))

    def test_what_is_missing_on_the_shelf_stays_behind(self):
        self._point("Scan", kind="scan")
        picking = self._two_and_one()
        self._refused("Nothing of .* is counted", picking, "packing_ship", rest=True)
        picking.packing_scan("TG-1")
        shipped = picking.packing_ship(rest=True)
        self.assertEqual((picking.state, picking.move_line_ids.mapped("quantity")), ("done", [1]))
        rest = picking.backorder_ids
        self.assertEqual((shipped["backorder"], rest.move_ids.mapped("product_uom_qty")), (rest.name, [1, 1]))
        self.assertEqual(self._checks(picking).line_ids.mapped("passed_qty"), [1])
        whole = self._two_and_one(picking_policy="one")
        whole.packing_scan("TG-1")
        self._refused("ships complete: count the rest", whole, "packing_ship", rest=True)

    def test_held_goods_stay_and_held_orders_are_named(self):
        self.env["order.hold.reason"].create(
            {"name": "Test", "code": "test", "stops_ship": True, "keeps_reserved": True}
        )
        picking = self._two_and_one()
        order = picking.sudo().sale_id
        order.action_hold("test", line_ids=order.order_line[1].ids, note="Wrong address")
        rows = picking.packing_state()["rows"]
        self.assertEqual([(row["wanted"], row["held"]) for row in rows], [(2, 0), (0, 1)])
        self._refused("is held: .*Wrong address", picking, "packing_scan", "TG-2")
        picking.packing_scan("TG-1", 2)
        picking.action_quality_pass()
        shipped = picking.packing_ship()
        self.assertEqual(order.order_line.mapped("qty_delivered"), [2, 0])
        self.assertTrue(shipped["backorder"])
        whole = self._two_and_one()
        whole.sudo().sale_id.action_hold("test", note="No stamp")
        for method in ("packing_state", "packing_ship", "packing_parcel"):
            self._refused("is held: .*No stamp", whole, method)
        self._refused("No stamp", whole, "packing_scan", "TG-1")
        Picking = self._as("processor", self.env["stock.picking"])
        self.assertNotEqual(Picking.packing_next()["id"], whole.id)

    def test_what_cannot_be_packed_says_why(self):
        failed = self._two_and_one()
        failed.action_quality_fail("Crushed box")
        waiting = self._as("processor", self._ready((self.product, 7), stock=False))
        self._stock(self.product, 1)
        whole = self._as("processor", self._ready((self.product, 9), stock=False, picking_policy="one"))
        gone = self._two_and_one()
        gone.sudo().action_cancel()
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
            }
        )
        for picking, words in (
            (failed, "Crushed box"),
            (waiting, "Nothing of .* is reserved"),
            (whole, "ships complete, and is not fully in stock"),
            (gone, "is cancelled: put the goods back"),
            (self._as("processor", receipt), "delivers no order"),
        ):
            for method, *args in (("packing_state",), ("packing_parcel",), ("packing_ship",), ("packing_reset",)):
                with self.subTest(words=words, method=method):
                    self._refused(words, picking, method, *args)
        self._refused("Crushed box", failed, "packing_scan", "TG-1")
        self._refused("has not left yet", waiting, "packing_papers")

    def test_who_may_not(self):
        picking = self._two_and_one()
        picking.packing_scan("TG-1")
        before = self._counted(picking)
        for user in ("salesman", "accountant", "integration", "portal", "stranger"):
            for method, *args in METHODS:
                with self.subTest(user=user, method=method), self.assertRaises(AccessError):
                    self._call(user, picking, method, *args)
        for user in ("salesman", "accountant", "integration", "portal"):
            for method, *args in (("packing_next",), ("packing_resume",), ("packing_find", picking.name)):
                with self.subTest(user=user, method=method), self.assertRaises(AccessError):
                    call_kw(picking.browse().with_user(self.users[user]), method, args, {})
        # a manager of another company does not even learn of it
        stranger = picking.browse().with_user(self.users["stranger"])
        self.assertNotEqual(call_kw(stranger, "packing_next", [], {})["id"], picking.id)
        with self.assertRaisesRegex(UserError, "No transfer, order or parcel is known"):
            call_kw(stranger, "packing_find", [picking.name], {})
        for model in ("order.packing", "order.packing.count"):
            record = self.env[model].search([("picking_id", "=", picking.id)])
            self.assertTrue(record)
            self.assertFalse(self._as("stranger", self.env[model]).search([]))
            for user in ("processor", "manager"):
                for method, *args in (
                    ("write", {"picking_id": picking.id}),
                    ("unlink",),
                    ("_take_out", 1),
                    ("_add", picking.id, {}),
                ):
                    with self.subTest(user=user, model=model, method=method), self.assertRaises(AccessError):
                        self._call(user, record, method, *args)
                with self.assertRaises(AccessError):
                    call_kw(
                        record.browse().with_user(self.users[user]),
                        "create",
                        [[{"picking_id": picking.id, "product_id": self.product.id}]],
                        {},
                    )
        self.assertEqual(self._counted(picking), before)

    def test_who_handles_goods_alone_counts_and_passes_no_check(self):
        self._point("Scan", kind="scan")
        picking = self._two_and_one()
        worker = self.users["accountant"]
        worker.group_ids = self.env.ref("stock.group_stock_user")
        worker = picking.with_user(worker)
        self._scan_all(worker)
        self.assertEqual(worker.packing_complete()["checks"][0]["state"], "to_check")
        self._refused("have not passed their check", worker, "packing_ship")
        picking.packing_ship()
        self.assertEqual(picking.state, "done")

    def _call(self, user, record, method, *args):
        """As a program of ``user`` calls it."""
        return call_kw(record.browse().with_user(self.users[user]), method, [record.ids, *args], {})
