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

    Core takes a transfer that is validated alone out of its batch: the pickup keeps it.
    """

    _inherit = "stock.picking"

    def _pickup_mirror(self):
        """Put the open ones of these into the batch of their pickup and kind of transfer; batches of others stay as they are.

        By statements over the set: core's own write would take the transfers from who is responsible for them.
        """
        if not self:
            return
        self.flush_recordset(["order_pickup_id", "batch_id", "state", "picking_type_id", "scheduled_date"])
        Batch = self.env["stock.picking.batch"].sudo()
        Batch.flush_model(["order_pickup_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT picking.id, picking.order_pickup_id, picking.picking_type_id, picking.batch_id
                  FROM stock_picking picking
             LEFT JOIN stock_picking_batch batch ON batch.id = picking.batch_id
                 WHERE picking.id = ANY(%s) AND picking.state IN %s
                   AND (batch.id IS NULL OR batch.order_pickup_id IS NOT NULL)
                   AND batch.order_pickup_id IS DISTINCT FROM picking.order_pickup_id
                """,
                id_array(self.ids),
                OPEN,
            )
        )
        if not rows:
            return
        batches = Batch._pickup_batches({row[1:3] for row in rows if row[1]}) if any(row[1] for row in rows) else {}
        given = {row[0]: batches[row[1:3]].id if row[1] else 0 for row in rows}
        before = Batch.browse({row[3] for row in rows if row[3]})
        self._pickup_batch_write(given, before | Batch.union(*batches.values()))
        before.filtered(lambda batch: not batch.picking_ids and batch.state != "done").unlink()

    @api.model
    def _pickup_batch_write(self, given, batches):
        """Write the batch (``0``: none) of transfers, and when ``batches`` are to leave: with the first of their transfers."""
        batches.flush_recordset()
        pickings = self.sudo().browse(given)
        self.env.cr.execute(
            SQL(
                """
                UPDATE stock_picking picking SET batch_id = nullif(given.batch, 0)
                  FROM unnest(%s, %s) AS given(id, batch) WHERE picking.id = given.id
                """,
                id_array(given),
                id_array(given.values()),
            )
        )
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
        pickings.invalidate_recordset(["batch_id"], flush=False)
        batches.invalidate_recordset(["picking_ids", "move_ids", "move_line_ids", "scheduled_date"], flush=False)
