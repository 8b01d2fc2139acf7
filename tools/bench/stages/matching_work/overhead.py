"""``matching.overhead``."""

from ..sample import make_orders, order_ids
from ..share import Share, Timed
from ..verification_work.common import Desk, Work


class Transfers(Share):
    """Each run ships and invoices other orders of the sample."""

    def prepare(self):
        """Masters and confirmed orders, reserved and checked."""
        make_orders(self.session, self.company, self.given["size"])
        for place in range(0, len(self.ids_now()), 100):
            orders = self.session.root["sale.order"].browse(self.ids_now()[place : place + 100])
            orders.action_confirm()
            transfers = orders.picking_ids
            transfers.action_assign()
            for move in transfers.move_ids:
                move.quantity = move.product_uom_qty
            transfers.move_ids.picked = True
            if hasattr(transfers, "action_quality_pass"):
                transfers.action_quality_pass()
            self.session.commit()
        return {}

    def ids_now(self):
        """Ids of the sample's orders."""
        return order_ids(self.session)

    def act(self, orders):
        """The calls."""
        orders.picking_ids.with_context(skip_backorder=True, skip_sms=True).button_validate()
        orders._create_invoices(grouped=True).action_post()

    def proof(self, orders):
        """What was done."""
        return {
            "shipped": sum(orders.order_line.mapped("qty_delivered")),
            "invoices": len(orders.invoice_ids.filtered(lambda move: move.state == "posted")),
        }


class Ours(Timed, Transfers, Desk):
    """With the add-on."""


class Theirs(Transfers, Work):
    """Without it."""
