"""What is left lying before a day is drawn: counted, opened, put away."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .common import ReconciliationCase


class TestHousekeeping(ReconciliationCase):
    def _counts(self, user="processor"):
        found = self._as(user, self.Statement).housekeeping(self.company.id)
        return {queue["code"]: queue["count"] for queue in found}

    def _tidy(self, code, user="processor"):
        return self._as(user, self.Statement).tidy(code, self.company.id)

    def test_what_left_is_invoiced(self):
        before = self._counts()["invoice"]
        order, waiting = self._confirmed((self.product, 5)), self._confirmed((self.product, 5))
        self._deliver(order)
        self.assertEqual(self._counts()["invoice"], before + 1)
        answers = {answer["document"]: answer for answer in self._tidy("invoice")}
        self.assertTrue(answers[order.name]["ok"])
        self.assertNotIn(waiting.name, answers)
        self.assertEqual((order.invoice_ids.state, order.invoice_status), ("posted", "invoiced"))
        self.assertEqual(self._counts()["invoice"], 0)
        self.assertEqual(self._tidy("invoice"), [], "a second time there is nothing")
        self._assert_proven(self._next_day())

    def test_only_what_left_is_invoiced(self):
        """Also where core would invoice what was ordered; a service goes with the goods."""
        self.product.invoice_policy = "order"
        service = self.env["product.product"].create(
            {"name": "Assembly", "type": "service", "invoice_policy": "order", "taxes_id": [Command.clear()]}
        )
        order = self._confirmed((self.product, 10, 10.0), (service, 1, 7.0))
        self._deliver(order, {self.product: 4})
        self.assertEqual([answer["ok"] for answer in self._tidy("invoice")], [True])
        self.assertEqual(order.invoice_ids.invoice_line_ids.mapped("quantity"), [4, 1])
        self.assertEqual((order.invoice_status, self._counts()["invoice"]), ("to invoice", 0))
        self.assertEqual(self._tidy("invoice"), [], "what has not left is due by its policy alone")

    def test_what_came_back_is_no_matter_of_housekeeping(self):
        """A credit for goods that nobody has inspected is the return's; what left beside it is invoiced by itself."""
        order = self._confirmed((self.product, 5, 100.0), (self.other_product, 1, 10.0))
        self._deliver(order, {self.product: 5})
        self._invoice(order)
        self._deliver(order)
        transfer = order.picking_ids.filtered(lambda transfer: self.product in transfer.move_ids.product_id)
        wizard = self.env["stock.return.picking"].create({"picking_id": transfer.id})
        wizard.product_return_moves.write({"quantity": 5, "to_refund": True})
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.with_context(skip_sms=True).button_validate()
        self.assertEqual(order.order_line.mapped("qty_to_invoice"), [-5, 1])
        self.assertEqual([answer["ok"] for answer in self._tidy("invoice")], [True])
        self.assertEqual(
            [(move.move_type, move.amount_untaxed) for move in order.invoice_ids.sorted("id")],
            [("out_invoice", 500), ("out_invoice", 10)],
        )
        self.assertEqual(self._counts()["invoice"], 0)

    def test_a_down_payment_is_taken_off_and_never_given_back(self):
        orders = self._confirmed((self.product, 10, 10.0)) | self._confirmed((self.product, 10, 10.0))
        for order, amount in zip(orders, (20, 90), strict=True):
            paid = self.env["sale.advance.payment.inv"].create(
                {"sale_order_ids": order.ids, "advance_payment_method": "fixed", "fixed_amount": amount}
            )
            paid.create_invoices()
            order.invoice_ids.action_post()
            self._deliver(order, {self.product: 5})
        small, large = orders
        answers = {answer["document"]: answer for answer in self._tidy("invoice")}
        self.assertTrue(answers[small.name]["ok"])
        self.assertEqual(small.invoice_ids.sorted("id")[-1].amount_total, 30)
        self.assertFalse(answers[large.name]["ok"])
        self.assertIn("paid down is more", answers[large.name]["message"])
        self.assertEqual(large.invoice_count, 1)

    def test_a_company_beside_the_present_one_is_counted_as_it_is_put_away(self):
        user = self.users["processor"]
        user.company_ids |= self.other_company
        order = self._confirmed((self.product, 5))
        order.picking_ids.printed = True
        elsewhere = self._as("processor", self.Statement).with_context(allowed_company_ids=self.other_company.ids)
        counts = {queue["code"]: queue["count"] for queue in elsewhere.housekeeping(self.company.id)}
        self.assertEqual(counts["reset_printed"], len(elsewhere.tidy("reset_printed", self.company.id)))

    def test_one_that_is_refused_holds_up_no_other(self):
        orders = self.env["sale.order"]
        for _count in range(3):
            orders |= self._confirmed((self.product, 1))
        for order in orders:
            self._deliver(order)
        bad = orders[1]
        sale = type(self.env["sale.order"])
        create = sale._create_invoices

        def refuse(records, *args, **kwargs):
            if bad.id in records.ids:
                raise UserError("The customer is blocked")
            return create(records, *args, **kwargs)

        with patch.object(sale, "_create_invoices", refuse):
            answers = {answer["document"]: answer for answer in self._tidy("invoice")}
        self.assertEqual([answers[order.name]["ok"] for order in orders], [True, False, True])
        self.assertEqual(answers[bad.name]["message"], "The customer is blocked")
        self.assertEqual([order.invoice_count for order in orders], [1, 0, 1])

    def test_printed_pick_lists_are_taken_back(self):
        order = self._confirmed((self.product, 5))
        order.picking_ids.printed = True
        self.assertEqual(self._counts()["reset_printed"], 1)
        self.assertEqual([answer["ok"] for answer in self._tidy("reset_printed")], [True])
        self.assertFalse(order.picking_ids.printed)
        self.assertEqual(order.picking_ids.state, "assigned", "what is reserved stays reserved")

    def test_transfers_of_cancelled_orders_are_cancelled(self):
        order = self._confirmed((self.product, 5))
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET state = 'cancel' WHERE id = %s", [order.id])
        self.env.invalidate_all()
        self.assertEqual(self._counts()["orphans"], 1)
        self.assertEqual([answer["ok"] for answer in self._tidy("orphans")], [True])
        self.assertEqual(order.picking_ids.state, "cancel")

    def test_pickups_are_opened(self):
        order = self._confirmed((self.product, 5))
        pickup = self.env["order.pickup"].create(
            {"warehouse_id": self.warehouse.id, "date": self.day, "company_id": self.company.id}
        )
        order.picking_ids.order_pickup_id = pickup
        self.assertEqual(self._counts()["hand_over"], 1)
        with self.assertRaisesRegex(UserError, "driver"):
            self._tidy("hand_over")
        wizard = self._wizard()
        action = wizard.line_ids.filtered(lambda line: line.code == "hand_over").action_tidy()
        self.assertEqual((action["res_model"], action["domain"]), ("order.pickup", [("id", "in", pickup.ids)]))

    def _wizard(self, user="processor"):
        action = self._as(user, self.Statement).with_company(self.company).action_housekeeping()
        return self._as(user, self.env["reconciliation.housekeeping"]).browse(action["res_id"])

    def test_the_screen_counts_does_and_says(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        wizard = self._wizard()
        self.assertEqual(wizard.line_ids.mapped("code"), ["invoice", "hand_over", "reset_printed", "orphans"])
        line = wizard.line_ids[0]
        self.assertEqual(line.action_open()["res_model"], "sale.order")
        self.assertEqual(line.action_tidy()["res_id"], wizard.id)
        self.assertEqual((line.count, line.outcome), (0, "1 done"))

    def test_who_may(self):
        for name in ("salesman", "integration", "stranger", "portal"):
            for act in (self._counts, lambda user: self._tidy("invoice", user)):
                with self.subTest(user=name), self.assertRaises(AccessError):
                    act(name)
        with self.assertRaises(UserError):
            self._tidy("everything")

    def test_another_company_is_left_alone(self):
        order = self._confirmed((self.product, 5))
        order.picking_ids.printed = True
        self._as("stranger", self.Statement).tidy("reset_printed", self.other_company.id)
        self.assertTrue(order.picking_ids.printed)

    def _check(self, statement, code):
        [found] = statement.check_ids.filtered(lambda check: check.code == code)
        return found

    def _names(self, code):
        return [document["name"] for document in self._check(self._next_day(), code).documents]

    def test_a_pickup_of_no_order_or_of_cancelled_transfers_waits_for_nothing(self):
        order = self._confirmed((self.product, 5))
        pickup = self.env["order.pickup"].create(
            {"warehouse_id": self.warehouse.id, "date": self.day, "company_id": self.company.id}
        )
        place = {
            "location_id": self.warehouse.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }
        sample = self.env["stock.picking"].create({"picking_type_id": self.warehouse.out_type_id.id, **place})
        sample.order_pickup_id = pickup
        self.assertEqual(self._names("pickups_open"), [], "a sample sent by hand is no order's")
        order.picking_ids.order_pickup_id = pickup
        self.assertEqual(self._names("pickups_open"), [pickup.name])
        order._action_cancel()
        self.assertEqual(self._names("pickups_open"), [])

    def test_housekeeping_counts_what_the_checks_find(self):
        order = self._confirmed((self.product, 5))
        leaves = order.picking_ids
        leaves.printed = True
        sample = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "printed": True,
            }
        )
        inside = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "printed": True,
            }
        )
        self.env.flush_all()
        # a pick list of an order, in a warehouse that picks before it ships
        self.env.cr.execute("UPDATE stock_picking SET sale_id = %s WHERE id = %s", [order.id, inside.id])
        self.env.invalidate_all()
        draft = self._next_day(sign=False)
        found = {document["id"] for document in self._check(draft, "printed_unshipped").documents}
        self.assertEqual(found, {leaves.id, inside.id}, f"not {sample.name}, which is no order's")
        desk = self._as("processor", self.Statement)
        counts = {row["code"]: row["count"] for row in desk.housekeeping(self.company.id)}
        pairs = (("printed_unshipped", "reset_printed"), ("orphan_transfers", "orphans"), ("pickups_open", "hand_over"))
        for check, queue in pairs:
            self.assertEqual(self._check(draft, check).document_count, counts[queue], queue)
