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


class TermsCase(VerificationCase):
    """What the tests of rules of price and customer share: one rule on, all others off, another company and currency."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["order.verification.rule"].search([]).active = False
        currencies = cls.env["res.currency"].with_context(active_test=False)
        cls.currency = currencies.search([("id", "!=", cls.company.currency_id.id)], limit=1)
        cls.currency.active = True
        cls.currency.rate_ids.unlink()
        cls.company.currency_id.rate_ids.unlink()
        # one unit of the company's currency is two of the other
        cls.env["res.currency.rate"].create(
            {"name": "2020-01-01", "rate": 2, "currency_id": cls.currency.id, "company_id": cls.company.id}
        )

    def _switch_on(self, code, **parameters):
        rule = self._rule(code)
        rule.write({"active": True, **parameters})
        return rule

    def _in_currency(self, *lines, **vals):
        """An order in the other currency."""
        return self._make_order(*lines, pricelist_id=self._pricelist(currency_id=self.currency.id).id, **vals)

    def _elsewhere(self, *lines, **vals):
        """An order of the other company, whose controls observe."""
        return self._make_order(*lines, company_id=self.other_company.id, **vals)

    def _found(self, orders):
        """The codes found in each order, nothing written."""
        found = orders._verification_evaluate()
        return [[finding.rule.code for finding in found[order.id].findings] for order in orders]

    def _assert_constant(self, make, then=None):
        """The same statements for 1 and for 100 orders.

        :param make: ``make(index)`` makes one by one call of ``_make_order``
        :param then: ``then(order, index)`` is done to each
        """
        counts = []
        for number in (1, 100):
            orders = self._made_together(make, range(number))
            for index, order in enumerate(orders if then else ()):
                then(order, index)
            for _warm in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                orders._verification_evaluate()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts, "statements for 1 and for 100 orders")


class MendCase(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.property_product_pricelist = cls.env["product.pricelist"].create({"name": "Test prices"})

    def _checks(self, orders, code=None):
        orders.action_verify()
        checks = orders.order_check_ids.filtered(lambda check: check.state == "failed")
        return checks.filtered(lambda check: check.rule_code == code) if code else checks
