"""Which lots delivered moves brought to the customer, and what of them has not come back."""

from collections import defaultdict


class LotsLeft:
    """Shared out over the lines of one receipt; each delivered move is read when it is asked for.

    Quantities are in the reference unit of the product.
    """

    def __init__(self):
        self.left, self.sources = {}, {}

    def _read(self, move):
        if move in self.left:
            return self.left[move]
        left = self.left[move] = defaultdict(float)
        for item in move.move_line_ids:
            left[item.lot_id] += item.quantity_product_uom
            self.sources.setdefault((move, item.lot_id), item)
        came = move.returned_move_ids.filtered(
            lambda back: back.state == "done" and back.location_dest_id.usage != "customer"
        )
        for item in came.move_line_ids:
            left[item.lot_id] -= item.quantity_product_uom
        return left

    def lots(self, move):
        """The lots of which some of the delivered ``move`` is still with the customer."""
        unit = move.product_id.uom_id
        return [lot for lot, quantity in self._read(move).items() if lot and unit.compare(quantity, 0.0) > 0]

    def take(self, move, wanted, need):
        """Take at most ``need`` of ``move`` from the lots ``wanted`` (lot to at most how much), which what is taken is taken off.

        :return: values of the move lines that bring it back, from the packages in which it left
        """
        unit, left, found = move.product_id.uom_id, self._read(move), []
        for lot in wanted:
            quantity = min(need, wanted[lot], left[lot])
            if unit.compare(quantity, 0.0) <= 0:
                continue
            wanted[lot] -= quantity
            left[lot] -= quantity
            need -= quantity
            source = self.sources[move, lot]
            found.append(
                {
                    "lot_id": lot.id,
                    "product_uom_id": unit.id,
                    "quantity": quantity,
                    "package_id": source.result_package_id.id,
                    "owner_id": source.owner_id.id,
                }
            )
        return found
