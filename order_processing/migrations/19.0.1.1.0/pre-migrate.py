from odoo.tools import SQL
from odoo.tools.sql import column_exists, table_exists


def migrate(cr, _version):
    """Take away the log of changed stock moves, and give each company its own products of the daily statements."""
    # its trigger would write into a table that is gone, and no transfer could be done any more
    cr.execute(SQL("DROP FUNCTION IF EXISTS order_stock_change_log() CASCADE"))
    cr.execute(SQL("DROP FUNCTION IF EXISTS order_stock_change_era()"))
    if table_exists(cr, "order_reconciliation_product") and not column_exists(
        cr, "order_reconciliation_product", "company_id"
    ):
        cr.execute(SQL("DROP INDEX IF EXISTS order_reconciliation_product__once"))
        cr.execute(SQL("ALTER TABLE order_reconciliation_product ADD COLUMN company_id int4"))
        cr.execute(
            SQL(
                """
                INSERT INTO order_reconciliation_product (company_id, number, goods, unit_number)
                SELECT company.id, known.number, known.goods, known.unit_number
                  FROM order_reconciliation_product known CROSS JOIN res_company company
                """
            )
        )
        cr.execute(SQL("DELETE FROM order_reconciliation_product WHERE company_id IS NULL"))
