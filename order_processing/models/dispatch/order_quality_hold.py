from odoo import models
from odoo.fields import Command


class OrderQualityCheck(models.Model):
    """What failed is held back in a transfer of its own, and verdicts follow goods that change their transfer."""

    _inherit = "order.quality.check"

    def _hold_back(self, reason):
        """Give checks with failed goods, all of whose goods are answered, their verdict.

        Where something else is in the transfer, what failed is moved to one of its own, with a failed check, and the rest
        passes. A transfer that leaves complete, or of which everything failed, fails as it is.

        :return: ``{check: transfer that what failed of it was put into}``
        """
        checks = self.sudo()
        goods = checks.picking_id._quality_goods()
        parts = {}
        for picking, own in checks.grouped("picking_id").items():
            failed = own._failed_goods(goods)
            if picking.move_type != "one" and picking._quality_is_part(failed):
                parts[picking] = failed
        # of each check what is wrong with its own goods
        notes = {check.id: check.line_ids._failing()._notes() or reason for check in checks}
        whole = self.filtered(lambda check: check.sudo().picking_id not in parts)
        whole._fail_with(notes)
        rest = self - whole
        if not rest:
            return {}
        origins = {check: check.picking_id for check in rest.sudo()}
        backorders = self.env["stock.picking"].sudo().union(*parts)._quality_hold_back(parts)
        mates = backorders._quality_follow(first=rest.sudo())
        by_origin = {backorder.backorder_id: backorder for backorder in backorders}
        stayed = rest.filtered(lambda check: check.sudo().picking_id == origins[check])
        if stayed:
            stayed.action_pass(reason="")
        (rest - stayed).filtered(lambda check: check.state == "to_check")._fail_with(notes)
        mates.filtered(lambda check: check.state == "failed")._book_checked("check_failed")
        return {check: by_origin[origins[check]] for check in rest.sudo()}

    def _fail_with(self, notes):
        """Fail these checks, those with the same text together; ``notes``: that of each, by id."""
        for note, checks in self.grouped(lambda check: notes[check.id]).items():
            checks.action_fail(reason=note)

    def _failed_goods(self, goods):
        """The move lines that failed goods of these checks lie in: ``{move line: quantity in the product's unit}``.

        What several checks failed is the most that one of them did. Of the same goods those that are in no parcel yet are
        taken first.

        :param dict goods: ``stock.picking._quality_goods``
        """
        found = {}
        for check in self:
            lines = goods.get(check.picking_id, self.env["stock.move.line"])
            if not check.point_id:
                taken = {line: line.quantity_product_uom for line in lines}
            else:
                taken = check._failed_lines(check.point_id._goods_of(lines))
            for line, quantity in taken.items():
                found[line] = max(found.get(line, 0.0), quantity)
        return found

    def _failed_lines(self, lines):
        """``_failed_goods`` of one check of a point, among ``lines``."""
        self.ensure_one()
        taken = {}
        for row in self.line_ids._present()._failing():
            if self.point_id.kind == "weight":
                own = lines.filtered(lambda line, row=row: line.result_package_id == row.package_id)
                taken.update({line: line.quantity_product_uom for line in own})
                continue
            own = lines.filtered(
                lambda line, row=row: (line.product_id, line.move_id.sale_line_id, line.lot_id) == row._key()[:3]
            )
            left = row.failed_qty
            for line in own.sorted(lambda line: (bool(line.result_package_id), line.id)):
                part = min(left, line.quantity_product_uom - taken.get(line, 0.0))
                if row._compare(part) > 0:
                    taken[line] = taken.get(line, 0.0) + part
                    left -= part
        return taken

    def _hand_over(self, mate, left, there, first, seen, apart):
        """Let the answers of this check go with goods that are in the transfer of ``mate`` now.

        :param dict left: what of its goods is in its own transfer still, ``there``: what is in that of ``mate``, both by key of
            a row
        :param bool first: what failed goes first
        :param dict seen: gets who answered for the rows that took something over, by row
        :param list apart: as for ``_shrink``
        """
        self.ensure_one()
        targets = mate.line_ids._present().grouped(lambda row: row._key())
        for key, own in self.line_ids._present().grouped(lambda row: row._key()).items():
            surplus = sum(own.mapped("quantity")) - left.get(key, 0.0)
            moving = min(surplus, there.get(key, 0.0))
            order = own.sorted(lambda row: (row.failed_qty > 0, row.passed_qty > 0), reverse=first)
            for row in order:
                for target in targets.get(key, mate.line_ids.browse()):
                    part = min(moving, row.quantity, target._left())
                    if row._compare(part) <= 0:
                        continue
                    _opened, passed, failed = row._shrink(part, failed_first=first)
                    moving -= part
                    surplus -= part
                    if passed or failed:
                        seen[target] = seen.get(target, row.answered_by_ids) | row.answered_by_ids
                        evidence = row._evidence()
                        # written for all rows at once
                        del evidence["answered_by_ids"]
                        target.write(
                            {
                                **evidence,
                                "passed_qty": target.passed_qty + passed,
                                "failed_qty": target.failed_qty + failed,
                                # only where all of what failed is
                                "conceded": bool(failed or target.failed_qty)
                                and (row.conceded or not failed)
                                and (target.conceded or not target.failed_qty),
                            }
                        )
                    if failed and not row.failed_qty:
                        row.note = False
            for row in order.filtered(lambda row: row.quantity > 0):
                if row._compare(surplus) > 0:
                    surplus -= sum(row._shrink(min(surplus, row.quantity), apart))


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _create_backorder(self, backorder_moves=None):
        """What was judged of goods that go into a backorder goes with them."""
        backorders = super()._create_backorder(backorder_moves=backorder_moves)
        backorders.sudo()._quality_follow()
        backorders.sudo()._quality_stay_held()
        return backorders

    def _quality_stay_held(self):
        """What is split off goods that failed is as they are; for ``sudo``."""
        held = self.filtered(lambda picking: picking._quality_has_of(picking.backorder_id))
        rest = (self - held).filtered("backorder_id.order_held_back")
        if rest:
            # what nobody will ever check is not held back for ever
            points = self.env["order.quality.point"]._in_force(rest.company_id)
            held |= rest.filtered(lambda picking: picking._quality_can_be_passed(points))
        if held:
            held._quality_put({"order_held_back": True})
        # a simple check is about all that lay in the transfer
        failed = self.backorder_id.order_quality_check_ids.filtered(
            lambda check: check.state == "failed" and not check.point_id
        ).grouped("picking_id")
        if not failed:
            return
        parts = self.filtered(lambda picking: picking.backorder_id in failed)
        parts._quality_insert_simple()
        # of what was not there nobody has seen anything
        there = self.browse().union(*parts._quality_goods())
        for check in there.order_quality_check_ids.filtered(lambda check: not check.point_id):
            origin = failed[check.picking_id.backorder_id]
            check._transition_write(
                {
                    "state": "failed",
                    "checked_by_id": origin.checked_by_id.id,
                    "checked_at": origin.checked_at,
                    "note": origin.note,
                }
            )

    def _quality_has_of(self, origin):
        """Whether goods are in this backorder of ``origin`` that failed there, and are held back or were taken out."""
        rows = origin.order_quality_check_ids.line_ids
        failed = rows._taken_out()
        if origin.order_held_back:
            failed |= rows._failing()
        return self._quality_is_to_leave(failed)

    def _quality_can_be_passed(self, points):
        """Whether there is, or will be, a check of what is still to leave with this transfer; ``points``: those in force."""
        self.ensure_one()
        own = points.filtered(lambda point: point.company_id == self.company_id)
        moves = self.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        return not own or any(point._is_about(self) and point._goods_of(moves) for point in own)

    def _quality_is_part(self, failed):
        """Whether something else than ``failed`` (move line to quantity) is still to leave with this transfer."""
        self.ensure_one()
        by_move = {}
        for line, quantity in failed.items():
            by_move[line.move_id] = by_move.get(line.move_id, 0.0) + quantity
        return any(
            move.product_id.uom_id.compare(move.product_qty, by_move.get(move, 0.0)) > 0
            for move in self.move_ids
            if move.state not in ("done", "cancel")
        )

    def _quality_hold_back(self, parts):
        """Put the goods of ``parts`` (transfer to move line to quantity) into a transfer of their own each, reserved as they lie.

        :return: the new transfers, backorders of these
        """
        whole, pieces = self.env["stock.move"], {}
        for failed in parts.values():
            by_move = {}
            for line, quantity in failed.items():
                by_move.setdefault(line.move_id, {})[line] = quantity
            for move, taken in by_move.items():
                if move.product_id.uom_id.compare(move.product_qty, sum(taken.values())) <= 0:
                    whole |= move
                else:
                    pieces[move] = taken
        parcels = self._quality_whole_parcels(parts)
        values = {move: move._quality_take_out(taken, parcels) for move, taken in pieces.items()}
        vals_list, origins = [], []
        for move in pieces:
            for vals in move._split(sum(pieces[move].values())):
                vals_list.append(vals)
                origins.append(move)
        new = self.env["stock.move"].create(vals_list)
        new.with_context(bypass_entire_pack=True)._action_confirm(merge=False, create_proc=False)
        # the transfer stays in its batch, from which core would take it as if it were validated alone
        inside = self.with_context(pickings_to_detach=self.batch_id.picking_ids.ids)
        # super: the verdicts follow once the goods lie where they belong
        backorders = super(StockPicking, inside)._create_backorder(backorder_moves=whole | new).with_env(self.env)
        new.move_line_ids.unlink()
        vals_list = [
            {**vals, "move_id": move.id, "picking_id": move.picking_id.id}
            for move, origin in zip(new, origins)
            for vals in values[origin]
        ]
        lines = self.env["stock.move.line"].create(vals_list)
        lines._quality_packed_by([vals["result_package_id"] and vals["order_packed_by_id"] for vals in vals_list])
        opened = whole.move_line_ids.filtered(
            lambda line: line.result_package_id not in parcels and line.result_package_id != line.package_id
        )
        opened.result_package_id = False
        backorders._quality_put({"order_held_back": True})
        return backorders

    def _quality_whole_parcels(self, parts):
        """The parcels all of whose goods are among ``parts``: they stay closed."""
        goods = self._quality_goods()
        parcels = self.env["stock.package"]
        for picking, failed in parts.items():
            lines = goods.get(picking, self.env["stock.move.line"])
            for parcel, inside in lines.grouped("result_package_id").items():
                if parcel and all(
                    line.product_id.uom_id.compare(failed.get(line, 0.0), line.quantity_product_uom) >= 0
                    for line in inside
                ):
                    parcels |= parcel
        return parcels

    def _quality_follow(self, first=None):
        """Let what was judged in the transfers that these are backorders of follow the goods that are here now; for ``sudo``.

        :param first: checks whose failed goods are what was moved
        :return: the checks of these transfers that took over a verdict
        """
        Check = self.env["order.quality.check"].sudo()
        origins = self.backorder_id
        checks = Check.search([("picking_id", "in", origins.ids), ("point_id", "!=", False)]) if origins else Check
        checks = checks.filtered(lambda check: check.line_ids._present().filtered("answered_at"))
        if not checks:
            return Check
        first = first or Check
        none = self.env["stock.move.line"]
        there, left = self._quality_goods(), origins._quality_goods(closed=True)
        by_origin = {backorder.backorder_id: backorder for backorder in self}
        gone = checks.filtered(
            lambda check: (
                check.point_id._goods_of(there.get(by_origin[check.picking_id], none))
                and not check.point_id._goods_of(left.get(check.picking_id, none))
            )
        )
        if gone:
            # all of their goods are there: so are they, in place of what reservation made meanwhile
            taken = {(by_origin[check.picking_id], check.point_id) for check in gone}
            present = Check.search([("picking_id", "in", self.ids), ("point_id", "in", gone.point_id.ids)])
            present.filtered(lambda check: (check.picking_id, check.point_id) in taken).unlink()
            for check in gone:
                check._transition_write({"picking_id": by_origin[check.picking_id].id})
            self.env["order.quality.draw"].sudo()._follow(gone)
        mates = {(check.picking_id, check.point_id): check for check in self._quality_checks()}
        stayed, taking, seen, apart = checks - gone, Check, {}, []
        for check in stayed:
            mate = mates.get((by_origin[check.picking_id], check.point_id), Check)
            point = check.point_id
            check._hand_over(
                mate,
                check._wanted_goods(point._goods_of(left.get(check.picking_id, none))),
                check._wanted_goods(point._goods_of(there.get(mate.picking_id, none))),
                check in first,
                seen,
                apart,
            )
            taking |= mate
        rows = self.env["order.quality.check.line"].sudo()
        for users, own in rows.union(*seen).grouped(seen.get).items():
            own.write({"answered_by_ids": [Command.link(user.id) for user in users]})
        rows.create(apart)
        (checks | taking).line_ids._empty().unlink()
        text = self.env._("As it was judged in the transfer that these goods were in.")
        taking._take_from_goods(text)
        (stayed - first)._fall_back()
        (stayed - first)._take_from_goods(text)
        return taking


class StockMove(models.Model):
    _inherit = "stock.move"

    def _quality_take_out(self, taken, parcels=None):
        """Take goods out of this move, which reserves as much less.

        :param dict taken: move line to quantity in the product's unit
        :param parcels: those that stay closed
        :return: values of move lines of the same goods, without a move
        """
        self.ensure_one()
        values = []
        for line, quantity in taken.items():
            own, unit = line.product_id.uom_id, line.product_uom_id
            part = own._compute_quantity(quantity, unit, rounding_method="HALF-UP")
            if own.compare(unit._compute_quantity(part, own, round=False), quantity):
                # one of a dozen is no number of dozens
                line.write({"product_uom_id": own.id, "quantity": line.quantity_product_uom})
                unit, part = own, quantity
            parcel = line.result_package_id
            if parcel and parcel != line.package_id and not (parcels and parcel in parcels):
                parcel = parcel.browse()
            values.append(
                {
                    "product_id": line.product_id.id,
                    "product_uom_id": unit.id,
                    "quantity": part,
                    "lot_id": line.lot_id.id,
                    "package_id": line.package_id.id,
                    "result_package_id": parcel.id,
                    "owner_id": line.owner_id.id,
                    "location_id": line.location_id.id,
                    "location_dest_id": line.location_dest_id.id,
                    # read by who makes lines of these goods; ``create`` itself takes it from nobody
                    "order_packed_by_id": line.order_packed_by_id.id,
                }
            )
            if unit.compare(part, line.quantity) >= 0:
                line.unlink()
            else:
                line.quantity -= part
        return values
