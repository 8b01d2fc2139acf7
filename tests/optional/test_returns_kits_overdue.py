"""The day of a kit that left in advance has passed, and only parts of one are back: what is missing, and what is half there."""

import pytest

from .test_returns_kits_again import AgainCase

pytestmark = pytest.mark.optional


class TestHalfKitsOverdue(AgainCase):
    def _left(self, quantity=1, **policy):
        """A case of which so many kits left in advance: order, line, case, the transfer by which they left."""
        self.env["order.return.policy"].create({"name": "In advance", **policy})
        order, line = self._kits()
        case = self._ask(
            self._row(
                line, quantity, settlement="replacement", disposition="quarantine", reason="defective", advance=True
            )
        )
        case.action_approve()
        again = self._again(case)
        self._send(again)
        return order, line, case, again

    def _by_hand(self, transfer, quantities):
        """Core's own return of so much of each product."""
        wizard = self.env["stock.return.picking"].create({"picking_id": transfer.id})
        for row in wizard.product_return_moves:
            row.quantity = quantities.get(row.product_id, 0)
        back = wizard._create_return()
        back.move_ids.picked = True
        back.with_context(skip_sms=True, skip_backorder=True).button_validate()
        return back

    def _due(self, case):
        self._overdue(case)
        self._next_cron()

    def _words(self, case):
        return " ".join(case.message_ids.mapped("body"))

    def test_half_of_the_only_one(self):
        """It is neither charged nor written off: said once which parts are where, and the ways out; each of them works."""
        order, line, case, again = self._left()
        back = self._by_hand(again, {self.product: 2})
        self.assertEqual(self._figures(line), (3, 3, 0), "what was never counted is not taken off")
        self._due(case)
        self.assertEqual((case.state, case.line_ids.advance_outcome, case.charge_ids.ids), ("approved", False, []))
        self.assertRegex(
            case.held_up_why,
            f"1 Units.*Other Goods.* are with the customer and 2 Units.*Test Goods.* are not.*{again.name}.*cancelled.*{back.name}",
        )
        told = len(case.message_ids)
        self._next_cron()
        self.assertEqual(len(case.message_ids), told, "once")
        with self.env.cr.savepoint() as point:
            self._by_hand(again, {self.other_product: 1})
            self._next_cron()
            self.assertFalse(case.held_up_why)
            case.action_cancel(reason="All of it is back")
            self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 3))
            self._agrees(order)
            point.rollback()
        self.env.invalidate_all()
        self._by_hand(back, {self.product: 2})
        self._next_cron()
        self.assertEqual((case.line_ids.advance_outcome, case.line_ids.advance_qty), ("invoice", 1))
        self.assertEqual((case.charge_ids.amount_untaxed, case.state, case.held_up_why), (40, "settled", ""))
        self.assertEqual((self._figures(line), line.product_uom_qty), ((4, 4, 0), 4))
        self._agrees(order)

    def test_one_and_a_half_of_two_are_charged_for_one(self):
        order, line, case, again = self._left(2)
        self._by_hand(again, {self.product: 2})
        self._due(case)
        self.assertEqual((case.line_ids.advance_outcome, case.line_ids.advance_qty), ("invoice", 1))
        self.assertEqual(case.charge_ids.amount_untaxed, 40)
        self.assertEqual((self._figures(line), line.product_uom_qty), ((4, 4, 0), 4))
        self.assertRegex(self._words(case), f"Beside whole kits 1 Units.*Other Goods.*neither charged.*{again.name}")
        self.assertIn("Other Goods", case.activity_ids.note)
        self._agrees(order)
        self._process(self._ask(self._row(line, 4)))
        self.assertEqual(self._figures(line), (0, 0, 0))
        self._agrees(order)

    def test_one_and_a_half_of_two_are_written_off_as_one(self):
        order, line, case, again = self._left(2, advance_consequence="write_off")
        self._by_hand(again, {self.product: 2})
        self._due(case)
        item = case.line_ids
        self.assertEqual((item.advance_outcome, item.advance_qty, item.quantity), ("write_off", 1, 1))
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((3, 3, 0), 3))
        self._agrees(order)

    def test_one_came_whole_and_one_in_parts(self):
        """Of the parts that nobody could match it is said where they lie, and with the others they come for money."""
        order, line, case, _again = self._left(2)
        case.action_receive(counts={case.line_ids.id: 1})
        case.action_settle()
        taken = self.Return.receive_unannounced(
            [{"product": self.product.default_code, "quantity": 2}], origin=case.id, key="parts"
        )
        parcel = self.Return.browse(taken["return_id"])
        self.assertTrue(parcel.unmatched)
        self._due(case)
        self.assertEqual((case.line_ids.advance_qty, case.charge_ids.amount_untaxed), (1, 40), "a kit comes back whole")
        receipt = parcel.transfer_ids
        self.assertRegex(self._words(case), f"2 Units.*Test Goods of it came with {parcel.name}.*{receipt.name}")
        self.assertEqual(self._figures(line), (4, 4, 0))
        self._by_hand(receipt, {self.product: 2})
        parcel.action_reject(reason="The kit is complete")
        late = self._ask(self._row(line, 1))
        before = self._lies(self.warehouse.lot_stock_id)
        self._process(late)
        self.assertEqual(late.credit_ids.amount_untaxed, 40)
        self.assertEqual(self._lies(self.warehouse.lot_stock_id), (before[0] + 2, before[1] + 1))
        self.assertEqual(self._figures(line), (3, 3, 0))
        self._agrees(order)
