-- Pickups by hand, statement by statement: where the parcels of transfers, in the order of their promises, fill the room of the
-- pickups one after the other; then transfers, batches and parcels are written. It leaves out what the sample has not: carriers
-- that do not go everywhere, ship windows, notice, goods that are not there yet, pickups with other limits, or with something on them.
CREATE TEMP TABLE peer_plan ON COMMIT DROP AS
WITH today AS (
    SELECT (now() AT TIME ZONE 'UTC') AS moment
), load AS (
    SELECT picking.id, greatest(packed.parcels, 1) AS parcels, picking.weight
      FROM stock_picking picking
 LEFT JOIN (SELECT picking_id, count(DISTINCT result_package_id) AS parcels FROM stock_move_line
             WHERE picking_id = ANY(%(ids)s) AND result_package_id IS NOT NULL GROUP BY picking_id) packed ON packed.picking_id = picking.id
     WHERE picking.id = ANY(%(ids)s)
), leaving AS (
    SELECT picking.id, picking.picking_type_id, picking.company_id, kind.warehouse_id, picking.carrier_id, load.weight,
           sum(load.parcels) OVER (PARTITION BY picking.company_id, kind.warehouse_id, picking.carrier_id
                                       ORDER BY coalesce(sale.order_promise_date, picking.scheduled_date::date), picking.priority DESC, picking.id) AS until_then
      FROM stock_picking picking
      JOIN load ON load.id = picking.id
      JOIN stock_picking_type kind ON kind.id = picking.picking_type_id AND kind.code = 'outgoing'
 LEFT JOIN sale_order sale ON sale.id = picking.sale_id
     WHERE picking.state = 'assigned'
), coming AS (
    SELECT pickup.id, pickup.company_id, pickup.warehouse_id, pickup.carrier_id, pickup.name, pickup.date, pickup.max_parcels,
           sum(pickup.max_parcels) OVER (PARTITION BY pickup.company_id, pickup.warehouse_id, pickup.carrier_id
                                             ORDER BY pickup.closes_at, pickup.id) AS until_then
      FROM order_pickup pickup, today
     WHERE pickup.state IN ('planned', 'requested') AND pickup.closes_at > today.moment
)
SELECT leaving.id, leaving.picking_type_id, coming.id AS pickup_id, coming.name, coming.date, coming.company_id
  FROM leaving
  JOIN coming ON coming.company_id = leaving.company_id AND coming.warehouse_id = leaving.warehouse_id
             AND coming.carrier_id = leaving.carrier_id
             AND leaving.until_then > coming.until_then - coming.max_parcels AND leaving.until_then <= coming.until_then;
INSERT INTO stock_picking_batch (name, description, state, order_pickup_id, picking_type_id, company_id, create_uid, create_date, write_uid, write_date)
SELECT DISTINCT peer.name, peer.name, 'draft', peer.pickup_id, peer.picking_type_id, peer.company_id,
       %(user)s, now() AT TIME ZONE 'UTC', %(user)s, now() AT TIME ZONE 'UTC'
  FROM peer_plan peer;
UPDATE stock_picking picking
   SET order_pickup_id = peer.pickup_id, batch_id = batch.id, write_uid = %(user)s, write_date = now() AT TIME ZONE 'UTC'
  FROM peer_plan peer
  JOIN stock_picking_batch batch ON batch.order_pickup_id = peer.pickup_id AND batch.picking_type_id = peer.picking_type_id
 WHERE peer.id = picking.id;
UPDATE stock_picking_batch batch SET scheduled_date = first.moment
  FROM (SELECT batch_id, min(scheduled_date) AS moment FROM stock_picking WHERE id = ANY(%(ids)s) GROUP BY batch_id) first
 WHERE first.batch_id = batch.id;
INSERT INTO order_pickup_stock_package_rel (order_pickup_id, stock_package_id)
SELECT DISTINCT peer.pickup_id, line.result_package_id
  FROM peer_plan peer
  JOIN stock_move_line line ON line.picking_id = peer.id AND line.result_package_id IS NOT NULL
    ON CONFLICT DO NOTHING;
SELECT picking.name, peer.name, peer.date::text FROM peer_plan peer JOIN stock_picking picking ON picking.id = peer.id
