import math

from odoo import fields, models
from odoo.exceptions import UserError

from ..common.number_words import measure_words, number_words
from .kit_counts import NOTHING, KitMoves, is_whole
from .lots_left import LotsLeft


class OrderReturnLine(models.Model):
    """A line that brings kits: counted in whole kits, moved by their parts."""

    _inherit = "order.return.line"

    kit = fields.Json(
        "Parts of a kit",
        readonly=True,
        help="Of one unit of the line, by the recipe with which it was asked for; empty: it is no kit.",
    )

    def _goods(self):
        """What moves with these lines: ``[(line, product, unit, quantity)]``; a kit moves as its parts."""
        rows = []
        for line in self:
            if not line.kit:
                rows.append((line, line.product_id, line.uom_id, line.quantity))
                continue
            sums = {}
            for part in line.kit["parts"]:
                sums[part["product"]] = sums.get(part["product"], 0.0) + part["quantity"] * line.quantity
            for product in self.env["product.product"].browse(sums):
                rows.append((line, product, product.uom_id, product.uom_id.round(sums[product.id])))
        return rows

    def _goods_products(self):
        """The products that move with these lines."""
        parts = [part["product"] for line in self.filtered("kit") for part in line.kit["parts"]]
        return self.filtered(lambda line: not line.kit).product_id | self.env["product.product"].browse(parts)

    def _has_part(self, product):
        """Whether ``product`` is a part of the kit that this line brings."""
        self.ensure_one()
        return bool(self.kit) and product.id in {part["product"] for part in self.kit["parts"]}

    def _check_whole(self, quantity):
        """:raises UserError: ``quantity`` (line's unit) of a kit is not a number of whole kits"""
        self.ensure_one()
        if self.kit and not is_whole(quantity, self.kit["whole"]):
            raise UserError(
                self.env._(
                    "%(line)s: a kit comes back whole, and %(quantity)s %(unit)s are no whole kits. Count the whole ones; "
                    "take the parts that are left over in as unannounced goods.",
                    line=self.display_name,
                    quantity=measure_words(self.env, quantity),
                    unit=self.uom_id.name,
                )
            )

    # ------------------------------------------------------------------ the receipt

    def _returning(self):
        """The delivered moves by which these lines come back: ``{line: [(move, quantity in the move's unit, values of the move
        lines that bring it)]}``, no such values where nobody says which lots come.

        A kit comes by its parts, of the transfer that completed it first, then of the latest others.

        :raises UserError: names the kits whose parts cannot be told, and lots that did not leave
        """
        rows, lots = {}, LotsLeft()
        for line in self:
            if not line.kit:
                move = line.move_id
                quantity = line.uom_id._compute_quantity(line.quantity, move.product_uom)
                rows[line] = [(move, quantity, line._pick_lots(lots, move, quantity))]
        kits = self.filtered("kit")
        return {**rows, **kits._returning_parts(lots)} if kits else rows

    def _returning_parts(self, lots):
        """``_returning`` of kits; ``lots``: a ``LotsLeft``."""
        sold = self.order_line_id.sudo()
        moves, left = sold._order_kit_moves(sold.ids), {}
        recipes = sold._order_kit_recipes(moves)
        obstacles = [obstacle for _recipe, obstacle in recipes.values() if obstacle]
        if obstacles:
            raise UserError("\n".join(obstacles))
        for line, (recipe, _obstacle) in recipes.items():
            left.update(KitMoves(recipe, moves[line.id]).left())
        rows = {}
        for line in self:
            # from here on what came says it
            line._set({"kit": recipes[line.order_line_id.sudo()][0].stored()})
            rows[line] = line._take_parts(moves[line.order_line_id.id], left, lots)
        return rows

    def _take_parts(self, moves, left, lots):
        """The parts of this kit, as ``_returning`` says it: taken from ``left`` (move id to what has not come back), and from
        ``lots`` those that are said to come."""
        self.ensure_one()
        first = self.move_id.picking_id.id
        sent = [move for move in moves if move["leaves"]]
        sent.sort(key=lambda move: (move["picking_id"] == first, move["date"], move["id"]), reverse=True)
        found, wanted = [], {}
        for part in self.kit["parts"]:
            product = self.env["product.product"].browse(part["product"])
            rest = self._part_quantity(product, part["quantity"] * self.quantity)
            named = wanted.setdefault(product, self._wanted_lots(product))
            for data in sent:
                taken = min(rest, left[data["id"]])
                if data["recipe_line_id"] != part["recipe_line"] or product.uom_id.compare(taken, 0.0) <= 0:
                    continue
                move, items = self.env["stock.move"].browse(data["id"]), []
                if named:
                    items = lots.take(move, named, taken)
                    taken = sum(item["quantity"] for item in items)
                    if not items:
                        continue
                else:
                    self._check_lots(move, taken, left[move.id], lots)
                left[move.id] -= taken
                rest -= taken
                found.append((move, product.uom_id._compute_quantity(taken, move.product_uom), items))
            if named:
                self._check_taken(product, dict.fromkeys(named, math.inf), rest)
            if product.uom_id.compare(rest, 0.0) > 0:
                raise UserError(
                    self.env._(
                        "%(line)s: %(rest)s %(unit)s of its part %(part)s are no longer with the customer. Take the parts "
                        "back by the returns of its transfers.",
                        line=self.display_name,
                        rest=number_words(self.env, rest),
                        unit=product.uom_id.name,
                        part=product.display_name,
                    )
                )
        for product, named in wanted.items():
            self._check_taken(product, named, 0.0)
        return found

    def _part_quantity(self, product, quantity):
        """``quantity`` of a part as its unit counts it.

        :raises UserError: it cannot be counted
        """
        counted = product.uom_id.round(quantity)
        if abs(counted - quantity) > 1e-6:
            raise UserError(
                self.env._(
                    "%(line)s: %(kits)s %(unit)s take %(quantity)s %(part_unit)s of %(part)s, which cannot be counted. Let more "
                    "kits come together, or take the parts back by the returns of its transfers.",
                    line=self.display_name,
                    kits=number_words(self.env, self.quantity),
                    unit=self.uom_id.name,
                    quantity=measure_words(self.env, quantity),
                    part_unit=product.uom_id.name,
                    part=product.display_name,
                )
            )
        return counted

    def _check_lots(self, move, taken, left, lots):
        """:raises UserError: nobody says which lots of a part come back, and not all of them do"""
        product = move.product_id
        if product.tracking == "none" or not product.uom_id.compare(taken, left) or len(lots.lots(move)) < 2:
            return
        raise UserError(
            self.env._(
                "%(line)s: its part %(part)s left by several lots or serial numbers, and which of them come back is not said. "
                "Name those that came, let all kits of %(transfer)s come together, or take the parts back by the return of that transfer.",
                line=self.display_name,
                part=product.display_name,
                transfer=move.picking_id.name,
            )
        )

    # ------------------------------------------------------------------ sent again

    def _parts_again(self, came, quantity):
        """``_leaving_again`` of this kit: ``quantity`` of it by its parts, each as it was delivered; parts that have left already
        and make no kit are not sent twice.

        :param came: the moves by which these lines came back; of several of one part the last is returned
        """
        self.ensure_one()
        over = self._parts_over(self._sent_again())
        origins = self | self.split_from_id
        came = came.filtered(lambda move: move.order_return_line_id in origins)
        sent = self.order_line_id.sudo().move_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_id.usage == "customer"
        )
        # of the transfer that completed the kit, where that has the part
        sent = sent.sorted(lambda move: (move.picking_id == self.move_id.picking_id, move.date, move.id))
        rows = []
        for part in self.kit["parts"]:
            product = self.env["product.product"].browse(part["product"])
            back, like = (
                moves.filtered(
                    lambda move, part=part: (
                        (move.bom_line_id.id, move.product_id.id) == (part["recipe_line"], part["product"])
                    )
                )[-1:]
                for moves in (came, sent)
            )
            if not like:
                raise UserError(
                    self.env._(
                        "%(line)s: its recipe has %(part)s, which was not delivered as a part of it. Put the recipe right, or "
                        "choose another product, which may be the same kit.",
                        line=self.display_name,
                        part=product.display_name,
                    )
                )
            counted = self._part_quantity(product, part["quantity"] * quantity)
            left = min(over[product.id], counted)
            over[product.id] -= left
            if product.uom_id.compare(counted, left) > 0:
                rows.append((like, back or like, product.uom_id._compute_quantity(counted - left, like.product_uom)))
        return rows

    def _parts_over(self, moves):
        """What ``moves`` of parts bring beyond the whole kits that they make: product to quantity in its unit."""
        each, kits = self._part_quantities(), self._sum_kits(moves)
        return {product: (share - kits) * each[product] for product, share in self._part_shares(moves).items()}

    def _check_left_whole(self):
        """:raises UserError: names the kits of which parts have left again and others have not"""
        halves = self.filtered("kit")
        halves -= halves.filtered(lambda line: line._are_kits(*line._left_again()))
        if halves:
            raise UserError(
                self.env._(
                    "Of these kits parts have left again and others have not: %s. Let the rest leave too, or take the parts back "
                    "by the returns of their transfers, then the case can end.",
                    ", ".join(halves.mapped("display_name")),
                )
            )

    def _left_again(self):
        """What has left again of this line, and what of that came back by hand: two sets of moves."""
        self.ensure_one()
        left = self._sent_again().filtered(lambda move: move.state == "done")
        return left, left.returned_move_ids.filtered(lambda move: move.state == "done")

    # ------------------------------------------------------------------ what came

    def _part_shares(self, moves):
        """For how much of this kit, in the line's unit, ``moves`` of its parts are enough: product to quantity."""
        self.ensure_one()
        sums = {}
        for move in moves:
            quantity = move.product_uom._compute_quantity(move._settled_quantity(), move.product_id.uom_id, round=False)
            sums[move.product_id.id] = sums.get(move.product_id.id, 0.0) + quantity
        return {product: sums.get(product, 0.0) / each for product, each in self._part_quantities().items()}

    def _part_quantities(self):
        """What one unit of this line takes of each part, by product."""
        each = {}
        for part in self.kit["parts"]:
            each[part["product"]] = each.get(part["product"], 0.0) + part["quantity"]
        return each

    def _sum_kits(self, moves):
        """How many whole kits, in this line's unit, ``moves`` of parts in one direction make."""
        whole = self.kit["whole"]
        return (round(min(self._part_shares(moves).values()) / whole, 6) // 1) * whole

    def _are_kits(self, came, went=()):
        """Whether ``came`` less ``went`` (moves of parts) are whole kits and nothing is left over."""
        other = self._part_shares(went)
        shares = [share - other[product] for product, share in self._part_shares(came).items()]
        return max(shares) - min(shares) < NOTHING and is_whole(min(shares), self.kit["whole"])

    def _check_went_back(self, came, went):
        """:raises UserError: parts of a kit ``went`` back to the customer, and no whole kit; ``came``: what this line brought"""
        self.ensure_one()
        if self.kit and not self._are_kits(came, went):
            raise UserError(
                self.env._(
                    "%s: a kit goes back to the customer whole, with all its parts, as it came.", self.display_name
                )
            )
