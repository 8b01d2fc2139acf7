"""Each print is counted, every one after the first says that it is a copy; who may not print counts nothing."""

from odoo.exceptions import AccessError, UserError

from tests.common import OrderCase

from .papers import REPORTS, PapersMixin, words


class TestCopies(PapersMixin, OrderCase):
    def test_second_and_third_print_are_copies(self):
        picking = self._shipped()
        for kind in REPORTS:
            with self.subTest(kind=kind):
                self.assertEqual(self._marks(self._page(kind, picking)), ["Preview, not printed"])
                self.assertEqual(self._marks(self._print(kind, picking)), [])
                self.assertEqual(self._marks(self._print(kind, picking)), ["Copy 1"])
                self.assertEqual(self._marks(self._print(kind, picking, user="manager")), ["Copy 2"])
                rows = self._prints(picking, kind)
                self.assertEqual(rows.mapped("number"), [1, 2, 3])
                self.assertEqual(rows.create_uid, self.users["processor"] | self.users["manager"])
                self.assertEqual(set(rows.mapped("document_name")), {picking.name})
        self.assertEqual(len(self._as("processor", picking).order_print_ids), 3 * len(REPORTS))

    def test_copy_is_marked_on_the_printed_page(self):
        picking = self._shipped()
        for kind in REPORTS:
            self.assertNotIn("Copy", words(self._pdf(kind, picking)[0]))
            self.assertIn("Copy 1", words(self._pdf(kind, picking)[0]))

    def test_each_paper_of_a_set_is_counted_for_itself(self):
        pickings = self._shipped(count=3)
        self._print("label", pickings[1])
        page = self._print("label", pickings)
        labels = page.xpath("//div[contains(@class, 'page')]")
        self.assertEqual([self._marks_of(label) for label in labels], ["", "Copy 1", ""])
        self.assertFalse(self._prints(pickings, "slip"))

    def _marks_of(self, label):
        return " ".join(words(mark) for mark in label.xpath(".//*[@name='mark']"))

    def test_same_transfer_twice_in_one_print_is_one_print(self):
        picking = self._shipped()
        report = self.env["ir.actions.report"].with_user(self.users["processor"])
        report._render_qweb_pdf("order_processing.report_packing_slip", picking.ids * 2)
        self.assertEqual(self._prints(picking).mapped("number"), [1])

    def test_print_that_is_refused_is_none(self):
        self.env["order.hold.reason"].create({"name": "Test", "code": "test", "stops_print": True})
        self._stock(self.product, 20)
        held, free = self._confirmed((self.product, 2)), self._confirmed((self.product, 2))
        pickings = (held | free).picking_ids
        pickings.action_assign()
        held.action_hold("test", note="Wrong address")
        with self.assertRaisesRegex(UserError, "Wrong address"):
            self._print("pick_list", pickings)
        self.assertFalse(self._prints(pickings))
        self.assertEqual(pickings.mapped("printed"), [False, False])
        self._print("pick_list", free.picking_ids)
        self.assertEqual(pickings.mapped("printed"), [False, True])

    def test_who_handles_no_goods_prints_none(self):
        picking = self._shipped()
        for name in ("salesman", "accountant", "integration", "portal", "stranger"):
            for kind in REPORTS:
                with self.subTest(user=name, kind=kind), self.assertRaises(AccessError):
                    self._print(kind, picking, user=name)
        self.assertFalse(self._prints(picking))

    def test_nobody_writes_what_was_printed(self):
        picking = self._shipped()
        self._print("label", picking)
        row = self._prints(picking)
        vals = {
            "kind": "label",
            "number": 9,
            "res_model": "stock.picking",
            "res_id": picking.id,
            "company_id": self.company.id,
        }
        for name in ("processor", "manager", "salesman", "portal"):
            own = self._as(name, row)
            for act in (lambda own=own: own.create(vals), lambda own=own: own.write({"number": 2}), own.unlink):
                with self.subTest(user=name), self.assertRaises(AccessError):
                    act()
        self.assertFalse(self._as("stranger", row).search([("id", "=", row.id)]), "another company's")

    def test_counting_costs_the_same_for_one_and_for_many(self):
        pickings = self._shipped(count=7)

        def queries(kind, found):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self._print(kind, found)
            return self.cr.sql_log_count - start

        for kind in REPORTS:
            queries(kind, pickings[0])
            self.assertEqual(queries(kind, pickings[1]), queries(kind, pickings[2:]), kind)
