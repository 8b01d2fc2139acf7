"""The papers that a customer wants with the goods, whatever the company does."""

import base64
import io

import pypdfium2

from odoo.exceptions import UserError, ValidationError

from tests.common import OrderCase

from .papers import PapersMixin, words


class TestPapersCustomer(PapersMixin, OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "force_report_rendering": True})
        cls.other = cls._make_customer("Other Customer")

    def _of_both(self):
        """What left to the customer and to another one."""
        return self._shipped().sale_id, self._shipped(partner_id=self.other.id).sale_id

    def _printed(self, orders, kinds=None):
        answer = self._as("processor", orders).action_print_papers(kinds)
        return {document["kind"]: document for document in answer["documents"]}

    def _pages(self, document):
        return pypdfium2.PdfDocument(io.BytesIO(base64.b64decode(document["pdf"])))

    def test_yes_and_no_go_before_the_company(self):
        own, other = self._of_both()
        self.customer.write({"order_paper_slip": "no", "order_paper_invoice": "no", "order_paper_return_label": "yes"})
        found = self._printed(own | other)
        self.assertEqual(found["slip"]["documents"], other.picking_ids.mapped("name"))
        self.assertEqual(found["invoice"]["documents"], other.invoice_ids.mapped("name"))
        self.assertEqual(found["return_label"]["documents"], own.picking_ids.mapped("name"))
        self.assertEqual(len(found["label"]["documents"]), 2)
        self.assertEqual(self._printed(own, ["slip"])["slip"]["documents"], own.picking_ids.mapped("name"), "asked for")

    def test_as_many_slips_as_are_wanted_with_or_without_prices(self):
        own, other = self._of_both()
        self.company.order_slip_prices = True
        self.customer.write({"order_slip_count": 3, "order_slip_prices": "no"})
        pages = [words(page) for page in self._pages(self._printed(own | other, ["slip"])["slip"])]
        self.assertEqual([own.picking_ids.name in page for page in pages], [True, True, True, False])
        self.assertEqual(["Without tax" in page for page in pages], [False, False, False, True])
        self.assertFalse(any("Copy" in page for page in pages))
        with self.assertRaisesRegex(ValidationError, "Test Customer"):
            self.customer.order_slip_count = 100

    def test_labels_of_each_size(self):
        own, other = self._of_both()
        self.customer.order_label_format = "a6"
        pages = self._pages(self._printed(own | other, ["label"])["label"])
        sizes = [tuple(round(part / 72 * 25.4) for part in page.get_size()) for page in pages]
        self.assertEqual(sorted(sizes), [(102, 152), (105, 148)])
        with self.assertRaisesRegex(UserError, own.picking_ids.name):
            self._print("label", (own | other).picking_ids)

    def test_queries_do_not_grow_with_the_set(self):
        orders = self._shipped(count=9).sale_id

        def queries(found):
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            found._papers_wanted("slip")
            found._papers_wanted("label", found.picking_ids)
            found.picking_ids.grouped(lambda picking: picking._label_format())
            return self.cr.sql_log_count - start

        queries(orders[0])
        self.assertEqual(queries(orders[0]), queries(orders[1:]))
