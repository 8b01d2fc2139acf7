"""What needs no database: the form of an order."""

import json
from datetime import date, datetime

import pytest

from odoo.addons.order_processing.models.intake import reading


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (3, 3.0),
        ("3", 3.0),
        (" 2.50 ", 2.5),
        (1e3, 1000.0),
        ("1e3", 1000.0),
        ("1_000", None),
        ("1,5", None),
        ("٣", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        (True, None),
        (None, None),
        ([1], None),
        (10**13, None),
    ],
)
def test_number(sent, read):
    assert reading.number(sent) == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2026-03-01T10:15:00Z", datetime(2026, 3, 1, 10, 15)),
        ("2026-03-01 10:15", datetime(2026, 3, 1, 10, 15)),
        ("2026-03-01", date(2026, 3, 1)),
        ("2026-02-30", None),
        ("2026-03-01T25:00:00Z", None),
        ("2026-03-01T10:15:00+02:00", None),
        ("0001-01-01", None),
        ("9999-12-31T10:00:00Z", None),
        ("20260301", None),
        (20260301, None),
        ("", None),
    ],
)
def test_moment(sent, read):
    assert reading.moment(sent) == read


def test_what_a_database_cannot_keep_is_made_plain():
    deep = []
    for _level in range(500):
        deep = [deep]
    sent = {
        "a\x00b": "x\x00\ud800y",
        7: float("nan"),
        "big": 10**400,
        "when": datetime(2026, 3, 1, 10, 15),
        "deep": deep,
        "blob": b"\xff",
    }
    read = reading.plain(sent)
    assert read["ab"] == "x?y"
    assert read["7"] == "nan"
    assert read["when"] == "2026-03-01T10:15:00Z"
    assert "nested too deeply" in json.dumps(read["deep"])
    json.dumps(read, allow_nan=False).encode()


def test_digest_is_of_the_content():
    one = {"reference": "1", "lines": [{"product": "A", "quantity": 1, "note": None}]}
    two = {"lines": [{"quantity": 1, "product": "A"}], "reference": "1", "note": None}
    assert reading.canonical(one) == reading.canonical(two)
    assert reading.canonical(one) != reading.canonical({**two, "note": "x"})


def test_reasons_come_in_the_documented_order():
    order = {
        "reference": "R",
        "colour": "red",
        "lines": [{"product": "A", "quantity": "x", "price": -1}, {"product": "B", "quantity": 0, "line": "1"}],
    }
    codes = [error["code"] for error in reading.check_form(order)]
    assert codes == ["no_customer", "bad_quantity", "bad_quantity", "bad_price", "unknown_key", "duplicate_line"]


@pytest.mark.parametrize("name", ["customer", "ship_to", "invoice_to"])
@pytest.mark.parametrize("value", [5, ["x"], {"street": {"a": 1}}, {"planet": "x"}])
def test_addresses_of_another_form_are_errors(name, value):
    order = {"reference": "R", "customer": "C", "lines": [{"product": "A", "quantity": 1}], name: value}
    assert [error["path"].split(".")[0] for error in reading.check_form(order)] == [name]
