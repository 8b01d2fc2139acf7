from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .return_process import ARRIVED, DONE, OPEN, PROCESSOR

BATCH = 100
ACCOUNTANTS = ("account.group_account_user", "account.group_account_manager")


class OrderReturnFollow(models.Model):
    """A case stands where its documents say: what they take back it takes back, and what is done ends it."""

    _inherit = "order.return"

    closed_at = fields.Datetime("Closed at", readonly=True)

    def action_follow(self):
        """Bring these cases to the state that their documents say: closed where nothing is open, settled again where
        something is (processors). The same happens by itself every ten minutes.

        :return: one dict per case ``{return, return_id, state}``
        """
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        self._follow()
        return [{"return": case.name, "return_id": case.id, "state": case.state} for case in self]

    @api.model
    def _cron_follow(self):
        """Close settled cases of which nothing is open, re-open closed ones of which something is; in sets. A case that
        refuses it holds up no other."""
        for state, is_open in (("settled", False), ("closed", True)):
            ids = self._find_following(state, is_open)
            for start in range(0, len(ids), BATCH):
                self.sudo().browse(ids[start : start + BATCH])._apart("follow", lambda cases: cases._follow())
                left = len(ids) - start - BATCH
                self.env["ir.cron"]._commit_progress(min(BATCH, len(ids) - start), remaining=max(left, 0))

    def _follow(self):
        """Close and re-open what of ``self`` the documents close and re-open."""
        room = self.sudo()
        room.browse(self._find_following("settled", False, self.ids))._transition("close")
        room.browse(self._find_following("closed", True, self.ids))._transition(
            "reopen", reason=self.env._("Something of it is open again")
        )

    @api.model
    def _find_following(self, state, is_open, ids=None):
        """Ids of the cases in ``state`` of which something is open or nothing is; one statement.

        Open is a credit note that is no posted one with nothing left to pay back, and a transfer that is neither done nor
        cancelled.
        """
        for name, columns in (
            ("order.return", ["state"]),
            ("account.move", ["state", "amount_residual", "order_return_id", "order_return_settlement"]),
            ("sale.order", ["state", "invoice_status", "order_return_id"]),
            ("stock.picking", ["state", "order_return_id"]),
            ("stock.move", ["state", "order_return_line_id"]),
        ):
            self.env[name].flush_model(columns)
        self.env.cr.execute(
            SQL(
                """
                SELECT request.id
                  FROM order_return request
                 WHERE request.state = %(state)s AND %(narrow)s
                   AND %(is_open)s = (
                       EXISTS (SELECT FROM account_move credit
                                WHERE credit.order_return_id = request.id
                                  -- store credit is given once it is posted, whenever the customer uses it
                                  AND (credit.state = 'draft' OR (credit.state = 'posted' AND credit.amount_residual <> 0
                                       AND credit.order_return_settlement IS DISTINCT FROM 'credit')))
                       OR EXISTS (SELECT FROM sale_order exchange
                                   WHERE exchange.order_return_id = request.id AND exchange.state <> 'cancel'
                                     AND (exchange.state <> 'sale' OR exchange.invoice_status <> 'invoiced'))
                       OR EXISTS (SELECT FROM stock_picking transfer
                                   WHERE transfer.order_return_id = request.id AND transfer.state NOT IN ('done', 'cancel'))
                       OR EXISTS (SELECT FROM order_return_line item
                                    JOIN stock_move move ON move.order_return_line_id = item.id
                                   WHERE item.return_id = request.id AND move.state NOT IN ('done', 'cancel')))
              ORDER BY request.id
                """,
                state=state,
                is_open=is_open,
                narrow=SQL("TRUE") if ids is None else SQL("request.id = ANY(%s)", list(ids)),
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    # ------------------------------------------------------------------ credit notes

    def _follow_credits_taken_back(self):
        """Cases of which a credit note is a draft again are no longer settled."""
        cases = self.sudo().filtered(
            lambda case: case.state in DONE and any(move.state == "draft" for move in case.credit_ids)
        )
        cases._unsettle(self.env._("A credit note is a draft again"))
        # of cases that are not settled too: money that moved before the goods were in
        self.sudo().line_ids._count_credited()
        cases._follow_receipts()

    def _follow_credits_posted(self):
        """Cases that were settled before are settled again once no credit note of theirs is a draft."""
        cases = self.sudo().filtered(
            lambda case: (
                case.state in ("received", "inspected")
                and case.settled_at
                and all(move.state != "draft" for move in case.credit_ids)
            )
        )
        cases._transition("settle_again", reason=self.env._("The credit note is posted"))
        ahead = self.sudo().filtered(lambda case: case.state in OPEN)
        (cases | ahead).line_ids._count_credited()
        # what waited for its accountant is settled only now
        told = self.env["order.event"].sudo().search([("kind", "=", "settled"), ("document_id", "in", cases.ids)])
        new = cases.browse(
            set(cases.ids) - set(told.filtered(lambda e: e.document_model == self._name).mapped("document_id"))
        )
        new.line_ids.filtered("quantity")._book_settled()

    # ------------------------------------------------------------------ receipts

    def _follow_receipts(self):
        """Cases whose receipt was taken back: nothing came any more, so they are approved, and wait; of several pieces what
        is left counts. Where a credit note stands, or what was sent in place of the goods has left, it is told on the case; it
        follows once the credit note is taken back."""
        cases = self.sudo().filtered(lambda case: case.state in ARRIVED)
        if not cases:
            return
        lines = cases.line_ids
        receipts = lines._returned_moves()
        back = (
            self.env["stock.move"]
            .sudo()
            .search(
                [
                    ("origin_returned_move_id", "in", receipts.ids),
                    ("state", "=", "done"),
                    ("location_dest_id.usage", "=", "customer"),
                    ("order_return_line_id", "=", False),
                ]
            )
        )
        if not back:
            return
        touched = back.origin_returned_move_id.order_return_line_id.return_id
        settled = touched.filtered(lambda case: case.state in DONE)
        standing = {case: case._what_stands() for case in settled}
        settled._message_log_batch(bodies={case.id: body for case, body in standing.items() if body})
        freed = settled.filtered(lambda case: not standing[case])
        freed._unsettle(self.env._("The goods went back to the customer"))
        for case in touched - settled + freed:
            case._take_over_reversal(receipts, back)

    def _what_stands(self):
        """What keeps this settled case from following its goods back to the customer, or ``""``."""
        self.ensure_one()
        if self.credit_ids.filtered(lambda move: move.state == "posted"):
            return self.env._("The goods went back to the customer, and what was credited stands: take it back too.")
        again = self.line_ids._sent_again().filtered(lambda move: move.state == "done")
        if again or self.exchange_order_ids.filtered(lambda order: order.state != "cancel"):
            return self.env._(
                "The goods went back to the customer, and what was sent in their place stands: the customer has both. Fetch one "
                "of them back, or invoice it."
            )
        return ""

    def _unsettle(self, why):
        inspected = self.filtered("inspected_at")
        inspected._transition("unsettle", reason=why)
        (self - inspected)._transition("unsettle_uninspected", reason=why)

    def _take_over_reversal(self, receipts, back):
        """Let this case hold what its receipts brought less what went back."""
        self.ensure_one()
        own = receipts.filtered(lambda move: move.order_return_line_id in self.line_ids)
        gone = back.filtered(lambda move: move.origin_returned_move_id in own)
        came = {}
        for line in self.line_ids.filtered("received_qty"):
            root = line.split_from_id or line
            moves = own.filtered(lambda move, root=root: move.order_return_line_id == root)
            left = gone.filtered(lambda move, moves=moves: move.origin_returned_move_id in moves)
            if root not in came:
                root._check_went_back(moves, left)
                came[root] = root._sum_moves(moves) - root._sum_moves(left)
            quantity = min(line.quantity, max(came[root], 0.0))
            came[root] -= quantity
            line._set({"quantity": quantity, "received_qty": quantity})
        self.line_ids._reopen_closed()
        # what was to leave in their place does not: the settlement sends for what is here then
        self._stop_what_replaces(gone)
        if any(not line.uom_id.is_zero(line.received_qty) for line in self.line_ids):
            return
        for line in self.line_ids.filtered("announced_qty"):
            # what goes back to the customer is delivered by the move that brought it there again
            again = gone.filtered(lambda move, line=line: move.origin_returned_move_id.order_return_line_id == line)
            again = again.sorted("id")[:1]
            line._set(
                {
                    "quantity": line.announced_qty,
                    "condition": False,
                    "place_id": False,
                    "lots": False,
                    **({"move_id": again.id} if again else {}),
                }
            )
        self._transition("unreceive", reason=self.env._("The receipt was taken back"))
        self._transition_write(
            dict.fromkeys(
                ("received_by_id", "received_at", "inspected_by_id", "inspected_at", "settled_by_id", "settled_at"),
                False,
            )
        )

    def _stop_what_replaces(self, gone):
        """Let nothing more leave in the place of goods that went back to the customer by ``gone``; the others' goes on."""
        roots = gone.origin_returned_move_id.order_return_line_id
        lines = self.line_ids.filtered(lambda line: not line.advance_until and (line.split_from_id or line) in roots)
        stopped = lines._sent_again().filtered(lambda move: move.state != "done")
        if stopped:
            names = ", ".join(stopped.picking_id.mapped("name"))
            stopped._action_cancel()
            self._message_log(body=self.env._("What was to leave in their place is called off: %s.", names))


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    def _sum_moves(self, moves):
        """The quantity of ``moves`` in this line's unit, of open ones what they are to bring; of a kit the whole ones that
        its parts make."""
        if self.kit:
            return self._sum_kits(moves)
        return sum(
            move.product_uom._compute_quantity(move._settled_quantity(), self.uom_id, round=False) for move in moves
        )

    def _count_credited(self):
        """Read from the posted credit notes what these lines were credited; what was credited to a line before an inspection
        split pieces off it counts for them too."""
        lines = self._family()
        if not lines:
            return
        items = self.env["account.move.line"].search(
            [("order_return_line_id", "in", lines.ids), ("parent_state", "=", "posted")]
        )
        by_line = items.grouped("order_return_line_id")
        found = {}
        for line in lines:
            own = by_line.get(line, items.browse())
            quantity = sum(
                item.product_uom_id._compute_quantity(item.quantity, line.uom_id)
                for item in own.filtered("order_credited_line_id")
            )
            found[line] = (quantity, sum(own.mapped("amount_currency")))
        for root, family in lines.grouped(lambda line: line.split_from_id or line).items():
            shares = family._share_credited({line: found[line] for line in family}, root)
            for line, (quantity, amount) in shares.items():
                line._set({"credited_qty": quantity, "credited_amount": amount})

    def _share_credited(self, found, root):
        """``found`` (line to quantity and amount credited) with what a line has beyond its own goods given to its pieces."""
        shares, spare, spare_amount = {}, 0.0, 0.0
        for line in self:
            quantity, amount = found[line]
            over = line.uom_id.round(quantity - line.quantity)
            if line.uom_id.compare(over, 0.0) > 0 and len(self) > 1:
                part = line.currency_id.round(amount * over / quantity)
                quantity, amount, spare, spare_amount = (
                    quantity - over,
                    amount - part,
                    spare + over,
                    spare_amount + part,
                )
            shares[line] = (quantity, amount)
        for line in self:
            quantity, amount = shares[line]
            taken = min(line.uom_id.round(line.quantity - quantity), spare)
            if line.uom_id.compare(taken, 0.0) > 0:
                part = line.currency_id.round(spare_amount * taken / spare)
                shares[line] = (quantity + taken, amount + part)
                spare, spare_amount = line.uom_id.round(spare - taken), spare_amount - part
        quantity, amount = shares[root]
        shares[root] = (quantity + spare, amount + spare_amount)
        return shares


class AccountMove(models.Model):
    _inherit = "account.move"

    def button_draft(self):
        """A credit note that is a draft again takes its return case back."""
        answer = super().button_draft()
        if self.order_return_id:
            self.order_return_id._follow_credits_taken_back()
        return answer

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """Credit notes of cases are set off by their settlement: core would set store credit against the invoice, and takes
        two notes over one invoice for those of two."""
        others = reverse_moves.filtered(lambda move: not move.order_return_id)
        if others == reverse_moves:
            return super()._reconcile_reversed_moves(reverse_moves, move_reverse_cancel)
        super(AccountMove, others.reversed_entry_id)._reconcile_reversed_moves(others, move_reverse_cancel)
        return reverse_moves

    def _post(self, soft=True):
        """Credit notes of cases are set off as they are posted; where accountants post them, by nobody else."""
        kept = self.filtered(lambda move: move.order_return_id and move.company_id.order_return_credit_draft)
        if kept and self.env.uid != SUPERUSER_ID and not any(map(self.env.user.has_group, ACCOUNTANTS)):
            raise AccessError(
                self.env._(
                    "%s: credit notes of returns are posted by an accountant.",
                    ", ".join(kept.order_return_id.mapped("name")),
                )
            )
        posted = super()._post(soft=soft)
        credits = posted.filtered("order_return_id")
        if credits:
            credits._set_off_returns()
            credits._refund_online()
            credits.order_return_id._follow_credits_posted()
        posted._set_off_exchanges()
        return posted


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Goods of a return case that go back to the customer take the case back."""
        done = super()._action_done(cancel_backorder=cancel_backorder)
        back = done.filtered(
            lambda move: (
                move.origin_returned_move_id.order_return_line_id
                and not move.order_return_line_id
                and move.location_dest_id.usage == "customer"
            )
        )
        if back:
            back.origin_returned_move_id.order_return_line_id.return_id._follow_receipts()
        return done
