from lxml import html

from odoo.exceptions import AccessError, UserError

from tests.common import ObservingCase


class TestEnquiry(ObservingCase):
    def _story(self):
        self._stock(self.product, 10)
        order = self._make_order((self.product, 5), (self.other_product, 1), client_order_ref="CR-1")
        order.action_confirm()
        self._deliver(order, {self.product: 3})
        self._invoice(order)
        return order

    def test_timeline_is_the_same_for_desk_and_program(self):
        order = self._story()
        desk = self._as("processor", order).order_timeline()[0]
        kinds = [event["kind"] for event in desk["events"]]
        self.assertEqual(
            [kind for kind in kinds if kind in ("entered", "confirmed", "shipped", "invoiced")],
            ["entered", "entered", "confirmed", "shipped", "invoiced"],
        )
        program = self._as("integration", self.env["order.processing"]).order_status(references=[order.name, "NOPE"])
        self.assertEqual(program[0]["timeline"], desk["events"])
        self.assertEqual((program[1]["ok"], program[1]["code"]), (False, "not_found"))
        shipped = next(event for event in desk["events"] if event["kind"] == "shipped")
        self.assertEqual((shipped["quantity"], shipped["unit"], shipped["amount"]), (3, "Units", 30))
        self.assertEqual(program[0]["lines"][0]["shipped"], 3)
        self.assertEqual(program[0]["invoices"][0]["total"], 30)

    def test_nothing_in_an_answer_is_none(self):
        order = self._story()

        def walk(value):
            if isinstance(value, dict):
                return all(walk(item) for item in value.values())
            if isinstance(value, list):
                return all(walk(item) for item in value)
            return value is not None and not (isinstance(value, int) and abs(value) >= 2**31)

        contract = self._as("integration", self.env["order.processing"])
        self.assertTrue(walk(contract.order_status(references=[order.name])))
        self.assertTrue(walk(contract.changes()))

    def test_timeline_page_groups_lines_under_their_moment(self):
        order = self._story()
        page = html.fromstring(self._as("processor", order).order_timeline_html)
        labels = [node.text_content() for node in page.xpath("//strong")]
        self.assertEqual(labels.count("Entered"), 1)
        self.assertIn("Shipped", labels)
        self.assertIn("3 Units", " ".join(page.text_content().split()))

    def test_question_and_answer_are_logged_once(self):
        order = self._story()
        enquiry = self._as("processor", self.env["order.enquiry"]).create(
            {"order_id": order.id, "question": "Where is it?"}
        )
        self.assertEqual(enquiry.partner_id, self.customer)
        with self.assertRaisesRegex(UserError, "Write the answer"):
            enquiry.action_give_answer()
        enquiry.draft_answer = "It left today."
        enquiry.action_give_answer()
        enquiry.action_answer("Twice?")
        self.assertEqual(
            (enquiry.state, enquiry.answer, enquiry.answered_by_id),
            ("answered", "It left today.", self.users["processor"]),
        )
        self.assertEqual(self._events(order, "asked", "answered").mapped("note"), ["Where is it?", "It left today."])
        with self.assertRaises(UserError):
            enquiry.write({"answer": "Something else"})
        with self.assertRaisesRegex(UserError, "reason"):
            enquiry.action_reopen()
        enquiry.action_reopen("And the rest?")
        self.assertEqual(enquiry.state, "reopened")

    def test_rights(self):
        order = self._story()
        enquiry = self.env["order.enquiry"].create({"order_id": order.id, "question": "?"})
        for name in ("salesman", "integration", "accountant"):
            with self.assertRaises(AccessError):
                self._as(name, enquiry).action_answer("x")
            with self.assertRaises(AccessError):
                self._as(name, enquiry).read(["question"])
        self.assertFalse(self._as("stranger", self.env["order.enquiry"]).search([("id", "=", enquiry.id)]))
        with self.assertRaises(AccessError):
            self._as("portal", order).order_timeline()
        with self.assertRaises(AccessError):
            self._as("salesman", self.env["order.processing"]).order_status(references=[order.name])

    def test_a_question_is_moved_to_no_other_company(self):
        enquiry = self._as("processor", self.env["order.enquiry"]).create({"question": "?"})
        with self.assertRaises(AccessError), self.cr.savepoint():
            enquiry.write({"company_id": self.other_company.id})

    def test_queries_do_not_grow_with_the_set(self):
        orders = self._make_orders(31, (self.product, 1))

        def queries(found):
            self.env.flush_all()
            self.env.cr.flush()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self._as("processor", found).order_timeline()
            return self.cr.sql_log_count - start

        queries(orders[0])
        self.assertEqual(queries(orders[1]), queries(orders[2:]))
