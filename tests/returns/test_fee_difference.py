"""Money that moved before the goods were looked at bears the fee of what came, no more and no less."""

from odoo.fields import Command

from .money import MoneyCase


class TestFeeDifference(MoneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_return_inspection = True

    def _case(self, quantity=2, when="approve", damaged=50, taxes=(), **policy):
        """An approved case of so many of five at 10; what is damaged bears a fee of its own."""
        fees = [Command.create({"condition": "damaged", "fee_percent": damaged})]
        self._policy(money_when=when, fee_line_ids=fees, **policy)
        order = self._sold((self.product, 5, 10.0), taxes=taxes)
        case = self._ask(self._row(order.order_line, quantity))
        case.action_approve()
        return order, case

    def _inspect(self, case, *findings, counts=None):
        line = case.line_ids
        case.action_receive(counts=counts)
        case.action_inspect(
            findings=[
                {"line_id": line.id, "quantity": quantity, "condition": condition} for quantity, condition in findings
            ]
        )
        case.action_settle()

    def _charges(self, order):
        """The invoices over fees."""
        fees = self.env["account.move.line"].search(
            [("order_return_line_id.order_id", "=", order.id), ("order_return_part", "=", "fee")]
        )
        return fees.move_id.filtered(lambda move: move.move_type == "out_invoice")

    def _net(self, order):
        """What the customer is invoiced in all."""
        moves = order.invoice_ids | order.order_return_line_ids.return_id.credit_ids | self._charges(order)
        posted = moves.filtered(lambda move: move.state == "posted")
        return round(sum(posted.mapped("amount_total_signed")), 2)

    def test_what_came_damaged_is_charged_its_fee(self):
        order, case = self._case()
        self.assertEqual(case.credit_ids.amount_total, 20)
        self._inspect(case, (2, "damaged"))
        charge = self._charges(order)
        self.assertEqual((case.state, charge.state, charge.amount_total), ("settled", "posted", 10))
        self.assertEqual(case.line_ids.credited_amount, 10)
        self.assertEqual(self._net(order), 40)
        self.assertEqual((case.charge_ids, case.charge_count), (charge, 1))
        self.assertIn(charge.name, " ".join(case.message_ids.mapped("body")))
        case._settle_fees(case.line_ids)
        self.assertEqual(self._charges(order), charge, "looked at twice it is charged once")

    def test_it_is_set_against_what_is_still_to_be_paid_back(self):
        order, case = self._case()
        case.credit_ids.line_ids.remove_move_reconcile()
        self._inspect(case, (2, "damaged"))
        self.assertEqual((case.credit_ids.amount_residual, self._charges(order).amount_residual), (10, 0))

    def test_a_fee_that_was_taken_and_is_not_due_is_given_back(self):
        for taxes in ((), (self.taxes[20, False],), (self.taxes[20, True],)):
            with self.subTest(taxes=[tax.name for tax in taxes]):
                self.env["order.return.policy"].search([]).action_archive()
                order, case = self._case(damaged=0, taxes=taxes, fee_percent=10)
                before = case.credit_ids
                self._inspect(case, (2, "damaged"))
                self.assertFalse(self._charges(order))
                self.assertEqual(len(case.credit_ids - before), 1)
                self._all_but(order, 3)

    def _all_but(self, order, quantity):
        invoice = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")[:1]
        self.assertEqual(self._net(order), round(invoice.amount_total * quantity / 5, 2))

    def test_pieces_bear_their_own(self):
        order, case = self._case(fee_percent=10)
        self.assertEqual(case.credit_ids.amount_total, 18)
        self._inspect(case, (1, "new"), (1, "damaged"))
        self.assertEqual(self._charges(order).amount_total, 4, "1 and 5 are due, 2 were taken")
        self.assertEqual(sum(case.line_ids.mapped("credited_amount")), 14)

    def test_nothing_differs_and_nothing_is_made(self):
        order, case = self._case(fee_percent=10)
        self._inspect(case, (1, "new"), (1, "new"))
        self.assertFalse(self._charges(order))
        self.assertEqual(len(case.credit_ids), 1)

    def test_what_did_not_come_bears_no_fee(self):
        order, case = self._case(fee_percent=10)
        self._inspect(case, (1, "new"), counts={case.line_ids.id: 1})
        self._invoice(order)
        self.assertEqual(self._net(order), 41, "four are kept, and one came back at a fee of 1")

    def test_a_case_that_ends_takes_no_fee(self):
        order, case = self._case(fee_percent=10)
        case.action_cancel(reason="Keeps them")
        self._invoice(order)
        self.assertEqual(self._net(order), 50)

    def test_where_accountants_post_it_is_a_draft(self):
        order, case = self._case()
        self.company.order_return_credit_draft = True
        self._inspect(case, (2, "damaged"))
        self.assertEqual((self._charges(order).state, case.state), ("draft", "settled"))
