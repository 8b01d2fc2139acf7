"""A carrier is asked by mail, confirms, is told of changes, and does not come."""

import base64
from datetime import date, datetime

import vobject
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError

from odoo.addons.order_processing.models.dispatch.ical import Appointment, calendar_file

from .test_pickup_windows import WindowCase

MOMENT = datetime(2026, 3, 29, 15)


def _appointment(**vals):
    given = {"uid": "a@b", "sequence": 0, "stamp": MOMENT, "starts": MOMENT, "ends": MOMENT, "summary": "Come", **vals}
    return calendar_file(Appointment(**given))


def test_a_calendar_reads_what_was_written():
    words = "Größe; 12, Ecke\\Straße\nüber " + "ä" * 100
    text = _appointment(summary=words, organizer=('The "House"', "house@example.com"))
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    event = vobject.readOne(text).vevent
    assert event.summary.value == words
    assert event.dtstart.value.replace(tzinfo=None) == MOMENT
    assert event.organizer.value == "mailto:house@example.com"
    assert event.organizer.params["CN"] == ["The 'House'"]


class RequestCase(WindowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls._make_customer("Van Desk")
        cls.window = cls._window(contact_id=cls.contact.id)
        cls.today, cls.tomorrow = cls.window.pickup_ids.sorted("date")[:2].with_user(cls.users["processor"])
        cls._as_processor(cls.pickings).action_plan_pickup()

    @classmethod
    def _as_processor(cls, records):
        return records.with_user(cls.users["processor"])

    def _files(self, pickup):
        """The calendar files that were sent, the first one first."""
        found = pickup.sudo().message_ids.sorted("id").attachment_ids.filtered(lambda one: one.name.endswith(".ics"))
        return [vobject.readOne(base64.b64decode(one.datas).decode()) for one in found.sorted("id")]


class TestPickupRequest(RequestCase):
    def test_asked_confirmed_changed_and_cancelled(self):
        self.assertEqual(self.today.picking_count, 4)
        self.today.action_request()
        self.assertEqual(self.today.carrier_told, "sent")
        sent = self.today.sudo().message_ids.filtered("attachment_ids")
        self.assertEqual(sent.notified_partner_ids, self.contact)
        self.assertIn("Parcels", sent.body)
        first = self._files(self.today)[0]
        self.assertEqual(first.method.value, "REQUEST")
        self.assertEqual(first.vevent.dtstart.value.replace(tzinfo=None), datetime(2026, 3, 26, 14))
        self.today.action_confirm_request("VAN-77")
        self.assertEqual(self.today.carrier_ref, "VAN-77")
        self.assertEqual(self.today.confirmed_by_id, self.users["processor"])
        manager = self._as("manager", self.today)
        manager.write({"date": "2026-03-30", "window_to": 17.0})
        second = self._files(self.today)[1]
        self.assertEqual(second.vevent.uid.value, first.vevent.uid.value)
        self.assertEqual(second.vevent.sequence.value, "1")
        self.assertEqual(second.vevent.dtstart.value.replace(tzinfo=None), datetime(2026, 3, 30, 13), "summer time")
        self.assertFalse(self.today.confirmed_at, "another time is to be confirmed anew")
        manager.write({"date": "2026-03-30", "driver": "Jo"})
        self.assertEqual(len(self._files(self.today)), 2, "nothing that the carrier has to know")
        manager.action_plan_again("Not needed")
        last = self._files(self.today)[2]
        self.assertEqual((last.method.value, last.vevent.status.value), ("CANCEL", "CANCELLED"))

    def test_who_has_no_address_is_called(self):
        self.contact.email = False
        self.today.action_request()
        self.assertEqual(self.today.carrier_told, "to_call")
        self.today.action_told_by_phone()
        self.assertEqual(self.today.carrier_told, "told")
        self.today.action_tell_carrier()
        self.assertEqual(self.today.carrier_told, "to_call")

    def test_rights(self):
        for act in ("action_confirm_request", "action_tell_carrier", "action_told_by_phone"):
            with self.assertRaisesRegex(UserError, "was not asked"):
                getattr(self.tomorrow, act)()
            for name in ("salesman", "integration", "stranger"):
                with self.assertRaises(AccessError):
                    getattr(self._as(name, self.today), act)()
        for vals in ({"confirmed_at": MOMENT}, {"carrier_told": "sent"}, {"appointment_number": 3}):
            with self.assertRaises(UserError):
                self._as("manager", self.today).write(vals)


class TestPickupMissed(RequestCase):
    def _mails(self):
        return self.env["mail.mail"].search([("model", "=", "stock.picking"), ("res_id", "in", self.pickings.ids)])

    def test_what_was_missed_goes_with_the_next_and_customers_are_told_once(self):
        self._as_processor(self.orders[0]).action_dispatch(invoice=False)
        before = self.env["order.event"].search_count([("kind", "=", "delay_told")])
        self.today.action_request()
        with freeze_time("2026-03-26 18:00:00"):
            self.today.action_miss("Nobody came")
            self.assertEqual(self.pickings.order_pickup_id, self.tomorrow)
            self.assertEqual(self.today.carrier_told, "none")
            self.assertEqual(set(self.orders[1:].mapped("order_promise_date")), {date(2026, 3, 27)})
            self.assertEqual(len(self._mails()), 4, "one mail for each order")
            self.assertIn("leave on", self._mails()[0].body_html)
            self.assertIn("should arrive on", self._mails()[0].body_html)
            self.assertEqual(set(self.orders.order_line.mapped("order_told_date")), {date(2026, 3, 27)})
            self.today.action_miss("Nobody came")
            self.assertEqual(len(self._mails()), 4, "told once")
        told = self.env["order.event"].search_count([("kind", "=", "delay_told")])
        self.assertEqual(told - before, 4)
        self.assertIn(self.tomorrow.name, " ".join(self.today.sudo().message_ids.mapped("body")))

    def test_where_none_comes_and_who_wants_no_mail(self):
        self.company.order_pickup_missed_mail = False
        (self.window.pickup_ids - self.today).unlink()
        self.today.action_miss("Nobody came")
        self.assertFalse(self.pickings.order_pickup_id)
        self.assertIn("no pickup of Van comes", " ".join(self.today.sudo().message_ids.mapped("body")))
        self.assertFalse(self._mails())

    def test_missed_at_midnight_and_when_the_clock_changes(self):
        self.window.write({"saturday": True, "sunday": True, "window_from": 22, "window_to": 24, "cutoff": 0})
        pickups = {pickup.date: pickup.with_user(self.users["processor"]) for pickup in self.window.pickup_ids}
        saturday, sunday, monday = (pickups[date(2026, 3, day)] for day in (28, 29, 30))
        with freeze_time("2026-03-27 23:00:00"):
            self._as("processor", self.pickings).write({"order_pickup_id": saturday.id})
        with freeze_time("2026-03-29 00:00:00"):
            saturday.action_miss("At midnight")
            self.assertEqual(self.pickings.order_pickup_id, sunday)
        with freeze_time("2026-03-29 22:59:59"):
            self.assertEqual(sunday.closes_at, datetime(2026, 3, 29, 23))
        with freeze_time("2026-03-29 23:00:00"):
            sunday.action_miss("At midnight of summer time")
            self.assertEqual(self.pickings.order_pickup_id, monday)
            self.assertEqual(set(self.orders.mapped("order_promise_date")), {date(2026, 3, 30)})

    def test_queries_do_not_grow_with_the_set(self):
        orders = self._make_orders(22, (self.product, 1), carrier_id=self.van.id)
        orders.action_confirm()
        orders.picking_ids.carrier_id = self.van
        self.company.order_pickup_missed_mail = False
        pickups = self._as_processor(
            self.env["order.pickup"].create(
                [
                    {"warehouse_id": self.warehouse.id, "carrier_id": self.van.id, "date": "2026-03-27"}
                    for _number in range(3)
                ]
            )
        )

        def queries(found, pickup):
            self._as_processor(found).write({"order_pickup_id": pickup.id})
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            pickup.action_miss("Nobody came")
            self.env.flush_all()
            return self.cr.sql_log_count - start

        pickings = orders.picking_ids
        queries(pickings[0], pickups[0])
        one = queries(pickings[1], pickups[1])
        many = queries(pickings[2:], pickups[2])
        self.assertLessEqual(many, one + 20, "promises are written in hundreds, and logged by order")
