"""The promise of a set of lines, in one statement over stock on hand, open transfers and receipts."""

from odoo.tools import SQL


def promise_query(line_ids):
    """``SQL`` that says, per line id of goods still to ship, what stock covers and when the rest comes.

    First come, first served: confirmed orders by their delivery date, then quotations by their order date; demand of orders that
    are not asked about counts where it stands before. Quantities are in the product's reference unit.

    :param list line_ids: ids of ``sale.order.line``
    :return: rows ``(line_id, needed, short, receipt)``: still to ship beyond what is reserved for it, how much of it no free
        stock covers, and the day (UTC ``timestamp``) by which planned receipts cover it, ``NULL`` if they do not
    """
    return SQL(
        """
        WITH asked AS (
            SELECT line.id AS line_id, line.product_id, sale.warehouse_id, sale.state,
                   coalesce(sale.commitment_date, sale.date_order) AS wanted,
                   greatest(0, line.product_uom_qty * uom.factor / unit.factor) AS ordered
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom uom ON uom.id = line.product_uom_id
              JOIN uom_uom unit ON unit.id = template.uom_id
             WHERE line.id = ANY(%(lines)s) AND template.is_storable AND line.display_type IS NULL AND sale.state <> 'cancel'
        ), houses AS (
            SELECT DISTINCT asked.warehouse_id, root.parent_path
              FROM asked
              JOIN stock_warehouse house ON house.id = asked.warehouse_id
              JOIN stock_location root ON root.id = house.view_location_id
        ), places AS (
            SELECT houses.warehouse_id, place.id, place.usage
              FROM houses
              JOIN stock_location place ON place.parent_path LIKE houses.parent_path || '%%'
             WHERE place.usage IN ('internal', 'transit')
        ), free AS (
            SELECT quant.product_id, places.warehouse_id, sum(quant.quantity - quant.reserved_quantity) AS quantity
              FROM stock_quant quant
              JOIN places ON places.id = quant.location_id
             WHERE quant.product_id IN (SELECT product_id FROM asked)
          GROUP BY quant.product_id, places.warehouse_id
        ), receipts AS (
            SELECT move.product_id, target.warehouse_id, move.date,
                   sum(sum(move.product_qty)) OVER (PARTITION BY move.product_id, target.warehouse_id ORDER BY move.date) AS until_then
              FROM stock_move move
              JOIN places target ON target.id = move.location_dest_id
         LEFT JOIN places origin ON origin.id = move.location_id AND origin.warehouse_id = target.warehouse_id
             WHERE move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned') AND origin.id IS NULL
               AND move.product_id IN (SELECT product_id FROM asked)
          GROUP BY move.product_id, target.warehouse_id, move.date
        ), outgoing AS (
            SELECT move.sale_line_id AS line_id, move.product_id, origin.warehouse_id, min(move.date) AS wanted, min(move.id) AS turn,
                   sum(greatest(0, move.product_qty - CASE WHEN move.state IN ('assigned', 'partially_available')
                                                           THEN move.quantity * move_uom.factor / unit.factor ELSE 0 END)) AS needed
              FROM stock_move move
              JOIN places origin ON origin.id = move.location_id
         LEFT JOIN places target ON target.id = move.location_dest_id AND target.warehouse_id = origin.warehouse_id
              JOIN uom_uom move_uom ON move_uom.id = move.product_uom
              JOIN product_product product ON product.id = move.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom unit ON unit.id = template.uom_id
             WHERE move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned') AND target.id IS NULL
               AND move.product_id IN (SELECT product_id FROM asked)
          GROUP BY move.sale_line_id, move.product_id, origin.warehouse_id, CASE WHEN move.sale_line_id IS NULL THEN move.id END
        ), demand AS (
            SELECT line_id, product_id, warehouse_id, needed, 0 AS rank, wanted, turn FROM outgoing
             UNION ALL
            SELECT line_id, product_id, warehouse_id, ordered, 1, wanted, line_id FROM asked WHERE state NOT IN ('sale', 'done')
        ), queue AS (
            SELECT demand.*,
                   sum(needed) OVER (PARTITION BY product_id, warehouse_id ORDER BY rank, wanted, turn) AS until_here
              FROM demand
        )
        SELECT queue.line_id, queue.needed,
               least(queue.needed, greatest(0, queue.until_here - greatest(0, coalesce(free.quantity, 0)))) AS short,
               (SELECT min(receipts.date) FROM receipts
                 WHERE receipts.product_id = queue.product_id AND receipts.warehouse_id = queue.warehouse_id
                   AND receipts.until_then + greatest(0, coalesce(free.quantity, 0)) >= queue.until_here) AS receipt
          FROM queue
     LEFT JOIN free ON free.product_id = queue.product_id AND free.warehouse_id = queue.warehouse_id
         WHERE queue.line_id = ANY(%(lines)s)
        """,
        lines=list(line_ids),
    )
