"""Benches in which each run takes other orders of the sample, with the time inside the add-on beside ours."""

from ..inside import Inside


class Share:
    """Each run takes other orders of the sample: a share of it."""

    def chosen(self, number, size):
        """Ids of the orders of a run."""
        share = max(1, size // self.given["runs"])
        start = number * share % len(self.ids)
        return self.ids[start : start + share]


class Timed(Share):
    """The side with the add-on."""

    inside = None

    def run(self, number, size):
        """One measured call, the time inside the add-on's methods beside it."""
        self.inside = self.inside or Inside(self.session.registry)
        return self.measure(self.chosen(number, size), self.inside)
