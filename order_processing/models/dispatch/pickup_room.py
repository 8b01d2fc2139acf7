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


NOTHING = Load()


class Room:
    """What is left of the limits of one pickup (a ``Load``; 0 is no limit) beside what is on it."""

    __slots__ = ("left",)

    def __init__(self, used=NOTHING, limits=NOTHING):
        self.left = [
            [index, limit * (1 + SPARE) - taken] for index, (limit, taken) in enumerate(zip(limits, used)) if limit
        ]

    def take(self, load):
        """Take ``load`` up and say so, if there is room for it."""
        for index, left in self.left:
            if load[index] > left:
                return False
        for place in self.left:
            place[1] -= load[place[0]]
        return True

    @property
    def is_full(self):
        """Whether not even one parcel has room."""
        return any(index == 0 and left < 1 for index, left in self.left)


def sum_of(loads):
    """All of ``loads`` together."""
    found = Load()
    for load in loads:
        found = found.plus(load)
    return found


def first_that_takes(load, rooms):
    """The key of the first of ``rooms`` (``{key: Room}``) that has room for ``load``, taken up there; else ``None``."""
    for key, room in rooms.items():
        if room.take(load):
            return key
    return None
