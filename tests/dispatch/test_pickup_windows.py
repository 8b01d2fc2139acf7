"""A carrier that comes again and again, and what falls into its pickups: by carrier, window, promise and room."""

from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from odoo.addons.order_processing.models.dispatch.pickup_plan import FULL, NONE_COMES, TOO_LATE, Coming, Leaving, choose
from odoo.addons.order_processing.models.dispatch.pickup_room import Load

from tests.common import OrderCase

# a Thursday, at noon in London
NOON = "2026-03-26 12:00:00"
SATURDAY, SUNDAY, MONDAY = date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)


def test_what_leaves_falls_into_the_first_that_fits():
    day = [date(2026, 3, number) for number in range(1, 9)]

    def coming(number, when, parcels=0):
        return Coming(number, "A", day[when], datetime(2026, 3, day[when].day, 17), Load(parcels))

    pickups = [coming(3, 3), coming(1, 1, 2), coming(2, 2), Coming(9, "B", day[1], datetime(2026, 3, 2, 17))]
    leaving = [
        Leaving(11, "A", day[0], load=Load(1)),
        Leaving(12, "A", day[2], load=Load(1)),
        Leaving(13, "A", day[0], load=Load(2)),
        Leaving(14, "A", day[0], load=Load(1)),
        Leaving(15, "A", day[0], day[1], load=Load(1)),
        Leaving(16, "A", day[2], day[1], load=Load(1)),
        Leaving(17, "C", day[0], load=Load(1)),
        Leaving(18, "A", day[6], load=Load(1)),
    ]
    chosen, refused = choose(leaving, pickups, datetime(2026, 3, 1, 8))
    assert chosen == {11: 1, 12: 2, 13: 2, 14: 1}
    assert {number: why for number, (why, _ids) in refused.items()} == {
        15: FULL,
        16: TOO_LATE,
        17: NONE_COMES,
        18: NONE_COMES,
    }
    assert choose(leaving[:1], pickups, datetime(2026, 3, 2, 17))[0] == {11: 2}, "what has closed takes nothing"


class WindowCase(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOON))
        cls.company.order_tz = "Europe/London"
        cls._stock(cls.product, 1000)
        freight = cls.env["product.product"].create({"name": "Freight", "type": "service"})
        cls.van, cls.post = cls.env["delivery.carrier"].create(
            [{"name": name, "product_id": freight.id} for name in ("Van", "Post")]
        )
        cls.orders = cls._make_orders(4, (cls.product, 5), carrier_id=cls.van.id)
        cls.orders.action_confirm()
        cls.pickings = cls.orders.picking_ids
        cls.pickings.carrier_id = cls.van
        cls.pickings.action_assign()
        cls.Window = cls.env["order.pickup.window"].with_user(cls.users["manager"])

    @classmethod
    def _window(cls, **vals):
        return cls.Window.create(
            {
                "carrier_id": cls.van.id,
                "warehouse_id": cls.warehouse.id,
                "window_from": 14.0,
                "window_to": 16.0,
                "cutoff": 13.5,
                **vals,
            }
        )

    def _plan(self, pickings, name="processor"):
        return self._as(name, pickings).action_plan_pickup()


class TestPickupWindows(WindowCase):
    def test_pickups_are_made_for_the_days_to_come_once(self):
        window = self._window(max_parcels=40, dock="3")
        days = sorted(window.pickup_ids.mapped("date"))
        self.assertEqual(len(days), 6, "Thursday to Thursday without the weekend")
        self.assertEqual((days[0], SATURDAY in days), (date(2026, 3, 26), False))
        first = window.pickup_ids.filtered(lambda pickup: pickup.date == days[0])
        self.assertEqual((first.state, first.max_parcels, first.dock, first.carrier_id), ("planned", 40, "3", self.van))
        self.env["order.pickup.window"]._cron_pickups()
        self.assertEqual(len(window.pickup_ids), 6)
        first.date = "2026-03-27"
        with freeze_time("2026-03-27 12:00:00"):
            self.env["order.pickup.window"]._cron_pickups()
        self.assertEqual(len(window.pickup_ids), 7, "one more day, and what was moved is not made again")

    def test_the_clock_changes_in_the_night_to_sunday(self):
        window = self._window(saturday=True, sunday=True, window_from=22, window_to=24, cutoff=0)
        ends = {pickup.date: str(pickup.closes_at) for pickup in window.pickup_ids}
        self.assertEqual(ends[SATURDAY], "2026-03-29 00:00:00")
        self.assertEqual(ends[SUNDAY], "2026-03-29 23:00:00")
        with freeze_time("2026-03-29 00:30:00"):
            self.assertEqual(
                self._plan(self.pickings[0])[0]["date"], "2026-03-29", "Saturday's is over by half an hour"
            )
        with freeze_time("2026-03-29 23:30:00"):
            self.assertEqual(self._plan(self.pickings[1])[0]["date"], "2026-03-30", "it is Monday in London")

    def test_public_holidays(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "company_id": self.company.id,
                "date_from": "2026-03-29 23:00:00",
                "date_to": "2026-03-30 22:59:59",
            }
        )
        self.assertNotIn(MONDAY, self._window().pickup_ids.mapped("date"))

    def test_what_is_planned_follows_its_window(self):
        window = self._window()
        pickups = window.pickup_ids.sorted("date")
        self._plan(self.pickings[0])
        pickups[1].with_user(self.users["processor"]).action_request()
        window.write({"window_from": 10.0, "cutoff": 9.0, "thursday": False})
        self.assertEqual(pickups.exists()[0].window_from, 10.0, "something is on it")
        self.assertEqual(pickups[1].window_from, 14.0, "the carrier was asked already")
        self.assertEqual(pickups[2].window_from, 10.0)
        self.assertFalse(pickups[5].exists(), "the next Thursday")
        window.active = False
        self.assertEqual(len(window.pickup_ids), 2)

    def test_rights_and_bad_input(self):
        for name in ("processor", "salesman", "integration"):
            with self.assertRaises(AccessError):
                self._window_as(name)
        window = self._window()
        for name in ("processor", "stranger"):
            for act in (lambda own: own.write({"dock": "1"}), lambda own: own.unlink()):
                with self.assertRaises(AccessError):
                    act(self._as(name, window))
        for vals, words in (
            ({"date_until": "2026-03-25"}, "over already"),
            ({"date_from": "2026-05-01", "date_until": "2026-04-01"}, "before its first"),
            ({f"{day}day": False for day in ("mon", "tues", "wednes", "thurs", "fri")}, "choose a day"),
        ):
            with self.assertRaisesRegex(ValidationError, words), self.cr.savepoint():
                window.write(vals)

    def _window_as(self, name):
        self.env["order.pickup.window"].with_user(self.users[name]).create(
            {"carrier_id": self.van.id, "warehouse_id": self.warehouse.id}
        )


class TestPickupPlan(WindowCase):
    def test_the_next_that_fits(self):
        self._window(max_parcels=2)
        self._window(window_from=8, window_to=9, cutoff=0, carrier_id=self.post.id)
        answers = self._plan(self.pickings)
        self.assertEqual([answer["code"] for answer in answers], ["planned"] * 4)
        self.assertEqual([answer["date"] for answer in answers], ["2026-03-26"] * 2 + ["2026-03-27"] * 2)
        self.assertEqual(self.pickings.order_pickup_id.carrier_id, self.van)
        self.assertEqual([answer["code"] for answer in self._plan(self.pickings)], ["kept"] * 4)
        self.assertEqual(self.pickings[:2].batch_id.order_pickup_id, self.pickings[0].order_pickup_id)

    def test_after_the_cutoff_and_by_promise(self):
        self._window()
        with freeze_time("2026-03-26 13:45:00"):
            self.assertEqual(self._plan(self.pickings[0])[0]["date"], "2026-03-27")
        late = self._make_order((self.other_product, 5), carrier_id=self.van.id)
        late.action_confirm()
        late.action_promise()
        late.picking_ids.carrier_id = self.van
        promised = late.order_promise_date
        self.assertGreater(promised, date(2026, 3, 27))
        self.assertEqual(self._plan(late.picking_ids)[0]["date"], str(promised))

    def test_refused_in_words(self):
        nobody = self._plan(self.pickings[0])[0]
        self.assertEqual((nobody["code"], nobody["ok"], nobody["pickup"]), ("refused", False, ""))
        self.assertIn("no pickup of Van comes to", nobody["message"])
        window = self._window(max_parcels=1, monday=False, tuesday=False, wednesday=False, friday=False)
        self.assertEqual(len(window.pickup_ids), 2)
        answers = self._plan(self.pickings)
        self.assertEqual([answer["code"] for answer in answers], ["planned", "planned", "refused", "refused"])
        self.assertIn(f"no room for it on {answers[0]['pickup']}, {answers[1]['pickup']}", answers[2]["message"])
        self.van.country_ids = self.env.ref("base.fr")
        self.assertIn("Van does not go to N1 1AA, London", self._plan(self.pickings[2])[0]["message"])
        self.pickings[3].action_cancel()
        self.assertIn("cancelled", self._plan(self.pickings[3])[0]["message"])
        for name in ("salesman", "integration", "stranger", "accountant"):
            with self.assertRaises(AccessError):
                self._plan(self.pickings, name)

    def test_by_hand_neither(self):
        window = self._window(carrier_id=self.post.id)
        post = window.pickup_ids.sorted("date")[1]
        picking = self._as("processor", self.pickings[0])
        with self.assertRaisesRegex(UserError, "it goes with Van"):
            picking.order_pickup_id = post
        picking.carrier_id = self.post
        self.post.country_ids = self.env.ref("base.fr")
        with self.assertRaisesRegex(UserError, "Post does not go to N1 1AA"):
            picking.order_pickup_id = post
        self.post.country_ids = [Command.clear()]
        old = self.env["order.pickup"].create(
            {"warehouse_id": self.warehouse.id, "carrier_id": self.post.id, "date": "2026-03-25"}
        )
        with self.assertRaisesRegex(UserError, "it has not left yet"):
            picking.order_pickup_id = old
        with self.assertRaisesRegex(UserError, "is over"):
            self._as("processor", old).action_request()
        self.assertFalse(picking.order_pickup_id)

    def test_dispatched_goods_go_with_the_next_of_a_window(self):
        self._window(max_parcels=1)
        self._as("processor", self.orders[:2]).action_dispatch(invoice=False)
        self.assertEqual(
            [str(day) for day in self.pickings[:2].order_pickup_id.mapped("date")], ["2026-03-26", "2026-03-27"]
        )

    def test_all_that_waits_is_planned_by_the_cron_and_by_one_button(self):
        self._window()
        self.pickings[3].carrier_id = self.post
        self.env["order.pickup.window"]._cron_pickups()
        self.assertTrue(all(picking.order_pickup_id for picking in self.pickings[:3]))
        self.assertFalse(self.pickings[3].order_pickup_id)
        self._window(carrier_id=self.post.id)
        answers = self.env["order.pickup"].with_user(self.users["processor"]).action_plan()
        self.assertIn(self.pickings[3].id, [answer["transfer_id"] for answer in answers if answer["ok"]])
        told = self._as("processor", self.pickings).action_button_plan_pickup()
        self.assertEqual(told["params"]["type"], "success")

    def test_queries_do_not_grow_with_the_set(self):
        self._window(max_parcels=500)
        orders = self._make_orders(103, (self.product, 1))
        orders.action_confirm()
        pickings = orders.picking_ids
        pickings.carrier_id = self.van

        def queries(found):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self._plan(found)
            self.env.flush_all()
            return self.cr.sql_log_count - start

        queries(pickings[0])
        one, many = queries(pickings[1]), queries(pickings[2:102])
        self.assertEqual(one, many)
