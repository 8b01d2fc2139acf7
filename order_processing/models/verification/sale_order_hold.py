import json

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.business_day import business_day

PROCESSOR = "order_processing.group_processor"


class SaleOrder(models.Model):
    """Setting holds, by hand and by rule, and keeping them as the rules and the standing holds say."""

    _inherit = "sale.order"

    def action_hold(self, reason_code, note="", until=None, owner_id=None, line_ids=None):
        """Stop the orders, or some of their lines, for a reason; the same reason twice is one hold.

        :param str reason_code: code of an ``order.hold.reason``
        :param str note: what is to be known
        :param until: the day (``date`` or text) on which it ends or somebody is told; default as the reason says
        :param int owner_id: the user whose hold it is; default as the reason says, else nobody's
        :param list line_ids: ids of lines of these orders, of each at least one; empty: the orders as a whole
        :return: one dict per order: ``{order, order_id, state, holds}``
        :raises AccessError: the user is not of the order desk, or may not write the orders
        :raises UserError: no such reason, day, owner or line; a cancelled order; controls switched off
        """
        self.env["sale.order"]._check_order_group(PROCESSOR)
        self.check_access("write")
        return self._verification_hold(reason_code, note, until, owner_id, line_ids)

    def _verification_hold(self, reason_code, note="", until=None, owner_id=None, line_ids=None):
        """``action_hold`` after the check of rights."""
        reason = self._hold_reason(reason_code)
        refusals = self._hold_refusals(line_ids)
        if refusals:
            raise UserError("\n".join(refusals.values()))
        orders = self._verification_engine()
        note = (note or "").strip()
        common = {
            "reason": reason,
            "note": note,
            "until": orders._hold_until(reason, until),
            "owner": orders._hold_owner(reason, owner_id),
        }
        lines = orders.order_line.browse(line_ids or ()).grouped("order_id")
        orders._hold_set(
            [{"order": order, "line": line, **common} for order in orders for line in lines.get(order, [None])]
        )
        orders._transition("hold", ": ".join(filter(None, (reason.name, note))))
        return self._verification_plain_holds()

    def _verification_hold_each(self, reason_code, note="", until=None, owner_id=None, line_ids=None):
        """Hold those of ``self`` that can be held.

        :return: the dicts of ``action_hold``, with ``error`` where an order was refused; a wrong reason, day, owner or
            line refuses them all
        """
        errors = {}
        try:
            refused = self.browse(refusals := self._hold_refusals(line_ids))
            errors |= refusals
            if self - refused:
                (self - refused)._verification_hold(reason_code, note, until, owner_id, line_ids)
            else:
                self._hold_reason(reason_code)
        except UserError as refusal:
            errors = dict.fromkeys(self.ids, str(refusal))
        return [
            {**row, **({"error": errors[row["order_id"]]} if row["order_id"] in errors else {})}
            for row in self._verification_plain_holds()
        ]

    # ------------------------------------------------------------------ what is asked for

    def _hold_reason(self, code):
        """The reason called ``code``."""
        Reason = self.env["order.hold.reason"].sudo()
        reason = Reason.search([("code", "=", code or "")])
        if not reason:
            codes = Reason.search([("automatic", "=", False)]).mapped("code")
            raise UserError(
                self.env._("No hold reason is called “%(code)s”. Known: %(codes)s.", code=code, codes=", ".join(codes))
            )
        return reason

    def _hold_refusals(self, line_ids=None):
        """Why some of these orders cannot be held.

        :return: dict of order id to the words
        :raises UserError: a line that is none of these orders
        """
        orders = self.sudo()
        lines = orders.order_line.browse(line_ids or ())
        foreign = lines - orders.order_line
        if foreign:
            raise UserError(
                self.env._(
                    "No lines of %(orders)s: %(lines)s. Name lines of the orders to be held.",
                    orders=", ".join(orders.mapped("name")),
                    lines=", ".join(str(line_id) for line_id in foreign.ids),
                )
            )
        refusals = {}
        for order in orders:
            if order.state == "cancel":
                refusals[order.id] = self.env._("%s is cancelled: nothing is left to hold.", order.name)
            elif not order.company_id._order_control_records():
                refusals[order.id] = self.env._(
                    "%(order)s: the controls of %(company)s are off.", order=order.name, company=order.company_id.name
                )
            elif line_ids and order not in lines.order_id:
                refusals[order.id] = self.env._("%s: none of its lines is named, so nothing of it is held.", order.name)
        return refusals

    def _hold_until(self, reason, until):
        """The until-date asked for, or of the reason, by company of ``self``.

        :return: dict of company to ``date`` or ``False``
        :raises UserError: no date, or not after the company's day
        """
        try:
            wanted = fields.Date.to_date(until) or False
        except ValueError as error:
            raise UserError(self.env._("“%s” is no date; write it as YYYY-MM-DD.", until)) from error
        days = {}
        for company in self.company_id:
            today = business_day(company)
            if wanted and wanted <= today:
                raise UserError(self.env._("A hold cannot last until %s: choose a day after today.", wanted))
            days[company] = wanted or (fields.Date.add(today, days=reason.days) if reason.days else False)
        return days

    def _hold_owner(self, reason, owner_id):
        """The owner asked for, else of the reason.

        :raises UserError: somebody outside the house, or outside a company of ``self``
        """
        owner = self.env["res.users"].sudo().browse(owner_id or ()).exists()
        if owner_id and (not owner or owner.share or not owner.active or self.company_id - owner.company_ids):
            raise UserError(
                self.env._(
                    "%s cannot own these holds: choose an active user of the house who works in the orders' company.",
                    owner.name or owner_id,
                )
            )
        return owner or reason.owner_id.filtered(lambda user: not self.company_id - user.company_ids)

    # ------------------------------------------------------------------ setting them

    def _hold_set(self, wanted):
        """Create the holds that do not stand yet, their rows in the day book, and free what they free.

        A hold set at the same moment by somebody else makes no second one: the statement meets it and, where that
        one is not visible yet, fails so that core tries the whole call again.

        :param list wanted: dicts with ``order``, ``reason`` and, as needed, ``line`` (record), ``note``, ``owner``
            (record), ``until`` (dict of company to day), ``automatic``, ``standing`` (record)
        :return: the new holds
        """
        Hold = self.env["order.hold"].sudo()
        if not wanted:
            return Hold
        Hold.flush_model()
        now = fields.Datetime.now()
        rows = [self._hold_row(want, now) for want in wanted]
        names = list(rows[0])
        columns = SQL(", ").join(SQL.identifier(name) for name in names)
        typed = SQL(", ").join(SQL("%s %s", SQL.identifier(n), SQL(Hold._fields[n]._column_type[1])) for n in names)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_hold (%(columns)s)
                SELECT %(columns)s FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (%(typed)s)
                    ON CONFLICT (order_id, reason_id, line_number, coalesce(standing_id, 0)) WHERE state = 'open'
                    DO NOTHING
             RETURNING id
                """,
                columns=columns,
                typed=typed,
                rows=json.dumps(rows, default=str),
            )
        )
        holds = Hold.browse(row[0] for row in self.env.cr.fetchall())
        self.env["sale.order"].invalidate_model(["order_hold_ids"], flush=False)
        holds.modified(["order_id", "state", "reason_id"])
        self.env["order.event"]._record(
            [
                {
                    **hold.order_id._order_event("held"),
                    "line_id": hold.line_number or None,
                    "line_name": hold.line_name or None,
                    "reason": hold.reason_code,
                    "note": hold.note,
                }
                for hold in holds
            ]
        )
        holds._mark_staying()
        holds._free_reserved()
        return holds

    def _hold_row(self, want, now):
        """The columns of one hold."""
        order, reason, line = want["order"], want["reason"], want.get("line")
        return {
            "order_id": order.id,
            "company_id": order.company_id.id,
            "line_id": line.id if line else None,
            "line_number": line.id if line else 0,
            "line_name": (line.name or "").split("\n")[0] if line else None,
            "reason_id": reason.id,
            "reason_code": reason.code,
            "automatic": bool(want.get("automatic")),
            "standing_id": want["standing"].id if want.get("standing") else None,
            "note": want.get("note") or "",
            "state": "open",
            "owner_id": want["owner"].id if want.get("owner") else None,
            "until": want["until"][order.company_id] or None if want.get("until") else None,
            "held_by_id": self.env.uid,
            "held_at": now,
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
        }

    # ------------------------------------------------------------------ keeping them

    def _verification_record_holds(self, assessments):
        """Hold what a blocking finding or a standing hold stops, lift what nothing stops any more.

        :return: dict of order id to its open holds
        """
        open_holds = self._verification_open_holds()
        wanted = self._hold_wanted(assessments)
        none = self.env["order.hold"].sudo()
        present = none.union(*open_holds.values())
        gone = present.filtered(lambda hold: hold._kept() and hold._key() not in wanted)
        # the line was deleted, and with it what was held
        gone |= present - present._living()
        if gone:
            gone._lift(self.env._("The cause is gone."))
            gone._resume()
        keys = {hold._key() for hold in present}
        new = [want for key, want in wanted.items() if key not in keys]
        return ((present - gone) | self._hold_set(new)).grouped(lambda hold: hold.order_id.id)

    def _hold_wanted(self, assessments):
        """What the findings and the standing holds want held, by the key that a hold of theirs has."""
        reasons = self._verification_hold_reasons()
        wanted = {}
        for order in self:
            if not order.company_id._order_control_enforced():
                continue
            for finding in assessments[order.id].blocking:
                reason = reasons.get(finding.rule.code) or reasons["finding"]
                want = {"order": order, "reason": reason, "note": finding.message, "automatic": True}
                want["owner"] = reason.owner_id
                wanted.setdefault((order.id, reason.id, 0, 0), want)
        return wanted | self.env["order.standing.hold"]._wanted(self)

    # ------------------------------------------------------------------ what they stop

    def _hold_problems(self, step, assessments, lines=None, leaving=False):
        """What open and standing holds stop at ``step``, in words.

        :param dict assessments: of orders just judged: a rule's hold of theirs is named by its finding, or about to go
        :param lines: the order lines concerned; default all
        :param bool leaving: goods are leaving: a held lot counts where it is picked
        :return: dict of order id to list of lines for people
        """
        if not self:
            return {}
        matches = self.env["order.standing.hold"]._wanted(self, leaving=leaving)
        problems = {}
        concerned = None if lines is None else set(lines.ids)
        for order_id, holds in self._verification_open_holds().items():
            for hold in holds._living():
                about_to_go = (hold.automatic and hold._kept() and order_id in assessments) or (
                    hold.standing_id and hold._key() not in matches
                )
                matches.pop(hold._key(), None)
                if hold.reason_id[step] and not about_to_go:
                    if concerned is None or not hold.line_number or hold.line_number in concerned:
                        problems.setdefault(order_id, []).append(hold._words())
        for (order_id, _reason, line_id, _standing), want in matches.items():
            if want["reason"][step] and (concerned is None or not line_id or line_id in concerned):
                problems.setdefault(order_id, []).append(want["standing"]._words(want["order"], want.get("line")))
        return problems

    def _hold_moves(self):
        """The open moves of these orders by which goods go out, all steps of a delivery."""
        moves = self.sudo().order_line.move_ids
        return moves.filtered(lambda move: move.state not in ("draft", "done", "cancel"))._order_outward()
