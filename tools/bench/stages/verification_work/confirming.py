"""``verification.vs_confirm``."""

from tools.retail.session import chunks

from .common import AllRules, Work


class Ours(AllRules):
    """Verify all orders in one call, as the list's action does."""

    def act(self, orders):
        """The call."""
        orders.action_verify()


class Theirs(Work):
    """Confirm them by core, in the sets in which core is fastest."""

    def act(self, orders):
        """The call."""
        for ids in chunks(orders.ids):
            self.orders(ids).action_confirm()
            self.session.root.flush_all()
            self.session.root.invalidate_all()

    def count(self):
        """Ours is counted by itself: its queries must be constant."""
        return [[0, 0], [0, 0]]
