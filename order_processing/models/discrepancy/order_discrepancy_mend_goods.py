from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.number_words import number_words

# which way the goods that are fetched back went
BACK_IN = "in"
OUT = "out"
OTHER = "other"
WAYS = {"over_returned": BACK_IN, "wrong_product": OTHER}


class OrderDiscrepancyMendGoods(models.Model):
    """Acts that make transfers or close lines; nothing is validated, the goods leave and arrive as always."""

    _inherit = "order.discrepancy"

    # ------------------------------------------------------------------ deliver

    def _mend_by_backorder(self, wishes):
        """Procure exactly what is missing of the lines by core's rules, as core's confirmation does."""
        wanted = self._mend_wanted("backorder")
        lines = self.env["sale.order.line"].union(*wanted)
        # a changed order may have added to a move that is open: what grew is shown too
        before = {move.id: move.product_uom_qty for move in lines.move_ids}
        procurements, now = [], fields.Datetime.now()
        for line, quantity in wanted.items():
            line = line.with_company(line.company_id)
            if not line.order_id.stock_reference_ids:
                self.env["stock.reference"].create(line._prepare_reference_vals())
            values = line._prepare_procurement_values()
            # what was agreed is past by now; nothing is planned on a day that may be locked
            values["date_planned"] = max(values["date_planned"], now)
            quantity, unit = line.product_uom_id._adjust_uom_quantities(quantity, line.product_id.uom_id)
            procurements += line._create_procurements(quantity, unit, values)
        self.env["stock.rule"].run(procurements)
        lines.invalidate_recordset(["move_ids"])
        moves = lines.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel") and before.get(move.id) != move.product_uom_qty
        )
        open_transfers = moves.picking_id.filtered(lambda transfer: transfer.state == "draft")
        open_transfers.action_confirm()
        return {"documents": [moves.picking_id], "read": moves}

    def _mend_by_replace(self, wishes):
        """Send what settled return cases promised again and no transfer brings, by the hook of the returns room."""
        wanted = self._mend_wanted("replace")
        owed = self.env["order.return.line"].search(
            [
                ("order_line_id", "in", self.line_id.ids),
                ("settlement", "in", ("replacement", "repair")),
                ("return_id.state", "in", ("settled", "closed")),
            ],
            order="id desc",
        )
        moves = self.env["stock.move"]
        for line, quantity in wanted.items():
            for row in owed.filtered(lambda row, line=line: row.order_line_id == line):
                missing = min(quantity, row.quantity - row._sum_moves(row._sent_again()))
                if row.uom_id.compare(missing, 0) <= 0:
                    continue
                before = row._sent_again()
                self.env["order.return"]._send_again(row, {row: missing})
                row.invalidate_recordset(["stock_move_ids"])
                moves |= row._sent_again() - before
                quantity -= missing
        if not moves:
            raise UserError(self.env._("No settled return case owes a replacement for %s.", self._mend_names()))
        return {"documents": [moves.picking_id], "read": moves}

    # ------------------------------------------------------------------ fetch back

    def _mend_by_return(self, wishes):
        """Core's return of the latest transfers that moved the goods, of exactly what is too much."""
        wanted = self._mend_wanted("return", key=lambda record: (record.line_id, WAYS.get(record.kind, OUT)))
        plan, missing = {}, []
        for line, way, product, quantity, unit in self._mend_parts(wanted):
            for move, left in self._mend_returnable(line, way, product, unit):
                taken = min(quantity, left)
                if unit.compare(taken, 0) > 0:
                    plan.setdefault(move.picking_id, []).append((move, taken, unit))
                    quantity -= taken
            if unit.compare(quantity, 0) > 0:
                missing.append(
                    self.env._(
                        "%(order)s, %(product)s: no transfer is left to take %(quantity)s %(unit)s back from.",
                        order=line.order_id.name,
                        product=product.display_name if product else (line.name or "").split("\n")[0],
                        quantity=number_words(self.env, quantity),
                        unit=unit.name,
                    )
                )
        if missing:
            raise UserError("\n".join([*missing, self.env._("Make the return from the transfer by hand.")]))
        wizards = self.env["stock.return.picking"].create(
            [
                {
                    "picking_id": transfer.id,
                    "product_return_moves": [Command.create(self._prepare_mend_return_vals(*taken)) for taken in rows],
                }
                for transfer, rows in plan.items()
            ]
        )
        transfers = self.env["stock.picking"]
        for wizard in wizards:
            transfers |= wizard._create_return()
        return {"documents": [transfers], "read": transfers.move_ids}

    def _prepare_mend_return_vals(self, move, quantity, unit):
        """Values of core's return line, called by ``_mend_by_return``; what came back too much goes out as it came in."""
        outgoing = move.location_dest_id.usage == "customer"
        return {
            "product_id": move.product_id.id,
            "move_id": move.id,
            "quantity": unit._compute_quantity(quantity, move.product_uom),
            "to_refund": True if outgoing else move.to_refund,
        }

    def _mend_parts(self, wanted):
        """What ``wanted`` means in goods: ``[(line, way, product of a component or none, quantity, its unit)]``.

        Of a kit each component comes back in the proportion in which it is at the customer's, whatever the recipe says now.
        """
        kits = {line_id for line_id, row in self._mend_figures().items() if row["is_kit"]}
        rows = []
        for (line, way), quantity in wanted.items():
            if line.id not in kits:
                rows.append((line, way, self.env["product.product"], quantity, line.product_uom_id))
                continue
            done = line.move_ids.filtered(
                lambda move, line=line: move.state == "done" and move.product_id != line.product_id
            )
            for product, moves in done.grouped("product_id").items():
                held = 0.0
                for move in moves:
                    sign = (move.location_dest_id.usage == "customer") - (move.location_id.usage == "customer")
                    held += sign * move.product_uom._compute_quantity(move.quantity, product.uom_id, round=False)
                part = product.uom_id.round(held * quantity / line.qty_delivered) if line.qty_delivered else 0.0
                if product.uom_id.compare(part, 0) > 0:
                    rows.append((line, way, product, part, product.uom_id))
        return rows

    def _mend_returnable(self, line, way, product, unit):
        """``[(move, quantity in unit that is not yet taken back)]`` of done moves of ``line``, the latest first; ``product``:
        of this component of a kit."""
        rows = []
        done = line.move_ids.filtered(lambda move: move.state == "done" and move.picking_id)
        for move in done.sorted(lambda move: (move.date, move.id), reverse=True):
            leaves = move.location_dest_id.usage == "customer"
            comes = move.location_id.usage == "customer"
            if leaves == comes or leaves == (way == BACK_IN):
                continue
            if move.product_id != product if product else (move.product_id == line.product_id) == (way == OTHER):
                continue
            left = move.quantity - sum(
                back.product_uom._compute_quantity(
                    back.quantity if back.state == "done" else back.product_uom_qty, move.product_uom, round=False
                )
                for back in move.returned_move_ids
                if back.state != "cancel"
            )
            rows.append((move, move.product_uom._compute_quantity(left, unit, round=False)))
        return rows

    # ------------------------------------------------------------------ close

    def _mend_by_close_short(self, wishes):
        """Close the lines short by the availability room, for the reason given."""
        lines = self.line_id
        if not wishes["reason_code"]:
            raise UserError(self.env._("Choose the reason why it is not delivered any more."))
        before = {line.id: (line.product_uom_qty, line.order_id.amount_total) for line in lines}
        answers = lines.action_close_short(wishes["reason_code"], note=wishes["note"])
        rows = []
        for order, own in lines.grouped("order_id").items():
            rows.append(
                self._mend_row(
                    self.env._("%s: what is ordered then", order.name),
                    heading=True,
                    amount=order.amount_total,
                    currency_id=order.currency_id.id,
                )
            )
            closed = {answer["line_id"]: answer["closed"] for answer in answers}
            for line in own:
                rows.append(
                    self._mend_row(
                        self.env._(
                            "%(product)s: %(closed)s of %(before)s closed",
                            product=(line.name or "").split("\n")[0],
                            closed=number_words(self.env, closed[line.id]),
                            before=number_words(self.env, before[line.id][0]),
                        ),
                        quantity=line.product_uom_qty,
                        unit=line.product_uom_id.name,
                        price=line.price_unit,
                        discount=line.discount,
                        taxes=", ".join(line.tax_ids.mapped("name")),
                        amount=line.price_total,
                        currency_id=line.currency_id.id,
                    )
                )
        return {"documents": [lines.order_id], "rows": rows}
