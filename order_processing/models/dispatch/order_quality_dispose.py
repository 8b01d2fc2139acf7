from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.number_words import number_words


class OrderQualityCheck(models.Model):
    """Where failed goods go: into quarantine, into scrap, or back in exchange for others. (Or they leave: ``action_concede``.)"""

    _inherit = "order.quality.check"

    def action_quarantine(self, reason=""):
        """Move the failed goods of these checks to the company's quarantine; their transfers wait for other goods.

        :param str reason: a note
        :return: names of the transfers that moved them
        :raises AccessError: no processor, or of another company
        :raises UserError: a check that has not failed, or whose transfer is done or cancelled
        """
        return self._dispose("quarantine", reason)

    def action_scrap(self, reason=""):
        """Scrap the failed goods of these checks by core's scrap; their transfers wait for other goods.

        As ``action_quarantine``.

        :return: names of the scrap orders
        """
        return self._dispose("scrap", reason)

    def action_replace(self, reason=""):
        """Move the failed goods of these checks to the company's quarantine and reserve as much from the stock in their place.

        What is reserved then is to be checked. In a delivery of several steps as much is to be picked again: its transfers are
        made and reserved, and the checked one waits for them. As ``action_quarantine``.

        :raises UserError: also where the stock has not enough; nothing is moved then
        """
        return self._dispose("replace", reason)

    def _dispose(self, way, reason):
        """Take failed goods out of their transfers, ``way`` is a ``disposition``; names of the documents that did it."""
        self._dispose_begin()
        checks, reason = self.sudo(), reason.strip() if isinstance(reason, str) else ""
        goods = checks.picking_id._quality_goods()
        parts = {}
        for own in checks.grouped("picking_id").values():
            for line, quantity in own._failed_goods(goods).items():
                parts.setdefault(line.move_id, {})[line] = quantity
        moves = self.env["stock.move"].sudo().union(*parts)
        if not moves:
            raise UserError(
                self.env._("%s: nothing of it lies in the transfer any more.", ", ".join(checks.mapped("display_name")))
            )
        before = {move: move.quantity for move in moves}
        pieces = {move: move._quality_take_out(taken) for move, taken in parts.items()}
        documents = self._dispose_scrap(pieces) if way == "scrap" else self._dispose_aside(pieces)
        names = {picking: ", ".join(found.mapped("name")) for picking, found in documents.items()}
        checks._dispose_rows(way, names)
        labels = dict(self.env["order.quality.check.line"]._fields["disposition"]._description_selection(self.env))
        for picking, own in checks.grouped("picking_id").items():
            text = f"{labels[way]}: {names.get(picking, '')}"
            own._renew(f"{text}. {reason}" if reason else text)
        if way == "replace":
            moves._action_assign()
            moves._quality_replaced(before, moves._quality_fetch(before))
        checks.picking_id._quality_checks()
        return [name for name in names.values() if name]

    def _dispose_begin(self):
        """Lock these checks; refuse who may not, and what has not failed."""
        self._transition_check_rights(self._transition_declared("fail"))
        self._transition_lock()
        self._check_transfers_open()
        other = self.filtered(lambda check: check.state != "failed")
        if other:
            raise UserError(
                "\n".join(
                    self.env._("%s has not failed: there is nothing to take out of its transfer.", check.display_name)
                    for check in other
                )
            )

    def _dispose_rows(self, way, names):
        """The failed part of each row stays as evidence, with where it went; what is good of it goes on."""
        parts = []
        for row in self.line_ids._present()._failing():
            good = row.quantity - row.failed_qty
            values = {"disposition": way, "document_name": names.get(row.check_id.picking_id, "")}
            if row._compare(good) > 0:
                parts.append(row._apart(row.failed_qty, **values))
                row.write({"quantity": good, "failed_qty": 0.0})
            else:
                row.write(values)
        self.env["order.quality.check.line"].create(parts)

    def _dispose_aside(self, pieces):
        """Done internal transfers of ``pieces`` (move to values of move lines) to quarantine: ``{transfer they left: transfer}``."""
        groups = {}
        for move, values in pieces.items():
            for vals in values:
                groups.setdefault((move.picking_id, vals["location_id"]), []).append(vals)
        Picking = self.env["stock.picking"].sudo()
        vals_list = []
        for (picking, location_id), values in groups.items():
            place = picking.company_id._order_quarantine_location()
            vals_list.append(self._prepare_quarantine_vals(picking, location_id, place, values))
        transfers = Picking.create(vals_list)
        transfers.move_ids._action_confirm(merge=False)
        transfers.move_line_ids.unlink()
        lines, found = [], {}
        for transfer, ((picking, _location), values) in zip(transfers, groups.items()):
            found[picking] = found.get(picking, Picking) | transfer
            for move, vals in zip(transfer.move_ids, values):
                lines.append(
                    {
                        **vals,
                        "move_id": move.id,
                        "picking_id": transfer.id,
                        "location_dest_id": transfer.location_dest_id.id,
                        "result_package_id": False,
                    }
                )
        self.env["stock.move.line"].sudo().create(lines)
        transfers.move_ids.picked = True
        transfers._action_done()
        return found

    def _prepare_quarantine_vals(self, picking, location_id, place, values):
        """Values of the transfer that moves failed goods of ``picking`` aside, called by ``_dispose_aside``."""
        return {
            "picking_type_id": picking.picking_type_id.warehouse_id.int_type_id.id or picking.picking_type_id.id,
            "location_id": location_id,
            "location_dest_id": place.id,
            "company_id": picking.company_id.id,
            "origin": picking.name,
            "move_ids": [
                Command.create(
                    {
                        "product_id": vals["product_id"],
                        "product_uom": vals["product_uom_id"],
                        "product_uom_qty": vals["quantity"],
                        "location_id": location_id,
                        "location_dest_id": place.id,
                        "company_id": picking.company_id.id,
                        "origin": picking.name,
                    }
                )
                for vals in values
            ],
        }

    def _dispose_scrap(self, pieces):
        """Core's scrap of ``pieces``: ``{transfer they left: scrap orders}``."""
        vals_list, pickings = [], []
        for move, values in pieces.items():
            for vals in values:
                pickings.append(move.picking_id)
                vals_list.append(
                    {
                        "product_id": vals["product_id"],
                        "product_uom_id": vals["product_uom_id"],
                        "scrap_qty": vals["quantity"],
                        "lot_id": vals["lot_id"],
                        "package_id": vals["package_id"],
                        "owner_id": vals["owner_id"],
                        "location_id": vals["location_id"],
                        "company_id": move.company_id.id,
                        "origin": move.picking_id.name,
                    }
                )
        scraps = self.env["stock.scrap"].sudo().create(vals_list)
        scraps.do_scrap()
        found = {}
        for picking, scrap in zip(pickings, scraps):
            found[picking] = found.get(picking, scrap.browse()) | scrap
        return found


class StockMove(models.Model):
    _inherit = "stock.move"

    def _quality_replaced(self, before, fetched):
        """Raise unless these moves, or the first steps that fetch for them (``fetched``), reserve as much as ``before``.

        :param dict before: move to the quantity that it had before its failed goods were taken out
        :param dict fetched: move to the first of its new steps
        """
        missing = []
        for move in self:
            short = before[move] - move.quantity
            if first := fetched.get(move):
                short = first.product_uom._compute_quantity(
                    first.product_uom_qty - first.quantity, move.product_uom, round=False
                )
            if move.product_uom.compare(short, 0.0) > 0:
                missing.append(
                    self.env._(
                        "%(transfer)s: %(short)s %(unit)s of %(product)s are not in stock.",
                        transfer=move.picking_id.name,
                        short=number_words(self.env, short),
                        unit=move.product_uom.name,
                        product=move.product_id.display_name,
                    )
                )
        if missing:
            raise UserError(
                "\n".join(
                    [
                        *missing,
                        self.env._("Move the failed goods to quarantine or scrap them, and promise the rest anew."),
                    ]
                )
            )
