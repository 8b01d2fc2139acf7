"""Databases of a run: copies of templates, prepared by a side's work, dropped when the run is over."""

import os

from tools.setup.suite import alive

from . import peers

# what a database may be a copy of: words, and how its template is named
TEMPLATES = {
    "addon": lambda setup: setup.databases.addon("plain"),
    "core": lambda setup: setup.databases.dependencies("plain"),
    # and a peer's add-ons on top
    **{word: lambda setup: setup.databases.dependencies("plain") for word in peers.PEERS},
}


class Samples:
    """Databases of one run of ``bin/bench``, named after its process.

    :param setup: the prepared ``Setup``
    """

    def __init__(self, setup):
        self.setup = setup
        self.prefix = f"op_{setup.cache.tag}_bench_"
        self.made = []

    def __enter__(self):
        for leftover in self.setup.databases.names(self.prefix):
            if not alive(leftover.removeprefix(self.prefix).replace("_", "-")):
                self.setup.databases.drop(leftover)
        return self

    def __exit__(self, *error):
        for name in list(self.made):
            self.drop(name)

    def copy(self, template, label):
        """A copy of the database ``template``; returns its name."""
        name = f"{self.prefix}{os.getpid()}_{label}"
        self.setup.databases.drop(name)
        self.made.append(name)
        self.setup.databases.create(name, template)
        return name

    def base(self, word, label):
        """A copy of the template that ``word`` (a key of ``TEMPLATES``) stands for."""
        name = self.copy(TEMPLATES[word](self.setup), label)
        if word in peers.PEERS:
            peers.install(self.setup, name, word)
        return name

    def settle(self, name):
        """Let the planner know the tables of a prepared database, now and not when the server finds the time."""
        self.setup.run(["psql", "-d", name, "-q", "-c", "VACUUM ANALYZE"])

    def drop(self, name):
        """Drop a database of this run."""
        self.setup.databases.drop(name)
        self.made.remove(name)
