"""Fast entry: what is scanned and pasted."""

from odoo.tests import Form

from tests.intake.entry import EntryCase


class TestEntryScan(EntryCase):
    def test_a_scan_adds_a_row_and_again_one_more(self):
        form = self._entry()
        for code in ("4006381333931", "TG-2", "4006381333931", "04006381333931", "3*TG-2"):
            form.scan = code
            self.assertFalse(form.scan)
        entry = form.save()
        self.assertEqual(
            [(row.product_id.default_code, row.quantity, row.subtotal) for row in entry.line_ids],
            [("TG-1", 3.0, 27.0), ("TG-2", 4.0, 100.0)],
        )

    def test_a_scan_that_means_nothing_is_a_row_to_mend(self):
        form = self._entry(("TG-1", 2))
        form.scan = "4006381333932"
        form.scan = "4006381333932"
        entry = form.save()
        self.assertEqual(entry.line_ids[0].quantity, 2.0)
        self.assertEqual(len(entry.line_ids), 3)
        self.assertIn("last digit should be 1, not 2", entry.line_ids[2].problem)

    def test_a_barcode_in_a_row_adds_up_as_a_scan_does(self):
        form = self._entry(("TG-1", 2), ("TG-2", 1))
        for quantity in (1, 3):
            with form.line_ids.new() as row:
                row.code = "4006381333931"
                row.quantity = quantity
            self.assertEqual(len(form.line_ids), 3, "the row in which the cursor stands is empty again")
            self.assertFalse(form.line_ids.edit(2)._values["code"])
        with form.line_ids.edit(2) as row:
            row.code = "TG-2"
        entry = form.save()
        self.assertEqual(
            [(row.product_id.default_code, row.quantity) for row in entry._rows()],
            [("TG-1", 6.0), ("TG-2", 1.0), ("TG-2", 1.0)],
            "a code that is typed keeps its row",
        )
        entry.action_save()
        self.assertEqual(entry.order_id.order_line.mapped("product_uom_qty"), [6.0, 1.0, 1.0])

    def test_pasted_thousands_are_those_of_the_language(self):
        form = self._entry()
        form.pasted = "TG-1\t1,000\nTG-2\t1,5\nTG-2\t 2 000 \nTG-1\t1,234.5"
        self.assertEqual(form.save().line_ids.mapped("quantity"), [1000.0, 1.5, 2000.0, 1234.5])
        self.env["res.lang"]._activate_lang("de_DE")
        self.users["processor"].lang = "de_DE"
        form = Form(self._as("processor", self.env["order.intake.entry"]).with_context(lang="de_DE"))
        form.partner_id = self.customer
        form.pasted = "TG-1\t1.000\nTG-2\t1,5\nTG-1\t1.234,5"
        self.assertEqual(form.save().line_ids.mapped("quantity"), [1000.0, 1.5, 1234.5])

    def test_rows_are_pasted(self):
        form = self._entry(("TG-2", 1))
        form.pasted = "TG-1\t10\n\nTG-2;1,5\nTG-1\nTG-2\tmany\n"
        entry = form.save()
        self.assertEqual(
            [(row.code, row.quantity, row.price) for row in entry.line_ids],
            [("TG-2", 1.0, 25.0), ("TG-1", 10.0, 7.5), ("TG-2", 1.5, 25.0), ("TG-1", 1.0, 9.0), ("TG-2", 0.0, 0.0)],
        )
        self.assertEqual([bool(row.problem) for row in entry.line_ids], [False, False, False, False, True])

    def test_customers_are_found_by_telephone(self):
        self.customer.phone = "+44 (0)20 7946 1234"
        Partner = self._as("processor", self.env["res.partner"])
        for typed in ("020 7946 1234", "+44 20 79461234", "79461234", "7946-1234"):
            found = Partner.with_context(order_search_phone=True).name_search(typed)
            self.assertIn(self.customer.id, [row[0] for row in found], typed)
        self.assertFalse(Partner.name_search("020 7946 1234"))
        few = Partner.with_context(order_search_phone=True).name_search("7946")
        self.assertNotIn(self.customer.id, [row[0] for row in few])
