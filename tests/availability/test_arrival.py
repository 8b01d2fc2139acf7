"""Customers who want notice know when goods arrive: in the promise, at the door and on a pickup, by mail or by phone."""

from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date
from odoo.tools.safe_eval import safe_eval

from odoo.addons.order_processing.models.availability.promise_days import PromiseDays
from odoo.addons.order_processing.models.common.business_day import business_day, day_bounds

from .test_promise_carrier import EVENING, FRIDAY, MONDAY, MORNING, THURSDAY, WEDNESDAY, CarrierCase


class TestArrival(CarrierCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 100)
        cls.carrier.order_transit_days = 1

    def _noticed(self, hours, confirm=True, **vals):
        self.customer.order_notice_hours = hours
        order = self._make_order((self.product, 5), carrier_id=self.carrier.id, **vals)
        if confirm:
            order.action_confirm()
            order.picking_ids.action_assign()
        return order

    def _mails(self, order):
        return self.env["mail.mail"].search([("model", "=", "sale.order"), ("res_id", "=", order.id)])

    def _dispatch(self, order):
        return self._as("processor", order).action_dispatch()[0]

    def test_the_promise_leaves_the_hours_and_the_customer_is_told(self):
        with freeze_time(MORNING):
            order = self._noticed(40)
            self.assertEqual(
                self._dates(order), (FRIDAY, MONDAY), "Friday begins 39 hours from now, and then a weekend"
            )
            self.assertFalse(order.order_arrival_told, "there is time: a later morning tells it")
        with freeze_time("2026-03-07 06:00:00"):
            self._morning()
        self.assertEqual(order.order_arrival_told, MONDAY)
        mail = self._mails(order)
        self.assertEqual(len(mail), 1)
        self.assertIn(order.name, mail.subject)
        self.assertEqual(self._events(order, "arrival_told").note, str(MONDAY))
        with freeze_time("2026-03-07 07:00:00"):
            self._morning()
        self.assertEqual(len(self._mails(order)), 1, "no day is told twice")

    def _morning(self):
        # a cron commits, a test must not
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0):
            self.env["sale.order"]._cron_tell_arrivals()

    def test_what_arrives_soon_is_told_as_it_is_promised_and_does_not_recede(self):
        with freeze_time(MORNING):
            order = self._noticed(12)
            self.assertEqual(self._dates(order), (WEDNESDAY, THURSDAY))
            self.assertEqual((order.order_arrival_told, str(order.order_arrival_told_at)), (THURSDAY, MORNING))
        with freeze_time("2026-03-04 14:00:00"):
            self.assertEqual(self._dates(order), (WEDNESDAY, THURSDAY), "he was told this morning")
            self.assertEqual(self._dispatch(order)["code"], "dispatched")
        self.assertEqual(len(self._mails(order)), 1)

    def test_the_hours_are_counted_by_the_clock_of_the_company(self):
        """From the night in which its clock goes forward an hour is missing, in the autumn there is one more."""
        self.company.order_tz = "Europe/Berlin"
        self.carrier.order_cutoff_hour = 0
        # Monday begins 48 hours after the last moment of each; Friday leaves, Monday arrives
        for moment, monday in (
            ("2026-03-27 22:00:00", "2026-03-30"),
            ("2026-10-23 23:00:00", "2026-10-26"),
        ):
            for minutes, told in ((0, True), (1, False)):
                with self.subTest(moment=moment, minutes=minutes):
                    when = datetime.fromisoformat(moment) + timedelta(minutes=minutes)
                    days = PromiseDays(self.company, self.carrier)
                    days.now = when
                    where = self.company.id, self.carrier.id, None, None
                    friday = date.fromisoformat(monday) - timedelta(days=3)
                    self.assertEqual(str(days.arrives(*where, friday)), monday)
                    self.assertEqual(days.gives_notice(where, friday, 48), told)

    def test_the_first_moment_of_a_day_that_has_two_midnights(self):
        self.company.order_tz = "America/Havana"
        start, end = day_bounds(self.company, date(2020, 11, 1))
        self.assertEqual((str(start), end - start), ("2020-11-01 04:00:00", timedelta(hours=25)))
        self.assertEqual(business_day(self.company, start), date(2020, 11, 1))
        self.assertEqual(business_day(self.company, start - timedelta(seconds=1)), date(2020, 10, 31))

    def test_a_quotation_is_told_nobody(self):
        with freeze_time(MORNING):
            order = self._noticed(12, confirm=False)
            self._dates(order)
        self.assertFalse(order.order_arrival_told)
        self.assertFalse(self._mails(order))

    def test_nothing_leaves_of_which_the_customer_would_know_too_late(self):
        with freeze_time(EVENING):
            order = self._noticed(24)
            answer = self._dispatch(order)
            self.assertEqual(answer["code"], "refused")
            for words in (order.name, "24 hours", "03/04/2026", "03/05/2026", "Tell the arrival"):
                self.assertIn(words, answer["message"])
            with self.assertRaisesRegex(UserError, "24 hours"):
                self.env["order.pickup"].create(
                    {"warehouse_id": self.warehouse.id, "carrier_id": self.carrier.id, "date": WEDNESDAY}
                ).picking_ids = order.picking_ids
            order.order_notice_hours = 5
            self.assertEqual(self._dispatch(order)["code"], "dispatched")
        self.assertEqual(order.order_arrival_told, THURSDAY, "told as it left")
        self.assertEqual(len(self._mails(order)), 1)

    def test_the_way_out_of_the_refusal_is_on_the_screen(self):
        """What the words name are buttons that the processor sees; pressed in that order the goods leave on the day named."""
        with freeze_time(EVENING):
            order = self._noticed(24)
            refusal = self._dispatch(order)["message"]
            order = self._as("processor", order)
            self._press(order, "Promise dates", refusal)
            self._press(order, "Tell the arrival", refusal)
            self.assertEqual(order.order_promise_date, THURSDAY)
            self.assertIn(format_date(self.env, THURSDAY), refusal)
            self.assertEqual(order.sudo().order_arrival_told, FRIDAY)
            self.assertEqual(self._dispatch(order)["code"], "refused", "not today")
        with freeze_time(f"{THURSDAY} 09:00:00"):
            self.assertEqual(self._dispatch(order)["code"], "dispatched")
        self.assertEqual(len(self._mails(order)), 1)

    def _press(self, order, label, words):
        """Press the button that ``words`` name, which has to be there for this order."""
        self.assertIn(f"“{label}”", words)
        arch = etree.fromstring(order.get_view(view_type="form")["arch"])
        [button] = arch.xpath(f"//header//button[@string='{label}']")
        values = order.read()[0]
        self.assertFalse(safe_eval(button.get("invisible", "False"), values), label)
        getattr(order, button.get("name"))()

    def test_who_has_no_address_is_called_first(self):
        with freeze_time(MORNING):
            order = self._noticed(12)
            self.customer.email = False
            self._dates(order)
            self.assertFalse(order.order_arrival_told)
            self.assertEqual(self._dispatch(order)["code"], "refused")
            answer = self._as("processor", order).action_tell_arrival()
            self.assertEqual((answer[0]["code"], answer[0]["arrival_date"]), ("to_call", str(THURSDAY)))
            self.assertEqual(self._as("processor", order).action_tell_arrival(phone=True)[0]["code"], "told")
            self.assertEqual(self._as("processor", order).action_tell_arrival(phone=True)[0]["code"], "nothing")
            self.assertEqual(self._dispatch(order)["code"], "dispatched")

    def test_the_button_says_what_came_of_it(self):
        with freeze_time(MORNING):
            order = self._noticed(0)
            order.order_notice_hours = 48
            self._dates(order)
            shown = self._as("processor", order).action_button_tell_arrival()["params"]
            self.assertIn(order.name, shown["message"])
            self.assertEqual(order.order_arrival_told, order.order_arrival_date)
            self.assertTrue(self._as("processor", order).action_button_arrival_by_phone())

    def test_who_wants_no_notice_is_told_nothing(self):
        with freeze_time(EVENING):
            order = self._noticed(0)
            self.assertEqual(self._dates(order), (THURSDAY, FRIDAY))
            self.assertEqual(self._dispatch(order)["code"], "dispatched")
        self.assertFalse(self._mails(order))

    def test_another_customer_wants_otherwise_and_what_is_confirmed_keeps_what_it_has(self):
        order = self._noticed(24, confirm=False)
        self.assertEqual(order.order_notice_hours, 24)
        order.partner_id = self._make_customer("Another")
        self.assertEqual(order.order_notice_hours, 0)
        sold = self._noticed(24)
        self.customer.order_notice_hours = 3
        self.assertEqual(sold.order_notice_hours, 24)

    def test_rights_and_bad_input(self):
        order = self._noticed(24)
        for name in ("salesman", "integration", "portal", "stranger"):
            with self.assertRaises(AccessError):
                self._as(name, order).action_tell_arrival()
        with self.assertRaisesRegex(ValidationError, "Test Customer"):
            self.customer.order_notice_hours = -1

    def test_queries_do_not_grow_with_the_set(self):
        orders = self.env["sale.order"]
        for _number in range(41):
            orders |= self._noticed(24)
        orders.action_promise()

        def queries(found):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            found._ship_window_problems(WEDNESDAY + timedelta(days=4000))
            return self.cr.sql_log_count - start

        queries(orders[0])
        self.assertEqual(queries(orders[1]), queries(orders[2:]))
