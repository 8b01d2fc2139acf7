"""What the tests of verification share."""

from odoo.fields import Command

from ..common import OrderCase


class VerificationMixin:
    """Short ways to ask for findings and to make pricelists."""

    def _codes(self, order, severity=None):
        found = order.action_verify()[0]["findings"]
        return sorted(f["rule"] for f in found if severity in (None, f["severity"]))

    def _rule(self, code):
        return self.env.ref(f"order_processing.rule_{code}")

    def _own_rule(self, domain=(), **vals):
        """A rule that a manager made: a filter, or with ``kind="manual"`` a step."""
        return self._as("manager", self.env["order.verification.rule"]).create(
            {
                "name": "Test Rule",
                "kind": "domain",
                "severity": "blocking",
                "domain": repr(list(domain)),
                "company_id": self.company.id,
                **vals,
            }
        )

    def _pricelist(self, *items, **vals):
        return self.env["product.pricelist"].create(
            {"name": "Test", "item_ids": [Command.create(item) for item in items], **vals}
        )


class VerificationCase(VerificationMixin, OrderCase):
    """Enforced controls."""
