"""The screen at the counter: scan the slip, count what came, say what the inspection finds."""

from odoo.exceptions import AccessError
from odoo.tests import Form

from .common import ReturnCase


class TestCounter(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_return_inspection = True
        cls.customer.ref = "C-1"
        cls.product.barcode = "4006381333931"
        cls.Counter = cls.env["order.return.counter"].with_user(cls.processor)

    def _approved(self, *rows):
        case = self._ask(*rows)
        case.action_approve()
        return case

    def _scan(self, form, *codes):
        for code in codes:
            form.code = code
            self.assertFalse(form.code, "ready for the next scan")

    def test_scanned_counted_and_inspected(self):
        order = self._shipped((self.product, 5), (self.other_product, 2))
        case = self._approved(self._row(order.order_line[0], 3), self._row(order.order_line[1], 1))
        form = Form(self.Counter)
        self._scan(form, "nothing")
        self.assertIn("nothing", form.said)
        self._scan(form, case.name)
        self.assertEqual((form.return_id, form.step), (case, "count"))
        self._scan(form, "4006381333931", "TG-1", "TG-2", "TS-1", "what")
        self.assertIn("No product is known by what", form.said)
        counter = form.save()
        self.assertEqual(counter.line_ids.mapped("quantity"), [2, 1, 1])
        self.assertEqual(counter.line_ids.mapped("announced"), [3, 1, 0])
        action = counter.action_receive()
        self.assertEqual((action["res_model"], counter.step), ("order.return.counter", "inspect"))
        self.assertEqual(case.line_ids.mapped("received_qty"), [2, 1])
        self.assertEqual(case.unannounced_ids.unmatched_code, "not_delivered")
        counter.line_ids[0].action_split()
        goods = counter.line_ids.filtered(lambda line: line.product_id == self.product)
        self.assertEqual(goods.mapped("quantity"), [1, 1])
        with self._refused("one piece cannot"):
            goods[1].action_split()
        goods[1].write({"condition": "damaged", "disposition": "scrap"})
        action = counter.action_inspect()
        self.assertEqual((action["res_id"], case.state), (case.id, "inspected"))
        lines = case.line_ids.filtered(lambda line: line.product_id == self.product)
        self.assertEqual(lines.mapped("disposition"), ["restock", "scrap"])
        self.assertEqual(lines.mapped("condition"), ["new", "damaged"])
        self.assertFalse(counter._fields["step"].store)
        with self._refused("gone on meanwhile"):
            counter.action_inspect()
        case.action_settle()
        self.assertEqual(case.credit_ids.amount_untaxed, 45)

    def test_all_as_announced_and_without_inspection(self):
        self.company.order_return_inspection = False
        order = self._shipped((self.product, 5))
        case = self._approved(self._row(order.order_line, 3))
        action = case.action_counter()
        counter = self.Counter.browse(action["res_id"])
        with self._refused("Nothing came"):
            counter.action_receive()
        counter.action_all()
        self.assertEqual(counter.line_ids.quantity, 3)
        action = counter.action_receive()
        self.assertEqual((action["res_model"], case.state), ("order.return", "received"))
        with self._refused("Scan or choose"):
            self.Counter.create({}).action_receive()

    def test_by_order_or_the_senders_key_and_only_open_ones(self):
        order = self._shipped((self.product, 5))
        case = self._approved(self._row(order.order_line, 1))
        for code in (order.name, case.external_key):
            form = Form(self.Counter)
            self._scan(form, code)
            self.assertEqual(form.return_id, case)
        case.action_cancel(reason="No")
        form = Form(self.Counter)
        self._scan(form, case.name)
        self.assertFalse(form.return_id)

    def test_what_has_no_case_is_taken_back_from_what_is_scanned(self):
        first = self._shipped((self.product, 5), client_order_ref="PO-77")
        for code in (first.name, "PO-77", "4006381333931"):
            form = Form(self.Counter)
            self._scan(form, code)
            self.assertRegex(form.said, "no case|No case")
            action = form.save().action_take_back()
            wizard = self.env["order.return.create"].browse(action["res_id"])
            self.assertEqual((action["res_model"], wizard.order_ids), ("order.return.create", first))
        self._shipped((self.product, 2))
        form = Form(self.Counter)
        self._scan(form, "TG-1")
        action = form.save().action_take_back()
        self.assertEqual(self.env["sale.order"].search_count(action["domain"]), 2, "which of them is chosen")
        self._scan(form, "TG-2")
        with self._refused("Other Goods left with no order"):
            form.save().action_take_back()

    def test_who_may_not(self):
        case = self._approved(self._row(self._shipped((self.product, 5)).order_line, 1))
        with self.assertRaises(AccessError):
            case.with_user(self.users["salesman"]).action_counter()
        action = case.action_counter()
        with self.assertRaises(AccessError):
            self.Counter.with_user(self.users["manager"]).browse(action["res_id"]).action_all()
