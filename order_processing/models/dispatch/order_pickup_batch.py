from odoo import api, fields, models
from odoo.tools import SQL

from ..common.sql_arrays import id_array

# transfers that core lets stand in a batch
OPEN = ("waiting", "confirmed", "assigned")


class StockPickingBatch(models.Model):
    _inherit = "stock.picking.batch"

    order_pickup_id = fields.Many2one(
        "order.pickup", "Pickup", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )

    @api.model
    def _pickup_scheduled(self, batches):
        """``batches`` leave when the first of their transfers does."""
        if not batches:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE stock_picking_batch batch SET scheduled_date = first.moment
                  FROM (SELECT batch_id, min(scheduled_date) AS moment FROM stock_picking
                         WHERE batch_id = ANY(%s) GROUP BY batch_id) first
                 WHERE first.batch_id = batch.id
                """,
                id_array(batches.ids),
            )
        )
        batches.invalidate_recordset(["picking_ids", "move_ids", "move_line_ids", "scheduled_date"], flush=False)

    @api.model
    def _pickup_batches(self, keys):
        """The open batch of each ``(pickup id, id of the kind of transfer)``, made where there is none."""
        found = self.search(
            [("order_pickup_id", "in", [pickup for pickup, _kind in keys]), ("state", "in", ("draft", "in_progress"))],
            order="id desc",
        )
        batches = {(batch.order_pickup_id.id, batch.picking_type_id.id): batch for batch in found}
        missing = [key for key in keys if key not in batches]
        pickups = self.env["order.pickup"].browse(dict.fromkeys(pickup for pickup, _kind in missing))
        known = dict(zip(pickups.ids, pickups))
        made = self.with_context(tracking_disable=True).create(
            [
                {
                    "order_pickup_id": pickup,
                    "picking_type_id": kind,
                    "company_id": known[pickup].company_id.id,
                    "description": ", ".join(filter(None, (known[pickup].name, known[pickup].carrier_id.name))),
                }
                for pickup, kind in missing
            ]
        )
        batches.update(zip(missing, made))
        return batches


class OrderPickup(models.Model):
    _inherit = "order.pickup"

    batch_ids = fields.One2many("stock.picking.batch", "order_pickup_id", "Batches", readonly=True)
    batch_vehicle = fields.Char("Vehicle of the batch", compute="_compute_batch_vehicle", compute_sudo=True)

    @api.depends("batch_ids")
    def _compute_batch_vehicle(self):
        """Where core plans vehicles (stock_fleet), that of the batch is shown."""
        has_vehicles = "vehicle_id" in self.env["stock.picking.batch"]._fields
        for pickup in self:
            vehicles = pickup.batch_ids.mapped("vehicle_id.display_name") if has_vehicles else []
            pickup.batch_vehicle = ", ".join(filter(None, vehicles))


class StockPicking(models.Model):
    """While they are open, transfers of a pickup stand in a batch, so that they are picked and validated together.

    Core takes a transfer that is validated alone out of its batch: the pickup keeps it. Batches of others stay as they are.
    """

    _inherit = "stock.picking"

    @api.model
    def _pickup_assign(self, chosen, left=()):
        """Put transfers on pickups, and open ones into the batches of these, without asking whether they may be.

        By the same statements whatever their number: core's own write would take the transfers from who is responsible for them.

        :param dict chosen: id of a transfer to that of its pickup, or to ``False`` for none
        :param left: ids of pickups that they were on until now, where that was written already
        """
        if not chosen:
            return
        self.flush_model(["order_pickup_id", "batch_id", "state", "picking_type_id", "scheduled_date"])
        Batch = self.env["stock.picking.batch"].sudo()
        Batch.flush_model(["order_pickup_id", "scheduled_date"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT picking.id, picking.order_pickup_id, picking.picking_type_id, picking.batch_id,
                       picking.state IN %s AND (batch.id IS NULL OR batch.order_pickup_id IS NOT NULL), batch.order_pickup_id
                  FROM stock_picking picking
             LEFT JOIN stock_picking_batch batch ON batch.id = picking.batch_id
                 WHERE picking.id = ANY(%s)
                """,
                OPEN,
                id_array(chosen),
            )
        )
        moving = [row for row in rows if row[4] and (chosen[row[0]] or None) != row[5]]
        keys = dict.fromkeys((chosen[row[0]], row[2]) for row in moving if chosen[row[0]])
        batches = Batch._pickup_batches(keys) if keys else {}
        target = {row[0]: row[3] or 0 for row in rows}
        for number, _pickup, kind, _batch, _open, _of in moving:
            target[number] = batches[chosen[number], kind].id if chosen[number] else 0
        self._pickup_write(chosen, target)
        before = Batch.browse({row[3] for row in moving if row[3]})
        Batch._pickup_scheduled(before | Batch.union(*batches.values()))
        before.filtered(lambda batch: not batch.picking_ids and batch.state != "done").unlink()
        pickups = {*(row[1] for row in rows), *chosen.values(), *left}
        touched = self.env["order.pickup"].sudo().browse(filter(None, pickups))
        touched.invalidate_recordset(["picking_ids"], flush=False)
        touched._sync_parcels()

    @api.model
    def _pickup_write(self, chosen, batches):
        """Write pickup and batch (``0``: none) of transfers, two dicts with the same keys."""
        pickings = self.sudo().browse(batches)
        # whatever else of them was written is written now: who and when are forgotten below
        pickings.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE stock_picking picking
                   SET order_pickup_id = nullif(given.pickup, 0), batch_id = nullif(given.batch, 0),
                       write_uid = %(user)s, write_date = %(now)s
                  FROM unnest(%(pickings)s, %(pickups)s, %(batches)s) AS given(id, pickup, batch)
                 WHERE picking.id = given.id
                """,
                user=self.env.uid,
                now=self.env.cr.now(),
                pickings=id_array(batches),
                pickups=id_array(chosen[number] or 0 for number in batches),
                batches=id_array(batches.values()),
            )
        )
        pickings.invalidate_recordset(["order_pickup_id", "batch_id", "write_uid", "write_date"], flush=False)
