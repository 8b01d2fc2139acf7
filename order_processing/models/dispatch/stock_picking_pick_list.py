from odoo import models

from .natural import natural

CLOSED = ("done", "cancel")


class StockPicking(models.Model):
    """Pick list: where the goods lie, in the order in which one walks past them."""

    _inherit = "stock.picking"

    def _in_picking_order(self):
        """These transfers in the order of the first place that each takes from, then of their names."""

        def key(picking):
            places = [natural(line.location_id.complete_name) for line in picking.move_line_ids]
            first = min(places, default=natural(picking.location_id.complete_name))
            return first, natural(picking.name), picking.id

        return self.sorted(key)

    def _pick_begun(self):
        """Core's mark that somebody has the list in hand: what is ordered later goes into a transfer of its own."""
        begun = self.filtered(lambda picking: not picking.printed and picking.state not in CLOSED)
        begun.printed = True

    def _pick_held(self):
        """The moves of these transfers that a hold keeps in the house: asked once for all that are printed."""
        waiting = self.move_ids.filtered(lambda move: move.state not in CLOSED)
        return waiting._order_held_here()

    def _pick_lines(self, held):
        """What the pick list shows of this transfer.

        :param held: the moves that ``_pick_held`` found
        :return: ``{places: [{place, rows}], missing: rows, held: rows}``; rows are
            ``{product, code, lot, package, quantity, unit}``, and those of ``missing`` are what is not reserved
        """
        self.ensure_one()
        places = {}
        for line in self.move_line_ids:
            if line.quantity and line.move_id not in held:
                places.setdefault(line.location_id, []).append(self._pick_row(line))
        missing, kept = [], []
        for move in self.move_ids:
            if move.state in CLOSED:
                continue
            if move in held:
                kept.append(self._pick_rest(move, move.product_uom_qty))
            elif move.product_uom.compare(move.product_uom_qty, move.quantity) > 0:
                missing.append(self._pick_rest(move, move.product_uom_qty - move.quantity))

        def by_goods(row):
            return natural(row["code"]), natural(row["product"]), natural(row["lot"])

        return {
            "places": [
                {"place": place.complete_name, "rows": sorted(places[place], key=by_goods)}
                for place in sorted(places, key=lambda place: (natural(place.complete_name), place.id))
            ],
            "missing": sorted(missing, key=by_goods),
            "held": sorted(kept, key=by_goods),
        }

    @staticmethod
    def _pick_row(line):
        return {
            "product": line.product_id.name,
            "code": line.product_id.default_code or "",
            "lot": line.lot_id.name or line.lot_name or "",
            "package": line.package_id.name or "",
            "quantity": line.quantity,
            "unit": line.product_uom_id.name,
        }

    @staticmethod
    def _pick_rest(move, quantity):
        return {
            "product": move.product_id.name,
            "code": move.product_id.default_code or "",
            "lot": "",
            "package": "",
            "quantity": quantity,
            "unit": move.product_uom.name,
        }
