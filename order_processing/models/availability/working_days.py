"""Days on which somebody works: weekdays less the days on which a calendar is closed. Plain Python."""

from datetime import datetime, time, timedelta

DAY = timedelta(days=1)
WEEKS = (0, 1)
# nobody plans further, and a calendar may be closed for ever
HORIZON = timedelta(days=1100)
# where a calendar says no hours a day is closed that is closed from its first to its last minute
ALL_DAY = (0.0, 24.0)
LAST_MINUTE = timedelta(hours=23, minutes=59)


def in_weeks(weekday):
    """``(week, weekday)`` of a weekday of every week (a number, 0 is Monday), or of one that is of one of two weeks alone."""
    return [weekday] if isinstance(weekday, tuple) else [(week, weekday) for week in WEEKS]


def week_and_weekday(day):
    """Which of two weeks ``day`` is in, as core counts them (``resource.calendar.attendance.get_week_type``), and its weekday."""
    return (day.toordinal() - 1) // 7 % 2, day.weekday()


class WorkingDays:
    """Days that can be counted on.

    :param weekdays: numbers of weekdays, 0 is Monday, or ``(week, weekday)`` where two weeks differ; none: all of them
    :param closed: days (``date``) that are closed all the same
    """

    def __init__(self, weekdays=(), closed=()):
        self.weekdays = frozenset(place for weekday in weekdays or range(7) for place in in_weeks(weekday))
        self.closed = frozenset(closed)

    def __contains__(self, day):
        return week_and_weekday(day) in self.weekdays and day not in self.closed

    def first(self, day):
        """``day``, or the first one after it on which is worked."""
        while day not in self:
            day += DAY
        return day

    def after(self, day, count):
        """The working day that is ``count`` of them after ``day``; ``day`` itself for none."""
        for _number in range(count):
            day = self.first(day + DAY)
        return day

    def also(self, other):
        """Days on which both work; where they have no weekday in common, those of ``self``."""
        return WorkingDays(self.weekdays & other.weekdays or self.weekdays, self.closed | other.closed)


def closed_days(leaves, hours, since):
    """The days whose hours of work all lie in one of ``leaves``.

    :param leaves: ``(begins, ends)``, moments (naive ``datetime``) on the calendar's own clock
    :param dict hours: weekday, or week and weekday, to ``(from, to)``, the first and the last hour of work
    :param since: the first day (``date``) that matters
    :return: set of ``date``
    """
    closed = set()
    for begins, ends in leaves:
        day, last = max(begins.date(), since), min(ends.date(), since + HORIZON)
        while day <= last:
            midnight = datetime.combine(day, time.min)
            worked = hours.get(day.weekday()) or hours.get(week_and_weekday(day), ALL_DAY)
            first, until = (timedelta(hours=hour) for hour in worked)
            if begins <= midnight + first and ends >= midnight + min(until, LAST_MINUTE):
                closed.add(day)
            day += DAY
    return closed
