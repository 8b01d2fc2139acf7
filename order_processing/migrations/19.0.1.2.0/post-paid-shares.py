from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.order_processing.models.common.account_partial_reconcile import PAYMENT_COLUMNS


def migrate(cr, _version):
    """Enter by how much the shares of what was paid differ from those in the day book, where a line of no order takes
    something off a document: such lines were shared out as if they gave something."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    reduced = SQL(
        """
        SELECT item.move_id FROM account_move_line item
          JOIN account_move own ON own.id = item.move_id AND own.move_type IN ('out_invoice', 'out_refund')
         WHERE item.display_type = 'product' AND item.price_total < 0
           AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel rel WHERE rel.invoice_line_id = item.id)
        """
    )
    shares = env["account.partial.reconcile"]._book_payment_query("paid", 1, SQL("move.id IN (%s)", reduced))
    select = SQL(
        """
        SELECT 'paid', company_id, order_id, max(order_name), currency_id, sum(amount), 'account.move', document_id,
               max(document_name), max(business_date)
          FROM (
            SELECT company_id, order_id, order_name, currency_id, amount, document_id, document_name, business_date
              FROM (%(shares)s) AS due (%(columns)s)
         UNION ALL
            SELECT event.company_id, event.order_id, event.order_name, event.currency_id, -event.amount, event.document_id,
                   event.document_name, event.business_date
              FROM order_event event
             WHERE event.kind IN ('paid', 'unpaid') AND event.document_model = 'account.move' AND event.document_id IN (%(reduced)s)
               ) AS fact
      GROUP BY company_id, order_id, currency_id, document_id
        HAVING sum(amount) <> 0
        """,
        shares=shares,
        columns=SQL(", ").join(SQL.identifier(name) for name in PAYMENT_COLUMNS),
        reduced=reduced,
    )
    env["order.event"]._insert_select(select, PAYMENT_COLUMNS)
