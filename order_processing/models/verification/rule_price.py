from bisect import bisect_right
from dataclasses import dataclass

from odoo import api, models
from odoo.tools import float_compare

# prices closer than this are the same number seen through binary floats
NOISE = 1e-9


@dataclass(frozen=True)
class ExpectedPrice:
    """What core's pricelist gives one line: before and after the discount that core would show, per unit."""

    unit: float
    net: float
    exact: float


class PricelistRules:
    """The pricelist items of one pricelist and moment, found once for all products, handed out per product.

    Core searches them again at every call; ``_get_applicable_rules`` takes them from here instead, in core's order.
    """

    def __init__(self, pricelist, items):
        self.pricelist = pricelist
        self.items = items
        self.general = []
        self.by_template = {}
        for position, item in enumerate(items):
            if item.product_tmpl_id:
                self.by_template.setdefault(item.product_tmpl_id.id, []).append((position, item))
            elif item.product_id:
                self.by_template.setdefault(item.product_id.product_tmpl_id.id, []).append((position, item))
            else:
                self.general.append((position, item))

    def of(self, products):
        """The items that may apply to ``products``, as a recordset in core's order."""
        found = list(self.general)
        for template_id in set(products.product_tmpl_id.ids):
            found += self.by_template.get(template_id, ())
        return self.items.browse([item.id for _position, item in sorted(found, key=lambda pair: pair[0])])


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    def _get_applicable_rules(self, products, date, order_rules=None, **kwargs):
        """Take the items found beforehand for a whole set of lines, where they are this pricelist's."""
        if order_rules and order_rules.pricelist == self and products._name == "product.product":
            return order_rules.of(products)
        return super()._get_applicable_rules(products, date, **kwargs)


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
        for order, line, expected in self._priced_lines(orders, memory):
            low, high = expected.exact * self.factor_low, expected.exact * self.factor_high
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
        """A price off the pricelist by more than the larger of the two tolerances, discounts counted.

        A line that is far off, which is its own finding, is not named twice.
        """
        findings = []
        far = memory["found"].get("price_far", ())
        for order, line, expected in self._priced_lines(orders, memory):
            if line.id in far:
                continue
            tolerance = max(abs(expected.exact) * self.tolerance_percent / 100, self.tolerance_amount)
            # core rounds the discount that it shows: both the rounded and the exact price are the pricelist's
            difference = min((line.net_price - price for price in (expected.exact, expected.net)), key=abs)
            if float_compare(abs(difference), tolerance, precision_digits=6) <= 0:
                continue
            message = self.env._(
                "%(product)s: the price differs by %(difference)s from the pricelist.",
                product=line.name,
                difference=f"{difference:+.2f}",
            )
            findings.append(self._price_finding(order, line, expected, message))
        return findings

    # ------------------------------------------------------------------ what is expected

    def _price_finding(self, order, line, expected, message):
        return self._finding(
            order, self._amount_text(order, expected.exact), self._price_text(order, line), message, line
        )

    def _price_text(self, order, line):
        text = self._amount_text(order, line.net_price)
        if line.discount:
            return self.env._(
                "%(net)s (%(unit)s less %(discount)s %%)",
                net=text,
                unit=f"{line.price_unit:.2f}",
                discount=f"{line.discount:g}",
            )
        return text

    def _amount_text(self, order, amount):
        currency = self.env["res.currency"].sudo().browse(order.currency_id)
        text = f"{amount:.6f}".rstrip("0")
        decimals = max(currency.decimal_places, len(text.split(".")[1]))
        return f"{amount:.{decimals}f} {currency.name}"

    def _priced_lines(self, orders, memory):
        """``(order, line, ExpectedPrice)`` of the lines that have a price and a quantity; cached for the run."""
        expected = self._expected_prices(orders, memory)
        for order in orders:
            for line in order.subject_lines:
                if line.id in expected and abs(line.net_price) >= NOISE:
                    yield order, line, expected[line.id]

    def _expected_prices(self, orders, memory):
        """Core's price of every line, asked once per distinct (pricelist, moment, unit, quantity, product).

        :return: dict of line id to ``ExpectedPrice``
        """
        answer = memory.setdefault("prices", {})
        known = memory.setdefault("prices_of", set())
        todo = [order for order in orders if order.id not in known]
        if not todo:
            return answer
        known.update(order.id for order in todo)
        env = self.sudo().env
        lines = [(order, line) for order in todo for line in order.subject_lines if line.priced and line.quantity > 0]
        products = env["product.product"].browse({line.product_id for _order, line in lines})
        by_id = {product.id: product for product in products}
        moments = self._price_moments(todo)
        groups = {}
        for order, line in lines:
            _date, product_ids = groups.setdefault(self._rules_key(order, moments), (order.date_order, set()))
            product_ids.add(line.product_id)
        rules = {key: self._pricelist_rules(key, *group) for key, group in groups.items() if key[1]}
        prices = {}
        for order, line in lines:
            rules_key = self._rules_key(order, moments)
            key = (
                rules_key,
                order.date_order.date(),
                order.currency_id,
                order.fiscal_position_id,
                line.uom_id,
                line.quantity,
                line.product_id,
                tuple(sorted(line.attribute_value_ids)),
            )
            if key not in prices:
                prices[key] = self._expected_price(order, line, by_id[line.product_id], rules.get(rules_key))
            answer[line.id] = prices[key]
        return answer

    @staticmethod
    def _rules_key(order, moments):
        return (order.company_id, order.pricelist_id or 0, moments[order.id])

    def _price_moments(self, orders):
        """For each order where its date stands among the dated items: two orders alike see the same items."""
        Item = self.env["product.pricelist.item"].sudo()
        rows = Item.search_fetch(
            ["|", ("date_start", "!=", False), ("date_end", "!=", False)], ["date_start", "date_end"]
        )
        edges = sorted({moment for item in rows for moment in (item.date_start, item.date_end) if moment})
        exact = set(edges)
        return {
            # an item applies from its first to its last moment, both included: hitting one exactly is a case of its own
            order.id: (bisect_right(edges, order.date_order), order.date_order in exact)
            for order in orders
        }

    def _pricelist_rules(self, key, date, product_ids):
        """The items of a pricelist at ``date`` for all products at once: the one search."""
        pricelist = self.sudo().env["product.pricelist"].with_company(key[0]).browse(key[1])
        products = pricelist.env["product.product"].browse(product_ids)
        return PricelistRules(pricelist, pricelist._get_applicable_rules(products, date))

    def _expected_price(self, order, line, product, rules):
        product = product.with_company(order.company_id)
        env = product.env
        pricelist = env["product.pricelist"].browse(order.pricelist_id or ())
        if line.attribute_value_ids:
            values = env["product.template.attribute.value"].browse(line.attribute_value_ids)
            product = product.with_context(**product._get_product_price_context(values))
        currency = env["res.currency"].browse(order.currency_id)
        uom = env["uom.uom"].browse(line.uom_id)
        terms = {"quantity": line.quantity, "uom": uom, "date": order.date_order, "currency": currency}
        price, item_id = pricelist._compute_price_rule(product, **terms, order_rules=rules)[product.id]
        item = env["product.pricelist.item"].browse(item_id or ())
        unit, net = price, price
        if item._show_discount():
            base = item._compute_price_before_discount(product=product, **terms)
            if base > price:
                unit = base
                net = base * (1 - round((base - price) / base * 100, 2) / 100)
        taxed = self._with_other_taxes(product, order, unit)
        if taxed != unit and unit:
            price, net, unit = price * taxed / unit, net * taxed / unit, taxed
        return ExpectedPrice(unit, net, price)

    def _with_other_taxes(self, product, order, price):
        """Core moves a price that includes tax to the taxes of the fiscal position."""
        company = product.env["res.company"].browse(order.company_id)
        taxes = product.taxes_id._filter_taxes_by_company(company)
        if not order.fiscal_position_id or not taxes or not all(taxes.mapped("price_include")):
            return price
        position = product.env["account.fiscal.position"].browse(order.fiscal_position_id)
        return product._get_tax_included_unit_price_from_price(price, taxes, fiscal_position=position)
