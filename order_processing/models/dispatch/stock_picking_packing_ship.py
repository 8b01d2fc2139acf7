from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.business_day import business_day
from ..common.number_words import number_words
from .sale_order_papers import REPORTS

PROCESSOR = "order_processing.group_processor"
CLOSED = ("done", "cancel")
NAMED = 10
# what goes with the parcel
PAPERS = ("slip", "label", "return_label")


class StockPicking(models.Model):
    """The packing table: parcels, the checks that the count answers, and the transfer that leaves."""

    _inherit = "stock.picking"

    def packing_complete(self):
        """All is counted: the checks that wait to be scanned pass by what was counted here.

        Checks that want another person than who packs stay open, and so do those of goods of which not each piece was scanned.

        :return: as of ``packing_state``
        :raises AccessError: who may not handle transfers, or not this one
        :raises UserError: names what is not counted, or too often
        """
        self._packing_begin()
        self.sudo()._packing_check()
        self._packing_check_counted()
        self._packing_prove()
        return self.packing_state()

    def packing_parcel(self):
        """Put what is counted and in no parcel yet into a new one, by core's own button.

        :return: ``{parcel, state, action}``: its name, and what ``packing_state`` says then; where core asks something first
            (the kind of the package), or prints a label by itself, ``action`` is what the client does next
        :raises AccessError: who may not handle transfers, or not this one
        :raises UserError: nothing counted is left to be packed
        """
        self._packing_begin()
        self.sudo()._packing_check()
        self._packing_lock()
        lines = self._packing_split_loose()
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing that is counted in %s is without a parcel: scan what goes into the next one.", self.name
                )
            )
        found = lines.with_context(force_move_lines=True).action_put_in_pack()
        parcel = lines.exists().result_package_id[:1]
        if parcel:
            parcel._give_sscc(self.company_id)
        return {
            "parcel": parcel.name or "",
            "state": self.packing_state(),
            "action": found if isinstance(found, dict) else False,
        }

    def packing_ship(self, pickup=True, rest=False):
        """Validate this transfer with what was counted, and put it on the day's pickup; what is not reserved becomes a backorder.

        The second call does nothing, and answers as the first.

        :param bool pickup: put it on a pickup (processors)
        :param bool rest: what is reserved and not counted becomes a backorder, too
        :return: ``{id, name, parcels, pickup, papers, backorder, action}``: names; ``papers`` are the kinds that the company wants;
            ``action`` is what core wants the client to do, or False
        :raises AccessError: who may not handle transfers, or not this one
        :raises UserError: names what is not counted, the checks that have not passed, what is held, and whatever else keeps it
            from leaving
        """
        self._packing_begin()
        self._packing_lock()
        if self.state == "done":
            return self._packing_shipped()
        picking = self.sudo()
        picking._packing_check()
        if rest:
            self._packing_leave_rest()
        self._packing_check_counted()
        self._packing_prove()
        moves = self.move_ids.filtered(lambda move: move.quantity and move.state not in CLOSED and not move.picked)
        (moves - moves._order_held_here()).picked = True
        done = self.with_context(
            skip_backorder=True, skip_sms=True, button_validate_picking_ids=self.ids
        ).button_validate()
        self._dispatch_proven()
        leaves = self.picking_type_code == "outgoing" and not self.order_pickup_id
        if pickup and leaves and self.env["order.transition.mixin"]._has_order_group(PROCESSOR):
            self.env["order.pickup"]._gather(self, business_day(self.company_id))
        return {**self._packing_shipped(), "action": done if isinstance(done, dict) else False}

    def packing_papers(self):
        """Print what goes with this transfer: the papers that the company wants, or the packing slip; again, they are copies.

        :return: actions of the client, one for each paper
        :raises AccessError: who may not handle transfers, or not this one
        :raises UserError: it has not left yet: no label before its check
        """
        self._packing_begin()
        if self.state != "done":
            raise UserError(self.env._("%s has not left yet: its papers are printed then.", self.name))
        kinds = self._packing_shipped()["papers"] or PAPERS[:1]
        return [self.env.ref(REPORTS[kind]).report_action(self, config=False) for kind in kinds]

    # ------------------------------------------------------------------ what is counted

    def _packing_lock(self):
        """Two who pack or ship the same transfer do so one after the other."""
        self.flush_recordset()
        self.env.cr.execute(SQL("SELECT id FROM stock_picking WHERE id = %s FOR NO KEY UPDATE", self.id))
        self.invalidate_recordset(["state"], flush=False)

    def _packing_check_counted(self):
        """:raises UserError: names what of this transfer is not counted, or more often than it lies there"""
        picking = self.sudo()
        lines = picking._quality_goods().get(picking, self.env["stock.move.line"].sudo())
        rows = picking._packing_rows(lines).values()
        Product = self.env["product.product"].sudo()
        wrong = [row for row in rows if Product.browse(row["product_id"]).uom_id.compare(row["wanted"], row["counted"])]
        if not wrong:
            return
        words = [
            self.env._(
                "- %(goods)s: %(counted)s of %(wanted)s %(unit)s",
                goods=", ".join(filter(None, (row["product"], row["lot"], row["parcel"]))),
                counted=number_words(self.env, row["counted"]),
                wanted=number_words(self.env, row["wanted"]),
                unit=row["unit"],
            )
            for row in wrong[:NAMED]
        ]
        if len(wrong) > NAMED:
            words.append(self.env._("- %s more", len(wrong) - NAMED))
        raise UserError("\n".join([self.env._("Not all of %s is counted as it lies there:", self.name), *words]))

    def _packing_prove(self):
        """Let the checks that wait to be scanned pass by what is counted, with who counted it, where the user may pass checks."""
        if not self.env["order.transition.mixin"]._has_order_group(PROCESSOR):
            return
        picking = self.sudo()
        checks = picking.order_quality_check_ids.filtered(
            lambda check: check.state == "to_check" and check._packing_how() == "scan"
        )
        if not checks:
            return
        checks._renew_goods(picking._quality_goods())
        counts = picking._packing_counts().grouped(lambda count: (count.product_id, count.lot_id))
        held = picking.move_ids._order_held_here().sale_line_id
        for check in checks:
            answered = {}
            # each point has its own rows of the same goods
            left = {key: sum(own.mapped("quantity")) for key, own in counts.items() if not any(own.mapped("unscanned"))}
            for row in check.line_ids._present()._open():
                key = (row.product_id, row.lot_id)
                taken = min(left.get(key, 0.0), row._left())
                if row.order_line_id in held or row._compare(taken) <= 0:
                    continue
                left[key] -= taken
                last = counts[key].sorted("write_date")[-1]
                row.write(
                    {
                        "passed_qty": row.passed_qty + taken,
                        "answered_by_id": last.write_uid.id,
                        "answered_at": last.write_date,
                    }
                )
                users = tuple(counts[key].user_ids.ids)
                answered[users] = answered.get(users, row.browse()) | row
            for users, rows in answered.items():
                rows.answered_by_ids = self.env["res.users"].browse(users)
        checks.sudo(False)._answer_end("")

    def _packing_leave_rest(self):
        """Take what is not counted off the reserved goods of this transfer.

        :raises UserError: nothing is counted, or it ships complete
        """
        left = {count._packing_key(): count.quantity for count in self.sudo()._packing_counts()}
        if not left:
            raise UserError(self.env._("Nothing of %s is counted: there is nothing to ship.", self.name))
        lines = self.sudo()._quality_goods().get(self, self.env["stock.move.line"])
        held = lines.move_id._order_held_here()
        less = {}
        # what is packed was counted before what is not
        for line in lines.sorted(lambda line: (not line.result_package_id, line.id)):
            if line.move_id in held:
                continue
            key = line._packing_key()
            taken = min(left.get(key, 0.0), line.quantity_product_uom)
            left[key] = left.get(key, 0.0) - taken
            if line.product_id.uom_id.compare(taken, line.quantity_product_uom) < 0:
                less[line.sudo(False)] = taken
        if less and self.move_type == "one":
            raise UserError(self.env._("%s ships complete: count the rest, or change that on the order.", self.name))
        for line, taken in less.items():
            unit = line.product_id.uom_id
            line.quantity = unit._compute_quantity(taken, line.product_uom_id, rounding_method="HALF-UP")
        self.env["stock.move.line"].union(*(line for line, taken in less.items() if not taken)).unlink()

    def _packing_loose(self):
        """What is counted and in no parcel yet: move line to quantity in the product's unit; for ``sudo``."""
        left = {count._packing_key(): count.quantity for count in self._packing_counts()}
        if not left:
            return {}
        lines = self._quality_goods().get(self, self.env["stock.move.line"])
        held = lines.move_id._order_held_here()
        loose = {}
        # what is packed was counted before what is not
        for line in lines.sorted(lambda line: (not line.result_package_id, line.id)):
            key = line._packing_key()
            taken = min(left.get(key, 0.0), line.quantity_product_uom)
            if line.move_id in held or line.product_id.uom_id.compare(taken, 0.0) <= 0:
                continue
            left[key] -= taken
            if not line.result_package_id:
                loose[line] = taken
        return loose

    def _packing_split_loose(self):
        """The move lines of what is counted and in no parcel yet: of a line that is counted in part, the part.

        Goods stay reserved as they lie.
        """
        parts = self.sudo()._packing_loose()
        for line, taken in parts.items():
            unit = line.product_id.uom_id
            if unit.compare(taken, line.quantity_product_uom) < 0:
                part = unit._compute_quantity(taken, line.product_uom_id, rounding_method="HALF-UP")
                rest = line.quantity - part
                line.sudo(False).quantity = part
                line.sudo(False).copy({"quantity": rest})
        return self.env["stock.move.line"].union(*(line.sudo(False) for line in parts))

    # ------------------------------------------------------------------ what has left

    def _packing_shipped(self):
        """See ``packing_ship``."""
        self.ensure_one()
        order = self.sudo().sale_id
        wanted = order._paper_kinds(None)
        leaves = self.picking_type_code == "outgoing"
        return {
            "id": self.id,
            "name": self.name,
            "parcels": self.move_line_ids.result_package_id.mapped("name"),
            "pickup": self.sudo().order_pickup_id.name or "",
            "papers": [kind for kind in PAPERS if kind in wanted] if leaves else [],
            "backorder": ", ".join(
                self.sudo().backorder_ids.filtered(lambda one: one.state not in CLOSED).mapped("name")
            ),
            "action": False,
        }


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _packing_key(self):
        """The key of the count that these goods belong to (``order.packing.count._packing_key``)."""
        self.ensure_one()
        return (self.product_id.id, self.lot_id.id or 0, self.package_id.id or 0)
