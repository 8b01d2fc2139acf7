from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError

from tests.discrepancy.mending import MendingCase


class TestMendGoods(MendingCase):
    """Backorders, returns, replacements and closed lines made from a discrepancy."""

    def _short(self, quantity=10, deliver=4, count=1):
        orders = self._shipped(quantity, deliver=deliver, backorder=False, count=count)
        self._invoice(orders, each=True)
        return orders

    # ------------------------------------------------------------------ deliver

    def test_a_new_transfer_for_what_is_missing(self):
        order = self._short()
        records = self._open(order, "short_shipped")
        preview, answer = self._mend(records, "backorder")
        (row,) = self._lines(preview)
        self.assertEqual((row["quantity"], row["source"]), (6, self.warehouse.lot_stock_id.display_name))
        transfer = self._documents(answer)
        self.assertEqual(
            (transfer.state, transfer.move_ids.product_uom_qty, transfer.move_ids.sale_line_id),
            ("assigned", 6, order.order_line),
        )
        self._assert_mended(records, transfer)
        self._deliver(order)
        self._sweep(order)
        self.assertEqual((order.order_line.qty_delivered, self._kinds(order)), (10, ["shipped_not_invoiced"]))

    def test_what_came_back_is_not_delivered_again(self):
        order = self._short()
        self._back(order, 2)
        self._invoice(order)
        records = self._open(order, "short_shipped")
        _preview, answer = self._mend(records, "backorder")
        self.assertEqual(self._documents(answer).move_ids.product_uom_qty, 6)

    def test_a_promise_of_the_past_plans_nothing_in_a_locked_time(self):
        order = self._short()
        order.commitment_date = fields.Datetime.now() - timedelta(days=40)
        self._lock("fiscalyear_lock_date", -20)
        records = self._open(order, "short_shipped")
        _preview, answer = self._mend(records, "backorder")
        self.assertGreaterEqual(self._documents(answer).scheduled_date.date(), fields.Date.today())

    def test_a_locked_time_forbids_transfers_too(self):
        records = self._open(self._short(), "short_shipped")
        self._lock("fiscalyear_lock_date", 1)
        option = self._as("processor", records).mend_options()
        self.assertEqual(option[0]["act"], "close_short")
        self.assertIn("locked", next(row for row in option if row["act"] == "backorder")["blocked"])

    def test_an_order_that_is_locked_is_told(self):
        order = self._short()
        order.locked = True
        record = self._as("processor", self._open(order, "short_shipped"))
        with self.assertRaisesRegex(UserError, order.name):
            record.mend_apply("backorder")

    # ------------------------------------------------------------------ fetch back

    def test_the_return_of_exactly_what_is_too_much(self):
        order = self._shipped(10, deliver=13)
        self._invoice(order)
        records = self._open(order, "over_shipped")
        preview, answer = self._mend(records, "return")
        self.assertEqual([row["quantity"] for row in self._lines(preview)], [3])
        transfer = self._documents(answer)
        self.assertEqual((transfer.picking_type_code, transfer.move_ids.to_refund), ("incoming", True))
        self.assertEqual(transfer.move_ids.origin_returned_move_id, order.picking_ids.move_ids - transfer.move_ids)
        self._assert_mended(records, transfer)

    def test_the_return_of_a_cancelled_order_spans_its_transfers(self):
        order = self._shipped(10, deliver=4)
        self._deliver(order, {self.product: 3})
        self._invoice(order)
        order._action_cancel()
        records = self._open(order, "cancelled_but_shipped")
        preview, answer = self._mend(records, "return")
        self.assertEqual([row["quantity"] for row in self._lines(preview)], [3, 4])
        self.assertEqual(len(self._documents(answer)), 2)
        self.assertEqual(records.state, "auto_closed")

    def test_goods_of_a_credit_note_are_fetched(self):
        order = self._shipped(10)
        self._credit(self._invoice(order), 4)
        records = self._open(order, "refunded_not_returned")
        _preview, answer = self._mend(records, "return")
        transfer = self._documents(answer)
        self.assertEqual(transfer.move_ids.product_uom_qty, 4)
        transfer.move_ids.picked = True
        transfer.with_context(skip_sms=True).button_validate()
        self._sweep(order)
        self.assertEqual(self._kinds(order), [])

    def test_what_came_back_too_much_goes_out_again(self):
        order = self._shipped(4)
        self._invoice(order)
        back = self._back(order, 4)
        back.move_ids.quantity = 6
        self._invoice(order)
        records = self._open(order).filtered(lambda record: record.kind == "over_returned")
        _preview, answer = self._mend(records, "return")
        transfer = self._documents(answer)
        self.assertEqual((transfer.picking_type_code, transfer.move_ids.product_uom_qty), ("outgoing", 2))
        transfer.move_ids.picked = True
        transfer.action_quality_pass()
        transfer.with_context(skip_sms=True).button_validate()
        self._sweep(order)
        self._assert_mended(records, transfer)

    def test_nothing_is_left_to_be_returned(self):
        order = self._shipped(10, deliver=13)
        self._invoice(order)
        records = self._open(order, "over_shipped")
        self._back(order, 12, to_refund=False)
        self._shipped(1)
        self.assertEqual(self._as("processor", records).mend_apply("return")["documents"], [])

    # ------------------------------------------------------------------ replacement

    def test_the_replacement_that_was_promised(self):
        order = self._shipped(10)
        self._invoice(order)
        case = {
            "key": "R-1",
            "order_id": order.id,
            "lines": [
                {
                    "line_id": order.order_line.id,
                    "quantity": 3,
                    "reason": "defective",
                    "disposition": "restock",
                    "settlement": "replacement",
                }
            ],
        }
        answer = self.env["order.return"].request([case], "test")[0]
        self.assertTrue(answer["ok"], answer)
        self.env["order.return"].browse(answer["return_id"]).process()
        order.picking_ids.filtered(lambda transfer: transfer.state not in ("done", "cancel")).action_cancel()
        records = self._open(order, "replacement_not_sent")
        preview, answer = self._mend(records, "replace")
        self.assertEqual([row["quantity"] for row in self._lines(preview)], [3])
        self._assert_mended(records, self._documents(answer))

    # ------------------------------------------------------------------ close

    def test_the_line_is_closed_short_for_a_reason(self):
        order = self._short()
        records = self._open(order, "short_shipped")
        reason = self.env["order.close.reason"].search([], limit=1)
        self.assertIn("reason", self._as("processor", records).mend_preview("close_short")["problem"])
        preview, answer = self._mend(records, "close_short", reason_code=reason.code, note="Sold out")
        self.assertEqual([(row["quantity"], row["amount"]) for row in self._lines(preview)], [(4, 40)])
        self.assertEqual(order.order_line.product_uom_qty, 4)
        self._assert_mended(records, order)
        self.assertEqual(self._documents(answer), order)
        row = self._events(order, "closed_short")
        self.assertEqual((row.quantity, row.reason), (-6, reason.code))

    # ------------------------------------------------------------------ sets

    def _queries(self, size, act, **wishes):
        orders = self._short(count=size)
        records = self._as("processor", self._open(orders, "short_shipped"))
        self.env.flush_all()
        self.env["order.event"].flush_model()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        answer = records.mend_apply(act, **wishes)
        self.env.flush_all()
        self.assertEqual(sorted(answer["closed"]), sorted(records.ids))
        return self.cr.sql_log_count - before

    def test_what_the_act_adds_to_core_does_not_grow(self):
        """Core's procurement is linear; beside it the statements are the same for one and for ten."""
        with self.subTest("accept: nothing of core"):
            self.users["processor"].group_ids |= self.env.ref("order_processing.group_manager")
            accept = []
            for size in (1, 1, 10):
                orders = self._short(count=size)
                records = self._as("processor", self._open(orders, "short_shipped"))
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                records.mend_apply("accept", note="Test")
                self.env.flush_all()
                accept.append(self.cr.sql_log_count - before)
            self.assertLess(accept[2], accept[1] + 9)
        with self.subTest("backorder"):
            self._queries(1, "backorder")
            one, ten = self._queries(1, "backorder"), self._queries(10, "backorder")
            core = []
            for size in (1, 1, 10):
                orders = self._short(count=size)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                orders.with_user(self.users["processor"]).order_line._action_launch_stock_rule()
                self.env.flush_all()
                core.append(self.cr.sql_log_count - before)
            # pending writes meet in another order, a few statements for all; one for each would be nine more
            self.assertLess(ten - one, core[2] - core[1] + 9)
