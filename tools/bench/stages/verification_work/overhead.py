"""``verification.confirm_overhead``."""

from ...inside import Inside
from .common import Desk, Work


class Share:
    """Each run confirms other orders of the sample: a share of it."""

    def chosen(self, number, size):
        """Ids of the orders of a run."""
        share = max(1, size // self.given["runs"])
        start = number * share % len(self.ids)
        return self.ids[start : start + share]

    def act(self, orders):
        """The call."""
        orders.action_confirm()

    def proof(self, orders):
        """What was confirmed."""
        moves = orders.order_line.move_ids
        return {"confirmed": len(orders.filtered(lambda order: order.state == "sale")), "moves": len(moves)}


class Ours(Share, Desk):
    """With the add-on."""

    def __init__(self, session, given):
        super().__init__(session, given)
        self.inside = None

    def run(self, number, size):
        """One measured call, the time inside the add-on's methods beside it."""
        self.inside = self.inside or Inside(self.session.registry)
        return self.measure(self.chosen(number, size), self.inside)


class Theirs(Share, Work):
    """Without it."""
