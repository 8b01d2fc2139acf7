from odoo import models

from .sale_order_begun import ACCEPTING

CLOSED = ("done", "cancel")


class OrderChangeRequest(models.Model):
    """What an accepted request does, by core's own ways: as whoever accepts, so that core's documents say who."""

    _inherit = "order.change.request"

    def _carry_out(self):
        """Cancel or change the orders of these requests, which were just accepted."""
        cache = self.env.cr.cache
        cache[ACCEPTING] = set(self.order_id.ids)
        try:
            kinds = self.grouped("kind")
            kinds.get("cancel", self.browse())._carry_out_cancel()
            for request in kinds.get("change", ()):
                request._carry_out_change()
            for request in kinds.get("address", ()):
                request._carry_out_address()
            for request in kinds.get("date", ()):
                request._carry_out_date()
        finally:
            cache.pop(ACCEPTING, None)

    # ------------------------------------------------------------------ cancel

    def _carry_out_cancel(self):
        """Cancel the orders as a set; what is in hand is noted before, and what has left its shelf is brought back after."""
        if not self:
            return
        orders = self.order_id
        begun = orders._picking_begun()
        moves = orders.order_line.move_ids.filtered(lambda move: move.state not in CLOSED)._order_outward()
        own = {order: moves.filtered(lambda move, order=order: move.sale_line_id.order_id == order) for order in orders}
        backs, rows, parcels = {}, {}, {}
        for request in self:
            order = request.order_id
            lines = own[order].move_line_ids
            parcels[request] = lines._change_parcels()
            rows[request] = lines.filtered(
                lambda line, order=order: (
                    line.picking_id.id in begun.get(order.id, ()) and not line.move_id._change_moved()
                )
            )._change_rows()
            backs[request] = order.order_line._change_backs()
        pickings = moves.picking_id
        orders.action_cancel()
        pickings._change_off_pickup()
        for request in self:
            request._note_goods(rows[request])
            brought = request._bring_back(backs[request])
            opened = parcels[request] | brought
            shared = opened._change_open()
            request._void(opened, own[request.order_id].picking_id)
            request._void_labels(shared)

    # ------------------------------------------------------------------ change

    def _carry_out_change(self):
        """Give the lines the wished quantities: what is lowered is taken out of open transfers, from what nobody has in hand first."""
        self.ensure_one()
        wishes = self._wishes()
        lowered = {line: wish for line, wish in wishes.items() if line._is_lowered({"product_uom_qty": wish})}
        cuts, backs = {}, []
        for line, wish in lowered.items():
            line._change_plan(wish, cuts, backs)
        moves = self.env["stock.move"].union(*cuts)
        pickings = moves.picking_id
        opened, rows = moves._change_cut(cuts)
        # the list in hand is void; while it counts as printed core adds nothing to the transfer
        pickings.filtered("printed").printed = False
        self._note_goods(rows)
        brought = self._bring_back(backs)
        opened |= brought
        shared = opened._change_open()
        for line, wish in wishes.items():
            known = line.with_context(skip_procurement=True) if line in lowered else line
            known.write({"product_uom_qty": wish})
        touched = pickings | self._open_pickings().filtered(lambda picking: picking.move_line_ids.package_id & opened)
        self._void(opened, touched, kinds=("pick_list", "slip", *(("label", "return_label") if opened else ())))
        self._void_labels(shared - touched)
        touched._change_check_again(self.env._("Other goods since the request %s.", self.display_name))
        touched.order_pickup_id.sudo()._sync_parcels()
        touched.filtered(lambda picking: picking.state == "cancel")._change_off_pickup()

    def _open_pickings(self):
        """The open transfers of the orders of these requests."""
        return self.order_id.picking_ids.filtered(lambda picking: picking.state not in CLOSED)

    # ------------------------------------------------------------------ goods and papers

    def _note_goods(self, rows):
        """Enter ``rows`` (values of ``order.change.request.goods``) of this request."""
        self.ensure_one()
        self.env["order.change.request.goods"].sudo().create([{**row, "request_id": self.id} for row in rows])

    def _bring_back(self, backs):
        """Bring goods back that have left their shelf by a step of the delivery: core's return of each step, the last one first.

        :param list backs: a dict for each step, the first step first: done move to the quantity in the product's unit
        :return: the packages that they lay in
        """
        self.ensure_one()
        parcels = self.env["stock.package"]
        for number in range(len(backs) - 1, -1, -1):
            for picking, moves in self.env["stock.move"].union(*backs[number]).grouped("picking_id").items():
                back = picking._change_return({move: backs[number][move] for move in moves})
                parcels |= back.move_line_ids.package_id.filtered(
                    lambda package, moves=moves: package in moves._change_packed()
                )
                back.move_line_ids.result_package_id = False
                if not number:
                    back.move_line_ids._change_to_shelf()
                    self._note_goods(back._change_returned_rows())
                back._change_done()
        return parcels

    def _void_labels(self, pickings):
        """Labels of ``pickings``, whose goods were in a parcel that was opened, count no more: they are packed anew."""
        self.ensure_one()
        self.env["order.print"]._void(("label", "return_label"), pickings, self.display_name)

    def _void(self, parcels, pickings, kinds=("pick_list", "slip", "label", "return_label")):
        """What stuck on ``parcels``, and what was printed of ``pickings``, counts no more."""
        self.ensure_one()
        self.env["order.print"]._void(kinds, pickings, self.display_name)
        self.env["order.event"]._record(
            [
                {
                    **self.sudo().order_id._order_event("parcel_voided"),
                    "note": " ".join(filter(None, (parcel.name, parcel.order_sscc))),
                }
                for parcel in parcels._void(self.display_name)
            ]
        )
