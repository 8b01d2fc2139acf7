"""Where goods go: dispositions, replacements, lots, back-dating, the day book, and that the ledgers agree afterwards."""

from odoo import fields
from odoo.fields import Command

from .common import ReturnCase


class TestGoods(ReturnCase):
    def _agrees(self, orders):
        """No discrepancy stands on these orders."""
        self.env["order.discrepancy"].sweep([("order_id", "in", orders.ids)])
        found = orders.order_discrepancy_ids.filtered(lambda record: record.state in ("open", "in_progress"))
        self.assertFalse(found.mapped("display_name"))

    def test_back_to_stock(self):
        order = self._shipped((self.product, 5))
        before = self._on_hand(self.product, self.warehouse.lot_stock_id)
        case = self._ask(self._row(order.order_line, 2))
        self._process(case)
        self.assertEqual(self._on_hand(self.product, self.warehouse.lot_stock_id), before + 2)
        self.assertEqual(case.picking_ids.return_id, order.picking_ids - case.picking_ids)
        self._agrees(order)

    def test_quarantine_is_outside_every_warehouse(self):
        order = self._shipped((self.product, 5))
        before = self.product.qty_available
        self._process(self._ask(self._row(order.order_line, 2, disposition="quarantine")))
        quarantine = self.company.order_quarantine_location_id
        self.assertEqual(self._on_hand(self.product, quarantine), 2)
        self.assertEqual(self.product.qty_available, before)
        self._process(self._ask(self._row(order.order_line, 1, disposition="quarantine")))
        self.assertEqual(self.company.order_quarantine_location_id, quarantine, "made once")
        self._agrees(order)

    def test_scrap(self):
        order = self._shipped((self.product, 5))
        before = self._on_hand(self.product, self.warehouse.view_location_id)
        case = self._ask(self._row(order.order_line, 2, disposition="scrap", reason="damaged"))
        self._process(case)
        scrap = self.env["stock.scrap"].search([("origin", "=", case.name)])
        self.assertEqual((scrap.state, scrap.scrap_qty), ("done", 2))
        self.assertEqual(self._on_hand(self.product, self.warehouse.view_location_id), before)
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))
        self._agrees(order)

    def test_the_customer_keeps_it_and_gets_the_money(self):
        order = self._shipped((self.product, 5))
        line = order.order_line
        case = self._ask(self._row(line, 2, disposition="customer_keeps", reason="damaged"))
        self._process(case)
        self.assertFalse(case.picking_ids)
        self.assertEqual(case.credit_ids.amount_untaxed, 20)
        self.assertEqual(self._figures(line), (5, 5, 0), "nothing to invoice again")
        self.assertEqual(line.order_returnable_qty, 3, "what was paid back cannot come back for money")
        self._process(self._ask(self._row(line, 3)))
        self.assertEqual(self._figures(line), (2, 2, 0))
        self.assertEqual(sum(order.order_return_line_ids.mapped("credited_amount")), 50)
        self._agrees(order)

    def test_replacement_leaves_delivered_and_invoiced_alone(self):
        order = self._shipped((self.product, 5))
        line = order.order_line
        case = self._ask(self._row(line, 2, disposition="quarantine", settlement="replacement", reason="defective"))
        self._process(case)
        self.assertFalse(case.credit_ids)
        again = case.picking_ids.filtered(lambda transfer: transfer.picking_type_code == "outgoing")
        self.assertEqual(again.state, "assigned")
        self.assertEqual(self._figures(line), (5, 5, 0))
        self.assertEqual(line.order_returnable_qty, 3)
        self._deliver(order)
        self.assertEqual(again.state, "done")
        self.assertEqual(self._figures(line), (5, 5, 0))
        self.assertEqual(line.order_returnable_qty, 5, "what was sent again may come back too")
        self.assertIn("replaced", self._events(order).mapped("kind"))
        self._agrees(order)
        self._process(self._ask(self._row(line, 4)))
        self.assertEqual(self._figures(line), (1, 1, 0))
        self._agrees(order)

    def test_goods_back_for_nothing(self):
        order = self._shipped((self.product, 5))
        self._process(self._ask(self._row(order.order_line, 2, settlement="none")))
        self.assertEqual(self._figures(order.order_line), (5, 5, 0))
        self.assertEqual(order.order_line.order_returnable_qty, 3)
        self._agrees(order)

    def test_one_case_mixes_all(self):
        order = self._shipped((self.product, 10), (self.other_product, 4))
        goods, other = order.order_line
        case = self._ask(
            self._row(goods, 1),
            self._row(goods, 2, disposition="scrap"),
            self._row(goods, 3, disposition="quarantine", settlement="replacement"),
            self._row(other, 1, disposition="customer_keeps"),
            self._row(other, 2, settlement="none"),
        )
        self._process(case)
        self.assertEqual(self._figures(goods), (7, 7, 0))
        self.assertEqual(self._figures(other), (4, 4, 0))
        self.assertEqual(case.credit_ids.amount_untaxed, 55)
        self.assertEqual(goods.order_returnable_qty, 4)
        self.assertEqual(other.order_returnable_qty, 1)

    def test_lots_and_serials_come_back(self):
        for tracking, names in (("lot", ["L1"]), ("serial", ["S1", "S2", "S3"])):
            product = self._make_product(f"By {tracking}", f"TR-{tracking}", 10.0, tracking=tracking)
            lots = self.env["stock.lot"].create(
                [{"name": name, "product_id": product.id, "company_id": self.company.id} for name in names]
            )
            for lot in lots:
                self.env["stock.quant"]._update_available_quantity(
                    product, self.warehouse.lot_stock_id, 3 / len(lots), lot_id=lot
                )
            order = self._shipped((product, 3))
            case = self._ask(self._row(order.order_line, 1))
            case.line_ids.write({"lot_id": lots[-1].id})
            self._process(case)
            self.assertEqual(case.picking_ids.move_line_ids.lot_id, lots[-1])
            self.assertEqual(
                self.env["stock.quant"]._get_available_quantity(product, self.warehouse.lot_stock_id, lot_id=lots[-1]),
                1,
            )

    def test_step_by_step(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        case.action_approve()
        self.assertEqual(case.approved_by_id, self.processor)
        self.assertFalse(case.picking_ids)
        case.action_receive()
        self.assertEqual(case.line_ids.received_qty, 2)
        self.assertFalse(case.credit_ids)
        case.action_settle()
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))
        with self._refused("only from"):
            case.action_cancel(reason="too late")

    def test_business_date_and_day_book(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2), business_date="2024-05-03")
        self._process(case, business_date="2024-05-03")
        day = fields.Date.to_date("2024-05-03")
        self.assertEqual(case.credit_ids.invoice_date, day)
        self.assertEqual(case.credit_ids.date, day)
        self.assertEqual(case.picking_ids.move_ids.date.date(), day)
        rows = self._events(order, "return_requested", "received_back", "credited", "settled")
        self.assertEqual(rows.mapped("kind"), ["return_requested", "received_back", "credited", "settled"])
        self.assertEqual(set(rows.mapped("business_date")), {day})
        self.assertEqual(rows[0].quantity, 2)
        self.assertEqual(rows[0].amount, 20)
        self.assertEqual(rows[-1].amount, 20)

    def test_what_another_took_meanwhile_is_refused_by_name(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 4))
        case.action_approve()
        wizard = self.env["stock.return.picking"].create({"picking_id": order.picking_ids.id})
        wizard.product_return_moves.quantity = 3
        wizard._create_return()
        with self._refused(f"{case.name}.*Test Goods.*only 2"):
            case.action_receive()

    def test_one_bad_case_does_not_stop_the_others(self):
        order = self._shipped((self.product, 5))
        self.env["order.return.policy"].create({"name": "No", "product_id": self.other_product.id, "returnable": False})
        other = self._shipped((self.other_product, 5))
        good, bad = self._ask(self._row(order.order_line, 2)), self._ask(self._row(other.order_line, 2))
        unmatched = self._ask({"product": "nothing", "quantity": 1}, customer="nobody", ok=False)
        answers = (bad | good | unmatched).process()
        self.assertEqual([answer["code"] for answer in answers], ["refused", "settled", "unmatched"])
        self.assertIn("May not be returned", answers[0]["message"])
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))
        self.assertEqual(bad.state, "requested")

    def test_a_locked_order_invoiced_as_ordered(self):
        product = self._make_product("Prepaid", "PP-2", 10.0, invoice_policy="order")
        self._stock(product, 100)
        order = self._shipped((product, 5))
        order.action_lock()
        self._process(self._ask(self._row(order.order_line, 2)))
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))
        self.assertTrue(order.locked)
        self._agrees(order)

    def test_three_steps(self):
        self.warehouse.write({"delivery_steps": "pick_pack_ship", "reception_steps": "two_steps"})
        order = self._make_order((self.product, 5))
        order.action_confirm()
        for _step in range(3):
            self._deliver(order)
        self._invoice(order)
        line = order.order_line
        self.assertEqual(line.qty_delivered, 5)
        case = self._ask(self._row(line, 2), self._row(line, 1, settlement="replacement", disposition="quarantine"))
        self._process(case)
        self.assertEqual(self._figures(line), (3, 3, 0))
        self.assertEqual(line.order_returnable_qty, 2)

    def test_the_window_ends_with_its_last_day_and_the_nearest_policy_counts(self):
        above = self.env["product.category"].create({"name": "Above"})
        self.product.categ_id = self.env["product.category"].create({"name": "Below", "parent_id": above.id})
        self.env["order.return.policy"].create(
            [
                {"name": "All", "window_days": 30},
                {"name": "Category", "categ_id": above.id, "window_days": 14},
            ]
        )
        order = self._shipped((self.product, 5))
        delivered = fields.Date.context_today(order)
        for days, eligible in ((14, True), (15, False)):
            day = fields.Date.to_string(fields.Date.add(delivered, days=days))
            case = self._ask(self._row(order.order_line, 1), business_date=day)
            self.assertEqual(case.eligible, eligible, case.line_ids.eligibility)
        self.assertIn("Category", case.line_ids.eligibility)
        self.env["order.return.policy"].create({"name": "P", "product_id": self.product.id, "window_days": 0})
        case = self._ask(self._row(order.order_line, 1), business_date=day)
        self.assertTrue(case.eligible)

    def test_a_product_with_its_own_tax_and_two_invoices_in_one_case(self):
        tax = self.env["account.tax"].create({"name": "T", "amount": 20, "company_id": self.company.id})
        product = self._make_product("Taxed", "TX-9", 3.33, taxes_id=[Command.set(tax.ids)])
        self._stock(product, 100)
        order = self._make_order((product, 6))
        order.action_confirm()
        self._deliver(order, {product: 3})
        first = self._invoice(order)
        self._deliver(order)
        second = self._invoice(order)
        case = self._ask(self._row(order.order_line, 6))
        self._process(case)
        self.assertEqual(sum(case.credit_ids.mapped("amount_total")), sum((first | second).mapped("amount_total")))
        self.assertEqual(set((first | second).mapped("amount_residual")), {0})
        self.assertEqual(self._figures(order.order_line), (0, 0, 0))
