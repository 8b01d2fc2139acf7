from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from .order_discrepancy import OPEN

# sums of a line in the screen, each a column of the ledgers
SUMS = ("booked", "cancelled", "shipped", "returned", "open_out", "billed", "value", "total", "paid")
# what must be the same on the line and on all of its documents
SAME = {
    "product": SQL.identifier("line", "product_id"),
    "unit": SQL.identifier("line", "product_uom_id"),
    "currency": SQL.identifier("sale", "currency_id"),
}
# columns of a row of a ledger
COLUMNS = {"line_id": "int4", **dict.fromkeys(SUMS, "float8"), **dict.fromkeys(SAME, "int4"), "odd": "bool"}
# far below the smallest step of a quantity or an amount, far above the error of adding them
HAIR = 1e-6


class OrderDiscrepancyScreen(models.Model):
    """Which lines of a whole company are worth the full comparison: a coarse sum of the ledgers, one row per line.

    Most lines of an old database are plain: one product, one unit and one currency on every document, what went out and
    is still to go is what was ordered, what is invoiced is what was delivered, at the order's price, paid in one piece or
    not at all. No kind can hold of such a line, by the formulas of ``kinds.py``. Whatever is not plain passes the screen,
    wrong or not: the screen may be too careful, never too bold. Whoever adds a kind asks here whether it can hold of a
    plain line; tests/discrepancy/test_screen.py asks, too.
    """

    _inherit = "order.discrepancy"

    @api.model
    def _screened_lines(self, company_ids, moment):
        """Ids of the lines of companies that the full comparison must look at; the caller has flushed.

        :param company_ids: ids of ``res.company``
        :param datetime moment: UTC, the moment of the comparison
        :return: two sets of ids of ``sale.order.line``: the lines, and those of which a ledger beside says something
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT id, FALSE FROM (%s) AS odd
                 UNION ALL
                SELECT line_id, TRUE FROM (%s) AS other
                 UNION ALL
                SELECT line_id, FALSE FROM order_discrepancy WHERE state = ANY(%s) AND company_id = ANY(%s)
                """,
                self._odd_query(company_ids, moment),
                self._beside_query(),
                list(OPEN),
                list(company_ids),
            )
        )
        rows = self.env.cr.fetchall()
        return {line_id for line_id, _beside in rows}, {line_id for line_id, beside in rows if beside}

    @api.model
    def _suspects_query(self, company_ids, moment):
        """``SQL``: ids of the lines that are not plain, whether a record tells of them or not."""
        return SQL("%s UNION %s", self._odd_query(company_ids, moment), self._beside_query())

    @api.model
    def _beside_query(self):
        """``SQL``: ids of the lines of which a ledger beside says something."""
        beside = self.env["order.matching"]._ledgers_beside(SQL("TRUE"), narrow=False)
        return SQL(
            "SELECT line_id FROM (%s) AS beside (line_id, tag, quantity) WHERE line_id IS NOT NULL",
            SQL(" UNION ALL ").join(beside),
        )

    @api.model
    def _odd_query(self, company_ids, moment):
        """``SQL``: ids of the lines that are not plain by the ledgers of goods and money."""
        return SQL(
            """
            SELECT line.id
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
         LEFT JOIN product_product product ON product.id = line.product_id
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN (%(sums)s) sums ON sums.line_id = line.id
             WHERE line.display_type IS NULL AND line.is_downpayment IS NOT TRUE AND sale.state IN ('sale', 'cancel')
               AND line.company_id = ANY(%(companies)s) AND NOT coalesce(%(plain)s, FALSE)
            """,
            sums=self._screen_sums(),
            plain=self._plain_condition(moment),
            companies=list(company_ids),
        )

    @api.model
    def _plain_condition(self, moment):
        """``SQL`` true for a plain ``line`` of ``sale`` with its ``sums``; a fact that is missing makes it NULL: not plain."""
        field = self.env["sale.order.line"]._fields.get("order_promise_date")
        promise = SQL("line.order_promise_date") if field and field.store else SQL("NULL::date")
        unit = min(self.env["res.currency"].sudo().search([]).mapped("rounding"), default=0.01)
        sums = {name: SQL("coalesce(sums.%s, 0)", SQL.identifier(name)) for name in SUMS}
        ordered, delivered = SQL("line.product_uom_qty::float8"), SQL("coalesce(line.qty_delivered, 0)::float8")
        share = SQL("%s / %s", sums["billed"], ordered)

        def none(*names):
            return SQL(" AND ").join(SQL("%s = 0", sums[name]) for name in names)

        def equal(left, right, hair=HAIR):
            return SQL("abs(%s - %s) <= %s", left, right, hair)

        return SQL(
            """
            sums.odd IS NOT TRUE AND %(same)s AND %(scaled)s AND line.product_uom_qty > 0 AND %(delivered)s >= 0 AND %(booked)s
            AND CASE WHEN sale.state = 'cancel' THEN %(nothing)s AND %(delivered)s = 0
                     WHEN line.qty_delivered_method = 'stock_move' THEN %(uncut)s AND %(shipped)s AND %(moved)s AND %(in_time)s
                     ELSE %(uncut)s AND %(unmoved)s END
            AND (%(billed)s OR %(ahead)s) AND %(stored)s AND %(value)s AND %(total)s AND (%(unpaid)s OR %(paid)s)
            """,
            same=SQL(" AND ").join(
                SQL(
                    "(sums.%(least)s IS NULL OR (sums.%(least)s = %(own)s AND sums.%(most)s = %(own)s))",
                    least=SQL.identifier(f"least_{name}"),
                    most=SQL.identifier(f"most_{name}"),
                    own=own,
                )
                for name, own in SAME.items()
            ),
            scaled=SQL(" AND ").join(
                SQL("NOT %s", self._finer(SQL("coalesce(%s, 0)", SQL.identifier("line", name))))
                for name in ("product_uom_qty", "qty_delivered", "qty_invoiced")
            ),
            delivered=delivered,
            booked=equal(sums["booked"], ordered),
            nothing=none("shipped", "returned", "open_out", "billed"),
            uncut=none("cancelled"),
            unmoved=none("shipped", "returned", "open_out"),
            shipped=equal(SQL("%s + %s", sums["shipped"], sums["open_out"]), ordered),
            moved=equal(SQL("%s - %s", sums["shipped"], sums["returned"]), delivered),
            # a day of the company's clock may be the day before that of UTC, and somewhere it is tomorrow already
            in_time=SQL(
                "(%s OR coalesce(coalesce(%s, (sale.commitment_date - INTERVAL '12 hours')::date) >= %s, TRUE))",
                none("open_out"),
                promise,
                (moment + timedelta(hours=14)).date(),
            ),
            billed=equal(sums["billed"], delivered),
            # what is invoiced when it is ordered may be ahead of what is delivered, as long as nothing comes back
            ahead=SQL(
                "template.invoice_policy = 'order' AND %s AND %s > %s AND %s <= %s",
                none("returned"),
                sums["billed"],
                delivered,
                sums["billed"],
                ordered,
            ),
            stored=equal(sums["billed"], SQL("coalesce(line.qty_invoiced, 0)::float8")),
            value=equal(sums["value"], SQL("line.price_subtotal::float8 * %s", share), unit / 1000),
            total=equal(sums["total"], SQL("line.price_total::float8 * %s", share), unit * 1.49),
            unpaid=none("paid"),
            paid=equal(sums["paid"], sums["total"]),
        )

    @api.model
    def _finer(self, quantity):
        """``SQL`` true if a quantity has more digits than units have: the full comparison rounds each, the screen none."""
        return SQL("scale(%s) > %s", quantity, self.env["decimal.precision"].precision_get("Product Unit"))

    # ------------------------------------------------------------------ the ledgers

    @api.model
    def _screen_sums(self):
        """``SQL``: the coarse sums of every line of the database."""
        columns = [SQL("sum(%s) AS %s", SQL.identifier(name), SQL.identifier(name)) for name in SUMS]
        for name in SAME:
            own = SQL.identifier(name)
            columns.append(SQL("min(%s) AS %s", own, SQL.identifier(f"least_{name}")))
            columns.append(SQL("max(%s) AS %s", own, SQL.identifier(f"most_{name}")))
        columns.append(SQL("bool_or(odd) AS odd"))
        ledgers = (self._screen_book(), self._screen_stock(), self._screen_invoices())
        return SQL(
            "SELECT line_id, %s FROM (%s) AS ledger GROUP BY line_id",
            SQL(", ").join(columns),
            SQL(" UNION ALL ").join(ledgers),
        )

    @api.model
    def _row(self, **given):
        """``SQL``: the columns of a row of a ledger; what is not given is NULL."""
        return SQL(", ").join(
            SQL("(%s)::%s AS %s", given.get(name, SQL("NULL")), SQL(kind), SQL.identifier(name))
            for name, kind in COLUMNS.items()
        )

    @api.model
    def _screen_book(self):
        cancelled = SQL("event.kind IN ('cancelled', 'reopened')")
        return SQL(
            """
            SELECT %s FROM order_event event
             WHERE event.line_id IS NOT NULL
               AND event.kind IN ('entered', 'raised', 'lowered', 'removed', 'cancelled', 'closed_short', 'reopened')
            """,
            self._row(
                line_id=SQL("event.line_id"),
                booked=SQL("CASE WHEN NOT %s THEN event.quantity END", cancelled),
                cancelled=SQL("CASE WHEN %s THEN event.quantity END", cancelled),
            ),
        )

    @api.model
    def _screen_stock(self):
        """Moves from an own place to a customer, back with a refund, or on the way; any other is odd."""
        out = SQL("origin.usage = 'internal' AND target.usage = 'customer' AND move.origin_returned_move_id IS NULL")
        back = SQL("origin.usage = 'customer' AND target.usage = 'internal' AND move.to_refund IS TRUE")
        inside = SQL("origin.usage = 'internal' AND target.usage = 'internal'")
        return SQL(
            """
            SELECT %s
              FROM stock_move move
              JOIN stock_location origin ON origin.id = move.location_id
              JOIN stock_location target ON target.id = move.location_dest_id
             WHERE move.sale_line_id IS NOT NULL AND move.state <> 'cancel'
            """,
            self._row(
                line_id=SQL("move.sale_line_id"),
                shipped=SQL("CASE WHEN move.state = 'done' AND %s THEN move.quantity END", out),
                returned=SQL("CASE WHEN move.state = 'done' AND %s THEN move.quantity END", back),
                open_out=SQL("CASE WHEN move.state <> 'done' THEN move.product_uom_qty END"),
                product=SQL("move.product_id"),
                unit=SQL("move.product_uom"),
                odd=SQL(
                    "NOT (%s OR %s OR (%s AND move.state = 'done')) OR %s",
                    out,
                    inside,
                    back,
                    self._finer(SQL("CASE move.state WHEN 'done' THEN move.quantity ELSE move.product_uom_qty END")),
                ),
            ),
        )

    @api.model
    def _screen_invoices(self):
        """Lines of posted invoices and credit notes, paid with one payment or not at all; any other is odd."""
        sign = SQL("CASE move.move_type WHEN 'out_invoice' THEN 1 ELSE -1 END")
        return SQL(
            """
            SELECT %s
              FROM sale_order_line_invoice_rel rel
              JOIN account_move_line item ON item.id = rel.invoice_line_id
              JOIN account_move move ON move.id = item.move_id
         LEFT JOIN (
                   -- an invoice with a negative line shares what is paid in a way of its own
                   SELECT bill.id, count(*) = 1 AND sum(half.amount) = bill.amount_total
                          AND NOT EXISTS (SELECT 1 FROM account_move_line other
                                           WHERE other.move_id = bill.id AND other.price_total < 0) AS whole
                     FROM account_partial_reconcile partial
               CROSS JOIN LATERAL (VALUES
                          (partial.debit_move_id, 'out_invoice', partial.debit_amount_currency),
                          (partial.credit_move_id, 'out_refund', partial.credit_amount_currency))
                          AS half (side_id, move_type, amount)
                     JOIN account_move_line side ON side.id = half.side_id
                     JOIN account_move bill ON bill.id = side.move_id AND bill.move_type = half.move_type
                 GROUP BY bill.id) paid ON paid.id = move.id
             WHERE move.move_type IN ('out_invoice', 'out_refund')
               AND (move.state <> 'cancel' OR move.payment_state = 'invoicing_legacy')
            """,
            self._row(
                line_id=SQL("rel.order_line_id"),
                billed=SQL("%s * item.quantity", sign),
                value=SQL("%s * item.price_subtotal", sign),
                total=SQL("%s * item.price_total", sign),
                paid=SQL("CASE WHEN paid.whole THEN %s * item.price_total END", sign),
                unit=SQL("item.product_uom_id"),
                currency=SQL("item.currency_id"),
                odd=SQL(
                    "move.state <> 'posted' OR NOT paid.whole OR item.quantity < 0 OR %s",
                    self._finer(SQL("item.quantity")),
                ),
            ),
        )
