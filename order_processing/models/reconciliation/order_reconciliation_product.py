from odoo import api, fields, models
from odoo.tools import SQL


class OrderReconciliationProduct(models.Model):
    """What a product was when a day was drawn: a product that is deleted leaves rows in the day book, and only its number.

    Its figures stand under goods and their unit as before, so that the running totals and the balances go on.
    """

    _name = "order.reconciliation.product"
    _description = "Product of the Daily Statements"
    _log_access = False
    _rec_name = "number"

    number = fields.Integer("Product id", required=True, readonly=True, aggregator=None)
    goods = fields.Boolean(readonly=True)
    unit_number = fields.Integer("Unit id", readonly=True, aggregator=None)

    _once = models.UniqueIndex("(number)", "A product is kept once.")

    @api.model
    def _remember(self, fact):
        """Keep the products of the table ``fact`` that are not known yet, or have become something else."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_reconciliation_product (number, goods, unit_number)
                SELECT product.id, template.type = 'consu', template.uom_id
                  FROM (SELECT DISTINCT product_id FROM %s) used
                  JOIN product_product product ON product.id = used.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
             LEFT JOIN order_reconciliation_product known ON known.number = product.id
                 WHERE (known.goods, known.unit_number) IS DISTINCT FROM (template.type = 'consu', template.uom_id)
                ON CONFLICT (number) DO UPDATE SET goods = EXCLUDED.goods, unit_number = EXCLUDED.unit_number
                """,
                fact,
            )
        )
