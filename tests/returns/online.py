"""Orders paid through a payment provider."""

from unittest.mock import patch

from odoo.fields import Command

from .common import ReturnCase


class OnlineCase(ReturnCase):
    """A payment provider that refunds; what is sent to it stands in ``sent``."""

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
