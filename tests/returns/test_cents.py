"""Partial refunds add up to the invoice to the cent, whatever the split, the discount and the tax."""

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from odoo.fields import Command

from .common import ReturnCase


class TestCents(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.taxes = {
            (rate, inside): cls.env["account.tax"].create(
                {
                    "name": f"{rate} {inside}",
                    "amount": rate,
                    "price_include_override": "tax_included" if inside else "tax_excluded",
                    "company_id": cls.company.id,
                }
            )
            for rate in (0, 7.7, 20)
            for inside in (False, True)
        }

    # a story takes seconds: shrinking one that fails would take minutes and says little more
    @settings(phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @given(
        cents=st.lists(st.integers(50, 9999), min_size=2, max_size=2),
        discount=st.sampled_from([0, 10, 33.33, 7.5]),
        rate=st.sampled_from([0, 7.7, 20]),
        inside=st.booleans(),
        parts=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3)), min_size=1, max_size=4),
    )
    def test_partial_refunds_add_up(self, cents, discount, rate, inside, parts):
        with self.env.cr.savepoint() as savepoint:
            self._story(cents, discount, rate, inside, parts)
            savepoint.rollback()

    def test_thirds(self):
        """A third of discount, three times one of three: each rounds by itself, the last takes the rest."""
        self._story([335, 100], 33.33, 20, True, [(1, 1), (1, 1), (1, 1)])
        self._story([335, 100], 33.33, 7.7, False, [(1, 1), (1, 1), (1, 1)])

    def _story(self, cents, discount, rate, inside, parts):
        totals = [sum(part[index] for part in parts) for index in (0, 1)]
        products = (self.product, self.other_product)
        lines = [
            (product, total, cent / 100) for product, total, cent in zip(products, totals, cents, strict=True) if total
        ]
        for product, _total, price in lines:
            product.list_price = price
        order = self._make_order(*lines)
        order.order_line.write({"discount": discount, "tax_ids": [Command.set(self.taxes[rate, inside].ids)]})
        order.action_confirm()
        self._deliver(order)
        invoice = self._invoice(order)
        cases = self.Return
        for part in parts:
            rows = [
                self._row(line, part[products.index(line.product_id)])
                for line in order.order_line
                if part[products.index(line.product_id)]
            ]
            case = self._ask(*rows)
            self._process(case)
            cases |= case
        credits = cases.credit_ids
        self.assertEqual(round(sum(credits.mapped("amount_untaxed")), 2), invoice.amount_untaxed)
        self.assertEqual(round(sum(credits.mapped("amount_tax")), 2), invoice.amount_tax)
        self.assertEqual(round(sum(credits.mapped("amount_total")), 2), invoice.amount_total)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(set(credits.mapped("amount_residual")), {0})
        for item in invoice.invoice_line_ids:
            given_back = credits.invoice_line_ids.filtered(lambda line, item=item: line.order_credited_line_id == item)
            self.assertEqual(round(sum(given_back.mapped("amount_currency")), 2), -item.amount_currency)
        for line in order.order_line:
            self.assertEqual(self._figures(line), (0, 0, 0))
            self.assertEqual(line.order_returnable_qty, 0)
