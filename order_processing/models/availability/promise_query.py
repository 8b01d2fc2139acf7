"""The promise of a set of lines, in one statement over stock on hand, open transfers and receipts."""

from odoo.tools import SQL

from ..common.sql_arrays import id_array
from .horizon import far, joins
from .priority import by_priority, weight


def free_query(product_ids, warehouse_ids):
    """``SQL`` for rows ``(product_id, warehouse_id, free)``: what is on hand beyond everything that open moves take away.

    The least that a new demand can count on, in the product's reference unit; receipts are not in it.
    """
    return SQL(
        """
        WITH places AS (
            SELECT house.id AS warehouse_id, place.id
              FROM stock_warehouse house
              JOIN stock_location root ON root.id = house.view_location_id
              JOIN stock_location place ON place.parent_path LIKE root.parent_path || '%%'
             WHERE house.id = ANY(%(warehouses)s)
        )
        SELECT product_id, warehouse_id, sum(quantity)::float
          FROM (SELECT quant.product_id, places.warehouse_id, quant.quantity - quant.reserved_quantity AS quantity
                  FROM stock_quant quant
                  JOIN places ON places.id = quant.location_id
                 WHERE quant.product_id = ANY(%(products)s)
                 UNION ALL
                SELECT move.product_id, places.warehouse_id,
                       -greatest(0, move.product_qty - move.quantity * taken.factor / unit.factor)
                  FROM stock_move move
                  JOIN places ON places.id = move.location_id
                  JOIN uom_uom taken ON taken.id = move.product_uom
                  JOIN product_product product ON product.id = move.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom unit ON unit.id = template.uom_id
                 WHERE move.product_id = ANY(%(products)s)
                   AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')) AS stock
      GROUP BY product_id, warehouse_id
        """,
        products=list(product_ids),
        warehouses=list(warehouse_ids),
    )


def promise_query(line_ids, only_short=False):
    """``SQL`` that says, per line id of goods still to ship, what stock covers and when the rest comes.

    First come, first served: confirmed orders by their delivery date, then quotations by their order date, then in the same way
    what is far off (``horizon.far``); where the warehouse serves by priority (``priority.by_priority``), each of these by the
    priority of order or customer first. Demand of orders that are not asked about counts where it stands before. An order that is
    wanted in whole (``order_complete_lines``, ``picking_policy`` "one") stands in the queue like any other: its turn covers
    what is there although nothing of it may leave yet, so those behind it are not promised what it waits to complete.
    Quantities are in the product's reference unit.

    :param list line_ids: ids of ``sale.order.line``
    :param bool only_short: leave out what free stock covers
    :return: rows ``(line_id, needed, short, part, receipt, plain)``: still to ship beyond what is reserved for it, how much
        of it no free stock covers, that as a part of what is needed, the moment (UTC ``timestamp``) by which planned receipts
        cover it (``NULL`` if they do not), and whether the line ships as its own product (not as components of a kit)
    """
    return SQL(
        """
        WITH asked AS (
            SELECT line.id AS line_id, line.product_id, sale.warehouse_id, sale.state,
                   coalesce(sale.commitment_date, sale.date_order) AS wanted,
                   greatest(0, line.product_uom_qty * uom.factor / unit.factor) AS ordered,
                   %(far_asked)s AS far, %(weight)s AS weight
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom uom ON uom.id = line.product_uom_id
              JOIN uom_uom unit ON unit.id = template.uom_id
              %(joins)s
             WHERE line.id = ANY(%(lines)s) AND template.is_storable AND line.display_type IS NULL AND sale.state <> 'cancel'
        ), houses AS (
            SELECT asked.warehouse_id AS id FROM asked
             UNION
            SELECT place.warehouse_id
              FROM stock_move move
              JOIN stock_location place ON place.id = move.location_id
             WHERE move.sale_line_id = ANY(%(lines)s) AND move.state <> ALL(%(closed)s)
        ), places AS (
            SELECT house.id AS warehouse_id, place.id
              FROM houses
              JOIN stock_warehouse house ON house.id = houses.id
              JOIN stock_location root ON root.id = house.view_location_id
              JOIN stock_location place ON place.parent_path LIKE root.parent_path || '%%'
        ), rules AS (
            SELECT house.id AS warehouse_id, %(by_priority)s AS by_priority
              FROM houses
              JOIN stock_warehouse house ON house.id = houses.id
              JOIN res_company company ON company.id = house.company_id
        ), products AS (
            SELECT product_id FROM asked
             UNION
            SELECT product_id FROM stock_move WHERE sale_line_id = ANY(%(lines)s) AND state <> ALL(%(closed)s)
        ), moving AS (
            SELECT move.id, move.sale_line_id AS line_id, move.product_id, move.date, move.product_qty AS quantity,
                   move.quantity * move_uom.factor / unit.factor AS reserved,
                   origin.warehouse_id AS from_id, target.warehouse_id AS to_id, template.order_horizon_days AS horizon
              FROM stock_move move
              JOIN uom_uom move_uom ON move_uom.id = move.product_uom
              JOIN product_product product ON product.id = move.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id AND template.is_storable
              JOIN uom_uom unit ON unit.id = template.uom_id
         LEFT JOIN places origin ON origin.id = move.location_id
         LEFT JOIN places target ON target.id = coalesce(move.location_final_id, move.location_dest_id)
             WHERE move.product_id IN (SELECT product_id FROM products)
               AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
        ), free AS (
            SELECT quant.product_id, places.warehouse_id, sum(quant.quantity - quant.reserved_quantity) AS quantity
              FROM stock_quant quant
              JOIN places ON places.id = quant.location_id
             WHERE quant.product_id IN (SELECT product_id FROM products)
          GROUP BY quant.product_id, places.warehouse_id
        ), arrivals AS (
            -- what is reserved to be moved inside the house is not free, and is free again where it arrives
            SELECT product_id, to_id AS warehouse_id, date,
                   sum(CASE WHEN from_id IS DISTINCT FROM to_id THEN quantity ELSE reserved END) AS quantity
              FROM moving
             WHERE to_id IS NOT NULL
          GROUP BY product_id, to_id, date
        ), receipts AS (
            -- each covers what is wanted beyond the one before it, up to itself
            SELECT summed.*, coalesce(lag(until_then) OVER (PARTITION BY product_id, warehouse_id ORDER BY date), 0) AS before
              FROM (SELECT arrivals.*,
                           sum(quantity) OVER (PARTITION BY product_id, warehouse_id ORDER BY date) AS until_then
                      FROM arrivals) AS summed
        ), outgoing AS (
            SELECT moving.line_id, moving.product_id, moving.from_id AS warehouse_id,
                   min(coalesce(sale.commitment_date, sale.date_order, moving.date)) AS wanted, min(moving.id) AS turn,
                   sum(greatest(0, moving.quantity - moving.reserved)) AS needed, bool_or(%(far_moving)s) AS far,
                   max(%(weight)s) AS weight
              FROM moving
         LEFT JOIN sale_order_line line ON line.id = moving.line_id
         LEFT JOIN sale_order sale ON sale.id = line.order_id
         %(joins)s
             WHERE moving.from_id IS NOT NULL AND moving.to_id IS DISTINCT FROM moving.from_id
          GROUP BY moving.line_id, moving.product_id, moving.from_id, CASE WHEN moving.line_id IS NULL THEN moving.id END
        ), demand AS (
            SELECT line_id, product_id, warehouse_id, needed, CASE WHEN far THEN 2 ELSE 0 END AS rank, weight, wanted, turn
              FROM outgoing
             UNION ALL
            SELECT line_id, product_id, warehouse_id, ordered, CASE WHEN far THEN 3 ELSE 1 END, weight, wanted, line_id
              FROM asked
             WHERE state <> 'sale'
        ), queue AS (
            SELECT demand.*,
                   sum(needed) OVER (PARTITION BY demand.product_id, demand.warehouse_id
                                         ORDER BY rank, CASE WHEN rules.by_priority THEN -weight ELSE 0 END, wanted, turn)
                       - coalesce(free.quantity, 0) AS beyond
              FROM demand
         LEFT JOIN rules ON rules.warehouse_id = demand.warehouse_id
         LEFT JOIN free ON free.product_id = demand.product_id AND free.warehouse_id = demand.warehouse_id
        ), answers AS (
            SELECT queue.line_id, queue.product_id, queue.needed, least(queue.needed, greatest(0, queue.beyond)) AS short,
                   receipts.date AS receipt
              FROM queue
         LEFT JOIN receipts ON receipts.product_id = queue.product_id AND receipts.warehouse_id = queue.warehouse_id
                           AND queue.needed > 0 AND queue.beyond > receipts.before AND queue.beyond <= receipts.until_then
             WHERE queue.line_id = ANY(%(lines)s) AND %(wanted)s
        )
        -- a line that ships as several products (a kit) waits for the last of them
        SELECT answers.line_id, sum(needed) AS needed, max(short) AS short, max(short / nullif(needed, 0)) AS part,
               CASE WHEN bool_and(short <= 0 OR receipt IS NOT NULL) THEN max(receipt) FILTER (WHERE short > 0) END AS receipt,
               bool_and(answers.product_id = line.product_id) AS plain
          FROM answers
          JOIN sale_order_line line ON line.id = answers.line_id
      GROUP BY answers.line_id
        """,
        # as one constant: thousands of numbers in an expression take longer to parse than the statement takes to run
        lines=id_array(line_ids),
        wanted=SQL("queue.needed > 0 AND queue.beyond > 0") if only_short else SQL("TRUE"),
        closed=["done", "cancel"],
        joins=joins(),
        weight=weight(),
        by_priority=by_priority(),
        far_asked=far(SQL("template.order_horizon_days")),
        far_moving=far(SQL("moving.horizon")),
    )
