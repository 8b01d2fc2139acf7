"""Each built-in rule: it fires, it does not, and where its edge is."""

from datetime import datetime, timedelta

from odoo.fields import Command

from .common import VerificationCase


class TestRules(VerificationCase):
    def test_clean_order_is_verified_and_sealed(self):
        order = self._make_order((self.product, 5), (self.service, 1))
        answer = self._as("processor", order).action_verify()
        self.assertEqual(
            answer,
            [{"order": order.name, "order_id": order.id, "state": "verified", "findings": [], "holds": []}],
        )
        self.assertEqual(order.verified_by_id, self.users["processor"])
        run = order.order_verification_ids
        self.assertEqual((run.result, len(run.digest)), ("verified", 64))
        self.assertEqual(set(run.passed), set(self.env["order.verification.rule"].search([]).mapped("code")))

    # ------------------------------------------------------------------ product

    def test_product_archived(self):
        order = self._make_order((self.product, 5))
        self.product.action_archive()
        answer = order.action_verify()[0]
        self.assertEqual(answer["state"], "held")
        self.assertEqual(answer["holds"], ["product_unsaleable"])
        self.assertEqual(answer["findings"][0]["found"], "archived")
        self.assertEqual(answer["findings"][0]["line"], order.order_line.id)

    def test_product_not_for_sale(self):
        order = self._make_order((self.product, 5), (self.other_product, 1))
        self.other_product.sale_ok = False
        self.assertEqual(self._codes(order), ["product_unsaleable"])
        self.other_product.sale_ok = True
        self.assertEqual(self._codes(order), [])
        self.assertEqual(order.verification_state, "verified")
        self.assertEqual(order.order_check_ids.state, "mended")
        self.assertEqual(order.order_hold_ids.state, "released")

    def test_lines_that_are_no_goods_are_left_out(self):
        order = self._make_order((self.product, 5))
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Section"}),
            Command.create(
                {"product_id": self.service.id, "is_downpayment": True, "price_unit": 3, "product_uom_qty": 0}
            ),
            Command.create({"product_id": self.service.id, "is_delivery": True, "price_unit": 0}),
        ]
        self.service.sale_ok = False
        self.assertEqual(self._codes(order), [])

    def test_quantity(self):
        for quantity, codes in ((0, ["bad_quantity"]), (-1, ["bad_quantity"]), (0.01, [])):
            with self.subTest(quantity=quantity):
                self.assertEqual(self._codes(self._make_order((self.product, quantity))), codes)

    def test_quantity_zero_in_an_optional_section(self):
        order = self._make_order((self.product, 5))
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Options", "is_optional": True, "sequence": 20}),
            Command.create({"product_id": self.other_product.id, "product_uom_qty": 0, "sequence": 21}),
        ]
        self.assertEqual(self._codes(order), [])

    def test_quantity_zero_on_a_confirmed_order_is_a_cancelled_line(self):
        order = self._make_order((self.product, 5), (self.other_product, 1))
        order.action_confirm()
        order.order_line[1].product_uom_qty = 0
        self.assertEqual(self._codes(order), [])

    # ------------------------------------------------------------------ delivery

    def test_address(self):
        for missing in ("street", "city", "zip", "country_id"):
            with self.subTest(missing=missing):
                customer = self._make_customer(f"No {missing}", **{missing: False})
                order = self._make_order((self.product, 5), partner_id=customer.id)
                answer = order.action_verify()[0]
                self.assertEqual(answer["holds"], ["address_incomplete"])
        self.assertIn("country", answer["findings"][0]["message"])

    def test_address_by_country(self):
        ireland, states = self.env.ref("base.ie"), self.env.ref("base.us")
        ireland.zip_required = False
        states.state_required = True
        order = self._make_order(partner_id=self._make_customer("Irish", country_id=ireland.id, zip=False).id)
        self.assertEqual(self._codes(order), [])
        customer = self._make_customer("American", country_id=states.id)
        order = self._make_order(partner_id=customer.id)
        self.assertEqual(self._codes(order), ["address_incomplete"])
        customer.state_id = self.env.ref("base.state_us_5")
        self.assertEqual(self._codes(order), [])

    def test_address_of_blanks(self):
        order = self._make_order(partner_id=self._make_customer("Blank", street="  ").id)
        self.assertEqual(self._codes(order), ["address_incomplete"])

    def test_services_need_no_address(self):
        customer = self._make_customer("Nowhere", street=False)
        self.assertEqual(self._codes(self._make_order((self.service, 1), partner_id=customer.id)), [])

    def test_past_date(self):
        now = datetime.now()
        for wished, codes in ((now - timedelta(days=2), ["past_date"]), (now + timedelta(days=2), []), (False, [])):
            with self.subTest(wished=wished):
                order = self._make_order((self.product, 5), commitment_date=wished)
                self.assertEqual(self._codes(order), codes)
                order.action_cancel()

    # ------------------------------------------------------------------ customer

    def test_duplicate_by_reference(self):
        first = self._make_order((self.product, 5), client_order_ref="PO 7")
        child = self._make_customer("Branch", parent_id=self.customer.id)
        second = self._make_order((self.product, 6), client_order_ref=" PO 7 ", partner_id=child.id)
        self.assertEqual(self._codes(second), ["duplicate"])
        first.action_cancel()
        self.assertEqual(self._codes(second), [])

    def test_duplicate_by_lines(self):
        now = datetime.now()
        self._make_order((self.product, 5), (self.other_product, 1), date_order=now - timedelta(days=6))
        same = self._make_order((self.other_product, 1), (self.product, 5), date_order=now)
        other = self._make_order((self.product, 5), (self.other_product, 2), date_order=now)
        late = self._make_order((self.product, 5), (self.other_product, 1), date_order=now + timedelta(days=8))
        rows = (same | other | late).action_verify()
        self.assertEqual([[f["rule"] for f in row["findings"]] for row in rows], [["duplicate"], [], []])

    def test_no_duplicate_of_another_customer(self):
        self._make_order((self.product, 5), client_order_ref="PO 7")
        order = self._make_order((self.product, 5), client_order_ref="PO 7", partner_id=self._make_customer("Else").id)
        self.assertEqual(self._codes(order), [])

    def test_credit_over_a_set(self):
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 100
        orders = self.env["sale.order"]
        for quantity in (6, 5, 4):
            orders |= self._make_order((self.product, quantity))
        rows = orders.sorted("id").action_verify()
        self.assertEqual([row["holds"] for row in rows], [[], ["credit_limit"], []])
        self.assertIn("110", rows[1]["findings"][0]["found"])
        # exactly at the limit
        orders.action_cancel()
        self.assertEqual(self._codes(self._make_order((self.product, 10))), [])

    def test_credit_counts_what_is_confirmed(self):
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 100
        confirmed = self._make_order((self.service, 12))
        confirmed.action_confirm()
        order = self._make_order((self.product, 5))
        self.assertEqual(self._codes(order), ["credit_limit"])
        self.company.account_use_credit_limit = False
        self.assertEqual(self._codes(order), [])

    # ------------------------------------------------------------------ rules themselves

    def test_company_replaces_the_general_rule(self):
        order = self._make_order((self.product, 5, 0.0))
        rule = self._as("manager", self._rule("zero_price")).copy({"severity": "warning"})
        self.assertEqual(rule.company_id, self.company)
        self.assertEqual(self._codes(order, "blocking"), [])
        rule.active = False
        self.assertEqual(self._codes(order), [])
        rule.sudo().company_id = self.other_company
        self.assertEqual(self._codes(order), ["zero_price"])

    def test_only_managers_change_rules(self):
        for user in ("salesman", "processor"):
            with self.assertRaises(Exception) as caught:
                self._as(user, self._rule("zero_price")).write({"severity": "warning"})
            self.assertEqual(type(caught.exception).__name__, "AccessError")

    def test_changed_parameter_is_a_new_version(self):
        rule = self._rule("price_far")
        version = rule.version
        rule.factor_low = 0.4
        self.assertEqual(rule.version, version + 1)
        rule.name = "Other words"
        self.assertEqual(rule.version, version + 1)

    def test_records_outlive_the_rule(self):
        order = self._make_order((self.product, 5, 0.0))
        order.action_verify()
        self._rule("zero_price").unlink()
        check = order.order_check_ids
        self.assertEqual((check.rule_code, check.state), ("zero_price", "failed"))
        order.action_verify()
        self.assertEqual((check.state, order.verification_state), ("mended", "verified"))
