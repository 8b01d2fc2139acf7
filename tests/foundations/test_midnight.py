"""Nothing that keeps what day it is begins just before midnight."""

import calendar

import pytest

from tests.conftest import until_next_day


@pytest.mark.parametrize(
    ("clock", "seconds"),
    [((0, 0, 0), 0), ((0, 0, 5), 0), ((12, 0, 0), 0), ((23, 50, 0), 0), ((23, 50, 1), 604), ((23, 59, 59), 6)],
)
def test_what_begins_late_waits_for_the_next_day(clock, seconds):
    assert until_next_day(calendar.timegm((2026, 3, 2, *clock))) == seconds
