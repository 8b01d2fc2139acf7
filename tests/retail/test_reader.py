"""The file is read whole and checked, or the message names file, line, column and the way out."""

from datetime import datetime
from decimal import Decimal

import pytest

from tests.retail.files import text, write
from tools.retail.errors import InputError
from tools.retail.reader import COLUMNS, read

GOOD = ("536365", "85123A", 6, "2010-12-01 08:26:00", "2.55", "17850.0")


def refused(path):
    with pytest.raises(InputError) as caught:
        read(path)
    error = caught.value
    assert str(path) in str(error)
    assert len(str(error).splitlines()) == 2, "a message says what is wrong, and below it the way out"
    return error


@pytest.mark.parametrize("name", ["orders.csv", "orders.csv.gz"])
def test_a_row_as_it_is_meant(tmp_path, name):
    rows = read(write(tmp_path, (" c536365 ", " 85123a", -6, GOOD[3], "2.55", "17850.0", "EIRE"), name=name))
    assert len(rows) == 1
    row = rows[0]
    assert (row.line, row.number, row.code, row.quantity) == (2, "C536365", "85123A", -6)
    assert (row.moment, row.price, row.customer) == (datetime(2010, 12, 1, 8, 26), Decimal("2.55"), "17850")
    assert row.is_return and row.country == "EIRE"


def test_columns_in_any_order_and_customers_left_out(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(
        "\ufeffCountry,customerid,UnitPrice,InvoiceDate,Quantity,Description,StockCode,InvoiceNo,More\n"
        'Spain,,0,12/1/2010 8:26,1,"A, ""quoted""\nthing",POST,536366,x\n\n',
        encoding="utf-8",
    )
    (row,) = read(path)
    assert row.customer == "" and row.description == 'A, "quoted" thing' and row.code == "POST"
    assert row.moment == datetime(2010, 12, 1, 8, 26)


def test_no_such_file(tmp_path):
    assert "no such file" in str(refused(tmp_path / "none.csv"))


def test_missing_column(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(",".join(column for column in COLUMNS if column != "UnitPrice") + "\n")
    error = refused(path)
    assert (error.line, error.column) == (1, "UnitPrice")


def test_an_empty_file_has_no_columns(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text("")
    assert refused(path).column == "InvoiceNo"


def test_broken_encoding(tmp_path):
    path = tmp_path / "o.csv"
    path.write_bytes(text(GOOD, GOOD).encode().replace(b"Thing 85123A,6", b"Caf\xe9,6"))
    error = refused(path)
    assert (error.line, error.column) == (2, "Description")
    assert "iconv" in str(error)


def test_utf_16(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(text(GOOD), encoding="utf-16-le")
    assert refused(path).line == 1


@pytest.mark.parametrize(
    "place, value, column",
    [
        (0, "", "InvoiceNo"),
        (1, " ", "StockCode"),
        (2, "six", "Quantity"),
        (2, "", "Quantity"),
        (2, "1.5", "Quantity"),
        (2, "inf", "Quantity"),
        (3, "yesterday", "InvoiceDate"),
        (3, "2010-13-01 08:00:00", "InvoiceDate"),
        (4, "£2", "UnitPrice"),
        (4, "nan", "UnitPrice"),
    ],
)
def test_a_value_that_cannot_be_read(tmp_path, place, value, column):
    bad = list(GOOD)
    bad[place] = value
    error = refused(write(tmp_path, GOOD, bad))
    assert (error.line, error.column) == (3, column)
    assert value.strip() in str(error)


def test_a_line_cut_short(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(text(GOOD) + "536366,85123A,Thing\n")
    assert refused(path).line == 3


def test_truncated_gzip(tmp_path):
    path = write(tmp_path, *[GOOD] * 50, name="o.csv.gz")
    path.write_bytes(path.read_bytes()[:-12])
    assert "gzip -t" in str(refused(path))


def test_no_gzip_at_all(tmp_path):
    path = tmp_path / "o.csv.gz"
    path.write_text(text(GOOD))
    assert "damaged" in str(refused(path))
