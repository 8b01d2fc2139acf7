"""A line whose pick list is printed is closed short: nothing comes back by a return, and what is in hand says so."""

from tests.common import OrderCase

from .changes import ChangesMixin


class TestCloseInHand(ChangesMixin, OrderCase):
    def test_no_return_is_made(self):
        order = self._in_hand((self.product, 5), (self.other_product, 2))
        line, other = order.order_line
        picking = order.picking_ids
        self._as("processor", line).action_close_short("no_stock")
        self.assertEqual(order.picking_ids, picking, "no transfer is made")
        gone = line.move_ids
        self.assertEqual((line.product_uom_qty, set(gone.mapped("state"))), (0, {"cancel"}))
        self.assertEqual((other.move_ids.state, other.move_ids.product_uom_qty), ("assigned", 2))
        self.assertEqual(self._free(self.product), 5)
        self.assertTrue(self._prints(picking, "pick_list").voided_at, "the list in hand says more than is to go")

    def test_a_rest_is_closed(self):
        order = self._in_hand((self.product, 5))
        first = self._deliver(order, {self.product: 2})
        rest = order.picking_ids - first
        self._print("pick_list", rest)
        self._as("processor", order.order_line).action_close_short("no_stock")
        self.assertEqual(order.picking_ids, first | rest)
        self.assertEqual((order.order_line.product_uom_qty, rest.state), (2, "cancel"))
        self.assertFalse(order.picking_ids.return_ids)
