"""Makers for the tests of what credit notes give and take."""

from odoo.fields import Command

from .common import ReturnCase


class MoneyCase(ReturnCase):
    """Taxes inside and on top, discounts and freight on lines of their own, policies."""

    # prices far off the catalogue's are the point here
    control = "observing"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True
        cls.taxes = {
            (rate, inside): cls.env["account.tax"].create(
                {
                    "name": f"{rate} {inside}",
                    "amount": rate,
                    "price_include_override": "tax_included" if inside else "tax_excluded",
                    "company_id": cls.company.id,
                }
            )
            for rate in (7.7, 20)
            for inside in (False, True)
        }
        cls.discount = cls._make_product("Order discount", "DISC", 0.0, type="service", invoice_policy="order")
        cls.freight = cls._make_product("Freight", "FREIGHT", 0.0, type="service", invoice_policy="order")
        cls.carrier = cls.env["delivery.carrier"].create(
            {"name": "Van", "product_id": cls.freight.id, "delivery_type": "fixed", "fixed_price": 10}
        )

    def _policy(self, name="Policy", **vals):
        return self.env["order.return.policy"].create({"name": name, **vals})

    def _sold(self, *lines, discount=0.0, freight=None, taxes=(), **vals):
        """A delivered and invoiced order of ``(product, quantity, price)``; discount and freight on lines of their own."""
        order = self._make_order(*lines, **vals)
        own = []
        if discount:
            own.append({"product_id": self.discount.id, "price_unit": -discount})
        if freight is not None:
            own.append({"product_id": self.freight.id, "price_unit": freight, "is_delivery": True})
            order.carrier_id = self.carrier
        order.order_line = [Command.create({**line, "product_uom_qty": 1}) for line in own]
        order.order_line.write({"tax_ids": [Command.set([tax.id for tax in taxes])]})
        order.action_confirm()
        self._deliver(order)
        order.order_line.filtered("is_delivery").qty_delivered = 1
        self._invoice(order)
        self.assertEqual(len(order.invoice_ids), 1)
        return order

    def _back(self, order, *quantities, **vals):
        """The credit note of one case that takes ``quantities`` of the first lines of ``order`` back."""
        rows = [self._row(line, quantity, **vals) for line, quantity in zip(order.order_line, quantities) if quantity]
        case = self._ask(*rows)
        self._process(case)
        self._cents(order)
        return case.credit_ids

    def _cents(self, order):
        """Never more than was invoiced: in all, without tax, per line and per tax."""
        invoice = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        credits = order.env["account.move"].search([("reversed_entry_id", "=", invoice.id)])
        for item in invoice.invoice_line_ids:
            given = credits.invoice_line_ids.filtered(lambda line, item=item: line.order_credited_line_id == item)
            amount = round(sum(given.mapped("amount_currency")), 2)
            self.assertLessEqual(abs(amount), abs(item.amount_currency) if item.price_subtotal else 1e9, item.name)
        self.assertLessEqual(round(sum(credits.mapped("amount_total")), 2), invoice.amount_total)
        return invoice, credits

    def _all_back(self, order, lines=None):
        """Everything came back: per line and tax the credit notes are the invoice."""
        invoice, credits = self._cents(order)
        for item in invoice.invoice_line_ids if lines is None else lines:
            given = credits.invoice_line_ids.filtered(lambda line, item=item: line.order_credited_line_id == item)
            self.assertEqual(round(sum(given.mapped("amount_currency")), 2), -item.amount_currency, item.name)
        if lines is None:
            for name in ("amount_untaxed", "amount_tax", "amount_total"):
                self.assertEqual(round(sum(credits.mapped(name)), 2), invoice[name], name)
            for tax in invoice.line_ids.tax_line_id:
                sums = [
                    round(
                        sum(line.amount_currency for line in moves.line_ids if line.tax_line_id == tax),
                        2,
                    )
                    for moves in (invoice, credits)
                ]
                self.assertEqual(sums[0], -sums[1], tax.name)
            self.assertEqual(invoice.amount_residual, 0)
