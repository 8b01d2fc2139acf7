"""Goods in place of failed ones in deliveries of several steps: they come by the same steps as those before them."""

from odoo import models
from odoo.fields import Command


class StockMove(models.Model):
    _inherit = "stock.move"

    def _quality_fetch(self, before):
        """Let as much again come to these moves by the steps before them, as was taken out of them.

        :param dict before: move to the quantity that it had before its failed goods were taken out
        :return: dict of move to the first of its new steps, reserved; moves that take from the stock themselves are not in it
        """
        Move, firsts = self.env["stock.move"].sudo(), {}
        made = Move
        for move in self:
            quantity, last = before[move] - move.quantity, move
            step = move._quality_step_before()
            while step:
                last = Move.create(step._quality_step_again(last, quantity))
                made |= last
                firsts[move] = last
                step = step._quality_step_before()
        # the first steps first: what a later one waits for is there then
        made[::-1]._action_confirm(merge=False, create_proc=False)
        Move.union(*firsts.values())._action_assign()
        return firsts

    def _quality_step_before(self):
        """One of the done moves inside the house that brought the goods of this one."""
        return self.move_orig_ids.filtered(
            lambda origin: (
                origin.state == "done"
                and origin.product_id == self.product_id
                and origin.location_id.usage == "internal"
                and not origin.origin_returned_move_id
            )
        )[:1]

    def _quality_step_again(self, target, quantity):
        """Values of a move as this one, of ``quantity`` in its unit, that brings to the move ``target``."""
        self.ensure_one()
        wanted = target.product_uom._compute_quantity(quantity, self.product_uom, rounding_method="HALF-UP")
        [values] = self.copy_data(
            {
                "product_uom_qty": wanted,
                "picking_id": False,
                "quantity": 0.0,
                "picked": False,
                "move_line_ids": [],
                "move_orig_ids": [Command.clear()],
                "move_dest_ids": [Command.set(target.ids)],
                "procure_method": "make_to_stock",
                "date": target.date,
            }
        )
        return values
