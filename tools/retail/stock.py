"""How much stands on the shelf when the day begins.

The median daily quantity of a code is the median, over the days before on which it was sold, of the units sold that day, in
orders that could have been entered; half a unit counts as one. A code never sold before has none.
Opening stock is that, and on top what the documents of the history take.
"""

from math import ceil
from statistics import median

from .codes import ProductClass, product_class


def median_daily(sold):
    """``{code: units}``: the median of the quantities sold on the days with a sale.

    :param sold: rows of orders before the day that could be entered
    """
    days = {}
    for row in sold:
        totals = days.setdefault(row.code, {})
        totals[row.day] = totals.get(row.day, 0) + row.quantity
    return {code: ceil(median(totals.values())) for code, totals in days.items()}


def opening_stock(sold, history):
    """``{code: units}`` for goods, the sum of the history's demand and the median daily quantity.

    :param sold: rows of orders before the day that could be entered
    :param history: documents that are delivered before the day
    """
    stock = median_daily(sold)
    for document in history:
        for row in document.rows:
            stock[row.code] = stock.get(row.code, 0) + row.quantity
    return {code: units for code, units in sorted(stock.items()) if product_class(code) is ProductClass.GOODS}
