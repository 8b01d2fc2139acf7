"""Goods leave only as they were verified; and what observing controls do instead."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..common import ObservingCase
from .common import VerificationCase


class TestShipping(VerificationCase):
    def _confirmed(self):
        self._stock(self.product, 100)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        return order

    def test_goods_leave_as_verified(self):
        order = self._confirmed()
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 5)
        self.assertFalse(self._events(order, "unsealed"))

    def test_changed_address_breaks_the_seal(self):
        order = self._confirmed()
        self.customer.street = "2 Low Street"
        self._deliver(order)
        event = self._events(order, "unsealed")
        self.assertIn("1 High Street → 2 Low Street", event.note)
        self.assertEqual((order.verification_state, len(self._events(order, "verified"))), ("verified", 2))

    def test_goods_stay_when_the_new_address_is_incomplete(self):
        order = self._confirmed()
        self.customer.street = False
        with self.assertRaises(UserError) as caught:
            self._deliver(order)
        self.assertIn("lacks: street", str(caught.exception))
        self.assertIn("1 High Street", str(caught.exception))
        self.assertNotEqual(order.picking_ids.state, "done")

    def test_added_line_breaks_the_seal(self):
        order = self._confirmed()
        order.order_line = [
            Command.create({"product_id": self.other_product.id, "product_uom_qty": 1, "price_unit": 1})
        ]
        with self.assertRaises(UserError):
            self._deliver(order)

    def test_what_core_adds_breaks_nothing(self):
        order = self._confirmed()
        order.order_line = [
            Command.create({"display_type": "line_note", "name": "A note"}),
            Command.create({"product_id": self.service.id, "is_delivery": True, "price_unit": 4}),
        ]
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids, active_model="sale.order")
        wizard.create({"advance_payment_method": "fixed", "fixed_amount": 5}).create_invoices()
        self._deliver(order)
        self.assertTrue(order.order_line.filtered("is_downpayment"))
        self.assertFalse(self._events(order, "unsealed"))

    def test_old_price_of_a_confirmed_order_stays_good(self):
        order = self._confirmed()
        self.product.list_price = 100
        self.customer.street = "2 Low Street"
        self._deliver(order)
        self.assertEqual(order.verification_state, "verified")

    def test_hold_stops_the_goods(self):
        order = self._confirmed()
        self._as("processor", order).action_hold("customer_request", note="Closed until Monday")
        with self.assertRaises(UserError) as caught:
            self._deliver(order)
        self.assertIn("Closed until Monday", str(caught.exception))
        self._as("manager", order).action_release(reason="They are open")
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 5)

    def test_orders_confirmed_before_the_controls_pass(self):
        self.company.action_order_control_off(reason="before")
        order = self._confirmed()
        self.assertFalse(order.order_verification_ids)
        self.company.action_order_control_enforce(reason="now")
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 5)


class TestObserving(ObservingCase):
    def test_findings_are_recorded_and_nothing_is_stopped(self):
        order = self._make_order((self.product, 5, 0.0))
        order.action_confirm()
        self.assertEqual((order.state, order.verification_state), ("sale", "to_verify"))
        self.assertEqual(order.order_check_ids.rule_code, "zero_price")
        self.assertFalse(order.order_hold_ids)

    def test_broken_seal_is_recorded(self):
        self._stock(self.product, 10)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        self.customer.street = False
        self._deliver(order)
        self.assertEqual((order.order_line.qty_delivered, order.verification_state), (5, "to_verify"))
        self.assertTrue(self._events(order, "unsealed"))

    def test_preview(self):
        bad = self._make_order((self.product, 5, 0.0))
        self._make_order((self.product, 5))
        with self.assertRaises(AccessError):
            self._as("processor", self.company).order_control_preview()
        preview = self._as("manager", self.company).order_control_preview()[0]
        self.assertEqual(preview["control"], "observing")
        self.assertIn("zero_price", [row["rule"] for row in preview["holds"]])
        self.assertGreaterEqual(preview["held"], 1)
        self.assertFalse(bad.order_check_ids)
        wizard = self.env["order.control.preview"].with_user(self.users["manager"]).create({})
        self.assertEqual((wizard.orders, wizard.held), (preview["orders"], preview["held"]))
        with self.assertRaises(UserError):
            wizard.action_enforce()
        wizard.reason = "Seen"
        wizard.action_enforce()
        self.assertEqual(self.company.order_control, "enforced")
