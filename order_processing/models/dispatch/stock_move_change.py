from odoo import models
from odoo.fields import Command

CLOSED = ("done", "cancel")


class SaleOrderLine(models.Model):
    """What becomes of the transfers of a line that is lowered while the floor has it in hand."""

    _inherit = "sale.order.line"

    def _change_steps(self, product):
        """The moves by which ``product`` goes out for this line, the first step first: a list of recordsets.

        A way back (a return, or what core makes of a line that is lowered after a step) is none of them.
        """
        self.ensure_one()
        moves = self.move_ids.filtered(
            lambda move: move.product_id == product and move.state != "cancel" and not move.origin_returned_move_id
        )._order_outward()
        ways = {}
        for move in moves.sorted("id"):
            way = (move.location_id, move.location_dest_id)
            if way[::-1] not in ways:
                ways[way] = ways.get(way, moves.browse()) | move

        def place(way, seen=()):
            before = [other for other in ways if other[1] == way[0] and other not in seen]
            return max((place(other, (*seen, way)) for other in before), default=-1) + 1

        steps = {}
        for way, own in ways.items():
            number = place(way)
            steps[number] = steps.get(number, moves.browse()) | own
        return [steps[number] for number in sorted(steps)]

    def _change_backs(self):
        """What has left its shelf for these lines and is still here, to be brought back: as ``_change_plan`` adds it."""
        backs = []
        for line in self:
            for product in line.move_ids.product_id:
                line._change_surplus(line._change_steps(product), 0.0, backs)
        return backs

    def _change_plan(self, wish, cuts, backs):
        """Plan what of the transfers of this line is too much where ``wish`` (in its unit) is ordered.

        :param dict cuts: gets, for open moves, how much of their demand goes, in the product's unit
        :param list backs: gets, for each step, the done moves whose goods come back
        """
        self.ensure_one()
        for product in self.move_ids.product_id:
            steps = self._change_steps(product)
            if not steps:
                continue
            opened = [step.filtered(lambda move: move.state not in CLOSED) for step in steps]
            wanted = self._change_wanted(product, wish, steps[0], opened[0])
            passed = self._change_surplus(steps, wanted, backs)
            for number, moves in enumerate(opened):
                over = sum(moves.mapped("product_qty")) - max(wanted - passed[number], 0.0)
                # what nobody has in hand goes first
                for move in moves.sorted(lambda move: (move.picked, move.picking_id.printed, -move.id)):
                    part = min(over, move.product_qty)
                    if product.uom_id.compare(part, 0.0) > 0:
                        cuts[move] = part
                        over -= part

    def _change_wanted(self, product, wish, step, opened):
        """How much of ``product`` goes out for ``wish`` of this line, in the product's unit: of a kit each part by its share."""
        self.ensure_one()
        if product == self.product_id:
            return self.product_uom_id._compute_quantity(wish, product.uom_id, round=False)
        total = sum(opened.mapped("product_qty")) + sum(move._change_passed() for move in step)
        return product.uom_id.round(total * wish / self.product_uom_qty) if self.product_uom_qty else 0.0

    def _change_surplus(self, steps, wanted, backs):
        """Add to ``backs`` what has gone through ``steps`` and is more than ``wanted``, and has not gone through the last one.

        :return: how much has gone through each step once that is back
        """
        passed = [sum(move._change_passed() for move in step) for step in steps]
        while len(backs) < len(steps):
            backs.append({})
        for number in range(len(steps) - 1, 0, -1):
            here = passed[number - 1] - passed[number]
            over = here - max(wanted - passed[number], 0.0)
            if steps[number].product_id.uom_id.compare(over, 0.0) <= 0:
                continue
            for before in range(number - 1, -1, -1):
                passed[before] -= over
                left = over
                for move in steps[before].sorted("id", reverse=True):
                    part = min(left, move._change_passed() - backs[before].get(move, 0.0))
                    if move.product_id.uom_id.compare(part, 0.0) > 0:
                        backs[before][move] = backs[before].get(move, 0.0) + part
                        left -= part
        return passed


class StockMove(models.Model):
    _inherit = "stock.move"

    def _change_passed(self):
        """How much has gone by this move and has not come back, in the product's unit."""
        self.ensure_one()
        if self.state != "done":
            return 0.0
        back = self.returned_move_ids.filtered(lambda move: move.state == "done")
        unit = self.product_id.uom_id
        return self.product_uom._compute_quantity(self.quantity, unit, round=False) - sum(
            move.product_uom._compute_quantity(move.quantity, unit, round=False) for move in back
        )

    def _change_moved(self):
        """Whether the goods of this move have left their shelf by the step before."""
        self.ensure_one()
        return any(move.state == "done" for move in self.move_orig_ids._order_outward())

    def _change_packed(self):
        """The packages that goods were put into by these moves, which are done, or by the steps before."""
        packed, moves = self.env["stock.package"], self
        while moves:
            packed |= moves.move_line_ids.filtered(
                lambda line: line.result_package_id != line.package_id
            ).result_package_id
            moves = moves.move_orig_ids.filtered(lambda move: move.state == "done")._order_outward()
        return packed

    def _change_cut(self, cuts):
        """Lower the demand of these moves, and take what is too much out of them: from what nobody has in hand first.

        :param dict cuts: move to quantity in the product's unit
        :return: ``(packages that lose goods, values of order.change.request.goods)``
        """
        opened, rows, empty = self.env["stock.package"], [], self.browse()
        for move, quantity in cuts.items():
            unit = move.product_id.uom_id
            kept = move.product_qty - quantity
            over = sum(move.move_line_ids.mapped("quantity_product_uom")) - kept
            taken = {}
            for line in move.move_line_ids.sorted(lambda line: (line.picked, line._change_is_packed(), -line.id)):
                part = min(over, line.quantity_product_uom)
                if unit.compare(part, 0.0) > 0:
                    taken[line] = part
                    over -= part
            lines = self.env["stock.move.line"].union(*taken)
            opened |= lines._change_parcels()
            if not move._change_moved():
                rows += lines._change_rows(taken)
            move._quality_take_out(taken)
            if unit.compare(kept, 0.0) <= 0:
                empty |= move
            else:
                move.product_uom_qty = unit._compute_quantity(kept, move.product_uom, rounding_method="HALF-UP")
        # what follows was lowered as much
        empty.propagate_cancel = False
        empty._action_cancel()
        (self - empty)._recompute_state()
        return opened, rows


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _change_is_packed(self):
        """Whether this line is put into a parcel by its own transfer."""
        self.ensure_one()
        return bool(self.result_package_id) and self.result_package_id != self.package_id

    def _change_parcels(self):
        """The parcels that were packed for what these lines deliver: not a package that lay whole on its shelf."""
        own = self.filtered(lambda line: line._change_is_packed()).result_package_id
        return own | (
            self.package_id & self.move_id.move_orig_ids.filtered(lambda move: move.state == "done")._change_packed()
        )

    def _change_rows(self, quantities=None):
        """What of these lines has to go back to its shelf, before they go.

        :param dict quantities: line to quantity in the product's unit, default all
        :return: values of ``order.change.request.goods``; nothing of what nobody can have taken
        """
        rows = []
        for line in self.filtered("quantity"):
            picking = line.picking_id
            checked = any(check.state != "to_check" for check in picking.sudo().order_quality_check_ids)
            taken = line.picked or line._change_is_packed() or checked
            if not taken and not picking.printed:
                continue
            parcel = line.result_package_id if line._change_is_packed() else line.package_id
            rows.append(
                {
                    "product_id": line.product_id.id,
                    "lot_id": line.lot_id.id,
                    "quantity": (quantities or {}).get(line, line.quantity_product_uom),
                    "uom_id": line.product_id.uom_id.id,
                    "location_id": line.location_id.id,
                    "parcel": parcel.name,
                    "picking_id": picking.id,
                    "taken": taken,
                }
            )
        return rows

    def _change_to_shelf(self):
        """Send these lines of returns to the very places that their goods were taken from."""
        for line in self:
            places = {}
            for origin in line.move_id.origin_returned_move_id.move_line_ids:
                if origin.lot_id == line.lot_id:
                    places[origin.location_id] = places.get(origin.location_id, 0.0) + origin.quantity_product_uom
            rest = line.quantity_product_uom
            for number, (place, room) in enumerate(places.items()):
                last = number == len(places) - 1
                part = rest if last else min(rest, room)
                if line.product_id.uom_id.compare(part, 0.0) <= 0:
                    continue
                if line.product_id.uom_id.compare(part, rest) >= 0:
                    line.location_dest_id = place
                    break
                unit = line.product_id.uom_id
                line.write({"product_uom_id": unit.id, "quantity": rest - part})
                line.copy({"quantity": part, "location_dest_id": place.id})
                rest -= part


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _change_return(self, quantities):
        """Core's return of moves of this transfer, which is done.

        :param dict quantities: done move to quantity in the product's unit
        :return: the new transfer, reserved
        """
        self.ensure_one()
        moves = self.env["stock.move"].union(*quantities)
        wizard = self.env["stock.return.picking"].create(
            {
                "picking_id": self.id,
                "product_return_moves": [
                    Command.create(
                        {
                            "product_id": move.product_id.id,
                            "move_id": move.id,
                            "quantity": move.product_id.uom_id._compute_quantity(
                                quantity, move.product_uom, rounding_method="HALF-UP"
                            ),
                            "to_refund": True,
                        }
                    )
                    for move, quantity in quantities.items()
                ],
            }
        )
        # core frees all that waits for the next step, and with it what is packed of the rest
        waiting = moves.move_dest_ids.filtered(lambda move: move.state not in CLOSED).move_line_ids
        waiting = waiting.filtered(lambda line: not line.picked)
        waiting.picked = True
        back = wizard._create_return()
        waiting.picked = False
        return back

    def _change_returned_rows(self):
        """What this return brings back to its shelf: values of ``order.change.request.goods``."""
        self.ensure_one()
        return [
            {
                "product_id": line.product_id.id,
                "lot_id": line.lot_id.id,
                "quantity": line.quantity_product_uom,
                "uom_id": line.product_id.uom_id.id,
                "location_id": line.location_dest_id.id,
                "parcel": line.package_id.name,
                "picking_id": self.return_id.id,
                "moved_by_id": self.id,
                "taken": True,
            }
            for line in self.move_line_ids
        ]

    def _change_done(self):
        """Validate this return where all of its goods are there; else it waits for who puts them back."""
        if all(move.state == "assigned" for move in self.move_ids):
            self.move_ids.picked = True
            self.with_context(skip_sms=True)._action_done()

    def _change_off_pickup(self):
        """These are cancelled: no carrier waits for them."""
        self._pickup_off()

    def _change_check_again(self, reason):
        """Simple checks that passed look at other goods now; those of quality points follow by themselves."""
        checks = self.sudo().order_quality_check_ids.filtered(
            lambda check: not check.point_id and check.state == "passed" and check.picking_id.state not in CLOSED
        )
        checks._transition("renew", reason=reason)
