from datetime import timedelta

from odoo.tools import SQL

from odoo.addons.order_processing.models.common.business_day import business_day
from odoo.addons.order_processing.models.enquiry import customer_state

from tests.common import ObservingCase


class TestCustomerState(ObservingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 1000)

    def _state(self, order):
        self.env.invalidate_all()
        return order.order_customer_state

    def _steps(self, order):
        return [(step["state"], bool(step["day"])) for step in order._customer_states()[order.id]["steps"]]

    def test_an_order_goes_through_its_states(self):
        order = self._make_order((self.product, 5))
        self.assertEqual(self._state(order), "received")
        self.assertEqual(
            self._steps(order),
            [("received", True), ("confirmed", False), ("preparing", False), ("complete", False)],
        )
        order.action_confirm()
        self.assertEqual(self._state(order), "confirmed")
        order.picking_ids.move_ids.picked = True
        self.assertEqual(self._state(order), "preparing")
        order.picking_ids.move_ids.picked = False
        self._deliver(order, {self.product: 2})
        self.assertEqual(self._state(order), "part_shipped")
        self._deliver(order)
        self.assertEqual(self._state(order), "complete")
        self.assertEqual(self._steps(order), [(code, True) for code in customer_state.PATH])
        self.assertEqual(order.order_customer_since, business_day(self.company))

    def test_what_left_at_once_was_not_sent_in_parts(self):
        order = self._make_order((self.product, 5), (self.service, 1))
        order.action_confirm()
        self._deliver(order)
        self.assertEqual(
            [state for state, _on in self._steps(order)], ["received", "confirmed", "preparing", "complete"]
        )

    def test_called_off_before_anything_left_is_cancelled(self):
        cancelled, closed, back = orders = self._make_orders(3, (self.product, 2))
        orders.action_confirm()
        # the book has what a transaction did once it is written
        self.env["order.event"].flush_model()
        cancelled._action_cancel()
        closed.order_line.product_uom_qty = 0
        back._action_cancel()
        back.action_draft()
        self.assertEqual([self._state(order) for order in orders], ["cancelled", "cancelled", "received"])
        self.assertEqual(self._steps(cancelled), [("received", True), ("confirmed", True), ("cancelled", True)])
        # what was confirmed and set back is not confirmed
        self.assertEqual(self._steps(back)[1], ("confirmed", False))

    def test_goods_that_come_back_are_told_until_they_are_settled(self):
        order = self._make_order((self.product, 2))
        order.action_confirm()
        self._deliver(order)
        case = self.env["order.return"].request(
            [
                {
                    "key": "K",
                    "order_id": order.id,
                    "lines": [{"line_id": order.order_line.id, "quantity": 1, "settlement": "none"}],
                }
            ],
            "test",
            self.company.id,
        )
        case = self.env["order.return"].browse(case[0]["return_id"])
        self.assertEqual(self._state(order), "complete")
        case.action_approve()
        self.assertEqual(self._state(order), "returning")
        self.assertEqual(self._steps(order)[-1], ("returning", True))

    def test_the_same_is_told_to_all(self):
        order = self._make_order((self.product, 5), client_order_ref="CR-9")
        order.action_confirm()
        desk = self._as("processor", order).order_customer_states()[0]
        program = self._as("integration", self.env["order.processing"]).order_status(references=[order.name])[0]
        self.assertEqual(
            (program["customer_state"], program["customer_since"], program["customer_steps"]),
            (desk["state"], desk["since"], desk["steps"]),
        )
        self.assertEqual(self._state(order), desk["state"])
        self.assertIn('data-state="confirmed"', str(self._as("processor", order).order_timeline_html))

    def test_days_are_the_company_s(self):
        self.company.order_tz = "Pacific/Auckland"
        order = self._make_order((self.product, 5))
        self.env.flush_all()
        self.env["order.event"].flush_model()
        self.cr.execute(
            SQL("UPDATE order_event SET at = '2026-01-15 20:00:00', opening = FALSE WHERE order_id = %s", order.id)
        )
        self.assertEqual(str(order._customer_states()[order.id]["since"]), "2026-01-16")

    def test_the_conditions_are_data_and_the_last_takes_the_rest(self):
        self.assertEqual(customer_state.STATES[-1].condition, "TRUE")
        self.assertEqual(
            {state.code for state in customer_state.STATES}, {*customer_state.PATH, *customer_state.BESIDE}
        )
        self.assertEqual(len(customer_state.STATES), 7)

    def test_queries_do_not_grow_with_the_set(self):
        orders = self._make_orders(101, (self.product, 1))
        orders.action_confirm()

        def queries(found):
            self.env.flush_all()
            self.env["order.event"].flush_model()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self._as("processor", found).order_customer_states()
            return self.cr.sql_log_count - start

        queries(orders[0])
        self.assertEqual(queries(orders[0]), queries(orders[1:]))
        self.env.invalidate_all()
        self.assertEqual(
            {told["since"] for told in orders.order_customer_states()},
            {str(business_day(self.company) + timedelta(0))},
        )
