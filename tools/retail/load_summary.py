"""The day's figures, every one read back from the database."""

from odoo.tools import SQL

from . import submission

# parameters: company, source, day
DAY_INTAKES = """
    SELECT intake.* FROM order_intake intake
     WHERE intake.company_id = %(company)s AND intake.source = %(source)s AND intake.business_date = %(day)s
"""
DAY_CASES = """
    SELECT cases.*, coalesce(cases.problems, 'null'::jsonb) AS faults FROM order_return cases
     WHERE cases.company_id = %(company)s AND cases.source = %(source)s AND cases.business_date = %(day)s
"""
# one row per row of the file on a document of return
CASE_ROWS = f"""
    SELECT cases.id, (asked.line ->> 'row')::int AS row,
           bool_and(found.id IS NOT NULL) AS matched,
           bool_and(coalesce(found.credited_qty >= found.quantity, FALSE)) AS refunded
      FROM ({DAY_CASES}) cases
CROSS JOIN LATERAL jsonb_array_elements(cases.payload -> 'lines') WITH ORDINALITY AS asked(line, place)
 LEFT JOIN LATERAL (
           SELECT min(line.id) AS id, sum(line.quantity) AS quantity, sum(line.credited_qty) AS credited_qty
             FROM order_return_line line
            WHERE line.return_id = cases.id AND line.row = asked.place - 1 HAVING count(*) > 0) found ON TRUE
  GROUP BY 1, 2
"""
# open discrepancies of lines that no row of the file asked for
UNEXPLAINED = """
    SELECT count(*) FROM order_discrepancy record
      JOIN sale_order_line line ON line.id = record.line_id
 LEFT JOIN order_intake intake ON intake.id = (SELECT intake_id FROM sale_order WHERE id = record.order_id)
     WHERE record.company_id = %(company)s AND record.state IN ('open', 'in_progress')
       AND (intake.source IS DISTINCT FROM %(source)s OR coalesce(line.order_sender_line, '') = '')
"""


class Figures:
    """Reads the summary of one day.

    :param session: an open ``Session``
    :param date day: the business day
    """

    def __init__(self, session, day):
        self.session = session
        self.cr = session.root.cr
        self.day = day
        session.root.flush_all()

    def rows(self, query, **more):
        """Rows of ``query``, a constant with the parameters company, source and day."""
        values = {"company": self.session.company.id, "source": submission.SOURCE, "day": self.day, **more}
        self.cr.execute(SQL(query, **values))
        return self.cr.fetchall()

    def one(self, query, *names):
        """The single row of ``query`` as a dict."""
        return dict(zip(names, (_plain(value) for value in self.rows(query)[0])))

    def counts(self, query):
        """A query of name and number as a dict, by name."""
        return {name or "": _plain(number) for name, number in sorted(self.rows(query))}

    def summary(self):
        """All figures but ``seconds``, as in ``summary.json``."""
        orders = self._orders()
        returns, return_rows = self._returns()
        lines = self._lines()
        return {
            "input": {
                "rows": lines["submitted"] + return_rows["requested"],
                "orders": orders["received"],
                "returns": returns["requested"],
            },
            "rows": {
                "ordered": lines["ordered"],
                "returned": return_rows["matched"],
                "rejected": lines["rejected"] + return_rows["unmatched"],
            },
            "orders": orders,
            "rejections": self.counts(
                f"SELECT first_error_code, count(*) FROM ({DAY_INTAKES}) intake WHERE state = 'rejected' GROUP BY 1"
            ),
            "holds": self.counts(
                f"""
                SELECT hold.reason_code, count(DISTINCT hold.order_id)
                  FROM order_hold hold JOIN ({DAY_INTAKES}) intake ON intake.order_id = hold.order_id GROUP BY 1
                """
            ),
            "returns": returns,
            "return_rows": return_rows,
            "transfers": self._transfers(),
            "invoices": self._invoices("out_invoice"),
            "credits": self._invoices("out_refund"),
            "discrepancies": self.counts(
                """
                SELECT kind, count(*) FROM order_discrepancy
                 WHERE company_id = %(company)s AND state IN ('open', 'in_progress') GROUP BY 1
                """
            ),
            "unexplained_discrepancies": self.rows(UNEXPLAINED)[0][0],
            "buckets": self._buckets(),
            "equations": self._equations(),
            "statement": self.one(
                f"SELECT to_char(date, 'YYYY-MM-DD'), state, digest FROM ({STATEMENT}) statement",
                "date",
                "state",
                "digest",
            ),
        }

    def _orders(self):
        return self.one(
            f"""
            SELECT count(*), count(*) FILTER (WHERE intake.state = 'accepted'),
                   count(*) FILTER (WHERE intake.state = 'rejected'),
                   count(*) FILTER (WHERE sale.verification_state = 'verified'),
                   count(*) FILTER (WHERE sale.verification_state = 'held'),
                   count(*) FILTER (WHERE sale.state = 'sale')
              FROM ({DAY_INTAKES}) intake LEFT JOIN sale_order sale ON sale.id = intake.order_id
            """,
            *("received", "accepted", "rejected", "verified", "held", "confirmed"),
        )

    def _lines(self):
        return self.one(
            f"""
            SELECT coalesce(sum(jsonb_array_length(payload -> 'lines')), 0),
                   coalesce(sum(jsonb_array_length(payload -> 'lines')) FILTER (WHERE state = 'rejected'), 0),
                   (SELECT count(*) FROM sale_order_line line JOIN ({DAY_INTAKES}) taken ON taken.order_id = line.order_id
                     WHERE line.display_type IS NULL)
              FROM ({DAY_INTAKES}) intake
            """,
            *("submitted", "rejected", "ordered"),
        )

    def _returns(self):
        cases = self.one(
            f"""
            SELECT count(DISTINCT id), count(DISTINCT id) FILTER (WHERE matched) FROM (
                   SELECT id, bool_and(matched) AS matched FROM ({CASE_ROWS}) asked GROUP BY 1) found
            """,
            *("requested", "matched"),
        )
        rows = self.one(
            f"""
            SELECT count(*), count(*) FILTER (WHERE matched), count(*) FILTER (WHERE NOT matched),
                   count(*) FILTER (WHERE refunded) FROM ({CASE_ROWS}) asked
            """,
            *("requested", "matched", "unmatched", "refunded"),
        )
        return {**cases, "unmatched": cases["requested"] - cases["matched"]}, rows

    def _transfers(self):
        return self.one(
            f"""
            SELECT count(*) FILTER (WHERE picking.state = 'done'),
                   count(*) FILTER (WHERE picking.backorder_id IS NOT NULL AND picking.state NOT IN ('done', 'cancel'))
              FROM stock_picking picking
              JOIN stock_picking_type type ON type.id = picking.picking_type_id AND type.code = 'outgoing'
             WHERE picking.sale_id IN (SELECT order_id FROM ({DAY_INTAKES}) intake)
            """,
            *("done", "backorders"),
        )

    def _invoices(self, kind):
        values = self.rows(
            """
            SELECT count(*), coalesce(sum(amount_untaxed), 0), coalesce(sum(amount_tax), 0), coalesce(sum(amount_total), 0)
              FROM account_move
             WHERE company_id = %(company)s AND state = 'posted' AND move_type = %(kind)s AND invoice_date = %(day)s
            """,
            kind=kind,
        )[0]
        return dict(zip(("count", "untaxed", "tax", "total"), map(_plain, values)))

    def _buckets(self):
        found = self.rows(
            f"""
            SELECT line.bucket, count(DISTINCT intake.id), round(sum(line.ordered_value_company)::numeric, 2)
              FROM ({STATEMENT}) statement
              JOIN order_reconciliation_line line ON line.reconciliation_id = statement.id
              JOIN ({DAY_INTAKES}) intake
                ON intake.order_id = line.order_id OR (intake.order_id IS NULL AND intake.id = line.intake_id)
          GROUP BY line.bucket, line.bucket_sequence ORDER BY line.bucket_sequence
            """
        )
        return {bucket: {"orders": orders, "value": _plain(value)} for bucket, orders, value in found}

    def _equations(self):
        names = ("name", "unit", "left", "right", "difference")
        found = self.rows(
            f"""
            SELECT equation.name, equation.unit, equation."left", equation."right", equation.difference
              FROM ({STATEMENT}) statement
              JOIN order_reconciliation_equation equation ON equation.reconciliation_id = statement.id
          ORDER BY equation.sequence, equation.id
            """
        )
        return [dict(zip(names, map(_plain, row))) for row in found]


STATEMENT = """
    SELECT * FROM order_reconciliation
     WHERE company_id = %(company)s AND date = %(day)s AND state <> 'superseded' ORDER BY revision DESC LIMIT 1
"""


def _plain(value):
    """Numbers as JSON has them: whole ones as such, others to four decimals, without binary noise."""
    if value is None or isinstance(value, str | int):
        return value
    return round(float(value), 4) + 0.0
