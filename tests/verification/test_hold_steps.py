"""What a hold stops, step by step, of an order or of one line; and that it stops nothing where a company observes."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from ..common import ObservingCase
from .common import VerificationCase

STEPS = ("confirm", "reserve", "pick", "ship", "print", "invoice")


class StepsMixin:
    """A reason of one's own, and orders of two lines in stock."""

    def _reason(self, *steps, **vals):
        values = {f"stops_{step}": step in steps for step in STEPS}
        return self.env["order.hold.reason"].create({"name": "Test", "code": "test", **values, **vals})

    def _sold(self, *lines, **vals):
        for product in (self.product, self.other_product):
            self._stock(product, 20)
        order = self._make_order(*(lines or [(self.product, 5), (self.other_product, 2)]), **vals)
        order.action_confirm()
        return order

    def _states(self, order):
        return {line.product_id: line.move_ids.mapped("state") for line in order.order_line}


class TestHoldSteps(StepsMixin, VerificationCase):
    def test_steps_apart(self):
        """A hold stops what its reason says and lets everything else pass; a change of the reason is felt at once."""
        reason = self._reason("print")
        order = self._make_order((self.product, 5))
        self._as("processor", order).action_hold("test")
        order.action_confirm()
        self._stock(self.product, 5)
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 5)
        other = self._sold((self.product, 1))
        other.action_hold("test")
        reason.stops_ship = True
        with self.assertRaises(UserError):
            self._deliver(other)
        with self.assertRaises(AccessError):
            self._as("processor", reason).stops_ship = False

    def test_several_stand_at_once(self):
        self._reason("ship")
        self.env.ref("order_processing.hold_reason_credit").stops_pick = False
        order = self._sold((self.product, 5))
        order.action_hold("test")
        order.action_hold("credit")
        first = order.order_hold_ids.filtered(lambda hold: hold.reason_code == "test")
        self._as("manager", first).action_release(reason="Seen")
        with self.assertRaises(UserError) as caught:
            self._deliver(order)
        self.assertIn("Credit to be checked", str(caught.exception))
        self.assertNotIn("Test:", str(caught.exception))
        self._as("manager", order).action_release(reason="Paid")
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 5)

    # ------------------------------------------------------------------ reserve

    def test_reservation_passes_over_and_says_so(self):
        self._reason("reserve")
        order = self._make_order((self.product, 5))
        order.action_hold("test")
        order.action_confirm()
        self._stock(self.product, 20)
        free = self._make_order((self.product, 3))
        free.action_confirm()
        (order | free).picking_ids.action_assign()
        move = order.order_line.move_ids
        self.assertEqual((move.state, move.quantity, free.order_line.move_ids.state), ("confirmed", 0, "assigned"))
        event = self._events(order, "passed_over")
        self.assertEqual((event.document_id, event.line_id, event.reason), (move.id, order.order_line.id, "test"))
        self.env["stock.rule"].run_scheduler()
        self.assertEqual(len(self._events(order, "passed_over")), 1, "said once for a hold and a move")
        self.assertIn("Test", order.picking_ids.order_hold_text)
        self._as("manager", order).action_release(reason="Go on")
        self.assertEqual((move.state, move.quantity), ("assigned", 5), "the release reserves what the hold had kept")

    def test_others_receipts_run_through_held_moves(self):
        self._reason("reserve")
        held, free = self._make_order((self.product, 5)), self._make_order((self.product, 5))
        held.action_hold("test")
        (held | free).action_confirm()
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 20,
                            "location_id": self.env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.move_ids.write({"quantity": 20, "picked": True})
        receipt.button_validate()
        self.assertEqual(receipt.state, "done")
        self.assertEqual((held.order_line.move_ids.state, free.order_line.move_ids.state), ("confirmed", "assigned"))

    def test_stock_stays_reserved_or_is_freed(self):
        reason = self._reason("reserve")
        order = self._sold((self.product, 5))
        order.action_hold("test")
        self.assertEqual(order.order_line.move_ids.quantity, 5)
        self._as("manager", order).action_release(reason="Next")
        reason.keeps_reserved = False
        order.action_hold("test")
        self.assertEqual((order.order_line.move_ids.state, order.order_line.move_ids.quantity), ("confirmed", 0))
        with self.assertRaises(ValidationError):
            reason.stops_reserve = False

    # ------------------------------------------------------------------ pick and ship

    def test_picking_of_several_steps(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self._reason("pick")
        order = self._sold((self.product, 5))
        pick = order.picking_ids
        self.assertEqual(pick.location_dest_id.usage, "internal")
        order.action_hold("test", note="Wait for the label")
        pick.move_ids.picked = True
        with self.assertRaises(UserError) as caught:
            pick.button_validate()
        self.assertIn(f"{order.name}: held by", str(caught.exception))
        self.assertIn("Wait for the label", str(caught.exception))
        self._as("manager", order).action_release(reason="Label is here")
        pick.button_validate()
        order.action_hold("test")
        pack = order.picking_ids - pick
        pack.move_ids.picked = True
        with self.assertRaises(UserError):
            pack.button_validate()
        self._as("manager", order).action_release(reason="Pack")
        pack.button_validate()
        order.action_hold("test")
        ship = order.picking_ids - pick - pack
        self.assertEqual(ship.location_dest_id.usage, "customer")
        self._deliver(order)
        self.assertEqual(ship.state, "done", "what is picked may leave: the hold stops picking alone")

    def test_hold_on_picking_stops_the_one_step_delivery(self):
        self._reason("pick")
        order = self._sold((self.product, 5))
        order.action_hold("test")
        with self.assertRaises(UserError):
            self._deliver(order)

    def test_return_is_not_held(self):
        self._reason("pick", "ship", "reserve", "print")
        order = self._sold((self.product, 5))
        self._deliver(order)
        order.action_hold("test")
        wizard = self.env["stock.return.picking"].with_context(
            active_id=order.picking_ids.id, active_model="stock.picking"
        )
        wizard = wizard.create({})
        wizard.product_return_moves.quantity = 2
        back = wizard._create_return()
        self.env["ir.actions.report"]._render_qweb_html("stock.report_picking", back.ids)
        back.move_ids.write({"quantity": 2, "picked": True})
        back.button_validate()
        self.assertEqual((back.state, order.order_line.qty_delivered), ("done", 3))

    # ------------------------------------------------------------------ lines

    def test_one_line_waits_and_the_others_go(self):
        self._reason("pick", "ship", "reserve", "print", "invoice")
        order = self._sold()
        line = order.order_line[0]
        self._as("processor", order).action_hold("test", line_ids=line.ids)
        hold = order.order_hold_ids
        self.assertEqual((hold.line_id, order.verification_state), (line, "held"))
        self.env["ir.actions.report"]._render_qweb_html("stock.report_picking", order.picking_ids.ids)
        order.picking_ids.with_context(skip_backorder=True).action_quality_pass()
        order.picking_ids.with_context(skip_backorder=True).button_validate()
        self.assertEqual(order.order_line.mapped("qty_delivered"), [0, 2])
        self.assertEqual(self._invoice(order).invoice_line_ids.product_id, self.other_product)
        rest = order.picking_ids.filtered(lambda picking: picking.state != "done")
        with self.assertRaises(UserError):
            self._deliver(order)
        with self.assertRaises(UserError):
            self.env["ir.actions.report"]._render_qweb_html("stock.report_picking", rest.ids)
        self._as("manager", hold).action_release(reason="Here it is")
        self._deliver(order)
        self.assertEqual(order.order_line.mapped("qty_delivered"), [5, 2])

    def test_dispatch_takes_the_free_lines(self):
        self._reason("ship")
        order = self._sold()
        order.action_hold("test", line_ids=order.order_line[0].ids)
        row = self._as("processor", order).action_dispatch(pickup=False)[0]
        self.assertEqual((row["code"], row["message"]), ("dispatched", ""))
        self.assertEqual(order.order_line.mapped("qty_delivered"), [0, 2])
        self.assertFalse(order.order_line[0].move_ids.move_line_ids.result_package_id)
        row = self._as("processor", order).action_dispatch(pickup=False)[0]
        self.assertEqual(row["code"], "refused")
        self.assertIn("Test", row["message"])

    def test_line_hold_stops_the_confirmation(self):
        self._reason("confirm")
        order = self._make_order((self.product, 5), (self.other_product, 1))
        order.action_hold("test", line_ids=order.order_line[1].ids)
        with self.assertRaises(UserError) as caught:
            order.action_confirm()
        self.assertIn("Other Goods", str(caught.exception))
        order.order_line[1].unlink()
        order.action_confirm()
        self.assertEqual((order.state, order.order_hold_ids.state), ("sale", "released"))
        self.assertEqual(order.order_hold_ids.release_reason, "The cause is gone.")

    def test_lines_of_other_orders_are_refused(self):
        order, other = self._make_order((self.product, 5)), self._make_order((self.product, 1))
        with self.assertRaises(UserError):
            order.action_hold("manual", line_ids=other.order_line.ids)
        with self.assertRaises(UserError) as caught:
            (order | other).action_hold("manual", line_ids=other.order_line.ids)
        self.assertIn(order.name, str(caught.exception))
        self.assertFalse((order | other).order_hold_ids)

    # ------------------------------------------------------------------ print and invoice

    def test_papers_of_held_goods(self):
        self._reason("print")
        held, free = self._sold((self.product, 5)), self._sold((self.product, 1))
        held.action_hold("test", note="Wrong address")
        pickings = (held | free).picking_ids
        report = self.env["ir.actions.report"].with_user(self.users["processor"])
        for name in (
            "stock.report_picking",
            "stock.report_deliveryslip",
            "order_processing.report_packing_slip",
            "order_processing.report_shipping_label",
        ):
            for render in (report._render_qweb_html, report._render_qweb_text, report._render_qweb_pdf):
                with self.subTest(report=name), self.assertRaises(UserError) as caught:
                    render(name, pickings.ids)
                self.assertIn(held.name, str(caught.exception))
                self.assertIn("Wrong address", str(caught.exception))
                self.assertNotIn(f"{free.name}:", str(caught.exception))
            with self.subTest(report=name, ids="one"), self.assertRaises(UserError):
                # as core's own callers may: a number in place of a list
                report._render_qweb_text(name, held.picking_ids.id)
            self.assertTrue(report._render_qweb_html(name, free.picking_ids.ids)[0])
        self.assertTrue(report._render_qweb_html("sale.report_saleorder", held.ids)[0])
        self._deliver(held)
        self.assertTrue(report._render_qweb_html("stock.report_deliveryslip", held.picking_ids.ids)[0])

    def test_batch_is_not_printed(self):
        self._reason("print")
        order = self._sold((self.product, 5))
        batch = self.env["stock.picking.batch"].create({"picking_ids": [Command.set(order.picking_ids.ids)]})
        report = self.env["ir.actions.report"]
        self.assertTrue(report._render_qweb_html("stock_picking_batch.report_picking_batch", batch.ids)[0])
        order.action_hold("test")
        with self.assertRaises(UserError):
            report._render_qweb_html("stock_picking_batch.report_picking_batch", batch.ids)

    def test_invoice_of_one_held_line(self):
        """What has left is billed, a prepayment is taken, the rest of the held line waits."""
        self._reason("invoice")
        (self.product | self.other_product).invoice_policy = "order"
        order = self._sold()
        order.action_hold("test", line_ids=order.order_line[0].ids)
        self._deliver(order, {self.product: 3})
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids, active_model="sale.order")
        wizard.create({"advance_payment_method": "percentage", "amount": 10}).create_invoices()
        self.assertEqual(len(order.invoice_ids), 1)
        order.invoice_ids.action_post()
        invoice = self._invoice(order)
        billed = {line.product_id: line.quantity for line in invoice.invoice_line_ids if line.product_id}
        self.assertEqual((billed[self.product], billed[self.other_product]), (3, 2))

    def test_other_unit_and_quantity_of_zero(self):
        """A line in dozens is held and goes as a whole; moves are counted by the line, not by the unit."""
        self._reason("ship")
        dozen = self.env.ref("uom.product_uom_dozen")
        self._stock(self.product, 30)
        order = self._make_order((self.product, 1), (self.other_product, 0))
        order.order_line[0].product_uom_id = dozen
        order.order_line[1].unlink()
        order.action_confirm()
        order.action_hold("test", line_ids=order.order_line.ids)
        with self.assertRaises(UserError):
            self._deliver(order)
        order.action_release(reason="Go")
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 1)


class TestObservingSteps(StepsMixin, ObservingCase):
    def test_nothing_is_stopped(self):
        self._reason(*STEPS, keeps_reserved=False)
        order = self._make_order((self.product, 5))
        order.action_hold("test")
        order.action_confirm()
        self._stock(self.product, 20)
        order.picking_ids.action_assign()
        self.assertEqual(order.order_line.move_ids.state, "assigned")
        order.action_hold("test", line_ids=order.order_line.ids)
        self.assertEqual(order.order_line.move_ids.quantity, 5)
        self.env["ir.actions.report"]._render_qweb_html("stock.report_deliveryslip", order.picking_ids.ids)
        self.product.invoice_policy = "order"
        self.assertTrue(self._invoice(order))
        self._deliver(order)
        self.assertEqual((order.order_line.qty_delivered, len(order.order_hold_ids)), (5, 2))
        self.assertFalse(self._events(order, "passed_over"))
