"""The benches by name: what each compares, on how much, and the bound that it must keep."""

from dataclasses import dataclass

from tools.setup.progress import SetupError

SIDES = ("ours", "theirs")
RATIO, OVERHEAD = "ratio", "overhead"


@dataclass(frozen=True)
class Bench:
    """One comparison.

    :param str name: ``stage.what``, as an issue gives it
    :param str ours: what is measured of the add-on
    :param str theirs: what it is measured against
    :param str work: module with a class per side, ``Ours`` and ``Theirs`` (see ``worker``), run inside Odoo
    :param float bound: the largest ratio that passes
    :param int size: orders in the sample; ``None``: as many as the sample has
    :param int runs: alternating runs of each side
    :param str kind: ``ratio`` (medians divided) or ``overhead`` (1 + time inside the add-on / the rest of the same call)
    :param dict bases: what each side's database is a copy of, see ``samples.TEMPLATES``
    :param bool fresh: each run commits, so it gets a copy and a process of its own; otherwise its work is rolled back
    :param bool alike: both sides work on the same rows: the second gets a copy of what the first has prepared
    :param float more_queries: the most queries an order that the add-on may cost (``None``: no bound), found by a second,
        smaller size: what is constant does not count
    """

    name: str
    ours: str
    theirs: str
    work: str
    bound: float
    size: int | None = 1000
    runs: int = 5
    kind: str = RATIO
    bases: tuple = (("ours", "addon"), ("theirs", "core"))
    fresh: bool = False
    alike: bool = False
    more_queries: float | None = None

    @property
    def compares(self):
        """One line for ``--list``."""
        return f"{self.ours} / {self.theirs}"


class Registry:
    """Benches in the order in which they were added."""

    def __init__(self, benches=()):
        self._benches = {}
        for bench in benches:
            self.add(bench)

    def add(self, bench):
        """Take ``bench`` up; a name stands for one bench.

        :raises ValueError: the name is taken
        """
        if bench.name in self._benches:
            raise ValueError(f"two benches are called {bench.name}")
        self._benches[bench.name] = bench

    def __iter__(self):
        return iter(self._benches.values())

    def select(self, names):
        """The benches called by ``names``, each a name or the beginning of some up to a dot; all when there are none.

        :raises SetupError: a name that no bench has, with those that there are
        """
        if not names:
            return list(self)
        chosen, unknown = {}, []
        for name in names:
            found = [bench for bench in self if bench.name == name or bench.name.startswith(f"{name.rstrip('.')}.")]
            chosen |= {bench.name: bench for bench in found}
            if not found:
                unknown.append(name)
        if unknown:
            known = "\n  ".join(self._benches)
            raise SetupError(f"No bench is called {', '.join(unknown)}. Known:\n  {known}")
        return [bench for bench in self if bench.name in chosen]
