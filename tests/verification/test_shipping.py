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

    def test_changed_address_waits_until_it_is_accepted(self):
        order = self._confirmed()
        self.customer.street = "2 Low Street"
        with self.assertRaises(UserError) as caught:
            self._deliver(order)
        self.assertIn("1 High Street; found: 2 Low Street", str(caught.exception))
        order._verification_sweep()
        self.assertEqual(
            (order.verification_state, order.order_hold_ids.reason_code), ("held", "changed_after_verification")
        )
        event = self._events(order, "unsealed")
        self.assertIn("1 High Street → 2 Low Street", event.note)
        row = self._as("processor", order.order_check_ids).action_accept(reason="They moved", reason_code="agreed")[0]
        self.assertEqual(row["state"], "verified")
        self.assertEqual(self._events(order, "waived").reason, "They moved")
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 5)

    def test_change_that_is_put_back_needs_nobody(self):
        order = self._confirmed()
        self.customer.street = "2 Low Street"
        order._verification_sweep()
        self.customer.street = "1 High Street"
        order._verification_sweep()
        self.assertEqual((order.verification_state, order.order_check_ids.state), ("verified", "mended"))

    def test_change_that_is_not_sensitive_is_sealed_again_and_listed(self):
        order = self._confirmed()
        order.order_line.product_uom_qty = 6
        self._deliver(order)
        self.assertIn("quantity: 5 → 6", self._events(order, "unsealed").note)
        self.assertEqual((order.verification_state, len(self._events(order, "verified"))), ("verified", 2))

    def test_what_is_sensitive_is_the_companys(self):
        for user in ("processor", "salesman", "integration"):
            with self.assertRaises(AccessError):
                self._as(user, self.company).action_order_sensitive(["quantity"], reason="Because")
        company = self._as("manager", self.company)
        with self.assertRaises(AccessError):
            self._as("stranger", self.company).action_order_sensitive(["quantity"], reason="Because")
        for parts, reason in ((["colour"], "Because"), (["quantity"], " ")):
            with self.assertRaises(UserError):
                company.action_order_sensitive(parts, reason=reason)
        for vals in ({"order_sensitive_parts": "none"}, {"order_sensitive_reason": "x"}):
            with self.assertRaises(UserError):
                self.company.sudo().write(vals)
        self.assertEqual(self.company._order_sensitive_parts(), {"ship_to", "price", "discount"})
        self.assertEqual(company.action_order_sensitive(["quantity"], reason="Because"), ["quantity"])
        order = self._confirmed()
        self.customer.street = "2 Low Street"
        order._verification_sweep()
        self.assertEqual(order.verification_state, "verified")
        order.order_line.product_uom_qty = 6
        order._verification_sweep()
        self.assertEqual(order.hold_reasons, "Changed after verification")
        company.action_order_sensitive([], reason="Because")
        order._verification_sweep()
        self.assertEqual(order.verification_state, "verified")

    def test_each_part_and_line_is_accepted_by_itself(self):
        self._stock(self.product, 100)
        self._stock(self.other_product, 100)
        order = self._make_order((self.product, 5), (self.other_product, 5), (self.service, 1))
        order.action_confirm()
        order.order_line[0].price_unit = 9.9
        order.order_line[1].discount = 1
        self.customer.city = "Leeds"
        order.order_line[2].product_uom_qty = 0
        order._verification_sweep()
        changed = order.order_check_ids.filtered(lambda check: check.rule_code == "changed_after_verification")
        self.assertEqual(
            sorted((check.line_name or "", check.expected, check.found) for check in changed),
            [("", "London", "Leeds"), ("[TG-1] Test Goods", "10", "9.9"), ("[TG-2] Other Goods", "0", "1")],
        )
        with self.assertRaises(AccessError):
            self._as("processor", changed).action_waive(reason="Agreed")
        for check in changed[:2]:
            self._as("processor", check).action_accept(reason="Agreed")
        self.assertEqual(order.verification_state, "held")
        self._as("processor", changed[2]).action_accept(reason="Agreed")
        self.assertEqual(order.verification_state, "verified")

    def test_only_changes_are_accepted_and_only_by_the_desk(self):
        order = self._confirmed()
        self.customer.street = False
        order._verification_sweep()
        changed, incomplete = (
            order.order_check_ids.filtered(lambda check, code=code: check.rule_code == code)
            for code in ("changed_after_verification", "address_incomplete")
        )
        with self.assertRaises(UserError) as caught:
            self._as("processor", incomplete).action_accept(reason="Agreed")
        self.assertIn("manager", str(caught.exception))
        for user in ("salesman", "integration"):
            with self.assertRaises(AccessError):
                self._as(user, changed).action_accept(reason="Agreed")
        with self.assertRaises(AccessError):
            self._as("stranger", changed).action_accept(reason="Agreed")
        with self.assertRaises(UserError):
            self._as("processor", changed).action_accept(reason="")
        self._rule("changed_after_verification").second_person = True
        with self.assertRaises(UserError):
            self._as("processor", changed).action_accept(reason="Agreed")
        self._as("manager", changed).action_request_waiver("They moved")
        self._as("processor", changed).action_accept(reason="Agreed")
        self.assertEqual((changed.state, order.verification_state), ("waived", "held"))

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
        self.env["delivery.carrier"].create({"name": "By Van", "product_id": self.service.id, "invoice_policy": "real"})
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
        self.customer.phone = "+44 20 7946 0001"
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
