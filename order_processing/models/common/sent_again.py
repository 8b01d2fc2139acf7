"""How much went to the customer again for a line of a return case."""

from odoo.tools import SQL


def sent_again(item, done):
    """What left again for a return line, of a kit the whole ones that its parts make.

    Parts are counted by product: what stands twice in a kit leaves by two moves.

    :param SQL item: the name under which the statement knows ``order_return_line``
    :param bool done: only what has left; else what is on its way too
    :return: ``SQL`` of a number in the unit of the return line, in brackets; 0 for nothing
    """
    moved = SQL(
        "move.quantity" if done else "CASE WHEN move.state = 'done' THEN move.quantity ELSE move.product_uom_qty END"
    )
    return SQL(
        """
        (WITH went AS (
             SELECT move.product_id, sum(%(moved)s * unit.factor) AS quantity
               FROM stock_move move
               JOIN stock_location target ON target.id = move.location_dest_id AND target.usage = 'customer'
               JOIN uom_uom unit ON unit.id = move.product_uom
              WHERE move.order_return_line_id = %(item)s.id AND %(states)s
           GROUP BY move.product_id)
         SELECT CASE WHEN %(item)s.kit IS NULL THEN
                          (SELECT round((coalesce((SELECT sum(went.quantity) FROM went), 0) / own.factor)::numeric, 6)
                             FROM uom_uom own WHERE own.id = %(item)s.uom_id)
                     ELSE (SELECT floor(round((min(coalesce(went.quantity / own.factor, 0) / part.each)
                                               / (%(item)s.kit ->> 'whole')::float)::numeric, 6))
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
        states=SQL("move.state = 'done'" if done else "move.state <> 'cancel'"),
    )
