"""A business day as plain values: what to load before it, what it submits, and what its returns take back."""

from datetime import date
from typing import NamedTuple

from .addresses import address
from .codes import product_class
from .documents import documents
from .errors import InputError
from .matching import match
from .prices import digits, price_bands
from .stock import opening_stock


class Product(NamedTuple):
    """``kind`` is a ``ProductClass``, ``bands`` maps a least quantity to a price (1 is the list price)."""

    code: str
    name: str
    kind: str
    bands: dict
    stock: int


class Customer(NamedTuple):
    """``values``: ``{name, street, city, zip, country}``, country as ISO code."""

    code: str
    values: dict


class Plan(NamedTuple):
    """One day.

    ``rows``: rows of the date; ``orders`` and ``returns``: its documents; ``history``: the documents before, oldest first;
    ``history_days``: the days they belong to by ``--history``; ``matches``: one per return row; ``decimals`` of a price.
    """

    date: date
    rows: list
    orders: list
    returns: list
    history: list
    history_days: list
    matches: list
    products: list
    customers: list
    decimals: int


def make_plan(rows, day, history=1, path=None):
    """Plan the business day ``day`` of a file.

    :param rows: all rows of the file
    :param date day: the day
    :param int history: how many days with trade before it are loaded whole
    :param path: the file, for messages
    :return: ``Plan``
    :raises InputError: the file has no orders on that day
    """
    today = [row for row in rows if row.day == day]
    if not any(not row.is_return for row in today):
        raise InputError(f"there are no orders on {day}.", path, column="InvoiceDate", hint=_other_days(rows, day))
    if history < 0:
        raise InputError(f"--history must be zero or more, not {history}.")
    before = [row for row in rows if row.day < day]
    earlier = documents(before)
    members = documents(today)
    matches = match([row for row in today if row.is_return], earlier)
    days = _trade_days(earlier)[-history:] if history else []
    past = _history(earlier, days, matches)
    known = [*before, *today]
    sold, selling = _trade(earlier), _trade(members)
    decimals = digits(known)
    stock = opening_stock(sold, past)
    prices = price_bands({row.code for row in known}, sold, selling, known, decimals)
    names = _names(known)
    return Plan(
        day,
        today,
        [document for document in members if not document.is_return],
        [document for document in members if document.is_return],
        past,
        days,
        matches,
        [
            Product(code, names.get(code) or code, product_class(code), bands, stock.get(code, 0))
            for code, bands in prices.items()
        ],
        _customers(known),
        decimals,
    )


def _trade(members):
    """Rows of the orders that could be entered."""
    return [row for document in members if not document.is_return and not document.rejection for row in document.rows]


def _trade_days(earlier):
    """Days with at least one order, in order."""
    return sorted({document.day for document in earlier if not document.is_return})


def _history(earlier, days, matches):
    """Orders of the history days and those that returns take back from, oldest first; what intake would refuse is left out."""
    matched = {id(found.document) for found in matches if found.document}
    wanted = set(days)
    chosen = [
        document
        for document in earlier
        if id(document) in matched or (document.day in wanted and not document.is_return and not document.rejection)
    ]
    return sorted(chosen, key=lambda document: document.moment)


def _names(rows):
    """The description each code is most often sold under; the earlier one where two are as frequent."""
    counts = {}
    for row in rows:
        if row.description and row.price > 0:
            found = counts.setdefault(row.code, {})
            found[row.description] = found.get(row.description, 0) + 1
    return {code: max(found, key=found.get) for code, found in counts.items()}


def _customers(rows):
    """Every CustomerID with the country of its latest row."""
    countries = {}
    for row in sorted(rows, key=lambda row: row.moment):
        if row.customer:
            countries[row.customer] = row.country
    ordered = sorted(countries, key=lambda code: (len(code), code))
    return [Customer(code, address(code, countries[code], place)) for place, code in enumerate(ordered, 1)]


def _other_days(rows, day):
    days = sorted({row.day for row in rows if not row.is_return})
    if not days:
        return "The file has no orders at all."
    nearest = min(days, key=lambda found: abs(found - day))
    return f"The file has orders from {days[0]} to {days[-1]}; the nearest day is {nearest}: --date {nearest}."
