"""What a pickup has room for, and what a transfer takes of it: plain numbers."""

from typing import NamedTuple

# sums of weights and volumes are not exact
SPARE = 1e-6


class Load(NamedTuple):
    """What takes room: parcels, weight, volume and pallets of transfers."""

    parcels: float = 0
    weight: float = 0.0
    volume: float = 0.0
    pallets: float = 0

    def plus(self, other):
        """Both together."""
        return Load(*(mine + its for mine, its in zip(self, other)))

    def over(self, limits):
        """Names of what is more than ``limits`` (a ``Load``) have; a limit of 0 is none."""
        return [name for name, taken, limit in zip(self._fields, self, limits) if limit and taken > limit * (1 + SPARE)]


def sum_of(loads):
    """All of ``loads`` together."""
    found = Load()
    for load in loads:
        found = found.plus(load)
    return found


def first_that_takes(load, rooms):
    """The key of the first of ``rooms`` (``{key: [used, limits]}``) that has room for ``load``, taken up there; else ``None``."""
    for key, room in rooms.items():
        after = room[0].plus(load)
        if not after.over(room[1]):
            room[0] = after
            return key
    return None
