"""What a part of an order is worth where kits leave."""

import pytest

from .common import KitCase

pytestmark = pytest.mark.optional


class TestKitsLeave(KitCase):
    def _kits_waiting(self, **vals):
        order = self._make_order((self.kit, 3), **vals)
        order.action_confirm()
        order.picking_ids.action_assign()
        return order

    def _worth(self, order):
        moves = order.picking_ids.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel") and move.location_dest_id.usage == "customer"
        )
        return sum(move._ship_worth() for move in moves)

    def test_all_of_it_is_worth_the_kits(self):
        self._stock(self.product, 6)
        self._stock(self.other_product, 3)
        self.assertAlmostEqual(self._worth(self._kits_waiting()), 120, 2)

    def test_what_is_picked_first_is_not_counted_twice(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._stock(self.product, 6)
        self._stock(self.other_product, 3)
        order = self._kits_waiting()
        pick = order.picking_ids
        pick.move_ids.picked = True
        pick.with_context(skip_backorder=True).button_validate()
        self.assertAlmostEqual(self._worth(order), 120, 2)

    def test_what_came_back_is_not_counted(self):
        order = self._shipped((self.kit, 3))
        self._process(self._ask(self._row(order.order_line, 1)))
        moves = order.picking_ids.move_ids.filtered(lambda move: move.location_dest_id.usage == "customer")
        line = order.order_line
        self.assertAlmostEqual(sum(move._ship_worth() for move in moves), line.price_subtotal, 2)
