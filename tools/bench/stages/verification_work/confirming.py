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
            # in a desk's day the planner learns of the transfers as they are made; in one transaction it takes the tables
            # for empty ones, and core's search for a transfer to join grows with the square of the orders
            self.session.root.cr.execute("ANALYZE stock_move, stock_picking, stock_move_line, stock_quant")
            self.session.root.cr.execute("ANALYZE stock_reference, stock_reference_move_rel, sale_order_line")

    def count(self):
        """Ours is counted by itself: its queries must be constant."""
        return [[0, 0], [0, 0]]
