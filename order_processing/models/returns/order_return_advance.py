from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.business_day import business_day
from ..common.number_words import number_words
from ..common.sent_again import sent_again
from .return_process import ARRIVED, EXPECTED
from .settlements import AHEAD, CONSEQUENCES

BATCH = 100
# where no policy says otherwise
DAYS, CONSEQUENCE = 14, "invoice"


class OrderReturn(models.Model):
    """Goods sent before what they replace is in: until when that has to come, and what follows where it does not."""

    _inherit = "order.return"

    def _send_ahead(self):
        """Send of approved cases what leaves in advance, and set until when the goods have to come."""
        lines = self.line_ids.filtered(lambda line: line.advance and line.settlement in AHEAD)
        if not lines:
            return
        lines._check_settlement()
        same = lines.filtered(lambda line: line.settlement == "replacement")
        self._send_again(same - same._sent_again().order_return_line_id)
        self._exchange(lines - same)
        for line in lines:
            days = line.policy_id.sudo().advance_days or DAYS
            line._set({"advance_until": business_day(line.company_id) + timedelta(days=days)})

    def _call_ahead_off(self):
        """Call off what was to leave in advance for cases that end before their goods come.

        What has left already is charged or written off when its day has passed; the rest of it is ordered no more.

        :raises UserError: an exchange is invoiced beyond what has left: core would leave the invoice, and the customer would
            owe it; or the rest of one is being packed; or half a kit has left
        """
        lines = self.line_ids.filtered(lambda line: line.advance_until)
        lines._check_left_whole()
        exchanges = lines.exchange_line_id.sudo().filtered(lambda line: line.order_id.state != "cancel")
        begun = exchanges.filtered(lambda line: "done" in line.order_id.order_line.move_ids.mapped("state"))
        rests = begun._exchange_rests()
        orders = exchanges.order_id - begun.order_id
        orders._check_exchange_unbilled()
        self.credit_ids.sudo().filtered(lambda move: move.state == "draft").button_cancel()
        moves = lines._sent_again().filtered(lambda move: move.state != "done")
        moves.sudo()._action_cancel()
        begun._exchange_open_moves()._action_cancel()
        for case, items in begun.grouped(lambda line: line.order_id.order_return_id).items():
            items._close_case_ended(rests, case.name)
        orders._action_cancel()
        # what was given is owed again, and bears no fee
        given = self.line_ids.filtered("credited_qty")
        if given:
            self._settle_fees(given, ended=True)

    def _check_given(self):
        """:raises UserError: names the cases whose money was given for goods that the customer keeps"""
        given = self.sudo().line_ids.filtered(
            lambda line: line.disposition == "customer_keeps" and not line.uom_id.is_zero(line.credited_qty)
        )
        if given:
            raise UserError(
                self.env._(
                    "Money was given already for goods that stay with the customer: %s. Take the credit note back first.",
                    ", ".join(given.return_id.mapped("display_name")),
                )
            )

    @api.model
    def _cron_advance(self):
        """Carry out what a policy says of goods that left in advance and whose return did not come in time: they are
        invoiced or written off, the desk is told. Each company by its own business day; worked in sets."""
        for company in self.env["res.company"].sudo().search([]):
            ids = self._find_overdue(company)
            in_parts = self.browse()
            for start in range(0, len(ids), BATCH):
                lines = self.env["order.return.line"].sudo().browse(ids[start : start + BATCH]).with_company(company)
                halves = lines._halves_of_advance()
                halves._hold_halves_up()
                in_parts |= halves.return_id
                lines -= halves
                lines.return_id._apart(
                    "advance", lambda cases, due=lines: cases.line_ids.filtered(lambda line: line in due)._end_advance()
                )
                left = len(ids) - start - BATCH
                self.env["ir.cron"]._commit_progress(min(BATCH, len(ids) - start), remaining=max(left, 0))
            self._let_go_of_advance(company, ids, in_parts)

    @api.model
    def _find_overdue(self, company):
        """Ids of the return lines of ``company`` of which more left in advance, and stays with the customer, than came, and whose
        day has passed; kits too of which only parts are there and nothing more is on its way."""
        for name, columns in (
            ("order.return", ["state"]),
            (
                "order.return.line",
                ["advance", "advance_until", "advance_outcome", "received_qty", "settlement", "split_from_id", "kit"],
            ),
            (
                "stock.move",
                [
                    *("state", "quantity", "product_id", "sale_line_id", "order_return_line_id", "location_dest_id"),
                    *("origin_returned_move_id", "to_refund"),
                ],
            ),
        ):
            self.env[name].flush_model(columns)
        self.env.cr.execute(
            SQL(
                """
                SELECT item.id
                  FROM order_return_line item
                  JOIN order_return request ON request.id = item.return_id
                 WHERE item.company_id = %(company)s AND item.advance AND item.advance_outcome IS NULL
                   AND item.advance_until < %(day)s
                   AND request.state <> 'requested'
                   AND CASE WHEN item.settlement = 'exchange'
                            THEN coalesce(item.received_qty, 0) < item.announced_qty
                                 AND EXISTS (SELECT FROM stock_move move
                                              WHERE move.sale_line_id = item.exchange_line_id AND move.state = 'done')
                            -- the pieces that an inspection split off came for what this line sent
                            ELSE (SELECT round(coalesce(sum(piece.received_qty), 0)::numeric, 6) FROM order_return_line piece
                                   WHERE piece.id = item.id OR piece.split_from_id = item.id)
                                 < CASE WHEN item.kit IS NOT NULL AND request.state = ANY(%(expected)s)
                                             AND NOT EXISTS (SELECT FROM stock_move move
                                                              WHERE move.order_return_line_id = item.id
                                                                AND move.state NOT IN ('done', 'cancel'))
                                        THEN %(begun)s ELSE %(sent)s END
                             END
              ORDER BY item.id
                """,
                sent=sent_again(SQL("item"), done=True, kept=True),
                begun=sent_again(SQL("item"), done=True, kept=True, begun=True),
                expected=list(EXPECTED),
                company=company.id,
                day=business_day(company),
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    advance = fields.Boolean(
        "In advance", help="Leaves before what it replaces is in; has to be followed by it in time."
    )
    advance_until = fields.Date(
        "Has to come until",
        readonly=True,
        index="btree_not_null",
        help="The last business day; what follows the policy says.",
    )
    advance_outcome = fields.Selection(CONSEQUENCES, "Did not come", readonly=True)
    advance_qty = fields.Float("Did not come (quantity)", digits="Product Unit", readonly=True)

    def _end_advance(self):
        """Invoice or write off what these lines were sent for in advance and what did not come; tell the desk."""
        # what is read of one is read of all
        self._moved_by_hand(self._sent_again())
        # more was sent than came already: the rest stays here
        again = self.filtered(lambda line: line.settlement != "exchange")._sent_again()
        again.filtered(lambda move: move.state != "done").sudo()._action_cancel()
        kept = self.browse()
        parts = self.filtered("kit")._words_of_advance_parts()
        for line in self:
            outcome = line.policy_id.advance_consequence or CONSEQUENCE
            missing = line._missing_of_advance()
            # what does not come any more is not waited for
            line._set({"advance_outcome": outcome, "advance_qty": missing})
            if outcome == "write_off":
                kept |= line._write_off_advance()
        # for an exchange what was promised for the goods is given all the same
        promised = kept.filtered(lambda line: line.settlement == "exchange")
        promised.return_id._credit(promised)
        self.filtered(
            lambda line: line.settlement == "replacement" and line.advance_outcome == "invoice"
        )._charge_advance()
        self._tell_advance(parts)
        open_cases = self.return_id.filtered(lambda case: case.state in EXPECTED)
        for line in open_cases.line_ids.filtered(lambda line: line.advance_outcome == "invoice"):
            line._set({"quantity": 0.0})
        ended = open_cases.filtered(lambda case: all(line.advance_outcome for line in case.line_ids))
        ended._transition(
            "overdue", reason=self.env._("What was to come for goods sent in advance did not come in time")
        )
        self.env["order.event"]._record(
            [line._book_row("settled", line.advance_qty, line.credited_amount) for line in ended.line_ids]
        )

    def _missing_of_advance(self):
        """How much was sent in advance and did not come, in the line's unit."""
        self.ensure_one()
        if self.settlement == "exchange":
            return max(self.announced_qty - self.received_qty, 0.0)
        return self.uom_id.round(max(self._kept_of_advance() - sum(self._family().mapped("received_qty")), 0.0))

    def _charge_advance(self):
        """Sell what was sent in advance: from a replacement it becomes a delivery of the order, ordered and invoiced at the
        line's own price, one invoice for each order. Moves are turned whole, so what came of them is turned into a return for
        money with them, and what of them came back by hand takes off what it would add."""
        if not self:
            return
        sent = self._sent_again().filtered(lambda move: move.state == "done")
        by_hand = self._moved_by_hand(sent)
        sent.write({"to_refund": True, "origin_returned_move_id": False})
        by_hand.write({"to_refund": True})
        self._returned_moves().filtered(lambda move: move.order_return_line_id in self).write({"to_refund": True})
        missing = defaultdict(float)
        for line in self:
            missing[line.order_line_id] += line.advance_qty
        order_lines = self.order_line_id
        order_lines._order_more(missing)
        self.env.add_to_compute(order_lines._fields["qty_delivered"], order_lines)
        # what stands on it may be computed already, and is not computed anew by that alone
        order_lines.modified(["qty_delivered"])
        order_lines.flush_recordset()
        quantities = {line.id: quantity for line, quantity in missing.items()}
        orders = self.order_id.with_context(order_mend_quantities=quantities)
        invoices = orders._create_invoices(grouped=True)
        charges = {}
        for case, lines in self.grouped("return_id").items():
            own = lines.order_line_id
            charges[case] = invoices.filtered(lambda move, own=own: move.invoice_line_ids.sale_line_ids & own)
        self.return_id._charge(charges)
        invoices.filtered(lambda move: not move.company_id.order_return_credit_draft).action_post()

    def _write_off_advance(self):
        """The customer keeps both, so what did not come cannot come for money later.

        :return: the line of what stays with the customer, split off where some of it came
        """
        self.ensure_one()
        if self.state in ARRIVED and self.received_qty:
            # what came stays with this line, what did not is split off
            own, missing = self.sudo().copy_data()[0], self.advance_qty
            own.update(
                {
                    "quantity": missing,
                    "announced_qty": missing,
                    "received_qty": 0.0,
                    "closed_qty": 0.0,
                    "credited_qty": 0.0,
                    "credited_amount": 0.0,
                    "disposition": "customer_keeps",
                    "split_from_id": (self.split_from_id or self).id,
                }
            )
            self._set({"announced_qty": self.uom_id.round(self.announced_qty - missing)})
            return self.sudo().create(own)
        # what did not leave, or is back, was not given away
        self._set({"disposition": "customer_keeps", "quantity": self.advance_qty})
        return self

    def _tell_advance(self, parts):
        """A line in the chatter of each case, a task for who approved it, a message to the customer.

        :param dict parts: line to sentences on parts of its kit
        """
        labels = dict(self._fields["advance_outcome"]._description_selection(self.env))
        bodies = {}
        for line in self:
            bodies.setdefault(line.return_id, []).append(
                self.env._(
                    "%(product)s: %(quantity)s %(unit)s were sent in advance and what they replace did not come until "
                    "%(day)s. %(outcome)s.",
                    product=line.product_id.display_name,
                    quantity=number_words(self.env, line.advance_qty),
                    unit=line.uom_id.name,
                    day=line.advance_until,
                    outcome=labels[line.advance_outcome],
                )
            )
            bodies[line.return_id] += parts.get(line, [])
        self.return_id.browse(case.id for case in bodies)._message_log_batch(
            bodies={case.id: "\n".join(rows) for case, rows in bodies.items()}
        )
        self.return_id._tell_later("overdue")
        kind = self.env.ref("mail.mail_activity_data_todo")
        model = self.env["ir.model"]._get("order.return")
        self.env["mail.activity"].create(
            [
                {
                    "activity_type_id": kind.id,
                    "res_model_id": model.id,
                    "res_id": case.id,
                    "summary": self.env._("Sent in advance, and nothing came"),
                    "note": "<br/>".join(rows),
                    "user_id": (case.approved_by_id or case.order_id.user_id or self.env.user).id,
                    "date_deadline": business_day(case.company_id),
                }
                for case, rows in bodies.items()
            ]
        )
