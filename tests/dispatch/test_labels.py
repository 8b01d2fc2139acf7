"""Labels: what a scanner reads, whose number it is, what stands on them where something is missing."""

import zxingcpp
from psycopg2.errors import UniqueViolation
from stdnum import ean

from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, mute_logger

from tests.common import OrderCase

from .papers import PapersMixin, measured, scanned, words


class TestLabels(PapersMixin, OrderCase):
    def _numbers_from(self, number):
        """A sequence of the company's own that comes to ``number`` next."""
        own = self.env["ir.sequence"].create({"name": "SSCC", "code": "order.sscc", "company_id": self.company.id})
        # beyond what the field of the sequence holds
        self.env.cr.execute(SQL("SELECT setval(%s::regclass, %s, false)", f"ir_sequence_{own.id:03d}", number))
        return own

    def _package(self, pickings):
        return pickings.move_line_ids.result_package_id

    def test_number_is_that_of_the_published_example(self):
        """GS1's own example of the check digit: 37610425002123456 gives 9."""
        self.company.order_gs1_prefix = "7610425"
        self._numbers_from(3002123456)
        package = self._package(self._shipped())
        self.assertEqual(package.order_sscc, "376104250021234569")

    def test_label_of_each_size_scans_as_gs1(self):
        self.company.order_gs1_prefix = "9521234"
        picking = self._shipped()
        sscc = self._package(picking).order_sscc
        self.assertEqual((len(sscc), sscc[1:8]), (18, "9521234"))
        self.assertEqual(sscc[-1], ean.calc_check_digit(sscc[:-1]))
        for size, millimetres in (("4x6", (102, 152)), ("a6", (105, 148))):
            with self.subTest(size=size):
                self.company.order_label_format = size
                document = self._pdf("label", picking)
                self.assertEqual(len(document), 1)
                self.assertEqual(tuple(round(side / 72 * 25.4) for side in document[0].get_size()), millimetres)
                [code] = scanned(document[0])
                self.assertEqual((code.text, code.symbology_identifier), (f"(00){sscc}", "]C1"))
                self.assertEqual(code.content_type, zxingcpp.ContentType.GS1)
                self.assertIn(f"(00){sscc}", words(document[0]))
                self.assertNotIn("no SSCC", words(document[0]))

    def test_bars_are_as_wide_as_gs1_asks(self):
        """General Specifications 5.12.2, table 5: a module of 0.495 mm at least, bars 31.75 mm high."""
        self.company.order_gs1_prefix = "9521234"
        page = self._pdf("label", self._shipped())[0]
        [code] = scanned(page)
        width, height, margin = measured(page, code)
        self.assertGreater(width, 0.49)
        self.assertGreater(height, 31)
        self.assertGreater(margin, 10 * width)

    def test_without_prefix_it_is_the_package_and_says_so(self):
        picking = self._shipped()
        package = self._package(picking)
        page = self._pdf("label", picking)[0]
        [code] = scanned(page)
        self.assertEqual((code.text, code.symbology_identifier), (package.name, "]C0"))
        self.assertIn("Number of the package: no SSCC", words(page))
        self.assertFalse(package.order_sscc)

    def test_number_comes_with_the_label_where_the_prefix_came_later(self):
        picking = self._shipped()
        package = self._package(picking)
        self.company.order_gs1_prefix = "9521234"
        self.assertIn("no SSCC", words(self._page("label", picking)), "what is shown gives no numbers")
        self.assertFalse(package.order_sscc)
        self._print("label", picking)
        first = package.order_sscc
        self.assertTrue(first)
        self._print("label", picking)
        self.assertEqual(package.order_sscc, first)

    def test_number_is_given_once_and_stays(self):
        self.company.order_gs1_prefix = "9521234"
        pickings = self._shipped(count=3)
        packages = self._package(pickings)
        codes = packages.mapped("order_sscc")
        self.assertEqual(len(set(codes)), 3)
        with self.assertRaisesRegex(UserError, "stays theirs"):
            self._as("processor", packages[0]).write({"order_sscc": False})
        other = self.env["stock.package"].create({"name": "OTHER"})
        with self.assertRaisesRegex(ValidationError, "is no SSCC"):
            other.order_sscc = codes[0][:-1] + str((int(codes[0][-1]) + 1) % 10)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            other = self.env["stock.package"].create({"name": "THIRD"})
            other.order_sscc = codes[0]
            self.env.flush_all()
        self.assertFalse(packages[0].copy().order_sscc)
        found = self.env["stock.package"].name_search(codes[1])
        self.assertEqual([number for number, _name in found], packages[1].ids)

    def test_name_that_is_an_sscc_is_kept(self):
        self.company.order_gs1_prefix = "9521234"
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5))
        order.picking_ids.action_assign()
        box = self.env["stock.package"].create({"name": "376104250021234569"})
        order.picking_ids.move_line_ids.result_package_id = box
        self._as("processor", order).action_dispatch()
        self.assertFalse(box.order_sscc)
        [code] = scanned(self._pdf("label", order.picking_ids)[0])
        self.assertEqual(code.text, "(00)376104250021234569")

    def test_numbers_that_are_used_up_stop_one_company_with_words(self):
        self.company.order_gs1_prefix = "952123456789"
        self._numbers_from(99999)
        self._stock(self.product, 20)
        last, beyond = self._confirmed((self.product, 5)), self._confirmed((self.product, 5))
        self._as("processor", last).action_dispatch()
        self.assertEqual(self._package(last.picking_ids).order_sscc[:-1], "99521234567899999")
        [result] = self._as("processor", beyond).action_dispatch()
        self.assertEqual((result["ok"], result["code"]), (False, "refused"))
        for part in ("952123456789", self.company.name, "no number left", "100000"):
            self.assertIn(part, result["message"])
        self.assertEqual(beyond.picking_ids.state, "assigned")
        self.assertFalse(self._package(beyond.picking_ids))

    def test_missing_sequence_is_said(self):
        self.company.order_gs1_prefix = "9521234"
        self.env["ir.sequence"].search([("code", "=", "order.sscc")]).code = "other"
        self._stock(self.product, 20)
        [result] = self._as("processor", self._confirmed((self.product, 5))).action_dispatch()
        self.assertEqual(result["code"], "refused")
        self.assertIn("order.sscc", result["message"])

    def test_prefix_is_digits(self):
        for wrong in ("123", "95 21234", "95212A4", "9521234567890", "１２３４５"):
            with self.subTest(prefix=wrong), self.assertRaisesRegex(ValidationError, "4 to 12 digits"):
                self.company.order_gs1_prefix = wrong
        for right in ("9521", "952123456789", False):
            self.company.order_gs1_prefix = right
        for name in ("processor", "salesman"):
            with self.assertRaises(UserError):
                self._as(name, self.company).write({"order_gs1_prefix": "9521234"})

    def test_parcels_are_counted_in_their_order(self):
        self.company.order_gs1_prefix = "9521234"
        self._stock(self.product, 5)
        self._stock(self.other_product, 5)
        order = self._confirmed((self.product, 5), (self.other_product, 5))
        order.picking_ids.action_assign()
        for line, name in zip(order.picking_ids.move_line_ids, ("BOX-10", "BOX-9")):
            line.result_package_id = self.env["stock.package"].create({"name": name})
        self._as("processor", order).action_dispatch()
        document = self._pdf("label", order.picking_ids)
        self.assertEqual(len(document), 2)
        for number, name in ((1, "BOX-9"), (2, "BOX-10")):
            text = words(document[number - 1])
            self.assertIn(f"Parcel {number} / 2", text)
            self.assertIn(name, text)

    def test_what_is_missing_is_said(self):
        picking = self._shipped()
        picking.partner_id = False
        picking.move_line_ids.result_package_id = False
        page = self._pdf("label", picking)[0]
        self.assertIn("No delivery address: do not send", words(page))
        self.assertIn("it is in no package", words(page))
        self.assertEqual([code.text for code in scanned(page)], [picking.name])
        self.assertIn("No delivery address", words(self._page("slip", picking)))

    def test_name_that_no_barcode_holds_is_said(self):
        picking = self._shipped()
        self._package(picking).name = "Häuschen"
        page = self._pdf("label", picking)[0]
        self.assertFalse(scanned(page))
        self.assertFalse(self._page("label", picking).xpath("//div[@name='barcode']//img"), "of no other kind either")
        self.assertIn("Rename the package", words(page))
        self.company.order_gs1_prefix = "9521234"
        page = self._pdf("label", picking)[0]
        self.assertEqual(scanned(page)[0].text, f"(00){self._package(picking).order_sscc}")
        self.assertNotIn("Rename", words(page))

    def test_right_to_left(self):
        self.env["res.lang"]._activate_lang("ar_001")
        customer = self._make_customer("شركة التجارة المحدودة", lang="ar_001", city="القاهرة")
        picking = self._shipped(partner_id=customer.id)
        for kind in ("label", "return_label"):
            page = self._page(kind, picking)
            self.assertEqual(page.xpath("//div[contains(@class, 'page')]/@dir"), ["rtl"])
            self.assertEqual(len(self._pdf(kind, picking)), 1)
        self.assertTrue(self._page("slip", picking).xpath("//div[contains(@class, 'op_rtl')]"))
        [code] = scanned(self._pdf("label", picking)[0])
        self.assertEqual(code.text, self._package(picking).name)

    def test_return_label_goes_home_and_names_the_order(self):
        self.company.partner_id.write({"street": "7 Depot Lane", "city": "Leeds", "zip": "LS1 1AA"})
        self.warehouse.partner_id = self.company.partner_id
        picking = self._shipped(count=2)
        document = self._pdf("return_label", picking)
        self.assertEqual(len(document), 2)
        for one, page in zip(picking, document):
            [code] = scanned(page)
            self.assertEqual(code.text, one.sale_id.name)
            shown = self._page("return_label", one)
            self.assertIn("7 Depot Lane", words(shown.xpath("//div[@name='to']")[0]))
            self.assertIn(self.customer.name, words(shown.xpath("//div[@name='from']")[0]))

    def test_numbers_cost_the_same_for_one_and_for_many(self):
        self.company.order_gs1_prefix = "9521234"
        packages = self.env["stock.package"].create([{"name": f"BOX-{number}"} for number in range(43)])

        def queries(found):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            found._give_sscc(self.company)
            self.env.flush_all()
            return self.cr.sql_log_count - start

        queries(packages[0])
        self.assertEqual(queries(packages[1]), queries(packages[2:]))
        self.assertEqual(len(set(packages.mapped("order_sscc"))), 43)
