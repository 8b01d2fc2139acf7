"""Hours of work between moments: a company's calendar over a stretch of time, read once. Plain but for that reading."""

from bisect import bisect_right
from datetime import timedelta

import pytz

HOUR = 3600.0
# how far ahead hours are planned; who works less than a few hours in it is given the hours of the clock
AHEAD = timedelta(days=60)


class WorkingHours:
    """When a company works between two moments (naive UTC); one without a calendar always does.

    :param company: ``res.company``
    """

    def __init__(self, company, first, last):
        calendar = company.sudo().resource_calendar_id
        self.spans = None
        if calendar and first < last:
            found = calendar._work_intervals_batch(pytz.utc.localize(first), pytz.utc.localize(last))[False]
            self.spans = [(_plain(begins), _plain(ends)) for begins, ends, _what in found]
            self._ends = [ends for _begins, ends in self.spans]

    def between(self, begins, ends):
        """Hours of work from ``begins`` to ``ends``."""
        if ends <= begins:
            return 0.0
        if self.spans is None:
            return (ends - begins).total_seconds() / HOUR
        worked = 0.0
        for start, stop in self.spans[bisect_right(self._ends, begins) :]:
            if start >= ends:
                break
            worked += (min(stop, ends) - max(start, begins)).total_seconds()
        return worked / HOUR

    def after(self, begins, hours):
        """The moment when ``hours`` have been worked since ``begins``."""
        left = timedelta(hours=max(hours, 0.0))
        for start, stop in self.spans[bisect_right(self._ends, begins) :] if self.spans is not None else ():
            start = max(start, begins)
            if stop - start >= left:
                return start + left
            left -= stop - start
        return begins + timedelta(hours=max(hours, 0.0))


def _plain(moment):
    return moment.astimezone(pytz.utc).replace(tzinfo=None)
