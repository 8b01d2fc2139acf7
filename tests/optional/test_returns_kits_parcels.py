"""Parts of a kit that come in several parcels are matched as the kits that they make together."""

import pytest

from .common import KitCase

pytestmark = pytest.mark.optional


class TestKitsParcels(KitCase):
    def _parcel(self, key, *parts, **vals):
        """A parcel of ``(product, quantity[, reason])``: the answer and its case."""
        goods = [
            {"product": product.default_code, "quantity": quantity, **({"reason": reason[0]} if reason else {})}
            for product, quantity, *reason in parts
        ]
        answer = self.Return.receive_unannounced(goods, key=key, **vals)
        return answer, self.Return.browse(answer["return_id"])

    def test_joined_by_the_parcel_that_completes_them(self):
        self.customer.ref = "C-1"
        order, line = self._kits()
        before = self._lies(self.warehouse.lot_stock_id)
        answer, first = self._parcel("one", (self.product, 4, "unwanted"), reference=order.name)
        self.assertEqual((answer["ok"], answer["reason"]), (False, "part_of_kit"))
        receipts = {"one": answer["transfer"]}
        answer, odd = self._parcel("odd", (self.product, 3), reference=order.name)
        self.assertFalse(answer["ok"], "with it there is no whole kit")
        answer, case = self._parcel("two", (self.other_product, 2), customer="C-1")
        self.assertEqual((answer["ok"], answer["code"], case.line_ids.quantity), (True, "requested", 2))
        receipts["two"] = answer["transfer"]
        self.assertEqual((case.order_id, case.line_ids.product_id), (order, self.kit))
        self.assertEqual(case.line_ids.reason_id.code, "unwanted")
        self.assertEqual((first.state, first.joined_id, odd.state), ("cancelled", case, "requested"))
        self.assertFalse(first.transfer_ids)
        self.assertEqual(len(case.transfer_ids), 2)
        self.assertIn(first.name, " ".join(case.message_ids.mapped("body")))
        # the same parcel is taken in once, and each is told its own receipt
        for key, part, own in (("two", (self.other_product, 2), case), ("one", (self.product, 4, "unwanted"), first)):
            vals = {"customer": "C-1"} if own == case else {"reference": order.name}
            again, same = self._parcel(key, part, **vals)
            self.assertEqual((same, again["transfer"]), (own, receipts[key]))
        self.assertEqual(receipts["two"], case.transfer_ids.filtered(lambda one: one.origin == case.name).name)
        self._process(case)
        self.assertEqual(self._lies(self.company.order_inspection_location_id), (3, 0), "the odd ones wait")
        self.assertEqual(self._lies(self.warehouse.lot_stock_id), (before[0] + 4, before[1] + 2))
        self.assertEqual((self._figures(line), case.credit_ids.amount_untaxed), ((1, 1, 0), 80))
        self._agrees(order)

    def test_of_a_vendor(self):
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        parts = self.product | self.other_product
        parts.route_ids = self.env.ref("stock_dropshipping.route_drop_shipping")
        parts.seller_ids = [(0, 0, {"partner_id": vendor.id, "price": 1})]
        order = self._make_order((self.kit, 2))
        order.action_confirm()
        purchase = self.env["purchase.order"].search([("partner_id", "=", vendor.id)])
        purchase.button_confirm()
        self._deliver(purchase)
        self._invoice(order)
        line = order.order_line
        _answer, first = self._parcel("one", (self.product, 2), reference=order.name)
        self.assertEqual(first.unmatched_code, "part_of_kit")
        answer, case = self._parcel("two", (self.other_product, 1), reference=order.name)
        self.assertEqual((answer["ok"], case.line_ids.quantity, first.joined_id), (True, 1, case))
        case.line_ids.write({"disposition": "restock"})
        self._process(case)
        self.assertEqual((case.credit_ids.amount_untaxed, self._figures(line)), (40, (1, 1, 0)))
        self.assertEqual(self._lies(self.company.order_inspection_location_id), (0, 0))

    def test_three_parcels_matched_when_their_order_is_known(self):
        self.bom.bom_line_ids = [(0, 0, {"product_id": self._make_product("Lid", "LID", 1.0).id, "product_qty": 1})]
        lid = self.bom.bom_line_ids.product_id[-1]
        self._stock(lid, 10)
        order, _line = self._kits()
        other, _line = self._kits(partner_id=self._make_customer("Another", ref="C-9").id)
        _answer, first = self._parcel("one", (self.product, 2), reference=order.name)
        _answer, strange = self._parcel("two", (self.other_product, 1), reference=other.name)
        _answer, second = self._parcel("three", (self.other_product, 1), reference=order.name)
        answer, last = self._parcel("four", (lid, 1))
        self.assertEqual((first.state, second.state, last.unmatched_code), ("requested", "requested", "no_customer"))
        answer = last.match_with(order.id)
        self.assertTrue(answer["ok"], answer)
        self.assertEqual((first | second).joined_id, last)
        self.assertEqual((last.line_ids.quantity, strange.state), (1, "requested"))

    def test_reasons_that_differ_are_not_made_one(self):
        order, _line = self._kits()
        self._parcel("one", (self.product, 2, "unwanted"), reference=order.name)
        answer, _case = self._parcel("two", (self.other_product, 1, "defective"), reference=order.name)
        self.assertEqual((answer["ok"], answer["reason"]), (False, "part_of_kit"))

    def test_parcels_that_go_on_waiting_are_looked_at_as_a_set(self):
        order, _line = self._kits(6)
        waiting = self.Return
        for number in range(6):
            waiting |= self._parcel(f"parcel {number}", (self.product, 1), reference=order.name)[1]

        def count(cases):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual({answer["reason"] for answer in cases.action_match()}, {"part_of_kit"})
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(waiting)
        self.assertLessEqual(count(waiting), count(waiting[:2]) + 2)
