import base64
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError

from tests.common import ObservingCase

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class TestPage(ObservingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 100)
        cls.order = cls._make_order((cls.product, 5), (cls.other_product, 2), client_order_ref="PO-1")
        cls.order.action_confirm()
        cls._deliver(cls.order, {cls.product: 3})

    def _key(self, order):
        query = order._page_url().partition("?")[2]
        return dict(part.split("=") for part in query.split("&"))

    def test_a_link_is_for_one_order_its_customer_and_a_time(self):
        key = self._key(self.order)
        other = self._make_order((self.product, 1))
        self.assertEqual(self.order._page_verdict(**key), "ok")
        self.assertEqual(other._page_verdict(**key), "wrong")
        for until, sign in (
            (str(int(key["until"]) + 1), key["sign"]),
            (key["until"], key["sign"][:-1]),
            (key["until"], key["sign"] + "0"),
            (key["until"], ""),
            ("", key["sign"]),
            ("-1", key["sign"]),
            ("é", "é"),
            (None, None),
            ("9" * 40, key["sign"]),
        ):
            self.assertEqual(self.order._page_verdict(until, sign), "wrong", (until, sign))
        with freeze_time(fields.Datetime.now() + timedelta(days=self.company.order_link_days + 1)):
            self.assertEqual(self.order._page_verdict(**key), "expired")
            self.assertEqual(self.order._page_verdict(key["until"], "x"), "wrong")
        self.order.partner_id = self._make_customer("Somebody else")
        self.assertEqual(self.order._page_verdict(**key), "wrong")

    def test_what_stands_on_it(self):
        self._invoice(self.order)
        self.env["order.enquiry"].create([{"order_id": self.order.id, "question": "Where?"}]).action_answer("There.")
        self.env["order.enquiry"].create({"order_id": self.order.id, "question": "Ours", "asked_by_us": True})
        values = self.order.sudo()._page_values()
        (parcel,) = values["parcels"]
        self.assertEqual([item["quantity"] for item in parcel["goods"]], [3])
        self.assertEqual([row["amount"] for row in values["still"]], ["2 Units", "2 Units"])
        self.assertEqual([row["kind"] for row in values["documents"]], ["order", "invoice", "slip"])
        self.assertEqual([(row["question"], row["answer"]) for row in values["questions"]], [("Where?", "There.")])
        self.assertEqual(values["stands"]["state"], "part_shipped")
        kinds = {moment["kind"] for moment in values["moments"]}
        self.assertLessEqual({"entered", "confirmed", "shipped", "invoiced", "asked"}, kinds)
        self.assertFalse(kinds & {"verified", "held", "promised", "discrepancy_opened", "checked"})
        self.assertFalse(any(moment["who"] for moment in values["moments"]))
        # another order's documents are none of this one
        self.assertIsNone(self.order._page_document("invoice", 0))
        self.assertIsNone(self.order._page_document("nothing", self.order.id))

    def test_what_the_customer_says_is_logged(self):
        order = self.order.sudo()
        asked = order._page_ask("  When?  ")
        self.assertEqual((asked.channel, asked.question, asked.partner_id), ("portal", "When?", order.partner_id))
        self.assertEqual(
            order._page_change("Six of them").kind_id, self.env.ref("order_processing.enquiry_kind_change")
        )
        asked.draft_answer = "Which of them?"
        self._as("processor", asked).action_ask_back()
        self.assertIn("Which of them?", [row["asked_back"] for row in order._page_questions()])
        self.assertEqual(order._page_ask("The first."), asked)
        self.assertEqual(asked.state, "waiting_us")
        self.assertNotIn("Which of them?", [row["asked_back"] for row in order._page_questions()])
        line = order.order_line[0]
        report = order._page_problem("damaged", str(line.id), "A corner is gone", [("a.png", PIXEL)])
        self.assertIn("It is damaged", report.question)
        self.assertEqual((report.product_id, report.cause), (self.product, "fault"))
        self.assertEqual(report.kind_id, self.env.ref("order_processing.enquiry_kind_goods"))
        self.assertEqual(report.message_attachment_count, 1)
        for given in (
            ("damaged", "0", "x", []),
            ("burnt", str(line.id), "x", []),
            ("other", str(line.id), " ", []),
            ("damaged", str(line.id), "x", [("a.exe", b"MZ")]),
            ("damaged", str(line.id), "x" * 5000, []),
        ):
            with self.assertRaises(UserError):
                order._page_problem(*given)
        with self.assertRaisesRegex(UserError, "Write what"):
            order._page_ask(" \x00 ")
        for number in range(7):
            order._page_ask(str(number))
        with self.assertRaisesRegex(UserError, "10 times"):
            order._page_ask("Once more")

    def test_it_is_cancelled_while_that_can_be(self):
        waiting, begun = orders = self._make_orders(2, (self.product, 1)).sudo()
        orders.action_confirm()
        self.assertEqual(self.order.sudo()._page_may_cancel(), "")
        with self.assertRaisesRegex(UserError, "no longer"):
            self.order.sudo()._page_cancel("")
        self.assertEqual(waiting._page_cancel("Too late"), "done")
        self.assertEqual(waiting.state, "cancel")
        with self.assertRaisesRegex(UserError, "changed any more"):
            waiting._page_change("Six")
        begun.picking_ids.action_assign()
        begun.picking_ids.move_ids.picked = True
        self.assertEqual(begun._page_cancel("Please"), "asked")
        self.assertEqual(begun.order_change_request_ids.mapped("kind"), ["cancel"])
        self.assertEqual(begun._page_may_cancel(), "")

    def test_queries_do_not_grow_with_the_lines(self):
        few, many = (self._make_order(*[(self.product, 1)] * count).sudo() for count in (2, 60))
        (few | many).action_confirm()

        def queries(order):
            self.env.flush_all()
            self.env["order.event"].flush_model()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            order._page_values()
            return self.cr.sql_log_count - start

        queries(few)
        self.assertEqual(queries(few), queries(many))
