"""What choices about short lines are worth: the prices of substitutes, and what an order loses."""

from odoo import models
from odoo.tools.misc import format_amount


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _shortage_priced(self, plans, decisions):
        """``plans`` with what the order is worth more by each, and the price of substitutes in their words."""
        substitutes = {line: plan for line, plan in plans.items() if plan.product and not plan.problem}
        own = self._shortage_own_prices(
            {line: plan for line, plan in substitutes.items() if not decisions[line].agreed}
        )
        for line, plan in substitutes.items():
            price = own.get(line, line.price_unit)
            discount = line.discount if line not in own else 0.0
            worth = line._shortage_worth(plan.product, plan.quantity, price * (1 - discount / 100))
            value = line.currency_id.round(worth - line._shortage_share(plan.quantity))
            told = format_amount(self.env, price, line.currency_id)
            words = self.env._("%(words)s Price: %(price)s.", words=plan.words, price=told)
            plans[line] = plan._replace(value=value, words=words)
        for line, plan in plans.items():
            if plan.choice == "cancel" and not plan.problem:
                plans[line] = plan._replace(value=-line._shortage_share(plan.quantity))
        return plans

    def _shortage_share(self, quantity):
        """What ``quantity`` of this line is worth: its share of the line's subtotal."""
        return self.currency_id.round(self.price_subtotal * quantity / self.product_uom_qty)

    def _shortage_own_prices(self, plans):
        """The price that core's pricelist gives each substitute: line to price per unit, before tax is taken out of it."""
        groups, prices = {}, {}
        for line, plan in plans.items():
            order = line.order_id
            day = order.date_order.date()
            key = (order.company_id, order.pricelist_id, order.currency_id, line.product_uom_id, plan.quantity, day)
            groups.setdefault(key, []).append((line, plan.product))
        for (company, pricelist, currency, unit, quantity, _day), members in groups.items():
            products = self.env["product.product"].union(*(product for _line, product in members))
            found = pricelist.with_company(company)._get_products_price(
                products.with_company(company),
                quantity,
                currency=currency,
                uom=unit,
                date=members[0][0].order_id.date_order,
            )
            for line, product in members:
                prices[line] = product._get_tax_included_unit_price_from_price(
                    found[product.id],
                    product_taxes=product.taxes_id._filter_taxes_by_company(company),
                    fiscal_position=line.order_id.fiscal_position_id,
                )
        return prices

    def _shortage_worth(self, product, quantity, price):
        """What ``quantity`` of ``product`` at ``price`` per unit is worth to the order, untaxed."""
        taxes = product.taxes_id._filter_taxes_by_company(self.company_id)
        taxes = self.order_id.fiscal_position_id.map_tax(taxes)
        found = taxes.compute_all(
            price, currency=self.currency_id, quantity=quantity, product=product, partner=self.order_id.partner_id
        )
        return found["total_excluded"]
