from odoo.tools import SQL

from odoo.addons.order_processing.models.reconciliation import buckets

from tests.enquiry.states import assert_told

from .common import ReconciliationCase


class TestBuckets(ReconciliationCase):
    control = "enforced"

    def _ready_transfer(self, order):
        order.action_confirm()
        order.picking_ids.action_assign()
        return order.picking_ids

    def _pass(self, transfers):
        transfers.action_quality_pass()

    def test_each_bucket_is_reached(self):
        expected = {}
        expected["to_verify"] = self._make_order((self.product, 1))
        expected["verified"] = self._make_order((self.product, 2))
        expected["verified"].action_verify()
        expected["held"] = self._make_order((self.product, 3))
        expected["held"].action_hold("manual", "Wait for the customer")
        expected["cancelled"] = self._make_order((self.product, 4))
        expected["cancelled"]._action_cancel()
        expected["waiting"] = self._make_order((self._make_product("Nowhere", "TG-9", 10.0), 5))
        expected["waiting"].action_confirm()
        expected["ready"] = self._make_order((self.product, 6))
        self._ready_transfer(expected["ready"])
        expected["picking"] = self._make_order((self.product, 7))
        transfer = self._ready_transfer(expected["picking"])
        transfer.move_ids.picked = True
        self._pass(transfer)
        expected["check"] = self._make_order((self.product, 8))
        transfer = self._ready_transfer(expected["check"])
        transfer.move_ids.picked = True
        failed = self._make_order((self.product, 8))
        self._ready_transfer(failed).action_quality_fail("Scratched")
        for bucket, quantity in (("to_invoice", 9), ("to_pay", 10), ("complete", 11), ("in_return", 12)):
            expected[bucket] = self._make_order((self.product, quantity))
            expected[bucket].action_confirm()
            self._deliver(expected[bucket])
        self._invoice(expected["to_pay"])
        self._pay(self._invoice(expected["complete"]))
        self._invoice(expected["in_return"])
        self._ask_back(expected["in_return"])
        answer = self.env["order.intake"].submit(
            [{"reference": "R-1", "customer": {"ref": "nobody"}, "lines": []}], "test", self.company.id
        )
        self.assertFalse(answer[0]["ok"])
        statement = self._next_day(sign=False)
        statement.explain_checks({"*": "One order for each bucket"})
        statement.action_sign()
        self.assertEqual(
            {bucket: self._bucket(statement, order) for bucket, order in expected.items()},
            {bucket: bucket for bucket in expected},
        )
        self.assertEqual(self._bucket(statement, failed), "check")
        rejected = statement.line_ids.filtered(lambda line: line.bucket == "rejected")
        self.assertEqual(rejected.mapped("order_name"), ["R-1"])
        self.assertTrue(rejected.intake_id)
        self.assertEqual(set(expected) | {"rejected"}, {bucket.code for bucket in buckets.BUCKETS})
        self._assert_proven(statement)
        assert_told(self, statement)
        # figures of one entry
        entry = statement.line_ids.filtered(lambda line: line.order_number == expected["complete"].id)
        self.assertEqual((entry.ordered_qty, entry.shipped_qty, entry.invoiced_qty, entry.open_qty), (11, 11, 11, 0))
        self.assertEqual((entry.ordered_value, entry.paid_value, entry.paid_value_company), (110, 110, 110))
        self.assertEqual(entry.action_open_entry()["res_id"], expected["complete"].id)
        self.assertEqual(rejected.action_open_entry()["res_model"], "order.intake")

    def _ask_back(self, order):
        """Core's return, not received yet: the goods are coming back."""
        transfer = order.picking_ids.filtered(lambda p: p.state == "done")
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=transfer.id, active_ids=transfer.ids, active_model="stock.picking")
            .create({"picking_id": transfer.id})
        )
        wizard.product_return_moves.quantity = 1
        wizard.action_create_returns()

    def test_a_deleted_order_is_kept_by_its_name(self):
        order = self._make_order((self.product, 4))
        name = order.name
        self.env.flush_all()
        order.unlink()
        line = self._next_day().line_ids.filtered(lambda line: line.order_name == name)
        self.assertEqual((line.bucket, bool(line.order_id), line.ordered_qty), ("cancelled", False, 0))

    def test_an_order_short_of_goods_is_not_complete(self):
        order = self._make_order((self.product, 4))
        order.action_confirm()
        self._deliver(order, {self.product: 3}, backorder=False)
        self._pay(self._invoice(order))
        statement = self._next_day()
        self.assertEqual(self._bucket(statement, order), "waiting")
        order.order_line.product_uom_qty = 3
        following = self._next_day()
        self.assertEqual(self._bucket(following, order), "complete")
        self._assert_proven(following)
        # complete and untouched: the day after does not carry it
        self.assertFalse(self._next_day().line_ids.filtered(lambda line: line.order_number == order.id))

    def test_two_companies_do_not_meet(self):
        own = self._make_order((self.product, 1))
        other = self.Statement.browse(self.Statement.sudo().with_user(self.users["stranger"]).draft_day(self.day)["id"])
        self.assertFalse(other.line_ids)
        self.assertEqual(self._bucket(self._next_day(), own), "to_verify")
        self._as("stranger", other).action_sign()
        self.assertEqual(other.number, 1)
        self.assertTrue(self._as("stranger", self.Statement).verify_chain(self.other_company.id)["ok"])

    def test_queries_do_not_grow_with_the_orders(self):
        def drawn(count):
            self._make_orders(count, (self.product, 1))
            self.env.flush_all()
            self.env["order.event"].flush_model()
            start = self.cr.sql_log_count
            statement = self._next_day(sign=False)
            queries = self.cr.sql_log_count - start
            statement.action_sign()
            return queries

        drawn(1)
        self.assertEqual(drawn(2), drawn(30))

    def test_the_conditions_are_data_and_the_last_takes_the_rest(self):
        self.assertEqual(buckets.BUCKETS[-1].condition, "TRUE")
        # without the last each row of facts that an order can have still finds one, or is complete
        self.env.cr.execute(
            SQL(
                """
                SELECT count(*), count(stands.code) FROM (
                    SELECT * FROM unnest(ARRAY['draft', 'sent', 'sale', 'cancel', NULL]) AS state,
                           unnest(ARRAY['to_verify', 'held', 'verified']) AS verification_state,
                           unnest(ARRAY[TRUE, FALSE]) AS is_envelope, unnest(ARRAY[TRUE, FALSE]) AS on_hold,
                           unnest(ARRAY[TRUE, FALSE]) AS coming_back, unnest(ARRAY[TRUE, FALSE]) AS to_check,
                           unnest(ARRAY[TRUE, FALSE]) AS picked, unnest(ARRAY[TRUE, FALSE]) AS assigned,
                           unnest(ARRAY[TRUE, FALSE]) AS moving, unnest(ARRAY[TRUE, FALSE]) AS outstanding,
                           unnest(ARRAY[TRUE, FALSE]) AS to_invoice, unnest(ARRAY[TRUE, FALSE]) AS to_pay) entry
                CROSS JOIN LATERAL (SELECT %s AS code) stands
                """,
                buckets.bucket_case(),
            )
        )
        rows, placed = self.env.cr.fetchone()
        self.assertEqual((rows, placed), (15 * 2**10, 15 * 2**10))
