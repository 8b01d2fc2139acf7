from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.number_words import number_words
from ..common.stock_places import outside

GROUP = "order_processing.group_processor"


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    order_return_line_ids = fields.One2many(
        "order.return.line", "order_line_id", "Return lines", readonly=True, copy=False, groups=GROUP
    )
    order_returnable_qty = fields.Float(
        "Returnable",
        compute="_compute_order_returnable_qty",
        digits="Product Unit",
        help="Delivered less returned, less what open return cases hold; in the line's unit.",
    )

    @api.depends(
        "move_ids.state",
        "move_ids.quantity",
        "order_return_line_ids.quantity",
        "order_return_line_ids.disposition",
        "order_return_line_ids.return_id.state",
    )
    def _compute_order_returnable_qty(self):
        """One query for the set."""
        left = defaultdict(float)
        for move in self.ids and self._order_returnable_moves(self.ids):
            left[move["line_id"]] += move["left"]
        for line in self:
            line.order_returnable_qty = left[line._origin.id]

    def write(self, vals):
        """The unit in which a line's returns are counted stands.

        :raises UserError: names the lines of which cases hold something, in the unit that they have now
        """
        if "product_uom_id" in vals:
            other = self.filtered(lambda line: line.product_uom_id.id != vals["product_uom_id"])
            held = other.sudo()._order_return_counting()
            if held:
                raise UserError(
                    self.env._(
                        "The unit of a line stands while return cases count in it: %s. Leave the line as it is and add a new "
                        "order line in the other unit.",
                        ", ".join(held.mapped("display_name")),
                    )
                )
        return super().write(vals)

    def _order_return_counting(self):
        """The lines of cases that count in the unit of these lines: something is held or has come, and is not over for good."""
        return self.order_return_line_ids.filtered(
            lambda line: (
                line.return_id.state not in ("rejected", "cancelled")
                and not (line.uom_id.is_zero(line.quantity) and line.uom_id.is_zero(line.received_qty))
                and not (line.return_id.state == "closed" and line.order_id.state == "cancel")
            )
        )

    def _exchange_rests(self):
        """What of these lines of exchanges has not left: line to quantity in its unit.

        :raises UserError: names the lines that are invoiced beyond what has left, or of which the rest is being packed, and what
            to do first
        """
        rests = {line: line.product_uom_qty - line.qty_delivered for line in self}
        rests = {line: rest for line, rest in rests.items() if line.product_uom_id.compare(rest, 0.0) > 0}
        refused = []
        for line in rests:
            told = {
                "case": line.order_id.order_return_id.name,
                "order": line.order_id.name,
                "line": (line.name or "").split("\n")[0],
            }
            packed = line._exchange_open_moves().filtered(
                lambda move: (move.picked and move.quantity) or "done" in move.move_orig_ids.mapped("state")
            )
            if line.product_uom_id.compare(line.qty_invoiced, line.qty_delivered) > 0:
                refused.append(
                    self.env._(
                        "%(case)s: of its exchange %(order)s, %(line)s, %(left)s %(unit)s have left and %(invoiced)s are "
                        "invoiced. Let what is invoiced beyond be credited first, then the case can end.",
                        left=number_words(self.env, line.qty_delivered),
                        invoiced=number_words(self.env, line.qty_invoiced),
                        unit=line.product_uom_id.name,
                        **told,
                    )
                )
            elif packed:
                refused.append(
                    self.env._(
                        "%(case)s: of its exchange %(order)s, %(line)s is being packed in %(transfers)s. Validate that, or take "
                        "the goods out and back into stock, then the case can end.",
                        transfers=", ".join(packed.picking_id.mapped("name")),
                        **told,
                    )
                )
        if refused:
            raise UserError("\n".join(refused))
        return rests

    def _exchange_open_moves(self):
        """What is still to leave for these lines; what comes back for another case is none of it."""
        return self.move_ids.filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and move.location_id.usage != "customer"
                and not move.order_return_line_id
            )
        )

    def _order_more(self, quantities):
        """Raise lines by what the customer has already (line to quantity), at their own price; nothing is procured for it."""
        todo = self.filtered(lambda line: quantities.get(line)).with_context(skip_procurement=True)
        locked = todo.order_id.filtered("locked")
        locked.locked = False
        for line in todo:
            kept = {name: line[name] for name in ("price_unit", "technical_price_unit", "discount")}
            line.write({"product_uom_qty": line.product_uom_qty + quantities[line], **kept})
        locked.locked = True

    @api.model
    def _order_return_lock(self, line_ids):
        """Lock order lines in the order of their ids: who comes second waits."""
        self.env.cr.execute(
            SQL("SELECT id FROM sale_order_line WHERE id = ANY(%s) ORDER BY id FOR UPDATE", sorted(set(line_ids)))
        )

    @api.model
    def _order_return_touch(self, line_ids):
        """Make new row versions of lines that a case took from.

        A lock alone would let the second transaction go on with the quantities of its old snapshot; a changed row makes
        PostgreSQL refuse it, and core tries the call again, now seeing the first one's case.
        """
        self.env.cr.execute(
            SQL("UPDATE sale_order_line SET write_date = write_date WHERE id = ANY(%s)", sorted(set(line_ids)))
        )

    @api.model
    def _order_returnable_moves(self, line_ids, without=()):
        """What may still come back, per delivered move, latest first; one statement.

        :param line_ids: ids of order lines
        :param without: ids of ``order.return`` whose own lines are not counted as taken
        :return: list of dicts ``{line_id, move_id, picking_id, delivered_at, delivered, left}``, quantities in the line's
            unit and rounded by it; the sum of ``left`` of a line is what the line allows, also for returns that name no move;
            kits as ``_order_returnable_kits`` says
        """
        for model_name, names in READ.items():
            self.env[model_name].flush_model(names)
        self.env.cr.execute(self._order_returnable_query(list(line_ids), list(without)))
        columns = [column.name for column in self.env.cr.description]
        rows = [dict(zip(columns, row)) for row in self.env.cr.fetchall()]
        units = {unit.id: unit for unit in self.env["uom.uom"].browse({row["uom_id"] for row in rows})}
        allowed = {row["line_id"]: float(row["line_left"]) for row in rows}
        answer = []
        for row in rows:
            unit = units[row["uom_id"]]
            left = max(0.0, min(float(row["delivered"] - row["taken"]), allowed[row["line_id"]]))
            allowed[row["line_id"]] -= left
            answer.append(
                {
                    "line_id": row["line_id"],
                    "move_id": row["move_id"],
                    "picking_id": row["picking_id"],
                    "delivered_at": row["date"],
                    "delivered": unit.round(float(row["delivered"])),
                    "left": unit.round(left),
                }
            )
        return answer + self._order_returnable_kits(line_ids, without)

    @api.model
    def _order_returnable_query(self, line_ids, without):
        return SQL(
            """
            WITH moved AS (
                SELECT move.id, move.sale_line_id AS line_id, line.product_uom_id AS uom_id, move.picking_id, move.date,
                       move.state, move.origin_returned_move_id AS origin_id, move.order_return_line_id AS item_id,
                       %(to_outside)s AND NOT %(from_outside)s AS leaves,
                       %(from_outside)s AND NOT %(to_outside)s AS comes,
                       (CASE WHEN move.state = 'done' THEN move.quantity ELSE move.product_uom_qty END
                        * move_uom.factor / line_uom.factor)::numeric AS quantity
                  FROM stock_move move
                  JOIN sale_order_line line ON line.id = move.sale_line_id AND line.product_id = move.product_id
                  JOIN stock_location origin ON origin.id = move.location_id
                  JOIN stock_location target ON target.id = move.location_dest_id
                  JOIN uom_uom move_uom ON move_uom.id = move.product_uom
                  JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
                 WHERE move.sale_line_id = ANY(%(lines)s) AND move.state <> 'cancel'
            ), back AS (
                -- goods that came back, and core's own open returns; a case's open return is counted by the case
                SELECT line_id, origin_id, quantity FROM moved
                 WHERE comes AND (state = 'done' OR item_id IS NULL)
            ), held AS (
                %(held)s
            ), taken AS (
                SELECT move_id, sum(quantity) AS quantity
                  FROM (SELECT origin_id AS move_id, quantity FROM back UNION ALL SELECT move_id, quantity FROM held) every
              GROUP BY move_id
            ), line_taken AS (
                SELECT line_id, sum(quantity) AS quantity
                  FROM (SELECT line_id, quantity FROM back UNION ALL SELECT line_id, quantity FROM held) every
              GROUP BY line_id
            )
            SELECT moved.line_id, moved.uom_id, moved.id AS move_id, moved.picking_id, moved.date,
                   moved.quantity AS delivered, coalesce(taken.quantity, 0) AS taken,
                   sum(moved.quantity) OVER (PARTITION BY moved.line_id) - coalesce(line_taken.quantity, 0) AS line_left
              FROM moved
         LEFT JOIN taken ON taken.move_id = moved.id
         LEFT JOIN line_taken ON line_taken.line_id = moved.line_id
             WHERE moved.leaves AND moved.state = 'done'
          ORDER BY moved.date DESC, moved.id DESC
            """,
            to_outside=outside("target"),
            from_outside=outside("origin"),
            lines=line_ids,
            held=self._order_held_query(line_ids, without),
        )

    @api.model
    def _order_held_query(self, line_ids, without):
        """``SQL`` of what cases hold of these lines though nothing moved: ``line_id, move_id, quantity`` in the line's unit."""
        return SQL(
            """
            SELECT item.order_line_id AS line_id, item.move_id, item.quantity::numeric AS quantity
              FROM order_return_line item
              JOIN order_return request ON request.id = item.return_id
             WHERE item.order_line_id = ANY(%(lines)s) AND request.id <> ALL(%(without)s)
               AND (request.state IN ('requested', 'approved', 'on_way')
                    -- what was written off has been replaced already, whatever became of its case
                    OR item.advance_outcome = 'write_off' AND item.disposition = 'customer_keeps'
                    OR (request.state IN ('received', 'inspected', 'settled', 'closed') AND item.disposition = 'customer_keeps'))
            """,
            lines=line_ids,
            without=without,
        )


# documents whose pending writes the statement must see
READ = {
    "sale.order.line": ["product_id", "product_uom_id"],
    "stock.move": [
        "state",
        "quantity",
        "product_uom_qty",
        "product_uom",
        "product_id",
        "sale_line_id",
        "location_id",
        "location_dest_id",
        "origin_returned_move_id",
        "order_return_line_id",
        "picking_id",
        "date",
    ],
    "order.return": ["state"],
    "order.return.line": ["return_id", "order_line_id", "move_id", "quantity", "disposition", "advance_outcome"],
}
