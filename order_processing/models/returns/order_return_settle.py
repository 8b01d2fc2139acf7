from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from .order_return_linked import working
from .settlements import AGAIN, MONEY


class OrderReturnSettle(models.Model):
    _inherit = "order.return"

    def _settle(self):
        """Settle received cases as one set: order quantities closed, money given, goods sent again, the book told."""
        # what did not come is not settled
        lines = self.line_ids.filtered(lambda line: not line.uom_id.is_zero(line.quantity))
        lines._check_settlement()
        money = lines.filtered(lambda line: line.settlement in MONEY)
        given = money.filtered("credited_qty")
        money._close_short()
        self._credit(money)
        if given:
            self._settle_fees(given)
        # what is read of one is read of all
        lines._family().stock_move_ids.location_dest_id.mapped("usage")
        # what a policy ended is sent no more, and a case that is settled a second time has sent its goods
        unsent = lines.filtered(lambda line: not line.advance_outcome and not line._family()._is_sent())
        self._send_again(unsent.filtered(lambda line: line.settlement in AGAIN))
        self._exchange(unsent.filtered(lambda line: line.settlement == "exchange"))
        waiting = self._wait_for_posting()
        lines.filtered(lambda line: line.return_id not in waiting)._book_settled()

    def _wait_for_posting(self):
        """Cases whose credit note stands as a draft for the accountants are settled once it is posted."""
        waiting = self.filtered(lambda case: any(move.state == "draft" for move in case.credit_ids))
        why = self.env._("The credit note waits to be posted")
        waiting._unsettle(why)
        return waiting

    @working
    def _send_again(self, lines, quantities=None):
        """Outgoing transfers for the same product again, straight from stock and reserved where stock covers them; what was
        repaired leaves from where it was repaired, by the very lots that came back. A kit leaves by its parts.

        Their moves are returns of the returned ones without ``to_refund``, as core's own exchange of a receipt makes them:
        delivered and invoiced quantities of the order stay what they are. They leave by the desk's usual dispatch.

        :param dict quantities: line to how much of it, in its unit; without: all of each
        """
        groups = {}
        for line in lines:
            repaired = line.place_id if line.settlement == "repair" else line.place_id.browse()
            key = (line.return_id, line.move_id.picking_id, repaired)
            groups.setdefault(key, self.env["order.return.line"])
            groups[key] |= line
        again = lines._leaving_again(quantities or {})
        pieces = lines.filtered(lambda line: line.settlement == "repair")._pieces()
        for (case, original, repaired), items in groups.items():
            stock = repaired or original.picking_type_id.warehouse_id.lot_stock_id
            if original.picking_type_code != "outgoing" or not stock:
                raise UserError(items[:1]._not_from_warehouse())
            transfer = original.copy(
                {
                    "move_ids": [],
                    "return_id": False,
                    "backorder_id": False,
                    "origin": case.name,
                    "location_id": stock.id,
                    "order_return_id": case.id,
                }
            )
            for line in items:
                for sent, origin, quantity in again[line]:
                    sent.copy(line._prepare_again_vals(transfer, origin, quantity))
            if repaired:
                transfer._fill_pieces(pieces)
                continue
            transfer.action_confirm()
            transfer.action_assign()


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    def _book_settled(self):
        """Enter into the day book that these lines are settled."""
        self.env["order.event"]._record(
            [line._book_row("settled", line.quantity, line.credited_amount) for line in self]
        )

    def _leaving_again(self, quantities):
        """What leaves with these lines again: ``{line: [(delivered move like it, move that it is the return of, quantity in the
        move's unit)]}``; in advance it is the return of the delivered one.

        :param dict quantities: as of ``_send_again``
        """
        if not self:
            return {}
        came = self._returned_moves()
        back = {move.order_return_line_id: move for move in came}
        rows = {}
        for line in self:
            quantity = quantities.get(line, line.quantity)
            if line.kit:
                rows[line] = line._parts_again(came, quantity)
                continue
            origin = back.get(line, back.get(line.split_from_id, line.move_id))
            rows[line] = [(line.move_id, origin, line.uom_id._compute_quantity(quantity, line.move_id.product_uom))]
        return rows

    def _prepare_again_vals(self, transfer, origin, quantity):
        """Values of a move of ``transfer`` that brings this line to the customer again, called by ``_send_again``."""
        self.ensure_one()
        return {
            "picking_id": transfer.id,
            "product_uom_qty": quantity,
            "origin_returned_move_id": origin.id,
            "to_refund": False,
            "move_orig_ids": [Command.clear()],
            "move_dest_ids": [Command.clear()],
            "procure_method": "make_to_stock",
            "state": "draft",
            "location_id": transfer.location_id.id,
            "location_dest_id": transfer.location_dest_id.id,
            "order_return_line_id": self.id,
        }

    def _sent_again(self):
        """The moves by which the same product goes to the customer again, called off ones left out."""
        return self.stock_move_ids.filtered(
            lambda move: move.state != "cancel" and move.location_dest_id.usage == "customer"
        )

    def _family(self):
        """With each line those that an inspection split off the same one: what one of them sent was sent for all."""
        roots = self.split_from_id | self.filtered(lambda line: not line.split_from_id)
        return roots | self.return_id.line_ids.filtered(lambda line: line.split_from_id in roots)

    def _is_sent(self):
        """Whether any of these lines has sent the same product again, or ordered another one that stands."""
        ordered = self.exchange_line_id.filtered(lambda item: item.order_id.state != "cancel")
        return bool(ordered or self._sent_again())

    def _check_settlement(self):
        """:raises UserError: names every line whose settlement cannot be carried out as it stands, and what it wants"""
        wrong = [
            self.env._("%s: say which product is sent in its place, and how many.", line.display_name)
            for line in self
            if line.settlement == "exchange"
            and (
                not line.exchange_product_id or line.exchange_product_id.uom_id.compare(line.exchange_quantity, 0) <= 0
            )
        ]
        wrong += [
            self.env._(
                "%s: what is sent back repaired comes back to be repaired. Choose the repair, or another settlement.",
                line.display_name,
            )
            for line in self
            if line.settlement == "repair" and line.disposition != "repair"
        ]
        if wrong:
            raise UserError("\n".join(wrong))
        self._check_again()

    def _check_again(self):
        """:raises UserError: names every line whose goods cannot be sent again by their return, and the way out"""
        wrong = [
            line._not_from_warehouse()
            for line in self
            if line.settlement in AGAIN and (line._from_elsewhere() or not line.move_id.picking_id)
        ]
        if wrong:
            raise UserError("\n".join(wrong))

    def _from_elsewhere(self):
        """The transfers of which these goods left from no warehouse; of a kit any by which its parts left."""
        # each part by itself: what is put together is no longer read with the others of the set
        transfers = self.move_id.picking_id
        found = transfers.filtered(lambda transfer: transfer.picking_type_code != "outgoing")
        if self.kit:
            parts = self.order_line_id.sudo().move_ids.filtered(
                lambda move: move.state == "done" and move.bom_line_id and move.location_dest_id.usage == "customer"
            )
            found |= parts.picking_id.filtered(lambda transfer: transfer.picking_type_code != "outgoing")
        return found

    def _not_from_warehouse(self):
        return self.env._(
            "%(case)s: %(transfer)s did not leave from a warehouse, so nothing can be sent again from it. Choose a refund.",
            case=self.return_id.name,
            transfer=", ".join((self._from_elsewhere() or self.move_id.picking_id).mapped("name")),
        )

    def _close_short(self):
        """What was ordered, came back for money and is not sent again is no longer ordered: core would ask to deliver or to
        invoice it. By the day book's own word, closed short; price and discount stay."""
        wanted = {}
        # what is still with the customer is closed at the settlement: the case may yet end without it
        here = self.filtered(lambda line: line.disposition != "customer_keeps" and not line._is_ahead())
        for line in here:
            order_line = line.order_line_id
            # what was shipped beyond the order and came back was never ordered
            open_qty = order_line.product_uom_qty - order_line.qty_delivered - wanted.get(order_line, 0.0)
            quantity = min(line.quantity - line.closed_qty, open_qty)
            if line.uom_id.compare(quantity, 0.0) > 0:
                wanted[order_line] = wanted.get(order_line, 0.0) + quantity
                line._set({"closed_qty": line.closed_qty + quantity})
        self.order_line_id.union(*wanted)._close_returned(wanted)

    def _reopen_closed(self):
        """Order again what was closed short with these lines beyond what they hold of goods, which the customer has after all."""
        wanted = {}
        for line in self.filtered("closed_qty"):
            excess = line.uom_id.round(line.closed_qty - (line.quantity if line.received_qty else 0.0))
            if line.uom_id.compare(excess, 0.0) > 0:
                wanted[line.order_line_id] = wanted.get(line.order_line_id, 0.0) + excess
                line._set({"closed_qty": line.closed_qty - excess})
        self.order_line_id.union(*wanted)._order_more(wanted)
