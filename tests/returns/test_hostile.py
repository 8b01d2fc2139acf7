"""Told to break it: goods taken twice, receipts turned round, arguments that are none, units and lots that are others'."""

from odoo.exceptions import AccessError

from .common import ReturnCase


class TestHostile(ReturnCase):
    def _agrees(self, orders):
        """No discrepancy stands on these orders."""
        self.env["order.discrepancy"].sweep([("order_id", "in", orders.ids)])
        found = orders.order_discrepancy_ids.filtered(lambda record: record.state in ("open", "in_progress"))
        self.assertFalse(found.mapped("display_name"))

    def _approved(self, line, quantity, **vals):
        case = self._ask(self._row(line, quantity, **vals))
        case.action_approve()
        return case

    def _turn_round(self, transfer, quantity):
        """Core's return of a receipt as somebody makes it by hand, all as the wizard proposes."""
        wizard = self.env["stock.return.picking"].create({"picking_id": transfer.id})
        wizard.product_return_moves.quantity = quantity
        back = wizard._create_return()
        back.move_ids.quantity = quantity
        back.move_ids.picked = True
        back.with_context(skip_backorder=True, skip_sms=True).button_validate()
        self.assertEqual(back.state, "done")
        return back

    def _again(self, case):
        return case.picking_ids.filtered(lambda transfer: transfer.picking_type_code == "outgoing")

    # ------------------------------------------------------------------ receipts turned round

    def test_a_receipt_without_money_turned_round(self):
        """What was not taken off what is delivered is not added to it either."""
        for settlement in ("replacement", "none"):
            order = self._shipped((self.product, 5))
            line = order.order_line
            case = self._approved(line, 2, settlement=settlement)
            case.action_receive()
            self.assertEqual(self._figures(line), (5, 5, 0))
            self._turn_round(case.picking_ids, 2)
            self.assertEqual((case.state, self._figures(line)), ("approved", (5, 5, 0)))
            self.assertEqual(line.order_returnable_qty, 3)
            case.action_receive()
            case.action_settle()
            if settlement == "replacement":
                self._deliver(order)
            self.assertEqual(self._figures(line), (5, 5, 0))
            self._agrees(order)

    def test_a_settled_replacement_whose_receipt_is_turned_round(self):
        """The customer has the old goods again, so the new ones do not leave."""
        order = self._shipped((self.product, 5))
        line = order.order_line
        case = self._approved(line, 2, settlement="replacement", reason="defective")
        case.action_receive()
        case.action_settle()
        receipt = case.picking_ids - self._again(case)
        self._turn_round(receipt, 2)
        self.assertEqual((case.state, self._again(case).state), ("approved", "cancel"))
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((5, 5, 0), 3))
        self._agrees(order)
        case.action_receive()
        case.action_settle()
        again = self._again(case).filtered(lambda transfer: transfer.state != "cancel")
        self.assertEqual(again.move_ids.product_uom_qty, 2)
        self._deliver(order)
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((5, 5, 0), 5))
        self._agrees(order)

    def test_a_replacement_that_has_left_stands(self):
        """It is said on the case that both are with the customer."""
        order = self._shipped((self.product, 5))
        case = self._approved(order.order_line, 2, settlement="replacement", reason="defective")
        case.action_receive()
        case.action_settle()
        receipt = case.picking_ids - self._again(case)
        self._deliver(order)
        self._turn_round(receipt, 2)
        self.assertEqual(case.state, "settled")
        self.assertIn("sent in their place", case.message_ids[0].body)

    def test_what_waits_of_a_replacement_belongs_to_its_case(self):
        """One of two leaves, the other waits: it is sent for the case still, and called off with what was sent ahead."""
        for advance in (False, True):
            order = self._shipped((self.product, 5))
            case = self._approved(order.order_line, 2, settlement="replacement", reason="defective", advance=advance)
            if not advance:
                case.action_receive()
                case.action_settle()
            self._deliver(order, {self.product: 1})
            moves = case.line_ids._sent_again()
            self.assertEqual(sorted(moves.mapped("state")), ["assigned", "done"])
            rest = moves.filtered(lambda move: move.state != "done")
            self.assertIn(rest.picking_id, case.picking_ids)
            self._agrees(order)
            if advance:
                case.action_cancel(reason="Not wanted")
                self.assertEqual(rest.state, "cancel")
                continue
            case.action_follow()
            self.assertEqual(case.state, "settled", "something of it is open")
            self._deliver(order)
            case.action_follow()
            self.assertEqual(case.state, "closed")

    # ------------------------------------------------------------------ quantities

    def test_another_unit_of_the_order_line_frees_nothing(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._make_order((self.product, 1))
        order.order_line.product_uom_id = dozen
        order.action_confirm()
        self._deliver(order)
        line = order.order_line
        case = self._approved(line, 1)
        self.assertEqual(line.order_returnable_qty, 0)
        with self._refused(f"unit.*{case.name}"):
            line.write({"product_uom_id": self.product.uom_id.id, "product_uom_qty": 12})
        line.write({"product_uom_id": dozen.id, "name": "As it was"})
        self._ask(self._row(line, 11), ok=False)
        case.action_cancel(reason="Not sent")
        line.write({"product_uom_id": self.product.uom_id.id, "product_uom_qty": 12})
        self.assertEqual(line.order_returnable_qty, 12)

    def test_another_unit_once_nothing_of_a_case_counts(self):
        """A line of which nothing came lets the unit go, one of which something came says what to do instead."""
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._shipped((self.product, 24), (self.other_product, 5))
        line, other = order.order_line
        case = self._ask(self._row(line, 12), self._row(other, 1))
        case.action_approve()
        with self._refused(f"{case.name}.*add a new order line in the other unit"):
            line.product_uom_id = dozen
        case.action_receive(counts={case.line_ids[0].id: 0})
        case.action_settle()
        with self._refused(f"{case.name}.*add a new order line in the other unit"):
            other.product_uom_id = dozen
        line.product_uom_id = dozen
        self.assertEqual(line.product_uom_id, dozen)

    def test_another_unit_on_a_cancelled_order(self):
        """A case that closed on it counts no more."""
        order = self._shipped((self.product, 24), invoice=False)
        line = order.order_line
        case = self._ask(self._row(line, 24))
        self._process(case)
        case.action_follow()
        self.assertEqual(case.state, "closed")
        dozen = self.env.ref("uom.product_uom_dozen")
        with self._refused(case.name):
            line.product_uom_id = dozen
        order._action_cancel()
        self.assertEqual(order.state, "cancel")
        line.product_uom_id = dozen
        self.assertEqual(line.product_uom_id, dozen)

    def test_what_the_customer_keeps_and_gets_anew(self):
        """A claim without a return: the replacement is nothing that was shipped too much."""
        order = self._shipped((self.product, 5))
        line = order.order_line
        case = self._approved(line, 2, settlement="replacement", disposition="customer_keeps", reason="damaged")
        case.action_receive()
        case.action_settle()
        self._deliver(order)
        self.assertEqual(self._again(case).state, "done")
        self.assertEqual((self._figures(line), line.order_returnable_qty), ((5, 5, 0), 5))
        self._agrees(order)

    def test_settled_again_and_again(self):
        order = self._shipped((self.product, 5), (self.other_product, 2))
        goods, other = order.order_line
        case = self._ask(
            self._row(goods, 2),
            self._row(goods, 1, settlement="replacement"),
            self._row(other, 1, settlement="exchange", exchange_product_id=self.product.id),
        )
        self._process(case)

        def documents():
            case.invalidate_recordset()
            return [sorted(case[name].ids) for name in ("credit_ids", "picking_ids", "exchange_order_ids")]

        found = documents()
        for act in (case.action_settle, case.process, case.action_receive, case.action_approve):
            try:
                with self.env.cr.savepoint():
                    act()
            except Exception as refused:
                self.assertIn("only from", str(refused))
            self.assertEqual(documents(), found)

    # ------------------------------------------------------------------ arguments

    def test_what_is_no_argument_is_refused_by_name(self):
        self.company.order_return_inspection = True
        order = self._shipped((self.product, 5))
        case = self._approved(order.order_line, 2)
        item = case.line_ids
        for counts in ([1], 7, {item.id: float("inf")}, {item.id: None}, {item.id: [2]}):
            with self._refused("per line|from zero"):
                case.action_receive(counts=counts)
        for lots in ([1], 7, {item.id: 10**9}, {item.id: {"lot_id": "S1"}}):
            with self._refused("per line|no lots|by its id"):
                case.action_receive(lots=lots)
        case.action_receive()
        strange = self.env["stock.lot"].create(
            {"name": "Strange", "product_id": self._make_product("Other", "OT-H", 1.0, tracking="lot").id}
        )
        for finding in (
            {"quantity": float("nan")},
            {"quantity": float("inf")},
            {"quantity": "x"},
            {"quantity": None, "disposition": "restock", "condition": ["new"]},
            {"lot_id": 10**9},
            {"lot_id": strange.id},
        ):
            with self._refused(self.product.name):
                case.action_inspect(findings=[{"line_id": item.id, **finding}])
        for findings in (7, {"line_id": item.id}, [[item.id]], [{"line_id": [item.id]}]):
            with self._refused("finding"):
                case.action_inspect(findings=findings)
        self.assertEqual((case.state, item.quantity), ("received", 2))
        case.action_inspect()
        case.action_settle()
        self.assertEqual(case.credit_ids.amount_untaxed, 20)

    def test_integration_moves_nothing(self):
        """Who may ask by a program receives, inspects and settles nothing, whatever the arguments."""
        order = self._shipped((self.product, 5))
        case = self._approved(order.order_line, 2)
        strange = case.with_user(self.users["integration"])
        for act, kwargs in (
            ("action_receive", {"counts": {case.line_ids.id: 1}}),
            ("action_receive", {"lots": {case.line_ids.id: []}}),
            ("action_inspect", {"findings": []}),
            ("action_settle", {}),
            ("action_cancel", {"reason": "Mine"}),
            ("process", {}),
            ("action_counter", {}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                getattr(strange, act)(**kwargs)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            strange.line_ids.write({"settlement": "replacement"})
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.env["order.return.counter"].with_user(self.users["integration"]).create({"return_id": case.id})
        self.assertEqual((case.state, case.line_ids.quantity, case.line_ids.settlement), ("approved", 2, "refund"))
