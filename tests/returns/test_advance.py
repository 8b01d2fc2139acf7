"""What left in advance and is with the customer alone is charged or written off: not what never left, nor what is back."""

from datetime import timedelta

from .common import ReturnCase


class TestAdvance(ReturnCase):
    def setUp(self):
        super().setUp()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)

    def _agrees(self, order):
        self.env["order.discrepancy"].sweep([("order_id", "in", order.ids)])
        found = order.order_discrepancy_ids.filtered(lambda record: record.state in ("open", "in_progress"))
        self.assertFalse(found.mapped("display_name"))

    def _ahead(self, quantity=2, **policy):
        self.env["order.return.policy"].create({"name": "In advance", **policy})
        order = self._shipped((self.product, 5))
        case = self._ask(
            self._row(order.order_line, quantity, settlement="replacement", reason="defective", advance=True)
        )
        case.action_approve()
        return order, order.order_line, case

    def _by_hand(self, transfer, quantity):
        wizard = self.env["stock.return.picking"].create({"picking_id": transfer.id})
        wizard.product_return_moves.quantity = quantity
        back = wizard._create_return()
        back.move_ids.picked = True
        back.with_context(skip_sms=True, skip_backorder=True).button_validate()
        return back

    def _due(self, case):
        case.line_ids._set({"advance_until": self.Return._document_day(self.company) - timedelta(days=1)})
        self.Return._cron_advance()

    def test_what_came_back_by_hand_is_not_charged(self):
        order, line, case = self._ahead()
        again = case.picking_ids
        self._deliver(order)
        self._by_hand(again, 1)
        self.assertEqual(self._figures(line), (5, 5, 0), "it was never counted as delivered")
        self._due(case)
        self.assertEqual((case.line_ids.advance_outcome, case.line_ids.advance_qty), ("invoice", 1))
        self.assertEqual(case.charge_ids.amount_untaxed, 10)
        self.assertEqual((self._figures(line), line.product_uom_qty, line.order_returnable_qty), ((6, 6, 0), 6, 6))
        self._agrees(order)

    def test_all_came_back_by_hand_and_some_of_it_went_out_again(self):
        order, line, case = self._ahead()
        again = case.picking_ids
        self._deliver(order)
        back = self._by_hand(again, 2)
        self._due(case)
        self.assertEqual((case.state, case.line_ids.advance_outcome, case.charge_ids.ids), ("approved", False, []))
        self._by_hand(back, 1)
        self._due(case)
        self.assertEqual((case.line_ids.advance_qty, case.charge_ids.amount_untaxed), (1, 10))
        self.assertEqual((self._figures(line), line.product_uom_qty), ((6, 6, 0), 6))
        self._agrees(order)

    def test_what_never_left_or_is_back_is_not_given_away(self):
        for by_hand in (False, True):
            with self.subTest(by_hand=by_hand):
                order, line, case = self._ahead(advance_consequence="write_off", sequence=1)
                again = case.picking_ids
                self._deliver(order, None if by_hand else {self.product: 1})
                if by_hand:
                    self._by_hand(again, 1)
                self._due(case)
                item = case.line_ids
                self.assertEqual((item.advance_outcome, item.advance_qty, item.quantity), ("write_off", 1, 1))
                self.assertEqual((self._figures(line), line.order_returnable_qty), ((5, 5, 0), 5))
                self._agrees(order)
                self.env["order.return.policy"].search([]).action_archive()
