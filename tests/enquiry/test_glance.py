from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from tests.common import ObservingCase


class TestGlance(ObservingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 1000)
        cls.order = cls._make_order((cls.product, 5), client_order_ref="PO-77")
        cls.order.action_confirm()
        cls._deliver(cls.order, {cls.product: 3})
        cls._invoice(cls.order)

    def _screen(self, order):
        return self._as("processor", self.env["order.enquiry.glance"]).create({"order_id": order.id})

    def test_the_order_opens_as_it_is_found(self):
        self.env["order.enquiry"].create({"order_id": self.order.id, "question": "Where is the rest?"})
        with Form(self._as("processor", self.env["order.enquiry.glance"])) as screen:
            self.assertFalse(screen.glance)
            screen.order_id = self.order
            page = html.fromstring(screen.glance)
        text = " ".join(page.text_content().split())
        for words in (
            self.order.name,
            "PO-77",
            "Partly shipped",
            "Where is the rest?",
            "2 Units",
            "open $ 30.00",
            "Invoiced",
        ):
            self.assertIn(words, text)
        self.assertTrue(page.xpath(f"//a[@href='/odoo/stock.picking/{self.order.picking_ids.sorted('id')[0].id}']"))

    def test_one_click_acts(self):
        screen = self._screen(self.order)
        logged = screen.action_log()
        enquiry = (
            self._as("processor", self.env["order.enquiry"])
            .with_context(**logged["context"])
            .create({"question": "When?"})
        )
        self.assertEqual((enquiry.order_id, enquiry.partner_id), (self.order, self.customer))
        for act in ("action_return", "action_discrepancy", "action_open_order"):
            self.assertTrue(getattr(screen, act)(), act)
        self.assertEqual(screen.action_open_order()["res_id"], self.order.id)
        call = screen.action_call_back()["context"]
        self.assertEqual((call["active_model"], call["active_ids"]), ("sale.order", self.order.ids))
        self.assertEqual(
            self._as("processor", self.order).action_glance()["context"], {"default_order_id": self.order.id}
        )
        with self.assertRaisesRegex(UserError, "Find the order first"):
            self._as("processor", self.env["order.enquiry.glance"]).create({}).action_log()

    def test_the_status_is_mailed_in_the_customer_s_language(self):
        context = self._screen(self.order).action_mail_status()["context"]
        composer = self._as("processor", self.env["mail.compose.message"]).with_context(**context).create({})
        self.assertIn("Partly shipped", composer.body)
        self.assertIn("Still to come", composer.body)
        self.assertIn(f"/my/follow/{self.order.id}?until=", composer.body)
        self.assertEqual(composer.partner_ids, self.customer)

    def test_rights(self):
        screen = self._screen(self.order)
        for name in ("salesman", "accountant", "integration"):
            with self.assertRaises(AccessError):
                self._as(name, self.order).action_glance()
            with self.assertRaises(AccessError):
                self._as(name, self.order).order_page_url()
        with self.assertRaises(AccessError):
            self._as("stranger", screen).read(["order_id"])
        with self.assertRaises(AccessError):
            self._as("stranger", self.env["order.enquiry.glance"]).create({"order_id": self.order.id}).action_log()
        (link,) = self._as("processor", self.order).order_page_url()
        self.assertIn(f"/my/follow/{self.order.id}?", link["url"])

    def test_queries_do_not_grow_with_the_lines(self):
        few, many = (self._make_order(*[(self.product, 1)] * count) for count in (2, 200))
        (few | many).action_confirm()

        def queries(order):
            self.env.flush_all()
            self.env["order.event"].flush_model()
            self.env.invalidate_all()
            screen = self._as("processor", self.env["order.enquiry.glance"]).new({"order_id": order.id})
            start = self.cr.sql_log_count
            self.assertTrue(screen.glance)
            return self.cr.sql_log_count - start

        queries(few)
        self.assertEqual(queries(few), queries(many))
