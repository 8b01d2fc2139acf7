"""The choices of the shortage desk: what each does to the order, its transfers, the book and the seal."""

from datetime import timedelta

from odoo.exceptions import UserError

from odoo.addons.order_processing.models.availability.shortage import Decision

from .shortages import ShortageCase


class TestWaitAndPart(ShortageCase):
    def test_waiting_is_noted_with_a_day_to_look_again(self):
        order = self._short()
        later = self.today + timedelta(days=9)
        answer = self._decide(order.order_line, "wait", look_again=str(later), note="They can wait")
        self.assertEqual([(row["order"], row["ok"], row["code"]) for row in answer], [(order.name, True, "done")])
        self.assertEqual(answer[0]["lines"][0]["quantity"], 6)
        self.assertEqual(order.order_line.order_look_again, later)
        row = self._events(order, "short_decided")
        self.assertEqual((row.quantity, row.reason, row.user_id), (6, "wait", self.users["processor"].id))
        self.assertIn("They can wait", row.note)
        self.assertIn("They can wait", str(order.message_ids.mapped("body")))
        self.assertEqual((order.order_line.product_uom_qty, order.picking_policy), (10, "direct"))

    def test_without_a_day_it_is_looked_at_on_the_day_promised(self):
        order = self._short()
        self._decide(order.order_line, "wait")
        self.assertEqual(order.order_line.order_look_again, order.order_line.order_promise_date)
        self.assertGreater(order.order_line.order_look_again, self.today)

    def test_a_day_that_is_none_or_has_passed(self):
        order = self._short()
        with self.assertRaisesRegex(UserError, "someday"):
            self._decide(order.order_line, "wait", look_again="someday")
        for choice in ("wait", "part"):
            answer = self._decide(order.order_line, choice, look_again=str(self.today))
            self.assertEqual((answer[0]["ok"], answer[0]["code"]), (False, "refused"))
            self.assertIn("choose a later one", answer[0]["message"])
        self.assertFalse(order.order_line.order_look_again)
        self.assertFalse(self._events(order, "short_decided"))

    def test_what_came_meanwhile_is_not_decided_and_is_forgotten(self):
        order = self._short()
        self._decide(order.order_line, "wait")
        self._stock(self.product, 6)
        order.action_promise()
        self.assertFalse(order.order_line.order_look_again)
        answer = self._decide(order.order_line, "cancel")
        self.assertEqual((answer[0]["ok"], answer[0]["code"]), (True, "nothing"))
        self.assertEqual(order.order_line.product_uom_qty, 10)

    def test_what_is_there_leaves_and_the_rest_is_a_backorder(self):
        order = self._short(picking_policy="one")
        transfer = order.picking_ids
        self.assertEqual((transfer.move_type, transfer.state), ("one", "confirmed"))
        self.assertEqual(self._as("processor", order).action_dispatch()[0]["code"], "incomplete")
        self._decide(order.order_line, "part")
        self.assertEqual((order.picking_policy, transfer.move_type, transfer.state), ("direct", "direct", "assigned"))
        self.assertTrue(order.order_line.order_look_again)
        self.assertEqual(self._as("processor", order).action_dispatch()[0]["code"], "dispatched")
        self.assertEqual(order.order_line.qty_delivered, 4)
        self.assertEqual((transfer.backorder_ids.move_ids.product_uom_qty, order.order_line.product_uom_qty), (6, 10))

    def test_nothing_there_is_no_part(self):
        order = self._short((self.other_product, 3))
        answer = self._decide(order.order_line, "part")
        self.assertEqual(answer[0]["code"], "refused")
        self.assertIn(self.other_product.name, answer[0]["message"])
        both = self._short((self.other_product, 3), (self.product, 1), picking_policy="one")
        self._decide(both.order_line[0], "part")
        self.assertEqual(both.picking_policy, "direct", "the other line can leave")


class TestCancel(ShortageCase):
    def test_what_is_missing_is_closed_with_its_reason(self):
        order = self._short()
        self._decide(order.order_line, "cancel", reason="discontinued", note="Not made any more")
        row = self._events(order, "closed_short")
        self.assertEqual((row.quantity, row.reason, row.note), (-6, "discontinued", "Not made any more"))
        self.assertEqual((order.order_line.product_uom_qty, order.order_is_short), (4, False))
        self.assertEqual(self._open_moves(order).product_uom_qty, 4)
        self.assertEqual(self._open_moves(order).quantity, 4, "what was reserved still is")
        self.assertIn("No longer made", order.order_line.order_closed_text)

    def test_an_order_of_which_nothing_is_left_is_cancelled(self):
        order = self._short((self.other_product, 3))
        mixed = self._short((self.other_product, 3), (self.service, 1))
        answer = self._decide((order | mixed).order_line[:2], "cancel", reason="no_stock")
        self.assertEqual([row["code"] for row in answer], ["done", "done"])
        self.assertEqual((order.state, mixed.state), ("cancel", "sale"))
        self.assertEqual(self._events(order, "cancelled").reason, "no_stock")
        self.assertEqual(mixed.order_line.mapped("product_uom_qty"), [0, 1], "the service is still wanted")

    def test_what_is_being_packed_or_locked_is_refused_and_named(self):
        packed, locked, fine = self._short(), self._short((self.other_product, 1)), self._short((self.other_product, 2))
        packed.picking_ids.move_ids.picked = True
        locked.action_lock()
        answer = self._decide((packed | locked | fine).order_line, "cancel")
        self.assertEqual([row["code"] for row in answer], ["refused", "refused", "done"])
        self.assertIn(packed.picking_ids.name, answer[0]["message"])
        self.assertEqual(packed.order_line.product_uom_qty, 10)
        self.assertEqual((locked.order_line.product_uom_qty, fine.state), (1, "cancel"))


class TestSubstitute(ShortageCase):
    def test_a_line_beside_it_asks_for_the_substitute(self):
        self._replaceable()
        order = self._short((self.product, 10, 9.0))
        line = order.order_line
        line.discount = 10
        self._decide(line, "substitute")
        new = order.order_line - line
        self.assertEqual((new.product_id, new.product_uom_qty, new.order_substitute_for_id), (self.substitute, 6, line))
        self.assertEqual((new.price_unit, new.discount), (9.0, 10), "it costs what was agreed")
        self.assertEqual((line.product_uom_qty, order.amount_untaxed), (4, 81))
        row = self._events(order, "closed_short")
        self.assertEqual(
            (row.line_id, row.quantity, row.reason, row.note), (line.id, -6, "substituted", new.product_id.display_name)
        )
        entered = self._events(order, "entered").filtered(lambda event: event.line_id == new.id)
        self.assertEqual(entered.quantity, 6)
        moves = self._open_moves(order)
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in moves}, {self.product: 4, self.substitute: 6}
        )

    def test_its_own_price_is_what_the_pricelist_says_and_what_was_shown(self):
        self._replaceable()
        order = self._short()
        line = order.order_line
        decision = self._as("processor", line)
        answer = decision.action_decide_shortage("substitute", agreed_price=False)
        new = order.order_line - line
        self.assertEqual((new.price_unit, new.price_subtotal), (12, 72))
        self.assertIn("12.00", answer[0]["lines"][0]["message"])

    def test_the_value_shown_is_the_value_that_comes(self):
        tax = self.env["account.tax"].create(
            {"name": "Included", "amount": 20, "price_include_override": "tax_included"}
        )
        self.substitute.taxes_id = tax
        self._replaceable()
        for agreed in (True, False):
            order = self._short((self.product, 1), (self.other_product, 1))
            order.order_line[0].product_uom_qty = 10
            order.action_promise()
            line, before = order.order_line[0], order.amount_untaxed
            plan = line._shortage_plans({line: Decision("substitute", agreed=agreed)})[line]
            self._decide(line, "substitute", agreed_price=agreed)
            self.assertAlmostEqual(order.amount_untaxed - before, plan.value, 2)

    def test_only_what_is_free_and_the_rest_stays_short(self):
        self._replaceable(free=2)
        first, second = self._short(), self._short()
        answer = self._decide((first | second).order_line, "substitute")
        self.assertEqual([row["code"] for row in answer], ["done", "refused"])
        self.assertIn(self.substitute.name, answer[1]["message"])
        self.assertEqual(first.order_line.mapped("product_uom_qty"), [8, 2])
        self.assertEqual(first.order_line[0].order_short_qty, 4)
        self.assertEqual(second.order_line.product_uom_qty, 10)

    def test_what_is_no_substitute(self):
        order = self._short()
        answer = self._decide(order.order_line, "substitute")
        self.assertIn("no substitutes are named", answer[0]["message"])
        self._stock(self.other_product, 20)
        self._replaceable()
        answer = self._decide(order.order_line, "substitute", product_id=self.other_product.id)
        self.assertEqual(answer[0]["code"], "refused")
        self.assertIn(self.other_product.name, answer[0]["message"])
        with self.assertRaises(UserError):
            self._decide(order.order_line, "substitute", product_id=2**31 - 1)
        self.substitute.sale_ok = False
        self.assertEqual(self._decide(order.order_line, "substitute")[0]["code"], "refused")
        self.assertEqual(len(order.order_line), 1)

    def test_dozens_of_it(self):
        self._replaceable(free=30)
        order = self._make_order((self.product, 2))
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.action_confirm()
        order.picking_ids.action_assign()
        self._decide(order.order_line, "substitute")
        new = order.order_line[-1]
        self.assertEqual((new.product_id, new.product_uom_id), (self.substitute, self.env.ref("uom.product_uom_dozen")))
        self.assertAlmostEqual(new.product_uom_qty, 1.67, 2)
        self.assertAlmostEqual(sum(order.order_line.mapped("product_uom_qty")), 2, 2)

    def test_nothing_leaves_before_it_is_verified_again(self):
        """Where a manager calls lines sensitive, an added one is a finding that blocks until somebody accepts it."""
        self._as("manager", self.company).action_order_sensitive(["line"], "Test")
        self._replaceable()
        order = self._short()
        self._decide(order.order_line, "substitute")
        answer = self._as("processor", order).action_dispatch()
        self.assertEqual((answer[0]["ok"], answer[0]["code"]), (False, "refused"))
        self.assertEqual(order.order_line.mapped("qty_delivered"), [0, 0])
        self._as("processor", order).action_verify()
        found = order.order_check_ids.filtered(lambda check: check.state == "failed")
        self._as("manager", found).action_waive("The customer agreed by phone")
        self._as("processor", order).action_dispatch()
        self.assertEqual(order.order_line.mapped("qty_delivered"), [4, 6])
