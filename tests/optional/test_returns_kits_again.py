"""Kits leave again by the return that brought them: by their parts, after the goods came or in advance, or repaired."""

from datetime import timedelta

import pytest

from odoo.fields import Command

from .common import KitCase

pytestmark = pytest.mark.optional


class AgainCase(KitCase):
    def _again(self, case):
        """What leaves again for ``case``, the transfers that are done or are not."""
        return case.picking_ids.filtered(lambda transfer: transfer.picking_type_code == "outgoing")

    def _parts(self, moves):
        return {product: sum(own.mapped("product_uom_qty")) for product, own in moves.grouped("product_id").items()}

    def _send(self, transfer, quantities=None):
        """Validate ``transfer``, of each product so much; the rest waits on."""
        for move in transfer.move_ids:
            move.quantity = move.product_uom_qty if quantities is None else quantities.get(move.product_id, 0)
            move.picked = bool(move.quantity)
        transfer.action_quality_pass()
        transfer.with_context(skip_sms=True, cancel_backorder=False, skip_backorder=True).button_validate()

    def _next_cron(self):
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)
        self.Return._cron_advance()

    def _overdue(self, case):
        case.line_ids._set({"advance_until": self.Return._document_day(self.company) - timedelta(days=1)})


class TestKitsAgain(AgainCase):
    def test_after_they_came(self):
        order, line = self._kits()
        before = self._lies(self.warehouse.lot_stock_id)
        case = self._ask(
            self._row(line, 2, settlement="replacement", disposition="quarantine", reason="defective"),
        )
        self._process(case)
        self.assertFalse(case.credit_ids)
        again = self._again(case)
        self.assertEqual(
            (again.state, self._parts(again.move_ids)), ("assigned", {self.product: 4, self.other_product: 2})
        )
        self.assertEqual(again.move_ids.bom_line_id, self.bom.bom_line_ids)
        self.assertEqual(set(again.move_ids.mapped("to_refund")), {False})
        came = case.line_ids._returned_moves()
        self.assertEqual(again.move_ids.origin_returned_move_id, came)
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 1))
        self._agrees(order)
        self._send(again)
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 3))
        self.assertEqual(self._lies(self.warehouse.lot_stock_id), (before[0] - 4, before[1] - 2))
        self.assertEqual(self._lies(self.company.order_quarantine_location_id), (4, 2))
        self.assertEqual(order.settlement_status, "part")
        self._agrees(order)
        case.action_follow()
        self.assertEqual(case.state, "closed")
        case.action_follow()
        self.assertEqual(len(self._again(case)), 1, "sent once")

    def test_what_was_sent_again_comes_back_for_money(self):
        order, line = self._kits()
        first = self._ask(self._row(line, 2, settlement="replacement", disposition="scrap", reason="defective"))
        self._process(first)
        self._send(self._again(first))
        case = self._ask(self._row(line, 3))
        self.assertEqual(sum(case.line_ids.mapped("quantity")), 3)
        self.assertIn(self._again(first), case.line_ids.move_id.picking_id)
        self._process(case)
        self.assertEqual(self._came(case), {self.product: 6, self.other_product: 3})
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((0, 0, 0), 0))
        self.assertEqual(sum(case.credit_ids.mapped("amount_untaxed")), 120)
        self._agrees(order)
        self._ask(self._row(line, 1), ok=False)

    def test_repaired_and_sent_back(self):
        self.bom.bom_line_ids = [Command.create({"product_id": self.product.id, "product_qty": 1})]
        self.company.order_return_inspection = True
        order, line = self._kits()
        case = self._ask(self._row(line, 2, settlement="repair", disposition="repair", reason="defective"))
        case.action_approve()
        case.action_receive()
        case.action_inspect()
        place = self.company.order_repair_location_id
        self.assertEqual(self._lies(place), (6, 2))
        case.action_settle()
        again = self._again(case)
        self.assertEqual(
            (again.location_id, self._parts(again.move_ids)), (place, {self.product: 6, self.other_product: 2})
        )
        self.assertEqual(
            sorted(again.move_ids.mapped("quantity")), [2, 2, 4], "a part that stands twice leaves by two moves"
        )
        self.assertEqual(set(again.move_ids.move_line_ids.location_id), {place})
        self._send(again)
        self.assertEqual(self._lies(place), (0, 0))
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 3))
        self._agrees(order)

    def test_the_inspection_sends_one_and_pays_none_twice(self):
        """What an inspection splits off is sent again with it, each for itself."""
        self.company.order_return_inspection = True
        order, line = self._kits()
        case = self._ask(self._row(line, 3, settlement="replacement", disposition="quarantine", reason="defective"))
        case.action_approve()
        case.action_receive(counts={case.line_ids.id: 2})
        item = case.line_ids
        case.action_inspect(
            findings=[
                {"line_id": item.id, "quantity": 1, "disposition": "scrap"},
                {"line_id": item.id, "quantity": 1, "disposition": "quarantine"},
            ]
        )
        case.action_settle()
        again = self._again(case)
        self.assertEqual(self._parts(again.move_ids), {self.product: 4, self.other_product: 2})
        self.assertTrue(all(move.origin_returned_move_id.location_id.usage == "customer" for move in again.move_ids))
        self._agrees(order)
        self._send(again)
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 3))
        self._agrees(order)

    def test_a_replacement_that_was_cancelled_is_owed(self):
        """In whole kits: what is missing of them is sent, and no part twice."""
        order, line = self._kits()
        case = self._ask(self._row(line, 2, settlement="replacement", disposition="quarantine", reason="defective"))
        self._process(case)
        again = self._again(case)
        self._send(again, {self.product: 4, self.other_product: 1})
        rest = self._again(case) - again
        self.assertEqual(self._parts(rest.move_ids), {self.other_product: 1})
        self._agrees(order)
        rest.action_cancel()
        self.env["order.discrepancy"].sweep([("order_id", "in", order.ids)])
        found = order.order_discrepancy_ids.filtered(lambda record: record.state == "open")
        self.assertEqual((found.kind, found.expected, found.found), ("replacement_not_sent", 2, 1))
        found.with_user(self.processor).mend_apply("replace")
        new = self._again(case) - again - rest
        self.assertEqual(self._parts(new.move_ids), {self.other_product: 1}, "the other part has left")
        self._send(new)
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 3))
        self._agrees(order)

    def test_of_several_deliveries_and_dozens(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._make_order((self.kit, 2))
        order.order_line.product_uom_id = dozen
        order.action_confirm()
        line = order.order_line
        self._deliver(order, {self.product: 24, self.other_product: 6})
        self._deliver(order, {self.product: 24, self.other_product: 18})
        self._invoice(order)
        self.assertEqual(line.order_returnable_qty, 2)
        case = self._ask(self._row(line, 2, settlement="replacement", disposition="quarantine", reason="defective"))
        self._process(case)
        self.assertEqual(self._came(case), {self.product: 48, self.other_product: 24})
        again = self._again(case)
        self.assertEqual(self._parts(again.move_ids), {self.product: 48, self.other_product: 24})
        for transfer in again:
            self._send(transfer)
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((2, 2, 0), 2))
        self._agrees(order)

    def test_queries_to_send_again_do_not_grow(self):
        def spent(number):
            rows = [self._row(self._kits()[1], 1, settlement="replacement", reason="defective") for _ in range(number)]
            cases = self.Return.concat(*(self._ask(row) for row in rows))
            cases.action_approve()
            cases.action_receive()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            cases.line_ids._leaving_again({})
            return self.env.cr.sql_log_count - before

        spent(1)
        self.assertEqual(spent(2), spent(8))


class TestKitsInAdvance(AgainCase):
    def _ahead(self, quantity=1, **policy):
        if policy:
            self.env["order.return.policy"].create({"name": "In advance", **policy})
        order, line = self._kits()
        case = self._ask(
            self._row(
                line, quantity, settlement="replacement", disposition="quarantine", reason="defective", advance=True
            )
        )
        case.action_approve()
        return order, line, case

    def test_it_leaves_before_the_other_is_in(self):
        order, line, case = self._ahead()
        again = self._again(case)
        self.assertEqual(self._parts(again.move_ids), {self.product: 2, self.other_product: 1})
        self._send(again)
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 3))
        self._agrees(order)
        self._overdue(case)
        self.assertEqual(self.Return._find_overdue(self.company), case.line_ids.ids)
        case.action_receive()
        case.action_settle()
        self.assertEqual(self._again(case), again, "nothing leaves a second time")
        self.assertEqual(self.Return._find_overdue(self.company), [])
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 3))
        self._agrees(order)

    def test_what_did_not_come_is_invoiced(self):
        order, line, case = self._ahead(2)
        self._send(self._again(case))
        self._overdue(case)
        self._next_cron()
        self.assertEqual((case.line_ids.advance_outcome, case.line_ids.advance_qty), ("invoice", 2))
        self.assertEqual((case.charge_ids.amount_untaxed, case.state), (80, "settled"))
        self.assertEqual((self._figures(line), line.product_uom_qty), ((5, 5, 0), 5))
        self.assertEqual(line.order_returnable_qty, 5)
        self._agrees(order)
        self._process(self._ask(self._row(line, 5)))
        self.assertEqual(self._figures(line), (0, 0, 0))
        self._agrees(order)

    def test_one_of_two_came(self):
        order, line, case = self._ahead(2)
        self._send(self._again(case))
        case.action_receive(counts={case.line_ids.id: 1})
        case.action_settle()
        self._overdue(case)
        self._next_cron()
        self.assertEqual((case.line_ids.advance_outcome, case.line_ids.advance_qty), ("invoice", 1))
        self.assertEqual(case.charge_ids.amount_untaxed, 40)
        self.assertEqual((self._figures(line), line.product_uom_qty), ((4, 4, 0), 4))
        self._agrees(order)

    def test_what_did_not_come_is_written_off(self):
        order, line, case = self._ahead(advance_consequence="write_off")
        self._send(self._again(case))
        self._overdue(case)
        self._next_cron()
        self.assertEqual((case.line_ids.advance_outcome, case.line_ids.disposition), ("write_off", "customer_keeps"))
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 3))
        self._agrees(order)

    def test_half_a_kit_holds_the_case(self):
        """A case does not end while parts of what left in advance are with the customer and make no kit."""
        order, line, case = self._ahead()
        again = self._again(case)
        self._send(again, {self.product: 2})
        with self._refused("KIT.*parts|parts.*KIT"):
            case.action_cancel(reason="Not wanted")
        self.assertEqual(self.Return._find_overdue(self.company), [], "no whole kit has left")
        wizard = self.env["stock.return.picking"].create({"picking_id": again.id})
        wizard.product_return_moves.filtered(lambda row: row.product_id == self.product).write(
            {"quantity": 2, "to_refund": False}
        )
        back = wizard._create_return()
        back.move_ids.picked = True
        back.with_context(skip_sms=True).button_validate()
        case.action_cancel(reason="Not wanted")
        self.assertEqual((case.state, (self._again(case) - again).state), ("cancelled", "cancel"))
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 3))
        self._agrees(order)

    def test_called_off_before_it_leaves(self):
        order, line, case = self._ahead()
        case.action_cancel(reason="Not wanted")
        self.assertEqual(self._again(case).state, "cancel")
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 3))
        self._agrees(order)
