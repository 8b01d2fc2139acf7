"""What came is inspected: conditions, dispositions, splits; each way is a stock operation and the ledgers agree."""

from odoo.exceptions import AccessError

from .common import ReturnCase


class TestInspection(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_return_inspection = True
        cls.vendor = cls._make_customer("Test Vendor")
        cls.product.seller_ids = [(0, 0, {"partner_id": cls.vendor.id, "price": 4})]

    def _received(self, *rows, **vals):
        case = self._ask(*rows, **vals)
        case.action_approve()
        case.action_receive()
        return case

    def _findings(self, line, *found):
        return [
            {"line_id": line.id, "quantity": quantity, "condition": condition, "disposition": disposition}
            for quantity, condition, disposition in found
        ]

    def _agrees(self, orders):
        self.env["order.discrepancy"].sweep([("order_id", "in", orders.ids)])
        found = orders.order_discrepancy_ids.filtered(lambda record: record.state in ("open", "in_progress"))
        self.assertFalse(found.mapped("display_name"))

    def test_received_goods_wait_outside_the_stock_until_they_are_inspected(self):
        order = self._shipped((self.product, 5))
        before = self.product.qty_available
        case = self._received(self._row(order.order_line, 2))
        place = self.company.order_inspection_location_id
        self.assertEqual(case.state, "received")
        self.assertEqual(self._on_hand(self.product, place), 2)
        self.assertEqual(self.product.qty_available, before, "nothing promises them")
        with self._refused(f"{case.name}.*inspected before"):
            case.action_settle()
        self.assertFalse(case.credit_ids)
        case.action_inspect(findings=self._findings(case.line_ids, (2, "new", "restock")))
        self.assertEqual((case.state, case.inspected_by_id), ("inspected", self.processor))
        self.assertTrue(case.inspected_at)
        self.assertEqual(case.line_ids.condition, "new")
        self.assertEqual(self._on_hand(self.product, place), 0)
        self.product.invalidate_recordset()
        self.assertEqual(self.product.qty_available, before + 2)
        case.action_settle()
        self.assertEqual(case.credit_ids.amount_untaxed, 20)
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))
        self._agrees(order)

    def test_one_line_goes_every_way(self):
        order = self._shipped((self.product, 10))
        stock = self.warehouse.lot_stock_id
        before = self._on_hand(self.product, stock)
        case = self._received(self._row(order.order_line, 8))
        case.action_inspect(
            findings=self._findings(
                case.line_ids,
                (1, "new", "restock"),
                (2, "opened", "quarantine"),
                (1, "damaged", "repair"),
                (3, "damaged", "scrap"),
                (1, "defective", "vendor"),
            )
        )
        lines = case.line_ids
        self.assertEqual(sorted(lines.mapped("quantity")), [1, 1, 1, 2, 3])
        self.assertEqual(sum(lines.mapped("announced_qty")), 8)
        self.assertFalse(case.differs)
        self.assertEqual(self._on_hand(self.product, stock), before + 1)
        self.assertEqual(self._on_hand(self.product, self.company.order_quarantine_location_id), 2)
        self.assertEqual(self._on_hand(self.product, self.company.order_repair_location_id), 1)
        scraps = self.env["stock.scrap"].search([("origin", "=", case.name)])
        self.assertEqual((sum(scraps.mapped("scrap_qty")), set(scraps.mapped("state"))), (3, {"done"}))
        back = case.picking_ids.filtered(lambda transfer: transfer.location_dest_id.usage == "supplier")
        self.assertEqual((back.state, back.partner_id), ("assigned", self.vendor))
        self.assertEqual(
            self._on_hand(self.product, self.company.order_inspection_location_id), 1, "waits for the vendor"
        )
        back.move_ids.picked = True
        back._action_done()
        self.assertEqual(self._on_hand(self.product, self.company.order_inspection_location_id), 0)
        case.action_settle()
        self.assertEqual(case.credit_ids.amount_untaxed, 80)
        self.assertEqual(sum(lines.mapped("credited_amount")), 80)
        self.assertEqual(self._figures(order.order_line), (2, 2, 0))
        self.assertEqual(order.order_line.order_returnable_qty, 2)
        self._agrees(order)

    def test_a_set_is_one_transfer_per_kind(self):
        orders = self.env["sale.order"]
        for _index in range(3):
            orders |= self._shipped((self.product, 5))
        cases = self.Return
        for line in orders.order_line:
            cases |= self._received(self._row(line, 2))
        rows = []
        for line in cases.line_ids:
            rows += self._findings(line, (1, "new", "restock"), (1, "opened", "quarantine"))
        cases.action_inspect(findings=rows)
        inside = cases.picking_ids.filtered(lambda transfer: transfer.picking_type_id == self.warehouse.int_type_id)
        self.assertEqual(len(inside), 2, "one to the stock, one to the quarantine")
        self.assertEqual(inside.mapped("state"), ["done"] * 2)
        for case in cases:
            self.assertEqual(inside & case.picking_ids, inside, "each case knows where its goods moved")
        cases.action_settle()
        self.assertEqual(set(cases.mapped("state")), {"settled"})

    def test_where_goods_lie_is_read_once_for_a_set(self):
        def count(number):
            lines = self.env["order.return.line"]
            for _index in range(number):
                lines |= self._received(self._row(self._shipped((self.product, 5)).order_line, 2)).line_ids
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            pieces = lines._pieces()
            self.assertEqual([piece[0]["quantity"] for piece in pieces.values()], [2] * number)
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(1), count(6))

    def test_the_findings_make_up_what_came(self):
        order = self._shipped((self.product, 5), (self.other_product, 2))
        case = self._received(self._row(order.order_line[0], 3), self._row(order.order_line[1], 1))
        line = case.line_ids[0]
        for found, words in (
            ([(2, "new", "restock")], "2 Units were inspected and 3 came"),
            ([(0, "new", "restock")], "0 Units were inspected"),
            ([(3, "new", "burn")], "burn is not one of those"),
            ([(3, "new", "customer_keeps")], "the customer does not have them"),
            ([(4, "new", "restock"), (-1, "new", "scrap")], "cannot be negative"),
        ):
            with self._refused(words):
                case.action_inspect(findings=self._findings(line, *found))
        with self._refused("line of its case"):
            case.action_inspect(findings=[{"line_id": 0, "quantity": 1}])
        with self._refused("Other Goods.*no vendor"):
            case.action_inspect(findings=self._findings(case.line_ids[1], (1, "defective", "vendor")))
        self.assertEqual(case.state, "received")
        with self.assertRaises(AccessError):
            case.with_user(self.users["salesman"]).action_inspect()
        case.action_inspect()
        self.assertEqual(case.line_ids.mapped("disposition"), ["restock"] * 2, "as proposed")

    def test_an_inspection_corrected(self):
        order = self._shipped((self.product, 5))
        stock = self.warehouse.lot_stock_id
        before = self._on_hand(self.product, stock)
        case = self._received(self._row(order.order_line, 3))
        case.action_inspect(findings=self._findings(case.line_ids, (2, "new", "restock"), (1, "defective", "vendor")))
        with self._refused("reason"):
            case.action_correct_inspection()
        case.action_correct_inspection(reason="The seal was broken")
        self.assertEqual((case.state, case.inspected_at), ("received", False))
        self.assertEqual(self._on_hand(self.product, stock), before)
        self.assertEqual(self._on_hand(self.product, self.company.order_inspection_location_id), 3)
        vendor = case.picking_ids.filtered(lambda transfer: transfer.location_dest_id.usage == "supplier")
        self.assertEqual(vendor.state, "cancel")
        rows = []
        for line in case.line_ids:
            rows += self._findings(line, (line.quantity, "opened", "scrap"))
        case.action_inspect(findings=rows)
        self.assertEqual(self._on_hand(self.product, self.company.order_inspection_location_id), 0)
        with self._refused("scrapped"):
            case.action_correct_inspection(reason="Once more")
        case.action_settle()
        self.assertEqual(case.credit_ids.amount_untaxed, 30)
        self._agrees(order)

    def test_lots_go_where_their_line_goes(self):
        product = self._make_product("By serial", "TR-SN", 10.0, tracking="serial")
        lots = self.env["stock.lot"].create(
            [{"name": f"S{number}", "product_id": product.id, "company_id": self.company.id} for number in range(3)]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 1, lot_id=lot)
        order = self._shipped((product, 3))
        case = self._received(self._row(order.order_line, 3))
        rows = self._findings(case.line_ids, (2, "new", "restock"), (1, "damaged", "quarantine"))
        rows[0]["quantity"], rows[1]["lot_id"] = 2, lots[1].id
        case.action_inspect(findings=[rows[1], rows[0]])
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "=", self.company.order_quarantine_location_id.id)]
        )
        self.assertEqual(quants.lot_id, lots[1])
        self.assertEqual(self._on_hand(product, self.warehouse.lot_stock_id), 2)

    def test_in_one_click_the_goods_wait_for_their_inspection(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2), self._row(order.order_line, 1, disposition="customer_keeps"))
        answer = case.process()[0]
        self.assertEqual((answer["ok"], answer["code"]), (False, "received"))
        self.assertTrue(case.action_process())
        self.assertEqual(case.state, "received")
        kept = self._ask(self._row(order.order_line, 1, disposition="customer_keeps"))
        self.assertEqual(kept.process()[0]["code"], "settled", "there is nothing to look at")

    def test_without_inspection_each_way_at_once(self):
        self.company.order_return_inspection = False
        order = self._shipped((self.product, 9))
        stock = self.warehouse.lot_stock_id
        before = self._on_hand(self.product, stock)
        case = self._ask(
            self._row(order.order_line, 1),
            self._row(order.order_line, 2, disposition="repair"),
            self._row(order.order_line, 1, disposition="vendor"),
            self._row(order.order_line, 3, disposition="not_arrived", reason="not_arrived"),
        )
        self._process(case)
        self.assertEqual(self._on_hand(self.product, stock), before + 1)
        self.assertEqual(self._on_hand(self.product, self.company.order_repair_location_id), 2)
        vendor = case.picking_ids.filtered(lambda transfer: transfer.location_dest_id.usage == "supplier")
        self.assertEqual(vendor.state, "assigned")
        lost = self.env["stock.scrap"].search([("origin", "=", case.name)])
        self.assertEqual((lost.scrap_qty, lost.state), (3, "done"))
        self.assertEqual(case.credit_ids.amount_untaxed, 70)
        self.assertEqual(self._figures(order.order_line), (2, 2, 0))
        self._agrees(order)

    def test_goods_for_the_scrap_are_never_reserved_for_who_waits(self):
        self.company.order_return_inspection = False
        product = self._make_product("Scarce", "SC-1", 10.0)
        self._stock(product, 5)
        order = self._shipped((product, 5))
        waiting = self._make_order((product, 2))
        waiting.action_confirm()
        self._process(self._ask(self._row(order.order_line, 2, disposition="scrap")))
        self.assertEqual(waiting.picking_ids.state, "confirmed")
