"""The business day: the company's calendar day in its time zone, and the desk's, which runs from a cut-off hour."""

from datetime import datetime, time, timedelta

import pytz

from odoo import fields

NOON = 12


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
    return wall_moment(company, day, 0), wall_moment(company, day + timedelta(days=1), 0)


def wall_moment(company, day, hours):
    """The moment (naive UTC) when the wall clock of ``company`` shows ``hours`` of ``day``; 24 and more are of the days after.

    Where it shows the hour twice, the first time counts; where it skips it, the moment as if it had not yet gone forward.
    """
    zone = company_tz(company)
    # whole seconds: an hour such as 2:20 is no exact float
    wall = datetime.combine(day, time.min) + timedelta(seconds=round(hours * 3600))
    try:
        local = zone.localize(wall, is_dst=None)
    except pytz.AmbiguousTimeError:
        local = zone.localize(wall, is_dst=True)
    except pytz.NonExistentTimeError:
        local = zone.localize(wall, is_dst=False)
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def desk_bounds(company, day):
    """First moment of the desk's ``day`` and of the one after, in naive UTC: it runs from the cut-off hour, if one is set.

    A cut-off up to noon is in the morning of the day itself, a later one on the evening before it; see ``wall_moment`` for the
    nights when the clock changes.
    """
    hour = company.sudo().order_cutoff_hour
    if not hour:
        return day_bounds(company, day)
    if hour > NOON:
        hour -= 24
    return wall_moment(company, day, hour), wall_moment(company, day + timedelta(days=1), hour)


def desk_day(company, moment=None):
    """The desk's business day (``date``) of ``company`` at ``moment`` (naive UTC ``datetime``, default now)."""
    moment = fields.Datetime.to_datetime(moment) or fields.Datetime.now()
    day = business_day(company, moment)
    if not company.sudo().order_cutoff_hour:
        return day
    begins, ends = desk_bounds(company, day)
    return day + timedelta(days=(moment >= ends) - (moment < begins))
