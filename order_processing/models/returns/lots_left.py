"""Which lots delivered moves brought to the customer, and what of them has not come back."""

import math
from collections import defaultdict


class LotsLeft:
    """Shared out over the lines of one receipt; each delivered move is read when it is asked for.

    Quantities are in the reference unit of the product. What left without a word of its lots is kept under no lot, whatever lot
    it came back by.
    """

    def __init__(self):
        # by move: (package at the customer, owner) to quantity, by lot; and how much came back by which lot
        self.left, self.came = {}, {}

    def _read(self, move):
        if move in self.left:
            return self.left[move]
        left = self.left[move] = defaultdict(lambda: defaultdict(float))
        came = self.came[move] = defaultdict(float)
        for item in move.move_line_ids:
            left[item.lot_id][item.result_package_id, item.owner_id] += item.quantity_product_uom
        back = move.returned_move_ids.filtered(
            lambda back: back.state == "done" and back.location_dest_id.usage != "customer"
        )
        for item in back.move_line_ids:
            came[item.lot_id] += item.quantity_product_uom
            left[self._key(move, item.lot_id)][item.package_id, item.owner_id] -= item.quantity_product_uom
        return left

    def _key(self, move, lot):
        """The lot under which ``move`` is counted where ``lot`` comes back."""
        return lot if move.lot_ids else lot.browse()

    def lots(self, move):
        """The lots of which some of the delivered ``move`` is still with the customer."""
        unit = move.product_id.uom_id
        return [lot for lot, places in self._read(move).items() if lot and unit.compare(sum(places.values()), 0.0) > 0]

    def take(self, move, wanted, need):
        """Take at most ``need`` of ``move`` from the lots ``wanted`` (lot to at most how much), which what is taken is taken off.

        :return: values of the move lines that bring it back, from the packages in which it left
        """
        unit, left, came, found = move.product_id.uom_id, self._read(move), self.came[move], []
        for lot in wanted:
            places = left[self._key(move, lot)]
            # of a serial number there is one, which a move that knows its lots has counted
            most = 1.0 - came[lot] if lot.product_id.tracking == "serial" and not move.lot_ids else math.inf
            rest = min(need, wanted[lot], most, sum(places.values()))
            for (package, owner), quantity in places.items():
                quantity = min(quantity, rest)
                if unit.compare(quantity, 0.0) <= 0:
                    continue
                places[package, owner] -= quantity
                came[lot] += quantity
                wanted[lot] -= quantity
                need -= quantity
                rest -= quantity
                found.append(
                    {
                        "lot_id": lot.id,
                        "product_uom_id": unit.id,
                        "quantity": quantity,
                        "package_id": package.id,
                        "owner_id": owner.id,
                    }
                )
        return found
