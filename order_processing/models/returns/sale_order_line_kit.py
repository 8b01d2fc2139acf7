from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..common.stock_places import outside
from .kit_counts import KitMoves, KitRecipe

# documents whose pending writes the statement must see
READ = ("state", "quantity", "product_uom_qty", "product_uom", "product_id", "sale_line_id", "bom_line_id")
PLACES = ("location_id", "location_dest_id", "origin_returned_move_id", "order_return_line_id", "picking_id", "date")


class SaleOrderLine(models.Model):
    """A kit is sold as one product and leaves as others; it comes back whole.

    The add-on knows of kits only where mrp is there: its moves then say of which line of a recipe they are.
    """

    _inherit = "sale.order.line"

    @api.model
    def _order_has_kits(self):
        """Whether there can be kits at all."""
        return "mrp.bom" in self.env and "bom_line_id" in self.env["stock.move"]._fields

    @api.model
    def _order_kit_moves(self, line_ids):
        """Done moves of parts of kits to the customer, and what came or comes back of them; one statement.

        :return: ``{line id: [{id, line_id, recipe_line_id, product_id, picking_id, date, origin_id, item_id, leaves, comes,
            dropped, quantity}]}``, quantities in the reference unit of the part; what a case still brings is counted by the case
        """
        found = defaultdict(list)
        if not line_ids or not self._order_has_kits():
            return found
        self.env["stock.move"].flush_model([*READ, *PLACES])
        self.env["sale.order.line"].flush_model(["product_id"])
        self.env.cr.execute(
            SQL(
                """
                SELECT * FROM (
                    SELECT move.id, move.sale_line_id AS line_id, move.bom_line_id AS recipe_line_id, move.product_id,
                           move.picking_id, move.date, move.origin_returned_move_id AS origin_id,
                           move.order_return_line_id AS item_id,
                           move.state = 'done' AND %(to_outside)s AND NOT %(from_outside)s AS leaves,
                           (move.state = 'done' OR move.order_return_line_id IS NULL)
                           AND %(from_outside)s AND NOT %(to_outside)s AS comes,
                           origin.usage = 'supplier' AS dropped,
                           (CASE WHEN move.state = 'done' THEN move.quantity ELSE move.product_uom_qty END
                            * move_uom.factor / own_uom.factor)::float AS quantity
                      FROM stock_move move
                      JOIN sale_order_line line ON line.id = move.sale_line_id AND line.product_id <> move.product_id
                      JOIN stock_location origin ON origin.id = move.location_id
                      JOIN stock_location target ON target.id = move.location_dest_id
                      JOIN product_product product ON product.id = move.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id
                      JOIN uom_uom move_uom ON move_uom.id = move.product_uom
                      JOIN uom_uom own_uom ON own_uom.id = template.uom_id
                     WHERE move.sale_line_id = ANY(%(lines)s) AND move.state <> 'cancel' AND move.bom_line_id IS NOT NULL
                     ) AS moved
                 WHERE leaves OR comes
                """,
                to_outside=outside("target"),
                from_outside=outside("origin"),
                lines=list(line_ids),
            )
        )
        columns = [column.name for column in self.env.cr.description]
        for row in self.env.cr.fetchall():
            move = dict(zip(columns, row))
            found[move["line_id"]].append(move)
        return found

    @api.model
    def _order_returnable_kits(self, line_ids, without=()):
        """What kits may still come back, as ``_order_returnable_moves`` says it of moves: per transfer that completed kits.

        ``move_ids`` are the moves of that transfer and ``move_id`` the first of them; ``whole`` is one kit in the line's unit,
        ``kit`` what a return line keeps of its parts, ``obstacle`` says why nothing of the line can come back here.
        """
        moves = {
            line_id: own
            for line_id, own in self._order_kit_moves(line_ids).items()
            if any(move["leaves"] for move in own)
        }
        if not moves:
            return []
        held = self._order_kits_of_cases(self._order_held_query(list(moves), list(without)))
        came = self._order_kits_of_cases(self._order_came_query(list(moves)))
        rows = []
        for line, (recipe, obstacle) in self.browse(sorted(moves)).sudo()._order_kit_recipes(moves).items():
            if obstacle:
                rows.append(line._order_kit_row(moves[line.id], line.qty_delivered, 0.0, obstacle=obstacle))
                continue
            whole = recipe.whole
            taken = [
                {picking_id: round(quantity / whole) for picking_id, quantity in found[line.id].items()}
                for found in (held, came)
            ]
            for own, kits, left in KitMoves(recipe, moves[line.id]).rows(*taken):
                rows.append(line._order_kit_row(own, kits * whole, left * whole, whole=whole, kit=recipe.stored()))
        return rows

    def _order_kit_row(self, moves, delivered, left, **more):
        """One row of ``_order_returnable_kits`` by moves of one transfer, or of several of which the latest counts."""
        self.ensure_one()
        sent = [move for move in moves if move["leaves"]]
        last = max(sent, key=lambda move: (move["date"], move["id"]))
        ids = [move["id"] for move in sent if move["picking_id"] == last["picking_id"]]
        return {
            "line_id": self.id,
            "move_id": min(ids),
            "move_ids": ids,
            "picking_id": last["picking_id"],
            "delivered_at": last["date"],
            "delivered": self.product_uom_id.round(delivered),
            "left": self.product_uom_id.round(left),
            **more,
        }

    @api.model
    def _order_came_query(self, line_ids):
        """``SQL`` of what came of these lines by cases: ``line_id, move_id, quantity`` in the line's unit."""
        self.env["order.return.line"].flush_model(["received_qty"])
        return SQL(
            """
            SELECT item.order_line_id AS line_id, item.move_id, item.received_qty::numeric AS quantity
              FROM order_return_line item
              JOIN order_return request ON request.id = item.return_id
             WHERE item.order_line_id = ANY(%s) AND item.received_qty > 0
               AND request.state IN ('received', 'inspected', 'settled', 'closed')
            """,
            line_ids,
        )

    @api.model
    def _order_kits_of_cases(self, query):
        """What ``query`` says of kits: ``{line id: {transfer id: quantity in the line's unit}}``."""
        self.env.cr.execute(
            SQL(
                """
                SELECT item.line_id, move.picking_id, sum(item.quantity)
                  FROM (%s) AS item
                  JOIN stock_move move ON move.id = item.move_id AND move.bom_line_id IS NOT NULL
              GROUP BY item.line_id, move.picking_id
                """,
                query,
            )
        )
        found = defaultdict(dict)
        for line_id, picking_id, quantity in self.env.cr.fetchall():
            found[line_id][picking_id] = float(quantity)
        return found

    def _order_kit_recipes(self, moves):
        """What core reads for what is delivered of these lines: ``{line: (KitRecipe or None, why nothing can come back)}``.

        :param dict moves: of ``_order_kit_moves``
        """
        boms, known, counted = self._order_kit_boms(), {}, self._prepare_qty_delivered()
        return {
            line: line._order_kit_recipe(moves[line.id], boms.get(line), known, counted.get(line, 0.0)) for line in self
        }

    def _order_kit_recipe(self, moves, bom, known, counted):
        """``(KitRecipe or None, why nothing can come back)`` of this line.

        :param list moves: of the line
        :param bom: of ``_order_kit_boms``
        :param dict known: recipes that were read before, of which those that are read now become some
        :param float counted: what core, counting anew by the recipe as it is now, says is delivered
        """
        self.ensure_one()
        told = {"product": self.product_id.display_name, "order": self.order_id.name}
        by_hand = self.env._("Take its parts back by the returns of its transfers.")
        key = (bom, self.product_id, self.product_uom_id, self.product_uom_qty)
        if key not in known:
            known[key] = bom and self._order_read_recipe(bom)
        recipe = known[key]
        differs = self.qty_delivered_method == "stock_move" and self.product_uom_id.compare(counted, self.qty_delivered)
        if not recipe or differs or {move["recipe_line_id"] for move in moves} - set(recipe.parts):
            said = self.env._(
                "%(product)s of %(order)s is a kit whose recipe is not that by which it was delivered: what belongs to "
                "one kit is not known. Put the recipe right.",
                **told,
            )
            return None, f"{said} {by_hand}"
        named = {move["recipe_line_id"] for move in moves if move["leaves"]}
        if counted and set(recipe.parts) - named and any(move["dropped"] for move in moves):
            # a purchase names one line of the recipe for each product
            said = self.env._(
                "%(product)s of %(order)s is a kit whose parts a vendor sent, and one of them stands in it several times: which of "
                "them makes a kit is not known.",
                **told,
            )
            return None, f"{said} {by_hand}"
        return recipe, ""

    def _order_kit_boms(self):
        """The recipes of these kits, as core chooses them: ``{line: mrp.bom}``, empty where there is none or are several."""
        if not self._order_has_kits():
            return {}
        boms = {line: line._order_used_bom() for line in self}
        unnamed = self.filtered(lambda line: not boms[line])
        for company, lines in unnamed.grouped("company_id").items():
            found = self.env["mrp.bom"]._bom_find(lines.product_id, company_id=company.id, bom_type="phantom")
            boms.update((line, found[line.product_id]) for line in lines)
        return {line: bom if len(bom) == 1 else bom.browse() for line, bom in boms.items()}

    def _order_used_bom(self):
        """The recipes of this kit that its moves name."""
        self.ensure_one()
        product = self.product_id
        used = self.move_ids.filtered(lambda move: move.state != "cancel").bom_line_id.bom_id
        return used.filtered(
            lambda bom: (
                bom.type == "phantom"
                and (
                    bom.product_id == product or (not bom.product_id and bom.product_tmpl_id == product.product_tmpl_id)
                )
            )
        )

    def _order_read_recipe(self, bom):
        """``KitRecipe`` of one kit, parts by core's own explosion of what is ordered; ``None`` where it has no goods."""
        ordered = self.product_uom_id._compute_quantity(self.product_uom_qty, bom.product_uom_id) or 1.0
        parts, products = {}, {}
        for line, data in bom.explode(self.product_id, ordered / bom.product_qty)[1]:
            if line.product_id.type == "service" or line.product_uom_id.is_zero(data["qty"]):
                continue
            each = data["qty"] / data["original_qty"] / bom.product_qty
            parts[line.id] = line.product_uom_id._compute_quantity(each, line.product_id.uom_id, round=False)
            products[line.id] = line.product_id.id
        whole = bom.product_uom_id._compute_quantity(1.0, self.product_uom_id, round=False)
        return KitRecipe(parts, products, whole) if parts else None
