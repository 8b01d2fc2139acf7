"""Random histories of a case: goods in all places add up, no money is given twice, what is settled stays settled."""

from hypothesis import Phase, event, example, given, note, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from .money import MoneyCase

SETTLEMENTS = ("refund", "credit", "replacement", "exchange", "repair", "none")
DISPOSITIONS = ("restock", "quarantine", "scrap", "customer_keeps")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *(
                    "deliver",
                    "invoice",
                    "ask",
                    "ask",
                    "approve",
                    "send",
                    "receive",
                    "count_less",
                    "inspect",
                    "settle",
                    "settle",
                ),
                *(
                    "process",
                    "process",
                    "twice",
                    "pay",
                    "refund_draft",
                    "repost",
                    "cancel",
                    "reject",
                    "override",
                    "follow",
                ),
                *("deliver_again", "back_again", "overdue", "cancel_order", "correct"),
                *("cancel_any", "pay_back", "undo_receipt", "expire"),
            ]
        ),
        st.integers(1, 4),
        st.sampled_from(SETTLEMENTS),
        st.sampled_from(DISPOSITIONS),
    ),
    min_size=8,
    max_size=18,
)
# paid for ahead and kept; exchanged and back again; sent in advance and never followed, with a note taken back between
KEPT = [("ask", 2, "refund", "customer_keeps"), ("approve", 1, "", ""), ("process", 1, "", ""), ("twice", 1, "", "")]
SWAPPED = [
    *(("ask", 2, "exchange", "restock"), ("process", 1, "", ""), ("deliver_again", 1, "", ""), ("invoice", 1, "", "")),
    *(("back_again", 1, "", ""), ("process", 1, "", ""), ("twice", 1, "", "")),
]
OVERDUE = [
    *(
        ("ask", 3, "replacement", "restock"),
        ("approve", 1, "", ""),
        ("deliver_again", 1, "", ""),
        ("count_less", 1, "", ""),
    ),
    *(("ask", 2, "credit", "restock"), ("process", 1, "", ""), ("refund_draft", 1, "", ""), ("overdue", 1, "", "")),
    *(("repost", 1, "", ""), ("follow", 1, "", "")),
]
# of an exchange in advance a part leaves and the case ends; money given ahead is paid back, then nothing comes
BEGUN = [
    *(("ask", 3, "exchange", "restock"), ("approve", 1, "", ""), ("deliver", 1, "", ""), ("cancel_any", 1, "", "")),
    *(("deliver_again", 1, "", ""), ("invoice", 1, "", ""), ("overdue", 1, "", "")),
]
PAID_BACK = [
    *(("pay", 1, "", ""), ("ask", 2, "refund", "restock"), ("approve", 1, "", ""), ("pay_back", 1, "", "")),
    *(("expire", 1, "", ""), ("ask", 2, "refund", "restock"), ("process", 1, "", ""), ("undo_receipt", 1, "", "")),
    *(("cancel_any", 1, "", ""), ("twice", 1, "", "")),
]
REFUSALS = (UserError, ValidationError, AccessError)


class TestHistories(MoneyCase):
    def setUp(self):
        super().setUp()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)

    # a story takes seconds: shrinking one that fails would take minutes and says little more
    @settings(phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @given(
        steps=STEPS,
        by_order=st.booleans(),
        inspects=st.booleans(),
        when=st.sampled_from(["settle", "request", "approve", "send", "receive"]),
        rate=st.sampled_from([0, 7.7, 20]),
        cents=st.integers(1, 9999),
    )
    @example(steps=KEPT, by_order=False, inspects=False, when="approve", rate=20, cents=999)
    @example(steps=SWAPPED, by_order=True, inspects=False, when="settle", rate=7.7, cents=1234)
    @example(steps=OVERDUE, by_order=False, inspects=False, when="settle", rate=0, cents=250)
    @example(steps=BEGUN, by_order=False, inspects=False, when="settle", rate=20, cents=1999)
    @example(steps=PAID_BACK, by_order=False, inspects=True, when="approve", rate=7.7, cents=333)
    def test_any_history(self, steps, by_order, inspects, when, rate, cents):
        with self.env.cr.savepoint() as savepoint:
            self.env.invalidate_all()
            self._story(steps, by_order, inspects, when, rate, cents)
            savepoint.rollback()
            self.env.invalidate_all()

    def _story(self, steps, by_order, inspects, when, rate, cents):
        self.company.order_return_inspection = inspects
        self._policy(money_when=when, allow_advance=True, fee_percent=0)
        self.goods = self._make_product("Storied", "ST-1", 10.0, invoice_policy="order" if by_order else "delivery")
        self._stock(self.goods, 100)
        order = self._make_order((self.goods, 8, cents / 100), (self.other_product, 3, 3.33))
        if rate:
            order.order_line.tax_ids = [Command.set(self.taxes[rate, False].ids)]
        order.action_confirm()
        self.orders, self.cases = order, self.Return
        self.settled = {}
        for name, size, settlement, disposition in [("deliver", 4, "none", "restock"), ("invoice", 1, "", ""), *steps]:
            note(f"{name} {size} {settlement} {disposition}")
            try:
                with self.env.cr.savepoint():
                    getattr(self, f"_step_{name}")(size, settlement, disposition)
                    self.env.flush_all()
                event(f"{name} done")
            except REFUSALS as refused:
                note(f"refused: {refused}")
                event(f"{name} refused")
                self.env.invalidate_all()
            self.orders |= self.cases.exchange_order_ids
            self._holds()

    # ------------------------------------------------------------------ what holds at every moment

    def _holds(self):
        self.env.flush_all()
        self._goods_add_up()
        self._money_adds_up()
        self._nothing_twice()

    def _goods_add_up(self):
        """What left the house and did not come back is at the customers, whatever place within it lies in."""
        for product in (self.goods, self.other_product):
            quants = self.env["stock.quant"].search([("product_id", "=", product.id)])
            moved = self.env["stock.move.line"].search([("product_id", "=", product.id), ("state", "=", "done")])
            for location in quants.location_id | moved.location_id | moved.location_dest_id:
                net = sum(
                    (line.location_dest_id == location) * line.quantity - (line.location_id == location) * line.quantity
                    for line in moved
                )
                held = sum(
                    quants.filtered(lambda quant, location=location: quant.location_id == location).mapped("quantity")
                )
                if location == self.warehouse.lot_stock_id:
                    held -= self._stocked(product)
                if location.usage in ("internal", "customer"):
                    self.assertAlmostEqual(held, net, 6, f"{product.name} at {location.complete_name}")

    def _stocked(self, product):
        return 100 if product == self.goods else 1000

    def _money_adds_up(self):
        """No invoice line and no tax of an invoice is given back beyond what was invoiced, drafts included."""
        invoices = self.orders.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )
        credits = self.env["account.move"].search(
            [("reversed_entry_id", "in", invoices.ids), ("state", "!=", "cancel")]
        )
        given = credits.invoice_line_ids.grouped("order_credited_line_id")
        for invoice in invoices:
            own = credits.filtered(lambda move, invoice=invoice: move.reversed_entry_id == invoice)
            self.assertLessEqual(round(sum(own.mapped("amount_total")), 2), invoice.amount_total)
            self.assertLessEqual(round(sum(own.mapped("amount_tax")), 2), invoice.amount_tax)
            for item in invoice.invoice_line_ids.filtered(lambda line: line.display_type == "product"):
                back = given.get(item, item.browse())
                self.assertLessEqual(round(sum(back.mapped("amount_currency")), 2), round(-item.amount_currency, 2))
                self.assertLessEqual(
                    sum(back.filtered(lambda b: not b.order_return_part).mapped("quantity")), item.quantity
                )

    def _nothing_twice(self):
        """No more came back than the customer had, and no line of the order counts below nothing."""
        lines = self.orders.order_line
        lines.invalidate_recordset()
        for line in lines.filtered(lambda line: line.product_id.type == "consu"):
            moves = line.move_ids.filtered(lambda move: move.state == "done")
            out = sum(moves.filtered(lambda move: move.location_dest_id.usage == "customer").mapped("quantity"))
            back = sum(moves.filtered(lambda move: move.location_id.usage == "customer").mapped("quantity"))
            self.assertLessEqual(back, out)
            held = sum(
                item.quantity
                for item in line.order_return_line_ids
                if item.return_id.state in ("requested", "approved", "on_way")
            )
            self.assertLessEqual(back + held, out, "held and returned within what left")
            self.assertGreaterEqual(line.qty_delivered, 0)
            self.assertGreaterEqual(line.qty_invoiced, 0)
        credits = self.env["account.move.line"].search(
            [
                ("order_return_line_id", "in", self.cases.line_ids.ids),
                ("order_credited_line_id", "!=", False),
                ("order_return_part", "=", False),
                ("parent_state", "!=", "cancel"),
            ]
        )
        for item, own in credits.grouped("order_return_line_id").items():
            # less may come than was paid for ahead, but nothing is paid for twice
            self.assertLessEqual(sum(own.mapped("quantity")), item.announced_qty)
        for case in self.cases.filtered(lambda case: case.state in ("settled", "closed")):
            figures = (
                sorted(case.credit_ids.mapped("amount_total")),
                len(case.line_ids.stock_move_ids.filtered(lambda move: move.state != "cancel")),
                len(case.exchange_order_ids),
            )
            known = self.settled.setdefault(case.id, figures)
            self.assertEqual(known[2], figures[2])

    # ------------------------------------------------------------------ steps

    def _last(self, *states):
        return self.cases.filtered(lambda case: not states or case.state in states)[-1:]

    def _step_deliver(self, size, settlement, disposition):
        open_ones = self.orders.picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))
        for order in open_ones.sale_id:
            self._deliver(order, {self.goods: size, self.other_product: size % 3})

    def _step_deliver_again(self, size, settlement, disposition):
        for order in self.orders.filtered(lambda order: order.state == "sale"):
            self._deliver(order)

    def _step_invoice(self, size, settlement, disposition):
        for order in self.orders.filtered(lambda order: order.invoice_status == "to invoice"):
            self._invoice(order)

    def _step_pay(self, size, settlement, disposition):
        invoices = self.orders.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice" and move.amount_residual
        )
        for invoice in invoices[:1]:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({}).action_create_payments()

    def _step_ask(self, size, settlement, disposition):
        lines = self.orders.order_line.filtered(lambda line: line.qty_delivered > 0)
        line = lines[size % len(lines)] if lines else lines
        row = {"settlement": settlement, "reason": "defective" if size % 2 else "unwanted", "advance": size == 3}
        if settlement == "exchange":
            row.update(exchange_product="TG-2", exchange_quantity=size)
        if settlement != "repair":
            row["disposition"] = disposition
        type(self).number += 1
        answer = self.Return.request(
            [{"key": f"story-{self.number}", "lines": [self._row(line, size, **row)]}], "test"
        )[0]
        self.cases |= self.Return.browse(answer["return_id"])

    def _step_approve(self, size, settlement, disposition):
        self._last("requested").action_approve()

    def _step_override(self, size, settlement, disposition):
        self._last("requested").line_ids.with_user(self.users["manager"]).action_override("Goodwill", fee_percent=size)

    def _step_send(self, size, settlement, disposition):
        self._last("approved").action_on_way()

    def _step_receive(self, size, settlement, disposition):
        self._last("approved", "on_way").action_receive()

    def _step_count_less(self, size, settlement, disposition):
        case = self._last("approved", "on_way")
        case.action_receive(counts={line.id: min(size, line.quantity) for line in case.line_ids})

    def _step_inspect(self, size, settlement, disposition):
        self._last("received").action_inspect()

    def _step_correct(self, size, settlement, disposition):
        self._last("inspected").action_correct_inspection("Looked again")

    def _step_settle(self, size, settlement, disposition):
        self._last("received", "inspected").action_settle()

    def _step_process(self, size, settlement, disposition):
        self._last().process()

    def _step_twice(self, size, settlement, disposition):
        case = self._last("settled", "closed")
        before = case.credit_ids, case.picking_ids, case.exchange_order_ids
        case.process()
        case.action_settle()
        self.assertEqual((case.credit_ids, case.picking_ids, case.exchange_order_ids), before)

    def _step_refund_draft(self, size, settlement, disposition):
        self._last("settled", "closed").credit_ids[:1].button_draft()

    def _step_repost(self, size, settlement, disposition):
        self.cases.credit_ids.filtered(lambda move: move.state == "draft").action_post()

    def _step_cancel(self, size, settlement, disposition):
        self._last("requested", "approved", "on_way").action_cancel("Changed its mind")

    def _step_reject(self, size, settlement, disposition):
        self._last("requested").action_reject("Worn")

    def _step_follow(self, size, settlement, disposition):
        self.cases.action_follow()

    def _step_back_again(self, size, settlement, disposition):
        """What was sent again, or in exchange, comes back too."""
        lines = self.cases.exchange_order_ids.order_line or self.orders[0].order_line
        line = lines.filtered("order_returnable_qty")[:1]
        if line:
            self.cases |= self._ask(self._row(line, min(size, line.order_returnable_qty)))

    def _step_overdue(self, size, settlement, disposition):
        late = self.cases.line_ids.filtered("advance_until")
        late._set({"advance_until": "2020-01-01"})
        self.env["order.return"]._cron_advance()

    def _step_cancel_order(self, size, settlement, disposition):
        self.orders[-1]._action_cancel()

    def _step_cancel_any(self, size, settlement, disposition):
        """Whatever its state: what has come or is settled is not cancelled, and says so."""
        case = self.cases[-1:]
        if not case:
            return
        state = case.state
        try:
            with self.env.cr.savepoint():
                case.action_cancel("Changed its mind")
        except REFUSALS:
            case.invalidate_recordset()
            self.assertEqual(case.state, state)
            raise
        self.assertIn(state, ("requested", "approved", "on_way", "cancelled"))

    def _step_pay_back(self, size, settlement, disposition):
        credits = self.cases.credit_ids.filtered(lambda move: move.state == "posted" and move.amount_residual)
        for credit in credits[:1]:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=credit.ids
            ).create({}).action_create_payments()

    def _step_undo_receipt(self, size, settlement, disposition):
        """What came back goes to the customer again, by core's own return of the receipt."""
        receipt = self.cases.picking_ids.filtered(
            lambda one: one.state == "done" and one.picking_type_code == "incoming"
        )[-1:]
        if receipt:
            wizard = self.env["stock.return.picking"].with_context(active_id=receipt.id, active_model="stock.picking")
            wizard = wizard.create({})
            for line in wizard.product_return_moves:
                line.quantity = line.move_id.quantity
            back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
            back.move_ids.picked = True
            back.with_context(skip_sms=True, skip_backorder=True).button_validate()

    def _step_expire(self, size, settlement, disposition):
        self.cases.filtered("expires_on")._transition_write({"expires_on": "2020-01-01"})
        self.env["order.return"]._cron_expire()
