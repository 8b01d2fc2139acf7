from odoo import api, fields, models
from odoo.tools import SQL


class OrderReconciliationProduct(models.Model):
    """What a product was when a day was drawn: a product that is deleted leaves rows in the day book, and only its number.

    Its figures stand under goods and their unit as before, so that the running totals and the balances go on. Each company has
    rows of its own: two that draw their days at once do not wait for each other.
    """

    _name = "order.reconciliation.product"
    _description = "Product of the Daily Statements"
    _log_access = False
    _rec_name = "number"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    number = fields.Integer("Product id", required=True, readonly=True, aggregator=None)
    goods = fields.Boolean(readonly=True)
    unit_number = fields.Integer("Unit id", readonly=True, aggregator=None)

    _once = models.UniqueIndex("(company_id, number)", "A product is kept once.")

    @api.model
    def _remember(self, fact, company):
        """Keep for ``company`` the products of the table ``fact`` that are not known yet, or have become something else."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_reconciliation_product (company_id, number, goods, unit_number)
                SELECT %(company)s, product.id, template.type = 'consu', template.uom_id
                  FROM (SELECT DISTINCT product_id FROM %(fact)s) used
                  JOIN product_product product ON product.id = used.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
             LEFT JOIN order_reconciliation_product known ON known.company_id = %(company)s AND known.number = product.id
                 WHERE (known.goods, known.unit_number) IS DISTINCT FROM (template.type = 'consu', template.uom_id)
              ORDER BY product.id
                ON CONFLICT (company_id, number) DO UPDATE SET goods = EXCLUDED.goods, unit_number = EXCLUDED.unit_number
                """,
                fact=fact,
                company=company.id,
            )
        )
