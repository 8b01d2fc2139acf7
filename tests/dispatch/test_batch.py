"""Batches: who fails alone, what waits, what it costs."""

from odoo.exceptions import AccessError, UserError

from tests.common import ObservingCase, OrderCase


class TestBatch(OrderCase):
    def _confirmed(self, *lines, count=1, **vals):
        orders = self._make_orders(count, *lines, **vals)
        orders.action_confirm()
        return orders

    def test_bad_orders_are_found_and_nothing_of_them_stays(self):
        self._stock(self.product, 100)
        orders = self._confirmed((self.product, 2), count=7)
        bad = orders[2] | orders[5]
        bad.picking_ids.action_assign()
        self._as("processor", bad.picking_ids).action_quality_fail("Crushed")
        results = self._as("processor", orders).action_dispatch()
        self.assertEqual([result["ok"] for result in results], [order not in bad for order in orders])
        self.assertEqual([result["order"] for result in results], orders.mapped("name"))
        for order in bad:
            self.assertFalse(order.invoice_ids)
            self.assertFalse(order.picking_ids.order_pickup_id)
            self.assertFalse(self._events(order, "shipped", "invoiced"))
        self.assertEqual(len(self._events(orders - bad, "shipped")), 5)
        pickup = (orders - bad).picking_ids.order_pickup_id
        self.assertEqual((len(pickup), pickup.parcel_count), (1, 5))

    def test_order_that_ships_complete_waits(self):
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5), (self.other_product, 1), picking_policy="one")
        result = self._as("processor", order).action_dispatch()[0]
        self.assertEqual((result["ok"], result["code"]), (True, "incomplete"))
        self.assertIn(order.picking_ids.name, result["message"])
        self._stock(self.other_product, 1)
        result = self._as("processor", order).action_dispatch()[0]
        self.assertEqual(result["code"], "dispatched")
        self.assertEqual(order.order_line.mapped("qty_delivered"), [5, 1])

    def test_not_stated_as_checked_nothing_leaves_unchecked(self):
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5))
        result = self._as("processor", order).action_dispatch(check=False)[0]
        self.assertEqual((result["ok"], result["code"]), (False, "refused"))
        self.assertIn(order.picking_ids.name, result["message"])
        self._as("processor", order.picking_ids).action_quality_pass("Counted twice")
        result = self._as("processor", order).action_dispatch(check=False, pickup=False, invoice=False)[0]
        self.assertEqual((result["code"], result["invoices"], result["pickup"]), ("dispatched", [], ""))
        self.assertEqual(order.picking_ids.order_quality_check_ids.note, "Counted twice")

    def test_packed_goods_stay_in_their_box_and_the_rest_gets_one(self):
        self._stock(self.product, 5)
        self._stock(self.other_product, 5)
        order = self._confirmed((self.product, 5), (self.other_product, 5))
        order.picking_ids.action_assign()
        box = self.env["stock.package"].create({"name": "BOX-1"})
        order.picking_ids.move_line_ids[0].result_package_id = box
        result = self._as("processor", order).action_dispatch()[0]
        self.assertEqual(len(result["packages"]), 2)
        self.assertIn("BOX-1", result["packages"])

    def test_down_payment_is_taken_off(self):
        self._stock(self.product, 10)
        order = self._confirmed((self.product, 10))
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids, active_model="sale.order")
        wizard.create({"advance_payment_method": "fixed", "fixed_amount": 30}).create_invoices()
        order.invoice_ids.action_post()
        self._as("processor", order).action_dispatch()
        self.assertEqual(sorted(order.invoice_ids.mapped("amount_untaxed")), [30, 70])

    def test_backorder_carries_a_promise(self):
        self._stock(self.product, 4)
        order = self._confirmed((self.product, 6))
        self._as("processor", order).action_dispatch(business_date="2026-03-02")
        self.assertEqual(order.order_line.order_short_qty, 2)
        self.assertEqual(str(order.order_promise_date), "2026-03-09")

    def test_bad_date(self):
        order = self._confirmed((self.product, 1))
        with self.assertRaisesRegex(UserError, "soon"):
            self._as("processor", order).action_dispatch(business_date="soon")

    def test_check_stands_ready_with_the_goods(self):
        self._stock(self.product, 5)
        order = self._make_order((self.product, 5))
        self.warehouse.out_type_id.reservation_method = "at_confirm"
        order.action_confirm()
        check = order.picking_ids.order_quality_check_ids
        self.assertEqual((check.state, check.order_id, check.company_id), ("to_check", order, self.company))
        self._as("processor", order.picking_ids).action_quality_pass()
        self.assertEqual(order.picking_ids.order_quality_check_ids, check, "one a transfer")
        with self.assertRaises(UserError):
            self._as("manager", check).write({"picking_id": self._confirmed((self.product, 1)).picking_ids.id})
        # an order whose check was answered is in hand: the floor cancels the transfer
        order.picking_ids.action_cancel()
        with self.assertRaisesRegex(UserError, "done or cancelled"):
            self._as("processor", order.picking_ids).action_quality_fail("Late")

    def test_other_transfers_need_no_check(self):
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
            }
        )
        self.assertEqual(self._as("processor", receipt).action_quality_pass(), 0)
        for name in ("salesman", "integration", "stranger"):
            with self.assertRaises(AccessError):
                self._as(name, receipt).action_quality_pass()

    def test_our_part_costs_no_query_an_order(self):
        """The difference to core's own calls on a set as large does not grow with the set."""
        self._stock(self.product, 10000)
        self._stock(self.other_product, 10000)

        def made(count):
            orders = self._confirmed((self.product, 1), (self.other_product, 2), count=count)
            orders.picking_ids.action_assign()
            orders.picking_ids.action_quality_pass()
            return orders

        def core(orders):
            pickings = orders.picking_ids
            pickings.action_assign()
            for picking in pickings:
                picking.move_line_ids.result_package_id = self.env["stock.package"].create({})
            pickings.move_ids.picked = True
            pickings.with_context(skip_backorder=True, skip_sms=True).button_validate()
            orders._create_invoices(grouped=True, final=True).action_post()

        def ours(orders):
            results = orders.action_dispatch()
            self.assertEqual({result["code"] for result in results}, {"dispatched"})

        def queries(act, count):
            orders = made(count)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            act(orders)
            self.cr.flush()
            return self.cr.sql_log_count - start

        queries(core, 1)
        queries(ours, 1)
        grown_core = queries(core, 9) - queries(core, 3)
        grown_ours = queries(ours, 9) - queries(ours, 3)
        # less than one for each of the six more
        self.assertLess(grown_ours, grown_core + 6)

    def test_screen_says_what_became_of_each(self):
        self._stock(self.product, 5)
        orders = self._confirmed((self.product, 5)) | self._confirmed((self.other_product, 5))
        wizard = (
            self.env["order.dispatch"]
            .with_user(self.users["processor"])
            .with_context(active_model="sale.order", active_ids=orders.ids)
            .create({"checked": True})
        )
        wizard.action_apply()
        self.assertEqual(wizard.result_ids.mapped("code"), ["dispatched", "nothing"])
        self.assertEqual(wizard.summary, "1 of 2 orders dispatched")
        self.assertEqual(wizard.action_print_labels()["context"]["active_ids"], orders[0].picking_ids.ids)
        for name in ("salesman", "integration"):
            with self.assertRaises(AccessError):
                self.env["order.dispatch"].with_user(self.users[name]).create({})

    def test_screens_of_verdict_and_hand_over(self):
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5))
        order.picking_ids.action_assign()
        check = order.picking_ids.order_quality_check_ids
        for name, act, state in (
            ("processor", "fail", "failed"),
            ("manager", "concede", "passed"),
            ("processor", "again", "to_check"),
        ):
            wizard = self.env["order.quality.verdict"].with_user(self.users[name])
            wizard.create({"act": act, "check_ids": check.ids, "note": "Because"}).action_apply()
            self.assertEqual(check.state, state)
        self._as("processor", order).action_dispatch()
        close = self.env["order.pickup.close"].with_user(self.users["processor"])
        pickup = order.picking_ids.order_pickup_id
        pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        close.create({"pickup_id": pickup.id, "signed_by": "Driver", "signature": pixel}).action_apply()
        self.assertEqual((pickup.state, pickup.signed_by), ("handed_over", "Driver"))
        self.assertTrue(pickup.signature)


class TestBatchObserving(ObservingCase):
    def test_failed_goods_are_recorded_and_leave(self):
        self._stock(self.product, 5)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        order.picking_ids.action_assign()
        self._as("processor", order.picking_ids).action_quality_fail("Wet")
        result = self._as("processor", order).action_dispatch()[0]
        self.assertEqual(result["code"], "dispatched")
        self.assertEqual(order.picking_ids.order_quality_state, "failed")


class TestBatchOff(OrderCase):
    control = "off"

    def test_no_checks_are_made(self):
        self._stock(self.product, 5)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        self._deliver_plain(order)
        self.assertFalse(order.picking_ids.order_quality_check_ids)

    def _deliver_plain(self, order):
        order.picking_ids.action_assign()
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
