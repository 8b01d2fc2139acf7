"""A refund goes back through the payment provider, in core's own transactions; else it waits for the accountant."""

from .online import OnlineCase


class TestRefundOnline(OnlineCase):
    def test_what_was_paid_online_goes_back_online_once(self):
        order, paid = self._paid()
        case = self._ask(self._row(order.order_line, 2))
        self._process(case)
        refund = paid.child_transaction_ids
        self.assertEqual((refund.operation, refund.amount, refund.state), ("refund", -20, "draft"))
        self.assertEqual((self.sent, case.credit_ids.amount_residual), ([], 20), "sent when all this stands")
        self._cron()
        self._cron()
        self.assertEqual(len(self.sent), 1)
        self.assertEqual((refund.state, case.credit_ids.amount_residual), ("done", 0))
        self.assertEqual(refund.payment_id.payment_type, "outbound")
        case.action_follow()
        self.assertEqual(case.state, "closed")
        second = self._ask(self._row(order.order_line, 3))
        self._process(second)
        self._cron()
        self.assertEqual(sum(paid.child_transaction_ids.mapped("amount")), -50, "never more than was paid")
        self.assertEqual(second.credit_ids.amount_residual, 0)

    def test_refunds_under_way_count(self):
        order, paid = self._paid()
        for quantity in (3, 2):
            self._process(self._ask(self._row(order.order_line, quantity)))
        self.assertEqual(sorted(paid.child_transaction_ids.mapped("amount")), [-30, -20])
        self.assertEqual(paid._refundable(), 0)

    def test_a_provider_that_refunds_the_whole_or_nothing(self):
        type(self).support = "full_only"
        self.addCleanup(setattr, type(self), "support", "partial")
        order, paid = self._paid()
        case = self._ask(self._row(order.order_line, 2))
        self._process(case)
        self.assertFalse(paid.child_transaction_ids)
        self.assertEqual(case.credit_ids.amount_residual, 20, "the accountant pays it back")
        order, paid = self._paid()
        self._process(self._ask(self._row(order.order_line, 5)))
        self.assertEqual(paid.child_transaction_ids.amount, -50)

    def test_a_provider_that_does_not_refund_or_a_policy_that_does_not_want_it(self):
        type(self).support = "none"
        order, paid = self._paid()
        self._process(self._ask(self._row(order.order_line, 2)))
        self.assertFalse(paid.child_transaction_ids)
        type(self).support = "partial"
        self.env["order.return.policy"].create({"name": "By bank", "refund_online": False})
        order, paid = self._paid()
        self._process(self._ask(self._row(order.order_line, 2)))
        self.assertFalse(paid.child_transaction_ids)

    def test_what_is_taken_back_is_not_sent(self):
        order, paid = self._paid()
        case = self._ask(self._row(order.order_line, 2))
        self._process(case)
        case.credit_ids.button_draft()
        self._cron()
        self.assertEqual((self.sent, paid.child_transaction_ids.state), ([], "cancel"))
        case.credit_ids.action_post()
        self._cron()
        self.assertEqual((len(self.sent), case.credit_ids.amount_residual), (1, 0))

    def test_store_credit_is_not_paid_back(self):
        order, paid = self._paid()
        self._process(self._ask(self._row(order.order_line, 2, settlement="credit")))
        self.assertFalse(paid.child_transaction_ids)
