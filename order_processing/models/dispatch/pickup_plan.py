"""Which pickup a transfer falls into: plain Python."""

from datetime import date, datetime
from typing import NamedTuple

from .pickup_room import Load, first_that_takes

# why a transfer falls into none
NONE_COMES, FULL, TOO_LATE = "none_comes", "full", "too_late"


class Leaving(NamedTuple):
    """A transfer that is to leave: of whom, with whom, from which day (``first``) to which (``last``, may be empty) on."""

    id: int
    key: tuple
    first: date
    last: date | None = None
    load: Load = Load()


class Coming(NamedTuple):
    """A carrier that comes: for whom, on which day, up to when (``closes``, naive UTC) something is put on it."""

    id: int
    key: tuple
    day: date
    closes: datetime
    limits: Load = Load()
    used: Load = Load()


def choose(leaving, coming, now):
    """Put each of ``leaving`` on the first of ``coming`` that fits it, in the order given.

    :param now: naive UTC; what has closed by then takes nothing
    :return: ``({id of a transfer: id of a pickup}, {id of a transfer: (why none, ids of the pickups that were looked at)})``
    """
    rooms, open_ = {}, {}
    for pickup in sorted(coming, key=lambda pickup: (pickup.closes, pickup.id)):
        if pickup.closes > now:
            open_.setdefault(pickup.key, []).append(pickup)
            rooms[pickup.id] = [pickup.used, pickup.limits]
    chosen, refused = {}, {}
    for transfer in leaving:
        after = [pickup for pickup in open_.get(transfer.key, ()) if pickup.day >= transfer.first]
        fitting = [pickup for pickup in after if not transfer.last or pickup.day <= transfer.last]
        found = first_that_takes(transfer.load, {pickup.id: rooms[pickup.id] for pickup in fitting})
        if found:
            chosen[transfer.id] = found
        else:
            why = FULL if fitting else TOO_LATE if after else NONE_COMES
            refused[transfer.id] = why, [pickup.id for pickup in fitting or after]
    return chosen, refused
