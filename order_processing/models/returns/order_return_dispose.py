from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .order_return_linked import working


class OrderReturnLine(models.Model):
    """Where goods that came back go: each way is one of core's own stock operations, worked as a set."""

    _inherit = "order.return.line"

    @working
    def _dispose(self):
        """Bring the goods of these lines from where they lie to where their disposition says.

        One transfer per kind and warehouse for the set: internal ones are done at once, what goes back to a vendor is
        prepared and leaves by the desk's usual dispatch; scrap is core's scrap, lot by lot.

        :raises UserError: names products that go back to a vendor and have none
        """
        lines = self.filtered(lambda line: line.place_id and not line.uom_id.is_zero(line.quantity))
        scrapped = lines.filtered(lambda line: line.disposition in ("scrap", "not_arrived"))
        sent = lines.filtered(lambda line: line.disposition == "vendor")
        inside = lines.filtered(lambda line: line.disposition in ("restock", "quarantine", "repair"))
        targets = {line: line._target_place() for line in inside}
        moving = inside.filtered(lambda line: targets[line] != line.place_id)
        pieces = (scrapped | sent | moving)._pieces()
        scrapped._scrap(pieces)
        moving._move_inside(targets, pieces)
        sent._send_to_vendor(pieces)

    def _target_place(self):
        """Where goods of this line shall lie: ``restock``: where core put them, else the warehouse's stock."""
        self.ensure_one()
        company = self.company_id
        if self.disposition == "quarantine":
            return company._order_quarantine_location()
        if self.disposition == "repair":
            return company._order_repair_location()
        if self.place_id not in company._order_return_places():
            return self.place_id
        return self._return_warehouse().lot_stock_id

    def _return_warehouse(self):
        """The warehouse that these goods left from; where they left from none, that of the order."""
        self.ensure_one()
        return (
            self.move_id.picking_type_id.warehouse_id
            or self.order_id.warehouse_id
            or self.env["stock.warehouse"].search([("company_id", "=", self.company_id.id)], limit=1)
        )

    def _pieces(self):
        """By which lots and packages the goods of each line lie: ``{line: [values of a move line]}``, quantity in its unit.

        Read from the moves that brought them to where they lie: a line's own latest first, then those of the line that it
        was split from.
        """
        if not self:
            return {}
        origins = self | self.split_from_id
        items = self.env["stock.move.line"].search(
            [("move_id.order_return_line_id", "in", origins.ids), ("state", "=", "done")], order="id desc"
        )
        left = {item: item.quantity for item in items}
        pieces = {line: [] for line in self}
        # who names lots is served before who takes what is left
        for line, product, counted, rest in self.sorted(lambda line: not (line.lots or line.lot_id))._goods():
            found, wanted = pieces[line], line._wanted_lots(product)
            own = items.filtered(lambda item, line=line: item.move_id.order_return_line_id == line)
            shared = items.filtered(lambda item, line=line: item.move_id.order_return_line_id == line.split_from_id)
            for item in [*own, *shared]:
                if item.location_dest_id != line.place_id or item.product_id != product:
                    continue
                unit = item.product_uom_id
                taken = min(unit._compute_quantity(left[item], counted, round=False), rest)
                if wanted:
                    taken = min(
                        taken, product.uom_id._compute_quantity(wanted.get(item.lot_id, 0.0), counted, round=False)
                    )
                if counted.compare(taken, 0.0) <= 0:
                    continue
                quantity = counted._compute_quantity(taken, unit)
                left[item] -= quantity
                rest -= taken
                if wanted:
                    wanted[item.lot_id] -= counted._compute_quantity(taken, product.uom_id, round=False)
                found.append(
                    {
                        "product_id": product.id,
                        "product_uom_id": unit.id,
                        "quantity": quantity,
                        "lot_id": item.lot_id.id,
                        "package_id": item.result_package_id.id,
                        "owner_id": item.owner_id.id,
                        "location_id": line.place_id.id,
                    }
                )
            if wanted and counted.compare(rest, 0.0) > 0:
                line._check_taken(product, wanted, rest)
        return pieces

    def _scrap(self, pieces):
        """Core's scrap of these lines from where they lie."""
        values = []
        for line in self:
            receipt = line.return_id.transfer_ids.filtered("return_id")[-1:]
            for piece in pieces[line]:
                vals = {key: value for key, value in piece.items() if key != "quantity"}
                values.append(
                    {
                        **vals,
                        "scrap_qty": piece["quantity"],
                        "company_id": line.company_id.id,
                        "picking_id": receipt.id,
                        "location_id": piece["location_id"],
                        "origin": line.return_id.name,
                    }
                )
        scraps = self.env["stock.scrap"].create(values)
        if self.env["sale.order.line"]._order_has_kits():
            # mrp's count of what was scrapped takes several at once for one each
            for scrap in scraps:
                scrap.do_scrap()
                scrap.mapped("scrap_qty")
        elif scraps:
            scraps.do_scrap()
        for line in self:
            line._set({"place_id": False})

    @working
    def _move_inside(self, targets, pieces):
        """Internal transfers, done: one per kind, warehouse and pair of places."""
        if not self:
            return
        groups = defaultdict(lambda: self.browse())
        for line in self:
            groups[line.disposition, line._return_warehouse(), line.place_id, targets[line]] |= line
        transfers = self.env["stock.picking"].create(
            [
                self._prepare_transfer_vals(warehouse.int_type_id, place, target, lines._goods())
                for (_kind, warehouse, place, target), lines in groups.items()
            ]
        )
        transfers._fill_pieces(pieces)
        transfers.move_ids.picked = True
        transfers._action_done()
        for line in self:
            line._set({"place_id": targets[line].id})

    def _send_to_vendor(self, pieces):
        """Transfers back to the vendors, confirmed and reserved; the goods lie where they lie until one leaves."""
        if not self:
            return
        groups, without = defaultdict(list), self.env["product.product"]
        for goods in self._goods():
            line, product = goods[:2]
            sellers = product.seller_ids.filtered(
                lambda seller, line=line: not seller.company_id or seller.company_id == line.company_id
            )
            if not sellers:
                without |= product
            groups[line._return_warehouse(), sellers[:1].partner_id, line.place_id].append(goods)
        if without:
            raise UserError(
                self.env._(
                    "%s have no vendor to go back to: enter one on the product, or choose another way for them.",
                    ", ".join(without.mapped("display_name")),
                )
            )
        values = []
        for (warehouse, vendor, place), goods in groups.items():
            kind = warehouse.in_type_id.return_picking_type_id or warehouse.out_type_id
            target = vendor.with_company(warehouse.company_id).property_stock_supplier
            values.append({**self._prepare_transfer_vals(kind, place, target, goods), "partner_id": vendor.id})
        transfers = self.env["stock.picking"].create(values)
        transfers._fill_pieces(pieces)

    @api.model
    def _prepare_transfer_vals(self, kind, place, target, goods):
        """Values of one transfer of ``goods`` (of ``_goods``), called by ``_move_inside`` and ``_send_to_vendor``."""
        cases = self.union(*(row[0] for row in goods)).return_id
        return {
            "picking_type_id": kind.id,
            "location_id": place.id,
            "location_dest_id": target.id,
            "company_id": cases.company_id.id,
            "origin": ", ".join(cases.mapped("name")),
            "order_return_id": cases.id if len(cases) == 1 else False,
            "move_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom": unit.id,
                        "product_uom_qty": quantity,
                        "location_id": place.id,
                        "location_dest_id": target.id,
                        "company_id": cases.company_id.id,
                        "order_return_line_id": line.id,
                    }
                )
                for line, product, unit, quantity in goods
            ],
        }


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _fill_pieces(self, pieces):
        """Confirm transfers of return lines and reserve the very lots that came back; ``pieces`` of ``_pieces``."""
        self.move_ids._action_confirm(merge=False)
        rest = {line: [dict(piece) for piece in own] for line, own in pieces.items()}
        for move in self.move_ids:
            move.move_line_ids.unlink()
            move.move_line_ids = [
                Command.create(
                    {**piece, "picking_id": move.picking_id.id, "location_dest_id": move.location_dest_id.id}
                )
                for piece in move._take_pieces(rest[move.order_return_line_id])
            ]


class StockMove(models.Model):
    _inherit = "stock.move"

    def _take_pieces(self, pieces):
        """What of ``pieces`` (values of move lines, which it is taken off) this move is to bring: a part may stand twice in a
        kit, and so in its transfer."""
        self.ensure_one()
        open_qty, found = self.product_uom_qty, []
        for piece in pieces:
            unit = self.env["uom.uom"].browse(piece["product_uom_id"])
            quantity = min(piece["quantity"], self.product_uom._compute_quantity(open_qty, unit))
            if piece["product_id"] != self.product_id.id or unit.compare(quantity, 0.0) <= 0:
                continue
            piece["quantity"] -= quantity
            open_qty -= unit._compute_quantity(quantity, self.product_uom)
            found.append({**piece, "quantity": quantity})
        return found
