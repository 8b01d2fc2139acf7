"""What needs no database: tables out of files, the meaning of their cells and headings, orders out of rows."""

import codecs
import gc
import time
import tracemalloc
from datetime import date, datetime

import pytest
import pytz

from odoo.addons.order_processing.models.intake import cells, columns, table
from odoo.addons.order_processing.models.intake.table import Broken, Percent, TableError
from odoo.addons.order_processing.models.intake.table_csv import CsvTable
from odoo.addons.order_processing.models.intake.table_orders import Orders, place_of
from odoo.addons.order_processing.models.intake.table_xlsx import XlsxTable

from .files import stored, workbook

BERLIN = pytz.timezone("Europe/Berlin")


def _csv(text, encoding="utf-8"):
    return CsvTable(text if isinstance(text, bytes) else text.encode(encoding), columns.known)


def _xlsx(*rows, **options):
    return XlsxTable(workbook(*rows, **options), columns.known)


def _body(found):
    return list(found.body(found.heading(columns.known)))


def _reading(decimal="", day_first=None, fallback="."):
    return cells.Reading(decimal, day_first, BERLIN, {"germany": "DE"}, fallback)


def _orders(found, **options):
    heading = found.heading(columns.known)
    return Orders(found.body(heading), columns.guess(heading.names, {}), _reading(**options))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_csv_of_any_encoding_and_separator(encoding, mark):
    found = _csv(f"Order{mark}Customer{mark}Qty\r\nO-1{mark}Müller & Söhne{mark}2\r\n", encoding)
    assert found.delimiter == mark
    assert _body(found) == [(2, ("O-1", "Müller & Söhne", "2"))]


def test_the_separator_is_not_the_mark_that_stands_in_the_values():
    found = _csv("Order;Customer;Price\nO-1;Smith, John, Ltd;1,50\nO-2;Doe, Jane, Inc;2,50\n")
    assert found.delimiter == ";"
    assert _body(found)[1] == (3, ("O-2", "Doe, Jane, Inc", "2,50"))


def test_the_first_line_may_name_the_separator():
    found = _csv("sep=|\nOrder|Qty\nA|1,2,3\n")
    assert found.delimiter == "|"
    assert found.heading(columns.known)[:2] == (2, ["Order", "Qty"])
    assert _body(found) == [(3, ("A", "1,2,3"))]


def test_rows_are_numbered_as_a_spreadsheet_does():
    found = _csv('Sales of\n\nthe week;;\nOrder;Note;Qty\n\nO-1;"first\nsecond;\r\nthird";1\n;;\nO-2;;2\n')
    assert found.heading(columns.known).row == 4
    assert _body(found) == [(6, ("O-1", "first\nsecond;\r\nthird", "1")), (8, ("O-2", "", "2"))]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n\n;;\n", "empty"),
        (b"Order,Qty\nO-1,\x81\n", "Windows-1252"),
        (b"Order\x00Qty", "neither a CSV"),
        (codecs.BOM_UTF8 + b"Order,\xff\n", "says that it is"),
        (b'Order,Qty\nO-1,"1\nO-2,2\n', "Row 2 begins a quoted text"),
        (b'Order,Qty\nO-1,1\nO-2,"2', "Row 3 begins a quoted text"),
        (b'Order,Qty\nO-1,"1\n' + b"O-2,2\n" * 1000, "Row 2 begins a quoted text"),
        (b",".join([b"a"] * 300), "more than 256 columns"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(data, words):
    with pytest.raises(TableError) as caught:
        _body(_csv(data))
    assert words in str(caught.value.words)


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    with pytest.raises(TableError) as caught:
        _body(_csv("Order\n" + "O-1\n" * 3))
    assert "more than 3 rows" in str(caught.value.words)


def test_a_workbook_of_too_many_cells_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr("odoo.addons.order_processing.models.intake.table_xlsx.MAX_CELLS", 40)
    found = _xlsx(["Order", "Qty"], *(["O-1", 1] for _row in range(19)))
    assert len(_body(found)) == 19
    with pytest.raises(TableError) as caught:
        _body(_xlsx(["Order", "Qty"], *(["O-1", 1] for _row in range(20))))
    words = caught.value.words._translate("en_US")
    assert "more than 40 cells" in words and "CSV" in words and "Split" in words


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr("odoo.addons.order_processing.models.intake.table_xlsx.MAX_UNPACKED", 100)
    with pytest.raises(TableError) as caught:
        _xlsx(["Order"])
    assert "too big" in str(caught.value.words)


def test_no_workbook():
    for data in (b"PK\x03\x04 and no more", workbook(["Order"])[:-200]):
        with pytest.raises(TableError) as caught:
            XlsxTable(data, columns.known)
        assert "no readable XLSX" in str(caught.value.words)
    with pytest.raises(TableError):
        XlsxTable(workbook(), columns.known)


def test_cells_of_a_workbook_are_what_they_are():
    def percent(book):
        book.active["E2"].number_format = "0%"

    found = _xlsx(
        ["Order", "Product", "Customer", "Ordered at", "Discount"],
        ["00017", 17850.0, True, datetime(2026, 3, 2, 14, 30), 0.125],
        ["#N/A", 9.950000000000001, None, date(2026, 3, 2), 5],
        prepare=percent,
    )
    first, second = (row for _number, row in _body(found))
    assert first == ("00017", 17850.0, True, datetime(2026, 3, 2, 14, 30), 0.125)
    assert isinstance(first[4], Percent)
    assert not isinstance(second[4], Percent)
    assert isinstance(second[0], Broken)
    assert [cells.shown(cell) for cell in first] == ["00017", "17850", "TRUE", "2026-03-02 14:30:00", "12.5%"]
    assert [cells.shown(cell) for cell in second] == ["#N/A", "9.95", "", "2026-03-02", "5"]


def test_merged_cells_are_filled_down_and_empty_rows_keep_their_number():
    found = _xlsx(
        ["Our orders of the week"],
        [],
        ["Order", "Customer", "Product", "Qty"],
        ["O-1", "C-1", "P-1", 1],
        [None, None, "P-2", 2],
        [],
        ["O-2", "C-2", "P-3", 3],
        merged=("A1:D1", "A4:A5", "B4:B5"),
    )
    assert _body(found) == [(4, ("O-1", "C-1", "P-1", 1)), (5, ("O-1", "C-1", "P-2", 2)), (7, ("O-2", "C-2", "P-3", 3))]


def test_codes_that_are_shown_with_leading_zeros_have_them():
    def padded(book):
        for cell, form in {"B2": "0000000000000", "C2": "00", "D2": "00000"}.items():
            book.active[cell].number_format = form

    found = _xlsx(["Order", "Product", "Qty", "Price"], ["O-1", 12345678905, 7, 1.5], prepare=padded)
    ((_row, cells_found),) = _body(found)
    assert cells_found == ("O-1", "0012345678905", "07", 1.5)
    assert _reading().read("number", cells_found[2]) == (7, None)


def test_numbers_beyond_all_reckoning_are_errors_of_their_cells():
    data = workbook(["Order", "Product", "Qty"], ["O-1", "=1", "=2"])
    found = XlsxTable(stored(data, {"B2": "1E400", "C2": "9" * 400}), columns.known)
    ((_row, (_order, product, quantity)),) = _body(found)
    assert (product, quantity) == ("#NUM!", "#NUM!")
    assert isinstance(product, Broken) and isinstance(quantity, Broken)


def test_formulas_are_their_stored_values_or_a_fault():
    rows = (["Order", "Product", "Qty", "Customer"], ["O-1", "P", "=1+1", "C"], ["O-2", "P", "=1+2", "=A2"])
    found = XlsxTable(stored(workbook(*rows), {"C2": 2, "D3": 7}), columns.known)
    assert _body(found) == [(2, ("O-1", "P", 2, "C")), (3, ("O-2", "P", table.UNCALCULATED, 7))]
    value, fault = _reading().read("number", _body(found)[1][1][2])
    assert "no stored value" in str(fault)


def test_the_sheet_with_the_orders_is_chosen_and_hidden_ones_are_not():
    def more(book):
        book.create_sheet("Orders").append(["Order", "Customer", "Product", "Qty"])
        book["Orders"].append(["O-1", "C", "P", 1])
        hidden = book.create_sheet("Old")
        hidden.append(["Order", "Customer", "Product", "Qty", "Price", "Unit"])
        hidden.sheet_state = "hidden"
        book.create_sheet("Empty")

    data = workbook(["Prepared by", "the sender"], title="Cover", prepare=more)
    found = XlsxTable(data, columns.known)
    assert found.sheet == "Orders"
    assert found.sheets == ("Cover", "Orders", "Old")
    assert found.hidden == {"Old"}
    assert XlsxTable(data, columns.known, "Cover").heading(columns.known).names == ["Prepared by", "the sender"]


def test_headings_are_told_apart_and_never_empty():
    found = _csv("Order;Price;price;;Qty\nO-1;1;2;x;3\n")
    assert found.heading(columns.known).names == ["Order", "Price", "price (C)", "Column D", "Qty"]


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        (
            ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"],
            ["reference", "line.product", "", "line.quantity", "ordered_at", "line.price", "customer"]
            + ["customer.country"],
        ),
        (["PO Number", "E-Mail", "SKU", "Qty."], ["reference", "customer.email", "line.product", "line.quantity"]),
        (["Customer Reference", "Customer"], ["reference", "customer"]),
        (["Customer Reference", "Order no"], ["customer", "reference"]),
        (["Ship-to street", "Delivery zip", "Bill to name"], ["ship_to.street", "ship_to.zip", "invoice_to.name"]),
        (["Delivery date", "Delivery charge", "Delivery"], ["wished_date", "charge.delivery", ""]),
        (["ship_to.country", "line.note", "note"], ["ship_to.country", "line.note", "note"]),
        (["Order reference", "Ship to: street2"], ["reference", "ship_to.street2"]),
        (["Qty", "Quantity"], ["line.quantity", ""]),
    ],
)
def test_what_columns_mean_is_guessed_by_their_names(names, meant):
    found = columns.guess(names, {})
    assert [found.get(place, "") for place in range(len(names))] == meant


def test_what_a_column_meant_before_goes_before_a_guess():
    found = columns.guess(["Ref", "Order no", "Kram"], {"orderno": "", "kram": "line.product"})
    assert found == {0: "reference", 2: "line.product"}


def test_every_name_of_a_path_is_understood():
    for path, label in columns.TARGETS:
        assert columns.guess([label], {}) == {0: path}
        assert columns.known(path)


def test_many_rows_make_one_order():
    found = _orders(
        _csv(
            "Order;Customer;Ship to name;Ship to country;Product;Qty;Price;Delivery charge;Payment amount;Wished date\n"
            "O-1;C-1;Depot;Germany;P-1;2;9,50;5,00;24;1.4.2026\n"
            "O-1;;;;P-2;1;;;;\n"
            "O-2;c@example.com;;;P-1;1;;0;;\n"
            ";;;;P-3;4;;;;\n"
            "O-1;C-1;;;P-4;1;;5;;\n"
        )
    )
    first, second = found.entries()
    assert first.order == {
        "reference": "O-1",
        "customer": "C-1",
        "ship_to": {"name": "Depot", "country": "DE"},
        "wished_date": "2026-04-01",
        "payment": {"amount": 24},
        "charges": [{"type": "delivery", "amount": 5}],
        "lines": [
            {"product": "P-1", "quantity": 2, "price": 9.5},
            {"product": "P-2", "quantity": 1},
            {"product": "P-4", "quantity": 1},
        ],
    }
    assert not first.faults
    assert first.rows == [2, 3, 6]
    assert second.order == {
        "reference": "O-2",
        "customer": "c@example.com",
        "lines": [{"product": "P-1", "quantity": 1}, {"product": "P-3", "quantity": 4}],
    }
    assert found.row_count == 5


def test_rows_that_contradict_each_other_are_named():
    text = "Order,Customer,Product,Qty,Wished date\nO-1,C-1,P,1,2026-03-02\nO-1,C-2,P,1,2.3.2026\n"
    (entry,) = _orders(_csv(text)).entries()
    ((row, path, words, shown),) = entry.faults
    assert (row, path, shown) == (3, "customer", "C-2")
    assert "Row 2 of the same order says “C-1”" in str(words)


def test_a_customer_with_a_code_and_an_address_is_one_customer():
    text = "Order,Customer,Name,City,Product,Qty\nO-1,C-1,Smith,Hull,P,1\nO-2,a@example.com,Doe,Hull,P,1\n"
    first, second = _orders(_csv(text)).entries()
    assert first.order["customer"] == {"reference": "C-1", "name": "Smith", "city": "Hull"}
    assert second.order["customer"] == {"email": "a@example.com", "name": "Doe", "city": "Hull"}


def test_a_row_without_a_reference_below_another_customer_is_no_part_of_that_order():
    text = "Order,Customer,Product,Qty\nO-1,C-1,P,1\n,C-2,P,1\n"
    first, second = _orders(_csv(text)).entries()
    assert first.rows == [2]
    assert (second.reference, second.rows) == ("", [3])


def test_errors_of_the_contract_are_found_in_the_file():
    text = "Order,Name,Country,Product,Qty,Fee\nO-1,Smith,XX,P,1,\nO-1,,,P,x,3\n"
    (entry,) = _orders(_csv(text)).entries()
    places = {
        "lines[1].quantity": (3, "line.quantity"),
        "lines[1]": (3, ""),
        "lines[7].product": (2, "line.product"),
        "charges[0].amount": (3, "charge.fee"),
        "customer.country": (2, "customer.country"),
        "customer": (2, "customer.name"),
        "carrier": (2, "carrier"),
        "": (2, ""),
    }
    assert {path: place_of(entry, path) for path in places} == places


def _many(rows, lines):
    """A CSV of ``rows`` rows, ``lines`` an order, the rows of an order apart from each other."""
    orders = rows // lines
    yield "Order;Customer;Product;Qty;Price;Note\r\n"
    for number in range(rows):
        yield f'O-{number % orders};C-{number % orders % 500};P-{number % 997};{number % 9 + 1};{number % 90},50;"a\r\nb"\r\n'


def test_a_value_that_is_torn_by_its_own_separator_is_a_fault():
    found = _csv("Order,Customer,Product,Qty,Price\nO-1,C,P,1,9,50\nO-2,C,P,1,9,\n")
    heading = found.heading(columns.known)
    mapping = columns.guess(heading.names, {})
    torn, whole = Orders(found.body(heading), mapping, _reading(), *columns.named(heading)).entries()
    ((row, path, words, shown),) = torn.faults
    assert (row, path, shown) == (2, "", "50")
    assert "quotation marks" in str(words)
    assert not whole.faults
    # a column that has a meaning and no heading is none too many
    torn, _whole = Orders(
        found.body(heading), {**mapping, 5: "line.note"}, _reading(), *columns.named(heading)
    ).entries()
    assert not torn.faults


def test_what_the_database_cannot_keep_is_no_text():
    assert _body(_csv("Order,Qty\nO\x00-1,1\n", "utf-16")) == [(2, ("O-1", "1"))]


def _peak(read):
    """What ``read`` answers, and how many MiB it held at once."""
    # what other tests have left behind is taken away before
    gc.collect()
    tracemalloc.start()
    try:
        return read(), tracemalloc.get_traced_memory()[1] / 1024**2
    finally:
        tracemalloc.stop()


def test_a_hundred_thousand_rows():
    data = "".join(_many(100_000, 5)).encode("cp1252")
    # its own work: on a busy machine the clock runs on without it
    started = time.thread_time()
    found = _orders(_csv(data))
    lines = sum(len(entry.order["lines"]) for entry in found.entries())
    assert (found.row_count, len(found), lines) == (100_000, 20_000, 100_000)
    assert not any(entry.faults for entry in found.entries())
    # some 8 seconds on a small machine; a minute says that it no longer grows with the rows alone
    assert time.thread_time() - started < 60


def test_what_is_held_of_a_file_is_small():
    data = "".join(_many(10_000, 5)).encode("cp1252")
    found, peak = _peak(lambda: _orders(_csv(data)))
    assert len(found) == 2_000
    assert peak < 8, peak
    data = workbook(
        ["Order", "Customer", "Product", "Qty"], *([f"O-{number // 5}", "C", "P", 1] for number in range(5_000))
    )
    found, peak = _peak(lambda: _orders(XlsxTable(data, columns.known)))
    assert len(found) == 1_000
    assert peak < 8, peak
