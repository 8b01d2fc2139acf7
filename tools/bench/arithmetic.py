"""From runs to a ratio: plain numbers, no database."""

from dataclasses import asdict, dataclass
from statistics import median

from .registry import OVERHEAD


@dataclass(frozen=True)
class Run:
    """One measured run: ``seconds`` of the call, ``queries`` in it, and, of an overhead, seconds ``inside`` the add-on."""

    seconds: float
    queries: int
    inside: float = 0.0


@dataclass(frozen=True)
class Result:
    """What ``--json`` says of a bench. ``queries``: ``{ours, theirs}``, with ``more_per_order`` where that is bounded."""

    name: str
    size: int
    ours_ms: float
    theirs_ms: float
    ratio: float
    bound: float
    queries: dict
    runs: int

    def plain(self):
        """As a dict of plain values."""
        return asdict(self)


def ratio(ours, theirs):
    """Median of ``ours`` by median of ``theirs``, both seconds."""
    return median(ours) / median(theirs)


def overhead(runs):
    """Median over the runs of 1 + time inside the add-on's own methods / time of the rest of the same call."""
    return median(1 + run.inside / (run.seconds - run.inside) for run in runs)


def more_per_order(large, small, orders):
    """Queries that ``orders`` more cost: ``large`` and ``small`` are what a side needs more than the other at two sizes."""
    return round((large - small) / orders, 3)


def result(bench, size, ours, theirs, more=None):
    """The ``Result`` of the runs of both sides.

    Of an overhead ``ours_ms`` is the whole call and ``theirs_ms`` the rest of it, without what the add-on's own methods took.

    :param int size: orders of the whole sample
    :param ours: ``Run`` values
    :param theirs: ``Run`` values
    :param more: queries an order, see ``more_per_order``
    """
    queries = {
        "ours": round(median(run.queries for run in ours)),
        "theirs": round(median(run.queries for run in theirs)),
    }
    if more is not None:
        queries["more_per_order"] = more
    if bench.kind == OVERHEAD:
        found = overhead(ours)
        pair = [run.seconds for run in ours], [run.seconds - run.inside for run in ours]
    else:
        pair = [run.seconds for run in ours], [run.seconds for run in theirs]
        found = ratio(*pair)
    ours_ms, theirs_ms = (round(median(seconds) * 1000, 2) for seconds in pair)
    return Result(bench.name, size, ours_ms, theirs_ms, round(found, 4), bench.bound, queries, len(ours))


def misses(bench, found):
    """Why ``found`` is over the bounds of ``bench``, in words; empty if it keeps them."""
    words = []
    if found.ratio > bench.bound:
        words.append(f"{found.name}: {found.ratio:.3f} is over {bench.bound}")
    more = found.queries.get("more_per_order")
    if bench.more_queries is not None and more is not None and more > bench.more_queries:
        words.append(f"{found.name}: {more} queries more per order, over {bench.more_queries}")
    return words
