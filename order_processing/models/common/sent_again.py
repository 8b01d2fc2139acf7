"""How much went to the customer again for a line of a return case."""

from odoo.tools import SQL

# what came back of it by core's own returns, and what of that went out again
BY_HAND = SQL(
    """
          UNION ALL
             SELECT back.id, back.product_id,
                    back.quantity * unit.factor * CASE WHEN target.usage = 'customer' THEN 1 ELSE -1 END AS quantity
               FROM moved
               JOIN stock_move back ON back.origin_returned_move_id = moved.id
               JOIN stock_location target ON target.id = back.location_dest_id
               JOIN uom_uom unit ON unit.id = back.product_uom
              WHERE back.state = 'done' AND back.order_return_line_id IS NULL AND back.to_refund IS NOT TRUE
    """
)


def sent_again(item, done, kept=False, begun=False):
    """What left again for a return line, of a kit the whole ones that its parts make.

    Parts are counted by product: what stands twice in a kit leaves by two moves.

    :param SQL item: the name under which the statement knows ``order_return_line``
    :param bool done: only what has left; else what is on its way too
    :param bool kept: less what of it came back by hand and for no money
    :param bool begun: of a kit those of which any part left
    :return: ``SQL`` of a number in the unit of the return line, in brackets; 0 for nothing
    """
    moved = SQL(
        "move.quantity" if done else "CASE WHEN move.state = 'done' THEN move.quantity ELSE move.product_uom_qty END"
    )
    share = SQL(
        "round((%(bound)s(coalesce(went.quantity / own.factor, 0) / part.each) / (%(item)s.kit ->> 'whole')::float)::numeric, 6)",
        bound=SQL("max" if begun else "min"),
        item=item,
    )
    return SQL(
        """
        (WITH %(recursive)s moved AS (
             SELECT move.id, move.product_id, %(moved)s * unit.factor AS quantity
               FROM stock_move move
               JOIN stock_location target ON target.id = move.location_dest_id AND target.usage = 'customer'
               JOIN uom_uom unit ON unit.id = move.product_uom
              WHERE move.order_return_line_id = %(item)s.id AND %(states)s
              %(by_hand)s
         ), went AS (
             SELECT product_id, sum(quantity) AS quantity FROM moved GROUP BY product_id)
         SELECT CASE WHEN %(item)s.kit IS NULL THEN
                          (SELECT round((coalesce((SELECT sum(went.quantity) FROM went), 0) / own.factor)::numeric, 6)
                             FROM uom_uom own WHERE own.id = %(item)s.uom_id)
                     ELSE (SELECT %(kits)s
                                  * (%(item)s.kit ->> 'whole')::numeric
                             FROM (SELECT (parts.part ->> 'product')::int AS product_id,
                                          sum((parts.part ->> 'quantity')::float) AS each
                                     FROM jsonb_array_elements(%(item)s.kit -> 'parts') AS parts (part)
                                 GROUP BY 1) part
                             JOIN product_product product ON product.id = part.product_id
                             JOIN product_template template ON template.id = product.product_tmpl_id
                             JOIN uom_uom own ON own.id = template.uom_id
                        LEFT JOIN went ON went.product_id = part.product_id)
                     END)
        """,
        item=item,
        moved=moved,
        recursive=SQL("RECURSIVE" if kept else ""),
        by_hand=BY_HAND if kept else SQL(),
        kits=SQL("ceil(%s)" if begun else "floor(%s)", share),
        states=SQL("move.state = 'done'" if done else "move.state <> 'cancel'"),
    )
