"""Reads a file with the columns of the Online Retail data set, whole and checked, or says what is wrong with it where."""

import csv
import gzip
import io
import zlib
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .codes import customer_code, document_number, product_code
from .errors import InputError

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
DATE_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M")


class Row(NamedTuple):
    """One line of the file. ``moment`` is a naive local time, ``price`` is per unit in the company's currency."""

    line: int
    number: str
    code: str
    description: str
    quantity: int
    moment: datetime
    price: Decimal
    customer: str
    country: str

    @property
    def day(self):
        """The calendar day, a ``date``."""
        return self.moment.date()

    @property
    def is_return(self):
        """Whether the row belongs to a cancellation or return."""
        return self.number.startswith("C")


def read(path):
    """All rows of a file, in file order.

    :param path: a ``.csv`` or ``.csv.gz`` file in UTF-8
    :return: list of ``Row``
    :raises InputError: no such file, a missing column, broken encoding or compression, a value that cannot be read
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            "there is no such file.",
            path,
            hint="Give --orders a .csv or .csv.gz file, or leave it out for the slice that comes with the project.",
        )
    lines = _decode(path, _content(path))
    reader = csv.reader(lines)
    try:
        places = _places(path, next(reader, []))
        return [_row(path, places, reader.line_num, values) for values in reader if any(map(str.strip, values))]
    except csv.Error as error:
        raise InputError(
            f"the line is not CSV ({error}).", path, reader.line_num, hint="Save the file as comma-separated text."
        ) from None


def _content(path):
    content = path.read_bytes()
    if path.suffix.lower() != ".gz" and not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(
            f"the compressed file is cut off or damaged ({error}).",
            path,
            hint=f"Fetch the file again; `gzip -t {path.name}` tells whether it is whole.",
        ) from None


def _decode(path, content):
    zero = content.find(b"\0")
    if zero >= 0:
        raise InputError(
            "there is a zero byte: this is not UTF-8 text.",
            path,
            content.count(b"\n", 0, zero) + 1,
            hint=f"Convert the file, as in `iconv -f UTF-16 -t UTF-8 {path.name} > orders.csv`.",
        )
    try:
        return io.StringIO(content.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        start = content.rfind(b"\n", 0, error.start) + 1
        column = _column_at(content, start, error.start)
        raise InputError(
            f"the byte 0x{content[error.start]:02x} is not UTF-8.",
            path,
            line,
            column,
            hint=f"Convert the file, as in `iconv -f ISO-8859-1 -t UTF-8 {path.name} > orders.csv`.",
        ) from None


def _column_at(content, start, position):
    """The name of the column in which a broken byte stands, ``None`` if it is in the header."""
    if not start:
        return None
    header = next(csv.reader([content.split(b"\n", 1)[0].decode("latin-1")]), [])
    before = next(csv.reader([content[start:position].decode("latin-1") + "x"]), [])
    return header[len(before) - 1].strip() if 0 < len(before) <= len(header) else None


def _places(path, header):
    names = [name.strip().lower() for name in header]
    missing = [column for column in COLUMNS if column.lower() not in names]
    if missing:
        raise InputError(
            f"the column {' and '.join(missing)} is missing."
            if len(missing) == 1
            else f"columns are missing: {', '.join(missing)}.",
            path,
            1,
            missing[0],
            hint=f"The first line must name the columns {', '.join(COLUMNS)} (in any order).",
        )
    return [names.index(column.lower()) for column in COLUMNS]


def _row(path, places, line, values):
    if len(values) <= max(places):
        raise InputError(
            f"the line has {len(values)} fields, {max(places) + 1} are needed.",
            path,
            line,
            COLUMNS[places.index(max(places))],
            hint="Mend or remove the line.",
        )
    number, code, description, quantity, moment, price, customer, country = (values[place] for place in places)
    row = Row(
        line,
        document_number(number),
        product_code(code),
        " ".join(description.split()),
        _quantity(quantity),
        _moment(moment.strip()),
        _price(price),
        customer_code(customer),
        " ".join(country.split()),
    )
    if not row.number:
        raise InputError("the document has no number.", path, line, "InvoiceNo", hint="Mend or remove the line.")
    if not row.code:
        raise InputError("the row has no product.", path, line, "StockCode", hint="Mend or remove the line.")
    if row.quantity is None:
        raise InputError(
            f"“{quantity}” is no whole number.",
            path,
            line,
            "Quantity",
            hint="Write units as in 6 or -6, without separators.",
        )
    if row.moment is None:
        raise InputError(
            f"“{moment}” is no date and time.", path, line, "InvoiceDate", hint="Write it as in 2010-12-01 08:26:00."
        )
    if row.price is None:
        raise InputError(
            f"“{price}” is no number.",
            path,
            line,
            "UnitPrice",
            hint="Write a price as in 2.55, with a point and no currency.",
        )
    return row


@cache
def _quantity(text):
    try:
        number = Decimal(text.strip())
        return int(number) if number == number.to_integral_value() and abs(number) < 10**9 else None
    except (InvalidOperation, ValueError, OverflowError):
        return None


@cache
def _price(text):
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**9 else None


@cache
def _moment(text):
    for form in DATE_FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None
