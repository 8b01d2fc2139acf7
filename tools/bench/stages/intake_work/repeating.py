"""``intake.repeat``."""

from .common import SOURCE, Submission


class Theirs(Submission):
    """The first time."""


class Ours(Submission):
    """The same again, once all was entered and committed."""

    def prepare(self):
        """Masters and the first submission."""
        super().prepare()
        self.enter(self.given["size"])
        self.session.commit()
        return {}

    def run(self, number, size):
        """One measured run; nothing may be entered twice."""
        before = self._entered()
        found = super().run(number, size)
        if self._entered() != before:
            raise AssertionError("a repeated submission entered orders again")
        return found

    def _entered(self):
        return self.session.root["order.intake"].search_count([("source", "=", SOURCE)])
