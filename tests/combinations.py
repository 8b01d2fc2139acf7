"""Combinations of values: all of them by ``bin/test --long``, else so many that every two values meet."""

import itertools
import os


def combined(*kinds):
    """Rows with one value of each of ``kinds``, as ``itertools.product`` has them.

    A fault mostly takes two values that meet, so the short run takes rows until each two of different kinds have met; which
    rows those are is always the same.

    :param kinds: sequences of values of any type
    :return: list of tuples
    """
    rows = list(itertools.product(*(range(len(kind)) for kind in kinds)))
    if os.environ.get("HYPOTHESIS_PROFILE") != "long":
        rows = _until_all_met(rows)
    return [tuple(kind[place] for kind, place in zip(kinds, row)) for row in rows]


def _until_all_met(rows):
    def pairs(row):
        return set(itertools.combinations(enumerate(row), 2))

    missing = set().union(*map(pairs, rows))
    chosen = []
    while missing:
        best = max(rows, key=lambda row: len(pairs(row) & missing))
        chosen.append(best)
        missing -= pairs(best)
    return sorted(chosen)
