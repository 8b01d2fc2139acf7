"""``verification.confirm_overhead``."""

from ..share import Share, Timed
from .common import Desk, Work


class Confirmations(Share):
    """Each run confirms other orders of the sample."""

    def act(self, orders):
        """The call."""
        orders.action_confirm()

    def proof(self, orders):
        """What was confirmed."""
        moves = orders.order_line.move_ids
        return {"confirmed": len(orders.filtered(lambda order: order.state == "sale")), "moves": len(moves)}


class Ours(Timed, Confirmations, Desk):
    """With the add-on."""


class Theirs(Confirmations, Work):
    """Without it."""
