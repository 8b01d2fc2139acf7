"""Who gets how much of what is scarce: plain Python, no database."""

from datetime import date
from typing import NamedTuple

RULES = [
    ("date", "First come, first served"),
    ("priority", "By priority, then first come"),
    ("whole", "Whole orders first, then first come"),
    ("fair", "A fair share for each"),
]


class Demand(NamedTuple):
    """What one transfer still wants of the product.

    :param id: of the move
    :param order: what belongs together; whole orders are served with all of theirs
    :param day: the day that counts for whose turn it is
    :param keeps: at least this stays with it, whatever the rule says
    """

    id: int
    order: int
    day: date
    wanted: float
    priority: int = 0
    keeps: float = 0.0


def deal(available, demands, rule, unit=1.0, turn=None):
    """Deal ``available`` out.

    :param str rule: a key of ``RULES``
    :param float unit: the smallest quantity that can be given
    :param turn: who waits since this day (``date``) or before comes first under any rule: nobody starves
    :return: dict of the ids of ``demands`` to what each gets; together never more than ``available``
    """
    given = dict.fromkeys((demand.id for demand in demands), 0.0)
    left = _whole(available, unit)
    for demand in sorted(demands, key=lambda demand: (demand.day, demand.id)):
        left = _give(given, demand, min(demand.keeps, demand.wanted), left, unit)
    aged = [demand for demand in demands if turn and demand.day <= turn]
    others = [demand for demand in demands if demand not in aged]
    left = _serve(given, aged, left, unit, lambda demand: (demand.day, demand.id))
    if rule == "fair":
        left = _share(given, others, left, unit)
    elif rule == "whole":
        left = _orders(given, others, left, unit)
    by_priority = rule == "priority"
    _serve(given, others, left, unit, lambda demand: (-demand.priority if by_priority else 0, demand.day, demand.id))
    return given


def _whole(quantity, unit):
    """``quantity`` in whole units; what adding decimals has cost is forgiven."""
    return int(quantity / unit + 1e-6) * unit


def _give(given, demand, quantity, left, unit):
    quantity = min(_whole(quantity, unit), left)
    given[demand.id] = round(given[demand.id] + quantity, 6)
    return round(left - quantity, 6)


def _serve(given, demands, left, unit, turn):
    for demand in sorted(demands, key=turn):
        left = _give(given, demand, demand.wanted - given[demand.id], left, unit)
    return left


def _orders(given, demands, left, unit):
    """Orders that get all that they want, the first come first."""
    groups = {}
    for demand in sorted(demands, key=lambda demand: (demand.day, demand.id)):
        groups.setdefault(demand.order, []).append(demand)
    for own in groups.values():
        missing = sum(demand.wanted - given[demand.id] for demand in own)
        if missing <= left + 1e-6:
            left = _serve(given, own, left, unit, lambda demand: demand.id)
    return left


def _share(given, demands, left, unit):
    """To each the same part of what it wants; what rounding leaves goes by turn, a unit each."""
    missing = {demand.id: demand.wanted - given[demand.id] for demand in demands}
    total = sum(missing.values())
    if total <= left:
        return left
    part = left / total
    for demand in demands:
        left = _give(given, demand, missing[demand.id] * part, left, unit)
    for demand in sorted(demands, key=lambda demand: (demand.day, demand.id)):
        left = _give(given, demand, min(unit, demand.wanted - given[demand.id]), left, unit)
    return left
