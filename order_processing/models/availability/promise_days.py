"""From when goods are ready to when they leave and arrive: business days, cut-off hours, working days, transit days."""

from datetime import timedelta

import pytz

from odoo import fields
from odoo.fields import Domain

from ..common.business_day import business_day, day_bounds, wall_moment
from .working_days import DAY, WorkingDays, closed_days


class PromiseDays:
    """The clocks and calendars of some companies and carriers, read once: a few statements whatever their number.

    Days are counted from ``date``: one that is not today is counted from its morning, today from now on.

    :param companies: ``res.company``
    :param carriers: ``delivery.carrier``
    :param date: the day (``date``) to promise from, default each company's business day
    """

    def __init__(self, companies, carriers, date=None):
        self.env = companies.env
        self.now = fields.Datetime.now()
        self.companies = {company.id: company for company in companies.sudo()}
        self.carriers = {carrier.id: carrier for carrier in carriers.sudo()}
        self.business = {number: business_day(company, self.now) for number, company in self.companies.items()}
        self.today = {number: date or day for number, day in self.business.items()}
        self.cutoffs = {number: carrier.order_cutoff_hour for number, carrier in self.carriers.items()}
        self.transits = carriers._order_transits()
        since = min(self.today.values(), default=date or self.now.date())
        self._read_calendars(since)
        self._known = {}

    # ------------------------------------------------------------------ what is read

    def _read_calendars(self, since):
        calendars = self.env["resource.calendar"].sudo()
        calendars = calendars.union(
            *(company.resource_calendar_id for company in self.companies.values()),
            *(carrier.order_calendar_id for carrier in self.carriers.values()),
        )
        self._hours = {}
        for calendar in calendars:
            hours = self._hours[calendar.id] = {}
            for attendance in calendar.attendance_ids.filtered(lambda attendance: not attendance.display_type):
                day = int(attendance.dayofweek)
                if calendar.two_weeks_calendar:
                    day = int(attendance.week_type), day
                first, last = hours.get(day, (24.0, 0.0))
                hours[day] = min(first, attendance.hour_from), max(last, attendance.hour_to)
        general = Domain("calendar_id", "=", False) & Domain("company_id", "in", list(self.companies))
        leaves = self.env["resource.calendar.leaves"].sudo()
        leaves = leaves.search(
            Domain("resource_id", "=", False)
            & Domain("time_type", "=", "leave")
            & Domain("date_to", ">=", fields.Datetime.to_datetime(since) - DAY)
            & (Domain("calendar_id", "in", calendars.ids) | general)
        )
        self._leaves, self._since = leaves, since

    def _calendar_days(self, company, calendar):
        """Working days of ``calendar`` in ``company``: public holidays are of a calendar or of all of a company's."""
        zone = pytz.timezone(calendar.tz or "UTC")
        own = self._leaves.filtered(
            lambda leave: leave.calendar_id == calendar if leave.calendar_id else leave.company_id == company
        )
        spans = [
            tuple(
                pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
                for moment in (leave.date_from, leave.date_to)
            )
            for leave in own
        ]
        hours = self._hours.get(calendar.id, {})
        return WorkingDays(hours, closed_days(spans, hours, self._since))

    def _once(self, key, find):
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]

    def house(self, company_id):
        """The ``WorkingDays`` of a company."""
        company = self.companies[company_id]
        return self._once(("house", company_id), lambda: self._calendar_days(company, company.resource_calendar_id))

    def road(self, company_id, carrier_id):
        """The ``WorkingDays`` of a carrier, those of the company where the carrier has no calendar of its own."""
        calendar = carrier_id and self.carriers[carrier_id].order_calendar_id
        if not calendar:
            return self.house(company_id)
        company = self.companies[company_id]
        return self._once(("road", company_id, carrier_id), lambda: self._calendar_days(company, calendar))

    # ------------------------------------------------------------------ ready, away, there

    def is_late(self, company_id, carrier_id, day, moment):
        """Whether ``moment`` (naive UTC) is after the carrier's cut-off on ``day``, by the company's clock."""
        hour = self.cutoffs.get(carrier_id)
        if not hour:
            return False
        company = self.companies[company_id]
        cut = self._once(("cut", company_id, hour, day), lambda: wall_moment(company, day, hour))
        return moment >= cut

    def ready(self, company_id, carrier_id, receipt=None):
        """``(day, late)`` of goods that are there, or that come at ``receipt`` (naive UTC); ``late``: after the cut-off."""

        def find():
            today = self.today[company_id]
            late = today == self.business[company_id] and self.is_late(company_id, carrier_id, today, self.now)
            if not receipt:
                return today, late
            day = self.day(company_id, receipt)
            if day < today:
                return today, late
            return day, self.is_late(company_id, carrier_id, day, receipt) or (day == today and late)

        return self._once(("ready", company_id, carrier_id, receipt), find)

    def day(self, company_id, moment):
        """The business day of ``moment`` (naive UTC) in a company."""
        return self._once(("day", company_id, moment), lambda: business_day(self.companies[company_id], moment))

    def leaves(self, company_id, carrier_id, day, late=False, first=None):
        """The day on which goods leave that are ready on ``day``: company and carrier both work, not before ``first``."""

        def find():
            start = day + DAY if late else day
            if first and first > start:
                start = first
            house = self.house(company_id)
            road = self.road(company_id, carrier_id)
            both = self._once(("both", company_id, carrier_id), lambda: house if road is house else house.also(road))
            return both.first(start)

        return self._once(("leaves", company_id, carrier_id, day, late, first), find)

    def arrives(self, company_id, carrier_id, country_id, state_id, day):
        """The day on which what leaves on ``day`` is there: that many of the carrier's working days later."""

        def find():
            count = self.transit(carrier_id, country_id, state_id)
            return self.road(company_id, carrier_id).after(day, count) if count else day

        return self._once(("arrives", company_id, carrier_id, country_id, state_id, day), find)

    def transit(self, carrier_id, country_id, state_id):
        """Working days that a carrier takes to a state, else to its country, else to anywhere."""
        for place in ((country_id, state_id), (country_id, None), (None, None)):
            if (carrier_id, *place) in self.transits:
                return self.transits[carrier_id, *place]
        return 0

    def noticed(self, where, day, hours, told=None, told_at=None):
        """The first day from ``day`` on on which goods may leave so that their arrival is known ``hours`` before.

        :param tuple where: company, carrier, country and state (ids)
        :param told: the day of arrival that the customer was told, at ``told_at`` (naive UTC)
        """
        while not self.gives_notice(where, day, hours, told, told_at):
            day = self.leaves(*where[:2], day + DAY)
        return day

    def gives_notice(self, where, day, hours, told=None, told_at=None):
        """Whether the customer knows ``hours`` before what leaves on ``day`` arrives; see ``noticed``.

        He knows from when he was told of that arrival, else from now on. Goods may be there from the first hour of a day.
        """
        arrival = self.arrives(*where, day)
        since = told_at if told_at and told == arrival else self.now
        return self.begins(where[0], arrival) - since >= timedelta(hours=hours)

    def begins(self, company_id, day):
        """The first moment (naive UTC) of ``day`` by the clock of a company."""
        return self._once(("begins", company_id, day), lambda: day_bounds(self.companies[company_id], day)[0])
