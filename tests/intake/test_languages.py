"""What the contract answers is said in the caller's language, refusals of intake and of returns too."""

from odoo.tools.translate import CodeTranslations

from tests.common import OrderCase

FRENCH = {
    "Entered before.": "Déjà saisie.",
    "This reference was cancelled.": "Cette référence a été annulée.",
    "The reference was accepted before with other content: %s": "Autre contenu accepté auparavant : %s",
    "This key was used for another case.": "Cette clé a servi à un autre retour.",
    "No order of yours has this reference.": "Aucune commande ne porte cette référence.",
    "No product has this code.": "Aucun article ne porte ce code.",
    "More than one order has this reference: name it by Odoo's number.": "Plusieurs commandes portent cette référence.",
}


class TestLanguages(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.users["integration"].lang = "fr_FR"

    def setUp(self):
        super().setUp()
        known = CodeTranslations.get_python_translations

        def translated(translations, module_name, lang):
            if (module_name, lang) == ("order_processing", "fr_FR"):
                return FRENCH
            return known(translations, module_name, lang)

        self.patch(CodeTranslations, "get_python_translations", translated)

    def _call(self, method, **arguments):
        program = self._as("integration", self.env["order.processing"]).with_context(lang="fr_FR")
        return getattr(program, method)(source="shop", **arguments)[0]

    def _order(self, **vals):
        return {
            "reference": "L-1",
            "customer": self.customer.email,
            "lines": [{"product": "TG-1", "quantity": 2, "price": 10}],
            **vals,
        }

    def test_repeated_conflicting_and_cancelled_orders(self):
        self._call("submit_orders", orders=[self._order()])
        self.assertEqual(self._call("submit_orders", orders=[self._order()])["message"], FRENCH["Entered before."])
        answer = self._call("submit_orders", orders=[self._order(note="Other")])
        self.assertEqual(answer["code"], "conflict")
        self.assertEqual(answer["message"], "Autre contenu accepté auparavant : -")
        self.assertEqual(answer["errors"][0]["message"], answer["message"])
        self._call("submit_orders", orders=[self._order(reference="L-2", customer="nobody")])
        rejected = self.env["order.intake"].search([("reference", "=", "L-2")])
        self._as("processor", rejected).action_cancel(reason="Given up")
        answer = self._call("submit_orders", orders=[self._order(reference="L-2")])
        self.assertEqual(answer["message"], FRENCH["This reference was cancelled."])

    def test_returns(self):
        self._call("submit_orders", orders=[self._order()])
        line = {"product": "TG-1", "quantity": 1}
        answer = self._call("request_return", returns=[{"key": "K-1", "reference": "NOPE", "lines": [line]}])
        self.assertEqual(answer["message"], f"{FRENCH['No order of yours has this reference.']} (NOPE)")
        answer = self._call("request_return", returns=[{"key": "K-1", "reference": "L-1", "lines": [line]}])
        self.assertEqual(
            (answer["code"], answer["message"]), ("conflict", FRENCH["This key was used for another case."])
        )
        wrong = {"key": "K-2", "reference": "L-1", "lines": [{**line, "product": "NO-SUCH"}]}
        answer = self._call("request_return", returns=[wrong])
        self.assertEqual(answer["lines"][0]["message"], f"{FRENCH['No product has this code.']} (NO-SUCH)")

    def test_two_orders_of_a_reference_are_ambiguous(self):
        for source in ("web", "fax"):
            self._as("integration", self.env["order.processing"]).submit_orders(orders=[self._order()], source=source)
        case = {"key": "K-3", "reference": "L-1", "lines": [{"product": "TG-1", "quantity": 1}]}
        answer = self._call("request_return", returns=[case])
        self.assertEqual((answer["ok"], answer["reason"]), (False, "ambiguous"))
        self.assertIn("Plusieurs commandes", answer["message"])
        told = self._as("integration", self.env["order.processing"]).with_context(lang="fr_FR").describe()
        self.assertEqual(told["error_codes"]["unknown_order"], FRENCH["No order of yours has this reference."])
