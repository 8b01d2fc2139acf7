from odoo.tools import SQL


def migrate(cr, _version):
    """Questions that wait for the desk go on waiting from when they were asked; what was answered was answered then."""
    cr.execute(
        SQL(
            """
            UPDATE order_enquiry SET clock_since = asked_at
             WHERE state IN ('new', 'reopened') AND clock_since IS NULL AND NOT (coalesce(asked_by_us, FALSE) AND state = 'new')
            """
        )
    )
    cr.execute(
        SQL(
            """
            UPDATE order_enquiry
               SET first_answer_at = CASE WHEN coalesce(asked_by_us, FALSE) THEN NULL ELSE answered_at END,
                   solved_at = CASE WHEN state IN ('answered', 'closed') THEN answered_at END,
                   solution_hours = CASE WHEN state IN ('answered', 'closed') THEN answer_hours END
             WHERE answered_at IS NOT NULL AND solved_at IS NULL
            """
        )
    )
    # the card of the desk is data of its own: changed where it is as it came
    cr.execute(
        SQL(
            """
            UPDATE order_desk_queue SET domain = %s WHERE code = 'enquiries' AND domain = %s
            """,
            "[('state', 'in', ('new', 'waiting_us', 'reopened')), ('asked_by_us', '=', False)]",
            "[('state', '=', 'new'), ('asked_by_us', '=', False)]",
        )
    )
