"""What is split of a return's documents: by waves, by inspections, by receipts turned round."""

from odoo.exceptions import UserError

from .common import ReturnCase


class TestSplits(ReturnCase):
    def _replaced(self, *rows, **vals):
        case = self._ask(*(self._row(line, quantity, settlement="replacement", **vals) for line, quantity in rows))
        case.action_approve()
        case.action_receive()
        case.action_settle()
        return case

    def _again(self, case):
        return case.picking_ids.filtered(lambda transfer: transfer.picking_type_code == "outgoing")

    def test_a_part_put_into_a_wave_belongs_to_its_case(self):
        self._stock(self.product, 10)
        order = self._shipped((self.product, 5))
        case = self._replaced((order.order_line, 2))
        transfer = self._again(case)
        transfer.action_assign()
        # two lines of one move, of which one goes with the wave
        item = transfer.move_line_ids
        rest = item.copy({"quantity": 1, "picking_id": transfer.id, "move_id": item.move_id.id})
        item.quantity = 1
        wave = self.env["stock.picking.batch"].create(
            {"is_wave": True, "picking_type_id": transfer.picking_type_id.id, "company_id": self.company.id}
        )
        rest._add_to_wave(wave)
        moves = case.line_ids._sent_again()
        self.assertEqual((len(moves.picking_id), sum(moves.mapped("product_uom_qty"))), (2, 2))
        first = rest.picking_id
        first.move_ids.picked = True
        first.action_quality_pass()
        first.with_context(skip_backorder=True, skip_sms=True).button_validate()
        self.assertEqual((first.state, case.state), ("done", "settled"))
        self.assertNotIn("cancel", moves.mapped("state"))
        self._deliver(order)
        self.assertEqual(set(moves.mapped("state")), {"done"})
        self.assertEqual(self._figures(order.order_line), (5, 5, 0))

    def test_no_context_ties_a_part_to_a_case(self):
        self._stock(self.product, 10)
        case = self._replaced((self._shipped((self.product, 5)).order_line, 2))
        other = self._make_order((self.product, 3))
        other.action_confirm()
        transfer = other.picking_ids
        transfer.action_assign()
        transfer.move_ids.quantity = 1
        transfer.move_ids.picked = True
        transfer.action_quality_pass()
        context = {"default_order_return_line_id": case.line_ids.id, "skip_backorder": True, "skip_sms": True}
        with self.assertRaises(UserError), self.env.cr.savepoint():
            transfer.with_user(self.processor).with_context(**context).button_validate()
        self.assertEqual(self.env["stock.move"].search_count([("order_return_line_id", "=", case.line_ids.id)]), 2)

    def test_what_went_back_of_one_line_leaves_the_other_alone(self):
        order = self._shipped((self.product, 5), (self.other_product, 3))
        one, other = order.order_line
        case = self._replaced((one, 2), (other, 1))
        receipt = case.picking_ids - self._again(case)
        wizard = self.env["stock.return.picking"].create({"picking_id": receipt.id})
        for row in wizard.product_return_moves:
            row.quantity = 2 if row.product_id == self.product else 0
        back = wizard._create_return()
        back.move_ids.quantity = 2
        back.move_ids.picked = True
        back.with_context(skip_backorder=True, skip_sms=True).button_validate()
        states = {move.product_id: move.state for move in self._again(case).move_ids}
        self.assertEqual(states[self.product], "cancel")
        self.assertNotEqual(states[self.other_product], "cancel")
        said = "".join(case.message_ids.mapped("body"))
        self.assertIn("called off", said)

    def test_a_part_of_the_findings_has_not_all_lots(self):
        self.company.order_return_inspection = True
        tracked = self._make_product("Numbered", "NUM", 10.0, tracking="serial")
        serials = self.env["stock.lot"].create([{"name": f"N{n}", "product_id": tracked.id} for n in range(3)])
        for serial in serials:
            self.env["stock.quant"]._update_available_quantity(tracked, self.warehouse.lot_stock_id, 1, lot_id=serial)
        order = self._shipped((tracked, 3))
        case = self._ask(self._row(order.order_line, 3))
        case.action_approve()
        line = case.line_ids
        case.action_receive(lots={line.id: serials.ids})
        with self._refused("Numbered.*say which lots"):
            case.action_inspect(
                findings=[
                    {"line_id": line.id, "quantity": 2, "disposition": "restock"},
                    {"line_id": line.id, "quantity": 1, "disposition": "scrap"},
                ]
            )
        case.action_inspect(
            findings=[
                {"line_id": line.id, "quantity": 2, "disposition": "restock", "lots": serials[:2].ids},
                {"line_id": line.id, "quantity": 1, "disposition": "scrap", "lots": serials[2].ids},
            ]
        )
        scraps = self.env["stock.scrap"].search([("origin", "=", case.name)])
        self.assertEqual(scraps.lot_id, serials[2])

    def test_lots_of_a_receipt_that_was_turned_round_are_forgotten(self):
        tracked = self._make_product("Numbered", "NUM", 10.0, tracking="serial")
        serials = self.env["stock.lot"].create([{"name": f"N{n}", "product_id": tracked.id} for n in range(2)])
        for serial in serials:
            self.env["stock.quant"]._update_available_quantity(tracked, self.warehouse.lot_stock_id, 1, lot_id=serial)
        order = self._shipped((tracked, 2))
        case = self._ask(self._row(order.order_line, 2))
        case.action_approve()
        case.action_receive(lots={case.line_ids.id: serials.ids})
        wizard = self.env["stock.return.picking"].create({"picking_id": case.picking_ids.id})
        wizard.product_return_moves.quantity = 2
        back = wizard._create_return()
        back.action_assign()
        back.move_ids.picked = True
        back.with_context(skip_backorder=True, skip_sms=True).button_validate()
        self.assertEqual((case.state, case.line_ids.lots), ("approved", False))
