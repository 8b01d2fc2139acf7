from odoo import fields, models

from ..common.business_day import business_day

PROCESSOR = "order_processing.group_processor"
CLOSED = ("draft", "done", "cancel")


class StockMove(models.Model):
    _inherit = "stock.move"

    def write(self, vals):
        """A receipt that is put off or called off lets what waits for it be promised anew."""
        moved = self.browse()
        if vals.get("state") != "done" and ("date" in vals or vals.get("state") == "cancel"):
            moved = self.filtered(
                lambda move: (
                    move.state not in CLOSED
                    and (vals.get("state") == "cancel" or move.date != fields.Datetime.to_datetime(vals["date"]))
                    and move.location_dest_id.usage == "internal"
                    and move.location_id.usage != "internal"
                )
            )
        answer = super().write(vals)
        if moved:
            self.env["sale.order"]._promise_anew()
        return answer

    def _action_assign(self, force_qty=False):
        """Of an order that leaves in whole lines nothing is reserved of a line that is not there whole: others may have it."""
        answer = super()._action_assign(force_qty=force_qty)
        self.sudo().filtered(
            lambda move: (
                move.state == "partially_available"
                and not move.picked
                and move.sale_line_id.order_id.order_complete_lines
                and move.location_id.usage == "internal"
            )
        )._do_unreserve()
        return answer

    def _action_done(self, cancel_backorder=False):
        """Goods of an order leave within its window and as its shipping profile says, on every path."""
        leaving = self.sudo().filtered(
            lambda move: (
                move.picked
                and move.quantity > 0
                and move.state not in ("done", "cancel")
                and move.sale_line_id
                and move.location_dest_id.usage == "customer"
                and not move.origin_returned_move_id
            )
        )
        moment = self._ship_moment()
        for company, moves in leaving.grouped("company_id").items():
            # a back-dated dispatch left on its own day
            moves.sale_line_id.order_id._ship_gate(moves, cancel_backorder, business_day(company, moment))
        orders = {company: moves.sale_line_id.order_id for company, moves in leaving.grouped("company_id").items()}
        answer = super()._action_done(cancel_backorder=cancel_backorder)
        for company, own in orders.items():
            own._arrival_left(business_day(company, moment))
        return answer

    def _ship_moment(self):
        """The moment (UTC) of a back-dated dispatch, or ``None``: only who may dispatch, and the server, say the day."""
        if self.env["order.transition.mixin"]._has_order_group(PROCESSOR):
            return self.env.context.get("order_business_moment")
        return None

    def _ship_leaves(self):
        """Whether goods are still to leave with this move, in any step; not what comes back, nor what is sent again."""
        self.ensure_one()
        return self.state not in ("done", "cancel") and self._ship_goes_out()

    def _ship_goes_out(self):
        return not self.origin_returned_move_id and (self.location_final_id or self.location_dest_id)._is_outgoing()

    def _ship_worth(self, quantity=None):
        """What leaves with this move is worth to its order, untaxed; the parts of a kit are worth their share of it.

        :param float quantity: in the product's unit; default: what is reserved or picked
        """
        self.ensure_one()
        line, unit = self.sale_line_id, self.product_id.uom_id
        if not line.product_uom_qty:
            return 0.0
        if quantity is None:
            quantity = self.product_uom._compute_quantity(self.quantity, unit, round=False)
        if self.product_id != line.product_id:
            moves = line.move_ids.filtered(lambda move: move.state != "cancel" and move._ship_goes_out())
            # of several steps the first one alone, where all of it begins
            asked = sum(moves.filtered(lambda move: not move.move_orig_ids & moves).mapped("product_qty"))
            return asked and line.price_subtotal * quantity / asked
        return (
            line.price_subtotal
            * unit._compute_quantity(quantity, line.product_uom_id, round=False)
            / line.product_uom_qty
        )
