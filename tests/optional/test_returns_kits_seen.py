"""What cannot be done with a kit is refused with the way out; wizard, portal and counter know of kits."""

import pytest

from odoo.fields import Command

from .common import KitCase

pytestmark = pytest.mark.optional


class TestKitsRefused(KitCase):
    def test_part_of_a_kit(self):
        order, line = self._kits()
        case = self._ask(self._row(line, 0.5), ok=False)
        self.assertEqual(case.unmatched_code, "kit_whole")
        self.assertRegex(case.unmatched_message, "whole.*KIT")
        case = self._ask({"product": self.product.default_code, "quantity": 1}, ok=False, order_id=order.id)
        self.assertEqual(case.unmatched_code, "part_of_kit")
        self.assertRegex(case.unmatched_message, f"KIT.*{order.name}")

    def test_the_same_kit_as_the_other_product(self):
        order, line = self._kits()
        case = self._ask(self._row(line, 1, settlement="exchange", exchange_product_id=self.kit.id, advance=True))
        case.action_approve()
        other = case.exchange_order_ids
        self.assertEqual((other.state, other.order_line.product_id), ("sale", self.kit))
        self._deliver(other)
        self.assertEqual(other.order_line.qty_delivered, 1)
        self._process(case)
        self._invoice(other)
        self.assertEqual(self._figures(line), (2, 2, 0))
        self.assertEqual(other.order_line.order_returnable_qty, 1)
        self.assertEqual(order.settlement_status, "part")
        self._agrees(order | other)

    def test_a_recipe_that_changed(self):
        order, line = self._kits()
        case = self._ask(self._row(line, 1))
        case.action_approve()
        self.bom.bom_line_ids[0].product_qty = 3
        with self._refused("KIT.*recipe"):
            case.action_receive()
        kept = self._ask(self._row(line, 1), ok=False)
        self.assertEqual(kept.unmatched_code, "kit_obstacle")
        self.assertRegex(kept.unmatched_message, "KIT.*recipe")
        wizard = (
            self.env["order.return.create"]
            .with_user(self.processor)
            .browse(order.with_user(self.processor)._order_return_wizard()["res_id"])
        )
        self.assertRegex(wizard.line_ids.eligibility, "KIT.*recipe")
        self.bom.bom_line_ids[0].product_qty = 2
        self._process(case)
        self.assertEqual(self._figures(line), (2, 2, 0))

    def test_parts_that_cannot_be_counted_by_kits(self):
        self.bom.product_qty = 3
        self.bom.bom_line_ids[0].product_qty = 10
        self.bom.bom_line_ids[1].product_qty = 3
        _order, line = self._kits()
        self.assertEqual(line.order_returnable_qty, 3)
        case = self._ask(self._row(line, 1))
        case.action_approve()
        with self._refused("KIT.*3.33.*more kits"):
            case.action_receive()
        case.action_cancel(reason="All of them come")
        case = self._ask(self._row(line, 3))
        self._process(case)
        self.assertEqual(self._came(case), {self.product: 10, self.other_product: 3})
        self.assertEqual(self._figures(line), (0, 0, 0))

    def test_a_part_a_vendor_sent_that_stands_twice(self):
        self.bom.bom_line_ids = [Command.create({"product_id": self.product.id, "product_qty": 1})]
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        parts = self.product | self.other_product
        parts.route_ids = self.env.ref("stock_dropshipping.route_drop_shipping")
        parts.seller_ids = [Command.create({"partner_id": vendor.id, "price": 1})]
        order = self._make_order((self.kit, 2))
        order.action_confirm()
        purchase = self.env["purchase.order"].search([("partner_id", "=", vendor.id)])
        purchase.button_confirm()
        self._deliver(purchase)
        line = order.order_line
        self.assertEqual((line.qty_delivered, line.order_returnable_qty), (2, 0))
        self.assertRegex(self._ask(self._row(line, 1), ok=False).unmatched_message, "KIT.*vendor.*transfers")

    def test_parts_with_several_serials(self):
        part, _lots = self._tracked("serial", 1, 1)
        _order, line = self._kits(2)
        self.assertEqual(line.qty_delivered, 2)
        case = self._ask(self._row(line, 1))
        case.action_approve()
        with self._refused("KIT.*PART.*(lot|serial)"):
            case.action_receive()
        case.action_cancel(reason="Both come")
        self._process(self._ask(self._row(line, 2)))
        self.assertEqual(self._figures(line), (0, 0, 0))
        self.assertEqual(self._on_hand(part, self.warehouse.lot_stock_id), 2)

    def test_unannounced(self):
        """A kit is no thing that lies in a parcel; its parts are, and wait until somebody says what they are of."""
        order, _line = self._kits()
        with self._refused("KIT.*parts"):
            self.Return.receive_unannounced([{"product": "KIT", "quantity": 1}], reference=order.name)
        answer = self.Return.receive_unannounced(
            [{"product": self.product.default_code, "quantity": 2}], reference=order.name
        )
        self.assertEqual((answer["ok"], answer["reason"]), (False, "part_of_kit"))

    def test_parts_of_whole_kits_are_those_kits(self):
        order, line = self._kits()
        before = self._lies(self.warehouse.lot_stock_id)
        parts = [
            {"product": self.product.default_code, "quantity": 4},
            {"product": self.other_product.default_code, "quantity": 2},
        ]
        answer = self.Return.receive_unannounced(parts, reference=order.name, key="parcel")
        self.assertEqual((answer["ok"], [row["quantity"] for row in answer["lines"]]), (True, [2]))
        case = self.Return.browse(answer["return_id"])
        self.assertEqual(case.line_ids.product_id, self.kit)
        self.assertEqual(self._lies(self.company.order_inspection_location_id), (4, 2))
        self._process(case)
        self.assertEqual(self._lies(self.company.order_inspection_location_id), (0, 0))
        self.assertEqual(self._lies(self.warehouse.lot_stock_id), (before[0] + 4, before[1] + 2))
        self.assertEqual((self._figures(line), case.credit_ids.amount_untaxed), ((1, 1, 0), 80))
        self._agrees(order)
        # one kit is left, and no two
        self.assertEqual(self._ask(*parts, ok=False, order_id=order.id).unmatched_code, "part_of_kit")

    def test_the_counter(self):
        _order, line = self._kits()
        case = self._ask(self._row(line, 1))
        case.action_approve()
        counter = self.env["order.return.counter"].with_user(self.processor).browse(case.action_counter()["res_id"])
        counter.code = self.product.default_code
        counter._onchange_code()
        self.assertRegex(counter.said, "KIT.*whole")
        self.assertEqual(counter.line_ids.mapped("quantity"), [0])
        counter.code = "KIT"
        counter._onchange_code()
        counter.action_receive()
        self.assertEqual(case.line_ids.received_qty, 1)


class TestKitsSeen(KitCase):
    def test_the_wizard_has_one_line_for_a_kit(self):
        order, line = self._kits()
        wizard = (
            self.env["order.return.create"]
            .with_user(self.processor)
            .browse(order.with_user(self.processor)._order_return_wizard()["res_id"])
        )
        row = wizard.line_ids
        self.assertEqual((row.product_id, row.delivered, row.returnable), (self.kit, 3, 3))
        row.quantity = 0.5
        with self._refused("whole.*KIT"):
            wizard.action_approve()
        row.quantity = 2
        self.assertEqual((wizard.refund, wizard.total), (80, 80))
        wizard.action_settle()
        self.assertEqual(self._figures(line), (1, 1, 0))

    def test_the_portal(self):
        order, line = self._kits()
        room = order.sudo()
        self.assertEqual(
            [(row["line"], row["left"], row["eligible"]) for row in room._return_offer()], [(line, 3, True)]
        )
        reason = self.env["order.return.reason"].search([("fault", "=", "customer")], limit=1).code
        asked = {"line_id": line.id, "reason": reason, "settlement": "refund"}
        verdict = room._return_verdict([{**asked, "quantity": 2}])
        self.assertEqual((verdict["problems"], verdict["amount"]), ([], 80))
        self.assertRegex(room._return_verdict([{**asked, "quantity": 0.5}])["problems"][0], "KIT.*whole")
        wished = {**asked, "quantity": 1, "settlement": "replacement"}
        self.assertEqual(room._return_verdict([wished])["problems"], [])
        case, _new = room._return_ask([{**asked, "quantity": 2}], "key")
        self.assertEqual(case.line_ids.quantity, 2)
        self.assertEqual(room._return_offer()[0]["left"], 1)
