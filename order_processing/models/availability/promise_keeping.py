"""Promises are written as they are made: a set at a time, in a few statements, with their rows in the day book."""

from odoo import api, fields, models
from odoo.tools import SQL, float_compare

from ..common.business_day import desk_day
from ..common.sql_arrays import id_array, value_array

LINE = (
    *("order_promise_date", "order_first_promise_date", "order_arrival_date", "order_promise_basis"),
    *("order_promise_source", "order_short_qty", "order_is_short", "order_look_again", "write_uid", "write_date"),
)
# computed of the lines
ORDER = ("order_promise_date", "order_arrival_date", "order_is_short", "order_misses_window")
BOOKED = (
    *("kind", "company_id", "order_id", "order_name", "line_id", "line_name", "product_id", "uom_id", "currency_id"),
    *("quantity", "document_model", "document_id", "document_name", "business_date", "note", "reason"),
)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _keep_promises(self, facts, promises):
        """Write what changed of promises, and the rows of the day book for the lines whose day did.

        Nothing else may be waiting to be written: these are statements of their own.

        :param facts: list of ``Facts``
        :param dict promises: line id to ``Promise``
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        certain = 10**-digits
        said, changed, moved = {}, [], []
        for fact in facts:
            promise = promises.get(fact.line_id)
            if promise is None:
                continue
            short = promise.short
            # what differs by a whole step needs no rounding to be told apart
            if abs(short - fact.short) < certain and not float_compare(short, fact.short, precision_digits=digits):
                if promise[:2] == (fact.before, fact.arrival) and promise[3:5] == (fact.basis, fact.source):
                    continue
                short = fact.short
            key = (*promise[:2], *promise[3:], fact.before)
            change = fact.line_id, said.setdefault(key, len(said)), short
            changed.append(change)
            if promise.day != fact.before:
                moved.append((*change, fact.order_id, fact.company_id, fact.ordered_at))
        if not changed:
            return
        numbered = self._promises_said(said)
        if moved:
            self._book_promises(numbered, moved)
        self._write_promises(numbered, changed)
        lines = self.env["sale.order.line"].sudo().browse(change[0] for change in changed)
        lines.invalidate_recordset(LINE, flush=False)
        ids = {change[0] for change in changed}
        orders = self.sudo().browse(dict.fromkeys(fact.order_id for fact in facts if fact.line_id in ids))
        orders.invalidate_recordset([*ORDER, "order_slipped"], flush=False)
        for name in ORDER:
            self.env.add_to_compute(orders._fields[name], orders)
        if moved:
            self.sudo().browse(dict.fromkeys(row[3] for row in moved))._promises_kept()

    def _promises_kept(self):
        """Days that are promised of these orders (``sudo``) were written; hook for who follows them."""

    def _promises_said(self, said):
        """``SQL`` of rows ``(number, day, arrival, basis, source, reason)``, one for all lines of the same answer."""
        rows = [
            (number, day, arrival, basis, source, self._promise_reason(day, basis, source, cause, before))
            for (day, arrival, basis, source, cause, before), number in said.items()
        ]
        numbers, days, arrivals, bases, sources, reasons = zip(*rows)
        return SQL(
            "unnest(%s, %s, %s, %s, %s, %s) AS said (number, day, arrival, basis, source, reason)",
            id_array(numbers),
            value_array(SQL("date"), days),
            value_array(SQL("date"), arrivals),
            value_array(SQL("varchar"), bases),
            value_array(SQL("varchar"), sources),
            value_array(SQL("varchar"), reasons),
        )

    def _promise_reason(self, day, basis, source, cause, before):
        """Why a promise is what it is, or changed: from when to when, by what, and what moved it."""
        if not before:
            return source
        bases = dict(self.env["sale.order.line"]._fields["order_promise_basis"]._description_selection(self.env))
        causes = {
            "cutoff": self.env._("after the carrier's cut-off"),
            "window": self.env._("not before the first day of its window"),
            "notice": self.env._("the customer wants notice before it arrives"),
        }
        cause, _blank, names = (cause or "").partition(" ")
        causes["priority"] = self.env._("%s comes first by priority", names)
        why = ", ".join(filter(None, (source or bases.get(basis), causes.get(cause))))
        change = f"{fields.Date.to_string(before)} → {fields.Date.to_string(day) or ''}"
        return ": ".join(filter(None, (change, why)))

    def _write_promises(self, said, changed):
        numbers, answers, shorts = zip(*changed)
        self.env.cr.execute(
            SQL(
                """
                UPDATE sale_order_line line
                   SET order_promise_date = said.day, order_arrival_date = said.arrival,
                       order_promise_basis = said.basis, order_promise_source = said.source,
                       order_first_promise_date = coalesce(line.order_first_promise_date, said.day),
                       order_short_qty = given.short, order_is_short = given.short > 0,
                       -- what is short no more was decided once; if it is again, somebody looks at it anew
                       order_look_again = CASE WHEN given.short > 0 OR coalesce(line.order_short_qty, 0) = 0
                                               THEN line.order_look_again END,
                       write_uid = %(user)s, write_date = %(now)s
                  FROM unnest(%(lines)s, %(answers)s, %(shorts)s) AS given (line_id, number, short)
                  JOIN %(said)s ON said.number = given.number
                 WHERE line.id = given.line_id
                """,
                user=self.env.uid,
                now=fields.Datetime.now(),
                lines=id_array(numbers),
                answers=id_array(answers),
                shorts=value_array(SQL("numeric"), shorts),
                said=said,
            )
        )

    def _book_promises(self, said, moved):
        """Enter the day that is promised, and why it changed."""
        numbers, answers, _shorts, orders, companies, moments = zip(*moved)
        known = {
            (company, moment): desk_day(self.env["res.company"].browse(company), moment)
            for company, moment in set(zip(companies, moments))
        }
        days = {order: known[company, moment] for order, company, moment in zip(orders, companies, moments)}
        self.env["order.event"]._insert_select(
            SQL(
                """
                SELECT 'promised', sale.company_id, sale.id, sale.name, line.id, split_part(line.name, E'\\n', 1), line.product_id,
                       line.product_uom_id, line.currency_id, line.product_uom_qty, 'sale.order', sale.id, sale.name,
                       dated.day, said.day::text, said.reason
                  FROM unnest(%(lines)s, %(answers)s) WITH ORDINALITY AS given (line_id, number, place)
                  JOIN %(said)s ON said.number = given.number
                  JOIN sale_order_line line ON line.id = given.line_id
                  JOIN sale_order sale ON sale.id = line.order_id
                  JOIN unnest(%(orders)s, %(days)s) AS dated (order_id, day) ON dated.order_id = sale.id
              ORDER BY given.place
                """,
                lines=id_array(numbers),
                answers=id_array(answers),
                said=said,
                orders=id_array(days),
                days=value_array(SQL("date"), days.values()),
            ),
            BOOKED,
        )
