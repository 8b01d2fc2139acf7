"""Papers where something is long, missing, or written from right to left: every page has its head, nothing runs out of it."""

import base64
import io
import subprocess
from unittest.mock import patch

import pypdfium2
from lxml import html
from PIL import Image

from odoo.addons.base.models import ir_actions_report

from tests.common import ObservingCase

from .papers import PapersMixin, Printed, scanned, words

LONG = "Hexagon socket head cap screw M12 x 120 mm, fully threaded, strength class 12.9, zinc-nickel coated, with certificate"
MANIFEST = "order_processing.report_pickup_manifest"
SHEETS = {"pick_list": "Pick list", "slip": "Packing slip"}


class TestPapersLook(PapersMixin, ObservingCase):
    """Observing: an address that lacks something is printed as it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 100)

    def _logo(self, width, height):
        data = io.BytesIO()
        Image.new("RGB", (width, height), "navy").save(data, "PNG")
        return base64.b64encode(data.getvalue())

    def _ready(self, *lines, **vals):
        picking = self._confirmed(*(lines or [(self.product, 2)]), **vals).picking_ids
        picking.action_assign()
        return picking

    def _of_pickup(self, pickings):
        return self.env["order.pickup"].create(
            {"warehouse_id": self.warehouse.id, "date": "2035-03-06", "picking_ids": pickings.ids}
        )

    def _manifest(self, pickup, pdf=False):
        """The manifest of ``pickup`` as its HTML, or as pages."""
        report = self.env["ir.actions.report"].with_user(self.users["processor"])
        if not pdf:
            return html.fromstring(report._render_qweb_html(MANIFEST, pickup.ids)[0])
        data, _made = report.with_context(force_report_rendering=True)._render_qweb_pdf(MANIFEST, pickup.ids)
        return pypdfium2.PdfDocument(io.BytesIO(data))

    def test_two_hundred_long_lines_have_a_head_on_each_page(self):
        goods = self.env["product.product"].create(
            [
                {"name": f"{LONG} {number}", "default_code": f"M12-{number:03d}", "type": "consu"}
                for number in range(200)
            ]
        )
        long = self._make_customer(
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
        )
        picking = self._ready(*((product, 1) for product in goods), partner_id=long.id)
        for kind, title in SHEETS.items():
            with self.subTest(kind=kind):
                document = self._pdf(kind, picking)
                pages = [words(page) for page in document]
                self.assertLess(len(pages), 30, "the head of later pages takes little room")
                for number, page in enumerate(pages, 1):
                    self.assertIn(f"{title} {picking.name} {number} / {len(pages)}", page)
                    self.assertIn("Quantity", page, "the head of the table stands on each page")
                text = Printed(" ".join(pages))
                for product in goods:
                    self.assertIn(product.default_code, text)
                for page in document:
                    self._assert_within(page)
                self.assertEqual([code.text for code in scanned(document[0])], [picking.name])

    def _assert_within(self, page, margin=8):
        """No word of ``page`` stands nearer to its edges than ``margin`` points."""
        text, (width, height) = page.get_textpage(), page.get_size()
        for number in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(number)
            self.assertGreater(
                min(left, bottom, width - right, height - top), margin, text.get_text_bounded(left, bottom, right, top)
            )

    def test_a_logo_of_any_shape_stands_on_the_first_page_alone(self):
        picking = self._ready()
        for size in ((1500, 100), (100, 1500)):
            with self.subTest(size=size):
                self.company.logo = self._logo(*size)
                page = self._page("slip", picking)
                [image] = page.xpath("//table[@name='letterhead']//img")
                self.assertIn("max-height", image.get("style"))
                self.assertIn("max-width", image.get("style"))
                self.assertFalse(page.xpath("//div[contains(@class, 'header')]//img"))
                document = self._pdf("slip", picking)
                self.assertEqual(len(document), 1)
                self.assertEqual([code.text for code in scanned(document[0])], [picking.name])
        self.assertFalse(self._page("pick_list", picking).xpath("//table[@name='letterhead']"), "it stays in the house")

    def test_from_right_to_left(self):
        self.env["res.lang"]._activate_lang("ar_001")
        customer = self._make_customer("شركة التجارة المحدودة", lang="ar_001", city="القاهرة")
        picking = self._ready(partner_id=customer.id)
        pickup = self._of_pickup(picking)
        self.assertFalse(
            self._page("pick_list", picking).xpath("//div[contains(@class, 'op_rtl')]"), "the picker reads it"
        )
        self.users["processor"].lang = "ar_001"
        pages = [self._page("pick_list", picking), self._page("slip", picking), self._manifest(pickup)]
        for page in pages:
            [sheet] = page.xpath("//div[contains(@class, 'op_page')]")
            self.assertIn("op_rtl", sheet.get("class"))
            [head] = page.xpath("//div[contains(concat(' ', @class, ' '), ' header ')]")
            self.assertEqual(head.get("dir"), "rtl")
        # what is written from left to right stays whole between Arabic words
        for box in pages[2].xpath("//div[@name='window']") + pages[1].xpath("//table[@name='shipped']//td[1]/div"):
            self.assertEqual(box.get("dir"), "auto")
        for document, code in (
            (self._pdf("pick_list", picking), picking.name),
            (self._pdf("slip", picking), picking.name),
            (self._manifest(pickup, pdf=True), pickup.name),
        ):
            self.assertEqual([found.text for found in scanned(document[0])], [code])
            self._assert_within(document[0])
        for kind in ("label", "return_label"):
            document = self._pdf(kind, picking)
            self.assertEqual((len(document), len(scanned(document[0]))), (1, 1))
            for row in self._page(kind, picking).xpath("//div[@name='to']/div[2]/div"):
                self.assertIn("text-align: right", row.get("style"), "in one column, whatever its letters")

    def test_what_is_missing_leaves_no_label_without_a_word(self):
        self.company.partner_id.write(
            dict.fromkeys(("street", "street2", "city", "zip", "phone", "email", "vat"), False)
        )
        self.company.logo = False
        partner = self.env["res.partner"].create({"name": "Only A Name"})
        picking = self._ready(partner_id=partner.id)
        pickup = self._of_pickup(picking)
        loose = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        pages = [self._page(kind, found) for kind in ("pick_list", "slip") for found in (picking, loose)]
        for page in [*pages, self._manifest(pickup)]:
            self.assertFalse(page.xpath("//table[@name='letterhead']//img"))
            for label in page.xpath("//table[@name='facts']//strong"):
                said = words(label.getparent())
                self.assertNotEqual(said, words(label), "a label without what it names")
            self.assertNotIn("False", words(page))
        for kind in ("pick_list", "slip", "label", "return_label"):
            for found in (picking, loose):
                self.assertEqual(len(self._pdf(kind, found)), 1)
        self.assertIn("No delivery address", words(self._page("label", loose)))
        self.assertNotIn("Order", words(self._page("label", loose)))

    def test_the_engine_asks_no_server(self):
        """A page's head, loaded for each page anew, is left out where style sheets do not come in time."""
        picking = self._ready()
        asked = []
        report = type(self.env["ir.actions.report"])

        run = report._run_wkhtmltopdf

        def asks(engine, bodies, *args, header=None, footer=None, **options):
            asked.extend([*bodies, header, footer])
            return run(engine, bodies, *args, header=header, footer=footer, **options)

        with patch.object(report, "_run_wkhtmltopdf", asks):
            self.env["ir.actions.report"].with_context(force_report_rendering=True)._render_qweb_pdf(
                "order_processing.report_packing_slip", picking.ids
            )
        self.assertEqual(len(asked), 3)
        for part in asked:
            page = html.fromstring(str(part))
            self.assertFalse(page.xpath("//link | //script[@src]"))
        self.assertTrue(html.fromstring(str(asked[1])).xpath("//script"), "pages are counted")

    def test_letter_where_the_company_has_letter(self):
        picking = self._ready()
        for xmlid, size in (("base.paperformat_euro", (210, 297)), ("base.paperformat_us", (216, 279))):
            self.company.paperformat_id = self.env.ref(xmlid)
            page = self._pdf("slip", picking)[0]
            self.assertEqual(tuple(round(side / 72 * 25.4) for side in page.get_size()), size)

    def test_an_engine_that_breaks_down_is_asked_once_more(self):
        engine, calls = ir_actions_report._run_wkhtmltopdf, []

        def once(arguments):
            calls.append(arguments)
            if len(calls) == 1:
                return subprocess.CompletedProcess(arguments, -11, "", "")
            return engine(arguments)

        pickup = self._of_pickup(self._ready())
        with patch.object(ir_actions_report, "_run_wkhtmltopdf", once):
            self.assertEqual(len(self._manifest(pickup, pdf=True)), 1)
        self.assertEqual(len(calls), 2)
