"""A user's own rule: a filter that fires on what matches."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from .common import VerificationCase


class TestOwnRules(VerificationCase):
    def test_rule_on_orders(self):
        rule = self._own_rule(
            [("partner_id.country_id.code", "=", "GB"), ("amount_untaxed", ">", 100)],
            description="Orders above 100\nneed a call.",
            mend="Call the customer.",
            stage="customer",
        )
        big, small = self._make_order((self.product, 11)), self._make_order((self.product, 10))
        rows = (big | small).action_verify()
        self.assertEqual([row["state"] for row in rows], ["held", "verified"])
        finding = rows[0]["findings"][0]
        self.assertEqual(
            (finding["rule"], finding["message"], finding["line"]),
            (f"own_{rule.id}", "Orders above 100 need a call.", 0),
        )
        self.assertIn("Untaxed Amount: 110", finding["found"])
        self.assertIn("Untaxed Amount > 100", finding["expected"])
        self.assertEqual(rows[0]["holds"], ["finding"])
        check = big.order_check_ids
        self.assertEqual((check.mend, check.stage, check.rule_id), ("Call the customer.", "customer", rule))
        self.assertEqual(small.order_verification_ids.passed[rule.code], rule.version)
        big.order_line.product_uom_qty = 9
        self.assertEqual(big.action_verify()[0]["state"], "verified")
        self.assertEqual((check.state, check.changed), ("mended", True))

    def test_rule_on_lines(self):
        self._own_rule(
            [("product_id", "=", self.other_product.id), ("product_uom_qty", "<", 3)],
            domain_model="sale.order.line",
            severity="warning",
            name="At least three",
        )
        order = self._make_order((self.product, 1), (self.other_product, 2), (self.other_product, 3))
        answer = order.action_verify()[0]
        self.assertEqual(answer["state"], "verified")
        self.assertEqual([f["line"] for f in answer["findings"]], order.order_line[1].ids)
        self.assertEqual(answer["findings"][0]["message"].split(": ")[1], "At least three")
        self.assertIn("Quantity: 2", answer["findings"][0]["found"])

    def test_rule_on_lines_passes_sections_and_down_payments_over(self):
        rule = self._own_rule([("discount", "=", 0)], domain_model="sale.order.line", code="no_discount")
        order = self._make_order((self.product, 1))
        order.order_line.discount = 5
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Section"}),
            Command.create({"product_id": self.service.id, "is_downpayment": True, "product_uom_qty": 0}),
        ]
        self.assertNotIn(rule.code, self._codes(order))

    def test_other_units_and_currencies(self):
        """The filter asks about what the order says: its own currency and unit."""
        dozen = self.env.ref("uom.product_uom_dozen")
        self._own_rule([("product_uom_id", "=", dozen.id)], domain_model="sale.order.line", code="dozens")
        order = self._make_order((self.product, 1))
        order.order_line.write({"product_uom_id": dozen.id})
        order.order_line.price_unit = 120
        self.assertEqual(self._codes(order), ["dozens"])
        euro = self.env.ref("base.EUR")
        euro.active = True
        pricelist = self._pricelist(currency_id=euro.id)
        self._own_rule([("currency_id", "!=", self.company.currency_id.id)], code="foreign")
        foreign = self._make_order((self.product, 1), pricelist_id=pricelist.id)
        self.assertEqual(self._codes(foreign, "blocking"), ["foreign"])
        self.assertEqual(self._codes(self._make_order((self.product, 2))), [])

    def test_scope_and_filter_together(self):
        self._own_rule([("amount_untaxed", ">", 10)], scope_domain=repr([("partner_id", "=", self.customer.id)]))
        other = self._make_customer("Else")
        orders = self._make_order() | self._make_order(partner_id=other.id)
        self.assertEqual([row["state"] for row in orders.action_verify()], ["held", "verified"])

    def test_two_rules_with_the_same_filter_in_different_scopes(self):
        """The search is done once; a scope does not narrow it for the next rule."""
        domain = [("amount_untaxed", ">", 10)]
        other = self._make_customer("Else")
        self._own_rule(domain, code="first", sequence=1, scope_domain=repr([("partner_id", "=", other.id)]))
        self._own_rule(domain, code="second", sequence=2)
        orders = self._make_order() | self._make_order((self.product, 6), partner_id=other.id)
        rows = orders.action_verify()
        self.assertEqual(
            [sorted(f["rule"] for f in row["findings"]) for row in rows], [["second"], ["first", "second"]]
        )

    def test_waiver_rests_on_the_content_and_on_what_was_asked(self):
        self._own_rule([("client_order_ref", "like", "URGENT")], code="urgent")
        order = self._make_order(client_order_ref="URGENT 1")
        order.action_verify()
        self._as("manager", order.order_check_ids).action_waive(reason="Seen")
        self.assertEqual(order.action_verify()[0]["state"], "verified")
        order.client_order_ref = "URGENT 2"
        self.assertEqual(order.action_verify()[0]["state"], "held")
        order.client_order_ref = "calm"
        self.assertEqual(order.action_verify()[0]["state"], "verified")

    def test_other_company(self):
        self._own_rule([("amount_untaxed", ">", 10)])
        there = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.other_company.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        self.assertEqual(there._verification_evaluate()[there.id].findings, [])
        with self.assertRaises(AccessError):
            self._as("manager", self.env["order.verification.rule"]).create(
                {"name": "x", "kind": "domain", "domain": "[('id', '>', 0)]", "company_id": self.other_company.id}
            )

    def test_codes(self):
        own = self._own_rule([("amount_untaxed", ">", 10)])
        self.assertEqual(own.code, f"own_{own.id}")
        self.assertEqual(own.version, 1)
        copy = own.copy()
        self.assertEqual((copy.code, copy.name, copy.domain), (f"own_{copy.id}", "Test Rule (copy)", own.domain))
        for code in ("zero_price", "two words"):
            with self.subTest(code=code), self.assertRaises(UserError):
                self._own_rule([("amount_untaxed", ">", 10)], code=code)
        with self.assertRaisesRegex(UserError, "No built-in check"):
            self._own_rule([], kind="built_in", code="no_such_check")
        with self.assertRaisesRegex(UserError, "No built-in check"):
            self._own_rule([], kind="built_in")
        two = self.env["order.verification.rule"].create(
            [{"name": str(n), "kind": "domain", "domain": "[('amount_total', '>', 9)]"} for n in range(2)]
        )
        self.assertEqual(two.mapped("code"), [f"own_{rule.id}" for rule in two])

    def test_refused(self):
        with self.assertRaisesRegex(UserError, "fire on everything"):
            self._own_rule([])
        with self.assertRaisesRegex(UserError, "cannot be searched"):
            self._own_rule([("no_such_field", "=", 1)])
        own = self._own_rule([("amount_untaxed", ">", 10)])
        with self.assertRaisesRegex(UserError, "cannot be searched"):
            # right on orders, not on lines
            own.domain_model = "sale.order.line"
        with self.assertRaisesRegex(UserError, "kind of a rule does not change"):
            own.kind = "manual"

    def test_only_managers(self):
        own = self._own_rule([("amount_untaxed", ">", 10)])
        Rule = self.env["order.verification.rule"]
        for user in ("salesman", "processor", "integration", "accountant"):
            with self.subTest(user=user):
                with self.assertRaises(AccessError):
                    self._as(user, Rule).create({"name": "x", "kind": "domain", "domain": "[('id', '>', 0)]"})
                with self.assertRaises(AccessError):
                    self._as(user, own).write({"domain": "[('id', '<', 0)]"})
                with self.assertRaises(AccessError):
                    self._as(user, own).unlink()
        with self.assertRaises(AccessError):
            self._as("stranger", own).write({"domain": "[('id', '<', 0)]"})

    def test_changes_are_versions_and_in_the_chatter(self):
        own = self._own_rule([("amount_untaxed", ">", 10)])
        self.env.flush_all()
        self.env.cr.precommit.run()
        own.domain = "[('amount_untaxed', '>', 20)]"
        self.assertEqual(own.version, 2)
        self.env.flush_all()
        self.env.cr.precommit.run()
        values = own.sudo().message_ids.tracking_value_ids
        self.assertIn("[('amount_untaxed', '>', 20)]", values.mapped("new_value_char"))

    def test_words_of_a_filter(self):
        self._own_rule(
            [
                "|",
                ("partner_id", "in", self.customer.ids),
                "&",
                ("state", "=", "sent"),
                ("order_line.product_id", "=", self.product.id),
            ]
        )
        finding = self._make_order().action_verify()[0]["findings"][0]
        self.assertEqual(
            finding["expected"],
            "Not: Customer is one of Test Customer or (Status is Quotation Sent and Order Lines › Product is [TG-1] Test Goods)",
        )
        self.assertIn("Order Lines › Product: [TG-1] Test Goods", finding["found"])

    def test_made_on_the_screen(self):
        """As the menu opens it: an own rule that starts switched off, and gets its code when it is saved."""
        action = self.env.ref("order_processing.action_order_verification_rule")
        Rule = self._as("manager", self.env["order.verification.rule"]).with_context(
            default_kind="domain", default_active=False
        )
        self.assertIn("'default_kind': 'domain', 'default_active': False", action.context)
        with Form(Rule) as form:
            form.name = "Made here"
            form.severity = "blocking"
            form.domain = "[('amount_untaxed', '>', 20)]"
            form.scope_domain = repr([("partner_id", "=", self.customer.id)])
        rule = form.record
        self.assertEqual((rule.code, rule.kind, rule.active), (f"own_{rule.id}", "domain", False))
        order = self._make_order()
        self.assertEqual(self._codes(order), [])
        rule.active = True
        self.assertEqual(self._codes(order), [rule.code])
        for name in ("list", "search"):
            view = self.env.ref(f"order_processing.order_verification_rule_view_{name}")
            self._as("manager", self.env["order.verification.rule"]).get_views([(view.id, name)])
