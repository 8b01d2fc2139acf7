"""What is said before anything is asked for, on the portal and in the wizard, is what the credit note gives."""

from tests.combinations import combined

from .money import MoneyCase


class TestEstimates(MoneyCase):
    def _said(self, order, policy, quantity):
        """What the portal and the wizard say, with tax, and the credit note's total."""
        line = order.order_line[0]
        row = {"line_id": line.id, "quantity": quantity, "reason": "unwanted", "settlement": "refund"}
        portal = order.sudo()._return_verdict([row])["amount"]
        wanted = self.env["order.return.line"].new(
            {
                "order_line_id": line.id,
                "product_id": line.product_id.id,
                "uom_id": line.product_uom_id.id,
                "quantity": quantity,
                "disposition": "restock",
                "settlement": "refund",
                "policy_id": policy.id,
                "reason_id": self.env.ref("order_processing.return_reason_unwanted").id,
                "withdrawal": policy.withdrawal,
                "fee_percent": policy.fee_percent,
                "fee_amount": policy.fee_amount,
            }
        )
        wizard = self.env["order.return.line"]._estimate_credits(wanted)[0]
        case = self._ask(self._row(line, quantity, reason="unwanted"))
        self._process(case)
        return portal, wizard["refund"] - wizard["fee"] + wizard["tax"], case.credit_ids.amount_total

    def test_they_agree(self):
        service = self._make_product("Restocking fee", "RF", 0.0, type="service")
        top, inside = self.taxes[20, False], self.taxes[20, True]
        low = self.taxes[7.7, True]
        fees = (
            {},
            {"fee_percent": 15},
            {"fee_amount": 1.25},
            {"fee_percent": 10, "fee_amount": 0.5, "fee_product_id": service.id},
        )
        service.taxes_id = top
        for taxes, share, whole, fee in combined(((), (top,), (inside,), (low,)), (0, 12.5), (0, 7), fees):
            with self.subTest(taxes=[tax.name for tax in taxes], share=share, whole=whole, fee=fee):
                self.env["order.return.policy"].search([]).action_archive()
                policy = self._policy(**fee)
                order = self._sold(
                    (self.product, 5, 19.99), (self.other_product, 2, 31.0), discount=whole, taxes=taxes, share=share
                )
                portal, wizard, credit = self._said(order, policy, 3)
                self.assertEqual([f"{said:.2f}" for said in (portal, wizard)], [f"{credit:.2f}"] * 2)
                self.assertTrue(credit)

    def test_they_agree_once_a_condition_is_broken_and_when_all_is_withdrawn(self):
        self.customer.is_company = False
        cases = (
            ({"clawback": True, "threshold_amount": 90}, {"discount": 10}, (1, 1, 3)),
            ({"clawback": True, "threshold_amount": 90, "standard_freight": 6}, {"freight": 0.0}, (2, 1, 2)),
            ({"withdrawal": True, "standard_freight": 4}, {"freight": 9.0}, (1, 4)),
            ({"withdrawal": True}, {"freight": 9.0, "discount": 3}, (5,)),
        )
        for terms, sold, parts in cases:
            with self.subTest(terms=terms, sold=sold):
                self.env["order.return.policy"].search([]).action_archive()
                policy = self._policy(**terms)
                order = self._sold((self.product, 5, 20.0), taxes=(self.taxes[20, False],), **sold)
                for quantity in parts:
                    portal, wizard, credit = self._said(order, policy, quantity)
                    self.assertAlmostEqual(portal, credit, 2)
                    self.assertAlmostEqual(wizard, credit, 2)

    def _sold(self, *lines, share=0, **vals):
        """As the maker's, with a discount on each line of goods."""
        if not share:
            return super()._sold(*lines, **vals)
        Order = type(self.env["sale.order"])
        plain = Order.action_confirm

        def confirm(orders):
            orders.order_line.filtered(lambda line: line.product_id.type == "consu").discount = share
            return plain(orders)

        self.patch(Order, "action_confirm", confirm)
        try:
            return super()._sold(*lines, **vals)
        finally:
            self.patch(Order, "action_confirm", plain)
