from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.order_processing.models.common.business_day import business_day

from tests.discrepancy.common import DiscrepancyCase, dozens


class TestMatching(DiscrepancyCase):
    def test_a_line_from_order_to_payment(self):
        order = self._shipped(10, 3.33, deliver=4)
        invoice = self._invoice(order)
        self._pay(invoice, 5)
        self._back(order, 1)
        (row,) = self._figures(order).values()
        self.assertEqual((row["ordered"], row["shipped"], row["returned"], row["returned_refund"]), (10, 4, 1, 1))
        self.assertEqual((row["delivered"], row["invoiced"], row["credited"]), (3, 4, 0))
        self.assertEqual((row["ordered_value"], row["shipped_value"], row["returned_value"]), (33.3, 13.32, 3.33))
        self.assertEqual((row["invoiced_value"], row["credited_value"], row["paid_value"]), (13.32, 0, 5))
        self.assertEqual(row["to_invoice_net"], -1)
        self.assertEqual((row["open_out"], row["open_back"]), (6, 0))
        self._assert_figures(order)

    def test_cancelled_counts_what_was_open(self):
        order = self._shipped(10, deliver=4)
        order._action_cancel()
        (row,) = self._figures(order).values()
        self.assertEqual((row["ordered"], row["cancelled"], row["shipped"]), (10, 6, 4))
        order.action_draft()
        (row,) = self._figures(order).values()
        self.assertEqual(row["cancelled"], 0)

    def test_return_without_refund_and_its_replacement_leave_delivered_alone(self):
        order = self._shipped(10)
        back = self._back(order, 4, to_refund=False)
        self._assert_figures(order)
        again = self._back(order, 3, to_refund=False, transfer=back)
        self.assertEqual(again.move_ids.location_dest_id.usage, "customer")
        (row,) = self._figures(order).values()
        self.assertEqual((row["shipped"], row["returned"], row["replaced"], row["delivered"]), (10, 4, 3, 10))
        self._assert_figures(order)

    def test_return_of_a_return_counts_again(self):
        order = self._shipped(10)
        back = self._back(order, 4)
        self._back(order, 3, transfer=back)
        (row,) = self._figures(order).values()
        self.assertEqual((row["shipped"], row["resent"], row["returned_refund"], row["delivered"]), (13, 3, 4, 9))
        self._assert_figures(order)

    def test_units_convert_to_the_lines(self):
        order = self._make_order()
        order.order_line = [Command.clear(), dozens(self.product, 2, self.dozen)]
        order.action_confirm()
        self.assertEqual(order.order_line.move_ids.product_uom, self.product.uom_id)
        self._deliver(order, {self.product: 7})
        self._invoice(order)
        self._assert_figures(order)
        (row,) = self._figures(order).values()
        self.assertAlmostEqual(row["shipped"], 7 / 12, 8)
        self.assertEqual(row["delivered"], 0.58)

    def test_services_sections_and_down_payments(self):
        order = self._make_order((self.product, 2, 50), (self.service, 3))
        order.order_line = [Command.create({"display_type": "line_section", "name": "Section"})]
        order.action_confirm()
        order.order_line.filtered(lambda line: line.product_id == self.service).qty_delivered = 2
        wizard = self.env["sale.advance.payment.inv"].create(
            {"advance_payment_method": "fixed", "fixed_amount": 20, "sale_order_ids": [Command.set(order.ids)]}
        )
        wizard.create_invoices()
        self.assertTrue(order.order_line.filtered("is_downpayment"))
        order.invoice_ids.action_post()
        self._deliver(order)
        self._invoice(order)
        self._assert_figures(order)
        rows = self._figures(order)
        self.assertEqual(len(rows), 2)
        service = rows[order.order_line.filtered(lambda line: line.product_id == self.service).id]
        self.assertEqual((service["shipped"], service["delivered"], service["invoiced"]), (0, 2, 3))

    def test_orders_in_another_currency(self):
        currency = self.env["res.currency"].with_context(active_test=False).search(
            [("id", "!=", self.company.currency_id.id)], limit=1
        )  # fmt: skip
        currency.active = True
        currency.rate_ids = [Command.clear(), Command.create({"name": "2000-01-01", "rate": 2.0})]
        pricelist = self.env["product.pricelist"].create({"name": "Foreign", "currency_id": currency.id})
        order = self._shipped(10, 7.0, pricelist_id=pricelist.id)
        invoice = self._invoice(order)
        (row,) = self._figures(order).values()
        self.assertEqual(row["currency_id"], currency.id)
        self.assertEqual((row["ordered_value"], row["shipped_value"], row["invoiced_value"]), (70, 70, 70))
        invoice.button_draft()
        invoice.currency_id = self.company.currency_id
        invoice.action_post()
        (row,) = self._figures(order).values()
        self.assertTrue(row["other_currency"])
        self.assertEqual(row["invoiced_value"], 2 * invoice.invoice_line_ids.price_subtotal)

    def test_negative_lines_take_goods_back(self):
        order = self._make_order((self.product, 5), (self.other_product, -2))
        order.action_confirm()
        for picking in order.picking_ids:
            picking.move_ids.quantity = picking.move_ids.product_uom_qty
            picking.move_ids.picked = True
            if "order.quality.check" in self.env:
                picking.action_quality_pass()
            picking.with_context(skip_sms=True).button_validate()
        self._assert_figures(order)
        row = self._figures(order)[order.order_line[1].id]
        self.assertEqual((row["ordered"], row["delivered"]), (-2, -2))

    def _done_move(self, line, quantity, origin, target, **vals):
        """A done move of a line between two places, as a route of another module would make it."""
        move = self.env["stock.move"].create(
            {
                "product_id": line.product_id.id,
                "product_uom": line.product_uom_id.id,
                "product_uom_qty": quantity,
                "location_id": origin.id,
                "location_dest_id": target.id,
                "sale_line_id": line.id,
                "company_id": line.company_id.id,
                **vals,
            }
        )
        move._action_confirm()
        move.quantity = quantity
        move.picked = True
        move._action_done()
        return move

    def test_drop_shipments_and_their_returns_count_as_core_counts_them(self):
        order = self._make_order((self.product, 10))
        order.action_confirm()
        order.picking_ids.action_cancel()
        vendor = self.env.ref("stock.stock_location_suppliers")
        customer = self.env.ref("stock.stock_location_customers")
        sent = self._done_move(order.order_line, 6, vendor, customer)
        self._assert_figures(order)
        self._done_move(order.order_line, 2, customer, vendor, to_refund=True, origin_returned_move_id=sent.id)
        (row,) = self._figures(order).values()
        self.assertEqual((row["shipped"], row["returned_refund"], row["delivered"]), (6, 2, 4))
        self._assert_figures(order)

    def test_delivery_in_two_steps_counts_once(self):
        self.warehouse.delivery_steps = "pick_ship"
        self.addCleanup(self.env.invalidate_all)
        order = self._make_order((self.product, 10))
        order.action_confirm()
        self._deliver(order, {self.product: 7})
        (row,) = self._figures(order).values()
        self.assertEqual((row["shipped"], row["delivered"]), (0, 0))
        self.assertGreater(row["open_out"], 0)
        last = order.picking_ids.filtered(
            lambda picking: picking.location_dest_id.usage == "customer" and picking.state != "cancel"
        )
        last.move_ids.quantity = 7
        last.move_ids.picked = True
        if "order.quality.check" in self.env:
            last.action_quality_pass()
        last.with_context(skip_backorder=True, skip_sms=True).button_validate()
        (row,) = self._figures(order).values()
        self.assertEqual((row["shipped"], row["delivered"]), (7, 7))
        self._assert_figures(order)

    def test_payment_of_two_orders_is_shared_over_the_lines_to_the_cent(self):
        orders = self.env["sale.order"]
        for count in (1, 2):
            order = self._make_order(*[(self.product, 1, 10)] * count)
            order.action_confirm()
            self._deliver(order, {self.product: 1})
            orders |= order
        invoice = orders._create_invoices()
        invoice.action_post()
        self.assertEqual(len(invoice), 1)
        self._pay(invoice, 10)
        paid = {}
        for row in self.env["order.matching"].figures(orders.ids):
            paid.setdefault(row["order_id"], []).append(row["paid_value"])
        self.assertEqual(paid, {orders[0].id: [3.33], orders[1].id: [3.34, 3.33]})

    def test_figures_are_for_processors_and_their_orders(self):
        order = self._shipped(2)
        rows = self._as("processor", self.env["order.matching"]).figures(order.ids)
        self.assertEqual(rows[0]["shipped"], 2)
        self.assertFalse([value for value in rows[0].values() if value is None])
        with self.assertRaises(AccessError):
            self._as("salesman", self.env["order.matching"]).figures(order.ids)
        with self.assertRaises(AccessError):
            self._as("stranger", self.env["order.matching"]).figures(order.ids)

    def test_queries_are_constant(self):
        orders = self.env["sale.order"].browse([self._shipped(2).id for _ in range(12)])
        self.env.flush_all()
        self.env["order.event"].flush_model()

        def queries(some):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["order.matching"].figures(some.ids)
            return self.cr.sql_log_count - before

        queries(orders[:1])
        self.assertEqual(queries(orders[:1]), queries(orders))


class TestAnySet(DiscrepancyCase):
    """Orders by ids, by a domain, by a day; how far core's stored figures are off; a read and nothing else."""

    def test_by_ids_by_domain_and_by_day(self):
        order, other = self._shipped(3), self._shipped(4)
        matching = self._as("processor", self.env["order.matching"])
        by_ids = matching.figures((order | other).ids)
        self.assertEqual(matching.figures(domain=[("id", "in", (order | other).ids)]), by_ids)
        day = business_day(self.company)
        today = {row["order_id"] for row in matching.figures(day=day.isoformat())}
        self.assertLessEqual({order.id, other.id}, today)
        self.assertEqual(matching.figures(order.ids, day=day), by_ids[:1])
        self.assertEqual(matching.figures(order.ids, day=day - timedelta(days=400)), [])
        with self.assertRaisesRegex(UserError, "Say which orders"):
            matching.figures()

    def test_orders_of_other_companies_are_not_found_by_a_domain(self):
        order = self._shipped(3)
        stranger = self._as("stranger", self.env["order.matching"])
        self.assertEqual(stranger.figures(domain=[("id", "=", order.id)]), [])
        self.assertEqual(stranger.figures(day=business_day(self.company)), [])

    def test_first_and_last_day_of_each_fact(self):
        order = self._shipped(10, deliver=4)
        invoice = self._invoice(order)
        self._pay(invoice, 5)
        self._back(order, 1)
        self._credit(invoice, 1)
        moves = order.picking_ids.move_ids.filtered(lambda move: move.state == "done")
        moves.filtered(lambda move: move.location_dest_id.usage == "customer").date = "2020-02-03 10:00:00"
        self._deliver(order, {self.product: 1})
        (row,) = self._figures(order).values()
        today = str(business_day(self.company))
        self.assertEqual((row["first_shipped"], row["last_shipped"]), ("2020-02-03", today))
        for fact in ("ordered", "returned", "invoiced", "credited"):
            self.assertEqual((row[f"first_{fact}"], row[f"last_{fact}"]), (today, today), fact)
        self.assertTrue(row["first_paid"])
        self.assertEqual((row["first_cancelled"], row["last_cancelled"]), ("", ""))

    def test_how_far_stored_fields_are_off(self):
        order = self._shipped(10, 3.0, deliver=6)
        self._invoice(order)
        (row,) = self._figures(order).values()
        self.assertEqual([row[f"{name}_off"] for name in ("delivered", "invoiced", "amount_to_invoice")], [0, 0, 0])
        self.assertEqual(row["amount_to_invoice"], order.order_line.amount_to_invoice)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET qty_delivered = 8, qty_invoiced = 5 WHERE order_id = %s", [order.id]
        )
        self.env.invalidate_all()
        (row,) = self._figures(order).values()
        self.assertEqual((row["delivered_off"], row["invoiced_off"], row["amount_to_invoice_off"]), (2, -1, 9))

    def test_it_answers_on_a_read_only_cursor(self):
        order = self._shipped(3)
        self.env.flush_all()
        expected = self.env["order.matching"].figures(order.ids)
        self.registry_enter_test_mode()
        with self.registry.cursor(readonly=True) as cr:
            env = self.env(cr=cr, user=self.users["processor"])
            self.assertEqual(env["order.matching"].figures(order.ids), expected)
            self.assertEqual(env["order.matching"].figures(order.ids, day=business_day(self.company)), expected)

    def test_reading_recomputes_and_writes_nothing(self):
        order = self._shipped(3)
        self.env.flush_all()
        self.env["order.event"].flush_model()
        # pending of a field that the statement does not read stays pending
        order.note = "<p>Later</p>"
        self.env["order.matching"].figures(order.ids)
        self.env.cr.execute("SELECT note FROM sale_order WHERE id = %s", [order.id])
        self.assertFalse(self.env.cr.fetchone()[0])
