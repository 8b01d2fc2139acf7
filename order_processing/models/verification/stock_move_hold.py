from odoo import models
from odoo.exceptions import UserError

INSIDE = ("internal", "transit")


class StockMove(models.Model):
    """What holds stop of the goods: reservation passes them over, picking and packing them is refused."""

    _inherit = "stock.move"

    # ------------------------------------------------------------------ what of an order goes out

    def _order_outward(self):
        """Those by which an order's goods go out: the delivery, and the picking and packing before it.

        What comes in for an order (a purchase, a return) is none of them.
        """
        return self.filtered(
            lambda move: (
                move.sale_line_id
                and (
                    move.location_dest_id.usage == "customer"
                    or (
                        not move.origin_returned_move_id
                        and move.location_id.usage in INSIDE
                        and move.location_dest_id.usage in INSIDE
                    )
                )
            )
        )

    def _order_step(self):
        """The step that validating this outward move takes: ``pick``, ``ship``, or both where there is one transfer only."""
        self.ensure_one()
        if self.location_dest_id.usage != "customer":
            return ("stops_pick",)
        if self.move_orig_ids or self.location_id.usage not in INSIDE:
            return ("stops_ship",)
        return ("stops_pick", "stops_ship")

    def _order_held(self, step):
        """Those of these outward moves that an open hold of their order or line stops at ``step``; at most two queries.

        :return: dict of move to its holds
        """
        moves = self.sudo()._order_outward()
        holds = self.env["order.hold"]._in_the_way(moves.sale_line_id.order_id, step)
        if not holds:
            return {}
        none = holds.browse()
        by_scope = holds.grouped(lambda hold: (hold.order_id.id, hold.line_number))
        found = {}
        for move in moves:
            line = move.sale_line_id
            stopping = by_scope.get((line.order_id.id, 0), none) | by_scope.get((line.order_id.id, line.id), none)
            if stopping:
                found[move.with_env(self.env)] = stopping
        return found

    def _order_held_here(self):
        """Those of these moves that a hold keeps from being validated."""
        held = self.browse()
        for step in ("stops_pick", "stops_ship"):
            held |= self.browse().union(*(move for move in self._order_held(step) if step in move.sudo()._order_step()))
        return held

    # ------------------------------------------------------------------ reservation

    def _action_assign(self, force_qty=False):
        """Held goods are passed over, which the day book says, and held lots are left where they are; nothing is raised."""
        held = self._order_held("stops_reserve")
        if held:
            self.env["stock.move"]._order_passed_over(held)
        free = self - self.browse().union(*held) if held else self
        lots = free._order_held_lots()
        if lots:
            free = free.with_context(order_held_lots=lots)
        return super(StockMove, free)._action_assign(force_qty=force_qty)

    def _order_passed_over(self, held):
        """Say in the day book, once for a hold and a move, that its goods were not reserved.

        :param dict held: move to its holds
        """
        held = {
            move: holds
            for move, holds in held.items()
            if not move.picked and move.state in ("confirmed", "waiting", "partially_available")
        }
        if not held:
            return
        moves = self.sudo().union(*held)
        said = {}
        for event in (
            self.env["order.event"]
            .sudo()
            .search(
                [("document_model", "=", "stock.move"), ("document_id", "in", moves.ids), ("kind", "=", "passed_over")]
            )
        ):
            said[event.document_id] = max(said.get(event.document_id, event.at), event.at)
        rows = []
        for move, holds in held.items():
            since = max(hold.held_at for hold in holds)
            if move.id in said and said[move.id] >= since:
                continue
            move, line = move.sudo(), move.sudo().sale_line_id
            rows.append(
                {
                    **line.order_id._order_event("passed_over"),
                    "line_id": line.id,
                    "line_name": (line.name or "").split("\n")[0],
                    "product_id": move.product_id.id,
                    "document_model": "stock.move",
                    "document_id": move.id,
                    "document_name": move.reference,
                    "reason": ", ".join(holds.mapped("reason_code")),
                }
            )
        self.env["order.event"]._record(rows)

    def _order_reserve_again(self):
        """Reserve those that automatic reservation would have reserved by now."""
        today = self.env.cr.now().date()
        self.filtered(
            lambda move: (
                move.state in ("confirmed", "waiting", "partially_available")
                and (
                    move.picking_type_id.reservation_method == "at_confirm"
                    or (move.reservation_date and move.reservation_date <= today)
                )
            )
        )._action_assign()

    # ------------------------------------------------------------------ held lots

    def _order_held_lots(self):
        """The lots that standing holds keep from the orders of these moves.

        :return: dict of order id to ids of lots
        """
        moves = self.sudo()._order_outward().filtered(lambda move: move.product_id.tracking != "none")
        return self.env["order.standing.hold"]._held_lots(moves.sale_line_id.order_id, moves.product_id)

    def _order_own_held_lots(self):
        held = self.env.context.get("order_held_lots")
        return held.get(self.sudo()._order_outward().sale_line_id.order_id.id, ()) if held else ()

    def _update_reserved_quantity_vals(
        self, need, location_id, lot_id=None, package_id=None, owner_id=None, strict=True
    ):
        """Look for goods outside the lots that are held for this order."""
        lots = self._order_own_held_lots()
        move = self.with_context(order_skip_lots=lots) if lots else self
        return super(StockMove, move)._update_reserved_quantity_vals(
            need, location_id, lot_id, package_id, owner_id, strict
        )

    def _get_available_move_lines(self, assigned_moves_ids, partially_available_moves_ids):
        """What the step before brought, without the lots that are held for this order."""
        available = super()._get_available_move_lines(assigned_moves_ids, partially_available_moves_ids)
        lots = self._order_own_held_lots()
        return {key: quantity for key, quantity in available.items() if key[1].id not in lots} if lots else available

    # ------------------------------------------------------------------ picking

    def _order_gate_picking(self):
        """
        :raises UserError: names every order whose goods a hold keeps from being picked, where the company enforces it
        """
        moves = self.sudo()._order_outward().filtered(lambda move: "stops_pick" in move._order_step())
        lines = moves.sale_line_id
        orders = lines.order_id.filtered(lambda order: order.company_id._order_control_enforced())
        problems = orders._hold_problems("stops_pick", {}, lines=lines, leaving=True)
        if problems:
            raise UserError(
                "\n".join(
                    [
                        self.env._("The goods of these orders cannot be picked:"),
                        *(row for rows in problems.values() for row in rows),
                        self.env._("Ask a manager of the order desk to release them."),
                    ]
                )
            )


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _gather(self, product_id, location_id, lot_id=None, package_id=None, owner_id=None, strict=False, qty=0):
        """Pass over the lots that are held for the move that asks."""
        quants = super()._gather(
            product_id, location_id, lot_id=lot_id, package_id=package_id, owner_id=owner_id, strict=strict, qty=qty
        )
        skipped = self.env.context.get("order_skip_lots")
        return quants.filtered(lambda quant: quant.lot_id.id not in skipped) if skipped else quants
