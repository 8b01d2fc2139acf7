from odoo import api, models
from odoo.tools import SQL

from ..common.account_partial_reconcile import PAYMENT_COLUMNS
from .tags import TAG

# condition over `partial` and `move`: the payments of the invoices `billed`, found by indexes alone
PAYMENTS_OF_BILLED = """
    move.id = ANY(ARRAY(SELECT move_id FROM billed))
    AND partial.id = ANY(ARRAY(
        SELECT payment.id FROM account_move_line side
          JOIN account_partial_reconcile payment ON payment.debit_move_id = side.id
         WHERE side.move_id = ANY(ARRAY(SELECT move_id FROM billed))
     UNION
        SELECT payment.id FROM account_move_line side
          JOIN account_partial_reconcile payment ON payment.credit_move_id = side.id
         WHERE side.move_id = ANY(ARRAY(SELECT move_id FROM billed))))"""


class OrderMatchingLedgers(models.AbstractModel):
    """The ledgers that the engine reads, each as one SELECT of ``(line_id, tag, quantity, core, amount, total, lost,
    day, since, due, other_currency)``: quantity in the line's unit, ``core`` signed and rounded as core does, amounts in the
    order's currency, ``lost``: discount of the order that the invoice does not give, ``since`` and ``day``: the first and the
    last business day, ``due``: when it should be paid.
    """

    _inherit = "order.matching"

    @api.model
    def _ledger_book(self, scope, lines):
        """What was ordered, less what was closed short, and what of it was cancelled: the day book alone remembers."""
        return SQL(
            """
            SELECT event.line_id,
                   CASE WHEN event.kind IN ('cancelled', 'reopened') THEN %s ELSE %s END,
                   CASE WHEN event.kind IN ('cancelled', 'reopened') THEN -event.quantity
                        ELSE event.quantity END::numeric,
                   0::numeric, event.amount, 0::numeric, 0::numeric, clock.day, clock.day, NULL::date, FALSE
              FROM order_event event
              JOIN %s line ON line.id = event.line_id
              JOIN res_company company ON company.id = line.company_id
              JOIN res_partner owner ON owner.id = company.partner_id
        CROSS JOIN LATERAL (
                   SELECT coalesce(event.business_date,
                                   (event.at AT TIME ZONE 'UTC' AT TIME ZONE coalesce(company.order_tz, owner.tz, 'UTC'))::date)
                          AS day) clock
             WHERE event.kind = ANY(%s) AND %s
            """,
            TAG["cancelled"],
            TAG["ordered"],
            lines,
            ["entered", "raised", "lowered", "removed", "cancelled", "closed_short", "reopened"],
            scope,
        )

    @api.model
    def _ledger_stock(self, scope, lines):
        """Moves of the line: done ones as core's ``_get_outgoing_incoming_moves(strict=True)`` reads them, open ones apart."""
        transit = self.env.ref("stock.stock_location_inter_company", raise_if_not_found=False)
        path = f"{transit.sudo().parent_path}%" if transit else ""
        done = "move.state = 'done'"
        return SQL(
            """
            SELECT move.sale_line_id,
                   CASE WHEN move.state <> 'done' THEN
                             CASE WHEN place.from_outside AND NOT place.outgoing THEN %(open_back)s ELSE %(open_out)s END
                        WHEN target.usage = 'inventory' THEN NULL
                        WHEN move.product_id <> line.product_id THEN
                             CASE WHEN %(part_of_kit)s THEN %(component)s WHEN place.outgoing THEN %(wrong)s
                                  WHEN place.from_outside THEN %(wrong_back)s END
                        WHEN place.outgoing AND NOT place.dropship_returned THEN
                             CASE WHEN move.origin_returned_move_id IS NULL THEN %(shipped)s
                                  WHEN move.to_refund THEN %(resent)s ELSE %(replaced)s END
                        WHEN move.to_refund AND (place.from_outside OR origin.usage = 'supplier') THEN %(returned_refund)s
                        WHEN place.from_outside THEN %(returned)s END,
                   converted.quantity,
                   CASE WHEN place.outgoing AND NOT place.dropship_returned THEN 1 ELSE -1 END
                   * round(converted.quantity, %(digits)s),
                   0::numeric, 0::numeric, 0::numeric, clock.day, clock.day, NULL::date, FALSE
              FROM stock_move move
              JOIN %(lines)s line ON line.id = move.sale_line_id
              JOIN res_company company ON company.id = line.company_id
              JOIN res_partner owner ON owner.id = company.partner_id
              JOIN stock_location origin ON origin.id = move.location_id
              JOIN stock_location target ON target.id = move.location_dest_id
              JOIN uom_uom move_uom ON move_uom.id = move.product_uom
         LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
        CROSS JOIN LATERAL (
                   SELECT target.usage = 'customer' OR target.parent_path LIKE %(transit)s AS outgoing,
                          origin.usage = 'customer' OR origin.parent_path LIKE %(transit)s
                          OR (origin.usage = 'transit' AND origin.company_id IS NULL) AS from_outside,
                          (origin.usage = 'customer' OR (origin.usage = 'transit' AND origin.company_id IS NULL))
                          AND (target.usage = 'supplier' OR (target.usage = 'transit' AND target.company_id IS NULL))
                          AS dropship_returned
                   ) place
        CROSS JOIN LATERAL (
                   SELECT CASE WHEN %(done)s THEN
                          (move.date AT TIME ZONE 'UTC' AT TIME ZONE coalesce(company.order_tz, owner.tz, 'UTC'))::date END AS day
                   ) clock
        CROSS JOIN LATERAL (
                   SELECT round(CASE WHEN %(done)s THEN move.quantity ELSE move.product_uom_qty END
                                * CASE WHEN move.product_uom = line.product_uom_id THEN 1
                                       ELSE move_uom.factor / coalesce(line_uom.factor, move_uom.factor) END, 10)
                          AS quantity
                   ) converted
             WHERE move.state <> 'cancel' AND %(scope)s
            """,
            digits=self.env["decimal.precision"].precision_get("Product Unit"),
            done=SQL(done),
            # with mrp the moves of a kit say of which line of its recipe they are
            part_of_kit=SQL("move.bom_line_id IS NOT NULL")
            if "bom_line_id" in self.env["stock.move"]._fields
            else SQL("FALSE"),
            transit=path,
            scope=scope,
            lines=lines,
            **TAG,
        )

    @api.model
    def _ledger_invoices(self, scope, lines):
        """Invoice and credit-note lines of the line, drafts apart; values in the order's currency.

        An invoice in another currency than the order counts by its booked amount, at the order's own rate.
        ``core`` is rounded upwards by unit, as core does for ``qty_invoiced``.
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return SQL(
            """
            SELECT line.id,
                   CASE WHEN move.state = 'posted' THEN
                             CASE move.move_type WHEN 'out_invoice' THEN %(invoiced)s ELSE %(credited)s END
                        WHEN move.state = 'draft' THEN
                             CASE move.move_type WHEN 'out_invoice' THEN %(draft_invoiced)s ELSE %(draft_credited)s END
                        ELSE %(legacy)s END,
                   converted.quantity,
                   CASE move.move_type WHEN 'out_invoice' THEN 1 ELSE -1 END * sign(converted.quantity)
                   * ceil(round(abs(converted.quantity) * power(10::numeric, %(digits)s), 6)) / power(10::numeric, %(digits)s),
                   converted.amount,
                   CASE WHEN item.price_subtotal = 0 THEN item.price_total
                        ELSE converted.amount * item.price_total / item.price_subtotal END,
                   CASE WHEN coalesce(item.discount, 0) < coalesce(line.discount, 0) AND coalesce(item.discount, 0) < 100 THEN
                             converted.amount * (line.discount - coalesce(item.discount, 0)) / (100 - coalesce(item.discount, 0))
                        ELSE 0 END,
                   coalesce(move.invoice_date, move.date), coalesce(move.invoice_date, move.date),
                   CASE WHEN move.state = 'posted' THEN coalesce(move.invoice_date_due, move.invoice_date, move.date) END,
                   item.currency_id <> sale.currency_id
              FROM %(lines)s line
              JOIN sale_order sale ON sale.id = line.order_id
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
              JOIN account_move_line item ON item.id = rel.invoice_line_id
              JOIN account_move move ON move.id = item.move_id
         LEFT JOIN uom_uom item_uom ON item_uom.id = item.product_uom_id
         LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
        CROSS JOIN LATERAL (
                   SELECT round(item.quantity
                                * CASE WHEN item.product_uom_id = line.product_uom_id THEN 1
                                       ELSE coalesce(item_uom.factor / line_uom.factor, 1) END, 10) AS quantity,
                          CASE WHEN item.currency_id = sale.currency_id THEN item.price_subtotal
                               ELSE item.balance * coalesce(sale.currency_rate, 1)
                                    * CASE move.move_type WHEN 'out_invoice' THEN -1 ELSE 1 END END AS amount
                   ) converted
             WHERE move.move_type IN ('out_invoice', 'out_refund')
               AND (move.state <> 'cancel' OR move.payment_state = 'invoicing_legacy') AND %(scope)s
            """,
            digits=digits,
            scope=scope,
            lines=lines,
            **TAG,
        )

    @api.model
    def _ledger_payments(self, scope, narrow):
        """What was paid on the invoices of the line, with tax.

        A payment is shared over the orders of an invoice as the day book does it, then over the order's lines on that
        invoice by their totals, negative ones too: cut to the currency's unit, left-over units to the largest fractions, ties to the first.
        """
        condition = SQL(PAYMENTS_OF_BILLED) if narrow else SQL("TRUE")
        payments = self.env["account.partial.reconcile"]._book_payment_query("paid", 1, condition)
        return SQL(
            """
            (WITH billed AS (
                SELECT DISTINCT item.move_id FROM sale_order_line line
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                  JOIN account_move_line item ON item.id = rel.invoice_line_id
                 WHERE %(scope)s)
            SELECT share.line_id, %(paid)s, 0::numeric, 0::numeric,
                   sign(share.amount) * share.unit
                   * (floor(share.exact) + CASE WHEN share.place <= share.left_over THEN 1 ELSE 0 END) * share.rate,
                   0::numeric, 0::numeric, share.day, share.since, NULL::date, FALSE
              FROM (
                SELECT part.*,
                       row_number() OVER (PARTITION BY move_id, order_id ORDER BY exact - floor(exact) DESC, item_id) AS place,
                       round(abs(amount) / unit) - sum(floor(exact)) OVER (PARTITION BY move_id, order_id) AS left_over
                  FROM (
                    SELECT paid.move_id, paid.order_id, paid.amount, paid.day, paid.since, currency.rounding AS unit, line.id AS line_id,
                           item.id AS item_id,
                           CASE WHEN move.currency_id = sale.currency_id THEN 1
                                ELSE coalesce(sale.currency_rate / nullif(move.invoice_currency_rate, 0), 1) END AS rate,
                           round(abs(paid.amount) / currency.rounding)
                           -- a deposit taken off or a discount line takes its part off: what is paid in full is so line by line
                           * CASE WHEN sum(item.price_total) OVER bill > 0
                                  THEN item.price_total / sum(item.price_total) OVER bill
                                  ELSE coalesce(abs(item.price_total) / nullif(sum(abs(item.price_total)) OVER bill, 0),
                                                1.0 / count(*) OVER bill) END AS exact
                      FROM (SELECT document_id AS move_id, order_id, sum(amount) AS amount,
                                   max(business_date) AS day, min(business_date) AS since
                              FROM (%(payments)s) AS book (%(columns)s)
                          GROUP BY document_id, order_id) paid
                      JOIN account_move move ON move.id = paid.move_id
                      JOIN res_currency currency ON currency.id = move.currency_id
                      JOIN account_move_line item ON item.move_id = move.id
                      JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
                      JOIN sale_order_line line ON line.id = rel.order_line_id AND line.order_id = paid.order_id
                      JOIN sale_order sale ON sale.id = line.order_id
                     WHERE NOT EXISTS (
                           SELECT 1 FROM sale_order_line_invoice_rel earlier
                            WHERE earlier.invoice_line_id = rel.invoice_line_id
                              AND earlier.order_line_id < rel.order_line_id)
                    WINDOW bill AS (PARTITION BY paid.move_id, paid.order_id)) part) share
             WHERE %(within)s)
            """,
            within=self._within(scope, narrow),
            payments=payments,
            columns=SQL(", ").join(SQL.identifier(name) for name in PAYMENT_COLUMNS),
            scope=scope,
            **TAG,
        )

    @api.model
    def _within(self, scope, narrow):
        """``SQL`` condition over ``share``: a line of the scope."""
        lines = SQL("share.line_id IN (SELECT line.id FROM sale_order_line line WHERE %s)", scope)
        # a few lines are hashed once, by IS TRUE: as a join each share would look through the whole list of the scope
        return SQL("(%s) IS TRUE", lines) if narrow else lines
