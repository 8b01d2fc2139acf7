"""The restocking fee: a line of its own on the credit note, with account and tax."""

from odoo.fields import Command

from .money import MoneyCase


class TestFee(MoneyCase):
    def _fee(self, credit):
        return credit.invoice_line_ids.filtered(lambda line: line.order_return_part == "fee")

    def test_on_top_inside_and_mixed(self):
        """20 of 100 without tax, or of 100 with tax inside; a fee's own tax is its product's."""
        income = self.env["account.account"].create(
            {"name": "Fees", "code": "FEE100", "account_type": "income_other", "company_ids": self.company.ids}
        )
        service = self._make_product("Restocking fee", "RF", 0.0, type="service")
        service.property_account_income_id = income
        policy = self._policy(fee_percent=20)
        top, inside = self.taxes[20, False], self.taxes[20, True]
        for goods, own, untaxed, tax in (
            (top, None, 20.0, 4.0),
            (inside, None, 16.67, 3.33),
            (top, top, 20.0, 4.0),
            (inside, inside, 16.67, 3.33),
            # 100 with tax inside are 83.33 without, a fifth of it is 16.67
            (inside, top, 16.67, 3.33),
            (top, inside, 20.0, 4.0),
            (top, self.env["account.tax"], 20.0, 0.0),
        ):
            policy.fee_product_id = service if own is not None else False
            service.taxes_id = own or self.env["account.tax"]
            order = self._sold((self.product, 10, 10.0), taxes=[goods])
            credit = self._back(order, 10)
            fee = self._fee(credit)
            label = f"{goods.name}, {own and own.name}"
            self.assertEqual(fee.price_subtotal, -untaxed, label)
            self.assertEqual(round(fee.price_total - fee.price_subtotal, 2), -tax, label)
            self.assertEqual(fee.tax_ids, goods if own is None else own, label)
            earned = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice").invoice_line_ids
            self.assertEqual(fee.account_id, income if own is not None else earned.account_id, label)
            self.assertEqual(credit.amount_untaxed, round(earned.price_subtotal - untaxed, 2), label)

    def test_the_policy_s_account_comes_before_the_product_s(self):
        account = self.env["account.account"].create(
            {"name": "Fees", "code": "FEE200", "account_type": "income_other", "company_ids": self.company.ids}
        )
        service = self._make_product("Restocking fee", "RF", 0.0, type="service")
        self._policy(fee_percent=10, fee_product_id=service.id, fee_account_id=account.id)
        fee = self._fee(self._back(self._sold((self.product, 2, 10.0)), 1))
        self.assertEqual((fee.account_id, fee.product_id, fee.price_subtotal), (account, service, -1))

    def test_per_unit_and_never_more_than_the_goods(self):
        self._policy(fee_percent=50, fee_amount=2)
        order = self._sold((self.product, 4, 10.0), (self.other_product, 4, 3.0))
        self.assertEqual(self._fee(self._back(order, 2)).price_subtotal, -14)
        self.assertEqual(self._fee(self._back(order, 0, 2)).price_subtotal, -6)

    def test_in_the_invoice_s_currency_at_its_rate(self):
        """Two euros a dollar when it was invoiced, four when it came back: a fee of three dollars is six euros."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        Rate = self.env["res.currency.rate"]
        Rate.search([("currency_id", "=", euro.id)]).unlink()
        Rate.create({"currency_id": euro.id, "company_id": self.company.id, "name": "2020-01-01", "rate": 2.0})
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        self._policy(fee_percent=10, fee_amount=3)
        order = self._sold((self.product, 5, 20.0), pricelist_id=pricelist.id)
        Rate.search([("currency_id", "=", euro.id)]).rate = 4.0
        credit = self._back(order, 2)
        fee = self._fee(credit)
        self.assertEqual((fee.currency_id, fee.price_subtotal, fee.balance), (euro, -16.0, -8.0))
        self.assertEqual((credit.amount_total, credit.amount_total_signed), (24.0, -12.0))

    def test_after_the_discount_of_the_whole_order(self):
        """A tenth off on a line of its own: the fee is of the 90 that were paid, not of the 100."""
        self._policy(fee_percent=20)
        order = self._sold((self.product, 10, 10.0), discount=10)
        credit = self._back(order, 10)
        self.assertEqual(self._fee(credit).price_subtotal, -18)
        self.assertEqual(credit.amount_untaxed, 72)

    def test_fees_leave_the_taxes_of_the_goods_whole(self):
        self._policy(fee_percent=7)
        order = self._sold((self.product, 3, 3.35), taxes=[self.taxes[7.7, False]])
        invoice = order.invoice_ids
        credits = self.env["account.move"].union(*(self._back(order, 1) for _part in range(3)))
        fees = self._fee(credits)
        paid = round(sum(fees.mapped("price_total")), 2)
        self.assertEqual(round(sum(credits.mapped("amount_total")) - paid, 2), invoice.amount_total)

    def test_a_case_in_a_settled_note_is_not_charged_twice(self):
        policy = self._policy(fee_percent=10)
        policy.fee_line_ids = [
            Command.create({"reason_id": self.env.ref("order_processing.return_reason_unwanted").id, "fee_percent": 30})
        ]
        order = self._sold((self.product, 2, 10.0))
        case = self._ask(self._row(order.order_line, 1, reason="unwanted"))
        self._process(case)
        case.action_settle()
        self.assertEqual(self._fee(case.credit_ids).price_subtotal, -3)
        self.assertEqual(case.line_ids.credited_amount, 7)
