"""What came back by the fault of a carrier or a vendor is claimed from them: at its value, once, with the customer's photos."""

from odoo.exceptions import AccessError
from odoo.fields import Command

from .common import ReturnCase


class TestRecover(ReturnCase):
    def test_from_the_carrier_and_the_vendor(self):
        carrier = self.env["delivery.carrier"].create({"name": "Van", "product_id": self.service.id})
        vendor = self._make_customer("Test Vendor")
        order = self._make_order((self.product, 5, 12.0), (self.other_product, 2), carrier_id=carrier.id)
        tax = self.env["account.tax"].create({"name": "In", "amount": 20, "price_include_override": "tax_included"})
        order.order_line[0].write({"tax_ids": [Command.set(tax.ids)], "discount": 10})
        order.action_confirm()
        self._deliver(order)
        self._invoice(order)
        case = self._ask(
            self._row(order.order_line[0], 2, reason="damaged"),
            self._row(order.order_line[1], 1, reason="made_badly"),
            self._row(order.order_line[0], 1, reason="unwanted"),
        )
        photo = self.env["ir.attachment"].create(
            {"name": "box.png", "res_model": "order.return", "res_id": case.id, "mimetype": "image/png", "raw": b"x"}
        )
        with self._refused("nothing that came"):
            case.action_claim()
        self._process(case)
        self.assertTrue(case.recoverable)
        with self._refused("Other Goods.*no vendor"):
            case.action_claim()
        self.other_product.seller_ids = [Command.create({"partner_id": vendor.id, "price": 1})]
        case.action_claim()
        by_party = case.claim_ids.grouped("party")
        self.assertEqual((by_party["carrier"].carrier_id, by_party["carrier"].amount), (carrier, 18))
        self.assertEqual((by_party["vendor"].partner_id, by_party["vendor"].amount), (vendor, 25))
        self.assertEqual(
            by_party["carrier"].picking_id, order.picking_ids.filtered(lambda one: one.sale_id == order)[:1]
        )
        self.assertEqual(set(case.claim_ids.proof_ids), set(photo))
        self.assertFalse(case.recoverable)
        case.action_claim()
        self.assertEqual(case.claim_count, 2, "once")
        by_party["vendor"].with_user(self.users["manager"]).action_withdraw(reason="Not theirs")
        self.assertTrue(case.recoverable)
        with self.assertRaises(AccessError):
            case.with_user(self.users["salesman"]).action_claim()

    def test_the_customers_own_wish_is_claimed_from_nobody(self):
        case = self._ask(self._row(self._shipped((self.product, 5)).order_line, 1))
        self._process(case)
        self.assertFalse(case.recoverable)
        with self._refused(case.name):
            case.action_claim()
