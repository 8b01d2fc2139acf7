"""A changed order sent again with ``replace``: until dispatch starts, whole or not at all, every attempt kept."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError

from odoo.addons.order_processing.models.common.business_day import business_day

from tests.common import OrderCase
from tests.intake.common import IntakeMixin


class TestAmendment(IntakeMixin, OrderCase):
    def _content(self, *lines, **vals):
        """``lines``: ``(id, product, quantity)`` or with a price."""
        rows = [
            {"line": line[0], "product": line[1], "quantity": line[2], **({"price": line[3]} if len(line) > 3 else {})}
            for line in lines
        ]
        return {"reference": "AM-1", "customer": self.customer.email, "lines": rows, **vals}

    def _wished(self):
        """A day that is still to come, whenever the tests are run."""
        return str(business_day(self.company) + timedelta(days=40))

    def _send(self, *lines, **vals):
        return self._submit(self._content(*lines, **vals))[0]

    def _start(self, **vals):
        answer = self._send(("a", "TG-1", 5, 10), ("b", "TG-2", 2, 25), **vals)
        self.assertTrue(answer["ok"], answer)
        return self.env["sale.order"].browse(answer["order_id"])

    def _standing(self, order):
        return {
            line.order_sender_line: (line.product_id.default_code, line.product_uom_qty, line.price_unit)
            for line in order.order_line.filtered("order_sender_line")
        }

    def test_a_quotation_is_changed_and_the_book_has_its_rows(self):
        order = self._start(note="Ring twice", wished_date=self._wished())
        answer = self._send(("a", "TG-1", 7, 9), ("c", "TG-2", 1, 25), replace=True, note="Ring once")
        self.assertEqual((answer["code"], answer["order_id"]), ("accepted", order.id))
        self.assertEqual(self._standing(order), {"a": ("TG-1", 7, 9), "c": ("TG-2", 1, 25)})
        self.assertIn("Ring once", order.note)
        self.assertFalse(order.commitment_date)
        for kind in ("raised", "removed"):
            self.assertTrue(self._events(order, kind), kind)
        self.assertEqual(len(self._events(order, "received")), 1)
        kept = order.intake_id
        self.assertEqual((kept.state, kept.attempt_ids.result), ("accepted", "replaced"))
        self.assertEqual(kept.attempt_ids.payload["note"], "Ring twice")
        self.assertEqual(kept.payload["note"], "Ring once")

    def test_the_same_amendment_again_does_nothing_and_the_first_content_conflicts(self):
        order = self._start()
        change = [("a", "TG-1", 7, 10)]
        self._send(*change, replace=True)
        rows = len(self._events(order))
        self.assertEqual(self._send(*change, replace=True)["code"], "repeated")
        self.assertEqual(self._send(*change)["code"], "repeated")
        answer = self._send(("a", "TG-1", 5, 10), ("b", "TG-2", 2, 25))
        self.assertEqual((answer["code"], answer["errors"][0]["path"]), ("conflict", "lines"))
        self.assertIn("TG-2", answer["errors"][0]["found"])
        self.assertEqual(len(self._events(order)), rows)
        self.assertEqual(set(order.intake_id.attempt_ids.mapped("result")), {"replaced", "conflict"})

    def test_other_content_without_replace_conflicts_and_changes_nothing(self):
        order = self._start()
        self.assertEqual(self._send(("a", "TG-1", 1, 10))["code"], "conflict")
        self.assertEqual(self._standing(order)["a"][1], 5)

    def test_a_confirmed_order_is_changed_with_its_transfer(self):
        self._stock(self.product, 20)
        order = self._start()
        order.action_verify_and_confirm()
        self.assertEqual(order.state, "sale")
        answer = self._send(("a", "TG-1", 8, 10), replace=True)
        self.assertTrue(answer["ok"], answer)
        self.assertEqual(
            order.picking_ids.move_ids.filtered(lambda move: move.product_id == self.product).product_uom_qty, 8
        )
        gone = order.order_line.filtered(lambda line: line.product_id == self.other_product)
        self.assertEqual(gone.product_uom_qty, 0)
        self.assertTrue(self._events(order, "lowered"))

    def test_another_product_under_a_line_of_a_sale_is_another_line(self):
        order = self._start()
        order.action_verify_and_confirm()
        answer = self._send(("a", "TG-2", 5, 25), ("b", "TG-2", 2, 25), replace=True)
        self.assertTrue(answer["ok"], answer)
        self.assertEqual(self._standing(order), {"a": ("TG-2", 5, 25), "b": ("TG-2", 2, 25)})

    def test_what_has_left_is_too_late_and_nothing_changes(self):
        self._stock(self.product, 20)
        self._stock(self.other_product, 20)
        order = self._start()
        order.action_verify_and_confirm()
        self._deliver(order, {self.product: 5})
        answer = self._send(
            ("a", "TG-1", 6, 10),
            ("b", "TG-2", 3, 25),
            replace=True,
            wished_date=self._wished(),
            ship_to="other@test.example.com",
        )
        self.assertFalse(answer["ok"])
        self.assertIn("unknown_customer", {error["code"] for error in answer["errors"]})
        answer = self._send(("a", "TG-1", 6, 10), ("b", "TG-2", 3, 25), replace=True, wished_date=self._wished())
        self.assertEqual((answer["ok"], answer["code"], answer["order_id"]), (False, "too_late", order.id))
        self.assertEqual(
            {(error["path"], error["code"]) for error in answer["errors"]},
            {("lines[0].quantity", "too_late"), ("wished_date", "too_late")},
        )
        self.assertEqual(self._standing(order)["b"][1], 2)
        self.assertIn("too_late", order.intake_id.attempt_ids.mapped("result"))
        self.assertEqual((order.intake_id.state, order.intake_id.payload["lines"][0]["quantity"]), ("accepted", 5))
        # what has not left yet can change
        self.assertTrue(self._send(("a", "TG-1", 5, 10), ("b", "TG-2", 3, 25), replace=True)["ok"])
        self.assertEqual(self._standing(order)["b"][1], 3)

    def test_a_cancelled_order_is_too_late(self):
        order = self._start()
        order._action_cancel()
        self.assertEqual(self._send(("a", "TG-1", 1, 10), replace=True)["code"], "too_late")

    def test_the_customer_of_a_confirmed_order_stays(self):
        other = self._make_customer("Another Customer")
        order = self._start()
        order.action_verify_and_confirm()
        answer = self._send(("a", "TG-1", 5, 10), ("b", "TG-2", 2, 25), replace=True, customer=other.email)
        self.assertIn(("customer", "too_late"), {(error["path"], error["code"]) for error in answer["errors"]})
        self.assertEqual(order.partner_id, self.customer)

    def test_charges_and_discounts_are_made_anew(self):
        order = self._start(charges=[{"type": "discount", "amount": 10}, {"type": "fee", "amount": 5}])
        self.assertEqual(order.amount_untaxed, 95)
        self._send(("a", "TG-1", 5, 10), replace=True, charges=[{"type": "discount", "amount": 20}])
        self.assertEqual(order.amount_untaxed, 30)

    def test_a_faulty_amendment_changes_nothing_and_makes_no_address(self):
        order = self._start()
        count = self.env["res.partner"].search_count([])
        depot = {"name": "Depot", "street": "9 Dock Road", "city": "Hull", "zip": "HU1 1AA", "country": "GB"}
        answer = self._send(("a", "NOPE", 5), replace=True, ship_to=depot)
        self.assertEqual((answer["code"], answer["errors"][0]["code"]), ("invalid", "unknown_product"))
        self.assertEqual(self.env["res.partner"].search_count([]), count)
        self.assertEqual(len(self._standing(order)), 2)
        self.assertTrue(self._send(("a", "TG-1", 5, 10), replace=True, ship_to=depot)["ok"])
        self.assertEqual(order.partner_shipping_id.street, "9 Dock Road")

    def test_replace_of_nothing_is_a_first_order_and_rejected_attempts_are_kept(self):
        self.assertEqual(self._send(("a", "NOPE", 5), replace=True)["code"], "invalid")
        answer = self._send(("a", "TG-1", 5, 10), replace=True)
        self.assertEqual(answer["code"], "accepted")
        kept = self.env["sale.order"].browse(answer["order_id"]).intake_id
        self.assertEqual(
            (kept.attempt_ids.result, kept.attempt_ids.payload["lines"][0]["product"]), ("rejected", "NOPE")
        )
        self.assertIn("Line a, Product: ", kept.attempt_ids.reason)
        with self.assertRaises(AccessError):
            self._as("processor", kept.attempt_ids).write({"reason": ""})

    def _amended(self, size, mark):
        """Queries of ``size`` amendments in one call, beyond those of core for the same changes one by one."""

        def sent(number, quantity, **vals):
            lines = [{"line": "a", "product": "TG-1", "quantity": quantity, "price": 10}]
            head = {"reference": f"{mark}-{number}", "customer": self.customer.email, "lines": lines}
            return {**head, "note": f"Note {quantity}", **vals}

        def spent(act):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            act()
            # with what core leaves for the end of a transaction
            self.env.cr.flush()
            self.env["order.event"].flush_model()
            return self.env.cr.sql_log_count - before

        answers = self._submit(*(sent(number, 5) for number in range(size)), verify=False)
        orders = self.env["sale.order"].browse([answer["order_id"] for answer in answers])
        changes = [sent(number, 7, replace=True) for number in range(size)]
        ours = spent(lambda: self._submit(*changes, verify=False))
        self.assertEqual(set(orders.order_line.mapped("product_uom_qty")), {7.0})

        def by_core():
            for order in orders:
                order.write({"note": "<p>Other</p>"})
                order.order_line.write({"product_uom_qty": 9})

        return ours - spent(by_core)

    def test_what_is_added_to_core_does_not_grow_with_the_amendments(self):
        self._amended(1, "warm")
        one, many = self._amended(1, "one"), self._amended(20, "many")
        # less than one for each of the nineteen more
        self.assertLess(many, one + 19, (one, many))

    def test_one_that_is_refused_spares_the_others(self):
        """Together they fail, so each is tried by itself."""
        first = self._start()
        self._submit({**self._content(("a", "TG-1", 5, 10)), "reference": "AM-2"})
        second = self.env["sale.order"].search([("client_order_ref", "=", "AM-2")])
        Line = type(self.env["sale.order.line"])
        write = Line.write

        def refusing(lines, vals):
            if vals.get("product_uom_qty") == 66:
                raise UserError("No sixty-six")
            return write(lines, vals)

        self.patch(Line, "write", refusing)
        changes = [
            self._content(("a", "TG-1", 66, 10), ("b", "TG-2", 2, 25), replace=True),
            {**self._content(("a", "TG-1", 6, 10), replace=True), "reference": "AM-2"},
        ]
        answers = self._submit(*changes)
        self.assertEqual([answer["ok"] for answer in answers], [False, True])
        self.assertEqual(answers[0]["errors"][0]["message"], "No sixty-six")
        self.assertEqual(self._standing(first)["a"][1], 5)
        self.assertEqual(self._standing(second)["a"][1], 6)
        self.assertEqual(first.intake_id.attempt_ids.mapped("result"), ["rejected"])
        self.assertEqual(second.intake_id.attempt_ids.mapped("result"), ["replaced"])

    def test_one_that_is_too_late_spares_the_others(self):
        self._stock(self.product, 20)
        first = self._start()
        first.action_verify_and_confirm()
        self._deliver(first, {self.product: 5})
        self._submit({**self._content(("a", "TG-1", 5, 10)), "reference": "AM-2"})
        changes = [
            self._content(("a", "TG-1", 4, 10), ("b", "TG-2", 2, 25), replace=True),
            {**self._content(("a", "TG-1", 6, 10), replace=True), "reference": "AM-2"},
        ]
        self.assertEqual([answer["code"] for answer in self._submit(*changes)], ["too_late", "accepted"])
