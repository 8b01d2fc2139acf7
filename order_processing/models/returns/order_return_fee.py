from odoo import models
from odoo.fields import Command

from ..common.number_words import share_words
from .credit_shares import discounted


class OrderReturnLine(models.Model):
    """The restocking fee of a line on its credit note."""

    _inherit = "order.return.line"

    def _prepare_fee_vals(self, item, quantity, shares=None):
        """Values of the fee's line on the credit note, called by ``_prepare_credit_vals``, or ``None``.

        A percentage of what the goods were sold for, discounts taken off, those on lines of their own too, and an amount per
        unit at the invoice's rate; never more than the goods give back. With a fee product or account of the policy it has
        its own account and tax, and its amount without tax is the one said; else it takes the goods' and lowers them.

        :param item: the ``account.move.line`` that is given back
        :param float quantity: how much of it, in its own unit
        :param dict shares: invoice to what discounts leave of its lines, kept from line to line
        """
        fee, account, taxes = self._fee_price(item, quantity, shares)
        if not fee:
            return None
        product = self.policy_id.sudo().fee_product_id
        return {
            "name": self._fee_name(),
            "display_type": "product",
            "product_id": product.id,
            "quantity": 1,
            "price_unit": -fee,
            "discount": 0,
            "account_id": account.id,
            "tax_ids": [Command.set(taxes.ids)],
            "analytic_distribution": item.analytic_distribution,
            "order_return_line_id": self.id,
            "order_return_part": "fee",
            "product_uom_id": product.uom_id.id,
        }

    def _fee_price(self, item, quantity, shares=None):
        """As ``_fee_of``, the amount as the price of a document line that has these taxes."""
        fee, account, taxes = self._fee_of(item, quantity, shares)
        if fee and taxes != item.tax_ids:
            fee = self._with_inner_tax(fee, taxes, item)
        return fee, account, taxes

    def _fee_of(self, item, quantity, shares=None):
        """The fee on ``quantity`` of an invoice line: ``(amount, account, taxes)`` in the invoice's currency; with the goods'
        own taxes it is a price as theirs is, else without tax. Empty where there is none."""
        self.ensure_one()
        if not self.fee_percent and not self.fee_amount:
            return 0.0, None, None
        policy = self.policy_id.sudo()
        account, taxes = item.account_id, item.tax_ids
        product = policy.fee_product_id.with_company(item.company_id)
        if product:
            position = item.move_id.fiscal_position_id
            account = product.product_tmpl_id.get_product_accounts(position)["income"] or account
            taxes = position.map_tax(product.taxes_id._filter_taxes_by_company(item.company_id))
        account = policy.fee_account_id or account
        fee = self._fee_on(self._worth_of(item, quantity, taxes, shares), item, quantity)
        return fee, account, taxes

    def _worth_of(self, item, quantity, taxes, shares=None):
        """What ``quantity`` of an invoice line was sold for, discounts taken off: as priced where ``taxes`` are the line's own,
        else without tax; for ``shares`` see ``_prepare_fee_vals``."""
        if taxes == item.tax_ids:
            worth = item.price_unit * (1 - item.discount / 100) * quantity
        else:
            worth = item.price_subtotal * quantity / item.quantity if item.quantity else 0.0
        shares = {} if shares is None else shares
        if item.move_id not in shares:
            shares[item.move_id] = discounted(item.move_id)
        return worth * shares[item.move_id].get(item, 1.0)

    def _fee_on(self, worth, item, quantity):
        """The fee on ``quantity`` of an invoice line that was sold for ``worth``, rounded, in its currency."""
        fee = worth * self.fee_percent / 100 + self._per_unit(self.fee_amount, item, quantity)
        fee = item.currency_id.round(min(fee, max(worth, 0.0)))
        return 0.0 if item.currency_id.is_zero(fee) else fee

    def _per_unit(self, amount, item, quantity):
        """An amount per unit of this line, in the company's currency, for ``quantity`` of an invoice line, in its currency."""
        units = item.product_uom_id._compute_quantity(quantity, self.uom_id, round=False)
        return amount * units * (item.move_id.invoice_currency_rate or 1.0)

    @staticmethod
    def _with_inner_tax(amount, taxes, item):
        """The price that leaves ``amount`` without tax, where taxes of its own stand inside its price."""
        found = taxes.compute_all(amount, item.currency_id, 1.0, handle_price_include=False)
        inner = sum(tax["amount"] for tax in found["taxes"] if tax["price_include"])
        return amount + inner

    def _fee_name(self):
        """The words of the fee on the credit note, in the customer's language."""
        self.ensure_one()
        line = self.with_context(lang=self.return_id.partner_id.lang or self.env.lang)
        parts = [share_words(line.env, self.fee_percent)] if self.fee_percent else []
        if self.fee_amount:
            parts.append(line.env._("%s per unit", self.company_currency_id.with_env(line.env).format(self.fee_amount)))
        return line.env._(
            "Restocking fee %(fee)s on %(product)s", fee=" + ".join(parts), product=line.product_id.display_name
        )
