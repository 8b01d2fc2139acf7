"""Goods in pieces and goods by weight on one day: nowhere is the one added to the other."""

import csv
import io

import openpyxl
from lxml import html

from .common import ReconciliationCase, dozens


class TestUnits(ReconciliationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kilos = cls.env.ref("uom.product_uom_kgm")
        cls.weighed = cls._make_product("Test Flour", "TG-KG", 2.0, uom_id=cls.kilos.id)
        cls._stock(cls.weighed, 1000)
        cls._draw(cls.day.replace(day=13)).action_sign()
        cls.both = cls._make_order((cls.product, 5, 10.0), (cls.weighed, 7, 2.0))
        cls.grams = cls.env["sale.order"].create(
            {**cls._order_vals(), "order_line": [dozens(cls.weighed, 500, cls.env.ref("uom.product_uom_gram"))]}
        )
        (cls.both | cls.grams).action_confirm()
        cls._deliver(cls.both)
        cls.two = cls._draw(cls.day.replace(day=14))

    def _entry(self, order):
        return self._as("processor", self.two).line_ids.filtered(lambda line: line.order_number == order.id)

    def test_balances_and_totals_are_of_one_unit_each(self):
        self._assert_proven(self.two)
        pieces, kilos = (self._equation(self.two, "open", unit) for unit in (self.product.uom_id.name, "kg"))
        self.assertEqual((self._terms(pieces)["Entered"], self._terms(pieces)["Shipped"]), (5, 5))
        self.assertEqual((self._terms(kilos)["Entered"], self._terms(kilos)["Shipped"]), (7.5, 7))
        self.assertEqual(self._terms(kilos)["Open at the end"], 0.5)
        days = {(total.name, total.unit): total.day for total in self.two.total_ids if total.measure == "quantity"}
        self.assertEqual((days["shipped", "kg"], days["shipped", self.product.uom_id.name]), (7, 5))

    def test_an_entry_says_its_quantities_by_unit(self):
        mixed, one = self._entry(self.both), self._entry(self.grams)
        self.assertEqual(
            (mixed.unit, mixed.ordered_qty, mixed.open_qty), (False, 0, 0), "no number is what both have together"
        )
        self.assertEqual({row["unit"]: (row["ordered"], row["shipped"]) for row in mixed.units},
                         {self.product.uom_id.name: (5, 5), "kg": (7, 7)})  # fmt: skip
        self.assertEqual((mixed.ordered_text, mixed.open_text), (f"5 {self.product.uom_id.name} + 7 kg", ""))
        self.assertEqual((one.unit, one.ordered_qty, one.open_text, one.units), ("kg", 0.5, "0.50 kg", False))
        for measure in ("ordered_qty", "open_qty"):
            self.assertFalse(mixed._fields[measure].aggregator, measure)

    def test_an_open_order_of_free_goods_in_two_units_is_carried(self):
        free = self._confirmed((self.product, 2, 0.0), (self.weighed, 3, 0.0))
        self._draw(self.two.date)
        self.two.action_sign()
        third = self._draw(self.two.date.replace(day=15))
        self.assertEqual(
            third.line_ids.filtered(lambda line: line.order_number == free.id).open_text,
            f"2 {self.product.uom_id.name} + 3 kg",
        )
        self._assert_proven(third)

    def test_files_and_paper_add_up_within_a_unit(self):
        rows = {row["Order"]: row for row in csv.DictReader(io.StringIO(self.two.export_csv()))}
        self.assertEqual(
            (rows[self.both.name]["Unit"], rows[self.both.name]["Ordered"]),
            (f"{self.product.uom_id.name} + kg", f"5 {self.product.uom_id.name} + 7 kg"),
        )
        self.assertEqual((rows[self.grams.name]["Unit"], float(rows[self.grams.name]["Ordered"])), ("kg", 0.5))
        book = openpyxl.load_workbook(io.BytesIO(self.two._export_xlsx()), data_only=True)
        balances = [[cell.value for cell in row[:5]] for row in book["Balances"].iter_rows()]
        units = {row[1] for row in balances if row[0] == "Shipped"}
        self.assertLessEqual({"kg", self.product.uom_id.name}, units)
        paper, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "order_processing.report_reconciliation", self.two.ids
        )
        told = {
            tuple(cell.text_content().strip() for cell in row.xpath("td")[:4])
            for row in html.fromstring(paper).xpath("//table[contains(@class, 'o_equations')]//tr")
        }
        self.assertIn(("Shipped", "kg", "7", "7"), told)
        self.assertIn(("Shipped", self.product.uom_id.name, "5", "5"), told)

    def test_the_units_are_signed(self):
        self.two.action_sign()
        self.assertTrue(self.Statement.verify_chain(self.company.id)["ok"])
        self.env.cr.execute(
            "UPDATE order_reconciliation_line SET unit = 't' WHERE reconciliation_id = %s AND unit = 'kg'",
            [self.two.id],
        )
        self.assertFalse(self.Statement.verify_chain(self.company.id)["ok"])

    def test_a_figure_leads_to_rows_of_its_unit(self):
        for equation in self.two.equation_ids.filtered(lambda one: (one.name, one.measure) == ("shipped", "quantity")):
            action = equation.action_open_rows()
            rows = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(
                sum(rows.mapped("quantity_ref")), {"kg": 7, self.product.uom_id.name: 5}.get(equation.unit, 0)
            )
        kilos = self._equation(self.two, "shipped", "kg").action_open_documents()
        self.assertEqual(self.env[kilos["res_model"]].search(kilos["domain"]).mapped("order_name"), [self.both.name])
        opened = self._equation(self.two, "ordered", "kg").action_open_documents()
        self.assertEqual(
            set(self.env[opened["res_model"]].search(opened["domain"]).mapped("order_name")),
            {self.both.name, self.grams.name},
        )
