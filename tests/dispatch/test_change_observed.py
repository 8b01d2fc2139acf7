"""Where controls only observe, an order in hand is cancelled and lowered as ever, and it stands in the day book."""

from tests.common import ObservingCase

from .changes import ChangesMixin


class TestChangesObserved(ChangesMixin, ObservingCase):
    def test_goes_through_and_stands_in_the_book(self):
        order = self._in_hand((self.product, 5))
        order.order_line.product_uom_qty = 4
        self.assertEqual(order.order_line.product_uom_qty, 4)
        event = self._events(order, "changed_in_picking")
        self.assertEqual(event.line_id, order.order_line.id)
        self.assertIn("pick list is printed", event.note)
        order.action_cancel()
        self.assertEqual((order.state, len(self._events(order, "changed_in_picking"))), ("cancel", 2))
        asked = self._in_hand()
        self._as("processor", self._ask(asked)).action_accept()
        self.assertEqual((asked.state, len(self._events(asked, "changed_in_picking"))), ("cancel", 0))
        self.company.with_user(self.users["manager"]).action_order_control_off("Test")
        off = self._in_hand()
        off.action_cancel()
        self.assertFalse(self._events(off, "changed_in_picking"))
