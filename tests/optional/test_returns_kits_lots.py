"""Kits whose parts have lots or serial numbers: who receives them says which came, and they alone move."""

import pytest

from odoo.fields import Command
from odoo.tests import Form

from .common import KitCase

pytestmark = pytest.mark.optional


class TestKitsLots(KitCase):
    def _approved(self, line, quantity, **vals):
        case = self._ask(self._row(line, quantity, **vals))
        case.action_approve()
        return case

    def test_the_serial_that_came(self):
        part, lots = self._tracked("serial", 1, 1, 1)
        order, line = self._kits(3)
        case = self._approved(line, 1)
        with self._refused("KIT.*PART.*Name those that came"):
            case.action_receive()
        case.action_receive(lots={case.line_ids.id: [lots[1].id]})
        self.assertEqual(self._lots_at(part, self.warehouse.lot_stock_id), {lots[1]: 1})
        case.action_settle()
        self.assertEqual(self._figures(line), (2, 2, 0))
        self._agrees(order)
        # of the two that are left: the one that came may not come again
        case = self._approved(line, 1)
        with self._refused("PART.*S1.*do not make up"):
            case.action_receive(lots={case.line_ids.id: [lots[1].id]})
        case.action_receive(lots={str(case.line_ids.id): [{"lot_id": lots[2].id, "quantity": 1}]})
        case.action_settle()
        # one is left, so nothing has to be said
        self._process(self._ask(self._row(line, 1)))
        self.assertEqual(self._lots_at(part, self.warehouse.lot_stock_id), dict.fromkeys(lots, 1))
        self.assertEqual(self._figures(line), (0, 0, 0))
        self._agrees(order)

    def test_lots_of_several_pieces(self):
        part, lots = self._tracked("lot", 4, 2)
        order, line = self._kits(6)
        case = self._approved(line, 3)
        item = str(case.line_ids.id)
        for wrong, words in (
            ([{"lot_id": lots[0].id, "quantity": 2}], "do not make up"),
            ([{"lot_id": lots[0].id, "quantity": 3}, {"lot_id": lots[1].id, "quantity": 1}], "do not make up"),
            ([lots[1].id], "do not make up"),
            ([lots[0].id, lots[0].id], "named once"),
            ([{"lot_id": lots[0].id, "quantity": 0}], "above zero"),
            (["S0"], "by its id"),
        ):
            with self._refused(words):
                case.action_receive(lots={item: wrong})
        with self._refused("0 is none"):
            case.action_receive(lots={0: [lots[0].id]})
        other = self.env["stock.lot"].create(
            {"name": "Other", "product_id": self._make_product("Other", "OT-L", 1.0, tracking="lot").id}
        )
        with self._refused("no lots of what comes back"):
            case.action_receive(lots={item: [other.id]})
        case.action_receive(lots={item: [{"lot_id": lots[0].id, "quantity": 1}, {"lot_id": lots[1].id, "quantity": 2}]})
        self.assertEqual(self._lots_at(part, self.warehouse.lot_stock_id), {lots[0]: 1, lots[1]: 2})
        case.action_settle()
        self._agrees(order)
        self._process(self._ask(self._row(line, 3)))
        self.assertEqual(self._lots_at(part, self.warehouse.lot_stock_id), {lots[0]: 4, lots[1]: 2})

    def test_the_serial_says_which_delivery(self):
        """Of a part that left by two transfers the one that brought the named serial takes it back."""
        part, lots = self._tracked("serial", 1, 1)
        order = self._make_order((self.kit, 2))
        order.action_confirm()
        line = order.order_line
        first = order.picking_ids
        self._deliver(order, {self.product: 2, self.other_product: 1, part: 1})
        self._deliver(order)
        early = first.move_line_ids.lot_id
        self.assertEqual(len(early), 1)
        case = self._approved(line, 1)
        self.assertNotEqual(case.line_ids.move_id.picking_id, first)
        case.action_receive(lots={case.line_ids.id: [early.id]})
        self.assertEqual(self._lots_at(part, self.warehouse.lot_stock_id), {early: 1})
        back = case.line_ids._returned_moves().filtered(lambda move: move.product_id == part)
        self.assertEqual(back.origin_returned_move_id.picking_id, first)
        case.action_settle()
        self.assertEqual(line.qty_delivered, 1)
        self._agrees(order)

    def test_the_inspection_says_which_go_where(self):
        self.company.order_return_inspection = True
        part, lots = self._tracked("serial", 1, 1, 1)
        order, line = self._kits(3)
        case = self._approved(line, 3)
        case.action_receive()
        item = case.line_ids
        findings = [
            {"line_id": item.id, "quantity": 2, "disposition": "restock"},
            {"line_id": item.id, "quantity": 1, "disposition": "quarantine"},
        ]
        with self._refused("KIT.*PART.*which lots are in which"):
            case.action_inspect(findings=findings)
        with self._refused("do not make up"):
            case.action_inspect(findings=[{**findings[0], "lots": [lots[1].id]}, findings[1]])
        case.action_inspect(findings=[findings[0], {**findings[1], "lots": [lots[1].id]}])
        self.assertEqual(self._lots_at(part, self.company.order_quarantine_location_id), {lots[1]: 1})
        self.assertEqual(self._lots_at(part, self.warehouse.lot_stock_id), {lots[0]: 1, lots[2]: 1})
        case.action_settle()
        self.assertEqual(self._figures(line), (0, 0, 0))
        self._agrees(order)

    def test_repaired_goes_back_by_its_serial(self):
        part, lots = self._tracked("serial", 1, 1)
        order, line = self._kits(2)
        case = self._approved(line, 1, settlement="repair", disposition="repair", reason="defective")
        case.action_receive(lots={case.line_ids.id: [lots[0].id]})
        case.action_settle()
        again = case.picking_ids.filtered(lambda transfer: transfer.picking_type_code == "outgoing")
        self.assertEqual(again.move_line_ids.lot_id, lots[0])
        self._deliver(order)
        self.assertEqual((again.state, line.order_returnable_qty), ("done", 2))
        self._agrees(order)

    def test_scanned_at_the_counter(self):
        part, lots = self._tracked("serial", 1, 1)
        _order, line = self._kits(2)
        case = self._approved(line, 1)
        form = Form(self.env["order.return.counter"].with_user(self.processor))
        for code in (case.name, "KIT", "S1"):
            form.code = code
        self.assertRegex(form.said, "S1.*KIT")
        form.code = "S1"
        self.assertRegex(form.said, "already")
        form.save().action_receive()
        self.assertEqual(self._lots_at(part, self.warehouse.lot_stock_id), {lots[1]: 1})

    def test_a_part_that_left_before_it_was_tracked(self):
        part, _lots = self._tracked("none")
        self._stock(part, 3)
        _order, line = self._kits(3)
        part.tracking = "serial"
        lots = self.env["stock.lot"].create([{"product_id": part.id, "name": f"S{number}"} for number in range(3)])
        case = self._approved(line, 2)
        with self._refused("PART.*S0.*do not make up"):
            case.action_receive(lots={case.line_ids.id: [lots[0].id]})
        case.action_receive(lots={case.line_ids.id: lots[:2].ids})
        self.assertEqual(self._lots_at(part, self.warehouse.lot_stock_id), {lots[0]: 1, lots[1]: 1})

    def test_parts_taken_in_with_and_without_a_lot(self):
        """Each part for itself: lots that make up what the kits bring of one are named, of the other none are."""
        part, lots = self._tracked("lot", 1, 1)
        other = self._make_product("Other part", "PART-2", 5.0, tracking="lot")
        others = self.env["stock.lot"].create([{"product_id": other.id, "name": f"O{number}"} for number in range(3)])
        for lot in others:
            self.env["stock.quant"]._update_available_quantity(other, self.warehouse.lot_stock_id, 1, lot_id=lot)
        self.bom.bom_line_ids = [Command.create({"product_id": other.id, "product_qty": 1})]
        order, line = self._kits(2)
        kept = others - order.picking_ids.move_ids.filtered(lambda move: move.product_id == other).lot_ids
        own = others - kept
        part.tracking = "none"
        parts = [
            {"product": self.product.default_code, "quantity": 4},
            {"product": self.other_product.default_code, "quantity": 2},
            {"product": "PART", "quantity": 1, "lot": lots[0].name},
            {"product": "PART", "quantity": 1},
            *({"product": "PART-2", "quantity": 1, "lot": lot.name} for lot in own),
        ]
        answer = self.Return.receive_unannounced(parts, reference=order.name, key="parcel")
        case = self.Return.browse(answer["return_id"])
        case.action_approve()
        case.action_receive()
        self.assertEqual([lot_id for lot_id, _quantity in case.line_ids.lots], own.ids)
        self.assertEqual(self._lots_at(part, self.warehouse.lot_stock_id), dict.fromkeys(lots, 1))
        self.assertEqual(self._lots_at(other, self.warehouse.lot_stock_id), dict.fromkeys(others, 1))
