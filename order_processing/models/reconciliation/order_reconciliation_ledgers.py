from odoo import api, models
from odoo.tools import SQL

from ..common.account_move import INVOICE_COLUMNS
from ..common.account_partial_reconcile import PAYMENT_COLUMNS
from ..common.stock_places import outside
from .order_reconciliation_facts import BILLED, BITS, CREDITED, INVOICED, KINDS, SCOPE


class OrderReconciliationLedgers(models.Model):
    """Where the figures of a cut are read: the day book on one side, order lines, stock and journals on the other.

    Each source of the facts has one row of the columns ``KEYS`` (0 where there is no product or currency), and its columns.
    """

    _inherit = "order.reconciliation"

    def _book_sums(self):
        """The day book's rows of order lines; ``vo`` at the order's own rate where the document has another currency."""
        sums = [
            SQL(
                "sum(piece.%s) FILTER (WHERE %s) AS %s",
                SQL.identifier(measure),
                condition,
                SQL.identifier(f"{measure}_{name}"),
            )
            for name, condition, measures in self._book_columns()
            for measure in measures
        ]
        return SQL(
            """
            SELECT piece.order_id, piece.line_id, coalesce(piece.product_id, 0) AS product_id,
                   coalesce(piece.currency_id, 0) AS currency_id, %(sums)s
              FROM (
                SELECT event.order_id, event.line_id, event.product_id, event.currency_id, CASE event.kind %(bits)s END AS bit,
                       %(early)s AS early, coalesce(event.to_refund, FALSE) AS refund, coalesce(event.quantity_ref, 0) AS q,
                       coalesce(event.amount, 0) AS v,
                       CASE WHEN scope.currency_id IS NULL OR event.currency_id IS NULL OR event.currency_id = scope.currency_id
                            THEN coalesce(event.amount, 0)
                            ELSE coalesce(event.amount, 0) * scope.currency_rate
                                 / coalesce((SELECT nullif(document.invoice_currency_rate, 0) FROM account_move document
                                              WHERE event.document_model = 'account.move' AND document.id = event.document_id), 1)
                       END AS vo
                  FROM order_event event
                  JOIN %(scope)s scope ON scope.order_id = event.order_id
                 WHERE event.line_id IS NOT NULL AND event.kind = ANY(%(kinds)s) AND %(seen)s
                -- once a row, and not once for each sum of it
                OFFSET 0) piece
          GROUP BY piece.order_id, piece.line_id, piece.product_id, piece.currency_id
            """,
            sums=SQL(", ").join(sums),
            bits=SQL(" ").join(SQL("WHEN %s THEN %s", kind, bit) for kind, bit in BITS.items()),
            early=self._early("event"),
            scope=SCOPE,
            kinds=list(KINDS),
            seen=self._seen("event"),
        )

    @api.model
    def _line_columns(self):
        """``(name, quantity, value)`` over ``figure`` and ``more``, of what order lines and stock moves say; quantities in the
        line's unit. Of a cancelled order what had left stands."""
        drafts = "figure.draft_invoiced - figure.draft_credited"
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return [
            (
                "ordered_raw",
                SQL("CASE WHEN more.fell THEN figure.shipped ELSE figure.stored_ordered END"),
                SQL("CASE WHEN more.fell THEN figure.shipped_value ELSE figure.subtotal END"),
            ),
            ("shipped", SQL("figure.shipped"), SQL("figure.shipped_value")),
            ("returned", SQL("figure.returned"), SQL("figure.returned_value")),
            ("refund", SQL("figure.returned_refund"), SQL("more.refund_value")),
            ("billed", SQL("figure.invoiced"), SQL("figure.invoiced_value")),
            ("refunded", SQL("figure.credited"), SQL("figure.credited_value")),
            ("draft", SQL(drafts), SQL("0")),
            (
                "to_invoice",
                SQL("figure.stored_delivered - figure.stored_invoiced"),
                SQL("figure.shipped_value - more.refund_value - figure.invoiced_value + figure.credited_value"),
            ),
            (
                "rounding",
                SQL(
                    "figure.shipped - figure.returned_refund - figure.delivered + figure.core_invoiced"
                    f" - (figure.invoiced - figure.credited + {drafts})"
                ),
                SQL("0"),
            ),
            ("delivered", SQL("figure.stored_delivered"), SQL("0")),
            (
                "unit_rounding",
                SQL(f"figure.core_invoiced - (figure.invoiced - figure.credited + {drafts})"),
                SQL("0"),
            ),
            (
                "due",
                SQL(
                    "abs(round(figure.to_invoice_net, %s)) + figure.draft_invoiced + figure.draft_credited",
                    digits,
                ),
                SQL("0"),
            ),
        ]

    @api.model
    def _line_figures(self):
        """Order lines and stock moves, by the matching engine's figures, where there is any."""
        columns = self._line_columns()
        figures = self.env["order.matching"]._figures_query(
            order_ids=SQL("SELECT scope.order_id FROM %s scope", SCOPE),
            more=SQL("line.currency_id AS line_currency_id"),
            payments=False,
            # what is to invoice depends on what stands only where that is what is invoiced
            ordered=SQL(
                """
                line.product_id IN (SELECT product.id FROM product_product product
                                      JOIN product_template template ON template.id = product.product_tmpl_id
                                     WHERE template.invoice_policy = 'order')
                """
            ),
        )
        return SQL(
            """
            SELECT figure.order_id, figure.line_id, coalesce(figure.product_id, 0) AS product_id,
                   coalesce(figure.line_currency_id, 0) AS currency_id, %(columns)s
              FROM (%(figures)s) figure
         LEFT JOIN uom_uom uom ON uom.id = figure.uom_id
         LEFT JOIN product_product product ON product.id = figure.product_id
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN uom_uom reference ON reference.id = template.uom_id
        CROSS JOIN LATERAL (SELECT coalesce(uom.factor / reference.factor, 1) AS factor) ratio
        CROSS JOIN LATERAL (
                   SELECT CASE WHEN figure.stored_ordered = 0 THEN 0
                               ELSE round(figure.subtotal * figure.returned_refund / figure.stored_ordered / figure.currency_unit)
                                    * figure.currency_unit END AS refund_value,
                          figure.state = 'cancel' AND figure.stored_ordered > figure.shipped AS fell) more
             WHERE %(any)s
            """,
            columns=SQL(", ").join(
                SQL(
                    "(%s) * ratio.factor AS %s, %s AS %s",
                    quantity,
                    SQL.identifier(f"q_l_{name}"),
                    value,
                    SQL.identifier(f"v_l_{name}"),
                )
                for name, quantity, value in columns
            ),
            figures=figures,
            any=SQL(" OR ").join(
                SQL("(%s) <> 0", expression) for _name, *expressions in columns for expression in expressions
            ),
        )

    @api.model
    def _again_sums(self):
        """Goods sent again in place of returned ones that are not refunded, by done moves: replaced, or repaired."""
        return SQL(
            """
            SELECT line.order_id, line.id AS line_id, coalesce(line.product_id, 0) AS product_id,
                   coalesce(line.currency_id, 0) AS currency_id,
                   sum(sent.quantity) FILTER (WHERE request.settlement IS DISTINCT FROM 'repair') AS q_l_replaced, 0 AS v_l_replaced,
                   sum(sent.quantity) FILTER (WHERE request.settlement = 'repair') AS q_l_repaired, 0 AS v_l_repaired
              FROM sale_order_line line
              JOIN stock_move move ON move.sale_line_id = line.id AND move.state = 'done' AND move.product_id = line.product_id
                                  AND move.origin_returned_move_id IS NOT NULL AND move.to_refund IS NOT TRUE
              JOIN stock_location origin ON origin.id = move.location_id AND origin.usage <> 'customer'
              JOIN stock_location target ON target.id = move.location_dest_id
                                        AND %(outside)s
              JOIN uom_uom uom ON uom.id = move.product_uom
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom reference ON reference.id = template.uom_id
         LEFT JOIN order_return_line request ON request.id = move.order_return_line_id
        CROSS JOIN LATERAL (SELECT move.quantity * uom.factor / reference.factor AS quantity) sent
             WHERE %(scope)s
          GROUP BY line.id
            """,
            outside=outside("target"),
            scope=self._in_scope("line"),
        )

    @api.model
    def _invoice_sums(self):
        """Posted invoice and credit note lines, in their own currency."""
        return SQL(
            """
            SELECT posted.order_id, posted.line_id, coalesce(posted.product_id, 0) AS product_id,
                   coalesce(posted.currency_id, 0) AS currency_id,
                   sum(posted.quantity_ref) FILTER (WHERE posted.kind = 'invoiced') AS q_l_invoiced,
                   sum(posted.amount) FILTER (WHERE posted.kind = 'invoiced') AS v_l_invoiced,
                   sum(posted.quantity_ref) FILTER (WHERE posted.kind = 'credited') AS q_l_credited,
                   sum(posted.amount) FILTER (WHERE posted.kind = 'credited') AS v_l_credited
              FROM (%s) AS posted (%s)
          GROUP BY posted.order_id, posted.line_id, posted.product_id, posted.currency_id
            """,
            self.env["account.move"]._book_posted_query(
                SQL("TRUE"), SQL("(SELECT line.* FROM sale_order_line line WHERE %s)", self._in_scope("line"))
            ),
            SQL(", ").join(SQL.identifier(name) for name in INVOICE_COLUMNS),
        )

    # ------------------------------------------------------------------ sources of equations beside the lines

    def _source_paid(self):
        """Per order and currency: what the day book says was paid, and what the journals matched."""
        billed = SQL("SELECT billed.move_id FROM %s billed", BILLED)
        # the payments of these documents, found by indexes alone
        on_orders = SQL(
            """
            move.id = ANY(ARRAY(%(billed)s)) AND partial.id = ANY(ARRAY(
                SELECT payment.id FROM account_move_line side
                  JOIN account_partial_reconcile payment ON payment.debit_move_id = side.id
                 WHERE side.move_id IN (%(billed)s)
             UNION
                SELECT payment.id FROM account_move_line side
                  JOIN account_partial_reconcile payment ON payment.credit_move_id = side.id
                 WHERE side.move_id IN (%(billed)s)))
            """,
            billed=billed,
        )
        return SQL(
            """
            SELECT paid.currency_id AS group_id, paid.order_id, scope.order_name, '' AS line_name,
                   sum(paid.booked) AS booked, sum(paid.matched) AS matched
              FROM (
                SELECT event.order_id, event.currency_id, event.amount AS booked, 0 AS matched
                  FROM order_event event
                 WHERE %(orders)s AND event.kind IN ('paid', 'unpaid') AND %(seen)s
             UNION ALL
                SELECT ledger.order_id, ledger.currency_id, 0, ledger.amount
                  FROM (%(ledger)s) AS ledger (%(columns)s)) paid
              JOIN %(scope)s scope ON scope.order_id = paid.order_id
          GROUP BY paid.currency_id, paid.order_id, scope.order_name
            """,
            orders=self._in_scope("event"),
            seen=self._seen("event"),
            ledger=self.env["account.partial.reconcile"]._book_payment_query("paid", 1, on_orders),
            columns=SQL(", ").join(SQL.identifier(name) for name in PAYMENT_COLUMNS),
            scope=SCOPE,
        )

    def _source_documents(self):
        """Per invoice or credit note of the day: the day book's amount, and the journal items of the document."""
        return SQL(
            """
            SELECT booked.currency_id AS group_id, booked.document_id AS order_id, booked.name AS order_name, '' AS line_name,
                   booked.amount AS booked, coalesce(ledger.receivable, 0) AS receivable, coalesce(ledger.others, 0) AS others
              FROM (
                SELECT event.document_id, event.currency_id, max(event.document_name) AS name,
                       sum(CASE WHEN event.kind IN ('invoiced', 'uninvoiced') THEN event.amount ELSE -event.amount END) AS amount
                  FROM order_event event
                 WHERE event.document_model = 'account.move' AND event.kind = ANY(%(kinds)s) AND %(seen)s
                   AND event.document_id IN (
                       SELECT DISTINCT event.document_id FROM order_event event
                        WHERE event.document_model = 'account.move' AND event.kind = ANY(%(kinds)s)
                          AND event.company_id = %(company)s AND NOT coalesce(event.opening, FALSE) AND %(owned)s)
              GROUP BY event.document_id, event.currency_id) booked
         LEFT JOIN account_move move ON move.id = booked.document_id AND move.state = 'posted'
         LEFT JOIN LATERAL (
                   SELECT sum(item.amount_currency) FILTER (WHERE account.account_type = 'asset_receivable') AS receivable,
                          sum(item.amount_currency) FILTER (
                              WHERE account.account_type <> 'asset_receivable'
                                AND NOT EXISTS (SELECT 1 FROM sale_order_line_invoice_rel rel
                                                 WHERE rel.invoice_line_id = item.id)) AS others
                     FROM account_move_line item
                     JOIN account_account account ON account.id = item.account_id
                    WHERE item.move_id = move.id) ledger ON TRUE
            """,
            kinds=list(INVOICED + CREDITED),
            seen=self._seen("event"),
            owned=self._owned("event"),
            company=self.company_id.id,
        )

    def _source_envelopes(self):
        """Per submitted order of the day: the day book's row, and what became of its envelope."""
        return SQL(
            """
            SELECT 0 AS group_id, known.id AS order_id, coalesce(envelope.reference, known.name) AS order_name, '' AS line_name,
                   known.received, (envelope.state = 'accepted')::int AS accepted, (envelope.state = 'rejected')::int AS rejected,
                   (envelope.state = 'cancelled')::int AS cancelled, (envelope.state = 'received')::int AS undecided
              FROM (
                SELECT event.document_id AS id, max(event.document_name) AS name, count(*) AS received
                  FROM order_event event
                 WHERE event.document_model = 'order.intake' AND event.kind = 'received'
                   AND event.company_id = %(company)s AND %(owned)s
              GROUP BY event.document_id
             UNION ALL
                SELECT envelope.id, envelope.reference, 0
                  FROM order_intake envelope
                 WHERE envelope.company_id = %(company)s
                   AND envelope.received_at >= coalesce(%(since)s::timestamp - interval '2 days', '-infinity')
                   AND NOT EXISTS (SELECT 1 FROM order_event event
                                    WHERE event.document_model = 'order.intake' AND event.document_id = envelope.id
                                      AND event.kind = 'received')) known
         LEFT JOIN order_intake envelope ON envelope.id = known.id
            """,
            company=self.company_id.id,
            owned=self._owned("event"),
            since=self.previous_id.prepared_at or None,
        )

    def _source_entries(self):
        """Per entry that the day book, the close before or the intake expects: whether it stands in a bucket."""
        return SQL(
            """
            SELECT 0 AS group_id, coalesce(expected.order_id, line.order_id) AS order_id,
                   coalesce(expected.name, line.order_name) AS order_name, '' AS line_name,
                   coalesce(expected.n, 0) AS expected, coalesce(line.n, 0) AS standing
              FROM (
                SELECT scope.order_id, NULL::int4 AS intake_id, scope.order_name AS name, 1 AS n
                  FROM %(scope)s scope WHERE scope.touched OR scope.carried OR scope.order_id = ANY(ARRAY(
                       SELECT line.order_number FROM order_reconciliation_line line WHERE line.reconciliation_id = %(statement)s))
             UNION ALL
                SELECT NULL, envelope.id, envelope.reference, 1 FROM (%(rejected)s) envelope) expected
         FULL JOIN (
                SELECT nullif(order_number, 0) AS order_id, nullif(intake_number, 0) AS intake_id,
                       max(order_name) AS order_name, count(*) AS n
                  FROM order_reconciliation_line WHERE reconciliation_id = %(statement)s
              GROUP BY 1, 2) line
                ON coalesce(line.order_id, 0) = coalesce(expected.order_id, 0)
               AND coalesce(line.intake_id, 0) = coalesce(expected.intake_id, 0)
            """,
            scope=SCOPE,
            statement=self.id,
            rejected=self._rejected_query(),
        )

    def _rejected_query(self):
        """Envelopes that made no order and were touched in the day."""
        return SQL(
            """
            SELECT envelope.id, envelope.reference, envelope.first_error_code, envelope.value, envelope.business_date
              FROM order_intake envelope
             WHERE envelope.state = 'rejected' AND envelope.company_id = %(company)s
               AND envelope.id = ANY(ARRAY(
                   SELECT event.document_id FROM order_event event
                    WHERE event.document_model = 'order.intake' AND event.kind IN ('received', 'rejected')
                      AND event.company_id = %(company)s AND %(owned)s))
            """,
            company=self.company_id.id,
            owned=self._owned("event"),
        )
