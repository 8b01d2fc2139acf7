"""Standing holds: what they catch now and later, how they are lifted, and that a person's release stands."""

from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger

from ..common import ObservingCase
from .common import VerificationCase


class StandingMixin:
    def _standing(self, user="processor", **vals):
        reason = self.env.ref("order_processing.hold_reason_goods_stopped")
        Standing = self.env["order.standing.hold"].with_user(self.users[user])
        return Standing.create({"reason_id": reason.id, "company_id": self.company.id, **vals})

    def _held(self, orders):
        holds = orders.order_hold_ids.filtered(lambda hold: hold.state == "open")
        return {(hold.order_id, hold.line_id.product_id) for hold in holds}


class TestStandingHolds(StandingMixin, VerificationCase):
    def test_each_scope_catches_present_orders(self):
        carrier_product = self._make_product("Freight", "FR", 0.0, type="service")
        carrier = self.env["delivery.carrier"].create(
            {"name": "Test Carrier", "product_id": carrier_product.id, "fixed_price": 1.0}
        )
        france = self.env.ref("base.fr")
        child = self._make_customer("Test Branch", parent_id=self.customer.id, type="delivery")
        abroad = self._make_customer("Test Abroad", country_id=france.id, zip="75001")
        # core sends to the branch where no address is named
        own = self._make_order((self.product, 5), (self.other_product, 1), partner_shipping_id=self.customer.id)
        branch = self._make_order((self.other_product, 1), partner_shipping_id=child.id)
        foreign = self._make_order((self.other_product, 1), partner_id=abroad.id)
        carried = self._make_order((self.other_product, 3), partner_id=abroad.id, carrier_id=carrier.id)
        none = self.env["product.product"]
        cases = {
            "product_id": (self.product, {(own, self.product)}),
            "partner_id": (self.customer, {(own, none), (branch, none)}),
            "address_id": (child, {(branch, none)}),
            "carrier_id": (carrier, {(carried, none)}),
            "country_id": (france, {(foreign, none), (carried, none)}),
        }
        orders = own | branch | foreign | carried
        for name, (record, expected) in cases.items():
            with self.subTest(scope=name):
                standing = self._standing(**{name: record.id})
                self.assertEqual(self._held(orders), expected)
                caught = orders.order_hold_ids.filtered(lambda hold, s=standing: hold.standing_id == s)
                self.assertEqual(standing.order_count, len(caught.order_id))
                self.assertEqual(set(caught.order_id.mapped("verification_state")), {"held"})
                self._as("manager", standing).action_lift(reason="Over")
                self.assertEqual((self._held(orders), standing.order_count), (set(), 0))

    def test_several_scopes_must_all_be_met(self):
        france = self.env.ref("base.fr")
        abroad = self._make_customer("Test Abroad", country_id=france.id, zip="75001")
        here = self._make_order((self.product, 5))
        there = self._make_order((self.product, 5), (self.other_product, 1), partner_id=abroad.id)
        self._standing(product_id=self.product.id, country_id=france.id)
        self.assertEqual(self._held(here | there), {(there, self.product)})

    def test_future_orders_are_caught_at_verification_and_confirmation(self):
        standing = self._standing(product_id=self.product.id, note="Recall 7")
        order = self._make_order((self.product, 5))
        self.assertEqual(self._as("processor", order).action_verify()[0]["holds"], ["goods_stopped"])
        self.assertEqual(order.order_hold_ids.standing_id, standing)
        other = self._make_order((self.product, 2))
        with self.assertRaises(UserError) as caught:
            other.action_confirm()
        for word in (other.name, "Test Goods", "Recall 7"):
            self.assertIn(word, str(caught.exception))
        self.assertEqual((other.state, len(other.order_hold_ids)), ("draft", 0), "nothing of the call remains")
        free = self._make_order((self.other_product, 2))
        free.action_confirm()
        self.assertEqual(free.state, "sale")

    def test_confirmed_orders_are_caught_as_far_as_they_have_not_left(self):
        self._stock(self.product, 50)
        left, partly, waits = (self._make_order((self.product, 5)) for _index in range(3))
        (left | partly | waits).action_confirm()
        self._deliver(left)
        self._deliver(partly, {self.product: 2})
        standing = self._standing(product_id=self.product.id)
        self.assertEqual(standing.order_count, 2)
        self.assertEqual(self._held(left | partly | waits), {(partly, self.product), (waits, self.product)})
        self.assertEqual(waits.order_line.move_ids.quantity, 0, "its reason frees what was reserved")
        with self.assertRaises(UserError):
            self._deliver(waits, {self.product: 5})
        self._as("manager", standing).action_lift(reason="Tested")
        self.assertEqual(waits.order_line.move_ids.quantity, 5, "and it is reserved again")
        self._deliver(waits)
        self.assertEqual(waits.order_line.qty_delivered, 5)

    def test_an_address_changed_after_confirmation_is_met_when_goods_leave(self):
        self._stock(self.product, 5)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        self._standing(country_id=self.env.ref("base.fr").id)
        self.customer.write({"country_id": self.env.ref("base.fr").id, "zip": "75001"})
        with self.assertRaises(UserError) as caught:
            self._deliver(order)
        self.assertIn("standing hold", str(caught.exception))

    def test_release_by_hand_stands_while_the_standing_hold_does(self):
        standing = self._standing(product_id=self.product.id)
        order = self._make_order((self.product, 5))
        order.action_verify()
        self._as("manager", order).action_release(reason="Agreed with the buyer")
        self.assertTrue(order.order_hold_ids.by_hand)
        order.action_verify()
        standing.sudo()._catch()
        order._verification_sweep()
        self.assertEqual((order.verification_state, len(order.order_hold_ids)), ("verified", 1))
        order.action_confirm()
        self._stock(self.product, 5)
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 5)
        other = self._standing(product_id=self.product.id)
        self.assertEqual(other.order_count, 0, "shipped")
        again = self._make_order((self.product, 5))
        again.action_verify()
        self.assertEqual(len(again.order_hold_ids), 2, "each standing hold holds for itself")

    def test_a_cause_that_is_gone_lets_the_order_go(self):
        standing = self._standing(product_id=self.product.id)
        order = self._make_order((self.product, 5), (self.other_product, 1))
        order.action_verify()
        order.order_line[0].product_id = self.other_product
        order.order_line[0].price_unit = 25
        standing.sudo()._catch()
        hold = order.order_hold_ids
        self.assertEqual((hold.state, hold.release_reason, hold.by_hand), ("released", "The cause is gone.", False))

    # ------------------------------------------------------------------ lots

    def _lots(self):
        product = self._make_product("Lotted", "LOT", 10.0, tracking="lot")
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": product.id, "company_id": self.company.id} for name in ("L1", "L2")]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 10, lot_id=lot)
        return product, lots

    def test_a_held_lot_is_not_reserved(self):
        product, lots = self._lots()
        standing = self._standing(lot_id=lots[0].id)
        order = self._make_order((product, 15))
        order.action_confirm()
        move = order.order_line.move_ids
        self.assertEqual((move.move_line_ids.lot_id, move.quantity), (lots[1], 10))
        inside = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": 5,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.warehouse.wh_qc_stock_loc_id.id,
            }
        )
        inside._action_confirm()
        inside._action_assign()
        self.assertEqual(inside.move_line_ids.lot_id, lots[0], "what is no order's is not held")
        inside._do_unreserve()
        self._as("manager", standing).action_lift(reason="Tested")
        order.picking_ids.action_assign()
        self.assertEqual(move.quantity, 15)

    def test_a_reserved_lot_is_caught_freed_and_another_taken(self):
        product, lots = self._lots()
        order = self._make_order((product, 5))
        order.action_confirm()
        move = order.order_line.move_ids
        lot = move.move_line_ids.lot_id
        standing = self._standing(lot_id=lot.id)
        self.assertEqual((self._held(order), move.quantity), ({(order, product)}, 0))
        standing.sudo()._catch()
        self.assertFalse(self._held(order), "the lot is no longer in it")
        self.assertEqual(move.move_line_ids.lot_id, lots - lot)
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 5)

    def test_a_held_lot_put_in_by_hand_does_not_leave(self):
        product, lots = self._lots()
        self._standing(lot_id=lots[0].id)
        order = self._make_order((product, 5))
        order.action_confirm()
        move = order.order_line.move_ids
        move.move_line_ids.lot_id = lots[0]
        with self.assertRaises(UserError) as caught:
            self._deliver(order)
        self.assertIn("L1", str(caught.exception))

    # ------------------------------------------------------------------ rights

    def test_who_may(self):
        for user in ("salesman", "integration", "accountant"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._standing(user, product_id=self.product.id)
        with self.assertRaises(AccessError):
            self._standing("stranger", product_id=self.product.id)
        standing = self._standing(product_id=self.product.id)
        for user in ("salesman", "processor", "integration", "stranger"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._as(user, standing).action_lift(reason="Because")
        with self.assertRaises(UserError):
            self._as("manager", standing).action_lift()
        with self.assertRaises(UserError):
            self._as("manager", standing).write({"product_id": self.other_product.id})
        with self.assertRaises(UserError):
            standing.sudo().write({"state": "lifted"})
        later = fields.Date.today() + timedelta(days=9)
        with self.assertRaises(AccessError):
            self._as("processor", standing).until = later
        self._as("manager", standing).until = later
        self._as("processor", standing).note = "Ask purchasing"
        for user in ("processor", "manager"):
            with self.assertRaises(AccessError):
                self._as(user, standing).unlink()
        rows = self._as("manager", standing).action_lift(reason="Tested")
        self.assertEqual(rows[0]["standing_id"], standing.id)
        self.assertEqual((standing.lifted_by_id, standing.lift_reason), (self.users["manager"], "Tested"))
        self.assertTrue(self._as("manager", standing).action_lift(reason="Again"), "nothing is lifted twice")
        self.assertEqual(standing.lift_reason, "Tested")

    def test_what_is_no_standing_hold(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._standing()
        product, lots = self._lots()
        with self.assertRaises(ValidationError):
            self._standing(lot_id=lots[0].id, product_id=self.product.id)
        with self.assertRaises(ValidationError):
            self._standing(product_id=product.id, until=fields.Date.today())
        self.company.action_order_control_off(reason="Test")
        with self.assertRaises(UserError):
            self._standing(product_id=product.id)

    def test_other_company(self):
        order = self._make_order((self.product, 5))
        self.other_company.action_order_control_enforce(reason="Test")
        reason = self.env.ref("order_processing.hold_reason_goods_stopped")
        standing = (
            self.env["order.standing.hold"]
            .with_user(self.users["stranger"])
            .create({"reason_id": reason.id, "product_id": self.product.id, "company_id": self.other_company.id})
        )
        self.assertEqual((standing.order_count, len(order.order_hold_ids)), (0, 0))
        with self.assertRaises(AccessError):
            self._as("processor", standing).read(["name"])

    def test_its_date(self):
        standing = self._standing(product_id=self.product.id, until=fields.Date.today() + timedelta(days=3))
        order = self._make_order((self.product, 5))
        cron = self.env.ref("order_processing.cron_standing_hold")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual((order.verification_state, standing.order_count), ("held", 1), "the cron catches new orders")
        with freeze_time(fields.Datetime.now() + timedelta(days=3)), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual((standing.state, standing.lift_reason), ("lifted", "Its date has come."))
        self.assertEqual((order.verification_state, order.order_hold_ids.state), ("verified", "released"))

    def test_lift_wizard_and_list_of_holds(self):
        standing = self._standing(product_id=self.product.id)
        self.assertEqual(standing.action_open_holds()["domain"], [("standing_id", "in", standing.ids)])
        action = self._as("manager", standing).action_open_lift()
        Wizard = self.env["order.standing.lift"].with_user(self.users["manager"]).with_context(**action["context"])
        Wizard.create({"reason": "Tested"}).action_lift()
        self.assertEqual(standing.state, "lifted")

    def test_component_of_a_kit_by_its_move(self):
        """The product that moves for a line is met although the line sells another one, as for a kit."""
        order = self._make_order((self.product, 5))
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids = [
            Command.create(
                {
                    "product_id": self.other_product.id,
                    "product_uom_qty": 1,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                }
            )
        ]
        added = picking.move_ids.filtered(lambda move: move.product_id == self.other_product)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET sale_line_id = %s WHERE id = %s", (order.order_line[:1].id, added.id)
        )
        self.env.invalidate_all()
        self._standing(product_id=self.other_product.id)
        self.assertEqual(order.order_hold_ids.line_id, order.order_line[:1])


class TestObservingStanding(StandingMixin, ObservingCase):
    def test_it_is_recorded_and_stops_nothing(self):
        order = self._make_order((self.product, 5))
        self._standing(product_id=self.product.id)
        self.assertEqual(len(order.order_hold_ids), 1)
        later = self._make_order((self.product, 5))
        (order | later).action_confirm()
        self._stock(self.product, 20)
        for sold in order | later:
            self._deliver(sold)
            self.assertEqual(sold.order_line.qty_delivered, 5)
        self.assertEqual(len(later.order_hold_ids), 1)
