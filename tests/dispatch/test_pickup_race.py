"""Two people at one pickup at once: real cursors, real commits, taken out of the database again afterwards."""

import threading

from odoo import api
from odoo.exceptions import UserError
from odoo.service.model import retrying

from tests.discrepancy.race import RaceCase


class TestPickupRace(RaceCase):
    def _begin(self, order):
        env = order.env
        warehouse = env["stock.warehouse"].search([("company_id", "=", self.company.id)], limit=1)
        pickup = env["order.pickup"].create(
            {"warehouse_id": warehouse.id, "company_id": self.company.id, "max_parcels": 2}
        )
        kind = warehouse.out_type_id
        pickings = env["stock.picking"].create(
            [
                {
                    "picking_type_id": kind.id,
                    "location_id": kind.default_location_src_id.id,
                    "location_dest_id": env.ref("stock.stock_location_customers").id,
                }
                for _number in range(3)
            ]
        )
        pickings[0].order_pickup_id = pickup
        self.pickup_id, self.picking_ids, self.code = pickup.id, pickings.ids, pickings[0].name

    def _take_out(self):
        with self.registry_used.cursor() as cr:
            env = api.Environment(cr, 1, {})
            env["order.pickup"].browse(self.pickup_id).message_ids.unlink()
            env["stock.picking"].browse(self.picking_ids).message_ids.unlink()
            env.flush_all()
            cr.execute("DELETE FROM order_pickup_loaded WHERE pickup_id = %s", [self.pickup_id])
            cr.execute("DELETE FROM stock_picking WHERE id = ANY(%s)", [self.picking_ids])
            cr.execute("DELETE FROM order_pickup WHERE id = %s", [self.pickup_id])
        super()._take_out()

    def test_a_parcel_counts_once(self):
        barrier, codes = threading.Barrier(2), []

        def scan(cr):
            env = api.Environment(cr, self.user_id, {})
            pickup = env["order.pickup"].browse(self.pickup_id)
            pickup.read(["state"])
            barrier.wait(300)  # the snapshot of both is taken before either has scanned
            codes.append(retrying(lambda: pickup.load_scan(self.code), env)["code"])

        self._both(scan)
        self.assertEqual(sorted(codes), ["again", "loaded"])

    def test_the_last_place_is_given_once(self):
        barrier, told, todo = threading.Barrier(2), [], self.picking_ids[1:]

        def put(cr):
            env = api.Environment(cr, self.user_id, {})
            picking = env["stock.picking"].browse(todo.pop())
            env["order.pickup"].browse(self.pickup_id).read(["load_text"])
            barrier.wait(300)  # the snapshot of both has room
            try:
                retrying(lambda: picking.write({"order_pickup_id": self.pickup_id}), env)
            except UserError as refusal:
                told.append(str(refusal))

        self._both(put)
        self.assertEqual(len(told), 1, told)
        self.assertIn("3 of 2 parcels", told[0])
