"""What customers want of goods that come late: done, or left to the desk."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError

from .test_delays import DelayCase


class TestAnswers(DelayCase):
    def _told(self, *lines, **vals):
        order = self._slip(*lines, **vals)
        self._as("processor", order).action_tell_delays()
        notice = self._notices(order)
        self.assertEqual(notice.outcome, "sent")
        return order, notice.sudo()

    def test_waits(self):
        order, notice = self._told()
        self.assertEqual([code for code, _words in notice._choices(order)], ["wait", "cancel"])
        self.assertEqual(notice._answer(order, "wait"), "")
        self.assertEqual((notice.line_ids.answer, order.order_line.product_uom_qty), ("wait", 5))
        self.assertEqual(self._events(order, "delay_answered").reason, "wait")
        self.assertTrue(notice.answered_at)

    def test_takes_what_is_there(self):
        self._stock(self.product, 5)
        order, notice = self._told(
            (self.product, 5), (self.other_product, 2), late=self.other_product, picking_policy="one"
        )
        self.assertEqual(notice.line_ids.product_id, self.other_product)
        self.assertEqual([code for code, _words in notice._choices(order)], ["wait", "part", "cancel"])
        waiting = self._as("processor", order).action_dispatch()
        self.assertEqual(waiting[0]["code"], "incomplete")
        notice._answer(order, "part")
        self.assertEqual([code for code, _words in notice._choices(order)], ["wait", "cancel"])
        sent = self._as("processor", order).action_dispatch()
        self.assertEqual(sent[0]["code"], "dispatched")
        self.assertEqual(order.order_line.mapped("qty_delivered"), [5, 0])

    def test_a_part_that_the_shipping_profile_does_not_allow_is_left_to_the_desk(self):
        self._stock(self.product, 5)
        order, notice = self._told(
            (self.product, 5), (self.other_product, 2), late=self.other_product, picking_policy="one"
        )
        order.order_max_shipments = 1
        problem = notice._answer(order, "part")
        self.assertIn("1 shipments at most", problem)
        self.assertEqual((order.picking_policy, notice.line_ids.to_settle), ("one", problem))
        order.order_max_shipments, order.order_min_shipment = 0, 1000
        self.assertIn("worth at least", notice._answer(order, "part"))
        order.order_min_shipment = 50
        self.assertEqual(notice._answer(order, "part"), "")
        self.assertEqual(order.picking_policy, "direct")

    def test_cancels_what_is_late(self):
        self._stock(self.product, 5)
        order, notice = self._told((self.product, 5), (self.other_product, 2), late=self.other_product)
        self.assertEqual(notice._answer(order, "cancel"), "")
        self.assertEqual((order.state, order.order_line.mapped("product_uom_qty")), ("sale", [5, 0]))
        closed = self._events(order, "closed_short")
        self.assertEqual((closed.reason, closed.quantity), ("delay", -2))
        self.assertFalse(notice._choices(order))
        with self.assertRaisesRegex(UserError, f"{order.name}: this can no longer be chosen"):
            notice._answer(order, "cancel")
        sent = self._as("processor", order).action_dispatch()
        self.assertEqual(sent[0]["code"], "dispatched")
        self.assertEqual(order.picking_ids.mapped("state"), ["done"])

    def test_cancels_the_order(self):
        order, notice = self._told()
        self.assertIn("Cancel the order", dict(notice._choices(order))["cancel"])
        notice._answer(order, "cancel")
        self.assertEqual(order.state, "cancel")
        self.assertEqual(self._events(order, "cancelled").mapped("reason"), ["delay"])

    def test_what_cannot_be_done_at_once_is_left_to_the_desk(self):
        self._stock(self.product, 5)
        owner = self.users["salesman"]
        order, notice = self._told(
            (self.product, 5), (self.other_product, 2), late=self.other_product, user_id=owner.id
        )
        order.action_lock()
        problem = notice._answer(order, "cancel")
        self.assertIn("locked", problem)
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [5, 2])
        self.assertEqual((notice.line_ids.answer, notice.line_ids.to_settle), ("cancel", problem))
        self.assertEqual(
            order.activity_ids.filtered(lambda activity: activity.user_id == owner).note.count("locked"), 1
        )
        self.assertEqual(self.Notice.search([("to_settle", "=", True)]), notice)
        with self.assertRaises(AccessError):
            self._as("integration", notice).action_settled()
        self.assertEqual(self._as("processor", notice).action_settled(), 1)
        with self.assertRaisesRegex(UserError, "nothing is left to do"):
            self._as("processor", notice).action_settled()
        self.assertFalse(self.Notice.search([("to_settle", "=", True)]))

    def test_an_older_notice_decides_nothing(self):
        order, notice = self._told()
        order.order_line.order_told_date = order.order_line.order_promise_date - timedelta(weeks=2)
        self._as("processor", order).action_tell_delays()
        newer = (self._notices(order) - notice).sudo()
        self.assertTrue(newer._choices(order))
        self.assertFalse(notice._choices(order))
        for choice in ("cancel", "part", "", None, "answer"):
            with self.assertRaisesRegex(UserError, "can no longer be chosen"):
                notice._answer(order, choice)
        with self.assertRaisesRegex(UserError, "can no longer be chosen"):
            newer._answer(order, "part")
