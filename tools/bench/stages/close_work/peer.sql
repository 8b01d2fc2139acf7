CREATE TEMP TABLE peer_scope ON COMMIT DROP AS
SELECT known.order_id, bool_or(known.touched) AS touched
  FROM (
    SELECT event.order_id, TRUE AS touched
      FROM order_event event
     WHERE event.company_id = %(company)s AND event.order_id IS NOT NULL
       AND event.xact >= pg_snapshot_xmin(%(snapshot)s::text::pg_snapshot)
       AND NOT pg_visible_in_snapshot(event.xact, %(snapshot)s::text::pg_snapshot)
 UNION ALL
    SELECT line.order_number, FALSE
      FROM order_reconciliation_line line
     WHERE line.reconciliation_id = %(before)s AND line.order_number > 0
       AND (line.bucket NOT IN ('rejected', 'cancelled', 'complete') OR line.open_qty <> 0 OR line.open_value <> 0)) known
  GROUP BY known.order_id;

ANALYZE peer_scope;

CREATE TEMP TABLE peer_fact ON COMMIT DROP AS
SELECT line.order_id, line.id AS line_id, line.currency_id, template.uom_id, template.type = 'consu' AS goods,
       line.product_uom_qty AS ordered, line.price_subtotal AS ordered_value, line.qty_to_invoice AS to_invoice,
       coalesce(sums.book_ordered, 0) AS book_ordered, coalesce(sums.book_ordered_value, 0) AS book_ordered_value,
       coalesce(sums.start_ordered, 0) AS start_ordered, coalesce(sums.start_ordered_value, 0) AS start_ordered_value,
       coalesce(sums.day_ordered, 0) AS day_ordered, coalesce(sums.day_ordered_value, 0) AS day_ordered_value,
       coalesce(sums.book_shipped, 0) AS book_shipped, coalesce(sums.book_shipped_value, 0) AS book_shipped_value,
       coalesce(sums.start_shipped, 0) AS start_shipped, coalesce(sums.start_shipped_value, 0) AS start_shipped_value,
       coalesce(sums.book_returned, 0) AS book_returned, coalesce(sums.book_returned_value, 0) AS book_returned_value,
       coalesce(sums.book_invoiced, 0) AS book_invoiced, coalesce(sums.book_invoiced_value, 0) AS book_invoiced_value,
       coalesce(sums.book_credited, 0) AS book_credited, coalesce(sums.book_credited_value, 0) AS book_credited_value,
       coalesce(sums.shipped, 0) AS shipped, coalesce(sums.returned, 0) AS returned, coalesce(sums.refund, 0) AS refund,
       coalesce(sums.invoiced, 0) AS invoiced, coalesce(sums.invoiced_value, 0) AS invoiced_value,
       coalesce(sums.credited, 0) AS credited, coalesce(sums.credited_value, 0) AS credited_value,
       coalesce(sums.draft, 0) AS draft,
       round(line.price_subtotal * coalesce(sums.shipped, 0) / nullif(line.product_uom_qty, 0), 2) AS shipped_value,
       round(line.price_subtotal * coalesce(sums.returned, 0) / nullif(line.product_uom_qty, 0), 2) AS returned_value
  FROM peer_scope scope
  JOIN sale_order_line line ON line.order_id = scope.order_id AND line.display_type IS NULL
  JOIN product_product product ON product.id = line.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
  LEFT JOIN (
    SELECT piece.line_id,
           sum(piece.quantity) FILTER (WHERE piece.tag = 1) AS book_ordered,
           sum(piece.amount) FILTER (WHERE piece.tag = 1) AS book_ordered_value,
           sum(piece.quantity) FILTER (WHERE piece.tag = 1 AND piece.early) AS start_ordered,
           sum(piece.amount) FILTER (WHERE piece.tag = 1 AND piece.early) AS start_ordered_value,
           sum(piece.quantity) FILTER (WHERE piece.tag = 1 AND NOT piece.early) AS day_ordered,
           sum(piece.amount) FILTER (WHERE piece.tag = 1 AND NOT piece.early) AS day_ordered_value,
           sum(piece.quantity) FILTER (WHERE piece.tag = 2) AS book_shipped,
           sum(piece.amount) FILTER (WHERE piece.tag = 2) AS book_shipped_value,
           sum(piece.quantity) FILTER (WHERE piece.tag = 2 AND piece.early) AS start_shipped,
           sum(piece.amount) FILTER (WHERE piece.tag = 2 AND piece.early) AS start_shipped_value,
           sum(piece.quantity) FILTER (WHERE piece.tag = 3) AS book_returned,
           sum(piece.amount) FILTER (WHERE piece.tag = 3) AS book_returned_value,
           sum(piece.quantity) FILTER (WHERE piece.tag = 4) AS book_invoiced,
           sum(piece.amount) FILTER (WHERE piece.tag = 4) AS book_invoiced_value,
           sum(piece.quantity) FILTER (WHERE piece.tag = 5) AS book_credited,
           sum(piece.amount) FILTER (WHERE piece.tag = 5) AS book_credited_value,
           sum(piece.quantity) FILTER (WHERE piece.tag = 11) AS shipped,
           sum(piece.quantity) FILTER (WHERE piece.tag IN (12, 13)) AS returned,
           sum(piece.quantity) FILTER (WHERE piece.tag = 13) AS refund,
           sum(piece.quantity) FILTER (WHERE piece.tag = 14) AS invoiced,
           sum(piece.amount) FILTER (WHERE piece.tag = 14) AS invoiced_value,
           sum(piece.quantity) FILTER (WHERE piece.tag = 15) AS credited,
           sum(piece.amount) FILTER (WHERE piece.tag = 15) AS credited_value,
           sum(piece.quantity) FILTER (WHERE piece.tag = 16) AS draft
      FROM (
        SELECT event.line_id, pg_visible_in_snapshot(event.xact, %(snapshot)s::text::pg_snapshot) AS early,
               CASE WHEN event.kind IN ('shipped', 'corrected') THEN 2
                    WHEN event.kind IN ('received_back', 'corrected_back') THEN 3
                    WHEN event.kind IN ('invoiced', 'uninvoiced') THEN 4
                    WHEN event.kind IN ('credited', 'uncredited') THEN 5 ELSE 1 END AS tag,
               event.quantity_ref AS quantity, event.amount
          FROM order_event event
          JOIN peer_scope scope ON scope.order_id = event.order_id
         WHERE event.line_id IS NOT NULL
           AND event.kind IN ('entered', 'raised', 'lowered', 'removed', 'cancelled', 'closed_short', 'reopened', 'shipped',
                              'corrected', 'received_back', 'corrected_back', 'invoiced', 'uninvoiced', 'credited', 'uncredited')
     UNION ALL
        SELECT move.sale_line_id, NULL,
               CASE WHEN target.usage = 'customer' THEN 11 WHEN move.to_refund THEN 13 ELSE 12 END, move.quantity, NULL
          FROM peer_scope scope
          JOIN sale_order_line line ON line.order_id = scope.order_id
          JOIN stock_move move ON move.sale_line_id = line.id AND move.state = 'done'
          JOIN stock_location origin ON origin.id = move.location_id
          JOIN stock_location target ON target.id = move.location_dest_id
         WHERE target.usage = 'customer' OR origin.usage = 'customer'
     UNION ALL
        SELECT rel.order_line_id, NULL,
               CASE WHEN move.state <> 'posted' THEN 16 WHEN move.move_type = 'out_invoice' THEN 14 ELSE 15 END,
               item.quantity, item.price_subtotal
          FROM peer_scope scope
          JOIN sale_order_line line ON line.order_id = scope.order_id
          JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
          JOIN account_move_line item ON item.id = rel.invoice_line_id
          JOIN account_move move ON move.id = item.move_id
         WHERE move.move_type IN ('out_invoice', 'out_refund') AND move.state <> 'cancel') piece
  GROUP BY piece.line_id) sums ON sums.line_id = line.id;

ANALYZE peer_fact;

INSERT INTO order_reconciliation (company_id, date, revision, state, previous_id, cut_snapshot)
SELECT %(company)s, %(day)s, 1, 'draft', %(before)s, pg_current_snapshot()::text;

CREATE TEMP TABLE peer_statement ON COMMIT DROP AS
SELECT max(id) AS id FROM order_reconciliation;

INSERT INTO order_reconciliation_line (
    reconciliation_id, company_id, sequence, order_id, order_number, intake_number, order_name, partner_name, order_date, bucket,
    bucket_sequence, touched, moved, currency_id, company_currency_id, open_units, ordered_qty, shipped_qty, returned_qty,
    invoiced_qty, credited_qty, open_qty, ordered_value, shipped_value, returned_value, invoiced_value, credited_value, paid_value,
    open_value, ordered_value_company, shipped_value_company, returned_value_company, invoiced_value_company,
    credited_value_company, paid_value_company, open_value_company)
SELECT statement.id, %(company)s, row_number() OVER (ORDER BY place.bucket, sale.name), sale.id, sale.id, 0, sale.name,
       partner.name, sale.date_order::date, place.bucket, 1, scope.touched, scope.touched::int, sale.currency_id, sale.currency_id,
       jsonb_build_object(1, sums.open), sums.ordered, sums.shipped, sums.returned, sums.invoiced, sums.credited, sums.open,
       sums.ordered_value, sums.shipped_value, sums.returned_value, sums.invoiced_value, sums.credited_value,
       coalesce(paid.amount, 0), sums.open_value,
       sums.ordered_value / sale.currency_rate, sums.shipped_value / sale.currency_rate, sums.returned_value / sale.currency_rate,
       sums.invoiced_value / sale.currency_rate, sums.credited_value / sale.currency_rate,
       coalesce(paid.amount, 0) / sale.currency_rate, sums.open_value / sale.currency_rate
  FROM peer_scope scope
  JOIN peer_statement statement ON TRUE
  JOIN sale_order sale ON sale.id = scope.order_id
  JOIN res_partner partner ON partner.id = sale.partner_id
  LEFT JOIN (
    SELECT order_id, sum(ordered) AS ordered, sum(shipped) AS shipped, sum(returned) AS returned, sum(invoiced) AS invoiced,
           sum(credited) AS credited, sum(greatest(ordered - shipped, 0)) AS open, sum(ordered_value) AS ordered_value,
           sum(shipped_value) AS shipped_value, sum(returned_value) AS returned_value, sum(invoiced_value) AS invoiced_value,
           sum(credited_value) AS credited_value, sum(greatest(ordered_value - shipped_value, 0)) AS open_value,
           bool_or(to_invoice <> 0) AS due
      FROM peer_fact GROUP BY order_id) sums ON sums.order_id = scope.order_id
  LEFT JOIN (
    SELECT event.order_id, sum(event.amount) AS amount
      FROM order_event event JOIN peer_scope scope ON scope.order_id = event.order_id
     WHERE event.kind IN ('paid', 'unpaid') GROUP BY event.order_id) paid ON paid.order_id = scope.order_id
  LEFT JOIN (
    SELECT line.order_id, bool_or(origin.usage = 'customer') AS back, bool_or(move.picked) AS picked,
           bool_or(move.state = 'assigned') AS assigned
      FROM peer_scope scope
      JOIN sale_order_line line ON line.order_id = scope.order_id
      JOIN stock_move move ON move.sale_line_id = line.id AND move.state NOT IN ('draft', 'done', 'cancel')
      JOIN stock_location origin ON origin.id = move.location_id
  GROUP BY line.order_id) moving ON moving.order_id = scope.order_id
  LEFT JOIN (
    SELECT DISTINCT line.order_id
      FROM peer_scope scope
      JOIN sale_order_line line ON line.order_id = scope.order_id
      JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
      JOIN account_move_line item ON item.id = rel.invoice_line_id
      JOIN account_move move ON move.id = item.move_id AND move.state = 'posted' AND move.payment_state IN ('not_paid', 'partial')
      ) unpaid ON unpaid.order_id = scope.order_id
 CROSS JOIN LATERAL (
    SELECT CASE WHEN sale.state = 'cancel' THEN 'cancelled'
                WHEN sale.state IN ('draft', 'sent') AND EXISTS (
                     SELECT 1 FROM order_hold hold WHERE hold.order_id = sale.id AND hold.state = 'open') THEN 'held'
                WHEN sale.state IN ('draft', 'sent') THEN 'to_verify'
                WHEN moving.back OR EXISTS (SELECT 1 FROM order_return request
                                             WHERE request.order_id = sale.id AND request.state IN ('approved', 'received'))
                     THEN 'in_return'
                WHEN EXISTS (SELECT 1 FROM sale_order_line line
                               JOIN stock_move move ON move.sale_line_id = line.id AND move.state NOT IN ('done', 'cancel')
                               JOIN order_quality_check quality ON quality.picking_id = move.picking_id
                              WHERE line.order_id = sale.id AND quality.state = 'failed') THEN 'check'
                WHEN moving.picked THEN 'picking' WHEN moving.assigned THEN 'ready'
                WHEN moving.order_id IS NOT NULL OR sums.open > 0 THEN 'waiting'
                WHEN sums.due THEN 'to_invoice' WHEN unpaid.order_id IS NOT NULL THEN 'to_pay' ELSE 'complete' END AS bucket) place;

INSERT INTO order_reconciliation_stock (
    reconciliation_id, company_id, sequence, product_number, product_name, usage, unit, quantity, moved_in, moved_out, tracked)
SELECT statement.id, %(company)s, row_number() OVER (), sums.product_id, template.name ->> 'en_US', sums.usage,
       unit.name ->> 'en_US', sums.quantity, sums.moved_in, sums.moved_out, template.is_storable
  FROM (
    SELECT piece.product_id, location.usage, sum(piece.quantity) AS quantity, sum(piece.moved_in) AS moved_in,
           sum(piece.moved_out) AS moved_out
      FROM (
        SELECT product_id, location_id, quantity::numeric AS quantity, 0 AS moved_in, 0 AS moved_out FROM stock_quant
     UNION ALL
        SELECT product_id, location_dest_id, 0, sum(quantity_product_uom), 0
          FROM stock_move_line WHERE state = 'done' GROUP BY product_id, location_dest_id
     UNION ALL
        SELECT product_id, location_id, 0, 0, sum(quantity_product_uom)
          FROM stock_move_line WHERE state = 'done' GROUP BY product_id, location_id) piece
      JOIN stock_location location ON location.id = piece.location_id AND location.company_id = %(company)s
  GROUP BY piece.product_id, location.usage) sums
  JOIN peer_statement statement ON TRUE
  JOIN product_product product ON product.id = sums.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
  JOIN uom_uom unit ON unit.id = template.uom_id
 WHERE sums.quantity <> 0 OR sums.moved_in <> 0 OR sums.moved_out <> 0;

INSERT INTO order_reconciliation_total (
    reconciliation_id, company_id, sequence, name, measure, unit_number, unit, before, opening, day, ever)
SELECT statement.id, %(company)s, row_number() OVER (), sums.name, sums.measure, sums.unit, sums.unit::text, sum(sums.before), 0,
       sum(sums.day), sum(sums.before + sums.day)
  FROM (
    SELECT total.name, total.measure, total.unit_number AS unit, total.ever AS before, 0 AS day
      FROM order_reconciliation_total total WHERE total.reconciliation_id = %(before)s
 UNION ALL
    SELECT CASE WHEN event.kind IN ('shipped', 'corrected') THEN 'shipped'
                WHEN event.kind IN ('received_back', 'corrected_back') THEN 'returned'
                WHEN event.kind IN ('invoiced', 'uninvoiced') THEN 'invoiced'
                WHEN event.kind IN ('credited', 'uncredited') THEN 'credited' ELSE 'ordered' END,
           figure.measure, figure.unit, 0, figure.amount
      FROM order_event event
      JOIN product_product product ON product.id = event.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
     CROSS JOIN LATERAL (VALUES ('quantity', template.uom_id, event.quantity_ref),
                                ('value', event.currency_id, event.amount)) AS figure (measure, unit, amount)
     WHERE event.company_id = %(company)s AND event.xact >= pg_snapshot_xmin(%(snapshot)s::text::pg_snapshot)
       AND NOT pg_visible_in_snapshot(event.xact, %(snapshot)s::text::pg_snapshot) AND figure.amount <> 0
       AND event.kind IN ('entered', 'raised', 'lowered', 'removed', 'shipped', 'corrected', 'received_back', 'corrected_back',
                          'invoiced', 'uninvoiced', 'credited', 'uncredited')) sums
  JOIN peer_statement statement ON TRUE
GROUP BY statement.id, sums.name, sums.measure, sums.unit;

INSERT INTO order_reconciliation_equation (
    reconciliation_id, company_id, sequence, name, label, measure, unit, "left", "right", difference, document_count, is_proven)
SELECT statement.id, %(company)s, row_number() OVER (), balance.name, balance.name, balance.measure, 'unit', balance.l, balance.r,
       balance.l - balance.r, balance.faults, balance.faults = 0
  FROM peer_statement statement
 CROSS JOIN (
    SELECT sum(greatest(start_ordered - start_shipped, 0) + day_ordered) AS open_l,
           sum(book_shipped - start_shipped + greatest(ordered - shipped, 0)) AS open_r,
           count(*) FILTER (WHERE greatest(start_ordered - start_shipped, 0) + day_ordered
                                  <> book_shipped - start_shipped + greatest(ordered - shipped, 0)) AS open_n,
           sum(greatest(start_ordered_value - start_shipped_value, 0) + day_ordered_value) AS openv_l,
           sum(book_shipped_value - start_shipped_value + greatest(ordered_value - shipped_value, 0)) AS openv_r,
           count(*) FILTER (WHERE greatest(start_ordered_value - start_shipped_value, 0) + day_ordered_value
               <> book_shipped_value - start_shipped_value + greatest(ordered_value - shipped_value, 0)) AS openv_n,
           sum(book_ordered) AS ordered_l, sum(ordered) AS ordered_r, count(*) FILTER (WHERE book_ordered <> ordered) AS ordered_n,
           sum(book_ordered_value) AS orderedv_l, sum(ordered_value) AS orderedv_r,
           count(*) FILTER (WHERE book_ordered_value <> ordered_value) AS orderedv_n,
           sum(book_shipped) AS shipped_l, sum(shipped) AS shipped_r, count(*) FILTER (WHERE book_shipped <> shipped) AS shipped_n,
           sum(book_shipped_value) AS shippedv_l, sum(shipped_value) AS shippedv_r,
           count(*) FILTER (WHERE book_shipped_value <> shipped_value) AS shippedv_n,
           sum(book_returned) AS returned_l, sum(returned) AS returned_r,
           count(*) FILTER (WHERE book_returned <> returned) AS returned_n,
           sum(book_returned_value) AS returnedv_l, sum(returned_value) AS returnedv_r,
           count(*) FILTER (WHERE book_returned_value <> returned_value) AS returnedv_n,
           sum(shipped - refund) AS delivered_l, sum(invoiced - credited + draft + to_invoice) AS delivered_r,
           count(*) FILTER (WHERE shipped - refund <> invoiced - credited + draft + to_invoice) AS delivered_n,
           sum(book_invoiced) AS invoiced_l, sum(invoiced) AS invoiced_r,
           count(*) FILTER (WHERE book_invoiced <> invoiced) AS invoiced_n,
           sum(book_invoiced_value) AS invoicedv_l, sum(invoiced_value) AS invoicedv_r,
           count(*) FILTER (WHERE book_invoiced_value <> invoiced_value) AS invoicedv_n,
           sum(book_credited) AS credited_l, sum(credited) AS credited_r,
           count(*) FILTER (WHERE book_credited <> credited) AS credited_n,
           sum(book_credited_value) AS creditedv_l, sum(credited_value) AS creditedv_r,
           count(*) FILTER (WHERE book_credited_value <> credited_value) AS creditedv_n,
           sum(least(credited, refund)) AS settled_r,
           sum(shipped) FILTER (WHERE NOT goods) AS services_l, sum(invoiced - credited) FILTER (WHERE NOT goods) AS services_r,
           sum(book_invoiced_value) FILTER (WHERE NOT goods) AS servicesv_l,
           sum(invoiced_value) FILTER (WHERE NOT goods) AS servicesv_r
      FROM peer_fact) sums
 CROSS JOIN (
    SELECT sum(line.open_qty) AS opening, sum(line.open_value) AS opening_value
      FROM order_reconciliation_line line WHERE line.reconciliation_id = %(before)s) closed
 CROSS JOIN (
    SELECT sum(CASE WHEN partial.credit_move_id = side.id THEN -partial.credit_amount_currency
                    ELSE partial.debit_amount_currency END) AS amount
      FROM (SELECT DISTINCT item.move_id
              FROM peer_scope scope
              JOIN sale_order_line line ON line.order_id = scope.order_id
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
              JOIN account_move_line item ON item.id = rel.invoice_line_id) document
      JOIN account_move_line side ON side.move_id = document.move_id
      JOIN account_partial_reconcile partial ON side.id IN (partial.debit_move_id, partial.credit_move_id)) paid
 CROSS JOIN (
    SELECT sum(event.amount) AS booked, sum(ledger.receivable) AS receivable
      FROM (SELECT event.document_id, sum(event.amount) AS amount
              FROM order_event event
             WHERE event.document_model = 'account.move' AND event.company_id = %(company)s
               AND event.xact >= pg_snapshot_xmin(%(snapshot)s::text::pg_snapshot)
               AND NOT pg_visible_in_snapshot(event.xact, %(snapshot)s::text::pg_snapshot)
               AND event.kind IN ('invoiced', 'uninvoiced', 'credited', 'uncredited')
          GROUP BY event.document_id) event
      JOIN LATERAL (
           SELECT sum(item.amount_currency) AS receivable
             FROM account_move_line item JOIN account_account account ON account.id = item.account_id
            WHERE item.move_id = event.document_id AND account.account_type = 'asset_receivable') ledger ON TRUE) documents
 CROSS JOIN (
    SELECT sum(stock.quantity) AS quantity, sum(stock.moved_in - stock.moved_out) AS moved
      FROM order_reconciliation_stock stock
     WHERE stock.reconciliation_id IN (%(before)s, (SELECT id FROM peer_statement))) stock
 CROSS JOIN (
    SELECT sum(event.amount) AS booked, sum(ledger.matched) AS matched
      FROM (SELECT event.document_id, sum(event.amount) AS amount
              FROM order_event event
             WHERE event.document_model = 'account.payment' AND event.company_id = %(company)s
               AND event.xact >= pg_snapshot_xmin(%(snapshot)s::text::pg_snapshot)
               AND NOT pg_visible_in_snapshot(event.xact, %(snapshot)s::text::pg_snapshot)
               AND event.kind IN ('payment', 'payment_undone')
          GROUP BY event.document_id) event
      JOIN account_payment payment ON payment.id = event.document_id
      JOIN LATERAL (
           SELECT -sum(item.amount_currency) AS matched
             FROM account_move_line item JOIN account_account account ON account.id = item.account_id
            WHERE item.move_id = payment.move_id AND account.account_type = 'asset_receivable') ledger ON TRUE) payments
 CROSS JOIN LATERAL (VALUES
       ('open', 'quantity', sums.open_l, sums.open_r, sums.open_n), ('open', 'value', sums.openv_l, sums.openv_r, sums.openv_n),
       ('opening', 'quantity', closed.opening, closed.opening, 0),
       ('opening', 'value', closed.opening_value, closed.opening_value, 0),
       ('ordered', 'quantity', sums.ordered_l, sums.ordered_r, sums.ordered_n),
       ('ordered', 'value', sums.orderedv_l, sums.orderedv_r, sums.orderedv_n),
       ('shipped', 'quantity', sums.shipped_l, sums.shipped_r, sums.shipped_n),
       ('shipped', 'value', sums.shippedv_l, sums.shippedv_r, sums.shippedv_n),
       ('returned', 'quantity', sums.returned_l, sums.returned_r, sums.returned_n),
       ('returned', 'value', sums.returnedv_l, sums.returnedv_r, sums.returnedv_n),
       ('delivered', 'quantity', sums.delivered_l, sums.delivered_r, sums.delivered_n),
       ('delivered', 'value', sums.shippedv_l - sums.returnedv_l, sums.invoicedv_r - sums.creditedv_r, 0),
       ('invoiced', 'quantity', sums.invoiced_l, sums.invoiced_r, sums.invoiced_n),
       ('invoiced', 'value', sums.invoicedv_l, sums.invoicedv_r, sums.invoicedv_n),
       ('credited', 'quantity', sums.credited_l, sums.credited_r, sums.credited_n),
       ('credited', 'value', sums.creditedv_l, sums.creditedv_r, sums.creditedv_n),
       ('services', 'quantity', coalesce(sums.services_l, 0), coalesce(sums.services_r, 0), 0),
       ('services', 'value', coalesce(sums.servicesv_l, 0), coalesce(sums.servicesv_r, 0), 0),
       ('refunds', 'quantity', sums.credited_l, sums.credited_r, 0),
       ('settled', 'quantity', sums.returned_l, sums.settled_r, 0), ('paid', 'value', paid.amount, paid.amount, 0),
       ('payments', 'value', payments.booked, payments.matched, 0),
       ('documents', 'value', documents.booked, documents.receivable, 0), ('stock', 'quantity', stock.quantity, stock.moved, 0),
       ('envelopes', 'count', 0, 0, 0),
       ('entries', 'count', (SELECT count(*) FROM peer_scope), (SELECT count(*) FROM peer_scope), 0)
       ) AS balance (name, measure, l, r, faults);

INSERT INTO order_reconciliation_check (reconciliation_id, company_id, sequence, code, weight, model, documents, document_count)
SELECT statement.id, %(company)s, row_number() OVER (), found.code, 'note', 'sale.order', found.documents, found.count
  FROM peer_statement statement
 CROSS JOIN (
    SELECT 'not_invoiced' AS code, count(*) AS count, jsonb_agg(order_id) AS documents
      FROM (SELECT order_id FROM peer_fact WHERE goods AND shipped > returned AND to_invoice > 0 GROUP BY order_id) found
 UNION ALL
    SELECT 'drafts', count(*), jsonb_agg(id) FROM account_move
     WHERE company_id = %(company)s AND state = 'draft' AND move_type IN ('out_invoice', 'out_refund')
 UNION ALL
    SELECT 'held_unowned', count(*), jsonb_agg(order_id) FROM order_hold WHERE company_id = %(company)s AND state = 'open'
 UNION ALL
    SELECT 'promises_missed', count(*), jsonb_agg(order_id)
      FROM (SELECT fact.order_id FROM peer_fact fact JOIN sale_order_line line ON line.id = fact.line_id
             WHERE fact.ordered > fact.shipped AND line.order_promise_date <= %(day)s GROUP BY fact.order_id) found
 UNION ALL
    SELECT 'pickups_open', count(*), jsonb_agg(id) FROM order_pickup
     WHERE company_id = %(company)s AND state NOT IN ('handed_over', 'missed') AND date <= %(day)s
 UNION ALL
    SELECT 'printed_unshipped', count(*), jsonb_agg(id) FROM stock_picking
     WHERE company_id = %(company)s AND printed AND state NOT IN ('done', 'cancel')
 UNION ALL
    SELECT 'orphan_transfers', count(*), jsonb_agg(transfer.id)
      FROM stock_picking transfer JOIN sale_order sale ON sale.id = transfer.sale_id
     WHERE transfer.company_id = %(company)s AND transfer.state NOT IN ('done', 'cancel') AND sale.state = 'cancel'
 UNION ALL
    SELECT 'returns_uninspected', count(*), jsonb_agg(id) FROM order_return WHERE company_id = %(company)s AND state = 'received'
 UNION ALL
    SELECT 'discrepancies_unowned', count(*), jsonb_agg(id) FROM order_discrepancy
     WHERE company_id = %(company)s AND state IN ('open', 'in_progress') AND owner_id IS NULL
 UNION ALL
    SELECT 'submissions_undecided', count(*), jsonb_agg(id) FROM order_intake WHERE company_id = %(company)s AND state = 'received'
 UNION ALL
    SELECT 'back_dated', count(*), jsonb_agg(order_id)
      FROM (SELECT event.order_id FROM order_event event
             WHERE event.company_id = %(company)s AND event.order_id IS NOT NULL AND event.business_date < %(day)s
               AND event.xact >= pg_snapshot_xmin(%(snapshot)s::text::pg_snapshot)
               AND NOT pg_visible_in_snapshot(event.xact, %(snapshot)s::text::pg_snapshot)
          GROUP BY event.order_id) found
 UNION ALL
    SELECT 'differences', count(*), NULL FROM order_reconciliation_equation
     WHERE reconciliation_id = (SELECT id FROM peer_statement) AND NOT is_proven) found;

UPDATE order_reconciliation statement
   SET digest = encode(sha256(convert_to(canonical.text, 'UTF8')), 'hex'), book_rows = book.count, book_digest = book.digest
  FROM (
    SELECT string_agg(row.text, E'\n') AS text
      FROM (
        SELECT to_jsonb(line)::text AS text FROM order_reconciliation_line line
         WHERE line.reconciliation_id = (SELECT id FROM peer_statement)
     UNION ALL
        SELECT to_jsonb(equation)::text FROM order_reconciliation_equation equation
         WHERE equation.reconciliation_id = (SELECT id FROM peer_statement)
     UNION ALL
        SELECT to_jsonb(checked)::text FROM order_reconciliation_check checked
         WHERE checked.reconciliation_id = (SELECT id FROM peer_statement)
     UNION ALL
        SELECT to_jsonb(stock)::text FROM order_reconciliation_stock stock
         WHERE stock.reconciliation_id = (SELECT id FROM peer_statement)
     UNION ALL
        SELECT to_jsonb(total)::text FROM order_reconciliation_total total
         WHERE total.reconciliation_id = (SELECT id FROM peer_statement)) row) canonical
 CROSS JOIN (
    SELECT count(*) AS count,
           encode(sha256(string_agg(sha256(convert_to(to_jsonb(event)::text, 'UTF8')), ''::bytea ORDER BY event.id)), 'hex') AS digest
      FROM order_event event
     WHERE event.company_id = %(company)s AND event.xact >= pg_snapshot_xmin(%(snapshot)s::text::pg_snapshot)
       AND NOT pg_visible_in_snapshot(event.xact, %(snapshot)s::text::pg_snapshot)) book
 WHERE statement.id = (SELECT id FROM peer_statement);

CREATE TEMP TABLE peer_counts ON COMMIT DROP AS
SELECT 'entries' AS name, count(*) AS count FROM order_reconciliation_line WHERE reconciliation_id = (SELECT id FROM peer_statement)
 UNION ALL
SELECT 'stock', count(*) FROM order_reconciliation_stock WHERE reconciliation_id = (SELECT id FROM peer_statement)
 UNION ALL
SELECT 'totals', count(*) FROM order_reconciliation_total WHERE reconciliation_id = (SELECT id FROM peer_statement)
 UNION ALL
SELECT 'balances', count(*) FROM order_reconciliation_equation WHERE reconciliation_id = (SELECT id FROM peer_statement)
 UNION ALL
SELECT 'checks', count(*) FROM order_reconciliation_check WHERE reconciliation_id = (SELECT id FROM peer_statement)
 UNION ALL
SELECT 'book', book_rows FROM order_reconciliation WHERE id = (SELECT id FROM peer_statement)
