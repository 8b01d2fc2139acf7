"""From ready to gone and there: the carrier's cut-off, working days, days on the way, and whose turn it is."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time
from pytz import UTC

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command

from odoo.addons.order_processing.models.availability.working_days import WorkingDays, closed_days

from tests.common import OrderCase

# a Wednesday, and hours of it
WEDNESDAY = date(2026, 3, 4)
MORNING, EVENING = "2026-03-04 09:00:00", "2026-03-04 17:00:00"
THURSDAY, FRIDAY, MONDAY, TUESDAY = (WEDNESDAY + timedelta(days=days) for days in (1, 2, 5, 6))


class CarrierCase(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_tz = "UTC"
        cls.carrier = cls.env["delivery.carrier"].create(
            {
                "name": "Test Carrier",
                "product_id": cls._make_product("Delivery", "TD", 0.0, type="service").id,
                "order_cutoff_hour": 15.0,
                "order_transit_days": 2,
            }
        )

    def _dates(self, order, **options):
        self._as("processor", order).action_promise(**options)
        return order.order_promise_date, order.order_arrival_date

    def _comes(self, product, quantity, moment):
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "date": moment,
            }
        )
        move._action_confirm()
        move.date = moment

    def _closed(self, day, **vals):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": datetime.combine(day, datetime.min.time()),
                "date_to": datetime.combine(day, datetime.max.time().replace(microsecond=0)),
                **vals,
            }
        )


class TestCarrier(CarrierCase):
    def test_without_a_carrier_it_leaves_and_arrives_the_same_day(self):
        self._stock(self.product, 5)
        with freeze_time(EVENING):
            self.assertEqual(self._dates(self._make_order()), (WEDNESDAY, WEDNESDAY))

    def test_after_the_cut_off_it_leaves_on_the_next_working_day(self):
        self._stock(self.product, 5)
        order = self._make_order(carrier_id=self.carrier.id)
        with freeze_time(MORNING):
            self.assertEqual(self._dates(order), (WEDNESDAY, FRIDAY))
        with freeze_time(EVENING):
            self.assertEqual(self._dates(order), (THURSDAY, MONDAY))
            self.assertEqual(self._dates(order, date=FRIDAY), (FRIDAY, TUESDAY), "another day begins in the morning")
        self.assertIn("In stock", self._events(order, "promised")[-1].reason)
        self.assertEqual(str(order.order_line.order_first_promise_date), str(WEDNESDAY))
        self.assertTrue(any("cut-off" in (row.reason or "") for row in self._events(order, "promised")))
        with freeze_time("2026-03-06 17:00:00"):
            self.assertEqual(self._dates(order)[0], MONDAY)

    def test_the_hour_is_that_of_the_company(self):
        self._stock(self.product, 5)
        self.company.order_tz = "Asia/Tokyo"
        with freeze_time("2026-03-04 05:59:00"):
            self.assertEqual(self._dates(self._make_order(carrier_id=self.carrier.id))[0], WEDNESDAY)
        with freeze_time("2026-03-04 06:00:00"):
            self.assertEqual(self._dates(self._make_order(carrier_id=self.carrier.id))[0], THURSDAY)

    def test_a_receipt_after_the_cut_off_leaves_the_day_after(self):
        early, late = self._make_order((self.product, 5)), self._make_order((self.other_product, 5))
        (early | late).carrier_id = self.carrier
        self._comes(self.product, 5, f"{FRIDAY} 14:00:00")
        self._comes(self.other_product, 5, f"{FRIDAY} 16:00:00")
        with freeze_time(MORNING):
            self.assertEqual([self._dates(order)[0] for order in (early, late)], [FRIDAY, MONDAY])

    def test_holidays_and_the_carrier_s_own_days_do_not_count(self):
        self._stock(self.product, 5)
        order = self._make_order(carrier_id=self.carrier.id)
        self._closed(FRIDAY)
        with freeze_time(EVENING):
            self.assertEqual(self._dates(order), (THURSDAY, TUESDAY))
        self.carrier.order_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Collects on Tuesdays and Saturdays",
                "tz": "UTC",
                "company_id": False,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create({"name": day, "dayofweek": day, "hour_from": 8, "hour_to": 12}) for day in ("1", "5")
                ],
            }
        )
        with freeze_time(EVENING):
            leaves, arrives = self._dates(order)
        self.assertEqual(leaves, TUESDAY, "the house is closed on Saturdays")
        self.assertEqual(arrives, TUESDAY + timedelta(days=7))

    def test_two_weeks_that_differ_are_told_apart_as_core_does(self):
        """The carrier comes on Tuesdays of one week and on Thursdays of the other."""
        self._stock(self.product, 5)
        order = self._make_order(carrier_id=self.carrier.id)
        week = int(self.env["resource.calendar.attendance"].get_week_type(WEDNESDAY))
        hours = {"hour_from": 8, "hour_to": 16}
        rows = [("1", str(week)), ("3", str(1 - week))]
        self.carrier.order_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Every other week",
                "tz": "UTC",
                "company_id": False,
                "two_weeks_calendar": True,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create({"name": day, "dayofweek": day, "week_type": parity, **hours})
                    for day, parity in rows
                ],
            }
        )
        with freeze_time(MORNING):
            leaves, arrives = self._dates(order)
        # not tomorrow, a Thursday of this week, nor on Tuesday of the next one
        self.assertEqual((leaves, arrives), (THURSDAY + timedelta(days=7), THURSDAY + timedelta(days=21)))
        self._closed(leaves, calendar_id=self.carrier.order_calendar_id.id, company_id=False)
        with freeze_time(MORNING):
            self.assertEqual(self._dates(order)[0], TUESDAY + timedelta(days=7), "closed on that Thursday")
        working = self.carrier.order_calendar_id._work_intervals_batch(
            UTC.localize(datetime(2026, 3, 4)), UTC.localize(datetime(2026, 4, 4)), compute_leaves=False
        )[False]
        days = WorkingDays([(int(parity), int(day)) for day, parity in rows])
        month = [WEDNESDAY + timedelta(days=number) for number in range(30)]
        self.assertEqual(
            [day for day in month if day in days], sorted({start.date() for start, _stop, _row in working})
        )

    def test_half_a_day_off_is_a_working_day(self):
        morning = [
            (datetime(2026, 3, 4, 0), datetime(2026, 3, 4, 12)),
            (datetime(2026, 3, 5, 8), datetime(2026, 3, 5, 17)),
        ]
        hours = dict.fromkeys(range(5), (8.0, 17.0))
        self.assertEqual(closed_days(morning, hours, WEDNESDAY), {THURSDAY})
        forever = [(datetime(2026, 1, 1), datetime(9999, 1, 1))]
        self.assertLess(len(closed_days(forever, hours, WEDNESDAY)), 1200)
        sundays = WorkingDays({6})
        self.assertEqual(sundays.first(WEDNESDAY).isoweekday(), 7)
        self.assertEqual(WorkingDays(range(5)).also(sundays).first(WEDNESDAY), WEDNESDAY, "never on no day at all")

    def test_days_on_the_way_are_those_to_the_place(self):
        self._stock(self.product, 9)
        states = self.env.ref("base.us").state_ids
        self.carrier.order_transit_ids = [
            Command.create({"country_id": self.env.ref("base.us").id, "days": 5}),
            Command.create({"country_id": self.env.ref("base.us").id, "state_id": states[0].id, "days": 3}),
        ]
        there = [self._make_customer(f"There {number}", country_id=self.env.ref("base.us").id) for number in range(2)]
        there[0].state_id = states[0]
        orders = [
            self._make_order((self.product, 1), partner_id=partner.id, carrier_id=self.carrier.id)
            for partner in (self.customer, *there)
        ]
        with freeze_time(MORNING):
            days = [self._dates(order)[1] for order in orders]
        self.assertEqual(days, [FRIDAY, MONDAY, WEDNESDAY + timedelta(days=7)])

    def test_an_order_without_a_carrier_goes_with_the_customer_s(self):
        self._stock(self.product, 5)
        self.customer.property_delivery_carrier_id = self.carrier
        with freeze_time(EVENING):
            self.assertEqual(self._dates(self._make_order()), (THURSDAY, MONDAY))

    def test_what_would_be_entered_is_what_is_entered(self):
        self._stock(self.product, 5)
        lines = [(self.product, 3.0), (self.product, 3.0), (self.service, 1.0)]
        self.customer.order_notice_hours = 30
        order = self._make_order(*lines, carrier_id=self.carrier.id)
        with freeze_time(EVENING):
            said = self.env["sale.order"]._promise_entering(lines, self.warehouse, order=order)
            self._dates(order)
        self.assertEqual(
            [(day, arrival) for _free, _short, day, arrival in said],
            [(line.order_promise_date, line.order_arrival_date) for line in order.order_line],
        )

    def test_bad_input_and_rights(self):
        for vals in ({"order_cutoff_hour": 24}, {"order_cutoff_hour": -1}, {"order_transit_days": -1}):
            with self.assertRaisesRegex(ValidationError, "Test Carrier"):
                self.carrier.write(vals)
        with self.assertRaisesRegex(ValidationError, "no state of"):
            self.carrier.order_transit_ids = [
                Command.create(
                    {"country_id": self.uk.id, "state_id": self.env.ref("base.us").state_ids[0].id, "days": 1}
                )
            ]
        self.carrier.order_transit_ids = [Command.clear(), Command.create({"country_id": self.uk.id, "days": 1})]
        transit = self.carrier.order_transit_ids
        self._as("manager", transit).days = 2
        for name in ("processor", "integration", "portal"):
            with self.assertRaises(AccessError):
                self._as(name, transit).days = 3
        self.carrier.company_id = self.company
        with self.assertRaises(AccessError):
            self._as("stranger", transit).read(["days"])

    def test_queries_do_not_grow_with_the_set(self):
        orders = self.env["sale.order"].browse(
            self._make_order((self.product, 1), carrier_id=self.carrier.id).id for _n in range(41)
        )

        def queries(found):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            found.action_promise()
            self.env.flush_all()
            self.env["order.event"].flush_model()
            return self.cr.sql_log_count - start

        queries(orders[0])
        self.assertEqual(queries(orders[1]), queries(orders[2:]))


class TestPriority(CarrierCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 10)
        cls.dear = cls._make_customer("Dear Customer")
        cls._as_rule("priority")

    @classmethod
    def _as_rule(cls, rule):
        cls.company.order_promise_rule = rule

    def _confirmed(self, *partners):
        """An order of ten for each of them, in this order; nothing is reserved."""
        orders = self.env["sale.order"]
        for partner in partners:
            orders |= self._make_order((self.product, 10), partner_id=partner.id)
        orders.action_confirm()
        orders.picking_ids.do_unreserve()
        return orders

    def _short(self, orders):
        self._as("processor", orders).action_promise()
        return orders.order_line.mapped("order_short_qty")

    def test_the_customer_s_priority_is_served_first_where_the_company_says_so(self):
        orders = self._confirmed(self.customer, self.dear)
        self._as("manager", self.dear).order_priority = "2"
        self.assertEqual(self._short(orders), [10, 0])
        self._as_rule("first")
        self.assertEqual(self._short(orders), [0, 10])
        self.warehouse.order_promise_rule = "priority"
        self.assertEqual(self._short(orders), [10, 0], "the warehouse says otherwise")

    def test_the_order_says_otherwise_than_its_customer(self):
        orders = self._confirmed(self.customer, self.dear)
        self.dear.order_priority = "1"
        self._as("processor", orders[0]).order_priority = "3"
        self.assertEqual(self._short(orders), [0, 10])
        self._as("processor", orders[0]).order_priority = "0"
        self.assertEqual(self._short(orders), [10, 0])

    def test_who_loses_goods_is_promised_anew_at_once(self):
        earlier = self._confirmed(self.customer)
        self.assertEqual(self._short(earlier), [0])
        before = earlier.order_promise_date
        self._comes(self.product, 10, "2035-03-06 08:00:00")
        self.dear.order_priority = "2"
        dear = self._confirmed(self.dear)
        self.assertEqual(self._short(dear), [0])
        self.assertEqual((earlier.order_line.order_short_qty, str(earlier.order_promise_date)), (10, "2035-03-06"))
        told = self._events(earlier, "promised").sorted("id")[-1]
        self.assertEqual(told.note, "2035-03-06")
        self.assertIn(f"{before} → 2035-03-06", told.reason)
        self.assertIn(f"{dear.name} comes first by priority", told.reason)
        self.assertTrue(earlier.order_slipped)
        rows = len(self._events(earlier | dear, "promised"))
        self._short(dear)
        self.assertEqual(len(self._events(earlier | dear, "promised")), rows, "nothing changed, nothing is told")

    def test_what_is_reserved_or_comes_first_loses_nothing(self):
        reserved, other = self._confirmed(self.customer, self.customer)
        reserved.picking_ids.action_assign()
        self._short(reserved | other)
        stands = (reserved | other).mapped("order_promise_date")
        self.dear.order_priority = "2"
        self.assertEqual(self._short(self._confirmed(self.dear)), [10])
        self.assertEqual((reserved | other).mapped("order_promise_date"), stands)
        self._as_rule("first")
        self.assertEqual(self._short(self._confirmed(self.dear)), [10])
        self.assertEqual((reserved | other).mapped("order_promise_date"), stands)

    def test_promising_anew_asks_the_same_for_one_and_for_many(self):
        self.dear.order_priority = "2"
        few = self._make_product("Few", "FEW", 1.0)
        counts = []
        for product, count in ((few, 1), (self.product, 30)):
            self._stock(product, 10)
            behind = self._make_orders(count, (product, 1))
            sooner = self._make_orders(1, (product, 1000), partner_id=self.dear.id)
            (behind | sooner).action_confirm()
            (behind | sooner).picking_ids.do_unreserve()
            behind.action_promise()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            sooner.action_promise()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - start)
            self.assertTrue(all(behind.mapped("order_is_short")))
        self.assertEqual(*counts)

    def test_receipts_are_dealt_out_in_the_same_way(self):
        self.dear.order_priority = "1"
        orders = self._confirmed(self.customer, self.customer, self.dear)
        self._comes(self.product, 10, "2035-03-06 08:00:00")
        self._comes(self.product, 10, "2035-03-20 08:00:00")
        self._short(orders)
        first, second, third = orders.mapped("order_promise_date")
        self.assertLess(third, first)
        self.assertEqual([str(first), str(second)], ["2035-03-06", "2035-03-20"])

    def test_what_is_ordered_stands_before_what_is_offered(self):
        self.dear.order_priority = "3"
        ordered = self._confirmed(self.customer)
        offered = self._make_order((self.product, 10), partner_id=self.dear.id)
        self.assertEqual(self._short(offered | ordered), [10, 0])

    def test_another_company_s_priority_does_not_count(self):
        self.dear.with_company(self.other_company).order_priority = "3"
        self.assertEqual(self._short(self._confirmed(self.customer, self.dear)), [0, 10])

    def test_who_may_set_it(self):
        order = self._confirmed(self.dear)
        order.user_id = self.users["salesman"]
        for record in (order, self.dear):
            with self.assertRaises(AccessError):
                self._as("salesman", record).order_priority = "3"
