"""List prices and quantity bands from what was sold before.

The price of a code in a band (1, 12, 48, 144 units and more) is the median of the unit prices of the rows before the day
whose quantity falls into that band: rows of orders, with a quantity and a price above zero, whoever bought. A band in
which nothing was sold before has no price of its own: the next lower one's holds. Where there is none lower, band 1
takes the price of the code's first row of the day (the first with a price above zero), and where the day has none, that of
the lowest band with a price.
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


def price_bands(before, day, decimals=2):
    """Prices by code and band.

    :param before: rows before the day
    :param day: rows of the day
    :param int decimals: decimals of a price (half a unit is rounded up)
    :return: ``{code: {band: Decimal}}``; band 1 always stands and is the list price
    """
    step = Decimal(1).scaleb(-decimals)
    seen = {}
    for row in filter(_is_sale, before):
        seen.setdefault(row.code, {}).setdefault(band(row.quantity), []).append(row.price)
    found = {
        code: {limit: median(values).quantize(step, ROUND_HALF_UP) for limit, values in sorted(bands.items())}
        for code, bands in seen.items()
    }
    first = {}
    for row in filter(_is_sale, day):
        first.setdefault(row.code, row.price.quantize(step, ROUND_HALF_UP))
    codes = {row.code for row in before} | {row.code for row in day}
    return {code: _with_list_price(found.get(code, {}), first.get(code)) for code in sorted(codes)}


def _is_sale(row):
    return not row.is_return and row.quantity > 0 and row.price > 0


def _with_list_price(bands, first):
    if 1 in bands:
        return bands
    price = first if first is not None else next(iter(bands.values()), Decimal(0))
    return {1: price, **bands}
