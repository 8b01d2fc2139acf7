from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.transition import transition
from .case_payload import number
from .order_return_linked import working
from .settlements import MONEY

# what the customer has, or what nobody has
NOT_HERE = ("customer_keeps", "not_arrived")


class OrderReturnReceive(models.Model):
    _inherit = "order.return"

    @transition("receive")
    def action_receive(self, counts=None, reason="", lots=None):
        """Take the goods of approved cases back through core's return.

        Where the company inspects they wait for it outside the stock; else each line goes where its disposition says.
        Context ``order_business_moment`` (UTC) dates the moves.

        :param dict counts: what came, by id of the line and in its unit; lines not named came as announced. What came less
            is free again and not credited; what came more must have been delivered
        :param dict lots: which lots and serial numbers came, of the product or of a kit's parts, by id of the line: a list of
            ids of lots, or of dicts ``{lot_id, quantity}`` in the product's unit; one without a quantity: as much as there is
        :raises UserError: names every line of which less is left than came, cases to which nothing came, and lots that do not
            make up what came
        """
        self.line_ids._count(counts or {})
        self.line_ids._name_lots(lots or {})
        self._check_quantities()
        self.line_ids.filtered("quantity")._check_settlement()
        self._take_back()
        self._tell_differences()
        self._reach("receive")

    @working
    def _take_back(self):
        """Return transfers for what comes back, validated; then, where nothing is inspected, each to where it goes.

        One of core's return wizards per case and original transfer, since core returns one transfer at a time; they are
        validated as one set. What the customer keeps moves nothing; what never arrived comes back on paper and is scrapped.
        """
        self._name_taken_in()
        self._give_unannounced_back()
        comes = self.line_ids.filtered(
            lambda line: line.disposition != "customer_keeps" and not line.uom_id.is_zero(line.quantity)
        )
        groups, lots = {}, {}
        for line, rows in comes._returning().items():
            for move, quantity, items in rows:
                lots[line, move] = items
                vals = line._prepare_return_line_vals(move, quantity)
                groups.setdefault((line.return_id, move.picking_id), []).append(Command.create(vals))
        wizards = self.env["stock.return.picking"].create(
            [{"picking_id": picking.id, "product_return_moves": rows} for (_case, picking), rows in groups.items()]
        )
        transfers = self.env["stock.picking"]
        for wizard in wizards:
            transfers |= wizard._create_return()
        transfers._validate_returns(lots)
        places = {move.order_return_line_id: move.location_dest_id for move in transfers.move_ids}
        for line in self.line_ids:
            line._set(
                {
                    "received_qty": line.quantity if line in comes else 0.0,
                    "place_id": places.get(line, line.place_id).id,
                }
            )
        comes.filtered(lambda line: not line._waits_for_inspection())._dispose()

    def _tell_differences(self):
        """Say in the chatter what came otherwise than announced."""
        bodies = {case.id: case.difference for case in self if case.differs}
        if bodies:
            self.browse(bodies).sudo()._message_log_batch(bodies=bodies, author_id=self.env.user.partner_id.id)


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    def _count(self, counts):
        """Take over what came in place of what was announced; ``counts`` as for ``action_receive``."""
        known = {str(line.id): line for line in self}
        given = {str(key): value for key, value in counts.items()} if isinstance(counts, dict) else {str(counts): None}
        wrong = [
            key
            for key, value in given.items()
            if key not in known or not isinstance(value, (int, float)) or number(value) is None or value < 0
        ]
        if wrong:
            raise UserError(
                self.env._(
                    "What came is counted per line of the case, as a number from zero: %s is none.", ", ".join(wrong)
                )
            )
        for key, value in given.items():
            line = known[key]
            if line.disposition in NOT_HERE and line.uom_id.compare(value, line.quantity):
                raise UserError(
                    self.env._(
                        "%s: nothing of this line comes back, so there is nothing to count. Change what becomes of it first.",
                        line.display_name,
                    )
                )
            line._check_whole(value)
            line._set({"quantity": line.uom_id.round(value)})
        empty = self.return_id.filtered(lambda case: all(line.uom_id.is_zero(line.quantity) for line in case.line_ids))
        if empty:
            raise UserError(
                self.env._("Nothing came for %s: cancel the case instead.", ", ".join(empty.mapped("name")))
            )

    def _waits_for_inspection(self):
        """Whether the goods of this line are looked at before they go anywhere."""
        self.ensure_one()
        return self.company_id.order_return_inspection and self.disposition not in NOT_HERE

    def _receipt_place(self):
        """Where the return brings this line, called for each of core's return lines; empty: where core brings it.

        What is not for the stock never touches it: core would reserve it for whoever waits.
        """
        self.ensure_one()
        company = self.company_id
        if self._waits_for_inspection():
            return company._order_inspection_location()
        if self.disposition == "repair":
            return company._order_repair_location()
        if self.disposition in ("quarantine", "scrap", "vendor", "not_arrived"):
            return company._order_quarantine_location()
        return self.env["stock.location"]

    def _prepare_return_line_vals(self, move, quantity):
        """Values of core's return line for this line, called by ``_take_back``: so much (its unit) of a delivered ``move``.

        The order's delivered quantity goes down only where money goes back: goods that are replaced, or that come back
        for nothing, leave what was delivered and invoiced as it is.
        """
        self.ensure_one()
        return {
            "product_id": move.product_id.id if self.kit else self.product_id.id,
            "move_id": move.id,
            "quantity": quantity,
            "to_refund": self.settlement in MONEY,
            "order_return_line_id": self.id,
        }

    def _returned_moves(self):
        """The moves by which these lines came back; a line that was split off came with the one it was split from."""
        origins = self | self.split_from_id
        return self.env["stock.move"].search(
            [
                ("order_return_line_id", "in", origins.ids),
                ("location_id.usage", "not in", ("internal", "inventory")),
                ("state", "=", "done"),
            ]
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _validate_returns(self, lots):
        """Validate return transfers as they stand, as one set.

        :param dict lots: ``(return line, delivered move)`` to the values of the move lines by which it comes, where they are said
        :raises UserError: core wants something that only a person can give (a lot, an immediate answer)
        """
        if not self:
            return
        for move in self.move_ids:
            items = lots.get((move.order_return_line_id, move.origin_returned_move_id))
            if items:
                move.move_line_ids.unlink()
                move.move_line_ids = [Command.create(move._prepare_move_line_vals() | item) for item in items]
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
