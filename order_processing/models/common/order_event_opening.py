from odoo import api, models
from odoo.tools import SQL

from .account_move import INVOICE_COLUMNS
from .account_partial_reconcile import PAYMENT_COLUMNS
from .sale_order_line import OPEN_COLUMNS
from .stock_places import outside

CONFIRMED_COLUMNS = (
    "kind",
    "company_id",
    "order_id",
    "order_name",
    "currency_id",
    "document_model",
    "document_id",
    "document_name",
    "business_date",
)
MOVE_COLUMNS = (*OPEN_COLUMNS, "to_refund")


class OrderEventOpening(models.Model):
    _inherit = "order.event"

    @api.model
    def _record_opening(self):
        """Write the opening rows: what the ledgers of a database with orders say when the add-on comes to it.

        One statement per ledger, whatever the years; a second call writes nothing.
        """
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT 1 FROM order_event LIMIT 1"))
        if self.env.cr.rowcount:
            return
        self._insert_select(self._opening_lines(), OPEN_COLUMNS, opening=True)
        self._insert_select(self._opening_confirmed(), CONFIRMED_COLUMNS, opening=True)
        self._insert_select(self._opening_moves(), MOVE_COLUMNS, opening=True)
        self._insert_select(self.env["account.move"]._book_posted_query(SQL("TRUE")), INVOICE_COLUMNS, opening=True)
        partials = self.env["account.partial.reconcile"]
        self._insert_select(partials._book_payment_query("paid", 1, SQL("TRUE")), PAYMENT_COLUMNS, opening=True)
        self.env["sale.order.line"]._book_open("cancelled", SQL("sale.state = 'cancel'"), opening=True)

    @api.model
    def _opening_lines(self):
        return SQL(
            """
            SELECT 'entered', sale.company_id, sale.id, sale.name, line.id, split_part(line.name, E'\n', 1), line.product_id,
                   line.product_uom_id, line.currency_id, coalesce(line.product_uom_qty, 0),
                   coalesce(line.product_uom_qty * uom.factor / unit.factor, 0), coalesce(line.price_subtotal, 0),
                   'sale.order', sale.id, sale.name, %(day)s
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
              JOIN res_company company ON company.id = sale.company_id
              JOIN res_partner owner ON owner.id = company.partner_id
         LEFT JOIN uom_uom uom ON uom.id = line.product_uom_id
         LEFT JOIN product_product product ON product.id = line.product_id
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN uom_uom unit ON unit.id = template.uom_id
          ORDER BY line.id
            """,
            day=self._opening_day("sale", "date_order"),
        )

    @api.model
    def _opening_confirmed(self):
        return SQL(
            """
            SELECT 'confirmed', sale.company_id, sale.id, sale.name, sale.currency_id, 'sale.order', sale.id, sale.name, %(day)s
              FROM sale_order sale
              JOIN res_company company ON company.id = sale.company_id
              JOIN res_partner owner ON owner.id = company.partner_id
             WHERE sale.state = 'sale'
          ORDER BY sale.id
            """,
            day=self._opening_day("sale", "date_order"),
        )

    @api.model
    def _opening_day(self, alias, column):
        """``SQL`` for the company's calendar day of a UTC moment; needs ``company`` and its partner ``owner``."""
        return SQL(
            "((%s AT TIME ZONE 'UTC') AT TIME ZONE coalesce(company.order_tz, owner.tz, 'UTC'))::date",
            SQL.identifier(alias, column),
        )

    @api.model
    def _opening_moves(self):
        """Done moves of sale lines; shipped and returned value cumulate per line as the book does it live."""
        return SQL(
            """
            SELECT kind, company_id, order_id, order_name, line_id, line_name, product_id, product_uom_id, currency_id,
                   quantity, quantity_ref,
                   CASE WHEN kind IN ('shipped', 'received_back') AND ordered <> 0
                        THEN round(subtotal * until_now / ordered / unit) * unit
                             - round(subtotal * (until_now - quantity) / ordered / unit) * unit END,
                   'stock.move', id, reference, day, to_refund
              FROM (
                SELECT moved.*, sum(quantity) OVER (PARTITION BY line_id, kind ORDER BY id) AS until_now
                  FROM (
                    SELECT move.id, move.company_id, sale.id AS order_id, sale.name AS order_name, line.id AS line_id,
                           split_part(line.name, E'\n', 1) AS line_name, move.product_id, line.product_uom_id, line.currency_id,
                           line.product_uom_qty AS ordered, line.price_subtotal AS subtotal, currency.rounding AS unit,
                           move.reference, coalesce(move.to_refund, FALSE) AS to_refund, %(day)s AS day,
                           CASE WHEN outside.target AND NOT outside.origin THEN
                                     CASE WHEN move.product_id <> line.product_id THEN 'shipped_component'
                                          WHEN move.origin_returned_move_id IS NOT NULL AND NOT coalesce(move.to_refund, FALSE)
                                          THEN 'replaced' ELSE 'shipped' END
                                WHEN move.product_id <> line.product_id THEN NULL
                                WHEN outside.origin AND NOT outside.target THEN 'received_back'
                                WHEN origin.usage = 'internal' AND target.usage = 'internal' THEN 'picked' END AS kind,
                           move.quantity * move_uom.factor
                           / CASE WHEN move.product_id <> line.product_id THEN reference.factor ELSE line_uom.factor END AS quantity,
                           move.quantity * move_uom.factor / reference.factor AS quantity_ref
                      FROM stock_move move
                      JOIN sale_order_line line ON line.id = move.sale_line_id
                      JOIN sale_order sale ON sale.id = line.order_id
                      JOIN res_currency currency ON currency.id = line.currency_id
                      JOIN res_company company ON company.id = move.company_id
                      JOIN res_partner owner ON owner.id = company.partner_id
                      JOIN stock_location origin ON origin.id = move.location_id
                      JOIN stock_location target ON target.id = move.location_dest_id
                CROSS JOIN LATERAL (
                           SELECT %(from_outside)s AS origin,
                                  %(to_outside)s AS target
                           ) outside
                      JOIN uom_uom move_uom ON move_uom.id = move.product_uom
                      JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
                      JOIN product_product product ON product.id = move.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id
                      JOIN uom_uom reference ON reference.id = template.uom_id
                     WHERE move.state = 'done' AND target.usage <> 'inventory') moved
                 WHERE kind IS NOT NULL) running
          ORDER BY id
            """,
            day=self._opening_day("move", "date"),
            from_outside=outside("origin"),
            to_outside=outside("target"),
        )
