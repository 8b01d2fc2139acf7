from odoo.exceptions import UserError

from tests.common import ObservingCase


class TestReported(ObservingCase):
    """What a customer says of goods is a discrepancy until the customer is answered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 100)
        cls.order = cls._make_order((cls.product, 5), (cls.other_product, 1)).sudo()
        cls.order.action_confirm()
        cls._deliver(cls.order)
        cls.line = cls.order.order_line[0]

    def _report(self, quantity="2", text="A corner is gone"):
        return self.order._page_problem("damaged", str(self.line.id), text, [], quantity)

    def test_it_is_a_discrepancy_until_the_customer_is_answered(self):
        asked = self._report()
        record = asked.discrepancy_ids
        self.assertEqual(
            (record.kind, record.state, record.line_id, record.found, record.value, record.partner_id),
            ("reported", "open", self.line, 2, 20, self.customer),
        )
        self.assertIn("A corner is gone", record.explanation)
        self.assertIn(record, self.order.order_discrepancy_ids)
        self.assertIn("discrepancy_opened", self._events(self.order).mapped("kind"))
        # no comparison ends it
        self.env["order.discrepancy"].sweep([("order_id", "=", self.order.id)])
        self.assertEqual(record.state, "open")
        again = self._report(text="The other one too")
        self.assertEqual(again.discrepancy_ids, record)
        self._as("processor", asked).action_answer("We send another.")
        self.assertEqual(record.state, "open")
        self._as("processor", again).action_close()
        self.assertEqual(record.state, "auto_closed")
        self.assertEqual(self._report().discrepancy_ids.state, "open")
        self.assertNotEqual(self._report().discrepancy_ids, record)

    def test_the_desk_works_on_it_as_on_any(self):
        record = self._as("processor", self._report().discrepancy_ids)
        record.action_take()
        self.assertTrue(record.action_mend())
        self.assertEqual(record.action_open_order()["res_id"], self.order.id)
        record.action_resolve("Sent again")
        self.assertEqual(record.state, "resolved")

    def test_only_what_was_ordered_can_be_wrong(self):
        for quantity in ("0", "-1", "6", "x", "nan", "1e400"):
            with self.assertRaisesRegex(UserError, "how many"):
                self._report(quantity)
        self.assertEqual(self._report(None).discrepancy_ids.found, 1)
