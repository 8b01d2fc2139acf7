"""Discounts, quantity prices, freight and gifts on lines of their own go back with the goods, to the cent."""

from unittest.mock import patch

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from odoo.fields import Command

from .money import MoneyCase


class TestShares(MoneyCase):
    def test_a_discount_of_the_order_is_shared_out(self):
        order = self._sold((self.product, 6, 10.0), (self.other_product, 1, 40.0), discount=10)
        self.assertEqual(self._back(order, 0, 1).amount_untaxed, 36)
        self.assertEqual(self._back(order, 3).amount_untaxed, 27)
        self.assertEqual(self._back(order, 3).amount_untaxed, 27)
        self._all_back(order)
        for line in order.order_line[:2]:
            self.assertEqual(self._figures(line), (0, 0, 0))
        self.assertEqual(order.order_line[2].qty_to_invoice, 0, "the shared discount is not asked to be invoiced again")

    def test_each_discount_is_shared_over_the_goods_of_its_tax(self):
        order = self._make_order((self.product, 1, 100.0), (self.other_product, 1, 100.0))
        low, high = self.taxes[7.7, False], self.taxes[20, False]
        order.order_line[0].tax_ids, order.order_line[1].tax_ids = low, high
        order.order_line = [
            Command.create({"product_id": self.discount.id, "price_unit": -10, "tax_ids": [Command.set(high.ids)]})
        ]
        order.action_confirm()
        self._deliver(order)
        self._invoice(order)
        self.assertEqual(self._back(order, 1).amount_total, 107.7)
        self.assertEqual(self._back(order, 0, 1).amount_total, 108)
        self._all_back(order)

    def test_the_allocation_of_the_literature(self):
        """Shopify's money gem: 10.55 by a quarter, a half, a quarter; a third each of 1.00. Summed up, nothing is lost."""
        order = self._sold((self.product, 4, 10.0), discount=10.55)
        shares = [40 * part - self._back(order, 4 * part).amount_untaxed for part in (0.25, 0.5, 0.25)]
        self.assertEqual(round(sum(shares), 2), 10.55)
        for share, exact in zip(shares, (2.6375, 5.275, 2.6375), strict=True):
            self.assertLessEqual(abs(share - exact), 0.01)
        self._all_back(order)
        order = self._sold((self.product, 3, 10.0), discount=1)
        self.assertEqual([self._back(order, 1).amount_untaxed for _part in range(3)], [9.67, 9.66, 9.67])

    def test_tax_goes_back_in_proportion(self):
        """Stripe's documentation: lines of 60 and 40, 25 % on top; 25 of 125 back is 20 and 5 of tax."""
        tax = self.env["account.tax"].create({"name": "25", "amount": 25, "company_id": self.company.id})
        order = self._sold((self.product, 5, 12.0), (self.other_product, 5, 8.0), taxes=[tax])
        credit = self._back(order, 1, 1)
        self.assertEqual((credit.amount_total, credit.amount_tax), (25, 5))

    def test_tax_inside_goes_back_in_proportion(self):
        """Amazon's documentation: 240 with 20 % VAT inside, half of it back: 100 and 20 of tax."""
        order = self._sold((self.product, 2, 120.0), taxes=[self.taxes[20, True]])
        credit = self._back(order, 1)
        self.assertEqual((credit.amount_untaxed, credit.amount_tax), (100, 20))

    def test_a_threshold_that_the_rest_does_not_reach(self):
        """100 less 10 from 80 on: after 40 came back 60 stay, and 60 would have cost 60: 90 - 60 = 30 go back."""
        self._policy(clawback=True, threshold_amount=80)
        order = self._sold((self.product, 10, 10.0), discount=10)
        self.assertEqual(self._back(order, 1).amount_untaxed, 9, "90 stay: still reached")
        self.assertEqual(self._back(order, 3).amount_untaxed, 21)
        self.assertEqual(self._back(order, 5).amount_untaxed, 50)
        self.assertEqual(self._back(order, 1).amount_untaxed, 10)
        self._all_back(order)

    def test_without_clawback_the_rest_keeps_its_discount(self):
        self._policy(threshold_amount=80)
        order = self._sold((self.product, 10, 10.0), discount=10)
        self.assertEqual(self._back(order, 4).amount_untaxed, 36)

    def test_a_quantity_price_that_the_rest_does_not_reach(self):
        """Ten at 8, fewer at 10: of ten four come back, six would have cost 60, so 20 go back; the last six bring 60."""
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "By quantity",
                "item_ids": [
                    Command.create({"compute_price": "fixed", "fixed_price": price, "min_quantity": quantity})
                    for quantity, price in ((0, 10), (10, 8))
                ],
            }
        )
        order = self._sold((self.product, 10), pricelist_id=pricelist.id, taxes=[self.taxes[20, True]])
        self.assertEqual(order.order_line.price_unit, 8)
        self.assertEqual(self._back(order, 1).amount_total, 8, "no policy, no clawback")
        self._policy(clawback=True)
        order = self._sold((self.product, 10), pricelist_id=pricelist.id, taxes=[self.taxes[20, True]])
        self.assertEqual(self._back(order, 4).amount_total, 20)
        self.assertEqual(self._back(order, 2).amount_total, 20)
        self.assertEqual(self._back(order, 4).amount_total, 40)
        self._all_back(order)
        order = self._sold((self.product, 10, 7.0), pricelist_id=pricelist.id)
        self.assertEqual(self._back(order, 4).amount_total, 28, "a price agreed by hand is no quantity price")

    def test_never_below_nothing(self):
        """Where more would be taken back than goes back, the note stops at nothing and the next takes the rest."""
        self._policy(clawback=True, threshold_amount=95)
        order = self._sold((self.product, 10, 10.0), discount=30)
        self.assertEqual(self._back(order, 1).amount_untaxed, 0)
        self.assertEqual(self._back(order, 1).amount_untaxed, 0)
        self.assertEqual(self._back(order, 8).amount_untaxed, 70)
        self._all_back(order)

    def test_a_gift_that_is_kept(self):
        self._policy(clawback=True, threshold_amount=80)
        order = self._make_order((self.product, 10, 10.0), (self.other_product, 1, 5.0))
        order.order_line[1].discount = 100
        order.action_confirm()
        self._deliver(order)
        self._invoice(order)
        self.assertEqual(self._back(order, 2).amount_untaxed, 20)
        self.assertEqual(self._back(order, 4).amount_untaxed, 35)
        self.assertEqual(self._back(order, 0, 1).amount_untaxed, 5)
        self.assertEqual(self._back(order, 4).amount_untaxed, 40)
        self._all_back(order)

    def test_freight_that_was_free(self):
        """Free from 80 on at this carrier, else 12: the rest of 60 pays it; when that comes back too, it is given back."""
        self._policy(clawback=True, standard_freight=12)
        self.carrier.write({"free_over": True, "amount": 80})
        order = self._sold((self.product, 10, 10.0), freight=0.0)
        self.assertEqual(self._back(order, 4).amount_untaxed, 28)
        self.assertEqual(self._back(order, 6).amount_untaxed, 72)
        self._all_back(order)

    def test_freight_of_what_is_withdrawn_from(self):
        """Directive 2011/83/EU art. 13: of 15 for the express 10 at the standard rate, and only when all came back."""
        self._policy(withdrawal=True, standard_freight=10, fee_percent=20)
        self.customer.is_company = False
        order = self._sold((self.product, 4, 25.0), freight=15.0, taxes=[self.taxes[20, False]])
        self.assertEqual(self._back(order, 1).amount_total, 30)
        self.assertEqual(self._back(order, 3).amount_total, 102)
        self.customer.is_company = True
        order = self._sold((self.product, 4, 25.0), freight=15.0)
        self.assertEqual(self._back(order, 4).amount_untaxed, 80, "a company pays the fee and keeps the freight")

    def test_whole_freight_where_there_is_no_standard(self):
        self._policy(withdrawal=True)
        self.customer.is_company = False
        order = self._sold((self.product, 3, 3.33), discount=1, freight=4.99, taxes=[self.taxes[7.7, True]])
        for _part in range(3):
            self._back(order, 1)
        self._all_back(order)

    def test_many_halves_of_a_cent(self):
        """Twenty at half a cent: each would round to one, and the sum to twice what was paid."""
        order = self._sold((self.product, 20, 0.01), (self.other_product, 1, 5.0))
        self.assertEqual(order.order_line[0].price_unit, 0.01)
        order = self._make_order((self.product, 20, 0.01), (self.other_product, 1, 5.0))
        order.order_line[0].write({"discount": 50})
        order.order_line.write({"tax_ids": [Command.set(self.taxes[20, False].ids)]})
        order.action_confirm()
        self._deliver(order)
        self._invoice(order)
        for _part in range(20):
            self._back(order, 1)
        self._back(order, 0, 1)
        self._all_back(order)


class TestOrdersOfCore(MoneyCase):
    """What core itself puts on lines of their own."""

    def _wizard(self, order, **vals):
        self.env["sale.order.discount"].create({"sale_order_id": order.id, **vals}).action_apply_discount()

    def _story(self, order):
        order.action_confirm()
        self._deliver(order)
        self._invoice(order)
        for quantities in ((1, 0), (1, 2), (1, 1)):
            self._back(order, *quantities)
        self._all_back(order)

    def test_the_discount_of_core_s_wizard(self):
        """In percent it makes a line per tax, as an amount one line."""
        for vals in (
            {"discount_type": "so_discount", "discount_percentage": 0.1},
            {"discount_type": "amount", "discount_amount": 7.77},
        ):
            order = self._make_order((self.product, 3, 9.99), (self.other_product, 3, 24.95))
            order.order_line[0].tax_ids = self.taxes[7.7, True]
            order.order_line[1].tax_ids = self.taxes[20, True]
            self._wizard(order, **vals)
            self.assertGreater(len(order.order_line), 2)
            self._story(order)

    def test_a_down_payment_is_no_discount(self):
        order = self._make_order((self.product, 10, 10.0))
        order.action_confirm()
        payment = self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": [Command.set(order.ids)], "advance_payment_method": "percentage", "amount": 20}
        )
        payment._create_invoices(order).action_post()
        self._deliver(order)
        final = self._invoice(order)
        self.assertEqual(final.amount_untaxed, 80)
        case = self._ask(self._row(order.order_line[0], 4))
        self._process(case)
        self.assertEqual(case.credit_ids.amount_untaxed, 40)

    def test_two_invoices_of_one_order(self):
        """Each gives back of its own; what stays of the order, not of one invoice, decides what is clawed back."""
        self._policy(clawback=True, threshold_amount=80)
        order = self._make_order((self.product, 10, 10.0))
        order.order_line = [Command.create({"product_id": self.discount.id, "price_unit": -10})]
        order.action_confirm()
        self._deliver(order, {self.product: 5})
        first = self._invoice(order)
        self._deliver(order)
        second = self._invoice(order)
        self.assertEqual(first.amount_untaxed + second.amount_untaxed, 90)
        given = []
        for quantity in (1, 9):
            case = self._ask(self._row(order.order_line[0], quantity))
            self._process(case)
            given.append(sum(case.credit_ids.mapped("amount_untaxed")))
        self.assertEqual(sum(given), 90)
        self.assertIn(given[0], (8, 10), "of the invoice that bears the discount a fifth of it, of the other none")
        self.assertFalse(sum((first | second).mapped("amount_residual")))


class TestQueries(MoneyCase):
    def test_the_queries_do_not_grow_with_the_credit_notes(self):
        """What completing adds is the same for two and for eight credit notes without cents, shares or freight."""
        self._policy(fee_percent=10)
        counts = []
        complete = type(self.env["account.move"])._complete_returns

        def counted(moves):
            moves.env.flush_all()
            start = moves.env.cr.sql_log_count
            complete(moves)
            counts.append((len(moves), moves.env.cr.sql_log_count - start))

        for number in (2, 8):
            cases = self._ask_each(self._shipped((self.product, 2, 10.0), count=number).order_line, 1)
            with patch.object(type(self.env["account.move"]), "_complete_returns", counted):
                self._process(cases)
        self.assertEqual([count[0] for count in counts], [2, 8])
        self.assertEqual(counts[0][1], counts[1][1])


class TestAnySplit(MoneyCase):
    """Any split of any quantities: never more than the invoice on the way, the invoice to the cent at the end."""

    # a story takes seconds: shrinking one that fails would take minutes and says little more
    @settings(phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @given(
        cents=st.tuples(st.integers(1, 9999), st.integers(50, 9999)),
        percent=st.sampled_from([0, 10, 33.33, 7.5]),
        share=st.integers(0, 60),
        rates=st.tuples(st.sampled_from([7.7, 20]), st.sampled_from([7.7, 20])),
        inside=st.booleans(),
        claw=st.booleans(),
        whole=st.booleans(),
        parts=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(any), min_size=2, max_size=5),
    )
    def test_any_split(self, cents, percent, share, rates, inside, claw, whole, parts):
        with self.env.cr.savepoint() as savepoint:
            self.company.tax_calculation_rounding_method = "round_globally" if whole else "round_per_line"
            self._story(cents, percent, share, rates, inside, claw, parts)
            savepoint.rollback()

    def test_a_discount_that_ended_on_a_note_of_nothing(self):
        """The note of nothing cannot bear the discount's last cent: the next one does."""
        self._story((438, 1971), 10, 48, (7.7, 20), True, True, [(3, 1), (3, 1), (0, 2), (3, 2), (3, 2)])

    def test_a_discount_of_another_tax_rounded_globally(self):
        """What bears the discount's tax is the note's total, with tax, not its sum without."""
        self.company.tax_calculation_rounding_method = "round_globally"
        self._story((964, 7534), 0, 58, (20, 7.7), False, True, [(2, 3), (3, 3), (3, 0)])

    def _story(self, cents, percent, share, rates, inside, claw, parts):
        products = (self.product, self.other_product)
        totals = [sum(part[index] for part in parts) for index in (0, 1)]
        sold = [index for index in (0, 1) if totals[index]]
        order = self._make_order(*[(products[index], totals[index], cents[index] / 100) for index in sold])
        worth = sum(totals[index] * cents[index] for index in sold) / 100
        self._policy(clawback=claw, threshold_amount=worth * 0.6)
        for line, index in zip(order.order_line, sold, strict=True):
            line.write({"discount": percent, "tax_ids": [Command.set(self.taxes[rates[index], inside].ids)]})
        values = [
            {
                "product_id": self.discount.id,
                "price_unit": -round(line.product_uom_qty * line.price_unit * (1 - percent / 100) * share / 100, 2),
                "tax_ids": [Command.set(line.tax_ids.ids)],
            }
            for line in order.order_line
            if share
        ]
        order.order_line = [Command.create(vals) for vals in values if vals["price_unit"]]
        order.action_confirm()
        self._deliver(order)
        self._invoice(order)
        for part in parts:
            self._back(order, *[part[index] for index in sold])
        self._all_back(order)
