import math
from datetime import datetime, time, timedelta

from odoo import fields, models

from ..common.business_day import business_day
from ..common.number_words import measure_words

# what a parcel needs in every country whose address form has a place for it
NEEDED = ("street", "city")
FORM_KEYS = {"street": "%(street)s", "city": "%(city)s"}
# how far ahead a working day is looked for
HORIZON = timedelta(days=60)
FORTNIGHT = timedelta(days=13)


class OrderVerificationRule(models.Model):
    """Built-in rules about where and when an order goes."""

    _inherit = "order.verification.rule"

    def _find_address_incomplete(self, orders, memory):
        """A delivery address without what its country requires; orders of services alone need none."""
        labels = {
            "street": self.env._("street"),
            "city": self.env._("city"),
            "zip": self.env._("ZIP"),
            "state": self.env._("state"),
            "country": self.env._("country"),
        }
        findings = []
        for order in orders:
            if not any(line.product_type in ("consu", "combo") for line in order.subject_lines):
                continue
            required = self._required_address_parts(order.ship_country)
            missing = [part for part in required if not order.ship_to[part]]
            if not missing:
                continue
            findings.append(
                self._finding(
                    order,
                    ", ".join(labels[part] for part in required),
                    ", ".join(order.ship_to[part] for part in required if order.ship_to[part]) or self.env._("nothing"),
                    self.env._(
                        "The delivery address of %(who)s lacks: %(missing)s.",
                        who=order.ship_to["name"] or order.name,
                        missing=", ".join(labels[part] for part in missing),
                    ),
                    scope="ship_to",
                )
            )
        return findings

    @staticmethod
    def _required_address_parts(country):
        """What an address in ``country`` (dict of the facts) must have: its form and its required fields."""
        form = country["format"] or ""
        required = [part for part in NEEDED if not form or FORM_KEYS[part] in form]
        if country["zip_required"]:
            required.append("zip")
        if country["state_required"]:
            required.append("state")
        return [*required, "country"]

    def _find_past_date(self, orders, memory):
        """A wished date before today, in the company's time zone."""
        today = {}
        findings = []
        for order in orders:
            if not order.commitment_date or not order.open:
                continue
            if order.company_id not in today:
                today[order.company_id] = business_day(self.env["res.company"].sudo().browse(order.company_id))
            wished = self._wished_day(order, memory)
            if wished < today[order.company_id]:
                memory.setdefault("past", set()).add(order.id)
                findings.append(
                    self._finding(
                        order,
                        self.env._("%s or later", fields.Date.to_string(today[order.company_id])),
                        fields.Date.to_string(wished),
                        self.env._("The wished date %s is past.", fields.Date.to_string(wished)),
                        scope="wished",
                    )
                )
        return findings

    # ------------------------------------------------------------------ lead times

    def _find_lead_time_short(self, orders, memory):
        """A wished date before the goods can be there: today, the longest lead time of the lines, the security lead time.

        As core schedules: lead times are calendar days, the company's security lead time comes before the delivery date. A day
        on which the company does not work (its calendar, its days off) becomes the next one on which it does. All days are
        those of the company's time zone. A date that is past already is ``past_date``'s.
        """
        asked = {}
        past = memory.get("past", ())
        for order in orders:
            if not order.commitment_date or not order.open or order.id in past:
                continue
            own = [line.lead for line in order.subject_lines if line.product_type == "consu" and line.quantity > 0]
            if own:
                asked.setdefault(order.company_id, []).append((order, max(own)))
        findings = []
        for company in self.env["res.company"].sudo().browse(sorted(asked)):
            today, security = business_day(company), company.security_lead
            leads = {lead for _order, lead in asked[company.id]}
            soonest = {lead: today + timedelta(days=math.ceil(lead + security)) for lead in leads}
            first_working = {day: self._first_working_day(company, day) for day in set(soonest.values())}
            # where the first that is wished is in time for the longest of all, all are
            first = min((order for order, _lead in asked[company.id]), key=lambda order: order.commitment_date)
            if self._wished_day(first, memory) >= max(first_working.values()):
                continue
            for order, lead in asked[company.id]:
                earliest = first_working[soonest[lead]]
                wished = self._wished_day(order, memory)
                if wished >= earliest:
                    continue
                findings.append(
                    self._finding(
                        order,
                        self.env._("%s or later", fields.Date.to_string(earliest)),
                        fields.Date.to_string(wished),
                        self.env._(
                            "The goods need %(days)s days: %(earliest)s is the first day, %(wished)s is wished.",
                            days=measure_words(self.env, lead + security),
                            earliest=fields.Date.to_string(earliest),
                            wished=fields.Date.to_string(wished),
                        ),
                        scope="wished",
                    )
                )
        return findings

    def _first_working_day(self, company, day):
        """The first of ``day`` and the days after it on which ``company`` works; the calendar is asked a fortnight at a time."""
        first = day
        while first < day + HORIZON:
            last = first + FORTNIGHT
            idle = self._idle_days(company, first, last)
            while first <= last:
                if fields.Date.to_string(first) not in idle:
                    return first
                first += timedelta(days=1)
        # a company that never works is not waited for
        return first

    @staticmethod
    def _idle_days(company, first, last):
        """Days (as text) from ``first`` to ``last`` on which ``company`` does not work; core's calendar says which."""
        days = company.resource_calendar_id._get_unusual_days(
            datetime.combine(first, time.min), datetime.combine(last, time.max), company_id=company
        )
        return {day for day, unusual in days.items() if unusual}
