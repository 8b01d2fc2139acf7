"""Each settlement, observed in documents, quantities and ledgers."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from .common import ReturnCase


class TestSettlement(ReturnCase):
    def setUp(self):
        super().setUp()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)

    def _agrees(self, orders):
        """No discrepancy is found, and core's figures ask for nothing."""
        orders.invalidate_recordset()
        self.env["order.discrepancy"].sweep([("order_id", "in", orders.ids)])
        found = orders.order_discrepancy_ids.filtered(lambda record: record.state in ("open", "in_progress"))
        self.assertFalse(found.mapped("display_name"))

    def _pay(self, invoice):
        """Pay ``invoice`` wholly by bank."""
        wizard = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids)
        return wizard.create({}).action_create_payments()

    def _today(self):
        return fields.Date.context_today(self.env["sale.order"])

    # ------------------------------------------------------------------ store credit

    def test_store_credit_stays_open_for_the_next_invoice(self):
        order = self._shipped((self.product, 5))
        self._pay(order.invoice_ids)
        case = self._ask(self._row(order.order_line, 2, settlement="credit"))
        self._process(case)
        credit = case.credit_ids
        self.assertEqual((credit.state, credit.amount_total, credit.amount_residual), ("posted", 20, 20))
        self.assertEqual(credit.order_return_settlement, "credit")
        case.action_follow()
        self.assertEqual(
            case.state, "closed", "nothing is open of it: the customer uses it when there is something to buy"
        )
        following = self._shipped((self.product, 3)).invoice_ids
        offered = following.invoice_outstanding_credits_debits_widget
        self.assertEqual([row["amount"] for row in offered["content"]], [20])
        self._agrees(order)
        self.env.cr.execute(
            "UPDATE account_move SET invoice_date_due = invoice_date_due - 5 WHERE id = %s", [credit.id]
        )
        self.env["account.move"].invalidate_model()
        self._agrees(order)
        following.js_assign_outstanding_line(offered["content"][0]["id"])
        self.assertEqual((following.amount_residual, credit.amount_residual), (10, 0))
        self._agrees(order)

    def test_store_credit_is_not_set_against_its_own_open_invoice(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2, settlement="credit"), self._row(order.order_line, 1))
        self._process(case)
        by_kind = {credit.order_return_settlement: credit for credit in case.credit_ids}
        self.assertEqual((by_kind["credit"].amount_residual, by_kind["refund"].amount_residual), (20, 0))
        self.assertEqual(order.invoice_ids[0].amount_residual, 40)

    # ------------------------------------------------------------------ exchange

    def _exchange(self, order, quantity=1, other=None, of_it=1, **vals):
        """A case that exchanges ``quantity`` of the first line."""
        other = other or self.other_product
        row = self._row(
            order.order_line[:1],
            quantity,
            settlement="exchange",
            exchange_product=other.default_code,
            exchange_quantity=of_it,
            **vals,
        )
        case = self._ask(row)
        self._process(case)
        return case

    def test_a_dearer_exchange_is_charged_for_what_it_costs(self):
        order = self._shipped((self.product, 5))
        self._pay(order.invoice_ids)
        case = self._exchange(order, 2, of_it=1)
        exchange = case.exchange_order_ids
        self.assertEqual((exchange.state, exchange.order_line.product_id), ("sale", self.other_product))
        self.assertEqual(exchange.order_line.price_unit, 25)
        self.assertEqual(case.line_ids.difference_amount, 5)
        credit = case.credit_ids
        self.assertEqual((credit.amount_total, credit.amount_residual), (20, 20))
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))
        case.action_follow()
        self.assertEqual(case.state, "settled", "the other product has not left")
        self._deliver(exchange)
        invoice = self._invoice(exchange)
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (25, 5), "the difference, not floored")
        self.assertEqual(credit.amount_residual, 0)
        case.action_follow()
        self.assertEqual(case.state, "closed")
        self._agrees(order | exchange)

    def test_a_cheaper_exchange_leaves_the_difference_to_pay_back(self):
        order = self._shipped((self.other_product, 2))
        self._pay(order.invoice_ids)
        case = self._exchange(order, 2, other=self.product, of_it=3)
        exchange = case.exchange_order_ids
        self.assertEqual(case.line_ids.difference_amount, -20)
        self._deliver(exchange)
        invoice = self._invoice(exchange)
        self.assertEqual((invoice.amount_residual, case.credit_ids.amount_residual), (0, 20))
        self._agrees(order | exchange)

    def test_an_unpaid_order_owes_what_the_other_product_costs(self):
        order = self._shipped((self.product, 2))
        case = self._exchange(order, 2)
        self._deliver(case.exchange_order_ids)
        invoice = self._invoice(case.exchange_order_ids)
        self.assertEqual((order.invoice_ids[0].amount_residual, case.credit_ids.amount_residual), (0, 0))
        self.assertEqual(invoice.amount_residual, 25)

    def test_the_price_is_the_pricelist_of_that_day(self):
        order = self._shipped((self.product, 2))
        self.other_product.list_price = 31
        case = self._exchange(order, 1)
        self.assertEqual(case.exchange_order_ids.order_line.price_unit, 31)

    def test_what_was_exchanged_comes_back_too(self):
        order = self._shipped((self.product, 2))
        exchange = self._exchange(order, 2).exchange_order_ids
        self._deliver(exchange)
        self._invoice(exchange)
        back = self._ask(self._row(exchange.order_line, 1))
        self._process(back)
        self.assertEqual(self._figures(exchange.order_line), (0, 0, 0))
        self.assertEqual(back.credit_ids.amount_total, 25)
        self._agrees(order | exchange)

    def test_an_exchange_names_its_product(self):
        order = self._shipped((self.product, 2))
        case = self._ask(self._row(order.order_line, 1, settlement="exchange"))
        answer = case.process()[0]
        self.assertIn("say which product", answer["message"])
        case.line_ids.write({"exchange_product_id": self.other_product.id, "exchange_quantity": 1})
        self._process(case)
        self.assertEqual(case.exchange_order_ids.state, "sale")
        self._process(case)
        self.assertEqual(len(case.exchange_order_ids), 1)
        self.assertEqual(case.line_ids.kind, "exchange")

    def test_an_exchange_that_a_rule_stops_waits_on_the_desk(self):
        order = self._shipped((self.product, 2))
        self.other_product.list_price = 0
        case = self._exchange(order, 1)
        exchange = case.exchange_order_ids
        self.assertEqual((exchange.state, exchange.verification_state), ("draft", "held"))
        self.assertIn("waits on the desk", case.message_ids.mapped("body")[0] + case.message_ids.mapped("body")[1])

    # ------------------------------------------------------------------ repair

    def test_the_repaired_goods_go_back_by_their_serial(self):
        product = self._make_product("By serial", "SER-1", 10.0, tracking="serial")
        serials = self.env["stock.lot"].create(
            [{"name": name, "product_id": product.id, "company_id": self.company.id} for name in ("S1", "S2", "S3")]
        )
        for serial in serials[:2]:
            self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 1, lot_id=serial)
        order = self._shipped((product, 2))
        case = self._ask(self._row(order.order_line, 1, settlement="repair", reason="defective"))
        self.assertEqual(case.line_ids.disposition, "repair")
        case.line_ids.write({"lot_id": serials[1].id})
        case.action_approve()
        case.action_receive()
        place = self.company.order_repair_location_id
        self.assertEqual(self._on_hand(product, place), 1)
        case.action_settle()
        back = case.picking_ids.filtered(lambda transfer: transfer.picking_type_code == "outgoing")
        self.assertEqual((back.state, back.move_line_ids.lot_id), ("assigned", serials[1]))
        self.assertFalse(case.credit_ids)
        self._deliver(order)
        self.assertEqual((back.state, self._on_hand(product, place)), ("done", 0))
        self.assertEqual(self._figures(order.order_line), (2, 2, 0))
        self.assertEqual(order.order_line.order_returnable_qty, 2)
        self._agrees(order)

    def test_what_is_beyond_repair_is_settled_otherwise(self):
        order = self._shipped((self.product, 2))
        case = self._ask(self._row(order.order_line, 1, settlement="repair"))
        case.line_ids.write({"disposition": "scrap"})
        self.assertIn("to be repaired", case.process()[0]["message"])

    # ------------------------------------------------------------------ in advance

    def _ahead(self, order, quantity=2, **vals):
        case = self._ask(
            self._row(order.order_line, quantity, settlement="replacement", reason="defective", advance=True, **vals)
        )
        case.action_approve()
        return case

    def _later(self, case, days=30):
        case.line_ids._set({"advance_until": self._today() - timedelta(days=days)})
        self.env["order.return"]._cron_advance()

    def test_in_advance_and_followed_in_time(self):
        order = self._shipped((self.product, 5))
        case = self._ahead(order)
        self.assertEqual(case.line_ids.advance_until, self._today() + timedelta(days=14))
        out = case.picking_ids
        self.assertEqual((out.picking_type_code, out.state), ("outgoing", "assigned"))
        self._deliver(order)
        self.assertEqual(self._figures(order.order_line), (5, 5, 0))
        self._agrees(order)
        case.action_receive()
        case.action_settle()
        self.assertEqual(len(case.picking_ids.filtered(lambda one: one.picking_type_code == "outgoing")), 1)
        self._later(case)
        self.assertFalse(case.line_ids.advance_outcome)
        self.assertEqual(self._figures(order.order_line), (5, 5, 0))
        self._agrees(order)

    def test_in_advance_and_invoiced_as_nothing_came(self):
        order = self._shipped((self.product, 5))
        case = self._ahead(order)
        self._later(case)
        self.assertFalse(case.line_ids.advance_outcome, "it has not left yet")
        self._deliver(order)
        self._later(case)
        line = order.order_line
        self.assertEqual(case.line_ids.advance_outcome, "invoice")
        self.assertEqual((line.product_uom_qty, *self._figures(line)), (7, 7, 7, 0))
        self.assertEqual(sum(order.invoice_ids.mapped("amount_total")), 70)
        self.assertEqual(case.state, "settled")
        self.assertTrue(case.activity_ids.filtered(lambda task: task.user_id == self.processor))
        self.assertEqual(line.order_returnable_qty, 7)
        self._agrees(order)
        self._later(case)
        self.assertEqual(line.product_uom_qty, 7, "once")

    def test_in_advance_and_invoiced_where_figures_are_computed_in_between(self):
        """Any other add-on may write what waits as soon as more is ordered; the quantity to invoice was left as it was then."""
        kind = type(self.env["sale.order.line"])
        order_more = kind._order_more

        def order_and_flush(lines, quantities):
            order_more(lines, quantities)
            lines.env.flush_all()

        order = self._shipped((self.product, 5))
        case = self._ahead(order)
        self._deliver(order)
        self.patch(kind, "_order_more", order_and_flush)
        self._later(case)
        line = order.order_line
        self.assertEqual((line.product_uom_qty, *self._figures(line)), (7, 7, 7, 0))
        self.assertEqual(line.qty_to_invoice, 0)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_total")), 70)
        self._agrees(order)

    def test_in_advance_and_a_part_came(self):
        order = self._shipped((self.product, 5))
        case = self._ahead(order)
        self._deliver(order)
        case.action_receive(counts={case.line_ids.id: 1})
        case.action_settle()
        self._agrees(order)
        self._later(case)
        line = order.order_line
        self.assertEqual(case.line_ids.advance_qty, 1)
        self.assertEqual((line.product_uom_qty, *self._figures(line)), (6, 6, 6, 0))
        self._agrees(order)

    def test_in_advance_and_written_off(self):
        self.env["order.return.policy"].create({"name": "Kind", "advance_consequence": "write_off", "advance_days": 3})
        order = self._shipped((self.product, 5))
        case = self._ahead(order)
        self.assertEqual(case.line_ids.advance_until, self._today() + timedelta(days=3))
        self._deliver(order)
        self._later(case)
        line = order.order_line
        self.assertEqual(case.line_ids.advance_outcome, "write_off")
        self.assertEqual(self._figures(line), (5, 5, 0))
        self.assertEqual(line.order_returnable_qty, 5, "what was given away does not come back for money")
        self._agrees(order)

    def test_in_advance_a_part_came_and_the_rest_is_written_off(self):
        self.env["order.return.policy"].create({"name": "Kind", "advance_consequence": "write_off"})
        order = self._shipped((self.product, 5))
        case = self._ahead(order)
        self._deliver(order)
        case.action_receive(counts={case.line_ids.id: 1})
        case.action_settle()
        self._later(case)
        self.assertEqual(order.order_line.order_returnable_qty, 5)
        self._later(case)
        self._process(self._ask(self._row(order.order_line, 5)))
        self.assertEqual(self._figures(order.order_line), (0, 0, 0))
        self._agrees(order)

    def test_in_advance_needs_the_policy_where_the_customer_wishes(self):
        policy = self.env["order.return.policy"].create({"name": "Strict"})
        order = self._shipped((self.product, 5))
        row = self._row(order.order_line, 1, settlement="replacement", advance=True)
        case = self._ask(row)
        self.assertFalse(case.eligible)
        self.assertIn("in advance", case.line_ids.eligibility)
        policy.allow_advance = True
        self.assertTrue(self._ask(row).eligible)

    def test_in_advance_of_another_product(self):
        order = self._shipped((self.product, 5))
        case = self._ask(
            self._row(
                order.order_line, 1, settlement="exchange", exchange_product="TG-2", reason="defective", advance=True
            )
        )
        case.action_approve()
        exchange = case.exchange_order_ids
        self.assertEqual(exchange.state, "sale")
        self._deliver(exchange)
        self._invoice(exchange)
        case.action_receive()
        case.action_settle()
        self.assertEqual(len(case.exchange_order_ids), 1)
        self.assertEqual(self._figures(order.order_line), (4, 4, 0))
        self._agrees(order | exchange)

    def test_cancelled_before_it_left(self):
        order = self._shipped((self.product, 5))
        case = self._ahead(order)
        case.action_cancel(reason="Changed its mind")
        self.assertEqual(case.picking_ids.state, "cancel")
        self._agrees(order)

    # ------------------------------------------------------------------ queries

    def _count(self, method):
        """Queries of ``method`` of the lines of cases of 2 and of 8 orders, what it leaves pending written."""
        counts, Line = [], type(self.env["order.return.line"])
        plain = getattr(Line, method)

        def counted(lines, *args):
            lines.env.flush_all()
            start = lines.env.cr.sql_log_count
            answer = plain(lines, *args)
            lines.env.flush_all()
            counts.append(lines.env.cr.sql_log_count - start)
            return answer

        for number in (1, 2, 8):
            cases = self._ask_each(self._shipped((self.product, 2), count=number).order_line, 1)
            with patch.object(Line, method, counted):
                self._process(cases)
        return counts

    def test_closing_short_takes_the_same_queries_for_any_number(self):
        _first, two, eight = self._count("_close_short")
        self.assertEqual(two, eight)

    def test_planning_credits_takes_the_same_queries_for_any_number(self):
        _first, two, eight = self._count("_plan_credits")
        self.assertEqual(two, eight)

    # ------------------------------------------------------------------ a mix

    def test_one_case_mixes_all_settlements(self):
        order = self._shipped((self.product, 10))
        self._pay(order.invoice_ids)
        line = order.order_line
        case = self._ask(
            self._row(line, 1),
            self._row(line, 2, settlement="credit"),
            self._row(line, 1, settlement="replacement"),
            self._row(line, 1, settlement="exchange", exchange_product="TG-2"),
            self._row(line, 1, settlement="repair"),
            self._row(line, 1, settlement="none"),
        )
        self._process(case)
        self._process(case)
        self.assertEqual(sorted(case.credit_ids.mapped("amount_total")), [10, 10, 20])
        self.assertEqual((line.product_uom_qty, *self._figures(line)), (6, 6, 6, 0))
        self._deliver(order)
        self._deliver(case.exchange_order_ids)
        self._invoice(case.exchange_order_ids)
        self.assertEqual(line.order_returnable_qty, 5)
        self._agrees(order | case.exchange_order_ids)
