"""Finding products by barcode in any length and by the customer's own code."""

import psycopg2

from odoo.exceptions import AccessError, ValidationError
from odoo.tools import mute_logger

from odoo.addons.order_processing.models.intake import gtin

from tests.common import OrderCase
from tests.intake.common import IntakeMixin

EAN13, EAN8, UPC = "5012345678900", "96385074", "036000291452"


class TestCodes(IntakeMixin, OrderCase):
    def _code(self, code, product=None, partner=None, **vals):
        return self._as("processor", self.env["order.customer.code"]).create(
            {
                "partner_id": (partner or self.customer).id,
                "code": code,
                "product_id": (product or self.product).id,
                **vals,
            }
        )

    def test_a_gtin_is_the_same_in_all_its_lengths(self):
        self.assertEqual(gtin.forms(UPC), {UPC, "0036000291452", "00036000291452"})
        self.assertEqual(gtin.forms(EAN8), {EAN8, "000096385074", "0000096385074", "00000096385074"})
        self.assertEqual(gtin.forms(EAN13), {EAN13, f"0{EAN13}"})
        # a case of that article is another article
        self.assertEqual(gtin.forms("15012345678907"), {"15012345678907"})
        for wrong in ("5012345678901", "50123456789", "TG-1", "", "٥٠١٢٣٤٥٦٧٨٩٠٠"):
            self.assertEqual(gtin.forms(wrong), set(), wrong)

    def test_found_in_any_length_and_stored_in_any(self):
        for stored in (UPC, "0036000291452", "00036000291452"):
            self.product.barcode = stored
            for sent in (UPC, "0036000291452", "00036000291452", "0 36000 29145 2"):
                self.assertEqual(self._made(product=sent).order_line.product_id, self.product, (stored, sent))
        self.product.barcode = EAN8
        self.assertEqual(self._made(product=f"00000{EAN8}").order_line.product_id, self.product)

    def test_a_wrong_check_digit_finds_nothing_and_is_said(self):
        self.product.barcode = UPC
        error = self._answer(product="0036000291453")["errors"][0]
        self.assertEqual((error["path"], error["code"]), ("lines[0].product", "unknown_product"))
        self.assertIn("should be 2, not 3", error["message"])
        # numbers of one's own on the shelf are no GTIN, and found as they are written
        self.product.barcode = "12345678"
        self.assertTrue(self._answer(product="12345678")["ok"])

    def test_two_products_with_the_same_gtin_in_two_lengths_are_ambiguous(self):
        self.product.barcode, self.other_product.barcode = UPC, f"0{UPC}"
        error = self._answer(product=f"00{UPC}")["errors"][0]
        self.assertEqual(error["code"], "ambiguous")
        for name in ("Test Goods", "Other Goods"):
            self.assertIn(name, error["message"])

    def test_a_packagings_barcode_says_its_unit(self):
        pack = self.env.ref("uom.product_uom_pack_6")
        self.env["product.uom"].create(
            {"product_id": self.product.id, "uom_id": pack.id, "barcode": "15012345678907", "company_id": False}
        )
        line = self._made(product="15012345678907").order_line
        self.assertEqual((line.product_id, line.product_uom_id), (self.product, pack))
        said = self._made(product="15012345678907", unit=self.product.uom_id.name).order_line
        self.assertEqual(said.product_uom_id, self.product.uom_id)

    def test_a_reference_that_is_anothers_barcode_is_ambiguous(self):
        self.product.barcode = "TG-2"
        self.assertEqual(self._answer(product="TG-2")["errors"][0]["code"], "ambiguous")
        self.product.active = False
        self.assertEqual(self._made(product="TG-2").order_line.product_id, self.other_product)

    def test_a_customers_own_code_is_that_customers(self):
        self._code(" Blue-7 ")
        other = self._make_customer("Another Customer")
        self.assertEqual(self._made(product="blue-7").order_line.product_id, self.product)
        self.assertEqual(self._answer(product="Blue-7", customer=other.email)["errors"][0]["code"], "unknown_product")
        newcomer = {"name": "Newcomer", "street": "9 Dock Road", "city": "Hull", "zip": "HU1", "country": "GB"}
        self.assertEqual(self._answer(product="Blue-7", customer=newcomer)["errors"][0]["code"], "unknown_product")

    def test_a_branch_uses_the_companys_codes_unless_it_has_its_own(self):
        self.customer.is_company = True
        branch = self._make_customer("Branch", parent_id=self.customer.id, ref="BRANCH")
        self._code("X")
        self.assertEqual(self._made(product="X", customer="BRANCH").order_line.product_id, self.product)
        self._code("X", product=self.other_product, partner=branch)
        self.assertEqual(self._made(product="X", customer="BRANCH").order_line.product_id, self.other_product)
        self.assertEqual(self._made(product="X").order_line.product_id, self.product)

    def test_a_customers_code_that_is_our_reference_of_another_product_is_ambiguous(self):
        self._code("TG-2")
        error = self._answer(product="TG-2")["errors"][0]
        self.assertEqual(error["code"], "ambiguous")
        self.assertIn("customer's own code", error["message"])
        # of the same product it is clear
        self._code("TG-1")
        self.assertTrue(self._answer(product="TG-1")["ok"])

    def test_a_customers_code_says_its_unit(self):
        pack = self.env.ref("uom.product_uom_pack_6")
        self._code("CASE", uom_id=pack.id)
        self.assertEqual(self._made(product="CASE").order_line.product_uom_id, pack)
        with self.assertRaises(ValidationError):
            self._code("KG", uom_id=self.env.ref("uom.product_uom_kgm").id)

    def test_once_a_customer_and_code_whatever_the_case(self):
        self._code("Blue-7")
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._code("BLUE-7", product=self.other_product)

    def test_rights_and_companies(self):
        own = self._code("Blue-7")
        self.assertEqual(self._as("salesman", own).code, "Blue-7")
        with self.assertRaises(AccessError):
            self._as("salesman", own).write({"code": "Red"})
        for user in ("integration", "stranger"):
            with self.assertRaises(AccessError):
                self._as(user, own).read(["code"])
        theirs = self.env["order.customer.code"].create(
            {
                "partner_id": self.customer.id,
                "code": "THEIRS",
                "product_id": self.product.id,
                "company_id": self.other_company.id,
            }
        )
        self.assertFalse(self._answer(product=theirs.code)["ok"])

    def test_queries_do_not_grow_with_the_number_of_codes(self):
        """Finding alone: what core's ``create`` asks is core's."""
        from odoo.addons.order_processing.models.intake.lookup_product import ProductLookup

        products = [self._make_product(f"P{place}", f"Q-{place}", 1.0) for place in range(30)]
        for place, product in enumerate(products):
            product.barcode = f"B-{place}"
            self._code(f"C-{place}", product=product)
        codes = [f"{kind}-{place}" for place in range(30) for kind in "qQBC"]

        def queries(count):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lookup = ProductLookup(self.env, self.company, "any")
            lookup.find({(code, self.customer) for code in codes[:count]})
            for code in codes[:count]:
                self.assertEqual(len(lookup.candidates(code, self.customer)), 1, code)
            return self.env.cr.sql_log_count - before

        queries(4)
        self.assertEqual(queries(4), queries(120))
