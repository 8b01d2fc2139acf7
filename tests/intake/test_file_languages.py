"""The wizard for files speaks the user's language: what is missing, what is wrong with the file and with its cells."""

from odoo.exceptions import UserError
from odoo.tools.translate import CodeTranslations, TranslationModuleReader

from tests.common import OrderCase
from tests.intake.test_file import FileMixin

FRENCH = {
    "No column says: %s.": "Il manque la colonne : %s.",
    "%(problem)s The file has the columns: %(found)s.": "%(problem)s Le fichier contient : %(found)s.",
    "The file is empty.": "Le fichier est vide.",
    "Row %s begins a quoted text that does not end. Close the quotation mark, or leave it out.": "Ligne %s : guillemet ouvert.",
    "The cell holds an error of the spreadsheet.": "La cellule contient une erreur.",
    "Row %(row)s of the same order says “%(before)s”. Let both say the same, or leave one empty.": (
        "La ligne %(row)s dit « %(before)s »."
    ),
    "The file does not show its decimal mark: “%(found)s” is read as %(read)s. If that is wrong, choose the mark under Columns.": (
        "« %(found)s » est lu comme %(read)s."
    ),
    "row %s": "ligne %s",
}
SELECTION = {"line.product": "Ligne : article", "customer": "Client"}


class TestFileLanguages(FileMixin, OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.users["processor"].lang = "fr_FR"
        for model in ("order.intake.file.column", "order.intake.column"):
            for value, name in SELECTION.items():
                domain = [("field_id.model", "=", model), ("field_id.name", "=", "path"), ("value", "=", value)]
                cls.env["ir.model.fields.selection"].search(domain).with_context(lang="fr_FR").name = name

    def setUp(self):
        super().setUp()
        known = CodeTranslations.get_python_translations

        def translated(translations, module_name, lang):
            if (module_name, lang) == ("order_processing", "fr_FR"):
                return FRENCH
            return known(translations, module_name, lang)

        self.patch(CodeTranslations, "get_python_translations", translated)

    def _file(self, data, **vals):
        return super()._file(data, **vals).with_context(lang="fr_FR")

    def test_what_is_missing(self):
        file = self._file("Order;Kunde;Kram;Qty\nA;b;c;1\n")
        file.action_read()
        self.assertEqual(file.problem, "Il manque la colonne : Client, Ligne : article.")
        with self.assertRaisesRegex(UserError, "Le fichier contient : Order, Kunde, Kram, Qty"):
            file.action_preview()

    def test_what_is_wrong_with_the_file(self):
        for data, words in ((" \n", "vide"), ('Order;Qty\nA;"1\n', "Ligne 2 : guillemet")):
            with self.assertRaisesRegex(UserError, words):
                self._file(data).action_read()

    def test_what_is_wrong_with_its_cells(self):
        file = self._previewed(
            f"Order;Customer;SKU;Qty\nA;{self.customer.email};#N/A;1.000\nB;{self.customer.email};TG-1;1\nB;x;TG-1;1\n"
        )
        self.assertEqual(
            file.fault_ids.mapped("message"),
            [FRENCH["The cell holds an error of the spreadsheet."], f"La ligne 3 dit « {self.customer.email} »."],
        )
        self.assertEqual(file.doubt, "« 1.000 » est lu comme 1000.")
        self.assertIn("ligne 2", file.line_ids.filtered(lambda line: line.reference == "A").message)

    def test_translators_are_given_all_of_it(self):
        terms = TranslationModuleReader(self.env.cr, modules=["order_processing"], lang="fr_FR")
        sources = {row[4] for row in terms}
        self.assertFalse(set(FRENCH) - sources)
        labels = dict(self.env["order.intake.column"]._fields["path"]._description_selection(self.env(context={})))
        self.assertFalse(set(labels.values()) - sources)
