"""What the benches of returns share: delivered and invoiced orders, of which each run takes back one of two lines each."""

from abc import abstractmethod

from ..sample import make_orders, order_ids
from ..verification_work.common import Desk, Work

BACK = 2
CHUNK = 50


class Delivered(Work):
    """Orders that were delivered and invoiced by core."""

    def prepare(self):
        """Masters and orders, all the way to the posted invoice."""
        make_orders(self.session, self.company, self.given["size"])
        ids = order_ids(self.session)
        for place in range(0, len(ids), CHUNK):
            orders = self.session.root["sale.order"].browse(ids[place : place + CHUNK])
            orders.action_confirm()
            transfers = orders.picking_ids
            transfers.action_assign()
            for move in transfers.move_ids:
                move.quantity = move.product_uom_qty
            transfers.move_ids.picked = True
            if hasattr(transfers, "action_quality_pass"):
                transfers.action_quality_pass()
            transfers.with_context(skip_backorder=True, skip_sms=True).button_validate()
            for order in orders:
                order._create_invoices().action_post()
            self.session.commit()
        return {}

    @staticmethod
    def back(order):
        """The lines of which one piece comes back."""
        return order.order_line.filtered(lambda line: line.product_id.is_storable)[:BACK]

    def proof(self, orders):
        """What came back and what was credited for it; before a run there is neither."""
        env = self.session.root
        moves = env["stock.move"].search([("location_id.usage", "=", "customer"), ("state", "=", "done")])
        notes = env["account.move"].search([("move_type", "=", "out_refund"), ("state", "=", "posted")])
        return {
            "came": sum(moves.mapped("quantity")),
            "notes": len(notes),
            "credited": round(sum(notes.mapped("amount_total")), 2),
        }


class Single(Delivered):
    """A side that works one order after the other, each with an empty memory."""

    def act(self, orders):
        """The call."""
        for order_id in orders.ids:
            self.give_back(self.orders([order_id]))
            self.session.root.flush_all()
            self.session.root.invalidate_all()

    @abstractmethod
    def give_back(self, order):
        """One order's return and its posted credit note."""


class Ours(Desk, Delivered):
    """All returns as one set."""

    def act(self, orders):
        """The call."""
        Case = self.session.as_user("processor")["order.return"]
        answers = Case.request(
            [
                {
                    "key": f"B-{order.id}",
                    "order_id": order.id,
                    "lines": [{"line_id": line.id, "quantity": 1} for line in self.back(order)],
                }
                for order in orders
            ],
            "bench",
        )
        done = Case.browse([answer["return_id"] for answer in answers]).process()
        wrong = [answer["message"] for answer in done if not answer["ok"]]
        if wrong:
            raise AssertionError(f"{len(wrong)} returns were not settled: {wrong[0]}")
