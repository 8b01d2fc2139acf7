"""How much stands on the shelf when the day begins.

The median daily quantity of a code is the median, over the days before on which it was sold, of the units sold that day:
rows of orders with a quantity above zero, whoever bought; half a unit counts as one. A code never sold before has none.
Opening stock is that, and on top what the documents of the history take.
"""

from math import ceil
from statistics import median

from .codes import ProductClass, product_class


def median_daily(before):
    """``{code: units}``: the median of the quantities sold on the days with a sale.

    :param before: rows before the day
    """
    days = {}
    for row in before:
        if not row.is_return and row.quantity > 0:
            totals = days.setdefault(row.code, {})
            totals[row.day] = totals.get(row.day, 0) + row.quantity
    return {code: ceil(median(totals.values())) for code, totals in days.items()}


def opening_stock(before, history):
    """``{code: units}`` for goods, the sum of the history's demand and the median daily quantity.

    :param before: rows before the day
    :param history: documents that are delivered before the day
    """
    stock = median_daily(before)
    for document in history:
        for row in document.rows:
            stock[row.code] = stock.get(row.code, 0) + row.quantity
    return {code: units for code, units in sorted(stock.items()) if product_class(code) is ProductClass.GOODS}
