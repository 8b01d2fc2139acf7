"""A day planned from rows: prices, stock, masters, history, and what returns take back."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.retail.files import write
from tools.retail import cut, demo_defaults
from tools.retail.codes import ProductClass, customer_code, product_class
from tools.retail.documents import documents
from tools.retail.errors import InputError
from tools.retail.matching import NO_CUSTOMER, NO_DOCUMENT, match
from tools.retail.plan import make_plan
from tools.retail.prices import band, price_bands
from tools.retail.reader import Row, read
from tools.retail.stock import median_daily, opening_stock

DAY = date(2010, 12, 20)


def row(number, code, quantity, day, price="1.00", customer="12345", hour=9):
    return Row(
        0, number, code, f"Thing {code}", quantity, datetime(2010, 12, day, hour), Decimal(price), customer, "France"
    )


def test_codes():
    assert customer_code("17850.0") == "17850" and customer_code(" nan") == "" and customer_code("17850.5") == "17850.5"
    assert product_class("GIFT_0001_20") is ProductClass.SERVICE and product_class("POST") is ProductClass.SERVICE
    assert (
        product_class("BANK CHARGES") is ProductClass.NOT_SALEABLE and product_class("DCGS0003") is ProductClass.GOODS
    )


def test_bands_take_the_median_before_the_day_and_else_the_first_row_of_the_day():
    assert [band(units) for units in (1, 11, 12, 47, 48, 143, 144, 9999)] == [1, 1, 12, 12, 48, 48, 144, 144]
    sold = [
        *(row("1", "A", 1, 1, price) for price in ("2.00", "2.50", "9.00")),
        row("1", "A", 12, 1, "1.85"),
        row("2", "A", 24, 2, "1.66"),
        row("4", "A", 1, 2, "0"),
        row("5", "B", 144, 2, "0.50"),
    ]
    others = [*sold, row("C3", "C", 1, 2, "0"), row("9", "E", -1, 2, "7.10")]
    today = [
        row("7", "B", 1, 20, "0.85"),
        row("7", "D", 5, 20, "0"),
        row("8", "D", 5, 20, "4.15"),
        row("8", "D", 5, 20, "3"),
    ]
    assert price_bands(set("ABCDE"), sold, today, others) == {
        "A": {1: Decimal("2.50"), 12: Decimal("1.76")},
        "B": {1: Decimal("0.85"), 144: Decimal("0.50")},
        "C": {1: Decimal(0)},
        "D": {1: Decimal("4.15")},
        "E": {1: Decimal("7.10")},
    }


def test_stock_covers_the_history_and_a_median_day():
    sold = [row("1", "A", 4, 1), row("2", "A", 2, 1), row("3", "A", 3, 2), row("5", "POST", 1, 2)]
    assert median_daily(sold) == {"A": 5, "POST": 1}
    assert opening_stock(sold, documents(sold[2:3])) == {"A": 8}


def test_returns_take_from_the_latest_document_that_still_covers_them():
    earlier = documents(
        [
            row("1", "A", 10, 1),
            row("2", "A", 4, 2),
            row("2", "A", 2, 2),
            row("3", "A", 50, 2, customer="99999"),
            row("4", "A", 3, 3),
            row("4", "B", -1, 3),
        ]
    )
    returns = [row("C9", "A", -quantity, 20) for quantity in (3, 3, 6, 5)]
    found = match(returns, earlier)
    # document 4 could not have been entered; 2 covers 3 from one line and 3 from both; then 1 covers 6 and not 5 more
    assert [(hit.document and hit.document.number, hit.pieces) for hit in found] == [
        ("2", ((0, 3),)),
        ("2", ((0, 1), (1, 2))),
        ("1", ((0, 6),)),
        (None, ()),
    ]
    assert found[3].reason == NO_DOCUMENT
    assert match([row("C9", "A", -1, 20, customer="")], earlier)[0].reason == NO_CUSTOMER


def test_a_document_of_the_day_is_no_earlier_one(tmp_path):
    path = write(
        tmp_path,
        ("1", "A", 5, "2010-12-20 09:00", 1, 12345),
        ("C2", "A", -5, "2010-12-20 10:00", 1, 12345),
    )
    plan = make_plan(read(path), DAY)
    assert plan.matches[0].document is None and plan.history == []


def test_history_reaches_back_over_days_without_trade_and_to_matched_documents(tmp_path):
    path = write(
        tmp_path,
        ("1", "A", 5, "2010-12-01 09:00", 1, 12345),
        ("2", "A", 1, "2010-12-02 09:00", 1, 12345),
        ("3", "22", 7, "2010-12-10 09:00", 1, 12346),
        ("4", "22", 7, "2010-12-10 09:00", 1, ""),
        ("C5", "22", -7, "2010-12-11 09:00", 1, 12346),
        ("6", "C", 7, "2010-12-20 09:00", 1, 12347),
        ("C7", "a", -4, "2010-12-20 09:30", 1, "12345.0"),
    )
    rows = read(path)
    plan = make_plan(rows, DAY)
    assert [document.number for document in plan.history] == ["1", "3"]
    assert plan.history_days == [date(2010, 12, 10)]
    assert [document.number for document in make_plan(rows, DAY, history=0).history] == ["1"]
    assert [document.number for document in make_plan(rows, DAY, history=2).history] == ["1", "2", "3"]
    assert {product.code: product.stock for product in plan.products} == {"A": 8, "22": 14, "C": 0}


def test_every_fiftieth_customer_has_an_incomplete_address(tmp_path):
    path = write(tmp_path, *((f"{n}", "A", 1, "2010-12-20 09:00", 1, 20000 + n, "Germany") for n in range(1, 121)))
    customers = make_plan(read(path), DAY).customers
    assert [found.code for found in customers if not found.values["street"]] == ["20050", "20100"]
    assert {found.values["country"] for found in customers} == {"DE"}
    assert customers[0].values["name"] == "Customer 20001"


def test_the_first_reason_rejects_an_order():
    assert documents([row("1", "A", -1, 1, "-1", customer="")])[0].rejection == "no_customer"
    assert documents([row("1", "A", 0, 1, "-1")])[0].rejection == "bad_quantity"
    assert documents([row("1", "A", 1, 1), row("1", "A", 1, 1, "-1")])[0].rejection == "bad_price"
    assert documents([row("1", "A", 1, 1, "0")])[0].rejection == ""


def test_a_day_without_orders_names_the_nearest(tmp_path):
    rows = read(
        write(tmp_path, ("C1", "A", -5, "2010-12-20 09:00", 1, 12345), ("2", "A", 5, "2010-12-10 09:00", 1, 12345))
    )
    with pytest.raises(InputError, match="--date 2010-12-10"):
        make_plan(rows, DAY)


def test_the_slice_that_comes_with_the_project():
    assert demo_defaults.ORDERS.stat().st_size < 2**20
    rows = read(demo_defaults.ORDERS)
    plan = make_plan(rows, demo_defaults.DATE)
    assert (len(plan.rows), len(plan.orders), len(plan.returns)) == (1763, 69, 27)
    assert 1200 <= len(plan.rows) <= 2000
    assert sum(1 for found in plan.matches if found.document) == 67
    licence = demo_defaults.ORDERS.with_name("README.md").read_text()
    assert "CC BY 4.0" in licence and "Chen" in licence


def test_cutting_gives_the_same_rows_and_the_same_bytes(tmp_path):
    path = write(
        tmp_path,
        ("1", "A", 5, "2010-12-01 09:00", "1.50", 12345),
        ("2", "A", 1, "2010-12-02 09:00", 1, 12345),
        name="all.csv.gz",
    )
    one, two = tmp_path / "one.csv.gz", tmp_path / "two.csv.gz"
    assert cut.cut(path, date(2010, 12, 1), one) == cut.cut(path, date(2010, 12, 1), two) == 1
    assert read(one) == read(path)[:1]
    assert one.read_bytes() == two.read_bytes()
    assert cut.main(["x"]) == 2 and cut.main([str(Path("none")), "2010-12-01", str(two)]) == 1
