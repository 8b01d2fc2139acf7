"""What came back by the fault of a carrier or a vendor is claimed from them: at its value, once, with the customer's photos."""

from odoo.exceptions import AccessError
from odoo.fields import Command

from .common import ReturnCase
from .money import MoneyCase


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
        self.assertEqual(by_party["carrier"].picking_id, order.picking_ids.filtered(lambda one: not one.return_id))
        self.assertEqual(set(case.claim_ids.proof_ids), set(photo))
        self.assertFalse(case.recoverable)
        case.action_claim()
        self.assertEqual(case.claim_count, 2, "once")
        by_party["vendor"].with_user(self.users["manager"]).action_withdraw(reason="Not theirs")
        self.assertTrue(case.recoverable)
        case.action_view_claims()
        self.assertEqual(case.claim_count, 2, "who looks claims nothing")
        case.action_claim()
        self.assertEqual(case.claim_ids.sorted("id")[-1].party, "vendor")
        self.assertEqual(case.claim_count, 3, "what was withdrawn, and nothing else")
        with self.assertRaises(AccessError):
            case.with_user(self.users["salesman"]).action_claim()

    def test_each_vendor_by_himself_and_what_came_alone(self):
        orders = self._shipped((self.product, 5), (self.other_product, 5))
        own, other = self._make_customer("Vendor of the One"), self._make_customer("Vendor of the Other")
        self.product.seller_ids = [Command.create({"partner_id": own.id, "price": 1})]
        self.other_product.seller_ids = [Command.create({"partner_id": other.id, "price": 1})]
        case = self._ask(*(self._row(line, 2, reason="made_badly") for line in orders.order_line))
        case.action_approve()
        self.assertFalse(case.recoverable, "nothing has come yet")
        case.action_receive(counts={case.line_ids[0].id: 1, case.line_ids[1].id: 2})
        case.action_claim()
        claims = case.claim_ids.grouped("partner_id")
        self.assertEqual((claims[own].line_ids.quantity, claims[other].line_ids.quantity), (1, 2))
        self.assertFalse(case.recoverable)
        claims[other].with_user(self.users["manager"]).action_withdraw(reason="Theirs after all")
        self.assertTrue(case.recoverable, "the claim on the one vendor does not cover the other")

    def test_the_customers_own_wish_is_claimed_from_nobody(self):
        case = self._ask(self._row(self._shipped((self.product, 5)).order_line, 1))
        self._process(case)
        self.assertFalse(case.recoverable)
        with self._refused(case.name):
            case.action_claim()


class TestRecoverDiscounts(MoneyCase):
    def test_a_discount_of_the_whole_order_is_shared_out(self):
        """150 were sold for 120, and 30 with another tax that no discount is of: what broke cost a fifth less."""
        order = self._sold(
            (self.product, 10, 15.0), (self.other_product, 2, 15.0), discount=30, other=self.taxes[20, True]
        )
        case = self._ask(
            self._row(order.order_line[0], 3, reason="damaged"), self._row(order.order_line[1], 1, reason="damaged")
        )
        self._process(case)
        case.action_claim()
        amounts = {line.product_id: line.amount for line in case.claim_ids.line_ids}
        self.assertEqual(amounts, {self.product: 36, self.other_product: 12.5})
        self.assertEqual(case.credit_ids.amount_untaxed, 48.5, "what the customer was given is what is claimed")

    def _sold(self, *lines, other, **vals):
        """As the maker's, the second line with a tax of its own."""
        confirm = type(self.env["sale.order"]).action_confirm

        def with_tax(orders):
            orders.order_line[1].tax_ids = [Command.set(other.ids)]
            orders.carrier_id = self.carrier
            return confirm(orders)

        self.patch(type(self.env["sale.order"]), "action_confirm", with_tax)
        try:
            return super()._sold(*lines, taxes=[self.taxes[20, False]], **vals)
        finally:
            self.patch(type(self.env["sale.order"]), "action_confirm", confirm)
