"""Random histories of an order by core's own documents: the engine against the slow calculation, after every step."""

from hypothesis import event, given, note
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import UserError, ValidationError

from tests.discrepancy.common import DiscrepancyCase

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "change",
                "price",
                "deliver",
                "deliver",
                "deliver_and_close",
                "deliver_over",
                "correct",
                "take_back",
                "take_back_keep",
                "send_again",
                "exchange",
                "invoice",
                "invoice",
                "draft_invoice",
                "reset",
                "credit",
                "reverse",
                "pay",
                "unpay",
                "reinvoice",
                "down_payment",
                "partial_refund",
                "drop_draft",
                "cancel",
            ]
        ),
        st.integers(1, 7),
    ),
    min_size=2,
    max_size=9,
)


class TestHistories(DiscrepancyCase):
    @given(steps=STEPS, dozens=st.booleans())
    def test_engine_equals_the_slow_calculation(self, steps, dozens):
        with self.env.cr.savepoint() as savepoint:
            self.env.invalidate_all()
            order = self._make_order((self.product, 10, 3.33), (self.other_product, 4, 7.77))
            if dozens:
                order.order_line[0].product_uom_id = self.dozen
            order.action_confirm()
            self._assert_all(order)
            for name, size in steps:
                note(f"{name} {size}")
                try:
                    with self.env.cr.savepoint():
                        getattr(self, f"_step_{name}")(order, size)
                        self.env.flush_all()
                    event(f"{name} done")
                except (UserError, ValidationError) as refused:
                    note(f"refused by core: {refused}")
                    self.env.invalidate_all()
                self._assert_all(order)
            savepoint.rollback()
            self.env.invalidate_all()

    def _assert_all(self, order):
        self._assert_figures(order)
        rows = self._figures(order)
        self._sweep(order)
        self.assertEqual(self._sweep(order), {"lines": len(rows), "opened": 0, "closed": 0, "reopened": 0})
        kinds = self._kinds(order)
        self.assertNotIn("stored_differs", kinds)
        for line in order.order_line.filtered(lambda line: line.id in rows):
            row = rows[line.id]
            agreed = (
                order.state == "sale"
                and line.product_uom_qty == row["shipped"]
                and not row["returned"]
                and not row["replaced"]
                and row["invoiced"] == row["delivered"]
                and not row["credited"]
                and abs(row["invoiced_value"] - line.price_subtotal) < 0.005
            )
            if agreed:
                open_kinds = order.order_discrepancy_ids.filtered(
                    lambda found, line=line: found.line_id == line and found.state in ("open", "in_progress")
                )
                self.assertFalse(open_kinds.mapped("kind"))

    # ------------------------------------------------------------------ steps

    def _done(self, order):
        return order.picking_ids.filtered(lambda picking: picking.state == "done").sorted("id")

    def _step_change(self, order, size):
        order.order_line[size % 2].product_uom_qty = size + 3

    def _step_price(self, order, size):
        order.order_line[size % 2].price_unit = size * 1.11

    def _step_deliver(self, order, size):
        self._deliver(order, {self.product: size, self.other_product: size % 3})

    def _step_deliver_and_close(self, order, size):
        self._deliver(order, {self.product: size, self.other_product: 1}, backorder=False)

    def _step_deliver_over(self, order, size):
        self._deliver(order, {self.product: 10 + size, self.other_product: 5})

    def _step_correct(self, order, size):
        for picking in self._done(order)[:1]:
            picking.move_ids[:1].quantity = size

    def _step_take_back(self, order, size):
        if self._done(order):
            self._back(order, size)

    def _step_take_back_keep(self, order, size):
        if self._done(order):
            self._back(order, size, to_refund=False)

    def _step_send_again(self, order, size):
        returns = self._done(order).filtered(lambda picking: picking.location_id.usage == "customer")
        if returns:
            self._back(order, size, to_refund=bool(size % 2), transfer=returns[-1])

    def _step_exchange(self, order, size):
        done = self._done(order).filtered(lambda picking: picking.location_dest_id.usage == "customer")
        if not done:
            return
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=done[-1].id, active_ids=done[-1].ids, active_model="stock.picking")
            .create({"picking_id": done[-1].id})
        )
        wizard.product_return_moves[:1].quantity = size
        wizard.action_create_exchanges()

    def _step_invoice(self, order, size):
        self._invoice(order)

    def _step_draft_invoice(self, order, size):
        self._invoice(order, post=False)

    def _posted(self, order, move_type="out_invoice"):
        return order.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == move_type and move.amount_total
        )

    def _step_reset(self, order, size):
        for move in self._posted(order)[:1]:
            move.button_draft()
            move.invoice_line_ids.filtered("sale_line_ids")[:1].quantity = size
            if size % 2:
                move.action_post()

    def _step_credit(self, order, size):
        for move in self._posted(order)[:1]:
            self._credit(move, size)

    def _step_reverse(self, order, size):
        for move in self._posted(order)[:1]:
            move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)

    def _step_pay(self, order, size):
        open_moves = self._posted(order).filtered("amount_residual")
        for move in open_moves[:1]:
            self._pay(move, min(size * 2.5, move.amount_residual))

    def _step_unpay(self, order, size):
        self._posted(order)[:1].line_ids.remove_move_reconcile()

    def _step_reinvoice(self, order, size):
        """The last invoice taken back and cancelled, and what is due invoiced anew."""
        for move in self._posted(order)[-1:]:
            move.button_draft()
            move.button_cancel()
        self._invoice(order)

    def _step_down_payment(self, order, size):
        wizard = self.env["sale.advance.payment.inv"].create(
            {"advance_payment_method": "fixed", "fixed_amount": size, "sale_order_ids": [Command.set(order.ids)]}
        )
        wizard.create_invoices()
        order.invoice_ids.filtered(lambda move: move.state == "draft")[:1].action_post()

    def _step_partial_refund(self, order, size):
        """Some money of the first line given back: a smaller price for the same goods, set against the invoice."""
        for move in self._posted(order)[:1]:
            credit = move._reverse_moves([{"invoice_date": move.invoice_date}])
            kept = credit.invoice_line_ids.filtered("sale_line_ids")[:1]
            (credit.invoice_line_ids - kept).unlink()
            kept.write({"quantity": 1, "price_unit": size / 7})
            credit.action_post()
            ends = (credit | move).line_ids.filtered(
                lambda item: item.account_id.account_type == "asset_receivable" and not item.reconciled
            )
            ends.reconcile()

    def _step_drop_draft(self, order, size):
        drafts = order.invoice_ids.filtered(lambda move: move.state == "draft")
        drafts[:1].button_cancel()

    def _step_cancel(self, order, size):
        order._action_cancel()
        if size % 2:
            order.order_line = [Command.update(order.order_line[0].id, {"name": "Again"})]
            order.action_draft()
            order.action_confirm()
