"""Goods that left in packages, by lots and serial numbers: which come back is said, scanned, and moves in the ledger."""

from odoo.tests import Form

from .common import ReturnCase


class TestPackages(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_return_inspection = False
        cls.Counter = cls.env["order.return.counter"].with_user(cls.processor)

    def _packed(self, *lines):
        """A delivered and invoiced order whose goods left in one package."""
        order = self._make_order(*lines)
        order.action_confirm()
        transfer = order.picking_ids
        transfer.action_assign()
        package = self.env["stock.package"].create({"name": f"PACK-{order.name}"})
        transfer.move_line_ids.result_package_id = package
        self._deliver(order)
        self._invoice(order)
        return order, package

    def _content(self, package):
        """What lies in ``package``: ``{(product, location's usage): quantity}``."""
        quants = self.env["stock.quant"].search([("package_id", "=", package.id), ("quantity", "!=", 0)])
        return {(quant.product_id, quant.location_id.usage): quant.quantity for quant in quants}

    def _scan(self, form, *codes):
        for code in codes:
            form.code = code

    def test_a_part_of_a_package_comes_back(self):
        order, package = self._packed((self.product, 5), (self.other_product, 2))
        goods, _other = order.order_line
        before = self._on_hand(self.product, self.warehouse.lot_stock_id)
        self._process(self._ask(self._row(goods, 2)))
        self.assertEqual(self._content(package), {(self.product, "customer"): 3, (self.other_product, "customer"): 2})
        self.assertEqual(self._on_hand(self.product, self.warehouse.lot_stock_id), before + 2)
        self.assertEqual(self._figures(goods), (3, 3, 0))

    def test_the_label_of_a_package_is_scanned_as_the_package(self):
        self.company.order_gs1_prefix = "9521234"
        order, package = self._packed((self.product, 5))
        self.env["ir.actions.report"]._render_qweb_pdf("order_processing.report_shipping_label", order.picking_ids.ids)
        sscc = package.order_sscc
        self.assertTrue(sscc)
        for code in (sscc, f"00{sscc}", f"(00){sscc}", f"]C100{sscc}"):
            form = Form(self.Counter)
            self._scan(form, code)
            self.assertRegex(form.said, f"{order.picking_ids.name}.*no case", code)
        case = self._ask(self._row(order.order_line, 5))
        case.action_approve()
        form = Form(self.Counter)
        self._scan(form, f"00{sscc}", f"00{sscc}")
        self.assertEqual(form.return_id, case)
        self.assertEqual(form.save().line_ids.mapped("quantity"), [5], "counted once")

    def test_the_case_from_the_scan_of_its_package(self):
        order, package = self._packed((self.product, 5), (self.other_product, 2))
        goods, other = order.order_line
        before = self._on_hand(self.product, self.warehouse.lot_stock_id)
        form = Form(self.Counter)
        self._scan(form, package.name)
        self.assertRegex(form.said, f"{package.name}.*{order.picking_ids.name}.*no case")
        wizard = (
            self.env["order.return.create"].browse(form.save().action_take_back()["res_id"]).with_user(self.processor)
        )
        self.assertEqual(wizard.line_ids.order_line_id, order.order_line)
        for row in wizard.line_ids:
            row.quantity = row.returnable
        case = self.Return.browse(wizard.action_approve()["res_id"])
        form = Form(self.Counter)
        self._scan(form, package.name)
        self.assertEqual(form.return_id, case)
        self._scan(form, package.name)
        self.assertRegex(form.said, "already")
        counter = form.save()
        self.assertEqual(counter.line_ids.mapped("quantity"), [5, 2], "counted once")
        counter.action_receive()
        case.action_settle()
        self.assertEqual(
            case.credit_ids.amount_untaxed,
            sum(order.invoice_ids.filtered(lambda m: m.move_type == "out_invoice").mapped("amount_untaxed")),
        )
        self.assertEqual((self._figures(goods), self._figures(other)), ((0, 0, 0), (0, 0, 0)))
        self.assertEqual(self._on_hand(self.product, self.warehouse.lot_stock_id), before + 5)
        self.assertFalse([usage for _product, usage in self._content(package) if usage == "customer"])

    def test_quarantined_from_a_package(self):
        order, package = self._packed((self.product, 5))
        self._process(self._ask(self._row(order.order_line, 5, disposition="scrap", reason="damaged")))
        self.assertFalse([usage for _product, usage in self._content(package) if usage == "customer"])
        self.assertEqual(self._on_hand(self.product, self.company.order_quarantine_location_id), 0)

    def test_a_serial_out_of_a_package(self):
        """The named serial leaves the package in which it left, and no other."""
        product = self._make_product("By serial", "TR-SN", 10.0, tracking="serial")
        lots = self.env["stock.lot"].create([{"name": f"SN{n}", "product_id": product.id} for n in range(3)])
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 1, lot_id=lot)
        order, package = self._packed((product, 3))
        case = self._ask(self._row(order.order_line, 2))
        case.action_approve()
        with self._refused("do not make up"):
            case.action_receive(lots={case.line_ids.id: [lots[1].id]})
        form = Form(self.Counter)
        self._scan(form, "SN1")
        self.assertEqual(form.return_id, case)
        self._scan(form, "SN1", "SN2")
        counter = form.save()
        self.assertEqual(counter.line_ids.quantity, 2)
        counter.action_receive()
        quants = self.env["stock.quant"].search([("product_id", "=", product.id), ("quantity", "!=", 0)])
        self.assertEqual(quants.filtered(lambda quant: quant.location_id.usage == "customer").lot_id, lots[0])
        self.assertEqual(quants.filtered(lambda quant: quant.location_id.usage == "customer").package_id, package)
        inside = quants.filtered(lambda quant: quant.location_id.usage == "internal")
        self.assertEqual((inside.lot_id, set(inside.mapped("quantity"))), (lots[1] | lots[2], {1}))
        case.action_settle()
        self.assertEqual(self._figures(order.order_line), (1, 1, 0))

    def test_a_serial_that_did_not_leave_is_refused(self):
        product = self._make_product("By serial", "TR-SN", 10.0, tracking="serial")
        lots = self.env["stock.lot"].create([{"name": f"SN{n}", "product_id": product.id} for n in range(2)])
        self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 1, lot_id=lots[0])
        order = self._shipped((product, 1))
        case = self._ask(self._row(order.order_line, 1))
        case.line_ids.write({"lot_id": lots[1].id})
        case.action_approve()
        with self._refused("SN1.*do not make up"):
            case.action_receive()
        self.assertEqual(case.state, "approved")
        case.action_receive(lots={case.line_ids.id: [lots[0].id]})
        self.assertEqual(self._on_hand(product, self.warehouse.lot_stock_id), 1)

    def test_pieces_with_a_lot_are_served_first(self):
        """Whoever takes what is left takes no serial that another piece names."""
        self.company.order_return_inspection = True
        product = self._make_product("By serial", "TR-SN", 10.0, tracking="serial")
        lots = self.env["stock.lot"].create([{"name": f"SN{n}", "product_id": product.id} for n in range(3)])
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 1, lot_id=lot)
        order = self._shipped((product, 3))
        case = self._ask(self._row(order.order_line, 3))
        case.action_approve()
        case.action_receive()
        item = case.line_ids
        for lot in lots:
            with self.env.cr.savepoint() as point:
                case.action_inspect(
                    findings=[
                        {"line_id": item.id, "quantity": 2, "disposition": "restock"},
                        {"line_id": item.id, "quantity": 1, "disposition": "quarantine", "lot_id": lot.id},
                    ]
                )
                quants = self.env["stock.quant"].search(
                    [
                        ("product_id", "=", product.id),
                        ("location_id", "=", self.company.order_quarantine_location_id.id),
                        ("quantity", ">", 0),
                    ]
                )
                self.assertEqual(quants.lot_id, lot)
                self.assertEqual(self._on_hand(product, self.warehouse.lot_stock_id), 2)
                point.rollback()
            self.env.invalidate_all()

    def test_the_serial_of_a_parcel_that_nobody_announced(self):
        """What was scanned as it was taken in is what comes back, once the case is matched."""
        product = self._make_product("By serial", "TR-SN", 10.0, tracking="serial")
        lots = self.env["stock.lot"].create([{"name": f"SN{n}", "product_id": product.id} for n in range(3)])
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 1, lot_id=lot)
        order = self._shipped((product, 3))
        answer = self.Return.receive_unannounced(
            [{"product": "TR-SN", "quantity": 1, "lot": "SN1"}], reference=order.name, key="parcel"
        )
        case = self.Return.browse(answer["return_id"])
        self._process(case)
        quants = self.env["stock.quant"].search([("product_id", "=", product.id), ("quantity", "!=", 0)])
        inside = quants.filtered(lambda quant: quant.location_id.usage == "internal")
        self.assertEqual((inside.lot_id, inside.location_id), (lots[1], self.warehouse.lot_stock_id))
        outside = quants.filtered(lambda quant: quant.location_id.usage == "customer")
        self.assertEqual((outside.lot_id, set(outside.mapped("quantity"))), (lots[0] | lots[2], {1}))
