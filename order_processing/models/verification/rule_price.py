from bisect import bisect_right

from odoo import api, models

from ..common.number_words import share_words
from .price_asking import PriceAsking, QuantityBands

# prices closer than this are the same number seen through binary floats
NOISE = 1e-9
# amounts are compared to the sixth decimal, as the seal keeps them
ROUNDING = 5e-7


class OrderVerificationRule(models.Model):
    """Built-in rules about prices, judged by core's own pricelist computation."""

    _inherit = "order.verification.rule"

    @api.model
    def _leaning(self):
        return super()._leaning() | {"price_off": ("price_far",)}

    def _find_zero_price(self, orders, memory):
        """A unit price of zero after discount, also where the list price is zero."""
        return [
            self._finding(
                order,
                self.env._("above 0"),
                self._price_text(order, line),
                self.env._("%s has no price.", line.name),
                line,
            )
            for order in orders
            for line in order.subject_lines
            if line.priced and abs(line.net_price) < NOISE
        ]

    def _find_price_far(self, orders, memory):
        """A price below ``factor_low`` or above ``factor_high`` times the pricelist's; zero is ``zero_price``'s."""
        findings = []
        # read once: a field of a record costs more than what is done with it here
        factor_low, factor_high = self.factor_low, self.factor_high
        for order, line, expected in self._priced_lines(orders, memory):
            low, high = expected.exact * factor_low, expected.exact * factor_high
            if low - NOISE <= line.net_price <= high + NOISE:
                continue
            if expected.exact:
                message = self.env._(
                    "%(product)s: the price is %(ratio)s times the pricelist's.",
                    product=line.name,
                    ratio=f"{line.net_price / expected.exact:.3g}",
                )
            else:
                message = self.env._("%s: a price was entered, the pricelist has none.", line.name)
            findings.append(self._price_finding(order, line, expected, message))
        return findings

    def _find_price_off(self, orders, memory):
        """A price off the pricelist by more than the tolerance, discounts counted.

        A line that is far off, which is its own finding, is not named twice.
        """
        findings = []
        far = memory["found"].get("price_far", ())
        tolerance = self._tolerance()
        for order, line, expected in self._priced_lines(orders, memory):
            # core rounds the discount that it shows: both the rounded and the exact price are the pricelist's
            price = line.net_price
            difference = min(price - expected.exact, price - expected.net, key=abs)
            if line.id in far or abs(difference) <= tolerance(expected.exact) + ROUNDING:
                continue
            message = self.env._(
                "%(product)s: the price differs by %(difference)s from the pricelist.",
                product=line.name,
                difference=f"{difference:+.2f}",
            )
            findings.append(self._price_finding(order, line, expected, message))
        return findings

    def _tolerance(self):
        """A function that says how far from what is expected is still right, the bound included: the tighter of those set.

        As in a three-way match (Dynamics 365 Finance): percent and amount may both be set. Neither set: nothing is.
        """
        percent, amount = self.tolerance_percent, self.tolerance_amount
        if percent and amount:
            return lambda expected: min(abs(expected) * percent / 100, amount)
        return lambda expected: amount or abs(expected) * percent / 100

    # ------------------------------------------------------------------ what is expected

    def _price_finding(self, order, line, expected, message):
        return self._finding(
            order, self._amount_text(order, expected.exact), self._price_text(order, line), message, line
        )

    def _price_text(self, order, line):
        text = self._amount_text(order, line.net_price)
        if line.discount:
            return self.env._(
                "%(net)s (%(unit)s less %(discount)s)",
                net=text,
                unit=f"{line.price_unit:.2f}",
                discount=share_words(self.env, line.discount),
            )
        return text

    def _amount_text(self, order, amount):
        currency = self.env["res.currency"].sudo().browse(order.currency_id)
        text = f"{amount:.6f}".rstrip("0")
        decimals = max(currency.decimal_places, len(text.split(".")[1]))
        return f"{amount:.{decimals}f} {currency.name}"

    def _priced_apart(self, orders, memory):
        """``(order, line, ExpectedPrice)`` of the lines whose price is not the pricelist's to the last digit; kept for the run.

        All others are right to every rule about prices, whatever its factors and tolerances.
        """
        known = memory.setdefault("priced_apart", {})
        # by the list itself, which rules of the same scope share: they would go through thousands of lines again
        if id(orders) not in known:
            prices, apart = self._expected_prices(orders, memory), []
            for order in orders:
                for line in order.subject_lines:
                    expected = prices.get(line.id)
                    if expected and not (expected.exact > 0 and -NOISE < line.net_price - expected.exact < NOISE):
                        apart.append((order, line, expected))
            known[id(orders)] = orders, apart
        return known[id(orders)][1]

    def _priced_lines(self, orders, memory):
        """Those ``_priced_apart`` that have a price: none is ``zero_price``'s."""
        return [found for found in self._priced_apart(orders, memory) if abs(found[1].net_price) >= NOISE]

    def _expected_prices(self, orders, memory):
        """Core's price of every line, asked once per distinct (pricelist, moment, unit, band of quantities, product).

        :return: dict of line id to ``ExpectedPrice``
        """
        answer = memory.setdefault("prices", {})
        asked = memory.setdefault("prices_asked", set())
        todo = [order for order in orders if order.id not in asked]
        if not todo:
            return answer
        asked.update(order.id for order in todo)
        groups = self._price_groups(todo)
        if not groups:
            return answer
        asking = PriceAsking(self.sudo().env, groups, lambda product: self._product_taxes(product, memory))
        for key, (date, quantity, lines) in groups.items():
            for product_id, expected in asking.prices(key, date, quantity, lines):
                for line_id in lines[product_id]:
                    answer[line_id] = expected
        return answer

    def _price_groups(self, orders):
        """Lines that core is asked about in one go: see ``PriceAsking``; ``products`` are dicts of id to line ids."""
        bands = QuantityBands(self.sudo().env)
        by_terms = {}
        for order, moment in zip(orders, self._price_moments(orders)):
            terms = (order.company_id, order.pricelist_id or 0, moment, order.date_order.date())
            terms += (order.currency_id, order.fiscal_position_id or 0)
            groups, seen = by_terms.setdefault(terms, ({}, {}))
            for line in order.subject_lines:
                if not line.priced or line.quantity <= 0:
                    continue
                # thousands of lines have a few quantities: the band of each is looked for once
                alike = (line.quantity, line.uom_id, line.product_uom_id, line.attribute_value_ids)
                if alike not in seen:
                    key = (line.uom_id, bands.of(line), line.attribute_value_ids)
                    seen[alike] = groups.setdefault(key, (order.date_order, line.quantity, {}))[2]
                products = seen[alike]
                if line.product_id in products:
                    products[line.product_id].append(line.id)
                else:
                    products[line.product_id] = [line.id]
        return {(terms, *key): group for terms, (groups, _seen) in by_terms.items() for key, group in groups.items()}

    @staticmethod
    def _product_taxes(product, memory):
        """The taxes of ``product`` in the company of its environment, as core takes them for a line.

        Core is asked once per distinct (taxes, company).
        """
        known = memory.setdefault("taxes_of_company", {})
        # of the template: the product's own field is computed from it, for all products that are read together
        taxes = product.product_tmpl_id.taxes_id
        # the context says the company: `env.company` would check it each time
        key = (tuple(product.env.context.get("allowed_company_ids", ())), taxes._ids)
        if key not in known:
            known[key] = taxes._filter_taxes_by_company(product.env.company)
        return known[key]

    def _price_moments(self, orders):
        """For each order where its date stands among the dated items: two orders alike see the same items."""
        Item = self.env["product.pricelist.item"].sudo()
        rows = Item.search_fetch(
            ["|", ("date_start", "!=", False), ("date_end", "!=", False)], ["date_start", "date_end"]
        )
        edges = sorted({moment for item in rows for moment in (item.date_start, item.date_end) if moment})
        exact = set(edges)
        # an item applies from its first to its last moment, both included: hitting one exactly is a case of its own
        return [(bisect_right(edges, order.date_order), order.date_order in exact) for order in orders]
