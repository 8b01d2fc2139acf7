"""What the open documents of orders say about where these stand: statements, no behaviour.

The day's close reads them for its buckets and the desk for what it tells the customer, so that both agree.
"""

from odoo.tools import SQL

from .stock_places import outside

# states of a return case that is approved and not settled
COMING_BACK = ["approved", "on_way", "received", "inspected"]


def open_moves(scope):
    """Per order: an open transfer back, goods in hand, goods reserved, anything still to leave.

    :param SQL scope: a condition over ``line`` (``sale_order_line``)
    """
    return SQL(
        """
        SELECT line.order_id,
               bool_or(place.back) AS coming_back,
               bool_or(NOT place.back) AS moving,
               bool_or(NOT place.back AND move.picked) AS picked,
               bool_or(NOT place.back AND move.state = 'assigned') AS assigned,
               min(move.create_date) FILTER (WHERE place.back) AS back_since,
               max(move.write_date) FILTER (WHERE NOT place.back AND move.picked) AS picked_at
          FROM sale_order_line line
          JOIN stock_move move ON move.sale_line_id = line.id AND move.state NOT IN ('draft', 'done', 'cancel')
          JOIN stock_location origin ON origin.id = move.location_id
    CROSS JOIN LATERAL (
               SELECT %(back)s AS back) place
         WHERE %(scope)s
      GROUP BY line.order_id
        """,
        back=outside("origin"),
        scope=scope,
    )


def to_check(scope):
    """The orders with a failed check on an open transfer, or with goods in hand that nobody checked.

    :param SQL scope: a condition over ``line`` (``sale_order_line``)
    """
    return SQL(
        """
        SELECT DISTINCT line.order_id
          FROM order_quality_check quality
          JOIN stock_move move ON move.picking_id = quality.picking_id AND move.state NOT IN ('done', 'cancel')
          JOIN sale_order_line line ON line.id = move.sale_line_id
         WHERE (quality.state = 'failed' OR (quality.state = 'to_check' AND move.picked)) AND %s
        """,
        scope,
    )


def in_return(order):
    """``SQL`` true for an order with a return case that is approved or received and not settled.

    :param SQL order: the order's id
    """
    return SQL(
        "EXISTS (SELECT 1 FROM order_return request WHERE request.order_id = %s AND request.state = ANY(%s))",
        order,
        COMING_BACK,
    )
