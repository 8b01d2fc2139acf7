"""Asking core's pricelists for the prices of many lines: once per distinct key, items and records read as sets."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExpectedPrice:
    """What core's pricelist gives one line: before and after the discount that core would show, per unit."""

    unit: float
    net: float
    exact: float


class PricelistRules:
    """The pricelist items that stand at one moment, found once for all products, handed out per product.

    Core searches them again at every call; ``product.pricelist._get_applicable_rules`` takes them from here instead,
    in core's order. Pricelists that others are based on are found the same way, when core first asks for them.

    :param products: ``product.product`` of all lines at that moment, in the environment of their company
    :param date: the moment
    """

    def __init__(self, products, date):
        self.products = products
        self.date = date
        self.known = {}

    def of(self, pricelist, products):
        """The items of ``pricelist`` that may apply to ``products``, as a recordset in core's order."""
        places, general, by_template = self._sorted_out(pricelist)
        own = [
            item_id
            for template_id in set(products.product_tmpl_id._ids)
            for item_id in by_template.get(template_id, ())
        ]
        return general.browse(sorted([*own, *general._ids], key=places.get)) if own else general

    def alike(self, pricelist, products):
        """Split ``products`` into sets that the same items apply to: what has items of its own stands by itself."""
        by_template = self._sorted_out(pricelist)[2]
        own = [product for product in products if product.product_tmpl_id.id in by_template]
        rest = products.browse(set(products._ids).difference(product.id for product in own))
        return [*own, rest.with_prefetch(products._prefetch_ids)] if rest else own

    def _sorted_out(self, pricelist):
        """Place of each item in core's order, the items for many products, and those of each template."""
        if pricelist.id not in self.known:
            found = pricelist._get_applicable_rules(self.products, self.date)
            general, by_template = [], {}
            for item in found:
                template = item.product_tmpl_id or item.product_id.product_tmpl_id
                (by_template.setdefault(template.id, []) if template else general).append(item.id)
            places = {item_id: place for place, item_id in enumerate(found._ids)}
            general = found.browse(general).with_prefetch(found._ids)
            self.known[pricelist.id] = (places, general, by_template)
        return self.known[pricelist.id]


def product_taxes(product):
    """The taxes of ``product`` in the company of its environment, as core takes them for a line."""
    return product.taxes_id._filter_taxes_by_company(product.env.company)


class PriceAsking:
    """One run's questions to core's pricelists.

    :param env: a superuser's environment
    :param groups: dict of key to ``(date, products)``; the key is ``((company, pricelist, moment, day, currency, fiscal
        position), unit, quantity, options)`` of ids, ``moment`` tells dates apart that see other items, ``products`` are
        ids (a dict or a set)
    """

    def __init__(self, env, groups):
        self.rules = {}
        self.shown = {}
        self.taxes = {}
        wanted, dates = {}, {}
        for (terms, *_rest), (date, products) in groups.items():
            wanted.setdefault((terms[0], terms[2]), set()).update(products)
            dates.setdefault((terms[0], terms[2]), date)
        for (company_id, moment), product_ids in wanted.items():
            products = env["product.product"].with_company(company_id).browse(product_ids)
            self.rules[company_id, moment] = PricelistRules(products, dates[company_id, moment])

    def prices(self, key, date, product_ids):
        """``(product id, ExpectedPrice)`` of each of ``product_ids`` under the terms of ``key``."""
        (company_id, pricelist_id, moment, _day, currency_id, position_id), uom_id, quantity, options = key
        rules = self.rules[company_id, moment]
        products = rules.products.browse(product_ids).with_prefetch(rules.products._ids)
        env = products.env
        pricelist = env["product.pricelist"].browse(pricelist_id or ())
        terms = {
            "quantity": quantity,
            "uom": env["uom.uom"].browse(uom_id),
            "date": date,
            "currency": env["res.currency"].browse(currency_id),
            "order_rules": rules,
        }
        for part in self._parts(rules, pricelist, products, options):
            found = pricelist._compute_price_rule(part, **terms)
            for product in part:
                yield product.id, self._expected(product, *found[product.id], position_id, terms)

    def _expected(self, product, price, item_id, position_id, terms):
        """The ``ExpectedPrice`` of ``product`` from core's price and item, with its discount and taxes as on a line."""
        env = product.env
        unit = net = price
        if item_id and self._shows_discount(env, item_id):
            unit, net = self._before_discount(env, item_id, product, price, terms)
        taxes = position_id and unit and self._included_taxes(product)
        if taxes:
            position = env["account.fiscal.position"].browse(position_id)
            moved = product._get_tax_included_unit_price_from_price(unit, taxes, fiscal_position=position)
            price, net, unit = price * moved / unit, net * moved / unit, moved
        return ExpectedPrice(unit, net, price)

    @staticmethod
    def _parts(rules, pricelist, products, options):
        """Sets of products that core can be asked about in one call."""
        if options:
            values = products.env["product.template.attribute.value"].browse(options)
            return [product.with_context(**product._get_product_price_context(values)) for product in products]
        return rules.alike(pricelist, products) if pricelist else [products]

    def _shows_discount(self, env, item_id):
        if item_id not in self.shown:
            self.shown[item_id] = env["product.pricelist.item"].browse(item_id)._show_discount()
        return self.shown[item_id]

    @staticmethod
    def _before_discount(env, item_id, product, price, terms):
        """Unit price before, and net price after the discount that core shows, rounded as core rounds it."""
        base = env["product.pricelist.item"].browse(item_id)._compute_price_before_discount(product=product, **terms)
        if base <= price:
            return price, price
        return base, base * (1 - round((base - price) / base * 100, 2) / 100)

    def _included_taxes(self, product):
        """The product's taxes where core moves its price to those of a fiscal position: all are included in it; else none."""
        key = (product.env.company.id, product.id)
        if key not in self.taxes:
            taxes = product_taxes(product)
            self.taxes[key] = taxes if taxes and all(taxes.mapped("price_include")) else taxes.browse()
        return self.taxes[key]
