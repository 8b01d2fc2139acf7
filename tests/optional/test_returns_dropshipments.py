"""What a vendor sent straight to the customer comes back to the warehouse, and from there to the vendor."""

import pytest

from odoo.fields import Command

from .common import ModulesCase

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
