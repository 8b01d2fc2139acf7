"""How the orders of one sender are read: its profile, the codes it uses, and a trial that writes nothing."""

import json

import psycopg2

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from tests.common import OrderCase
from tests.intake.common import IntakeMixin

NEWCOMER = {"name": "Newcomer", "street": "9 Dock Road", "city": "Hull", "zip": "HU1 1AA", "country": "GB"}


class TestProfile(IntakeMixin, OrderCase):
    def _profile(self, source="shop", **vals):
        return self._as("manager", self.env["order.intake.profile"]).create({"source": source, **vals})

    def test_only_the_kind_of_code_that_the_sender_uses_is_asked(self):
        self.product.barcode = "5012345678900"
        self.env["product.supplierinfo"].create(
            {"partner_id": self.customer.id, "product_id": self.product.id, "product_code": "VEND-1"}
        )
        codes = {"reference": "TG-1", "barcode": "5012345678900", "vendor": "VEND-1", "name": "Test Goods"}
        for kind in codes:
            self._profile(source=kind, item_code=kind)
        self._profile(source="any")
        known = {
            (kind, name)
            for kind in (*codes, "any")
            for name, code in codes.items()
            if self._answer(product=code, source=kind)["ok"]
        }
        own = {(kind, kind) for kind in codes}
        self.assertEqual(known, own | {("any", "reference"), ("any", "barcode")})

    def test_vendor_code_and_name_of_two_products_are_ambiguous(self):
        self._make_product("Test Goods", "TG-9", 3.0)
        for product in (self.product, self.other_product):
            self.env["product.supplierinfo"].create(
                {"partner_id": self.customer.id, "product_id": product.id, "product_code": "VEND-1"}
            )
        self._profile(source="vendor", item_code="vendor")
        self._profile(source="name", item_code="name")
        for source, code in (("vendor", "VEND-1"), ("name", "Test Goods")):
            self.assertEqual(self._answer(product=code, source=source)["errors"][0]["code"], "ambiguous")

    def test_a_blank_unit_is_what_the_profile_says(self):
        pack = self.env.ref("uom.product_uom_pack_6")
        self.assertEqual(self._made().order_line.product_uom_id, self.product.uom_id)
        profile = self._profile(blank_unit="fixed", unit_id=pack.id)
        self.assertEqual(self._made().order_line.product_uom_id, pack)
        self.assertEqual(self._made(unit=self.product.uom_id.name).order_line.product_uom_id, self.product.uom_id)
        loose = self._make_product("Loose", "TG-KG", 3.0, uom_id=self.env.ref("uom.product_uom_kgm").id)
        error = self._answer(product=loose.default_code)["errors"][0]
        self.assertEqual((error["path"], error["code"]), ("lines[0].unit", "unknown_unit"))
        self.assertIn(pack.name, error["message"])
        profile.blank_unit = "refuse"
        self.assertEqual([error["code"] for error in self._answer()["errors"]], ["unknown_unit"])
        self.assertTrue(self._answer(product=loose.default_code, unit=loose.uom_id.name)["ok"])

    def test_a_price_beyond_the_tolerance_is_refused(self):
        self._profile(price_beyond="refuse", price_tolerance=5)
        for price, discount, ok in ((10, 0, True), (10.5, 0, True), (9.5, 0, True), (10.51, 0, False), (10, 6, False)):
            answer = self._answer(price=price, discount=discount)
            self.assertEqual(answer["ok"], ok, (price, discount))
            if not ok:
                self.assertEqual(
                    (answer["errors"][0]["path"], answer["errors"][0]["code"]), ("lines[0].price", "price_off")
                )
                self.assertIn("10.00", answer["errors"][0]["message"])
        # by the pack the price is the pack's
        pack = self.env.ref("uom.product_uom_pack_6").name
        self.assertTrue(self._answer(price=60, unit=pack)["ok"])
        self.assertFalse(self._answer(price=10, unit=pack)["ok"])
        # no price is no difference, and who has no such profile says what it likes
        self.assertTrue(self._answer(price=None)["ok"])
        self.assertTrue(self._answer(price=1, source="fax")["ok"])

    def test_the_tolerance_holds_for_prices_with_tax(self):
        """Whether the sender's prices contain the tax, and whether ours do, the same price is the same price."""
        self._profile(price_beyond="refuse", price_tolerance=5)
        for included in (False, True):
            kind = "tax_included" if included else "tax_excluded"
            self.product.taxes_id = self.env["account.tax"].create(
                {"name": f"Test {kind}", "amount": 20.0, "company_id": self.company.id, "price_include_override": kind}
            )
            net, gross = (10.0 / 1.2, 10.0) if included else (10.0, 12.0)
            for says, price in ((True, gross), (False, net)):
                for customer in (self.customer.email, {**NEWCOMER, "reference": f"N-{included}-{says}"}):
                    with self.subTest(included=included, says=says, customer=customer):
                        good = {"prices_include_tax": says, "customer": customer}
                        self.assertTrue(self._answer(price=round(price, 4), **good)["ok"])
                        self.assertTrue(self._answer(price=round(price * 1.049, 4), **good)["ok"])
                        self.assertTrue(self._answer(price=round(price / 0.9, 4), discount=10, **good)["ok"])
                        error = self._answer(price=round(price * 1.06, 2), **good)["errors"][0]
                        self.assertEqual((error["path"], error["code"]), ("lines[0].price", "price_off"))
                        self.assertIn(f"{price:.2f}", error["message"], "in the sender's own terms")
                        self.assertEqual(error["found"], f"{price * 1.06:.2f}")

    def test_the_tolerance_follows_the_fiscal_position(self):
        self._profile(price_beyond="refuse", price_tolerance=1)
        tax = self.env["account.tax"].create(
            {
                "name": "Test inside",
                "amount": 25.0,
                "company_id": self.company.id,
                "price_include_override": "tax_included",
            }
        )
        self.product.taxes_id = tax
        abroad = self.env["account.fiscal.position"].create({"name": "Abroad", "company_id": self.company.id})
        none = self.env["account.tax"].create(
            {"name": "Test none", "amount": 0.0, "company_id": self.company.id, "original_tax_ids": [(6, 0, tax.ids)]}
        )
        none.fiscal_position_ids = abroad
        self.customer.with_company(self.company).property_account_position_id = abroad
        self.assertTrue(self._answer(price=8, prices_include_tax=False)["ok"])
        self.assertFalse(self._answer(price=10, prices_include_tax=False)["ok"])

    def test_prices_are_those_of_the_customers_pricelist_and_currency(self):
        self._turn_on("product.group_product_pricelist")
        foreign = self.env.ref("base.CHF")
        foreign.active = True
        self.env["res.currency.rate"].create({"currency_id": foreign.id, "company_id": self.company.id, "rate": 2.0})
        pricelist = self.env["product.pricelist"].create({"name": "Abroad", "currency_id": foreign.id})
        self.customer.with_company(self.company).property_product_pricelist = pricelist
        self._profile(price_beyond="refuse", price_tolerance=1)
        self.assertTrue(self._answer(price=20)["ok"])
        self.assertEqual(self._answer(price=10)["errors"][0]["code"], "price_off")

    def test_who_may_not_bring_customers_and_addresses(self):
        self._profile(new_customer="refuse", new_address="refuse")
        count = self.env["res.partner"].search_count([])
        for role in ("customer", "ship_to", "invoice_to"):
            error = self._answer(**{role: NEWCOMER})["errors"][0]
            self.assertEqual((error["path"], error["code"]), (role, "unknown_customer"))
            self.assertIn("may not bring", error["message"])
        self.assertEqual(self.env["res.partner"].search_count([]), count)
        # what is known is found as ever
        self.assertTrue(self._answer(ship_to=self.customer.email)["ok"])
        self.assertTrue(self._answer(customer=NEWCOMER, source="fax")["ok"])

    def test_a_profile_is_of_one_company_and_while_it_is_active(self):
        elsewhere = self.env["order.intake.profile"].create(
            {"source": "shop", "item_code": "name", "company_id": self.other_company.id}
        )
        self.assertTrue(self._answer()["ok"])
        mine = self._profile(item_code="name")
        self.assertFalse(self._answer()["ok"])
        self.assertNotIn(elsewhere, self._as("manager", self.env["order.intake.profile"]).search([]))
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._profile()
        mine.active = False
        self.assertTrue(self._answer()["ok"])

    def test_managers_set_profiles_others_do_not(self):
        profile = self._profile()
        self._as("processor", profile).read(["source"])
        with self.assertRaises(AccessError):
            self._as("processor", profile).write({"item_code": "name"})
        for user in ("salesman", "integration", "stranger"):
            with self.assertRaises(AccessError):
                self._as(user, profile).read(["source"])

    def test_settings_that_make_no_sense_are_refused(self):
        for vals in ({"blank_unit": "fixed"}, {"price_tolerance": -1}, {"source": " shop "}):
            with self.assertRaises(ValidationError):
                self._profile(**vals)

    # ------------------------------------------------------------------ trial

    def _try(self, profile, pasted, user="processor"):
        trial = self._as(user, self.env["order.intake.trial"]).create(
            {"profile_id": profile.id, "payload_text": json.dumps(pasted)}
        )
        trial.action_try()
        return trial.result_html

    def test_a_trial_shows_what_would_be_and_writes_nothing(self):
        profile = self._profile(item_code="reference")
        tables = ("sale.order", "order.intake", "order.event", "order.verification.check", "order.hold", "res.partner")
        self.env["order.event"].flush_model()
        before = [self.env[name].search_count([]) for name in tables]
        shown = self._try(
            profile,
            [self._order("T-1", customer=NEWCOMER), self._order("T-2", product="NOPE"), self._order("T-3", price=0)],
        )
        self.env["order.event"].flush_model()
        self.assertEqual([self.env[name].search_count([]) for name in tables], before)
        for words in ("Newcomer", "Line 1, Product", "would be rejected", "would be entered and held", "Test Goods"):
            self.assertIn(words, shown)

    def test_a_kept_order_is_tried_anew_though_its_reference_was_entered(self):
        profile = self._profile()
        kept = self._made().intake_id
        form = Form(self._as("processor", self.env["order.intake.trial"]).with_context(default_profile_id=profile.id))
        form.intake_id = kept
        trial = form.save()
        trial.action_try()
        shown = trial.result_html
        self.assertIn("would be entered", shown)
        self.assertNotIn("rejected", shown)
        profile.item_code = "name"
        trial.action_try()
        self.assertIn("would be rejected", trial.result_html)

    def test_only_the_order_desk_tries(self):
        profile = self._profile()
        for user in ("salesman", "integration"):
            with self.assertRaises(AccessError):
                self._try(profile, {}, user=user)
            with self.assertRaises(AccessError):
                self._as(user, self.env["order.intake"])._try([], profile)
        with self.assertRaises(AccessError):
            self._try(profile, {}, user="stranger")
