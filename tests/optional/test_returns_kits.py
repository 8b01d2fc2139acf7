"""Kits come back whole: counted as kits, moved by their parts, credited at the price of the kit."""

import pytest

from odoo.fields import Command

from .common import KitCase

pytestmark = pytest.mark.optional


class TestKitsBack(KitCase):
    def test_one_kit_of_three_back_to_stock_for_money(self):
        order, line = self._kits()
        self.assertEqual(line.order_returnable_qty, 3)
        before = self._lies(self.warehouse.lot_stock_id)
        sent = order.picking_ids.move_ids
        case = self._ask(self._row(line, 1))
        self.assertEqual(len(case.line_ids), 1)
        self.assertEqual(line.order_returnable_qty, 2)
        self._process(case)
        back = case.picking_ids.move_ids
        self.assertEqual(self._came(case), {self.product: 2, self.other_product: 1})
        self.assertEqual(back.origin_returned_move_id, sent)
        self.assertEqual(back.bom_line_id, self.bom.bom_line_ids)
        self.assertEqual((back.sale_line_id, set(back.mapped("to_refund"))), (line, {True}))
        stock = self._lies(self.warehouse.lot_stock_id)
        self.assertEqual(stock, (before[0] + 2, before[1] + 1))
        self.assertEqual(case.line_ids.received_qty, 1)
        self.assertEqual(case.credit_ids.invoice_line_ids.product_id, self.kit)
        self.assertEqual(case.credit_ids.amount_untaxed, 40)
        self.assertEqual(self._figures(line), (2, 2, 0))
        self.assertEqual((line.product_uom_qty, line.order_returnable_qty), (2, 2))
        self._agrees(order)
        self._process(self._ask(self._row(line, 2)))
        self.assertEqual(self._figures(line), (0, 0, 0))
        self.assertEqual(line.order_returnable_qty, 0)
        self.assertEqual(self._lies(self.warehouse.lot_stock_id), (before[0] + 6, before[1] + 3))
        self.assertEqual(order.settlement_status, "returned")
        self.assertEqual(order.order_return_line_ids.return_id.mapped("state"), ["settled", "settled"])
        self._agrees(order)

    def test_no_kit_comes_back_twice(self):
        _order, line = self._kits()
        case = self._ask(self._row(line, 2))
        self._ask(self._row(line, 2), ok=False)
        case.action_approve()
        case.action_receive()
        self.assertEqual(line.order_returnable_qty, 1)
        self._ask(self._row(line, 2), ok=False)
        self._process(self._ask(self._row(line, 1)) | case)
        self.assertEqual(self._figures(line), (0, 0, 0))

    def test_quarantine_scrap_and_vendor_by_component(self):
        order, line = self._kits(5)
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        (self.product | self.other_product).seller_ids = [Command.create({"partner_id": vendor.id, "price": 1})]
        before = self._lies(self.warehouse.view_location_id)
        case = self._ask(*(self._row(line, 1, disposition=way) for way in ("quarantine", "scrap", "vendor", "repair")))
        self._process(case)
        company = self.company
        self.assertEqual(self._lies(company.order_quarantine_location_id), (4, 2), "with what goes to the vendor")
        self.assertEqual(self._lies(company.order_repair_location_id), (2, 1))
        self.assertEqual(self._lies(self.warehouse.view_location_id), before)
        scraps = self.env["stock.scrap"].search([("origin", "=", case.name)])
        self.assertEqual(
            {scrap.product_id: scrap.scrap_qty for scrap in scraps}, {self.product: 2, self.other_product: 1}
        )
        to_vendor = case.picking_ids.filtered(lambda transfer: transfer.state != "done")
        self.assertEqual(to_vendor.partner_id, vendor)
        self.assertEqual(sorted(to_vendor.move_ids.mapped("quantity")), [1, 2])
        to_vendor.move_ids.picked = True
        to_vendor._action_done()
        self.assertEqual(self._lies(company.order_quarantine_location_id), (2, 1))
        self.assertEqual(self._figures(line), (1, 1, 0))
        self._agrees(order)

    def test_the_inspection_splits_whole_kits(self):
        self.company.order_return_inspection = True
        order, line = self._kits()
        case = self._ask(self._row(line, 3))
        case.action_approve()
        with self._refused("KIT.*whole"):
            case.action_receive(counts={case.line_ids.id: 1.5})
        case.action_receive(counts={case.line_ids.id: 2})
        self.assertTrue(case.differs)
        self.assertEqual(line.order_returnable_qty, 1)
        self.assertEqual(self._lies(self.company.order_inspection_location_id), (4, 2))
        item = case.line_ids
        with self._refused("KIT.*whole"):
            case.action_inspect(findings=[{"line_id": item.id, "quantity": 0.5}, {"line_id": item.id, "quantity": 1.5}])
        case.action_inspect(
            findings=[
                {"line_id": item.id, "quantity": 1, "disposition": "quarantine"},
                {"line_id": item.id, "quantity": 1, "disposition": "restock"},
            ]
        )
        self.assertEqual(self._lies(self.company.order_quarantine_location_id), (2, 1))
        self.assertEqual(self._lies(self.company.order_inspection_location_id), (0, 0))
        case.action_correct_inspection(reason="Looked again")
        self.assertEqual(self._lies(self.company.order_inspection_location_id), (4, 2))
        case.action_inspect()
        case.action_settle()
        self.assertEqual(case.credit_ids.amount_untaxed, 80)
        self.assertEqual(self._figures(line), (1, 1, 0))
        self._agrees(order)

    def test_not_invoiced_kept_exchanged_and_for_nothing(self):
        order, line = self._kits(4, invoice=False)
        self._process(self._ask(self._row(line, 1)))
        self.assertEqual((line.qty_delivered, line.qty_to_invoice), (3, 3))
        self._invoice(order)
        kept = self._ask(self._row(line, 1, disposition="customer_keeps", reason="damaged"))
        self._process(kept)
        self.assertEqual((kept.credit_ids.amount_untaxed, line.order_returnable_qty), (40, 2))
        self._process(self._ask(self._row(line, 1, settlement="none")))
        self.assertEqual(self._figures(line), (3, 3, 0))
        self.assertEqual(line.order_returnable_qty, 1)
        other = self._ask(self._row(line, 1, settlement="exchange", exchange_product_id=self.product.id))
        self._process(other)
        self.assertEqual(other.exchange_order_ids.order_line.product_id, self.product)
        self.assertEqual(line.order_returnable_qty, 0)
        self._agrees(order)

    def test_kits_of_several_deliveries(self):
        order = self._make_order((self.kit, 4))
        order.action_confirm()
        line = order.order_line
        self._deliver(order, {self.product: 4, self.other_product: 1})
        self.assertEqual(line.order_returnable_qty, 1)
        first = order.picking_ids.filtered(lambda transfer: transfer.state == "done")
        self._deliver(order, {self.product: 2, self.other_product: 2})
        self._invoice(order)
        self.assertEqual((line.qty_delivered, line.order_returnable_qty), (3, 3))
        case = self._ask(self._row(line, 3))
        self.assertEqual(sorted(case.line_ids.mapped("quantity")), [1, 2])
        self._process(case)
        self.assertEqual(self._came(case), {self.product: 6, self.other_product: 3})
        self.assertIn(first, case.picking_ids.return_id)
        self.assertEqual(self._figures(line), (0, 0, 0))
        self.assertEqual(line.order_returnable_qty, 0)
        self._agrees(order)

    def test_one_delivery_after_the_other(self):
        """A kit of which the parts came by two transfers takes nothing from the kits of either."""
        order = self._make_order((self.kit, 4))
        order.action_confirm()
        line = order.order_line
        self._deliver(order, {self.product: 4, self.other_product: 1})
        first = order.picking_ids.filtered(lambda transfer: transfer.state == "done")
        self._deliver(order, {self.product: 2, self.other_product: 2})
        self._invoice(order)
        late, early = self._ask(self._row(line, 2)), self._ask(self._row(line, 1))
        self.assertEqual(early.line_ids.move_id.picking_id, first)
        self._process(late)
        self.assertEqual(line.order_returnable_qty, 0)
        early.action_cancel(reason="Not sent")
        self.assertEqual(line.order_returnable_qty, 1)
        again = self._ask(self._row(line, 1))
        self.assertEqual(again.line_ids.move_id.picking_id, first)
        self._process(again)
        self.assertEqual(self._figures(line), (0, 0, 0))
        self.assertEqual(self._came(late | again), {self.product: 6, self.other_product: 3})
        self.assertEqual(line.order_returnable_qty, 0)
        self._agrees(order)

    def test_three_steps_and_a_part_that_stands_twice(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self.bom.bom_line_ids = [Command.create({"product_id": self.product.id, "product_qty": 1})]
        order = self._make_order((self.kit, 2))
        order.action_confirm()
        line = order.order_line
        for _step in range(3):
            self._deliver(order)
        self._invoice(order)
        self.assertEqual((line.qty_delivered, line.order_returnable_qty), (2, 2))
        case = self._ask(self._row(line, 1, disposition="scrap"))
        self._process(case)
        self.assertEqual(self._came(case), {self.product: 3, self.other_product: 1})
        self.assertEqual(self._figures(line), (1, 1, 0))
        self.assertEqual(
            sum(self.env["stock.scrap"].search([("origin", "=", case.name)]).mapped("scrap_qty")), 4, "all its parts"
        )
        self._agrees(order)
        self._process(self._ask(self._row(line, 1)))
        self.assertEqual(self._figures(line), (0, 0, 0))

    def test_money_moves_before_the_kits(self):
        """What was given for kits that are on their way is not given again, nor invoiced again."""
        self.env["order.return.policy"].create({"name": "At once", "money_when": "approve"})
        order, line = self._kits()
        case = self._ask(self._row(line, 2))
        case.action_approve()
        self.assertEqual(case.credit_ids.amount_untaxed, 80)
        case.action_receive()
        case.action_settle()
        self.assertEqual(sum(case.credit_ids.mapped("amount_untaxed")), 80)
        self.assertEqual(self._figures(line), (1, 1, 0))
        self._agrees(order)

    def test_what_core_took_back_counts(self):
        """A part that came back by hand is a kit less."""
        order, line = self._kits()
        self._back(order, 1)
        self.assertEqual(line.qty_delivered, 2)
        self.assertEqual(line.order_returnable_qty, 2)
        self._ask(self._row(line, 3), ok=False)
        self._process(self._ask(self._row(line, 2)))
        self.assertEqual(self._figures(line)[:2], (0, 0) if line.qty_invoiced == 0 else (0, 1))

    def test_dozens_of_kits(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._make_order((self.kit, 2))
        order.order_line.product_uom_id = dozen
        order.action_confirm()
        self._deliver(order)
        self._invoice(order)
        line = order.order_line
        self.assertEqual((line.qty_delivered, line.order_returnable_qty), (2, 2))
        case = self._ask(self._row(line, 1))
        self._process(case)
        self.assertEqual(self._came(case), {self.product: 24, self.other_product: 12})
        self.assertEqual(self._figures(line), (1, 1, 0))
        self._agrees(order)

    def test_kits_of_kits(self):
        outer = self._make_product("Big kit", "BIG", 90.0)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": outer.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.kit.id, "product_qty": 2}),
                    Command.create({"product_id": self.product.id, "product_qty": 1}),
                ],
            }
        )
        order = self._shipped((outer, 2))
        line = order.order_line
        self.assertEqual((line.qty_delivered, line.order_returnable_qty), (2, 2))
        case = self._ask(self._row(line, 1, disposition="quarantine"))
        self._process(case)
        self.assertEqual(self._came(case), {self.product: 5, self.other_product: 2})
        self.assertEqual(self._lies(self.company.order_quarantine_location_id), (5, 2))
        self.assertEqual(self._figures(line), (1, 1, 0))
        self._agrees(order)

    def test_the_receipt_is_taken_back(self):
        order, line = self._kits()
        case = self._ask(self._row(line, 1))
        case.action_approve()
        case.action_receive()
        receipt = case.picking_ids

        def again(quantities):
            wizard = self.env["stock.return.picking"].create({"picking_id": receipt.id})
            for row in wizard.product_return_moves:
                row.quantity = quantities[row.product_id]
            transfer = wizard._create_return()
            transfer.move_ids.picked = True
            transfer.with_context(skip_sms=True, skip_backorder=True).button_validate()

        with self._refused("KIT.*whole"):
            again({self.product: 1, self.other_product: 0})
        again({self.product: 2, self.other_product: 1})
        self.assertEqual((case.state, case.line_ids.quantity, case.line_ids.received_qty), ("approved", 1, 0))
        self.assertEqual(line.qty_delivered, 3)
        self._process(case)
        self.assertEqual(self._figures(line), (2, 2, 0))
        self._agrees(order)

    def test_queries_do_not_grow_with_the_kits(self):
        lines = self.env["sale.order.line"].concat(*(self._kits()[1] for _ in range(12)))

        def spent(read):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            read()
            return self.env.cr.sql_log_count - before

        def beside_core(some):
            """Core counts what is delivered of each kit by itself."""
            return spent(lambda: some.mapped("order_returnable_qty")) - spent(some._prepare_qty_delivered)

        beside_core(lines)
        self.assertEqual(beside_core(lines), beside_core(lines[:2]))
        self.assertEqual(lines.mapped("order_returnable_qty"), [3] * 12)
        # by a recipe that is none of a kit any more, core is asked for another
        self.bom.type = "normal"
        self.assertEqual(beside_core(lines), beside_core(lines[:2]))
        self.assertEqual(lines.mapped("order_returnable_qty"), [0] * 12)
