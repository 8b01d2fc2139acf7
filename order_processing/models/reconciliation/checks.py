"""What is looked for before a day is signed: data, no behaviour.

``query`` is SQL of ``(id, name)`` over documents of ``model``, one row a document, as they stand in the cut. It may name
``%(company)s``, ``%(day)s`` (the business day), ``%(ends)s`` (the moment when it ends, naive UTC), ``%(statement)s`` (its id),
``%(fact)s`` (the facts of the cut, one row an order line), ``%(owned)s`` (true for a row ``event`` of the day book that
the statement owns) and ``%(closed)s`` (the day of the statement before).
``weight`` is what a finding asks for unless the company says otherwise: ``stop`` (the day cannot be signed), ``explain``
(somebody must write why) or ``note`` (it is shown). ``advice`` says what mends it.
"""

from collections import namedtuple

STOP, EXPLAIN, NOTE = "stop", "explain", "note"
Check = namedtuple("Check", "code label weight model query")

CHECKS = (
    Check(
        "not_invoiced",
        "Left and not invoiced",
        EXPLAIN,
        "sale.order",
        """
        SELECT fact.order_id AS id, max(fact.order_name) AS name FROM %(fact)s fact
         WHERE fact.goods AND fact.q_shipped > fact.q_returned AND fact.q_l_to_invoice > 0
      GROUP BY fact.order_id
        """,
    ),
    Check(
        "drafts",
        "Invoices and credit notes in draft",
        EXPLAIN,
        "account.move",
        """
        SELECT move.id, coalesce(nullif(move.name, '/'), move.invoice_origin, '#' || move.id) AS name
          FROM account_move move
         WHERE move.company_id = %(company)s AND move.state = 'draft' AND move.move_type IN ('out_invoice', 'out_refund')
           AND (move.invoice_date <= %(day)s OR (move.invoice_date IS NULL AND move.create_date < %(ends)s))
           AND EXISTS (SELECT 1 FROM account_move_line item
                         JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
                        WHERE item.move_id = move.id)
        """,
    ),
    Check(
        "held_unowned",
        "Held, and nobody sees to it",
        EXPLAIN,
        "sale.order",
        """
        SELECT sale.id, sale.name FROM order_hold hold JOIN sale_order sale ON sale.id = hold.order_id
         WHERE hold.company_id = %(company)s AND hold.state = 'open'
      GROUP BY sale.id HAVING NOT bool_or(hold.owner_id IS NOT NULL)
        """,
    ),
    Check(
        "promises_missed",
        "Promised by today and still here",
        EXPLAIN,
        "sale.order",
        """
        SELECT fact.order_id AS id, max(fact.order_name) AS name FROM %(fact)s fact
          JOIN sale_order_line line ON line.id = fact.line_id
          JOIN sale_order sale ON sale.id = fact.order_id
         WHERE fact.goods AND fact.q_open > 0 AND sale.state = 'sale' AND line.order_promise_date <= %(day)s
      GROUP BY fact.order_id
        """,
    ),
    Check(
        "pickups_open",
        "Pickups not handed over",
        EXPLAIN,
        "order.pickup",
        """
        SELECT pickup.id, pickup.name FROM order_pickup pickup
         WHERE pickup.company_id = %(company)s AND pickup.state NOT IN ('handed_over', 'cancelled') AND pickup.date <= %(day)s
           AND EXISTS (SELECT 1 FROM stock_picking transfer
                        WHERE transfer.order_pickup_id = pickup.id AND transfer.sale_id IS NOT NULL
                          AND transfer.state <> 'cancel')
        """,
    ),
    Check(
        "printed_unshipped",
        "Printed and not shipped",
        NOTE,
        "stock.picking",
        """
        SELECT transfer.id, transfer.name FROM stock_picking transfer
          JOIN stock_picking_type kind ON kind.id = transfer.picking_type_id
         WHERE transfer.company_id = %(company)s AND transfer.printed AND transfer.state NOT IN ('done', 'cancel')
           AND transfer.sale_id IS NOT NULL AND kind.code <> 'incoming'
        """,
    ),
    Check(
        "orphan_transfers",
        "Transfers of cancelled orders",
        EXPLAIN,
        "stock.picking",
        """
        SELECT transfer.id, transfer.name FROM stock_picking transfer JOIN sale_order sale ON sale.id = transfer.sale_id
          JOIN stock_picking_type kind ON kind.id = transfer.picking_type_id
         WHERE transfer.company_id = %(company)s AND transfer.state NOT IN ('done', 'cancel') AND sale.state = 'cancel'
           AND kind.code <> 'incoming'
           AND NOT EXISTS (SELECT 1 FROM stock_move move
                            WHERE move.picking_id = transfer.id AND move.origin_returned_move_id IS NOT NULL)
        """,
    ),
    Check(
        "returns_uninspected",
        "Returns received and not inspected",
        EXPLAIN,
        "order.return",
        """
        SELECT request.id, request.name FROM order_return request
         WHERE request.company_id = %(company)s AND request.state = 'received'
        """,
    ),
    Check(
        "discrepancies_unowned",
        "Discrepancies without an owner",
        EXPLAIN,
        "order.discrepancy",
        """
        SELECT found.id, sale.name FROM order_discrepancy found JOIN sale_order sale ON sale.id = found.order_id
         WHERE found.company_id = %(company)s AND found.state IN ('open', 'in_progress') AND found.owner_id IS NULL
        """,
    ),
    Check(
        "submissions_undecided",
        "Submitted and neither accepted nor rejected",
        STOP,
        "order.intake",
        """
        SELECT envelope.id, envelope.reference AS name FROM order_intake envelope
         WHERE envelope.company_id = %(company)s AND envelope.state = 'received' AND envelope.business_date <= %(day)s
        """,
    ),
    Check(
        "back_dated",
        "Dated into a closed day",
        EXPLAIN,
        "sale.order",
        """
        SELECT event.order_id AS id, max(event.order_name) AS name FROM order_event event
         WHERE event.company_id = %(company)s AND event.order_id IS NOT NULL AND event.business_date <= %(closed)s
           AND NOT coalesce(event.opening, FALSE) AND %(owned)s
      GROUP BY event.order_id
        """,
    ),
    Check(
        "differences",
        "Balances with a difference",
        EXPLAIN,
        "sale.order",
        """
        SELECT found.id, coalesce(max(found.name), (SELECT sale.name FROM sale_order sale WHERE sale.id = found.id)) AS name
          FROM order_reconciliation_equation equation
    CROSS JOIN LATERAL (
               SELECT (document ->> 'order_id')::int, document ->> 'order'
                 FROM jsonb_array_elements(CASE jsonb_typeof(equation.documents) WHEN 'array' THEN equation.documents
                                                ELSE '[]' END) document
            UNION ALL
               SELECT number::int, NULL
                 FROM jsonb_array_elements_text(CASE jsonb_typeof(equation.numbers) WHEN 'array' THEN equation.numbers
                                                     ELSE '[]' END) number
                WHERE equation.name NOT IN ('stock', 'documents', 'payments', 'envelopes')
               ) AS found (id, name)
         WHERE equation.reconciliation_id = %(statement)s AND NOT equation.is_proven
      GROUP BY found.id, CASE WHEN found.id IS NULL THEN found.name END
        """,
    ),
)
LABELS = [(check.code, check.label) for check in CHECKS]
WEIGHTS = [(STOP, "Stops the signature"), (EXPLAIN, "Must be explained"), (NOTE, "Is shown")]
BY_CODE = {check.code: check for check in CHECKS}
