"""When a rule holds, about which orders and lines, and what it leaves alone."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .common import VerificationCase


class TestValidity(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_tz = "Pacific/Auckland"
        cls.order = cls._make_order((cls.product, 5, 0.0))
        cls.rule = cls.env.ref("order_processing.rule_zero_price")

    def _found(self):
        assessment = self.order._verification_evaluate()[self.order.id]
        return "zero_price" in [finding.rule.code for finding in assessment.findings], assessment.passed

    def test_days_are_the_companys(self):
        self.rule.write({"valid_from": "2024-05-10", "valid_to": "2024-05-12"})
        # noon of the day before in UTC is midnight in Auckland
        for moment, holds in (
            ("2024-05-09 11:59:00", False),
            ("2024-05-09 12:01:00", True),
            ("2024-05-12 11:59:00", True),
            ("2024-05-12 12:01:00", False),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                found, passed = self._found()
                self.assertEqual(found, holds)
                self.assertNotIn("zero_price", passed)

    def test_own_rule_outside_its_dates_leaves_the_general_one(self):
        self._as("manager", self.rule).copy({"severity": "warning", "valid_to": "2024-05-12"})
        with freeze_time("2024-05-11 00:00:00"):
            self.assertEqual(self._codes(self.order, "blocking"), [])
        with freeze_time("2024-05-20 00:00:00"):
            self.assertEqual(self._codes(self.order, "blocking"), ["zero_price"])

    def test_end_before_beginning_is_refused(self):
        with self.assertRaisesRegex(UserError, "end before it begins"):
            self.rule.write({"valid_from": "2024-05-12", "valid_to": "2024-05-11"})

    def test_days_and_scope_are_versions(self):
        version = self.rule.version
        self.rule.valid_from = "2024-05-10"
        self.rule.write({"valid_from": "2024-05-10", "scope_domain": "[]"})
        self.assertEqual(self.rule.version, version + 1)
        self.rule.scope_domain = "[('amount_total', '>', 5)]"
        self.rule.scope_line_domain = "[('discount', '>', 5)]"
        self.assertEqual(self.rule.version, version + 3)


class TestScope(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("order_processing.rule_zero_price")
        cls.tag = cls.env["res.partner.category"].create({"name": "Test Tag"})
        cls.category = cls.env["product.category"].create({"name": "Test Category"})
        cls.child = cls.env["product.category"].create({"name": "Test Child", "parent_id": cls.category.id})

    def _passed(self, order):
        return order._verification_evaluate()[order.id].passed

    def _as_chief(self, rule):
        """The rule is general: as a manager who answers for all companies."""
        self.users["manager"].company_ids = self.env["res.company"].search([])
        return self._as("manager", rule)

    def test_scope_of_customers(self):
        inside = self._make_order(
            (self.product, 5, 0.0), partner_id=self._make_customer("Tagged", category_id=[Command.link(self.tag.id)]).id
        )
        outside = self._make_order((self.product, 5, 0.0))
        self.rule.scope_domain = repr([("partner_id.category_id", "in", self.tag.ids)])
        rows = (inside | outside).action_verify()
        self.assertEqual([[f["rule"] for f in row["findings"]] for row in rows], [["zero_price"], []])
        self.assertNotIn("zero_price", self._passed(outside))
        self.assertNotIn("zero_price", outside.order_verification_ids.passed)
        self.assertIn("bad_quantity", outside.order_verification_ids.passed)
        inside.order_line.price_unit = 10
        self.assertEqual(self._passed(inside)["zero_price"], self.rule.version)

    def test_scope_counts_archived_records_and_does_not_ask_who_verifies(self):
        self.tag.active = False
        customer = self._make_customer("Tagged", category_id=[Command.link(self.tag.id)])
        order = self._make_order((self.product, 5, 0.0), partner_id=customer.id, user_id=self.users["salesman"].id)
        self.rule.scope_domain = repr([("partner_id.category_id.name", "=", "Test Tag")])
        for user in ("salesman", "processor"):
            self.assertEqual(self._codes(self._as(user, order)), ["zero_price"])

    def test_scope_of_lines(self):
        self.other_product.categ_id = self.child
        self.rule.scope_line_domain = repr([("product_id.categ_id", "child_of", self.category.ids)])
        order = self._make_order((self.product, 5, 0.0), (self.other_product, 5, 0.0))
        finding = order.action_verify()[0]["findings"]
        self.assertEqual([f["line"] for f in finding], order.order_line[1].ids)
        outside = self._make_order((self.product, 5, 0.0))
        self.assertEqual(self._codes(outside), [])
        self.assertNotIn("zero_price", self._passed(outside))

    def test_scope_of_lines_is_about_goods(self):
        """A section fits “not of this category”, and is no line in scope."""
        self.rule.scope_line_domain = repr([("product_id", "!=", self.product.id)])
        order = self._make_order((self.product, 5, 0.0))
        order.order_line = [Command.create({"display_type": "line_section", "name": "Section"})]
        self.assertNotIn("zero_price", self._passed(order))

    def test_scope_of_lines_for_a_rule_about_the_order(self):
        self.other_product.categ_id = self.child
        self._rule("address_incomplete").scope_line_domain = repr([("product_id.categ_id", "=", self.child.id)])
        nowhere = self._make_customer("Nowhere", street=False)
        inside = self._make_order((self.product, 1), (self.other_product, 1), partner_id=nowhere.id)
        outside = self._make_order((self.product, 2), partner_id=nowhere.id)
        self.assertEqual(self._codes(inside), ["address_incomplete"])
        self.assertEqual(self._codes(outside), [])

    def test_a_scoped_rule_takes_no_line_from_the_next_one(self):
        """A far price that is out of the scope of “far” is still off the pricelist."""
        self._rule("price_far").scope_line_domain = repr([("product_id", "=", self.other_product.id)])
        order = self._make_order((self.product, 5, 1.0), (self.other_product, 1, 1.0))
        found = {(f["rule"], f["line"]) for f in order.action_verify()[0]["findings"]}
        first, second = order.order_line.ids
        self.assertEqual(found, {("price_off", first), ("price_far", second)})

    def test_scope_by_company(self):
        """The same partner may have another value in each company."""
        term = self.env["account.payment.term"].create({"name": "Test Term"})
        self.customer.with_company(self.other_company).property_payment_term_id = term
        self.customer.with_company(self.company).property_payment_term_id = False
        self.rule.scope_domain = repr([("partner_id.property_payment_term_id", "=", term.id)])
        here = self._make_order((self.product, 5, 0.0))
        there = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.other_company.id,
                "order_line": [Command.create({"product_id": self.product.id, "price_unit": 0})],
            }
        )
        found = (here | there)._verification_evaluate()
        codes = {order_id: [f.rule.code for f in assessment.findings] for order_id, assessment in found.items()}
        self.assertEqual(codes, {here.id: [], there.id: ["zero_price"]})

    def test_relative_dates_are_the_companys(self):
        self.company.order_tz = "Pacific/Auckland"
        order = self._make_order((self.product, 5, 0.0), validity_date="2024-05-10")
        self.rule.scope_domain = "[('validity_date', '=', 'today')]"
        for moment, codes in (("2024-05-09 11:59:00", []), ("2024-05-09 12:01:00", ["zero_price"])):
            with freeze_time(moment):
                found = order._verification_evaluate()[order.id].findings
                self.assertEqual([finding.rule.code for finding in found], codes)

    def test_wrong_domains_are_refused_with_words(self):
        wrong = {
            "nonsense": "[(",
            "code": "[('user_id', '=', uid)]",
            "call": "[('name', '=', __import__('os').getcwd())]",
            "no list": "5",
            "field": "[('no_such_field', '=', 1)]",
            "operator": "[('name', 'resembles', 1)]",
            "value": "[('partner_id', 'child_of', {'a': 1})]",
            "malformed": "['|', ('name', '=', 'x')]",
            "date": "[('date_order', '>', 'some day')]",
        }
        rule = self._as_chief(self.rule)
        for name, text in wrong.items():
            with self.subTest(name=name):
                with self.assertRaises(UserError) as caught:
                    rule.scope_domain = text
                self.assertIn("Zero price: “Only orders” cannot be searched with", str(caught.exception))
        with self.assertRaises(UserError) as caught:
            rule.scope_line_domain = "[('amount_total', '>', 1)]"
        self.assertIn("“Only lines” cannot be", str(caught.exception))
        self.assertEqual((rule.scope_domain, rule.scope_line_domain), ("[]", "[]"))

    def test_nobody_asks_about_what_they_may_not_read(self):
        """A manager of orders is no manager of users: their secrets are no scope."""
        for secret in (
            "user_id.totp_secret",
            "partner_id.user_ids.password",
            "partner_id.bank_ids.create_uid.totp_secret",
        ):
            with self.subTest(secret=secret), self.assertRaises(UserError):
                self._as_chief(self.rule).scope_domain = repr([(secret, "ilike", "a")])

    def test_a_filter_that_names_what_is_gone_is_a_finding(self):
        """As after an add-on was removed: nothing breaks, and nothing passes unseen."""
        self.env.cr.execute(
            "UPDATE order_verification_rule SET scope_domain = %s WHERE id = %s",
            ["[('x_gone', '=', 1)]", self.rule.id],
        )
        self.rule.invalidate_recordset()
        order = self._make_order((self.product, 5))
        answer = order.action_verify()[0]
        self.assertEqual((answer["state"], answer["holds"]), ("held", ["zero_price"]))
        self.assertIn("x_gone", answer["findings"][0]["found"])
        self.rule.scope_domain = "[]"
        self.assertEqual(order.action_verify()[0]["state"], "verified")


class TestSpared(VerificationCase):
    """A rule switched on, or made stricter, later does not hold what is confirmed, shipped or finished."""

    def _late_rule(self, **vals):
        domain = [("create_date", "!=", False)]
        return self._own_rule(domain, name="Late Rule", code="late", **vals)

    def _late_codes(self, order):
        return [f["rule"] for f in order.action_verify()[0]["findings"]]

    def test_confirmed_and_unchanged(self):
        order, quotation = self._make_order(), self._make_order((self.product, 6))
        order.action_confirm()
        for model in ("sale.order", "sale.order.line"):
            rule = self._late_rule(domain_model=model)
            self.assertEqual(self._late_codes(order), [], model)
            self.assertEqual(self._late_codes(quotation), ["late"], model)
            # spared is not passed
            self.assertNotIn("late", order._verification_evaluate()[order.id].passed)
            rule.unlink()
        self.assertEqual(order.verification_state, "verified")
        self._late_rule()
        self._stock(self.product, 5)
        self._deliver(order)
        self.assertEqual(order.delivery_status, "full")

    def test_built_in_rules_about_the_order_too(self):
        order = self._make_order()
        order.action_confirm()
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 1
        self.assertEqual(self._codes(order), [])
        self.assertEqual(self._codes(self._make_order((self.product, 6))), ["credit_limit"])

    def test_a_changed_sale_is_asked(self):
        order = self._make_order()
        order.action_confirm()
        self._late_rule()
        order.order_line.product_uom_qty = 6
        self.assertEqual(self._late_codes(order), ["late"])
        self.assertEqual(order.verification_state, "held")

    def test_shipped(self):
        """What has wholly left is held for no reason about the order, also where its address changed since."""
        order = self._make_order()
        order.action_confirm()
        self._stock(self.product, 5)
        self._deliver(order)
        self._late_rule()
        self.customer.street = False
        self.assertEqual(self._late_codes(order), [])
        self.assertEqual(order.verification_state, "verified")

    def test_partly_shipped_and_changed_is_asked(self):
        order = self._make_order()
        order.action_confirm()
        self._stock(self.product, 5)
        self._deliver(order, {self.product: 2})
        self._late_rule()
        self.customer.street = False
        # the change itself is a finding of its own
        self.assertEqual(sorted(self._late_codes(order)), ["address_incomplete", "changed_after_verification", "late"])

    def test_services_that_are_invoiced(self):
        open_order, invoiced = self._make_order((self.service, 1)), self._make_order((self.service, 2))
        (open_order | invoiced).action_confirm()
        invoiced._create_invoices().action_post()
        self._late_rule()
        self.customer.name = "Test Renamed"
        self.assertEqual(set((open_order | invoiced)._verification_broken()), {open_order.id, invoiced.id})
        self.assertEqual(sorted(self._late_codes(open_order)), ["changed_after_verification", "late"])
        self.assertEqual(self._late_codes(invoiced), [])

    def test_locked_orders(self):
        """A lock spares as any other confirmation does, and is no way to a broken seal."""
        order = self._make_order()
        order.action_confirm()
        order.action_lock()
        self._late_rule()
        self.assertEqual(self._late_codes(order), [])
        self.customer.street = False
        self._stock(self.product, 5)
        with self.assertRaisesRegex(UserError, "lacks: street"):
            self._deliver(order)

    def test_confirmed_before_the_controls(self):
        self.company.action_order_control_off(reason="before")
        order = self._make_order((self.product, 5, 0.0))
        order.action_confirm()
        self.company.action_order_control_enforce(reason="now")
        self._late_rule()
        self.assertEqual(self._late_codes(order), [])
        self.assertEqual(order.verification_state, "verified")
        self._stock(self.product, 5)
        self._deliver(order)
        self.assertEqual(order.delivery_status, "full")

    def test_created_as_a_sale_is_not_before_the_controls(self):
        with self.assertRaisesRegex(UserError, "has no price"):
            self._make_order((self.product, 5, 0.0), state="sale")

    def test_a_finding_of_its_time_stays(self):
        """Confirmed with a finding while the company observed: that finding is not forgotten, a later rule is."""
        self.company.action_order_control_observe(reason="before")
        order = self._make_order((self.product, 5, 0.0))
        order.action_confirm()
        self.assertEqual(order.order_check_ids.mapped("state"), ["failed"])
        self.company.action_order_control_enforce(reason="now")
        self._late_rule()
        self.assertEqual(self._late_codes(order), ["zero_price"])
        self.assertEqual(order.order_check_ids.mapped("state"), ["failed"])

    def test_a_warning_that_blocks_later_holds_no_sale(self):
        order, quotation = self._make_order((self.product, 5, 9.0)), self._make_order((self.product, 6, 9.0))
        (order | quotation).action_verify()
        self.assertEqual((order | quotation).mapped("order_check_ids.severity"), ["warning", "warning"])
        order.action_confirm()
        self._rule("price_off").severity = "blocking"
        (order | quotation).action_verify()
        self.assertEqual((order | quotation).mapped("verification_state"), ["verified", "held"])


class TestRecords(VerificationCase):
    """Rules switched off or deleted leave readable records."""

    def setUp(self):
        super().setUp()
        self.rule = self._own_rule(
            [("amount_untaxed", ">", 20)], name="Test Gone", description="Too much", mend="Order less", code="too_much"
        )
        self.order = self._make_order()
        self.order.action_verify()
        self.check = self.order.order_check_ids
        self.small = self._make_order((self.product, 1))
        self.small.action_verify()

    def _readable(self):
        check = self._as("processor", self.check)
        self.assertEqual(
            (check.rule_name, check.rule_code, check.message, check.mend, check.display_name, check.severity),
            ("Test Gone", "too_much", "Too much", "Order less", "Too much", "blocking"),
        )
        self.assertEqual(self.small.order_verification_ids.passed["too_much"], 1)
        self.assertIn("too_much", self._as("processor", self.order.order_hold_ids).display_name + check.rule_code)

    def test_switched_off(self):
        self.rule.active = False
        self._readable()
        self.assertEqual(self.order.action_verify()[0]["state"], "verified")
        self.assertEqual(self.check.state, "mended")
        self._readable()

    def test_deleted_while_held(self):
        self.rule.unlink()
        self.check.invalidate_recordset()
        self.assertFalse(self.check.rule_id)
        self._readable()
        # the hold and the finding end as any other
        self.assertEqual(self.order.action_verify()[0]["state"], "verified")
        self._readable()

    def test_deleted_after_a_waiver(self):
        self._as("manager", self.check).action_waive(reason="Agreed")
        self.rule.unlink()
        self.check.invalidate_recordset()
        self._readable()
        self.assertEqual((self.check.state, self.check.waive_reason), ("waived", "Agreed"))
        self.assertEqual(self.order.action_verify()[0]["state"], "verified")

    def test_waiver_lapses_after_a_deleted_rule_is_made_anew(self):
        """A rule of the same code found the same before: the waiver still speaks of that content."""
        self._as("manager", self.check).action_waive(reason="Agreed")
        self.rule.unlink()
        self._own_rule([("amount_untaxed", ">", 20)], code="too_much")
        self.assertEqual(self.order.action_verify()[0]["state"], "verified")
        self.order.order_line.product_uom_qty = 7
        self.assertEqual(self.order.action_verify()[0]["state"], "held")

    def test_who_may_change_scope_and_days(self):
        for user in ("salesman", "processor", "integration"):
            for vals in ({"scope_domain": "[]"}, {"valid_to": fields.Date.today() - timedelta(1)}, {"active": False}):
                with self.subTest(user=user, vals=vals), self.assertRaises(AccessError):
                    self._as(user, self.rule).write(vals)
        with self.assertRaises(AccessError):
            self._as("stranger", self.rule).write({"active": False})
