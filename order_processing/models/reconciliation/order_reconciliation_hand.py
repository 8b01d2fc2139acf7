from odoo import fields, models
from odoo.tools import SQL


class OrderReconciliationHand(models.Model):
    """Stock on hand at a cut, and the change since the cut before against all done moves in between.

    A move has no moment of posting that can be trusted: it is dated, and edited when it is done. So each cut keeps what all
    done moves ever brought and took; the difference between two cuts is what was done between them.
    """

    _inherit = "order.reconciliation"

    stock_ids = fields.One2many("order.reconciliation.stock", "reconciliation_id", "Stock on hand", readonly=True)

    def _insert_stock(self):
        """One row per product and usage of the company's own locations; shared locations are nobody's stock."""
        self.env.cr.execute(
            SQL(
                """
                WITH place AS MATERIALIZED (
                    SELECT id, usage FROM stock_location WHERE company_id = %(company)s),
                moved AS MATERIALIZED (
                    SELECT item.product_id, item.location_id, item.location_dest_id, sum(item.quantity_product_uom) AS quantity
                      FROM stock_move_line item WHERE item.state = 'done' AND item.product_id IS NOT NULL
                  GROUP BY item.product_id, item.location_id, item.location_dest_id)
                INSERT INTO order_reconciliation_stock (
                    reconciliation_id, company_id, sequence, product_number, product_name, usage, unit, quantity, moved_in,
                    moved_out, tracked)
                SELECT %(statement)s, %(company)s, row_number() OVER (ORDER BY sums.product_id, sums.usage), sums.product_id,
                       coalesce('[' || nullif(product.default_code, '') || '] ', '') || (template.name ->> 'en_US'),
                       sums.usage, unit.name ->> 'en_US', sums.quantity, sums.moved_in, sums.moved_out,
                       coalesce(template.is_storable, FALSE)
                  FROM (
                    SELECT piece.product_id, piece.usage, round(sum(piece.quantity), %(digits)s) AS quantity,
                           round(sum(piece.moved_in), %(digits)s) AS moved_in,
                           round(sum(piece.moved_out), %(digits)s) AS moved_out
                      FROM (
                        SELECT quant.product_id, place.usage, quant.quantity::numeric, 0, 0
                          FROM stock_quant quant JOIN place ON place.id = quant.location_id
                     UNION ALL
                        SELECT moved.product_id, place.usage, 0, moved.quantity, 0
                          FROM moved JOIN place ON place.id = moved.location_dest_id
                     UNION ALL
                        SELECT moved.product_id, place.usage, 0, 0, moved.quantity
                          FROM moved JOIN place ON place.id = moved.location_id
                           ) AS piece (product_id, usage, quantity, moved_in, moved_out)
                  GROUP BY piece.product_id, piece.usage) sums
                  JOIN product_product product ON product.id = sums.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom unit ON unit.id = template.uom_id
                 WHERE sums.quantity <> 0 OR sums.moved_in <> 0 OR sums.moved_out <> 0
                """,
                statement=self.id,
                company=self.company_id.id,
                digits=self.env["decimal.precision"].precision_get("Product Unit"),
            )
        )

    def _source_stock(self):
        """Per product and usage: on hand at both cuts, and what the moves in between brought and took.

        A first cut that keeps stock is where the proof begins. A product of which stock was not kept at one of the cuts is
        left out: nothing says what of its moves the stock has seen.
        """
        return SQL(
            """
            SELECT template.uom_id AS group_id, both_cuts.product_number AS order_id, both_cuts.product_name AS order_name,
                   both_cuts.usage AS line_name, both_cuts.at_cut, both_cuts.at_before, both_cuts.came, both_cuts.went
              FROM (
                SELECT row.product_number, row.usage, (array_agg(row.product_name ORDER BY row.place))[1] AS product_name,
                       sum(row.at_cut) AS at_cut, sum(row.at_before) AS at_before, sum(row.came) AS came, sum(row.went) AS went
                  FROM (
                    SELECT 1, product_number, product_name, usage, tracked, quantity, 0, moved_in, moved_out
                      FROM order_reconciliation_stock WHERE reconciliation_id = %(statement)s
                 UNION ALL
                    SELECT 2, product_number, product_name, usage, tracked, 0, quantity, -moved_in, -moved_out
                      FROM order_reconciliation_stock WHERE reconciliation_id = %(before)s
                       ) AS row (place, product_number, product_name, usage, tracked, at_cut, at_before, came, went)
              GROUP BY row.product_number, row.usage
                HAVING bool_and(row.tracked)) both_cuts
              JOIN product_product product ON product.id = both_cuts.product_number
              JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE EXISTS (SELECT 1 FROM order_reconciliation_equation kept
                            WHERE kept.reconciliation_id = %(before)s AND kept.name = 'stock')
            """,
            statement=self.id,
            before=self.previous_id.id or 0,
        )

    def _moves_action(self, product_ids):
        """Open the done moves of products, the last first."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Moves"),
            "res_model": "stock.move.line",
            "view_mode": "list",
            "views": [(False, "list")],
            "domain": [("product_id", "in", sorted(product_ids)), ("state", "=", "done")],
        }

    def action_open_stock(self):
        """Open what lay in stock at the cut.

        :return: a window action
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stock on hand at the cut"),
            "res_model": "order.reconciliation.stock",
            "view_mode": "list",
            "domain": [("reconciliation_id", "in", self.ids)],
        }
