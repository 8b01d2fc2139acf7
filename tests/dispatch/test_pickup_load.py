"""What stands on a pickup: a batch of core mirrors it, it holds no more than it has room for, and what is booked stays."""

from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.modules import get_module_path, load_script
from odoo.tests import new_test_user

from odoo.addons.order_processing.models.dispatch.pickup_room import Load, Room, first_that_takes

from tests.common import OrderCase


def test_what_is_full_is_passed_over():
    rooms = {"small": Room(limits=Load(2, 10)), "large": Room()}
    chosen = [first_that_takes(Load(1, weight), rooms) for weight in (6, 5, 4, 1)]
    assert chosen == ["small", "large", "small", "large"], "weight, then parcels are full"
    assert first_that_takes(Load(3), {"small": Room(limits=Load(2))}) is None


class PickupCase(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 1000)
        cls.product.weight, cls.product.volume = 2.0, 0.5
        cls.orders = cls._make_orders(4, (cls.product, 5))
        cls.orders.action_confirm()
        cls.pickings = cls.orders.picking_ids
        cls.pickings.action_assign()
        cls.pickup, cls.later = cls._pickups({"date": cls._day(1)}, {"date": cls._day(2)})

    @staticmethod
    def _day(number):
        return date.today() + timedelta(days=number)

    @classmethod
    def _pickups(cls, *rows):
        Pickup = cls.env["order.pickup"].with_user(cls.users["processor"])
        return Pickup.create([{"warehouse_id": cls.warehouse.id, **vals} for vals in rows])

    def _put(self, pickings, pickup, name="processor"):
        self._as(name, pickings).write({"order_pickup_id": pickup.id})


class TestPickupBatch(PickupCase):
    def test_a_batch_of_core_follows_while_transfers_are_open(self):
        self.pickings[0].user_id = self.users["salesman"]
        self._put(self.pickings[:3], self.pickup)
        batch = self.pickings[:3].batch_id
        self.assertEqual((len(batch), batch.picking_ids), (1, self.pickings[:3]))
        self.assertEqual(batch.order_pickup_id, self.pickup)
        self.assertEqual(self.pickings[0].user_id, self.users["salesman"], "nobody takes it over with the batch")
        self._put(self.pickings[2], self.later)
        self.assertEqual(self.pickings[2].batch_id.order_pickup_id, self.later)
        self._put(self.pickings[2], self.later.browse())
        self.assertFalse(self.pickings[2].batch_id)
        self.assertFalse(self.later.sudo().batch_ids, "an empty batch is of no use")
        self.assertEqual(batch.picking_ids, self.pickings[:2])

    def test_a_transfer_validated_alone_leaves_the_batch_and_stays_on_the_pickup(self):
        self._put(self.pickings[:2], self.pickup)
        done = self._as("processor", self.orders[0]).action_dispatch(invoice=False)[0]
        self.assertEqual((done["code"], done["pickup"]), ("dispatched", self.pickup.name))
        self.assertFalse(self.pickings[0].batch_id)
        self.assertEqual(self.pickup.sudo().picking_ids, self.pickings[:2])
        self.assertEqual(self.pickup.sudo().batch_ids.picking_ids, self.pickings[1])

    def test_a_batch_of_somebody_stays_his(self):
        own = self.env["stock.picking.batch"].create(
            {"picking_ids": self.pickings[0].ids, "company_id": self.company.id}
        )
        self._put(self.pickings[:2], self.pickup)
        self.assertEqual(self.pickings[0].batch_id, own)
        self.assertEqual(self.pickings[0].order_pickup_id, self.pickup)
        self.assertEqual(self.pickings[1].batch_id.order_pickup_id, self.pickup)

    def test_a_cancelled_transfer_leaves_its_pickup(self):
        self._put(self.pickings[:2], self.pickup)
        self._as("processor", self.pickup).action_request()
        self.pickings[0].action_cancel()
        self.assertEqual(self.pickup.sudo().picking_ids, self.pickings[1])

    def test_queries_do_not_grow_with_the_set(self):
        orders = self._make_orders(31, (self.product, 1))
        orders.action_confirm()
        pickings = orders.picking_ids
        pickings.action_assign()

        def queries(found):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self._put(found, self.pickup)
            self.env.flush_all()
            return self.cr.sql_log_count - start

        queries(pickings[0])
        self.assertEqual(queries(pickings[1]), queries(pickings[2:]))

    def test_an_upgrade_leaves_what_stands_on_two_manifests(self):
        """It was possible before, and is put right by people."""
        third = self._pickups({"date": self._day(3)})
        for picking, pickup in zip(self.pickings, (self.pickup, third, self.later)):
            self._put(picking, pickup)
        parcel = self.env["stock.package"].create({"name": "BOX"})
        self.env.flush_all()
        self.cr.execute("UPDATE stock_picking SET batch_id = NULL WHERE id = ANY(%s)", [self.pickings.ids])
        self.cr.execute(
            "UPDATE stock_move_line SET result_package_id = %s WHERE picking_id = ANY(%s)",
            [parcel.id, self.pickings[:2].ids],
        )
        self.cr.execute(
            "INSERT INTO order_pickup_stock_package_rel SELECT unnest(%s), %s ON CONFLICT DO NOTHING",
            [[self.pickup.id, third.id], parcel.id],
        )
        self.env.invalidate_all()
        path = get_module_path("order_processing") + "/migrations/19.0.1.2.0/post-pickups.py"
        with self.assertLogs(level="WARNING") as logs:
            load_script(path, "post_pickups").migrate(self.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertIn(f"{parcel.name} stands on the manifest of", "".join(logs.output))
        self.assertEqual(self.pickings[2].batch_id.order_pickup_id, self.later)


class TestPickupDoors(PickupCase):
    """What a program writes of transfers and pickups is held to the same as the screens."""

    def _new(self, user, pickup):
        kind = self.warehouse.out_type_id
        return (
            self.env["stock.picking"]
            .with_user(user)
            .create(
                {
                    "picking_type_id": kind.id,
                    "location_id": kind.default_location_src_id.id,
                    "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                    "order_pickup_id": pickup.id,
                }
            )
        )

    def test_a_new_transfer_goes_on_no_closed_pickup(self):
        self._put(self.pickings[0], self.pickup)
        self._as("processor", self.orders[0]).action_dispatch(invoice=False)
        self.pickup.action_hand_over(signed_by="Jo")
        with self.assertRaisesRegex(UserError, "it is closed"), self.cr.savepoint():
            self._new(self.users["processor"], self.pickup)
        self.assertEqual(self._new(self.users["processor"], self.later).order_pickup_id, self.later)
        self.assertEqual(self.pickup.sudo().picking_ids, self.pickings[0])

    def test_who_is_no_processor_plans_nothing(self):
        packer = new_test_user(
            self.env, login="test_packer", groups="stock.group_stock_user", company_id=self.company.id
        )
        picking = self.pickings[0].with_user(packer)
        with self.assertRaisesRegex(AccessError, "it needs the right"):
            picking.order_pickup_id = self.pickup.id
        self._put(self.pickings[0], self.pickup)
        with self.assertRaisesRegex(AccessError, "it needs the right"):
            picking.order_pickup_id = False
        with self.assertRaisesRegex(AccessError, "it needs the right"):
            self._new(packer, self.later)
        with self.assertRaisesRegex(UserError, "cannot be written"):
            picking.order_carrier_scanned_at = "2026-01-01 00:00:00"
        with self.assertRaisesRegex(UserError, "cannot be written"):
            self.env["stock.package"].with_user(packer).create({"order_carrier_scanned_at": "2026-01-01 00:00:00"})
        self.assertEqual(self.pickings[0].order_pickup_id, self.pickup)

    def test_another_carrier(self):
        """Neither a transfer nor a pickup gets another carrier while they stand together."""
        freight = self.env["product.product"].create({"name": "Freight", "type": "service"})
        van, post = self.env["delivery.carrier"].create(
            [{"name": name, "product_id": freight.id} for name in ("Van", "Post")]
        )
        (self.pickup + self.later).write({"carrier_id": van.id})
        self.pickings.carrier_id = van
        self._put(self.pickings[0], self.pickup)
        self._put(self.pickings[1], self.later)
        with self.assertRaisesRegex(UserError, "it goes with Van"), self.cr.savepoint():
            self.pickup.carrier_id = post
        self._as("processor", self.pickings[0]).carrier_id = post
        self.assertFalse(self.pickings[0].order_pickup_id, "it goes with the next pickup of its own carrier")
        self.assertFalse(self.pickings[0].batch_id)
        self.pickup.carrier_id = post
        self.later.action_request()
        with self.assertRaisesRegex(UserError, "asked to come"):
            self._as("processor", self.pickings[1]).carrier_id = post
        self.pickings[1].carrier_id = van


class TestPickupRoom(PickupCase):
    def test_what_has_no_room_is_refused_in_words_and_nothing_changes(self):
        self.pickup.write({"max_parcels": 2, "max_weight": 25})
        self._put(self.pickings[:2], self.pickup)
        self.assertIn("2 of 2 parcels", self.pickup.load_text)
        self.assertIn("20.00 of 25.00 kg", self.pickup.load_text)
        with (
            self.assertRaisesRegex(UserError, rf"{self.pickup.name}: 3 of 2 parcels, 30\.00 of 25\.00 kg"),
            self.cr.savepoint(),
        ):
            self._put(self.pickings[2], self.pickup)
        self.assertEqual(self.pickup.sudo().picking_ids, self.pickings[:2])
        with self.assertRaisesRegex(UserError, "no room"), self.cr.savepoint():
            self.pickup.max_parcels = 1
        with self.assertRaisesRegex(UserError, "no room"), self.cr.savepoint():
            self.pickup.max_volume = 4.9
        self.pickup.max_volume = 5

    def test_what_is_dispatched_goes_where_there_is_room(self):
        day = self._day(0)
        self.pickup.write({"date": day, "max_parcels": 1})
        self._as("processor", self.orders[:3]).action_dispatch(invoice=False, business_date=day)
        other = self.pickings[:3].order_pickup_id - self.pickup
        self.assertEqual((self.pickup.parcel_count, len(other), other.parcel_count), (1, 1, 2))
        self.assertEqual(other.date, day)

    def test_pallets(self):
        kind = self.env["stock.package.type"].create({"name": "Pallet", "order_is_pallet": True})
        pallet = self.env["stock.package"].create({"name": "PAL1", "package_type_id": kind.id})
        boxes = self.env["stock.package"].create([{"name": f"BOX{n}", "package_dest_id": pallet.id} for n in (1, 2)])
        line = self.pickings[0].move_line_ids
        line.copy({"quantity": 2, "result_package_id": boxes[1].id})
        line.write({"quantity": 3, "result_package_id": boxes[0].id})
        self._put(self.pickings[0], self.pickup)
        self.assertEqual((self.pickup.parcel_count, self.pickup.pallet_count), (2, 1))


class TestPickupBooked(PickupCase):
    def test_what_is_booked_stays_but_for_a_manager_with_a_reason(self):
        self._put(self.pickings[:2], self.pickup)
        self._as("processor", self.pickup).action_request()
        for name in ("processor", "manager"):
            with self.assertRaisesRegex(UserError, f"stay on {self.pickup.name}"):
                self._put(self.pickings[0], self.later, name)
        self._put(self.pickings[2], self.pickup)
        detach = self._as("manager", self.pickup).action_detach
        for name in ("processor", "salesman", "integration", "stranger"):
            with self.assertRaises(AccessError):
                self._as(name, self.pickup).action_detach(self.pickings[0].ids, "Refused")
        for ids, reason, words in (
            (self.pickings[0].ids, "", "Say why"),
            (self.pickings[3].ids, "Refused", f"{self.pickings[3].name}: not on"),
            ([0], "Refused", "that there are not"),
        ):
            with self.assertRaisesRegex(UserError, words):
                detach(ids, reason)
        self.assertEqual(detach(self.pickings[0].ids, "Too long for the van"), 1)
        self.assertFalse(self.pickings[0].order_pickup_id)
        self.assertIn("Too long for the van", " ".join(self.pickup.sudo().message_ids.mapped("body")))
        close = self.env["order.pickup.close"].with_user(self.users["manager"])
        close.create(
            {"act": "detach", "pickup_id": self.pickup.id, "picking_ids": self.pickings[1].ids, "reason": "Refused"}
        ).action_apply()
        self.assertEqual(self.pickup.sudo().picking_ids, self.pickings[2])

    def test_when_a_booked_carrier_comes_is_a_managers_to_change(self):
        processor = self._as("processor", self.pickup)
        processor.write({"date": self._day(3), "window_to": 18.0, "driver": "Jo"})
        processor.action_request()
        processor.write({"date": self._day(3), "driver": "Kim", "vehicle": "AB 12", "dock": "3", "carrier_ref": "X1"})
        for vals in ({"date": self._day(4)}, {"window_from": 9.0}, {"carrier_id": self._carrier().id}):
            with self.assertRaises(AccessError), self.cr.savepoint():
                processor.write(vals)
        self._as("manager", self.pickup).date = self._day(4)

    def _carrier(self):
        freight = self.env["product.product"].create({"name": "Freight", "type": "service"})
        return self.env["delivery.carrier"].create({"name": "Van", "product_id": freight.id})

    def test_the_window_is_of_the_companys_clock(self):
        self.company.order_tz = "Europe/London"
        for day, first, last in (
            (date(2026, 3, 28), "2026-03-28 15:00:00", "2026-03-29 00:00:00"),
            (date(2026, 3, 29), "2026-03-29 14:00:00", "2026-03-29 23:00:00"),
        ):
            self.pickup.write({"date": day, "window_from": 15, "window_to": 24})
            self.assertEqual([str(self.pickup.starts_at), str(self.pickup.ends_at)], [first, last])
        with self.assertRaises(Exception) as caught, self.cr.savepoint():
            self.pickup.write({"cutoff": 25})
            self.env.flush_all()
        self.assertIn("order_pickup_cutoff_hour", str(caught.exception))
