"""List prices and quantity bands from what was sold before.

The price of a code in a band (1, 12, 48, 144 units and more) is the median of the unit prices of what was sold before the
day in quantities of that band. Sold are the rows, with a price above zero, of orders that could have been entered: those
without a customer are sales over the counter at about double the wholesale price, which no pricelist is about. A band in
which nothing was sold has no price of its own: the next lower one's holds. Where there is none lower, band 1 takes the price of
the code's first such row of the day, then that of the lowest band with a price, then of the first row of any kind with a
price (a code that only ever stood on rows without customer).
"""

from bisect import bisect_right
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

BANDS = (1, 12, 48, 144)


def band(quantity):
    """The band a quantity falls into: the largest limit it reaches."""
    return BANDS[max(bisect_right(BANDS, quantity) - 1, 0)]


def digits(rows, least=2):
    """How many decimals prices need so that none of ``rows`` is rounded."""
    return max([least, *(-row.price.normalize().as_tuple().exponent for row in rows)])


def price_bands(codes, sold, day, others=(), decimals=2):
    """Prices by code and band.

    :param codes: the codes to price
    :param sold: rows of orders before the day that could be entered
    :param day: rows of such orders of the day
    :param others: all rows, for codes that stand nowhere else
    :param int decimals: decimals of a price (half a unit is rounded up)
    :return: ``{code: {band: Decimal}}``; band 1 always stands and is the list price
    """
    step = Decimal(1).scaleb(-decimals)
    seen = {}
    for row in sold:
        if row.price > 0:
            seen.setdefault(row.code, {}).setdefault(band(row.quantity), []).append(row.price)
    found = {
        code: {limit: median(values).quantize(step, ROUND_HALF_UP) for limit, values in sorted(bands.items())}
        for code, bands in seen.items()
    }
    today, anywhere = _first_prices(day), _first_prices(others)
    return {
        code: _with_list_price(found.get(code, {}), today.get(code), anywhere.get(code, Decimal(0)))
        for code in sorted(codes)
    }


def _first_prices(rows):
    first = {}
    for row in rows:
        if row.price > 0:
            first.setdefault(row.code, row.price)
    return first


def _with_list_price(bands, today, anywhere):
    if 1 in bands:
        return bands
    return {1: today if today is not None else next(iter(bands.values()), anywhere), **bands}
