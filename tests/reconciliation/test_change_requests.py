"""The day still adds up when orders in hand were cancelled and lowered by requests to the floor."""

from tests.dispatch.changes import ChangesMixin

from .common import ReconciliationCase


class TestChangeRequestsDay(ChangesMixin, ReconciliationCase):
    def test_one_cancelled_and_one_lowered(self):
        self.warehouse.delivery_steps = "pick_ship"
        gone = self._in_hand((self.product, 5), stock=False)
        less = self._in_hand((self.product, 4), (self.other_product, 2), stock=False)
        for order in (gone, less):
            order.picking_ids.move_ids.picked = True
            order.picking_ids.with_context(skip_sms=True).button_validate()
        self._as("processor", self._ask(gone)).action_accept()
        self._as("processor", self._ask(less, "change", {less.order_line[0]: 1})).action_accept()
        self.assertEqual((gone.state, less.order_line.mapped("product_uom_qty")), ("cancel", [1, 2]))
        statement = self._next_day(sign=False)
        self._assert_proven(statement)
        self.assertEqual(self._bucket(statement, gone), "cancelled")
        self.assertIn(self._bucket(statement, less), ("check", "ready"))
        statement.action_sign()
        # and what is left of it leaves on the day after
        ship = less.picking_ids.filtered(lambda picking: picking.state == "assigned")
        ship.move_ids.picked = True
        ship.with_context(skip_sms=True).button_validate()
        self.assertEqual(less.order_line.mapped("qty_delivered"), [1, 2])
        self._assert_proven(self._next_day())
