"""Counting whole kits by their parts: plain numbers, no database."""

import math
from collections import defaultdict

# shares of a part that are nobody's: what is left of sums of floats
NOTHING = 1e-6


class KitRecipe:
    """What one kit takes of each part.

    :param dict parts: recipe line to quantity per kit, in the reference unit of the part
    :param dict products: recipe line to the product
    :param float whole: one kit in the unit of the order line
    """

    def __init__(self, parts, products, whole):
        self.parts, self.products, self.whole = parts, products, whole

    def kits(self, sums):
        """How many whole kits ``sums`` (recipe line to quantity) make, as core counts them: what is left over counts nothing."""
        return max(math.floor(min(sums.get(part, 0.0) / each for part, each in self.parts.items()) + NOTHING), 0)

    def begun(self, sums):
        """How many kits ``sums`` are taken from: one of which a part is gone is no whole one any more."""
        return max(math.ceil(max(sums.get(part, 0.0) / each for part, each in self.parts.items()) - NOTHING), 0)

    def stored(self):
        """As a return line keeps it, per unit of the order line; plain values."""
        return {
            "whole": self.whole,
            "parts": [
                {"recipe_line": part, "product": self.products[part], "quantity": each / self.whole}
                for part, each in self.parts.items()
            ],
        }


def is_whole(quantity, whole):
    """Whether ``quantity`` is a number of kits of ``whole`` each."""
    kits = quantity / whole
    return abs(kits - round(kits)) < NOTHING


class KitMoves:
    """The moves of the parts of one order line, of one recipe; ``moves``: dicts as ``_order_kit_moves`` reads them."""

    def __init__(self, recipe, moves):
        self.recipe = recipe
        self.out = [move for move in moves if move["leaves"]]
        self.back = [move for move in moves if move["comes"]]
        self.transfer_of = {move["id"]: move["picking_id"] for move in self.out}

    @staticmethod
    def sums(moves):
        """Recipe line to the quantity of ``moves``."""
        found = defaultdict(float)
        for move in moves:
            found[move["recipe_line_id"]] += move["quantity"]
        return found

    def deliveries(self):
        """The transfers that completed kits, the latest first: ``[(moves, kits)]``.

        A kit is delivered by the transfer that brought the last of its parts.
        """
        by_transfer = defaultdict(list)
        for move in sorted(self.out, key=lambda move: (move["date"], move["id"])):
            by_transfer[move["picking_id"]].append(move)
        rows, so_far, before = [], defaultdict(float), 0
        for moves in by_transfer.values():
            for move in moves:
                so_far[move["recipe_line_id"]] += move["quantity"]
            kits = self.recipe.kits(so_far)
            if kits > before:
                rows.append((moves, kits - before))
            before = kits
        return rows[::-1]

    def rows(self, held, came):
        """What may come back per delivery, the latest first: ``[(moves, kits, left)]``.

        :param dict held: transfer to the kits that open cases hold of it
        :param dict came: transfer to the kits of it that came by cases
        """
        out, back = self.sums(self.out), self.sums(self.back)
        with_customer = self.recipe.kits({part: out[part] - back[part] for part in self.recipe.parts})
        allowed = max(with_customer - sum(held.values()), 0)
        rows = []
        for moves, kits in self.deliveries():
            transfer = moves[0]["picking_id"]
            by_hand = [
                move
                for move in self.back
                if not move["item_id"] and self.transfer_of.get(move["origin_id"]) == transfer
            ]
            free = max(kits - held.get(transfer, 0) - came.get(transfer, 0), 0)
            left = max(min(free - self.recipe.begun(self.sums(by_hand)), allowed), 0)
            allowed -= left
            rows.append([moves, kits, left, free])
        # parts that came by hand may be of other kits than of those that their transfer completed
        for row in reversed(rows):
            more = min(row[3] - row[2], allowed)
            row[2] += more
            allowed -= more
        return [tuple(row[:3]) for row in rows]

    def left(self):
        """How much of each move has not come back, by its id."""
        left = {move["id"]: move["quantity"] for move in self.out}
        for move in self.back:
            if move["origin_id"] in left:
                left[move["origin_id"]] -= move["quantity"]
        return left
