from odoo import api, fields, models


class StockPicking(models.Model):
    """A transfer says what is held of it, and goes without what is held of single lines."""

    _inherit = "stock.picking"

    order_hold_text = fields.Char("Held", compute="_compute_order_hold_text", compute_sudo=True)

    @api.depends("state", "move_ids.sale_line_id.order_id.order_hold_ids.state")
    def _compute_order_hold_text(self):
        """What the holds of its orders say, as far as they stop what is still to be done here."""
        open_pickings = self.filtered(lambda picking: picking.state not in ("done", "cancel"))
        texts = {}
        for step in ("stops_reserve", "stops_pick", "stops_ship", "stops_print"):
            for move, holds in open_pickings.move_ids._order_held(step).items():
                if step in ("stops_reserve", "stops_print") or step in move._order_step():
                    for hold in holds:
                        texts.setdefault(move.picking_id, {})[hold] = hold._words().removeprefix("- ")
        for picking in self:
            picking.order_hold_text = "; ".join(texts.get(picking, {}).values())

    def _pre_action_done_hook(self):
        """Where nothing is marked as picked core takes all; then what is held of single lines stays behind."""
        held = self.move_ids._order_held_here()
        for picking in held.picking_id:
            moves = picking.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
            free = moves.filtered("quantity") - held
            if free and not any(moves.mapped("picked")):
                free.picked = True
        return super()._pre_action_done_hook()

    def _order_print_held(self):
        """The holds that keep the papers of these transfers from being printed.

        Goods that have left may be documented for ever; where only some lines are held the others' papers are printed.

        :return: dict of transfer to its holds
        """
        waiting = self.sudo().filtered(lambda picking: picking.state not in ("done", "cancel"))
        moves = waiting.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        held = moves._order_held("stops_print")
        if not held:
            return {}
        none = self.env["order.hold"].sudo()
        return {
            picking: none.union(*(held[move] for move in own))
            for picking, own in moves.grouped("picking_id").items()
            if all(move in held for move in own)
        }
