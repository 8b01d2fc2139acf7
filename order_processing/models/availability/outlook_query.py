"""What a new demand finds: stock beyond all open demand, and what comes in, in one statement."""

from odoo.tools import SQL

from .horizon import far, joins


def outlook_query(product_ids, warehouse_id):
    """``SQL`` for rows ``(product_id, moment, quantity, outside)`` in the product's reference unit, in order of time.

    ``moment`` is ``NULL`` for what is there now, free of reservations, less what open moves out of the warehouse still want,
    orders far off excepted (it may be below zero); else what arrives then, ``outside`` whether it comes from outside the warehouse.
    Demand and arrivals are those of ``promise_query``.
    """
    return SQL(
        """
        WITH places AS (
            SELECT place.id
              FROM stock_warehouse house
              JOIN stock_location root ON root.id = house.view_location_id
              JOIN stock_location place ON place.parent_path LIKE root.parent_path || '%%'
             WHERE house.id = %(warehouse)s
        ), moving AS (
            SELECT move.product_id, move.date, move.product_qty AS quantity,
                   move.quantity * taken.factor / unit.factor AS reserved,
                   origin.id IS NOT NULL AS leaves, target.id IS NOT NULL AS arrives, %(far)s AS far
              FROM stock_move move
              JOIN uom_uom taken ON taken.id = move.product_uom
              JOIN product_product product ON product.id = move.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom unit ON unit.id = template.uom_id
         LEFT JOIN sale_order_line line ON line.id = move.sale_line_id
         LEFT JOIN sale_order sale ON sale.id = line.order_id
         %(joins)s
         LEFT JOIN places origin ON origin.id = move.location_id
         LEFT JOIN places target ON target.id = coalesce(move.location_final_id, move.location_dest_id)
             WHERE move.product_id = ANY(%(products)s)
               AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
        ), stock AS (
            SELECT quant.product_id, NULL::timestamp AS moment, quant.quantity - quant.reserved_quantity AS quantity,
                   FALSE AS outside
              FROM stock_quant quant
              JOIN places ON places.id = quant.location_id
             WHERE quant.product_id = ANY(%(products)s)
             UNION ALL
            SELECT product_id, NULL, -greatest(0, quantity - reserved), FALSE FROM moving WHERE leaves AND NOT arrives AND NOT far
             UNION ALL
            -- what is reserved to be moved inside the house is not free, and is free again where it arrives
            SELECT product_id, date, CASE WHEN leaves THEN reserved ELSE quantity END, NOT leaves FROM moving WHERE arrives
        )
        SELECT product_id, moment, sum(quantity)::float, bool_or(outside) FROM stock GROUP BY product_id, moment ORDER BY moment NULLS FIRST
        """,
        products=list(product_ids),
        warehouse=warehouse_id,
        joins=joins(),
        far=far(SQL("template.order_horizon_days")),
    )
