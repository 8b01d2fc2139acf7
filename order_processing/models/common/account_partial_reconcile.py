from odoo import api, models
from odoo.tools import SQL

PAYMENT_COLUMNS = (
    "kind",
    "company_id",
    "order_id",
    "order_name",
    "currency_id",
    "amount",
    "document_model",
    "document_id",
    "document_name",
    "business_date",
)


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """A payment set against a customer's invoice is a fact of the orders on it."""
        partials = super().create(vals_list)
        partials._book_payments("paid", 1)
        return partials

    def unlink(self):
        """A payment taken apart again is a fact too."""
        self._book_payments("unpaid", -1)
        return super().unlink()

    def _book_payments(self, kind, sign):
        """Enter one row per partial and order, with one statement for the set."""
        if not self:
            return
        self.flush_recordset()
        self.env["account.move.line"].flush_model(["price_total", "sale_line_ids"])
        self.env["account.move"].flush_model(["name"])
        condition = SQL("partial.id = ANY(%s)", list(self.ids))
        self.env["order.event"]._insert_select(self._book_payment_query(kind, sign, condition), PAYMENT_COLUMNS)

    @api.model
    def _book_payment_query(self, kind, sign, condition):
        """``SQL`` for the rows (``PAYMENT_COLUMNS``) of partials that meet ``condition`` (over ``partial``).

        Amounts are with tax, in the invoice's currency, negative for a credit note. An invoice over several orders
        shares the amount by their totals, cut to the currency's unit, left-over units to the largest fractions, ties
        to the first (largest remainder). Lines of the invoice that are no order's take their share along: it is nobody's,
        and without them the shares sum to the payment. What they take off (a restocking fee, a discount that goes back with the
        goods) the orders bear: a credit note that is paid back in full is so for its goods.
        """
        return SQL(
            """
            SELECT %(kind)s, company_id, order_id, order_name, currency_id,
                   %(sign)s * sign(amount) * unit * (floor(exact) + CASE WHEN place <= left_over THEN 1 ELSE 0 END),
                   'account.move', move_id, move_name, max_date
              FROM (
                SELECT fact.*,
                       row_number() OVER (PARTITION BY partial_id, move_id ORDER BY exact - floor(exact) DESC, order_id) AS place,
                       round(abs(amount) / unit) - sum(floor(exact)) OVER (PARTITION BY partial_id, move_id) AS left_over
                  FROM (
                    SELECT partial.id AS partial_id, partial.max_date, move.id AS move_id, move.name AS move_name,
                           move.currency_id, move.company_id, sale.id AS order_id, sale.name AS order_name,
                           currency.rounding AS unit,
                           half.amount, round(abs(half.amount) / currency.rounding)
                           * CASE WHEN sum(%(weight)s) OVER bill > 0 THEN %(weight)s / sum(%(weight)s) OVER bill
                                  ELSE coalesce(abs(sum(item.price_total)) / nullif(sum(abs(sum(item.price_total))) OVER bill, 0),
                                                1.0 / count(*) OVER bill) END AS exact
                      FROM account_partial_reconcile partial
                CROSS JOIN LATERAL (VALUES
                           (partial.debit_move_id, 'out_invoice', partial.debit_amount_currency),
                           (partial.credit_move_id, 'out_refund', -partial.credit_amount_currency))
                           AS half (side_id, move_type, amount)
                      JOIN account_move_line side ON side.id = half.side_id
                      JOIN account_move move ON move.id = side.move_id AND move.move_type = half.move_type
                      JOIN res_currency currency ON currency.id = move.currency_id
                      JOIN account_move_line item ON item.move_id = move.id AND item.display_type = 'product'
                 LEFT JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
                       AND NOT EXISTS (SELECT 1 FROM sale_order_line_invoice_rel other
                                        WHERE other.invoice_line_id = item.id AND other.order_line_id < rel.order_line_id)
                 LEFT JOIN sale_order_line line ON line.id = rel.order_line_id
                 LEFT JOIN sale_order sale ON sale.id = line.order_id
                     WHERE %(condition)s
                  GROUP BY partial.id, move.id, currency.id, sale.id, half.amount
                    WINDOW bill AS (PARTITION BY partial.id, move.id)) fact) shares
             WHERE order_id IS NOT NULL
            """,
            kind=kind,
            sign=sign,
            condition=condition,
            weight=SQL("CASE WHEN sale.id IS NULL THEN sum(item.price_total) ELSE abs(sum(item.price_total)) END"),
        )
