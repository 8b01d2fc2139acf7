import random

from odoo.tools import mute_logger

from tests.enquiry.states import assert_told

from .common import ReconciliationCase


class TestHistories(ReconciliationCase):
    """Random days of a desk, at a fixed seed: whatever happens, each order stands once and each balance is proven."""

    def test_random_histories_stand_in_one_bucket_and_balance(self):
        chance = random.Random(20260112)
        orders = self.env["sale.order"]
        for day in range(4):
            for _count in range(4):
                orders |= self._make_order(
                    (self.product, chance.randint(1, 9)),
                    (self.other_product, chance.randint(1, 9), chance.uniform(1, 9)),
                )
            for _count in range(14):
                order = chance.choice(orders)
                with mute_logger("odoo.addons"):
                    self._random_act(chance, order)
            statement = self._next_day()
            with self.subTest(day=day):
                self._assert_proven(statement)
                assert_told(self, statement)
                numbers = statement.line_ids.mapped("order_number")
                self.assertEqual(len(numbers), len(set(numbers)))
                complete = statement.line_ids.filtered(lambda line: line.bucket == "complete")
                self.assertEqual(set(complete.order_id.mapped("state")) - {"sale"}, set())
        self.assertTrue(self.Statement.verify_chain(self.company.id)["ok"])

    def _random_act(self, chance, order):
        act = chance.choice(["confirm", "confirm", "deliver", "deliver", "invoice", "pay", "raise", "price", "cancel", "back", "draft"])  # fmt: skip
        line = chance.choice(order.order_line)
        posted = order.invoice_ids.filtered(lambda move: move.state == "posted" and move.payment_state == "not_paid")
        if act == "confirm" and order.state == "draft":
            order.action_confirm()
        elif act == "deliver" and order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel")):
            if order.state == "sale" and not order.picking_ids.filtered(
                lambda p: p.picking_type_code == "incoming" and p.state != "done"
            ):
                self._deliver(order, {line.product_id: chance.randint(1, 5)})
        elif act == "invoice" and order.invoice_status == "to invoice":
            self._invoice(order)
        elif act == "pay" and posted:
            self._pay(posted[0])
        elif act == "raise" and order.state in ("draft", "sale"):
            line.product_uom_qty = max(line.qty_delivered, line.qty_invoiced) + chance.randint(0, 4)
        elif act == "price" and order.state in ("draft", "sale"):
            line.price_unit = round(chance.uniform(1, 20), 2)
        elif act == "cancel" and not order.invoice_ids and chance.random() < 0.5:
            order._action_cancel()
        elif act == "back" and line.qty_delivered > 0 and order.state == "sale":
            if self._last_out(order):
                self._back(order, 1, to_refund=chance.random() < 0.7)
        elif act == "draft" and order.state == "cancel":
            order.action_draft()
        self.env.flush_all()

    def _last_out(self, order):
        """Whether the last delivery has a unit of its first line to give back."""
        done = order.picking_ids.filtered(lambda p: p.state == "done" and p.picking_type_code == "outgoing").sorted(
            "id"
        )
        return bool(done) and done[-1].move_ids[0].quantity > sum(
            done[-1].move_ids[0].returned_move_ids.filtered(lambda move: move.state != "cancel").mapped("quantity")
        )
