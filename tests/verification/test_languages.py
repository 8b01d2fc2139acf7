"""Colleagues of different languages verify the same order: what was found stays what it was."""

from .common import VerificationCase


class TestLanguages(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        for name, lang in {"processor": "en_US", "manager": "fr_FR"}.items():
            cls.users[name].lang = lang
        # words of the house that differ by language without any translation of the add-on
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.unit.with_context(lang="fr_FR").name = "Pièces"
        cls.env["res.lang"].search([("code", "=", "fr_FR")]).write({"decimal_point": ",", "thousands_sep": " "})
        for code in ("quantity_minimum", "approval_amount", "contact_missing"):
            cls._rule(cls, code).write({"active": True, "limit_amount": 1000.0})
        cls.product.order_minimum_quantity = 500

    def _verify(self, order, name):
        user = self.users[name]
        order.with_user(user).with_context(lang=user.lang).action_verify()
        return order.order_check_ids

    def test_nothing_is_found_again(self):
        order = self._make_order((self.product, 300), user_id=self.users["processor"].id)
        checks = self._verify(order, "processor")
        self.assertEqual(set(checks.mapped("rule_code")), {"quantity_minimum", "approval_amount"})
        self.assertIn("500 Units", checks.mapped("expected")[-1] + checks.mapped("expected")[0])
        for name in ("manager", "processor", "manager"):
            self.assertEqual(self._verify(order, name), checks)
            self.assertEqual(set(checks.mapped("state")), {"failed"})
        self.assertEqual(len(order.order_hold_ids), 2)

    def test_a_waiver_holds_in_every_language(self):
        order = self._make_order((self.product, 300))
        checks = self._verify(order, "manager")
        checks.with_user(self.users["manager"]).action_waive(reason="a trial")
        self.assertEqual(order.verification_state, "verified")
        self.assertEqual(self._verify(order, "processor"), checks)
        self.assertEqual((order.verification_state, set(checks.mapped("state"))), ("verified", {"waived"}))

    def test_what_really_changed_is_found_anew_in_another_language_too(self):
        order = self._make_order((self.product, 300))
        checks = self._verify(order, "processor")
        self._rule("approval_amount").limit_amount = 2000.0
        after = self._verify(order, "manager")
        amount = checks.filtered(lambda check: check.rule_code == "approval_amount")
        self.assertEqual(amount.state, "mended")
        self.assertEqual(len(after - checks), 1)
        self.assertIn("2 000", (after - checks).expected.replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " "))

    def test_what_a_finding_rests_on_has_no_language(self):
        carrier = self.env["delivery.carrier"].create(
            {"name": "Test Carrier", "product_id": self.service.id, "order_needs_phone": True}
        )
        self.customer.phone = False
        order = self._make_order((self.product, 600), carrier_id=carrier.id)
        prints = []
        for lang, word in (("en_US", "phone"), ("fr_FR", "téléphone")):
            rule = self._rule("contact_missing").with_context(lang=lang)
            env = rule.env(su=True)
            translate = type(env)._

            def told(me, text, *args, word=word, translate=translate, **words):
                return word if text == "phone" else translate(me, text, *args, **words)

            self.patch(type(env), "_", told)
            facts = env["order.verification.facts"]._load(order)
            found = rule.with_env(env)._find_contact_missing(list(facts.values()), {})
            self.assertEqual(found[0].expected, word)
            prints.append(found[0].fingerprint)
        self.assertEqual(*prints)
