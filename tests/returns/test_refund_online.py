"""A refund goes back through the payment provider, in core's own transactions; else it waits for the accountant."""

from unittest.mock import patch

from odoo.fields import Command

from .common import ReturnCase


class TestRefundOnline(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        method = cls.env.ref("payment.payment_method_unknown")
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.provider = cls.env["payment.provider"].create(
            {
                "name": "Dummy",
                "code": "none",
                "state": "test",
                "company_id": cls.company.id,
                "payment_method_ids": [Command.set(method.ids)],
            }
        )
        method.write({"active": True, "support_refund": "partial"})
        known = type(cls.env["account.payment.method"])._get_payment_method_information

        def information(methods):
            return {**known(methods), "none": {"mode": "electronic", "type": ("bank",)}}

        cls.startClassPatcher(
            patch.object(type(cls.env["account.payment.method"]), "_get_payment_method_information", information)
        )
        cls.env["account.payment.method"].sudo().create({"name": "Dummy", "code": "none", "payment_type": "inbound"})
        cls.provider.journal_id = journal
        cls.provider_class = type(cls.env["payment.provider"])
        cls.support = "partial"

        def features(providers):
            providers.update(
                {
                    "support_express_checkout": False,
                    "support_manual_capture": None,
                    "support_tokenization": False,
                    "support_refund": cls.support,
                }
            )

        cls.startClassPatcher(patch.object(cls.provider_class, "_compute_feature_support_fields", features))
        cls.sent = []

        def send(refund):
            cls.sent.append(refund)
            refund._set_done()

        cls.startClassPatcher(patch.object(type(cls.env["payment.transaction"]), "_send_refund_request", send))

    def setUp(self):
        super().setUp()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)
        self.sent.clear()

    def _paid(self, quantity=5):
        """A delivered and invoiced order that was paid online."""
        order = self._shipped((self.product, quantity))
        invoice = order.invoice_ids
        paid = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.provider.payment_method_ids.id,
                "amount": invoice.amount_total,
                "currency_id": invoice.currency_id.id,
                "partner_id": order.partner_id.id,
                "reference": f"paid {invoice.name}",
                "operation": "online_direct",
                "invoice_ids": [Command.set(invoice.ids)],
            }
        )
        paid._set_done()
        paid._post_process()
        self.assertEqual(invoice.amount_residual, 0)
        return order, paid

    def _cron(self):
        self.env["payment.transaction"]._cron_refund_online()

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
