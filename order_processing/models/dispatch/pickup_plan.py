"""Which pickup a transfer falls into: plain Python."""

from datetime import date, datetime
from typing import NamedTuple

from .pickup_room import Load, Room

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
    comes, takes = {}, {}
    for pickup in sorted(coming, key=lambda pickup: (pickup.closes, pickup.id)):
        if pickup.closes > now:
            comes.setdefault(pickup.key, []).append(pickup)
            takes.setdefault(pickup.key, []).append((pickup, Room(pickup.used, pickup.limits)))
    chosen, refused = {}, {}
    for transfer in leaving:
        number, _key, first, last, load = transfer
        places = takes.get(transfer.key, ())
        for place in places:
            pickup, room = place
            if pickup.day >= first and (not last or pickup.day <= last) and room.take(load):
                chosen[number] = pickup.id
                if room.is_full:
                    # nobody after this one need look at it
                    places.remove(place)
                break
        else:
            refused[number] = _why_none(transfer, comes.get(transfer.key, ()))
    return chosen, refused


def _why_none(transfer, coming):
    after = [pickup for pickup in coming if pickup.day >= transfer.first]
    fitting = [pickup for pickup in after if not transfer.last or pickup.day <= transfer.last]
    why = FULL if fitting else TOO_LATE if after else NONE_COMES
    return why, [pickup.id for pickup in fitting or after]
