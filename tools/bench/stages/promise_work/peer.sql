-- Promises by hand, statement by statement: what is promised of every line, from running sums of demand and of supply per product,
-- joined where one covers the other, and a calendar; then lines, orders and the day book are written. It leaves out what the
-- sample has not: other companies, warehouses and units, moves inside the house, kits, services, horizons, priorities, ship
-- windows, notice, public holidays, overdue receipts, vendors' lead times, promises that were made before.
CREATE TEMP TABLE peer_promise ON COMMIT DROP AS
WITH today AS (
    SELECT moment::date AS day, moment::time >= '16:00' AS late, 7 AS lead
      FROM (SELECT (now() AT TIME ZONE 'Europe/London') AS moment) clock
), calendar AS (
    SELECT one.day, works, count(*) FILTER (WHERE works) OVER (ORDER BY one.day) + (NOT works)::int AS number
      FROM (SELECT moment::date AS day, extract(isodow FROM moment) < 6 AS works
              FROM today, generate_series(today.day, today.day + 120, interval '1 day') moment) one
), wanted AS (
    SELECT line.id AS line_id, line.product_id, 0 AS rank, coalesce(sale.commitment_date, sale.date_order) AS moment,
           move.id AS turn, move.product_qty - coalesce(move.quantity, 0) AS needed
      FROM sale_order_line line
      JOIN sale_order sale ON sale.id = line.order_id
      JOIN stock_move move ON move.sale_line_id = line.id
     WHERE sale.state = 'sale' AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
 UNION ALL
    SELECT line.id, line.product_id, 1, coalesce(sale.commitment_date, sale.date_order), line.id, line.product_uom_qty
      FROM sale_order_line line
      JOIN sale_order sale ON sale.id = line.order_id
     WHERE sale.state IN ('draft', 'sent')
), free AS (
    SELECT quant.product_id, sum(quant.quantity - quant.reserved_quantity) AS quantity
      FROM stock_quant quant
      JOIN stock_location location ON location.id = quant.location_id AND location.usage = 'internal'
  GROUP BY quant.product_id
), supply AS (
    SELECT product_id, date, until_then, source,
           coalesce(lag(until_then) OVER (PARTITION BY product_id ORDER BY date), 0) AS before
      FROM (SELECT move.product_id, move.date, sum(move.product_qty) OVER (PARTITION BY move.product_id ORDER BY move.date) AS until_then,
                   concat_ws(', ', picking.name, vendor.name, responsible.name) AS source
              FROM stock_move move
              JOIN stock_location origin ON origin.id = move.location_id AND origin.usage = 'supplier'
              JOIN stock_picking picking ON picking.id = move.picking_id
         LEFT JOIN res_partner vendor ON vendor.id = picking.partner_id
         LEFT JOIN res_users person ON person.id = picking.user_id
         LEFT JOIN res_partner responsible ON responsible.id = person.partner_id
             WHERE move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')) summed
), queue AS (
    SELECT wanted.*,
           sum(needed) OVER (PARTITION BY wanted.product_id ORDER BY rank, moment, turn) - coalesce(free.quantity, 0) AS beyond
      FROM wanted
 LEFT JOIN free ON free.product_id = wanted.product_id
), ready AS (
    SELECT queue.line_id, least(queue.needed, greatest(0, queue.beyond)) AS short,
           CASE WHEN queue.beyond <= 0 OR queue.needed = 0 THEN 'stock' WHEN supply.date IS NOT NULL THEN 'receipt'
                WHEN queue.rank = 0 THEN 'lead' ELSE 'quoted' END AS basis,
           CASE WHEN queue.beyond <= 0 OR queue.needed = 0 THEN today.day + today.late::int
                WHEN supply.date IS NOT NULL THEN
                     (supply.date AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/London')::date
                     + ((supply.date AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/London')::time >= '16:00')::int
                ELSE today.day + today.lead END AS day,
           supply.source
      FROM queue
CROSS JOIN today
 LEFT JOIN supply ON supply.product_id = queue.product_id AND queue.needed > 0
                 AND queue.beyond > supply.before AND queue.beyond <= supply.until_then
)
SELECT ready.line_id, leaves.day, arrives.day AS arrival, ready.short, ready.basis, ready.source
  FROM ready
  JOIN calendar ON calendar.day = ready.day
  JOIN calendar leaves ON leaves.works AND leaves.number = calendar.number
  JOIN calendar arrives ON arrives.works AND arrives.number = leaves.number + %(transit)s;
UPDATE sale_order_line line
   SET order_promise_date = peer.day, order_first_promise_date = peer.day, order_arrival_date = peer.arrival,
       order_promise_basis = peer.basis, order_promise_source = peer.source, order_short_qty = peer.short,
       order_is_short = peer.short > 0, write_uid = %(user)s, write_date = now() AT TIME ZONE 'UTC'
  FROM peer_promise peer
 WHERE peer.line_id = line.id;
UPDATE sale_order sale
   SET order_promise_date = latest.day, order_arrival_date = latest.arrival, order_is_short = latest.short,
       write_uid = %(user)s, write_date = now() AT TIME ZONE 'UTC'
  FROM (SELECT line.order_id, max(peer.day) AS day, max(peer.arrival) AS arrival, bool_or(peer.short > 0) AS short
          FROM peer_promise peer
          JOIN sale_order_line line ON line.id = peer.line_id
      GROUP BY line.order_id) latest
 WHERE latest.order_id = sale.id;
INSERT INTO order_event (kind, company_id, order_id, order_name, line_id, line_name, product_id, uom_id, currency_id, quantity,
                         document_model, document_id, document_name, business_date, note, reason,
                         user_id, user_name, at, era_id, opening)
SELECT 'promised', sale.company_id, sale.id, sale.name, line.id, split_part(line.name, E'\n', 1), line.product_id,
       line.product_uom_id, line.currency_id, line.product_uom_qty, 'sale.order', sale.id, sale.name,
       (sale.date_order AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/London')::date, peer.day::text, peer.source,
       %(user)s, %(name)s, clock_timestamp() AT TIME ZONE 'UTC', (SELECT max(id) FROM order_event_era), FALSE
  FROM peer_promise peer
  JOIN sale_order_line line ON line.id = peer.line_id
  JOIN sale_order sale ON sale.id = line.order_id;
SELECT line_id, order_id, peer.day, peer.arrival, peer.short
  FROM peer_promise peer
  JOIN sale_order_line line ON line.id = peer.line_id
