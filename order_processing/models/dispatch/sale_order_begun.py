from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.sale_order_line import CLOSING
from ..common.sql_arrays import id_array
from ..common.stock_places import outside
from ..common.turn import take_turn

# of the cursor, so of one transaction: ids of the orders whose request is being carried out; no remote call can reach it
ACCEPTING = "order_processing.accepting_changes"


class SaleOrderBegun(models.Model):
    """Whether picking of an order has begun; from then on it is cancelled or lowered by a request to the floor alone."""

    _inherit = "sale.order"

    def _picking_begun(self):
        """The one definition of “picking has begun”: the transfers of these orders that somebody on the floor has in hand.

        It is an open transfer by which goods of the order go out (the delivery, or the picking and packing before it) of which

        - the goods were moved by the step before and wait for this one (``step``), or
        - something lies in a parcel (``packed``), or is marked as picked (``picked``), or
        - a check was answered (``checked``), or
        - the pick list was printed (``printed``, core's mark; the day's housekeeping takes it off again).

        One statement whatever the number of orders.

        :return: ``{order id: {transfer id: cause}}``, the cause the first of these words that is true
        """
        begun = {}
        for order_id, _line_id, picking_id, cause in self.order_line._picking_begun_rows():
            begun.setdefault(order_id, {})[picking_id] = cause
        return begun

    def _picking_begun_words(self, begun):
        """``begun`` of one order (transfer id to cause) in words, as “WH/OUT/00012 (its pick list is printed)”."""
        causes = {
            "step": self.env._("its goods have left their shelves"),
            "packed": self.env._("it is being packed"),
            "picked": self.env._("goods of it are picked"),
            "checked": self.env._("its check was answered"),
            "printed": self.env._("its pick list is printed"),
        }
        pickings = self.env["stock.picking"].sudo().browse(begun)
        return ", ".join(f"{picking.name} ({causes[begun[picking.id]]})" for picking in pickings)

    def _picking_names(self, found):
        """Read the names of the transfers of ``found`` (dicts by transfer id) with one query."""
        self.env["stock.picking"].sudo().browse({number for begun in found for number in begun}).fetch(["name"])

    def _picking_gate(self):
        """Orders are not cancelled while the floor has them in hand, but by an accepted request.

        :raises UserError: as ``_picking_stop``
        """
        accepted = self._change_accepted()
        orders = self.sudo().filtered(
            lambda order: (
                order.state == "sale" and order.id not in accepted and order.company_id._order_control_records()
            )
        )
        self._picking_stop(
            orders,
            lambda order, transfers: self.env._(
                "%(order)s is not cancelled any more without the floor: picking has begun with %(transfers)s.",
                order=order.name,
                transfers=transfers,
            ),
        )

    def _picking_stop(self, orders, words):
        """Stop what is done to ``orders`` (``sudo``, of these) as far as the floor has them in hand.

        Where controls observe it goes through, and stands in the day book.

        :param words: an order and its transfers, in words, to the line of the refusal
        :raises UserError: where enforced; names the orders, the transfers and the way out
        """
        orders.order_line._picking_turn()
        begun = orders._picking_begun() if orders else {}
        if not begun:
            return
        # nobody reads of transfers of an order that is not his to change
        self.browse(begun).check_access("write")
        self._picking_names(begun.values())
        enforced = orders.filtered(lambda order: order.id in begun and order.company_id._order_control_enforced())
        if enforced:
            rows = [words(order, order._picking_begun_words(begun[order.id])) for order in enforced]
            raise UserError("\n".join([*rows, enforced._picking_way_out()]))
        self.env["order.event"]._record(
            [
                {**order._order_event("changed_in_picking"), "note": order._picking_begun_words(begun[order.id])}
                for order in orders
                if order.id in begun
            ]
        )

    def _change_accepted(self):
        """Ids of the orders whose accepted request is just carried out."""
        return self.env.cr.cache.get(ACCEPTING, ())

    def _picking_way_out(self):
        """What to do with these orders, of which a change was refused, in words."""
        waiting = (
            self.env["order.change.request"].sudo().search([("order_id", "in", self.ids), ("state", "=", "requested")])
        )
        if waiting:
            return self.env._("The floor is asked already: %s.", ", ".join(waiting.mapped("display_name")))
        return self.env._("Press “Ask the floor” on the order: who picks accepts or declines.")

    def _action_cancel(self):
        """Core's cancellation, which all of its ways come to; once picking has begun it needs an accepted request."""
        self._picking_gate()
        return super()._action_cancel()

    def write(self, vals):
        """Writing the state is cancelling; what the floor was asked about a cancelled order needs no answer any more."""
        if vals.get("state") != "cancel":
            return super().write(vals)
        self._picking_gate()
        answer = super().write(vals)
        self.env["order.change.request"].sudo()._overtake(self)
        return answer


class SaleOrderLineBegun(models.Model):
    _inherit = "sale.order.line"

    def _picking_begun_rows(self):
        """Which of these lines are in transfers of which picking has begun, as ``sale.order._picking_begun`` says.

        :return: rows ``(order id, line id, transfer id, cause)``
        """
        if not self.ids:
            return []
        for model, names in (
            ("stock.move", ["state", "sale_line_id", "picking_id", "location_id", "location_dest_id", "origin_returned_move_id"]),
            ("stock.move.line", ["picked", "state", "quantity", "picking_id", "package_id", "result_package_id"]),
            ("stock.picking", ["printed"]),
            ("order.quality.check", ["state", "picking_id"]),
            ("order.quality.check.line", ["answered_at", "check_id"]),
        ):  # fmt: skip
            self.env[model].flush_model(names)
        return self.env.execute_query(
            SQL(
                """
                WITH leaving AS (
                     SELECT move.id, move.picking_id, move.sale_line_id AS line_id, line.order_id
                       FROM stock_move move
                       JOIN sale_order_line line ON line.id = move.sale_line_id
                       JOIN stock_location origin ON origin.id = move.location_id
                       JOIN stock_location target ON target.id = move.location_dest_id
                      WHERE move.sale_line_id = ANY(%(lines)s) AND move.picking_id IS NOT NULL
                        AND move.state NOT IN ('draft', 'done', 'cancel')
                        AND origin.usage IN ('internal', 'transit')
                        AND (%(outside)s OR move.origin_returned_move_id IS NULL
                                            AND target.usage IN ('internal', 'transit'))
                        -- core's own way back, of a line that was lowered after a step, is none out
                        AND NOT EXISTS (SELECT FROM stock_move out
                                         WHERE out.sale_line_id = move.sale_line_id AND out.id < move.id
                                           AND out.state = 'done' AND out.location_id = move.location_dest_id
                                           AND out.location_dest_id = move.location_id))
                SELECT leaving.order_id, leaving.line_id, leaving.picking_id, begun.cause
                  FROM leaving
                  JOIN (SELECT picking.id, CASE
                          WHEN EXISTS (SELECT FROM leaving own
                                         JOIN stock_move_move_rel step ON step.move_dest_id = own.id
                                         JOIN stock_move before ON before.id = step.move_orig_id AND before.state = 'done'
                                         JOIN stock_location came ON came.id = before.location_id
                                        WHERE own.picking_id = picking.id AND came.usage IN ('internal', 'transit'))
                               THEN 'step'
                          WHEN EXISTS (SELECT FROM stock_move_line goods
                                        WHERE goods.picking_id = picking.id AND goods.quantity > 0
                                          AND goods.state NOT IN ('done', 'cancel')
                                          AND goods.result_package_id IS NOT NULL
                                          AND goods.result_package_id IS DISTINCT FROM goods.package_id)
                               THEN 'packed'
                          WHEN EXISTS (SELECT FROM stock_move_line goods
                                        WHERE goods.picking_id = picking.id AND goods.quantity > 0
                                          AND goods.state NOT IN ('done', 'cancel') AND goods.picked)
                               THEN 'picked'
                          WHEN EXISTS (SELECT FROM order_quality_check quality
                                        WHERE quality.picking_id = picking.id
                                          AND (quality.state <> 'to_check'
                                               OR EXISTS (SELECT FROM order_quality_check_line answer
                                                           WHERE answer.check_id = quality.id
                                                             AND answer.answered_at IS NOT NULL)))
                               THEN 'checked'
                          WHEN picking.printed THEN 'printed' END AS cause
                          FROM stock_picking picking
                         WHERE picking.id IN (SELECT own.picking_id FROM leaving own)) begun
                    ON begun.id = leaving.picking_id AND begun.cause IS NOT NULL
              ORDER BY leaving.order_id, leaving.picking_id, leaving.line_id
                """,
                lines=id_array(self.ids),
                outside=outside("target"),
            )
        )

    def write(self, vals):
        """A line that the floor has in hand is lowered by an accepted request alone, or closed short."""
        if "product_uom_qty" in vals or "product_uom_id" in vals:
            self._picking_gate_lower(vals)
        return super().write(vals)

    def _picking_turn(self):
        """Who prints papers of open transfers of these lines at this moment waits, or is waited for: a list says what stands."""
        if not self.ids:
            return
        self.env["stock.move"].flush_model(["state", "sale_line_id", "picking_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT picking_id FROM stock_move
                 WHERE sale_line_id = ANY(%s) AND picking_id IS NOT NULL AND state NOT IN ('draft', 'done', 'cancel')
                """,
                id_array(self.ids),
            )
        )
        if rows:
            take_turn(self.env.cr, "stock_picking", [row[0] for row in rows])

    def _picking_gate_lower(self, vals):
        """
        :raises UserError: where enforced; names the lines that ``vals`` lower, the transfers and the way out
        """
        closing, accepted = self.env.cr.cache.get(CLOSING, {}), self.env.cr.cache.get(ACCEPTING, ())
        lowered = self.sudo().filtered(
            lambda line: (
                line.state == "sale"
                and line.id not in closing
                and line.order_id.id not in accepted
                and line._is_lowered(vals)
                and line.company_id._order_control_records()
            )
        )
        lowered._picking_turn()
        begun = {}
        for _order_id, line_id, picking_id, cause in lowered._picking_begun_rows():
            begun.setdefault(line_id, {})[picking_id] = cause
        if not begun:
            return
        self.browse(begun).check_access("write")
        lines = lowered.filtered(lambda line: line.id in begun)
        lines.order_id._picking_names(begun.values())
        words = {line: line.order_id._picking_begun_words(begun[line.id]) for line in lines}
        enforced = lines.filtered(lambda line: line.company_id._order_control_enforced())
        if enforced:
            rows = [
                self.env._(
                    "%(order)s, %(line)s is not lowered any more without the floor: picking has begun with %(transfers)s.",
                    order=line.order_id.name,
                    line=(line.name or "").split("\n")[0],
                    transfers=words[line],
                )
                for line in enforced
            ]
            raise UserError("\n".join([*rows, enforced.order_id._picking_way_out()]))
        self.env["order.event"]._record(
            [
                {
                    **line.order_id._order_event("changed_in_picking"),
                    "line_id": line.id,
                    "line_name": (line.name or "").split("\n")[0],
                    "product_id": line.product_id.id,
                    "note": words[line],
                }
                for line in lines
            ]
        )

    def _is_lowered(self, vals):
        """Whether ``vals`` make what is ordered with this line less, in whatever unit it is told."""
        self.ensure_one()
        if self.display_type or not self.product_id or not self.product_uom_id:
            return False
        unit = self.env["uom.uom"].browse(vals.get("product_uom_id") or self.product_uom_id.id)
        wanted = vals.get("product_uom_qty", self.product_uom_qty) or 0.0
        own = self.product_id.uom_id
        return (
            own.compare(
                unit._compute_quantity(wanted, own, round=False),
                self.product_uom_id._compute_quantity(self.product_uom_qty, own, round=False),
            )
            < 0
        )
