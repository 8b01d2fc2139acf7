"""What leaves the customs area goes with a commercial invoice and a packing list, complete or not at all."""

import io

import pypdfium2
from lxml import html

from odoo.exceptions import UserError

from tests.common import OrderCase


class TestExport(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_export_papers = True
        cls.company.partner_id.country_id = cls.uk
        cls.warehouse.partner_id.country_id = cls.uk
        cls._stock(cls.product, 100)
        cls._stock(cls.other_product, 100)
        (cls.product | cls.other_product).write(
            {"hs_code": "950300", "country_of_origin": cls.env.ref("base.fr").id, "weight": 1.5}
        )
        cls.abroad = cls._make_customer(
            "Buyer Abroad",
            country_id=cls.env.ref("base.us").id,
            state_id=cls.env.ref("base.state_us_34").id,
            city="Boston",
            zip="02108",
        )
        cls.incoterm = cls.env["account.incoterms"].search([("code", "=", "DAP")], limit=1)
        cls.order = cls._make_order(
            (cls.product, 5, 10), (cls.other_product, 2, 25), partner_id=cls.abroad.id, incoterm=cls.incoterm.id
        )
        cls.home = cls._make_order((cls.product, 1))
        (cls.order | cls.home).action_confirm()
        (cls.order | cls.home).with_user(cls.users["processor"]).action_dispatch()
        cls.pickup = cls.order.picking_ids.order_pickup_id.with_user(cls.users["processor"])

    def _page(self):
        content = self.env["ir.actions.report"]._render_qweb_html(
            "order_processing.report_pickup_manifest", self.pickup.ids
        )[0]
        return html.fromstring(content)

    def test_papers_go_with_the_manifest_where_they_are_needed(self):
        self.assertEqual(self.pickup.picking_count, 2)
        page = self._page()
        rows = [" ".join(row.text_content().split()) for row in page.xpath("//table[@name='goods']//tbody/tr")]
        self.assertEqual(len(rows), 2, "the goods at home need none")
        self.assertIn("TG-1 Test Goods 950300 FR 5.00 Units 7.50", rows[0])
        self.assertIn("50.00", rows[0])
        facts = " ".join(page.xpath("string((//table[@name='facts'])[last()])").split())
        self.assertIn("Incoterm DAP Boston".replace(" ", ""), facts.replace(" ", ""))
        self.assertIn(self.order.invoice_ids.name, facts)
        self.assertEqual(len(page.xpath("//h2[starts-with(normalize-space(), 'Packing list')]")), 1)
        self.company.order_export_papers = False
        self.assertFalse(self._page().xpath("//table[@name='goods']"))

    def test_what_is_missing_is_named_before_anything_is_printed(self):
        self.product.hs_code = False
        self.order.incoterm = False
        self.company.incoterm_id = False
        with self.assertRaisesRegex(UserError, r"Test Goods: no HS code(.|\n)*no incoterm"):
            self.pickup._export_pickings()

    def test_inside_the_union_no_papers_are_needed(self):
        picking = self.order.picking_ids
        for home, there, needed in (("de", "fr", False), ("de", "uk", True), ("uk", "uk", False)):
            self.warehouse.partner_id.country_id = self.env.ref(f"base.{home}")
            self.abroad.write({"state_id": False, "country_id": self.env.ref(f"base.{there}").id})
            self.assertEqual(bool(picking._export_needed()), needed, f"{home} {there}")

    def test_as_pdf(self):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        data, _kind = report._render_qweb_pdf(
            "order_processing.action_report_commercial_invoice", self.order.picking_ids.ids
        )
        document = pypdfium2.PdfDocument(io.BytesIO(data))
        words = [page.get_textpage().get_text_range() for page in document]
        self.assertEqual(len(words), 2)
        self.assertIn("950300", words[0])
        self.assertIn(self.order.picking_ids.move_line_ids.result_package_id.name, words[1])
