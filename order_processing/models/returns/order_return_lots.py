import math
from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError

from .case_payload import number


class OrderReturn(models.Model):
    _inherit = "order.return"

    def _name_taken_in(self):
        """The lots of goods that were taken in unannounced are known: those of them come that left with the lines."""
        for case in self.filtered("is_unannounced"):
            pool = defaultdict(float)
            for item in case._taken_in().move_line_ids.filtered("lot_id"):
                pool[item.lot_id] += item.quantity_product_uom
            for line, rows in (
                case.line_ids.filtered(lambda line: not line.lots and not line.lot_id)._share_lots(pool).items()
            ):
                line._set({"lots": rows})


class OrderReturnLine(models.Model):
    """Which lots and serial numbers came, as whoever receives or inspects the goods says."""

    _inherit = "order.return.line"

    lots = fields.Json(
        "Lots/serials that came",
        readonly=True,
        help="Of the product, or of the parts of a kit: pairs of a lot and how much of it at most, in the product's unit; "
        "nothing: as much as there is.",
    )

    def _share_lots(self, pool):
        """Which of the lots in ``pool`` (lot to how much lies here) these lines bring, as ``lots`` keeps them: line to them.

        None of a product whose lots do not make up what the line brings of it.
        """
        found = defaultdict(list)
        sent = {line: line.order_line_id.sudo().move_ids if line.kit else line.move_id for line in self}
        left = self.env["stock.move"].union(*sent.values()).lot_ids
        for line, product, unit, quantity in self._goods():
            rest, rows = unit._compute_quantity(quantity, product.uom_id), {}
            for lot in [lot for lot in pool if lot.product_id == product and lot in sent[line].lot_ids]:
                taken = min(pool[lot], rest)
                if product.uom_id.compare(taken, 0.0) > 0:
                    rows[lot] = taken
                    rest -= taken
            # a lot that left with none of the lines is not another one: the receipt asks
            strange = any(lot.product_id == product and lot not in left for lot in pool)
            if product.uom_id.compare(rest, 0.0) > 0 and not strange:
                # the rest came without a lot, and whoever names lots names all of them
                continue
            for lot, taken in rows.items():
                pool[lot] -= taken
                found[line].append([lot.id, taken])
        return found

    def _lots_that_came(self):
        """The lots of these received lines: those that were said, else all that came, unless an inspection has split them."""
        items = self._returned_moves().move_line_ids
        family = self._family()
        found = {}
        for line in self:
            said = [lot_id for lot_id, _quantity in line.lots or ()] or line.lot_id.ids
            if not said and len(line._family() & family) == 1:
                said = items.filtered(lambda item, line=line: item.move_id.order_return_line_id == line).lot_id.ids
            found[line] = self.env["stock.lot"].browse(said)
        return found

    def _name_lots(self, given):
        """Take over which lots came; ``given`` as ``lots`` of ``action_receive``."""
        if not isinstance(given, dict):
            raise UserError(self.env._("The lots that came are named per line of the case."))
        known = {str(line.id): line for line in self}
        for key, rows in given.items():
            line = known.get(str(key))
            if not line:
                raise UserError(self.env._("The lots that came are named per line of the case: %s is none.", key))
            line._set({"lots": line._read_lots(rows)})

    def _read_lots(self, rows):
        """``rows`` (ids of lots, or dicts ``{lot_id, quantity}``) as ``lots`` keeps them."""
        self.ensure_one()
        rows = rows if isinstance(rows, (list, tuple)) else [rows]
        found = {}
        for row in rows:
            row = row if isinstance(row, dict) else {"lot_id": row}
            lot_id, asked = row.get("lot_id"), row.get("quantity")
            quantity = None if asked is None else number(asked)
            wrong = not isinstance(lot_id, int) or isinstance(lot_id, bool) or lot_id in found
            if wrong or (asked is not None and (quantity is None or not quantity > 0)):
                raise UserError(
                    self.env._(
                        "%(line)s: a lot that came is named once, by its id, with a quantity above zero or none: %(row)s is not.",
                        line=self.display_name,
                        row=row,
                    )
                )
            found[lot_id] = quantity
        lots = self.env["stock.lot"].search(
            [("id", "in", list(found)), ("product_id", "in", self._goods_products().ids)]
        )
        if len(lots) < len(found):
            raise UserError(
                self.env._(
                    "%(line)s: %(lots)s are no lots of what comes back with it.",
                    line=self.display_name,
                    lots=", ".join(map(str, sorted(set(found) - set(lots.ids)))),
                )
            )
        return [[lot_id, quantity] for lot_id, quantity in found.items()] or False

    def _wanted_lots(self, product):
        """The lots of ``product`` that are said to come with this line: ``{lot: at most how much}``, empty: nobody said."""
        self.ensure_one()
        named = self.lots or ([[self.lot_id.id, None]] if self.lot_id else [])
        lots = self.env["stock.lot"].browse([lot_id for lot_id, _quantity in named])
        return {
            lot: math.inf if quantity is None else quantity
            for lot, (_id, quantity) in zip(lots, named)
            if lot.product_id == product
        }

    def _pick_lots(self, left, move, quantity):
        """Values of the move lines by which ``quantity`` (its unit) of a delivered ``move`` comes back with this line, empty
        where nobody says which lots come; ``left``: a ``LotsLeft``."""
        self.ensure_one()
        wanted = self._wanted_lots(move.product_id)
        if not wanted:
            return []
        unit = move.product_id.uom_id
        need = move.product_uom._compute_quantity(quantity, unit)
        found = left.take(move, wanted, need)
        self._check_taken(move.product_id, wanted, need - sum(row["quantity"] for row in found))
        return found

    def _check_taken(self, product, wanted, rest):
        """:raises UserError: the lots named for ``product`` do not make up what comes: ``rest`` is missing, or of those
        ``wanted`` with a quantity some is left"""
        unit = product.uom_id
        over = [lot for lot, quantity in wanted.items() if quantity < math.inf and unit.compare(quantity, 0.0) > 0]
        if unit.compare(rest, 0.0) > 0 or over:
            raise UserError(
                self.env._(
                    "%(line)s: the lots named of %(product)s (%(lots)s) do not make up what came; only what left with this "
                    "line and has not come back can. Take another lot in as unannounced goods.",
                    line=self.display_name,
                    product=product.display_name,
                    lots=", ".join(lot.name for lot in wanted),
                )
            )

    def _check_lots_found(self, found):
        """:raises UserError: goods of several lots are found in several ways, and which lots are which is not said

        :param list found: values of the pieces, as ``_split`` takes them
        """
        self.ensure_one()
        if len({vals["disposition"] for vals in found}) < 2:
            return
        came = self._returned_moves().move_line_ids.filtered("lot_id")
        silent = []
        for product, items in came.grouped("product_id").items():
            lots = set(items.lot_id.ids)
            said = [
                vals for vals in found if {vals["lot_id"], *(lot_id for lot_id, _quantity in vals["lots"] or ())} & lots
            ]
            # the last may take the rest
            if len(items.lot_id) > 1 and len(said) < len(found) - 1:
                silent.append(product.display_name)
        if silent:
            raise UserError(
                self.env._(
                    "%(line)s: several lots or serial numbers of %(parts)s came, and the goods go different ways: say which lots "
                    "are in which.",
                    line=self.display_name,
                    parts=", ".join(silent),
                )
            )
