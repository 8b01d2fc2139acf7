from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class OrderReturnReceive(models.Model):
    _inherit = "order.return"

    def _take_back(self):
        """Return transfers for what comes back, validated; then what is scrapped is scrapped.

        One of core's return wizards per case and original transfer, since core returns one transfer at a time; they are
        validated as one set. What the customer keeps moves nothing.
        """
        comes = self.line_ids.filtered(lambda line: line.disposition != "customer_keeps")
        groups = {}
        for line in comes:
            key = (line.return_id, line.move_id.picking_id)
            groups.setdefault(key, self.env["order.return.line"])
            groups[key] |= line
        wizards = self.env["stock.return.picking"].create(
            [
                {
                    "picking_id": picking.id,
                    "product_return_moves": [Command.create(line._prepare_return_line_vals()) for line in lines],
                }
                for (_case, picking), lines in groups.items()
            ]
        )
        transfers = self.env["stock.picking"]
        for wizard, (case, _picking) in zip(wizards, groups):
            transfer = wizard._create_return()
            transfer.write({"order_return_id": case.id, "origin": case.name})
            transfers |= transfer
        transfers._validate_returns()
        comes._scrap_received()
        for line in self.line_ids:
            line._set({"received_qty": line.quantity if line in comes else 0.0})


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    def _prepare_return_line_vals(self):
        """Values of core's return line for this line, called by ``_take_back``; the quantity in the move's unit.

        The order's delivered quantity goes down only where money goes back: goods that are replaced, or that come back
        for nothing, leave what was delivered and invoiced as it is.
        """
        self.ensure_one()
        move = self.move_id
        return {
            "product_id": self.product_id.id,
            "move_id": move.id,
            "quantity": self.uom_id._compute_quantity(self.quantity, move.product_uom),
            "to_refund": self.settlement == "refund",
            "order_return_line_id": self.id,
        }

    def _returned_moves(self):
        """The moves by which these lines came back."""
        return self.env["stock.move"].search(
            [("order_return_line_id", "in", self.ids), ("location_id.usage", "!=", "internal"), ("state", "=", "done")]
        )

    def _scrap_received(self):
        """Core's scrap of what came back to be scrapped, lot by lot, from where the return put it."""
        scrapped = self.filtered(lambda line: line.disposition == "scrap")
        if not scrapped:
            return
        self.env["stock.scrap"].create(
            [
                {
                    "company_id": item.company_id.id,
                    "product_id": item.product_id.id,
                    "product_uom_id": item.product_uom_id.id,
                    "scrap_qty": item.quantity,
                    "lot_id": item.lot_id.id,
                    "package_id": item.result_package_id.id,
                    "owner_id": item.owner_id.id,
                    "location_id": item.location_dest_id.id,
                    "picking_id": item.picking_id.id,
                    "origin": item.picking_id.order_return_id.name,
                }
                for item in scrapped._returned_moves().move_line_ids
            ]
        ).do_scrap()


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _validate_returns(self):
        """Validate return transfers as they stand, as one set.

        :raises UserError: core wants something that only a person can give (a lot, an immediate answer)
        """
        if not self:
            return
        for move in self.move_ids:
            line = move.order_return_line_id
            if line.lot_id:
                move.move_line_ids.unlink()
                move.move_line_ids = [
                    Command.create(move._prepare_move_line_vals(move.product_uom_qty) | {"lot_id": line.lot_id.id})
                ]
            move.quantity = move.product_uom_qty
            move.picked = True
        done = self.with_context(skip_backorder=True, skip_sms=True).button_validate()
        open_transfers = self.filtered(lambda transfer: transfer.state != "done")
        if done is not True or open_transfers:
            raise UserError(
                self.env._(
                    "%s could not be validated as it stands: open the transfer, complete it, then settle the case.",
                    ", ".join((open_transfers or self).mapped("name")),
                )
            )
