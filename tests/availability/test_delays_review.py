"""What a customer is not told, and what an answer must not touch."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command

from .test_delays import DelayCase


class TestNotTold(DelayCase):
    def test_what_is_in_stock_and_has_not_left_is_the_desks_own_delay(self):
        self._stock(self.product, 5)
        order = self._slip(weeks=2)
        self._morning()
        self.assertFalse(self._notices(order))

    def test_nobody_is_told_of_a_day_before_the_one_wished_for(self):
        order = self._slip(commitment_date=self.today + timedelta(weeks=9))
        self._morning()
        self.assertFalse(self._notices(order))
        order.commitment_date = self.today
        self._morning()
        self.assertEqual(len(self._notices(order)), 1)

    def test_a_receipt_that_is_overdue_promises_nothing(self):
        transfer = self._receipt(self.product, 5, 1)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        order.action_promise()
        line = order.order_line
        self.assertEqual(line.order_promise_basis, "receipt")
        outlook = self.env["sale.order"]._promise_outlook([(self.product, 0.5)], self.warehouse)[0][2]
        self._plan(transfer, -1)
        order.action_promise()
        self.assertEqual((line.order_promise_basis, line.order_promise_source.split(",")[0]), ("lead", transfer.name))
        self.assertGreater(line.order_promise_date, self.today)
        told = line.order_promise_date
        order.action_promise(date=self.today + timedelta(days=2))
        self.assertEqual(line.order_promise_date, told, "it does not recede with each morning")
        self.assertTrue(outlook)
        quotation = self._make_order((self.product, 3))
        said = self.env["sale.order"]._promise_outlook([(self.product, 3)], self.warehouse)[0][2]
        quotation.action_promise()
        self.assertEqual(quotation.order_promise_date, said, "the fast entry says the same")

    def test_goods_that_are_in_the_house_are_promised_for_today(self):
        inside = self.env["stock.location"].create(
            {"name": "Gate", "usage": "internal", "location_id": self.warehouse.view_location_id.id}
        )
        self._stock(self.product, 5, location=inside)
        move = self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": 5,
                "location_id": inside.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
            }
        )
        move._action_confirm()
        move._action_assign()
        move.date = self.today - timedelta(days=3)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        order.action_promise()
        self.assertEqual(order.order_line.order_promise_basis, "receipt")
        self.assertLess(order.order_promise_date, self.today + timedelta(days=3))

    def test_a_quotations_promise_does_not_stand_once_it_is_ordered(self):
        quotation = self._make_order((self.product, 5))
        quotation.action_promise(date=self.today - timedelta(days=6))
        early = quotation.order_promise_date
        quotation.action_confirm()
        quotation.action_promise()
        self.assertGreater(quotation.order_promise_date, early)
        self.assertEqual(quotation.order_line.order_promise_basis, "lead")
        before = quotation.order_promise_date
        quotation.order_line.product_uom_qty = 500
        quotation.action_promise(date=self.today + timedelta(days=4))
        self.assertGreater(quotation.order_promise_date, before, "more is wanted than was promised")

    def test_a_call_about_another_order_is_not_lost(self):
        self.company.order_delay_mail = False
        self.customer.email = "buyer(at)example"
        one, other = self._slip(), self._slip((self.other_product, 1))
        self._as("processor", one | other).action_tell_delays()
        notice = self._notices(one)
        self.assertEqual((notice.outcome, notice.line_ids.order_id), ("to_call", one | other))
        self._as("processor", one).action_tell_delays()
        calls = self._notices(one | other).filtered(lambda call: call.outcome == "to_call")
        self.assertEqual((len(calls), calls.line_ids.order_id), (1, one | other))

    def test_whose_receipt_is_waited_for_is_not_told_in_the_portal(self):
        transfer = self._receipt(self.product, 5, 2)
        buyer = self.users["portal"].partner_id
        buyer.write({"street": "1 Road", "city": "London", "zip": "N1 1AA", "country_id": self.uk.id})
        order = self._make_order((self.product, 5), partner_id=buyer.id)
        order.action_confirm()
        order.action_promise()
        self.assertIn(transfer.name, str(self._as("processor", order).order_timeline()))
        self.assertNotIn(transfer.name, str(self._as("portal", order).order_timeline()))
        with self.assertRaises(AccessError):
            self._as("portal", order.order_line).read(["order_promise_source"])


class TestAnswersTouch(DelayCase):
    def _told(self, *lines, **vals):
        order = self._slip(*lines, **vals)
        self._as("processor", order).action_tell_delays()
        return order, self._notices(order).sudo()

    def test_cancelling_what_is_late_leaves_what_is_there(self):
        self._stock(self.product, 6)
        order, notice = self._told((self.product, 10), picking_policy="one")
        self.assertEqual(notice.line_ids.quantity, 4)
        self.assertEqual([code for code, _words in notice._choices(order)], ["wait", "part", "cancel"])
        notice._answer(order, "cancel")
        self.assertEqual((order.state, order.order_line.product_uom_qty), ("sale", 6))
        self.assertEqual(self._events(order, "closed_short").quantity, -4)
        self._as("processor", order).action_dispatch()
        self.assertEqual(order.order_line.qty_delivered, 6)

    def test_what_was_ordered_since_is_not_touched(self):
        order, notice = self._told((self.product, 4), (self.other_product, 1), late=self.product)
        line = order.order_line[0]
        line.product_uom_qty = 40
        notice._answer(order, "cancel")
        self.assertEqual(line.product_uom_qty, 36)

    def test_what_came_meanwhile_is_not_to_be_chosen_about(self):
        order, notice = self._told((self.product, 4))
        self.assertTrue(notice._choices(order))
        self._stock(self.product, 4)
        order.order_line.order_first_promise_date = self.today
        order.action_promise()
        notice.line_ids.told_before = order.order_promise_date
        self.assertFalse(notice._choices(order))

    def test_freight_alone_keeps_no_order_and_a_service_asks_the_desk(self):
        carrier = self.env["delivery.carrier"].create(
            {"name": "Van", "product_id": self.service.id, "fixed_price": 5, "delivery_type": "fixed"}
        )
        order, notice = self._told((self.product, 4))
        order.write(
            {
                "order_line": [
                    Command.create(
                        {
                            "product_id": carrier.product_id.id,
                            "is_delivery": True,
                            "price_unit": 5,
                            "product_uom_qty": 1,
                        }
                    )
                ]
            }
        )
        self.assertIn("Cancel the order", dict(notice._choices(order))["cancel"])
        self.assertEqual(notice._answer(order, "cancel"), "")
        self.assertEqual(order.state, "cancel")
        other, notice = self._told((self.product, 4), (self.service, 1))
        self.assertIn(self.service.name, notice._answer(other, "cancel"))
        self.assertEqual((other.state, other.order_line.mapped("product_uom_qty")), ("sale", [4, 1]))
