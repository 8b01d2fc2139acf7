"""What a vendor sent straight to the customer comes back to the warehouse, and from there to the vendor."""

import pytest

from odoo.fields import Command

from .common import KitCase, ModulesCase

pytestmark = pytest.mark.optional


class TestDropShipmentsBack(ModulesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls.env["res.partner"].create({"name": "Vendor"})
        cls.dropped = cls._make_product(
            "Dropped",
            "DROP",
            30.0,
            route_ids=[Command.set(cls.env.ref("stock_dropshipping.route_drop_shipping").ids)],
            seller_ids=[Command.create({"partner_id": cls.vendor.id, "price": 20.0})],
        )

    def _dropshipped(self, quantity=5):
        order = self._confirmed((self.dropped, quantity))
        purchase = order.order_line.purchase_line_ids.order_id
        purchase.button_confirm()
        self._deliver(purchase)
        self._invoice(order)
        return order, order.order_line, purchase

    def test_to_the_warehouse(self):
        order, line, purchase = self._dropshipped()
        self.assertEqual(line.order_returnable_qty, 5)
        case = self._ask(self._row(line, 2))
        self._process(case)
        self.assertEqual(self._on_hand(self.dropped, self.warehouse.lot_stock_id), 2)
        self.assertEqual(case.picking_ids.picking_type_id.warehouse_id, self.warehouse)
        self.assertEqual(case.picking_ids.location_dest_id, self.warehouse.lot_stock_id)
        self.assertEqual(case.credit_ids.amount_untaxed, 60)
        self.assertEqual(self._figures(line), (3, 3, 0))
        self.assertEqual(purchase.order_line.qty_received, 5, "the vendor delivered it")
        self._agrees(order)

    def test_to_the_vendor(self):
        order, line, _purchase = self._dropshipped()
        case = self._ask(self._row(line, 2, disposition="vendor"))
        self._process(case)
        quarantine = self.company.order_quarantine_location_id
        self.assertEqual(self._on_hand(self.dropped, quarantine), 2)
        leaves = case.picking_ids.filtered(lambda transfer: transfer.state != "done")
        self.assertEqual((leaves.partner_id, leaves.location_dest_id.usage), (self.vendor, "supplier"))
        leaves.move_ids.picked = True
        leaves._action_done()
        self.assertEqual(self._on_hand(self.dropped, quarantine), 0)
        self.assertEqual(self._figures(line), (3, 3, 0))
        self.assertEqual(case.credit_ids.amount_untaxed, 60)
        self._agrees(order)

    def test_after_an_inspection(self):
        self.company.order_return_inspection = True
        order, line, _purchase = self._dropshipped()
        case = self._ask(self._row(line, 2))
        case.action_approve()
        case.action_receive()
        self.assertEqual(self._on_hand(self.dropped, self.company.order_inspection_location_id), 2)
        case.action_inspect(
            findings=[
                {"line_id": case.line_ids.id, "quantity": 1},
                {"line_id": case.line_ids.id, "quantity": 1, "disposition": "scrap"},
            ]
        )
        case.action_settle()
        self.assertEqual(self._on_hand(self.dropped, self.warehouse.lot_stock_id), 1)
        self.assertEqual(self._figures(line), (3, 3, 0))
        self._agrees(order)

    def test_sent_again_is_refused(self):
        _order, line, _purchase = self._dropshipped()
        case = self._ask(self._row(line, 1, settlement="replacement", disposition="quarantine"))
        with self._refused(f"{case.name}.*refund"):
            case.action_approve()


class TestKitsOfVendorsBack(KitCase):
    """Kits of which a vendor sent all parts or some; core counts them wholly or not at all, what came back is counted by kits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls.env["res.partner"].create({"name": "Vendor"})
        cls.stock = cls.warehouse.lot_stock_id

    def _sold(self, quantity, parts):
        parts.route_ids = self.env.ref("stock_dropshipping.route_drop_shipping")
        parts.seller_ids = [Command.create({"partner_id": self.vendor.id, "price": 1})]
        order = self._confirmed((self.kit, quantity))
        purchase = self.env["purchase.order"].search([("partner_id", "=", self.vendor.id)], order="id desc", limit=1)
        purchase.button_confirm()
        self._deliver(purchase)
        if order.picking_ids.filtered(lambda transfer: transfer.state != "done"):
            self._deliver(order)
        self._invoice(order)
        return order, order.order_line, purchase

    def test_some_come_back_and_then_the_rest(self):
        order, line, purchase = self._sold(3, self.product | self.other_product)
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 3))
        before = self._lies(self.stock)
        case = self._ask(self._row(line, 1))
        self._process(case)
        self.assertEqual(self._came(case), {self.product: 2, self.other_product: 1})
        self.assertEqual(self._lies(self.stock), (before[0] + 2, before[1] + 1), "in the own stock, not the vendor's")
        self.assertEqual((self._figures(line), line.product_uom_qty), ((2, 2, 0), 2))
        self.assertEqual((case.credit_ids.amount_untaxed, line.order_returnable_qty), (40, 2))
        self.assertEqual(purchase.order_line.mapped("qty_received"), [6, 3], "the vendor delivered them")
        self._agrees(order)
        rest = self._ask(self._row(line, 2, disposition="vendor"))
        self._process(rest)
        leaves = rest.picking_ids.filtered(lambda transfer: transfer.state != "done")
        self.assertEqual((leaves.partner_id, leaves.location_dest_id.usage), (self.vendor, "supplier"))
        leaves.move_ids.picked = True
        leaves._action_done()
        self.assertEqual(self._lies(self.company.order_quarantine_location_id), (0, 0))
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((0, 0, 0), 0))
        self._agrees(order)

    def test_inspected_for_nothing_and_its_receipt_taken_back(self):
        self.company.order_return_inspection = True
        order, line, _purchase = self._sold(3, self.product | self.other_product)
        case = self._ask(self._row(line, 2, settlement="none"))
        case.action_approve()
        case.action_receive(counts={case.line_ids.id: 1})
        case.action_inspect(findings=[{"line_id": case.line_ids.id, "quantity": 1, "disposition": "scrap"}])
        case.action_settle()
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 2), "for no money")
        self.company.order_return_inspection = False
        paid = self._ask(self._row(line, 1))
        paid.action_approve()
        paid.action_receive()
        self.assertEqual(line.qty_delivered, 2)
        wizard = self.env["stock.return.picking"].create({"picking_id": paid.picking_ids.id})
        for row in wizard.product_return_moves:
            row.quantity = row.move_quantity
        again = wizard._create_return()
        again.move_ids.picked = True
        again.with_context(skip_sms=True, skip_backorder=True).button_validate()
        self.assertEqual((paid.state, line.qty_delivered), ("approved", 3))
        self._process(paid)
        self.assertEqual(self._figures(line), (2, 2, 0))
        self._agrees(order)

    def test_some_parts_left_from_stock(self):
        order, line, purchase = self._sold(2, self.product)
        self.assertEqual((line.qty_delivered, line.order_returnable_qty), (2, 2))
        before = self._lies(self.stock)
        again = self._ask(self._row(line, 1, settlement="replacement", reason="defective"))
        with self._refused(f"{again.name}.*{purchase.picking_ids.name}.*refund"):
            again.action_approve()
        again.action_cancel(reason="For money")
        case = self._ask(self._row(line, 1))
        self._process(case)
        self.assertEqual(len(case.picking_ids), 2, "each part by the return of the transfer that brought it")
        self.assertEqual(self._lies(self.stock), (before[0] + 2, before[1] + 1))
        self.assertEqual((self._figures(line), case.credit_ids.amount_untaxed), ((1, 1, 0), 40))
        self._agrees(order)

    def test_bought_for_the_order_and_received_first(self):
        mto = self.env.ref("stock.route_warehouse0_mto")
        mto.active = True
        parts = self.product | self.other_product
        parts.route_ids = mto | self.env.ref("purchase_stock.route_warehouse0_buy")
        parts.seller_ids = [Command.create({"partner_id": self.vendor.id, "price": 1})]
        order = self._confirmed((self.kit, 2))
        purchase = self.env["purchase.order"].search([("partner_id", "=", self.vendor.id)])
        purchase.button_confirm()
        for done in (purchase, order):
            self._deliver(done)
        self._invoice(order)
        line, before = order.order_line, self._lies(self.stock)
        self.assertEqual((line.qty_delivered, line.order_returnable_qty), (2, 2))
        case = self._ask(self._row(line, 1))
        self._process(case)
        self.assertEqual(self._lies(self.stock), (before[0] + 2, before[1] + 1))
        self.assertEqual((self._figures(line), case.credit_ids.amount_untaxed), ((1, 1, 0), 40))
        self._agrees(order)
