"""Money moves when the policy says, once, and the order is not invoiced again for goods that are on their way."""

from odoo.exceptions import AccessError, UserError

from .common import ReturnCase


class TestMoneyWhen(ReturnCase):
    def _policy(self, when, **vals):
        return self.env["order.return.policy"].create({"name": when, "money_when": when, **vals})

    def _agrees(self, orders):
        orders.invalidate_recordset()
        self.env["order.discrepancy"].sweep([("order_id", "in", orders.ids)])
        found = orders.order_discrepancy_ids.filtered(lambda record: record.state in ("open", "in_progress"))
        self.assertFalse(found.mapped("display_name"))

    def _walk(self, case):
        """The acts of a case one by one, each with what it gave in all."""
        given = {"request": sum(case.credit_ids.mapped("amount_total"))}
        for act, step in (
            ("approve", "action_approve"),
            ("send", "action_on_way"),
            ("receive", "action_receive"),
            ("inspect", "action_inspect"),
            ("settle", "action_settle"),
        ):
            getattr(case, step)()
            given[act] = sum(case.credit_ids.mapped("amount_total"))
        return given

    def test_each_moment(self):
        self.company.order_return_inspection = True
        acts = ["request", "approve", "send", "receive", "inspect", "settle"]
        for when in acts:
            with self.subTest(when=when):
                policy = self._policy(when)
                order = self._shipped((self.product, 5))
                case = self._ask(self._row(order.order_line, 2))
                given = self._walk(case)
                for act in acts:
                    self.assertEqual(given[act], 20 if acts.index(act) >= acts.index(when) else 0, act)
                self.assertEqual(len(case.credit_ids), 1)
                line = order.order_line
                self.assertEqual((line.product_uom_qty, *self._figures(line)), (3, 3, 3, 0))
                self._agrees(order)
                policy.action_archive()

    def test_what_is_on_its_way_is_not_invoiced_again(self):
        self._policy("approve")
        order = self._shipped((self.product, 5))
        line = order.order_line
        case = self._ask(self._row(line, 2))
        case.action_approve()
        self.assertEqual(self._figures(line), (5, 3, 2), "core's own field is core's")
        self._agrees(order)
        with self._refused("(?i)nothing to invoice|cannot create an invoice"):
            order._create_invoices(final=True)
        other = self._ask(self._row(line, 1))
        self._process(other)
        self.assertEqual(other.credit_ids.amount_total, 10, "another case gets its own")
        case.action_cancel(reason="Kept after all")
        self.assertEqual(self._invoice(order).amount_total, 20, "what came not is invoiced again")
        self.assertEqual(self._figures(line), (4, 4, 0))

    def test_half_invoiced_ahead(self):
        self._policy("approve")
        order = self._make_order((self.product, 6))
        order.action_confirm()
        self._deliver(order, {self.product: 4})
        self._invoice(order)
        self._deliver(order)
        case = self._ask(self._row(order.order_line, 3))
        case.action_approve()
        self.assertEqual(sum(case.credit_ids.mapped("amount_total")), 10)
        case.action_receive()
        case.action_settle()
        self.assertEqual(sum(case.credit_ids.mapped("amount_total")), 10)
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))

    def test_less_came_than_was_paid_for(self):
        self._policy("approve")
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        case.action_approve()
        case.action_receive(counts={case.line_ids.id: 1})
        case.action_settle()
        self.assertEqual(self._invoice(order).amount_total, 10)
        self.assertEqual(self._figures(order.order_line), (4, 4, 0))

    def test_at_once_only_what_the_policy_grants_by_itself(self):
        self._policy("request", approval_amount=15, returnable=True)
        order = self._shipped((self.product, 5))
        self.assertFalse(self._ask(self._row(order.order_line, 2)).credit_ids, "a manager approves it")
        self.assertEqual(self._ask(self._row(order.order_line, 1)).credit_ids.amount_total, 10)

    def test_what_was_paid_for_ahead_stands(self):
        self._policy("approve")
        case = self._ask(self._row(self._shipped((self.product, 5)).order_line, 2))
        case.action_approve()
        with self._refused("have moved for it already"):
            case.line_ids.write({"settlement": "none"})
        case.line_ids.write({"note": "Blue box"})

    def test_kept_goods_are_paid_for_once(self):
        self._policy("approve")
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2, disposition="customer_keeps"))
        self._process(case)
        self.assertEqual(sum(case.credit_ids.mapped("amount_total")), 20)
        self.assertEqual(self._figures(order.order_line), (5, 5, 0))


class TestPosting(ReturnCase):
    def test_a_draft_waits_for_the_accountant(self):
        self.company.order_return_credit_draft = True
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        answer = case.process()[0]
        self.assertEqual((answer["ok"], answer["code"]), (True, "to_post"))
        credit = case.credit_ids
        self.assertEqual((credit.state, case.state), ("draft", "received"))
        self.assertEqual(case.process()[0]["code"], "to_post", "pressed twice")
        self.assertEqual(len(case.credit_ids), 1)
        for name in ("processor", "manager"):
            with self._refused("by an accountant", AccessError):
                self._as(name, credit).action_post()
        self._as("accountant", credit).action_post()
        self.assertEqual((credit.state, case.state, case.line_ids.credited_amount), ("posted", "settled", 20))
        self.assertEqual(credit.reversed_entry_id.amount_residual, 30, "set off as it was posted")
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))
        self.assertEqual(self._events(order, "settled").mapped("amount"), [20])

    def test_a_salesman_posts_none(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        for name in ("salesman", "integration"):
            with self._refused(".", AccessError):
                self._as(name, case).process()
        self.assertFalse(case.sudo().credit_ids)


class TestSettlementStatus(ReturnCase):
    STATUSES = (False, "open", "part", "returned", "credited", "exchanged", "settled")

    def _found_as_said(self, orders):
        """The search finds each order under what its field says, and under nothing else."""
        orders.invalidate_recordset()
        for status in self.STATUSES:
            said = orders.filtered(lambda order, status=status: order.settlement_status == status)
            asked = [("id", "in", orders.ids), ("settlement_status", "=", status)]
            self.assertEqual(orders.search(asked), orders.search([("id", "in", said.ids)]), status)
        some = ["part", False]
        self.assertEqual(
            set(orders.search([("id", "in", orders.ids), ("settlement_status", "in", some)])),
            set(orders.filtered(lambda order: order.settlement_status in some)),
        )

    def test_the_search_agrees_with_the_field(self):
        orders = self.env["sale.order"]
        again = {"settlement": "replacement"}
        for rows in (
            [],
            [(2, {})],
            [(1, {})],
            [(2, {"disposition": "customer_keeps"})],
            [(1, {"disposition": "customer_keeps"}), (1, again)],
            [(2, again)],
            [(1, {}), (1, again)],
            [(2, {"settlement": "none"})],
            [(2, {"settlement": "exchange", "exchange_product": "TG-2"})],
            [(1, {"settlement": "credit"}), (1, {"settlement": "refund"})],
        ):
            order = self._shipped((self.product, 2), (self.service, 1))
            if rows:
                self._process(self._ask(*(self._row(order.order_line[0], count, **vals) for count, vals in rows)))
            orders |= order
        for act in ("action_reject", "action_cancel"):
            order = self._shipped((self.product, 2))
            getattr(self._ask(self._row(order.order_line, 2)), act)(reason="Worn")
            orders |= order
        order = self._shipped((self.product, 2))
        self._ask(self._row(order.order_line, 2))
        orders |= order
        self._found_as_said(orders)
        # all of them are met
        self.assertEqual(set(orders.mapped("settlement_status")), set(self.STATUSES))

    def test_the_search_reads_no_return_lines(self):
        for _number in range(3):
            self._process(self._ask(self._row(self._shipped((self.product, 2)).order_line, 1)))
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["sale.order"].search_count([("settlement_status", "=", "part")])
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["sale.order"].search_count([("settlement_status", "=", "part")])
        self.assertLessEqual(self.env.cr.sql_log_count - before, 2)

    def test_what_is_so(self):
        order = self._shipped((self.product, 5))
        self.assertFalse(order.settlement_status)
        case = self._ask(self._row(order.order_line, 2))
        self.assertEqual(order.settlement_status, "open")
        self._process(case)
        self.assertEqual((order.settlement_status, order.invoice_status), ("part", "invoiced"))
        self._process(self._ask(self._row(order.order_line, 3)))
        self.assertEqual((order.settlement_status, order.invoice_status), ("returned", "invoiced"))
        self.assertEqual(order.order_line.product_uom_qty, 0)
        self.assertEqual(order.amount_total, 0)
        self.assertIn(order, order.search([("settlement_status", "=", "returned")]))
        self.assertNotIn(order, order.search([("settlement_status", "=", False)]))
        order.user_id = self.users["salesman"]
        self.assertEqual(self._as("salesman", order).settlement_status, "returned", "who sees no case sees the status")

    def test_the_seal_holds_as_goods_come_back(self):
        order = self._shipped((self.product, 5))
        order.action_verify()
        self.assertFalse(order.order_seal_changes)
        for quantity in (2, 3):
            self._process(self._ask(self._row(order.order_line, quantity)))
            order.invalidate_recordset()
            self.assertFalse(order.order_seal_changes)
        order.order_line.product_uom_qty = 1
        order.invalidate_recordset()
        self.assertTrue(order.order_seal_changes)

    def test_credited_and_exchanged(self):
        order = self._shipped((self.product, 2))
        self._process(self._ask(self._row(order.order_line, 2, disposition="customer_keeps")))
        self.assertEqual(order.settlement_status, "credited")
        order = self._shipped((self.product, 2))
        self._process(
            self._ask(
                self._row(order.order_line, 1, settlement="replacement"),
                self._row(order.order_line, 1, settlement="exchange", exchange_product="TG-2"),
            )
        )
        self.assertEqual(order.settlement_status, "exchanged")
        order = self._shipped((self.product, 2))
        self._process(self._ask(self._row(order.order_line, 1), self._row(order.order_line, 1, settlement="repair")))
        self.assertEqual(order.settlement_status, "settled")

    def test_a_rejected_case_counts_for_nothing(self):
        order = self._shipped((self.product, 2))
        self._ask(self._row(order.order_line, 2)).action_reject(reason="Worn")
        self.assertFalse(order.settlement_status)

    def test_core_asks_for_nothing_after_every_combination(self):
        ordered = self._make_product("Prepaid", "PP-7", 10.0, invoice_policy="order")
        self._stock(ordered, 100)
        for product in (self.product, ordered):
            for paid in ("none", "half", "whole", "paid"):
                for back in (2, 4):
                    with self.subTest(product=product.name, paid=paid, back=back):
                        order = self._make_order((product, 4))
                        order.action_confirm()
                        if paid == "half":
                            self._deliver(order, {product: 2})
                            invoice = order._create_invoices()
                            invoice.invoice_line_ids.quantity = 2
                            invoice.action_post()
                        self._deliver(order)
                        if paid in ("whole", "paid"):
                            invoice = self._invoice(order)
                        if paid == "paid":
                            self.env["account.payment.register"].with_context(
                                active_model="account.move", active_ids=invoice.ids
                            ).create({}).action_create_payments()
                        self._process(self._ask(self._row(order.order_line, back)))
                        if order.order_line.qty_to_invoice:
                            self._invoice(order)
                        line = order.order_line
                        self.assertEqual(
                            (line.product_uom_qty, *self._figures(line)), (4 - back, 4 - back, 4 - back, 0)
                        )
                        self.assertEqual(order.invoice_status, "invoiced")
                        self.assertEqual([event.reason for event in self._events(order, "closed_short")], ["returned"])
                        self.env["order.discrepancy"].sweep([("order_id", "=", order.id)])
                        kinds = order.order_discrepancy_ids.filtered(lambda found: found.state == "open").mapped("kind")
                        self.assertFalse(kinds)

    def test_a_backorder_stays_open(self):
        order = self._make_order((self.product, 10))
        order.action_confirm()
        self._deliver(order, {self.product: 6})
        self._invoice(order)
        self._process(self._ask(self._row(order.order_line, 2)))
        line = order.order_line
        self.assertEqual((line.product_uom_qty, *self._figures(line)), (8, 4, 4, 0))
        self._deliver(order)
        self.assertEqual(line.qty_delivered, 8, "what never left is still to leave")

    def test_a_reversed_receipt_orders_again(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        self._process(case)
        self.assertEqual(order.order_line.product_uom_qty, 3)
        case.credit_ids.button_draft()
        receipt = case.picking_ids
        wizard = self.env["stock.return.picking"].create({"picking_id": receipt.id})
        wizard.product_return_moves.quantity = 2
        again = wizard._create_return()
        again.move_ids.quantity = 2
        again.move_ids.picked = True
        again.button_validate()
        self.assertEqual((case.state, order.order_line.product_uom_qty), ("approved", 5))


class TestDecision(ReturnCase):
    def _late(self, **vals):
        self.env["order.return.policy"].create({"name": "Never", "returnable": False, "fee_percent": 10, **vals})
        order = self._shipped((self.product, 5))
        return order, self._ask(self._row(order.order_line, 2))

    def test_a_manager_decides_with_a_reason(self):
        order, case = self._late()
        line = case.line_ids
        self.assertFalse(line.eligible)
        for name in ("processor", "salesman", "integration", "stranger"):
            with self._refused(".", AccessError):
                self._as(name, line).action_override("Because")
        with self._refused("Say why"):
            self._as("manager", line).action_override(" ")
        with self._refused("from 0 to 100"):
            self._as("manager", line).action_override("Because", fee_percent=120)
        answer = self._as("manager", line).action_override("Good customer", fee_percent=0)
        self.assertEqual((answer[0]["eligible"], answer[0]["fee_percent"]), (True, 0))
        self.assertEqual(line.overridden_by_id, self.users["manager"])
        self.assertIn("Good customer", case.message_ids[0].body)
        row = self._events(order, "overridden")
        self.assertEqual(
            (row.note, row.user_id, row.line_id), ("Good customer", self.users["manager"].id, order.order_line.id)
        )
        self._process(case)
        self.assertEqual(case.credit_ids.amount_total, 20, "no fee")
        with self._refused("ended"):
            self._as("manager", line).action_override("Again")

    def test_another_fee(self):
        self.env["order.return.policy"].create({"name": "Fee", "fee_percent": 10})
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        self._as("manager", case.line_ids).action_override("Half of it", fee_percent=5)
        case.line_ids.write({"reason_id": self.env.ref("order_processing.return_reason_other").id})
        self._process(case)
        self.assertEqual(case.credit_ids.amount_total, 19)

    def test_a_whole_case_beyond_the_policy_stands_in_the_book(self):
        order, case = self._late()
        self._as("manager", case).action_override(reason="Goodwill")
        self.assertEqual(self._events(order, "overridden").note, "Goodwill")

    def test_nothing_is_written_round_the_methods(self):
        order, case = self._late()
        line = case.line_ids
        values = {
            "eligible": True,
            "fee_percent": 0.0,
            "quantity": 5.0,
            "credited_qty": 0.0,
            "credited_amount": 0.0,
            "closed_qty": 1.0,
            "override_reason": "x",
            "overridden_by_id": self.processor.id,
            "fee_overridden": True,
            "advance_until": "2030-01-01",
            "advance_outcome": "write_off",
            "exchange_line_id": order.order_line.id,
        }
        for user in ("processor", "manager", "salesman", "integration"):
            for name, value in values.items():
                with self.assertRaises(UserError, msg=f"{user} {name}"), self.env.cr.savepoint():
                    self._as(user, line).write({name: value})
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._as(user, line).copy()
        self.env["order.return.policy"].search([]).action_archive()
        done = self._shipped((self.product, 2))
        settled = self._ask(self._row(done.order_line, 1))
        self._process(settled)
        links = (
            (order, "order_return_id", case.id),
            (settled.credit_ids, "order_return_id", case.id),
            (settled.credit_ids, "order_return_settlement", "credit"),
            (settled.credit_ids.invoice_line_ids[:1], "order_return_line_id", line.id),
            (settled.credit_ids.invoice_line_ids[:1], "order_credited_line_id", False),
            (settled.picking_ids, "order_return_id", False),
            (settled.picking_ids.move_ids, "order_return_line_id", line.id),
        )
        for user in ("processor", "manager", "salesman", "accountant", "integration"):
            for record, name, value in links:
                with self._refused("acts of the return case|not allowed|access", UserError):
                    self._as(user, record).write({name: value})
        with self._refused("acts of the return case"):
            self._as("processor", order).copy({"order_return_id": case.id})
        with self._refused("acts of the return case"):
            self._as("processor", order).with_context(default_order_return_id=case.id).copy()
