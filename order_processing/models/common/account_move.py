from odoo import api, models
from odoo.tools import SQL

INVOICE_COLUMNS = (
    "kind",
    "company_id",
    "order_id",
    "order_name",
    "line_id",
    "line_name",
    "product_id",
    "uom_id",
    "currency_id",
    "quantity",
    "quantity_ref",
    "amount",
    "document_model",
    "document_id",
    "document_name",
    "business_date",
)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _write_multi(self, vals_list):
        """Enter invoices and credit notes as they are posted or taken back, under every ORM path."""
        moved = {move.id: vals["state"] for move, vals in zip(self, vals_list) if "state" in vals}
        before = {}
        if moved:
            self.env.cr.execute(
                SQL(
                    "SELECT id, state FROM account_move WHERE id = ANY(%s) AND move_type IN ('out_invoice', 'out_refund')",
                    list(moved),
                )
            )
            before = dict(self.env.cr.fetchall())
        super()._write_multi(vals_list)
        posted = [move for move, old in before.items() if old != "posted" and moved[move] == "posted"]
        taken_back = [move for move, old in before.items() if old == "posted" and moved[move] != "posted"]
        if posted:
            self.env["order.event"]._record_later(self, dict.fromkeys(posted), vals_list)
        if taken_back:
            self._book_taken_back(taken_back)

    def button_draft(self):
        """The book is told before anybody changes the lines of what was posted."""
        answer = super().button_draft()
        self.flush_recordset(["state"])
        return answer

    def _book_posted(self, before):
        """Rows for the invoice lines of sale lines of moves just posted, in the sale line's unit."""
        self.flush_model(["state", "name", "invoice_date"])
        self.env["account.move.line"].flush_model(["quantity", "price_subtotal", "sale_line_ids"])
        self.env.cr.execute(self._book_posted_query(SQL("move.id = ANY(%s)", list(before))))
        rows = [dict(zip(INVOICE_COLUMNS, row)) for row in self.env.cr.fetchall()]
        for row in rows:
            row["quantity"] = round(float(row["quantity"] or 0), 10)
            row["quantity_ref"] = round(float(row["quantity_ref"] or 0), 10)
        self.env["order.event"]._record(rows)

    @api.model
    def _book_posted_query(self, condition, lines=None):
        """``SQL`` for the rows (``INVOICE_COLUMNS``) of posted moves that meet ``condition`` (over ``move``).

        ``lines``: ``SQL`` of the order lines that are looked at, a table or a query in brackets; default all.

        An invoice line over several sale lines counts for the first of them; down payments have a value and no quantity.
        """
        return SQL(
            """
            SELECT DISTINCT ON (item.id)
                   CASE move.move_type WHEN 'out_invoice' THEN 'invoiced' ELSE 'credited' END AS kind,
                   move.company_id, line.order_id, sale.name AS order_name, line.id AS line_id,
                   split_part(line.name, E'\n', 1) AS line_name, line.product_id, line.product_uom_id,
                   item.currency_id,
                   CASE WHEN line.is_downpayment THEN 0
                        ELSE item.quantity * coalesce(item_uom.factor / line_uom.factor, 1) END AS quantity,
                   CASE WHEN line.is_downpayment THEN 0
                        ELSE item.quantity * coalesce(item_uom.factor / unit.factor, 1) END AS quantity_ref,
                   item.price_subtotal, 'account.move', move.id AS document_id, move.name AS document_name,
                   coalesce(move.invoice_date, move.date) AS business_date
              FROM account_move move
              JOIN account_move_line item ON item.move_id = move.id
              JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
              JOIN %s line ON line.id = rel.order_line_id
              JOIN sale_order sale ON sale.id = line.order_id
         LEFT JOIN uom_uom item_uom ON item_uom.id = item.product_uom_id
         LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
         LEFT JOIN product_product product ON product.id = line.product_id
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN uom_uom unit ON unit.id = template.uom_id
             WHERE move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_refund') AND %s
          ORDER BY item.id, line.id
            """,
            lines or SQL("sale_order_line"),
            condition,
        )

    def _book_taken_back(self, move_ids):
        """Take out of the book exactly what it holds of these moves, whatever their lines say by now."""
        select = SQL(
            """
            SELECT CASE WHEN bool_or(kind IN ('invoiced', 'uninvoiced')) THEN 'uninvoiced' ELSE 'uncredited' END,
                   company_id, order_id, max(order_name), line_id, max(line_name), product_id, uom_id, currency_id,
                   -sum(quantity), -sum(quantity_ref), -sum(amount), 'account.move', document_id, max(document_name),
                   max(business_date)
              FROM order_event
             WHERE document_model = 'account.move' AND document_id = ANY(%s)
               AND kind IN ('invoiced', 'uninvoiced', 'credited', 'uncredited')
          GROUP BY company_id, order_id, line_id, product_id, uom_id, currency_id, document_id
            HAVING sum(quantity) <> 0 OR sum(amount) <> 0
            """,
            list(move_ids),
        )
        self.env["order.event"]._insert_select(select, INVOICE_COLUMNS)
