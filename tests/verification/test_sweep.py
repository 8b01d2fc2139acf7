"""What changes outside an order, and what a hold stops besides the sale."""

from odoo.fields import Command

from .common import VerificationCase


class TestSweep(VerificationCase):
    def test_hold_whose_cause_is_gone_lifts_itself(self):
        customer = self._make_customer("Poor Address", street=False)
        order = self._make_order((self.product, 5), partner_id=customer.id)
        order.action_verify()
        self.assertEqual(order.verification_state, "held")
        customer.street = "1 High Street"
        order._verification_sweep()
        self.assertEqual((order.verification_state, order.order_hold_ids.state), ("verified", "released"))
        self.assertEqual(order.order_hold_ids.release_reason, "The cause is gone.")

    def test_hold_by_hand_stays(self):
        order = self._make_order((self.product, 5))
        order.action_hold("manual")
        order._verification_sweep()
        self.assertEqual((order.verification_state, order.order_hold_ids.state), ("held", "open"))

    def test_release_by_hand_is_not_undone(self):
        order = self._make_order((self.product, 5, 0.0))
        order.action_verify()
        order.action_release(reason="A gift")
        order.action_confirm()
        self.customer.phone = "+44 20 7946 0001"
        order._verification_sweep()
        self.assertEqual(order.verification_state, "verified")
        self.assertEqual(len(order.order_hold_ids), 1)

    def test_broken_seal_of_a_confirmed_order_is_found(self):
        order = self._make_order((self.product, 5))
        order.action_confirm()
        self.assertFalse(order._verification_sweep())
        self.customer.city = False
        self.assertEqual(order._verification_sweep(), order)
        self.assertEqual(order.verification_state, "held")
        self.assertEqual(
            set(order.order_hold_ids.mapped("reason_code")), {"address_incomplete", "changed_after_verification"}
        )
        self.assertTrue(self._events(order, "unsealed"))

    def test_cron(self):
        order = self._make_order((self.product, 5))
        order.action_confirm()
        self.customer.city = False
        with self.enter_registry_test_mode():
            self.env.ref("order_processing.cron_verification_sweep").method_direct_trigger()
        self.assertEqual(order.verification_state, "held")

    def test_pick_up_point_breaks_nothing(self):
        order = self._make_order((self.product, 5))
        order.pickup_location_data = {
            "name": "Locker 7", "street": "9 Dock Road", "city": "London", "zip_code": "E1 1AA", "country_code": "GB",
        }  # fmt: skip
        order.action_confirm()
        self.assertEqual(order.partner_shipping_id.street, "9 Dock Road")
        self.assertFalse(order._verification_broken())

    def test_hold_that_stops_invoicing_lets_pass_what_has_left(self):
        self.env.ref("order_processing.hold_reason_credit").write({"stops_invoice": True, "stops_ship": False})
        self.product.invoice_policy = "order"
        self._stock(self.product, 3)
        order = self._make_order((self.product, 5), (self.service, 2))
        order.action_confirm()
        self._deliver(order, {self.product: 3})
        order.action_hold("credit")
        invoice = self._invoice(order)
        quantities = {line.product_id: line.quantity for line in invoice.invoice_line_ids}
        self.assertEqual(quantities, {self.product: 3, self.service: 2})
        order.action_release(reason="Paid")
        self.assertEqual(self._invoice(order).invoice_line_ids.mapped("quantity"), [2])

    def test_prepayment_is_taken_from_a_held_order(self):
        self.env.ref("order_processing.hold_reason_credit").stops_invoice = True
        order = self._make_order((self.product, 5))
        order.action_confirm()
        order.action_hold("credit")
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids, active_model="sale.order")
        wizard.create({"advance_payment_method": "fixed", "fixed_amount": 5}).create_invoices()
        self.assertEqual(order.invoice_ids.amount_untaxed, 5)

    def test_changes_are_listed_as_safe_text(self):
        product = self._make_product("<b>Bold</b>", "BOLD", 10.0)
        order = self._make_order((product, 5))
        order.action_verify()
        order.order_line = [Command.update(order.order_line.id, {"product_uom_qty": 6})]
        order.action_verify()
        self.assertIn("&lt;b&gt;", " ".join(order.message_ids.mapped("body")))
