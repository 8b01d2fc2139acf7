"""What the cells of a file mean: numbers, days, codes, and what is read by assumption."""

from datetime import datetime

import pytest
import pytz

from odoo.addons.order_processing.models.intake import cells
from odoo.addons.order_processing.models.intake.table import Broken, Percent

BERLIN = pytz.timezone("Europe/Berlin")


def _reading(decimal="", day_first=None, fallback="."):
    return cells.Reading(decimal, day_first, BERLIN, {"germany": "DE"}, fallback)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (2, 2),
        (2.0, 2),
        ("9,50", 9.5),
        ("9.50", 9.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234.567", 1234567),
        ("1'234.50", 1234.5),
        ("1\u00a0234,50", 1234.5),
        ("€ 12.00", 12),
        ("12,00 EUR", 12),
        ("-3", -3),
        ("0.125", 0.125),
        (",5", 0.5),
        # left as found, for the contract to refuse
        ("1.23.4", "1.23.4"),
        ("12.34,567.8", "12.34,567.8"),
        ("a few", "a few"),
        (True, "TRUE"),
    ],
)
def test_numbers(cell, read):
    assert _reading().read("number", cell) == (read, None)


def test_a_thousand_or_one_and_a_bit_is_told_by_the_rest_of_the_file():
    for seen, read in (("2,5", 1234), ("2.5", 1.234), ("1,234.50", 1.234), ("1.234.567", 1234)):
        reading = _reading()
        reading.learn("number", seen)
        assert reading.read("number", "1.234") == (read, None), seen
    assert _reading(fallback=",").read("number", "1.234") == (1234, None)
    assert _reading(decimal=",").read("number", "1,234") == (1.234, None)
    assert _reading(decimal=",").read("number", "1.5") == ("1.5", None)
    both = _reading()
    both.learn("number", "2,5")
    both.learn("number", "2.5")
    assert "decimal mark" in str(both.read("number", "1.234")[1])
    assert both.read("number", "2.5") == (2.5, None)


@pytest.mark.parametrize(
    ("cell", "day", "moment"),
    [
        ("2026-03-02", "2026-03-02", "2026-03-02"),
        ("2026-03-02 14:30", "2026-03-02", "2026-03-02T13:30:00Z"),
        ("2026-07-02T14:30:05Z", "2026-07-02", "2026-07-02T14:30:05Z"),
        ("2026-07-02T14:30:05+02:00", "2026-07-02", "2026-07-02T12:30:05Z"),
        ("20260302", "2026-03-02", "2026-03-02"),
        (20260302, "2026-03-02", "2026-03-02"),
        ("2.3.2026", "2026-03-02", "2026-03-02"),
        ("02/03/26", "2026-03-02", "2026-03-02"),
        ("12/31/2026 2:30 PM", "2026-12-31", "2026-12-31T13:30:00Z"),
        (46083, "2026-03-02", "2026-03-02"),
        (46083.5, "2026-03-02", "2026-03-02T11:00:00Z"),
        (datetime(2026, 3, 2), "2026-03-02", "2026-03-02"),
        (datetime(2026, 7, 2, 14, 30), "2026-07-02", "2026-07-02T12:30:00Z"),
        ("2026-02-30", "2026-02-30", "2026-02-30"),
        ("tomorrow", "tomorrow", "tomorrow"),
        ("2026-03-02 25:00", "2026-03-02 25:00", "2026-03-02 25:00"),
        ("2026-03-02 10:00+25:00", "2026-03-02 10:00+25:00", "2026-03-02 10:00+25:00"),
        ("0001-01-01 00:30", "0001-01-01 00:30", "0001-01-01 00:30"),
        ("9999-12-31 23:30-12:00", "9999-12-31 23:30-12:00", "9999-12-31 23:30-12:00"),
        (datetime(9999, 12, 31, 23, 59), "9999-12-31 23:59:00", "9999-12-31 23:59:00"),
        (datetime(1899, 12, 30, 0, 1), "1899-12-30 00:01:00", "1899-12-30 00:01:00"),
    ],
)
def test_days_and_times(cell, day, moment):
    assert _reading().read("day", cell) == (day, None)
    assert _reading().read("moment", cell) == (moment, None)


def test_day_or_month_first_is_told_by_the_rest_of_the_file():
    reading = _reading()
    reading.learn("day", "12/31/2026")
    assert reading.read("day", "02/03/2026") == ("2026-02-03", None)
    assert reading.read("day", "02.03.2026") == ("2026-03-02", None)
    assert _reading(day_first=False).read("day", "02/03/2026") == ("2026-02-03", None)
    reading.learn("day", "31/12/2026")
    assert "which the month" in str(reading.read("day", "02/03/2026")[1])


def test_codes_flags_countries_and_percents():
    reading = _reading()
    assert reading.read("code", "00123") == ("00123", None)
    assert reading.read("code", 4006381333931.0) == ("4006381333931", None)
    assert reading.read("code", 4006381333931) == ("4006381333931", None)
    assert "shortened" in str(reading.read("code", "4,00638E+12")[1])
    assert "error" in str(reading.read("code", Broken("#REF!"))[1])
    assert [reading.read("flag", cell)[0] for cell in (True, "Yes", "nein", 0, "maybe")] == [
        *(True, True, False, False, "maybe")
    ]
    assert reading.read("country", "Germany") == ("DE", None)
    assert reading.read("country", "fr") == ("fr", None)
    assert [reading.read("percent", cell)[0] for cell in (Percent(0.1), "12,5 %", 10)] == [10, 12.5, 10]


def test_what_is_assumed_is_kept_to_be_said():
    reading = _reading(fallback=",")
    reading.read("number", "12")
    reading.read("day", "31/12/2026")
    reading.read("day", "2/2/2026")
    assert not list(reading.doubts())
    reading.read("number", "1.234")
    reading.read("number", "5.678")
    reading.read("moment", "02/03/2026 10:00")
    number, day = map(str, reading.doubts())
    assert "“1.234” is read as 1234" in number
    assert "“02/03/2026” is read as 2026-03-02" in day
