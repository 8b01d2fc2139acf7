"""Who gets how much of what is scarce: plain Python, no database."""

from datetime import date
from typing import NamedTuple

RULES = [
    ("date", "First come, first served"),
    ("priority", "By priority, then first come"),
    ("whole", "Whole orders first, then first come"),
    ("fair", "A fair share for each"),
]
# what adding decimals costs is forgiven
DUST = 1e-6


class Demand(NamedTuple):
    """What one transfer still wants of the product.

    :param id: of the move
    :param order: what belongs together; whole orders are served with all of theirs
    :param day: the day that counts for whose turn it is
    :param keeps: at least this stays with it, whatever the rule says
    :param groups: what its customer belongs to, as far as there are quotas
    """

    id: int
    order: int
    day: date
    wanted: float
    priority: int = 0
    keeps: float = 0.0
    groups: tuple = ()


def deal(available, demands, rule, unit=1.0, turn=None, quotas=None):
    """Deal ``available`` out.

    :param str rule: a key of ``RULES``
    :param float unit: the smallest quantity that can be given
    :param turn: who waits since this day (``date``) or before comes first under any rule: nobody starves
    :param dict quotas: what is left for a group; all of its customers together get no more, but for what stays with them
    :return: dict of the ids of ``demands`` to what each gets; together never more than ``available``
    """
    dealing = Dealing(available, demands, unit, quotas or {})
    for demand in sorted(demands, key=_age):
        dealing.give(demand, demand.keeps, quota=False)
    aged = [demand for demand in demands if turn and demand.day <= turn]
    others = [demand for demand in demands if demand not in aged]
    dealing.serve(aged)
    if rule == "fair":
        dealing.share(others)
    elif rule == "whole":
        dealing.serve_orders(others)
    dealing.serve(others, by_priority=rule == "priority")
    return dealing.given


def _age(demand):
    return demand.day, demand.id


class Dealing:
    """What is given so far, and what is left of stock and quotas."""

    def __init__(self, available, demands, unit, quotas):
        self.unit = unit
        self.left = self.whole(available)
        self.quotas = dict(quotas)
        self.given = dict.fromkeys((demand.id for demand in demands), 0.0)

    def whole(self, quantity):
        """``quantity`` in whole units."""
        return int(quantity / self.unit + DUST) * self.unit

    def missing(self, demand):
        """What ``demand`` has not got of what it wants."""
        return demand.wanted - self.given[demand.id]

    def give(self, demand, quantity, quota=True):
        """Give up to ``quantity`` more, as far as stock, wish and quotas go."""
        limits = [self.quotas[group] for group in demand.groups] if quota else []
        quantity = self.whole(max(min(quantity, self.missing(demand), self.left, *limits), 0))
        self.given[demand.id] = round(self.given[demand.id] + quantity, 6)
        self.left = round(self.left - quantity, 6)
        for group in demand.groups:
            self.quotas[group] = round(self.quotas[group] - quantity, 6)

    def serve(self, demands, by_priority=False):
        """All that each wants, by turn."""
        for demand in sorted(demands, key=lambda demand: (-demand.priority if by_priority else 0, *_age(demand))):
            self.give(demand, self.missing(demand))

    def serve_orders(self, demands):
        """Orders that get all that they want, the first come first."""
        orders = {}
        for demand in sorted(demands, key=_age):
            orders.setdefault(demand.order, []).append(demand)
        for own in orders.values():
            if self.covers(own):
                self.serve(own)

    def covers(self, demands):
        """Whether stock and quotas do for all that ``demands`` want."""
        wanted = {None: 0.0}
        for demand in demands:
            for group in (None, *demand.groups):
                wanted[group] = wanted.get(group, 0.0) + self.missing(demand)
        return all(
            quantity <= (self.left if group is None else self.quotas[group]) + DUST
            for group, quantity in wanted.items()
        )

    def share(self, demands):
        """To each the same part of what it wants; what rounding leaves goes by turn, a unit each."""
        missing = {demand.id: self.missing(demand) for demand in demands}
        total = sum(missing.values())
        if total <= self.left:
            return
        part = self.left / total
        for demand in demands:
            self.give(demand, missing[demand.id] * part)
        for demand in sorted(demands, key=_age):
            self.give(demand, self.unit)
