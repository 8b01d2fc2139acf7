"""The business day: the company's calendar day in its time zone."""

from datetime import datetime, time, timedelta

import pytz

from odoo import fields


def company_tz(company):
    """The time zone of ``company`` (``res.company``), as a ``pytz`` zone: its own, its partner's, else UTC."""
    name = company.sudo().order_tz or company.sudo().partner_id.tz or "UTC"
    return pytz.timezone(name)


def business_day(company, moment=None):
    """The business day (``date``) of ``company`` at ``moment`` (naive UTC ``datetime``, default now)."""
    moment = fields.Datetime.to_datetime(moment) or fields.Datetime.now()
    return pytz.utc.localize(moment).astimezone(company_tz(company)).date()


def day_bounds(company, day):
    """First moment of ``day`` and of the day after, in naive UTC; 23 or 25 hours apart when the clock changes."""
    zone = company_tz(company)

    def start(date):
        return zone.localize(datetime.combine(date, time.min)).astimezone(pytz.utc).replace(tzinfo=None)

    return start(day), start(day + timedelta(days=1))
