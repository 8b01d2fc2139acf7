from odoo import api, models
from odoo.tools import SQL

from ..common.business_day import company_tz
from ..common.open_documents import in_return, open_moves, to_check
from .order_reconciliation_facts import BILLED, FACT


class OrderReconciliationDocuments(models.Model):
    """What the open documents of an order say about where it stands, and what the close before said."""

    _inherit = "order.reconciliation"

    def _zone(self):
        """Name of the company's time zone."""
        return company_tz(self.company_id).zone

    @api.model
    def _open_moves(self):
        """Per order: an open transfer back, goods in hand, goods reserved, anything still to leave."""
        return open_moves(self._in_scope("line"))

    @api.model
    def _to_check(self):
        """The orders with a failed check on an open transfer, or with goods in hand that nobody checked."""
        return to_check(self._in_scope("line"))

    @api.model
    def _in_return(self):
        """``SQL`` true for an order with a return case that is approved or received and not settled."""
        return in_return(SQL("scope.order_id"))

    def _paid_in_order_currency(self):
        """Per order: what the day book says was paid, in the order's currency."""
        return SQL(
            """
            SELECT event.order_id,
                   sum(event.amount * CASE WHEN event.currency_id = sale.currency_id THEN 1
                                           ELSE sale.currency_rate / coalesce(nullif(document.invoice_currency_rate, 0), 1) END)
                   AS paid_value
              FROM order_event event
              JOIN sale_order sale ON sale.id = event.order_id
         LEFT JOIN account_move document ON event.document_model = 'account.move' AND document.id = event.document_id
             WHERE %s AND event.kind IN ('paid', 'unpaid') AND %s
          GROUP BY event.order_id
            """,
            self._in_scope("event"),
            self._seen("event"),
        )

    @api.model
    def _unpaid(self):
        """Per order: whether a posted invoice or credit note of it is not paid in full."""
        return SQL(
            """
            SELECT billed.order_id, TRUE AS found
              FROM %s billed
              JOIN account_move move ON move.id = billed.move_id
             WHERE move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_refund')
               AND move.payment_state IN ('not_paid', 'partial')
          GROUP BY billed.order_id
            """,
            BILLED,
        )

    def _source_opening(self, measure):
        """Per order: open at the close before, and open at the start by the day book; the first day has only the book."""
        start = SQL(
            """
            SELECT %(group)s AS group_id, fact.order_id, fact.order_name, sum(%(open)s) AS quantity
              FROM %(fact)s fact WHERE fact.goods GROUP BY 1, 2, 3 HAVING sum(%(open)s) <> 0
            """,
            group=SQL("fact.unit_id" if measure == "quantity" else "fact.currency_id"),
            open=SQL("fact.q_open_start" if measure == "quantity" else "fact.v_open_start"),
            fact=FACT,
        )
        if not self.previous_id:
            return SQL("SELECT *, '' AS line_name, quantity AS before, quantity AS at_start FROM (%s) start", start)
        closed = SQL(
            """
            SELECT line.currency_id AS group_id, line.order_number AS order_id, line.order_name, line.open_value AS quantity
              FROM order_reconciliation_line line WHERE line.reconciliation_id = %s AND line.order_number > 0
            """,
            self.previous_id.id,
        )
        if measure == "quantity":
            closed = SQL(
                """
                SELECT opened.key::int4 AS group_id, line.order_number AS order_id, line.order_name,
                       opened.value::numeric AS quantity
                  FROM order_reconciliation_line line, jsonb_each_text(line.open_units) opened
                 WHERE line.reconciliation_id = %s AND line.order_number > 0
                """,
                self.previous_id.id,
            )
        return SQL(
            """
            SELECT both_sides.group_id, both_sides.order_id, max(both_sides.order_name) AS order_name, '' AS line_name,
                   sum(both_sides.before) AS before, sum(both_sides.at_start) AS at_start
              FROM (SELECT group_id, order_id, order_name, quantity AS before, 0 AS at_start FROM (%s) closed
                 UNION ALL
                    SELECT group_id, order_id, order_name, 0, quantity FROM (%s) start) both_sides
          GROUP BY both_sides.group_id, both_sides.order_id
            """,
            closed,
            start,
        )
