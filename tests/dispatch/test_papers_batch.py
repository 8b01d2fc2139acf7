"""The papers of a batch of orders: one result an order, one PDF a kind, one run of the engine."""

import base64
import io
from unittest.mock import patch

import pypdfium2

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from tests.common import OrderCase

from .papers import PapersMixin, engine_runs, scanned, words


class TestPapersBatch(PapersMixin, OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "force_report_rendering": True})

    def _document(self, answer, kind):
        [found] = [document for document in answer["documents"] if document["kind"] == kind]
        return pypdfium2.PdfDocument(io.BytesIO(base64.b64decode(found["pdf"])))

    def test_papers_are_printed_once_and_then_as_copies(self):
        orders = self._shipped(count=3).sale_id
        with engine_runs() as runs:
            answer = self._as("processor", orders).action_print_papers(["label", "slip"])
            self.assertEqual(runs(), 2)
        self.assertEqual([document["kind"] for document in answer["documents"]], ["slip", "label"])
        self.assertEqual([result["code"] for result in answer["results"]], ["printed"] * 3)
        self.assertEqual([result["papers"] for result in answer["results"]], [["slip", "label"]] * 3)
        self.assertEqual([result["order"] for result in answer["results"]], orders.mapped("name"))
        names = orders.picking_ids.mapped("name")
        self.assertEqual([document["documents"] for document in answer["documents"]], [names, names])
        self.assertEqual(len(self._document(answer, "label")), 3)
        again = self._as("processor", orders).action_print_papers(["label", "slip"])
        self.assertEqual([result["code"] for result in again["results"]], ["nothing"] * 3)
        self.assertIn("ask for copies", again["results"][0]["message"])
        self.assertFalse(again["documents"])
        copies = self._as("processor", orders).action_print_papers("slip", again=True)
        self.assertEqual(copies["documents"][0]["copies"], 3)
        for page in self._document(copies, "slip"):
            self.assertIn("Copy 1", words(page))

    def test_engine_runs_once_a_kind_whatever_is_printed(self):
        """Papers of one page and of several, and an invoice of which nobody can tell by its headings where it begins."""
        goods = self.env["product.product"].create(
            [{"name": f"Item {number}", "default_code": f"I-{number}", "type": "consu"} for number in range(60)]
        )
        self._stock(self.product, 50)
        long = self._confirmed(*((product, 1) for product in goods), note="<h1>Terms</h1><p>As agreed.</p>")
        orders = long | self._confirmed((self.product, 2), count=4)
        kinds = ["slip", "label", "invoice"]
        for part in (orders[:1], orders[1:2], orders[2:]):
            with self.subTest(orders=len(part)), engine_runs() as runs:
                answer = self._as("processor", part).action_dispatch_and_print(kinds=kinds)
                self.assertEqual(runs(), 3)
                self.assertEqual([document["kind"] for document in answer["documents"]], kinds)
        with engine_runs() as runs:
            answer = self._as("processor", orders).action_print_papers(kinds, again=True)
            self.assertEqual(runs(), 3)
        for kind, title in (("slip", "Packing slip Copy 1"), ("invoice", "Invoice")):
            [document] = [document for document in answer["documents"] if document["kind"] == kind]
            pages = [words(page) for page in self._document(answer, kind)]
            self.assertGreater(len(pages), len(orders))
            found = [name for page in pages for name in document["documents"] if f"{title} {name}" in page]
            self.assertEqual(found, document["documents"], "each once, in picking order")

    def test_held_order_does_not_stop_the_others(self):
        self.env["order.hold.reason"].create({"name": "Test", "code": "test", "stops_print": True})
        self._stock(self.product, 20)
        orders = self._confirmed((self.product, 2), count=3)
        orders.picking_ids.action_assign()
        orders[1].action_hold("test", note="Wrong address")
        answer = self._as("processor", orders).action_print_papers(["pick_list"])
        self.assertEqual([result["code"] for result in answer["results"]], ["printed", "refused", "printed"])
        self.assertEqual([result["ok"] for result in answer["results"]], [True, False, True])
        self.assertIn("Wrong address", answer["results"][1]["message"])
        self.assertIn(orders[1].picking_ids.name, answer["results"][1]["message"])
        self.assertEqual(answer["documents"][0]["documents"], (orders - orders[1]).picking_ids.mapped("name"))
        self.assertFalse(self._prints(orders[1].picking_ids))

    def test_paper_that_fails_does_not_stop_the_others(self):
        pickings = self._shipped(count=3)
        kept = type(pickings)._label_codes

        def codes(picking):
            if picking.id == pickings[1].id:
                raise UserError("This label cannot be drawn.")
            return kept(picking)

        with patch.object(type(pickings), "_label_codes", codes):
            answer = self._as("processor", pickings.sale_id).action_print_papers(["label"])
        self.assertEqual([result["code"] for result in answer["results"]], ["printed", "refused", "printed"])
        self.assertIn("cannot be drawn", answer["results"][1]["message"])
        found = [scanned(page)[0].text for page in self._document(answer, "label")]
        self.assertEqual(found, (pickings - pickings[1]).mapped("move_line_ids.result_package_id.name"))
        self.assertFalse(self._prints(pickings[1]))

    def test_template_that_fails_on_one_does_not_stop_the_others(self):
        self._stock(self.product, 20)
        orders = self._confirmed((self.product, 2), count=3)
        self.env["ir.ui.view"].create(
            {
                "name": "Somebody's change",
                "type": "qweb",
                "inherit_id": self.env.ref("order_processing.report_packing_slip_document").id,
                "arch": f"""<xpath expr="//div[@name='parcels']" position="inside">
                    <t t-out="1 / (picking.id - {orders[1].picking_ids.id})"/></xpath>""",
            }
        )
        with mute_logger("odoo.addons.order_processing.models.dispatch.sale_order_papers"):
            answer = self._as("processor", orders).action_dispatch_and_print(kinds=["slip"])
        self.assertEqual([result["code"] for result in answer["results"]], ["dispatched"] * 3)
        self.assertEqual([result["papers"] for result in answer["results"]], [["slip"], [], ["slip"]])
        [row] = answer["results"][1]["unprinted"]
        for part in (orders[1].picking_ids.name, "Packing Slip", "ZeroDivisionError"):
            self.assertIn(part, row["message"])
        self.assertFalse(self._prints(orders[1].picking_ids))
        self.assertEqual(len(self._document(answer, "slip")), 2)

    def test_invoice_that_cannot_be_posted_or_is_taken_back_stops_itself_alone(self):
        closed = self.env["account.account"].create({"name": "Old", "code": "OLD.1", "account_type": "income"})
        self.other_product.property_account_income_id = closed
        self._stock(self.product, 20)
        self._stock(self.other_product, 20)
        orders = self._confirmed((self.product, 2), count=2)
        orders |= self._confirmed((self.other_product, 2))
        closed.active = False
        answer = self._as("processor", orders).action_dispatch_and_print(kinds=["slip"])
        self.assertEqual([result["code"] for result in answer["results"]], ["dispatched", "dispatched", "refused"])
        self.assertIn("archived", answer["results"][2]["message"])
        self.assertFalse(orders[2].invoice_ids)
        self.assertEqual(orders[2].order_line.qty_delivered, 0, "what cannot be invoiced has not left")
        self.assertEqual(answer["documents"][0]["documents"], orders[:2].picking_ids.mapped("name"))
        orders[0].invoice_ids.button_draft()
        answer = self._as("processor", orders).action_print_papers(["invoice"])
        self.assertEqual([result["code"] for result in answer["results"]], ["nothing", "printed", "nothing"])
        self.assertEqual(answer["documents"][0]["documents"], orders[1].invoice_ids.mapped("name"))

    def test_pick_lists_reserve_first_and_need_something(self):
        self._stock(self.product, 2)
        self.warehouse.out_type_id.reservation_method = "manual"
        orders = self._confirmed((self.product, 2)) | self._confirmed((self.other_product, 2))
        answer = self._as("processor", orders).action_print_papers(["pick_list"])
        self.assertEqual([result["code"] for result in answer["results"]], ["printed", "nothing"])
        self.assertIn("none of these papers", answer["results"][1]["message"])
        self.assertIn("TG-1 Test Goods 2.00", words(self._document(answer, "pick_list")[0]))

    def test_company_says_what_is_printed(self):
        orders = self._shipped(count=2).sale_id
        self.company.write({"order_paper_slip": False, "order_paper_return_label": True, "order_paper_invoice": True})
        answer = self._as("processor", orders).action_print_papers()
        self.assertEqual([document["kind"] for document in answer["documents"]], ["label", "return_label", "invoice"])
        self.assertEqual(answer["documents"][2]["documents"], orders.invoice_ids.mapped("name"))
        self.assertEqual(len(self._document(answer, "invoice")), 2)
        self.assertFalse(self._as("processor", orders).action_print_papers()["documents"])

    def test_dispatch_and_print(self):
        self._stock(self.product, 20)
        good, bad, none = (
            self._confirmed((product, 2)) for product in (self.product, self.product, self.other_product)
        )
        bad.picking_ids.action_assign()
        self._as("processor", bad.picking_ids).action_quality_fail("Crushed")
        orders = good | bad | none
        kinds = ["pick_list", "slip", "label", "invoice"]
        answer = self._as("processor", orders).action_dispatch_and_print(kinds=kinds)
        self.assertEqual([result["code"] for result in answer["results"]], ["dispatched", "refused", "nothing"])
        self.assertEqual([result["papers"] for result in answer["results"]], [kinds, [], []])
        self.assertEqual([document["kind"] for document in answer["documents"]], kinds)
        for document in answer["documents"]:
            self.assertEqual(len(document["documents"]), 1)
        [code] = scanned(self._document(answer, "label")[0])
        self.assertEqual(code.text, answer["results"][0]["packages"][0])

    def test_three_steps_are_picked_at_the_first(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5))
        answer = self._as("processor", order).action_print_papers(["pick_list"])
        [name] = answer["documents"][0]["documents"]
        picked = order.picking_ids.filtered(lambda picking: picking.name == name)
        self.assertEqual(picked.location_id, self.warehouse.lot_stock_id)
        answer = self._as("processor", order).action_dispatch_and_print(kinds=["pick_list", "slip"], again=True)
        self.assertEqual([document["documents"] for document in answer["documents"]][0], [name])

    def test_goods_have_left_though_nothing_can_be_printed(self):
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5))
        with patch.object(IrActionsReport, "_run_wkhtmltopdf", side_effect=UserError("The engine is broken.")):
            answer = self._as("processor", order).action_dispatch_and_print(kinds=["slip"])
        [result] = answer["results"]
        self.assertEqual((result["code"], result["papers"], answer["documents"]), ("dispatched", [], []))
        self.assertIn("The engine is broken", result["unprinted"][0]["message"])
        self.assertEqual(order.order_line.qty_delivered, 5)
        self.assertFalse(self._prints(order.picking_ids), "a print that fails is none")

    def test_who_may_not_and_what_there_is_not(self):
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5))
        for name in ("salesman", "integration", "stranger", "accountant", "portal"):
            for act in ("action_print_papers", "action_dispatch_and_print"):
                with self.subTest(user=name, act=act), self.assertRaises(AccessError):
                    getattr(self._as(name, order), act)()
        for kinds in (["slip", "poster"], "poster", [7]):
            with self.assertRaisesRegex(UserError, "pick_list, slip, label, return_label, invoice"):
                self._as("processor", order).action_dispatch_and_print(kinds=kinds)
        self.assertNotEqual(order.picking_ids.state, "done")
        self.assertEqual(self._as("processor", order.browse()).action_print_papers(), {"results": [], "documents": []})

    def test_screen_prints_what_the_company_wants(self):
        self._stock(self.product, 5)
        orders = self._confirmed((self.product, 5)) | self._confirmed((self.other_product, 5))
        self.company.order_paper_return_label = True
        wizard = self.env["order.dispatch"].with_user(self.users["processor"])
        wizard = wizard.create({"checked": True, "order_ids": orders.ids})
        self.assertTrue(wizard.wants_return_label and wizard.wants_slip and not wizard.wants_pick_list)
        picking = orders[0].picking_ids
        self.assertEqual(wizard.action_print_pick_lists()["context"]["active_ids"], picking.ids)
        with self.assertRaisesRegex(UserError, "nothing to print"):
            wizard.action_print_return_labels()
        wizard.action_apply()
        self.assertEqual((wizard.shipped_count, wizard.invoiced_count), (1, 1))
        for act in ("action_print_slips", "action_print_labels", "action_print_return_labels"):
            self.assertEqual(getattr(wizard, act)()["context"]["active_ids"], picking.ids)
        action = wizard.action_print_invoices()
        self.assertEqual(action["context"]["active_ids"], orders.invoice_ids.ids)
        empty = wizard.create({"order_ids": orders[1].ids})
        with self.assertRaisesRegex(UserError, "nothing to pick"):
            empty.action_print_pick_lists()
        with self.assertRaisesRegex(UserError, "No invoice"):
            empty.action_print_invoices()
