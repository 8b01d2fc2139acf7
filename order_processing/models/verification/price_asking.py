"""Asking core's pricelists for the prices of many lines: once per distinct key, items and records read as sets."""

from bisect import bisect_right
from math import inf
from typing import NamedTuple

from odoo.fields import Domain

# what may make a quantity count otherwise than by the least quantity of an item
CHOSEN_BY = {"product.pricelist": ("_get_applicable_rules",)}
PRICED_BY = {
    "product.pricelist": (
        "_compute_price_rule",
        "_get_product_price",
        "_get_applicable_rules_domain",
        *CHOSEN_BY["product.pricelist"],
    ),
    "product.pricelist.item": ("_compute_price", "_compute_base_price", "_is_applicable_for"),
}
# what core looks at for most items: of thousands it is worth not to read all columns
READ = (
    "pricelist_id",
    "min_quantity",
    "applied_on",
    "categ_id",
    "product_tmpl_id",
    "product_id",
    "compute_price",
    "fixed_price",
    "percent_price",
    "base",
)
# in which core looks at items, and its end, which the statement sorts by where Python does the rest
CORE_ORDER = "applied_on, min_quantity desc, categ_id desc, id desc"
LAST = "categ_id desc, id desc"
CORE = ("odoo.addons.product.", "odoo.addons.sale.")
# hands out the items that were found beforehand, and changes nothing
OURS = "odoo.addons.order_processing.models.verification.product_pricelist"


def priced_by_core(env, methods=PRICED_BY):
    """Whether no other add-on takes part in computing prices.

    :param methods: dict of model to the names of the methods looked at
    """
    return all(
        vars(part)[name].__module__.startswith((*CORE, OURS))
        for model, names in methods.items()
        for part in type(env[model]).mro()
        for name in names
        if name in vars(part)
    )


class ExpectedPrice(NamedTuple):
    """What core's pricelist gives one line: before and after the discount that core would show, per unit."""

    unit: float
    net: float
    exact: float


class QuantityBands:
    """Tells quantities apart that core may price differently: it asks only whether one reaches the least of an item.

    Where another add-on takes part in computing prices every quantity is one by itself.

    :param env: a superuser's environment
    """

    def __init__(self, env):
        self.edges = None
        if priced_by_core(env):
            rows = env["product.pricelist.item"]._read_group([("min_quantity", ">", 0)], ["min_quantity"])
            self.edges = sorted(least for (least,) in rows)

    def of(self, line):
        """What stands for the quantity of ``line`` (``LineFacts``) in the key of its price: its band, or ``("exact", itself)``."""
        if self.edges is None or line.uom_id != line.product_uom_id:
            return ("exact", line.quantity)
        return bisect_right(self.edges, line.quantity)


class ItemsOfPricelist(NamedTuple):
    """The items of one pricelist: the place in core's order of each, those for many products, and by template id the pairs
    ``(least quantity, item id)`` of the others."""

    places: dict
    general: object
    by_template: dict


class InTurn:
    """Items for several products in place of one recordset: each time core goes through them it sees those of the next product.

    Core computes the prices of a set product by product, and looks at the items of all of them for each, which is the square
    of the set where each has its own. Only where core alone computes prices (``priced_by_core``).

    :param sets: recordsets of items, one for each product, in the order of the products
    """

    def __init__(self, sets):
        self.sets = iter(sets)

    def __iter__(self):
        return iter(next(self.sets))


class PricelistRules:
    """The pricelist items that stand at one moment, found once for all products, handed out per product.

    Core searches them again at every call; ``product.pricelist._get_applicable_rules`` takes them from here instead,
    in core's order. Pricelists that others are based on are found the same way, when core first asks for them.

    :param products: ``product.product`` of all lines at that moment, in the environment of their company
    :param asked: ids of the pricelists that are asked
    :param date: the moment
    :param most: the largest quantity that is asked for; items whose least is above it are not found
    """

    def __init__(self, products, asked, date, most=inf):
        self.products = {product.id: product for product in products}
        self.templates = {product.id: product.product_tmpl_id.id for product in products}
        self.all_products = products
        self.date = date
        self.most = most
        # items whose least quantity is above this need not be asked whether they apply
        self.reach = inf
        self.known = {}
        self.asked = set(asked)
        self._find(asked)

    def of(self, pricelist, products):
        """The items of ``pricelist`` that may apply to ``products``, in core's order: a recordset for one product, those of
        each ``InTurn`` for several."""
        if pricelist.id not in self.known:
            self._find([pricelist.id])
        items = self.known[pricelist.id]
        if len(products) == 1:
            return self._of_product(items, products.id)
        return InTurn(self._of_product(items, product_id) for product_id in products._ids)

    def _of_product(self, items, product_id):
        places, general, by_template = items
        reach = self.reach
        own = [item_id for least, item_id in by_template.get(self.templates[product_id], ()) if least <= reach]
        if not own:
            return general
        if general._ids:
            own = sorted([*own, *general._ids], key=places.get)
        # of one template alone they stand in core's order already; made at once with what they are read with, which counts
        # where it is done for thousands of products
        return general.__class__(general.env, tuple(own), places)

    def _find(self, pricelist_ids):
        """Read which items pricelists have, with what core looks at; one statement, in core's order and by core's domain."""
        env = self.all_products.env
        pricelists = env["product.pricelist"].browse(number for number in pricelist_ids if number)
        items = self._items(pricelists) if pricelists else env["product.pricelist.item"]
        # as they came from the database: a field of a record costs more than what is done with it here
        pricelist_of, template_of, product_of, least_of = (
            items._fields[name]._get_cache(env)
            for name in ("pricelist_id", "product_tmpl_id", "product_id", "min_quantity")
        )
        found = {number: ([], {}) for number in pricelists._ids}
        ids = self._in_order(items)
        for item_id in ids:
            template_id = template_of[item_id] or self.templates.get(product_of[item_id])
            general, by_template = found[pricelist_of[item_id]]
            if template_id:
                by_template.setdefault(template_id, []).append((least_of[item_id] or 0, item_id))
            else:
                general.append(item_id)
        places = {item_id: place for place, item_id in enumerate(ids)}
        for number, (general, by_template) in found.items():
            general = items.browse(general).with_prefetch(places)
            self.known[number] = ItemsOfPricelist(places, general, by_template)

    def _items(self, pricelists):
        """The items that may apply, in core's order but for what ``_in_order`` sorts."""
        domain = self._domain(pricelists)
        if self.most < inf and self.asked >= set(pricelists._ids):
            # of one that others are based on it is not known what will be asked
            domain &= Domain("min_quantity", "<=", self.most)
        items = pricelists.env["product.pricelist.item"]
        return items.search_fetch(domain, READ, order=LAST if items._order == CORE_ORDER else None)

    @staticmethod
    def _in_order(items):
        """Ids of ``items`` in core's order: PostgreSQL takes longer to sort thousands by texts and numerics than to find them."""
        if items._order != CORE_ORDER:
            return items._ids
        applied_on, least = (items._fields[name]._get_cache(items.env) for name in ("applied_on", "min_quantity"))

        def place(item_id):
            # descending, PostgreSQL has what is not set before all numbers
            return applied_on[item_id], -inf if least[item_id] is None else -least[item_id]

        return sorted(items._ids, key=place)

    def _domain(self, pricelists):
        """Core's domains of all ``pricelists``; where they differ by the pricelist alone, as one that is not ten times as long.

        That core's own do is known, so that one is enough to see what the rest is.
        """
        domains = {
            pricelist.id: pricelist._get_applicable_rules_domain(products=self.all_products, date=self.date)
            for pricelist in (pricelists[:1] if priced_by_core(pricelists.env) else pricelists)
        }
        rest = [[part for part in domains[number] if part != ("pricelist_id", "=", number)] for number in domains]
        if all(other == rest[0] for other in rest) and len(rest[0]) + 1 == len(domains[pricelists[0].id]):
            return Domain("pricelist_id", "in", pricelists.ids) & Domain(rest[0])
        return Domain.OR(domains.values())


class PriceAsking:
    """One run's questions to core's pricelists.

    :param env: a superuser's environment
    :param groups: dict of key to ``(date, quantity, products)``; the key is ``((company, pricelist, moment, day, currency,
        fiscal position), unit, band, options)`` of ids, ``moment`` tells dates apart that see other items, ``band``
        quantities that are priced differently, ``products`` are ids (a dict or a set)
    :param taxes: a function that gives the taxes of a product in the company of its environment
    """

    def __init__(self, env, groups, taxes):
        self.taxes = taxes
        self.by_core = priced_by_core(env)
        # another add-on that chooses the items is asked itself, each time
        self.chosen_by_core = priced_by_core(env, CHOSEN_BY)
        self.rules = {}
        self.shown = {}
        self.included = {}
        self.discounts_shown = env["product.pricelist.item"]._is_discount_feature_enabled()
        wanted = {}
        most = {}
        for ((company_id, pricelist_id, moment, *_rest), _unit, band, _options), (
            date,
            quantity,
            products,
        ) in groups.items():
            _date, asked = wanted.setdefault((company_id, moment), (date, {}))
            asked.setdefault(pricelist_id, set()).update(products)
            reach = inf if isinstance(band, tuple) else quantity
            most[company_id, moment] = max(most.get((company_id, moment), 0), reach)
        for key, (date, asked) in wanted.items():
            products = env["product.product"].with_company(key[0]).browse(set().union(*asked.values()))
            self.rules[key] = PricelistRules(products, asked, date, most[key])

    def prices(self, key, date, quantity, product_ids):
        """``(product id, ExpectedPrice)`` of each of ``product_ids`` under the terms of ``key``."""
        (company_id, pricelist_id, moment, _day, currency_id, position_id), uom_id, band, options = key
        rules = self.rules[company_id, moment]
        rules.reach = inf if isinstance(band, tuple) else quantity
        env = rules.all_products.env
        pricelist = env["product.pricelist"].browse(pricelist_id or ())
        position = env["account.fiscal.position"].browse(position_id or ())
        terms = {
            "quantity": quantity,
            "uom": env["uom.uom"].browse(uom_id),
            "date": date,
            "currency": env["res.currency"].browse(currency_id),
            "order_rules": rules if self.chosen_by_core else None,
        }
        for part in self._parts(rules, product_ids, options):
            found = pricelist._compute_price_rule(part, **terms)
            for product_id, (price, item_id) in found.items():
                taxes = position and self._included_taxes(company_id, rules.products[product_id])
                if taxes or (item_id and self.discounts_shown):
                    product = part.browse(product_id)
                    yield product_id, self._expected(product, price, item_id, position, taxes, terms)
                else:
                    yield product_id, ExpectedPrice(price, price, price)

    def _parts(self, rules, product_ids, options):
        """Sets of products that core can be asked about in one call."""
        if options:
            values = rules.all_products.env["product.template.attribute.value"].browse(options)
            products = [rules.products[product_id] for product_id in product_ids]
            return [product.with_context(**product._get_product_price_context(values)) for product in products]
        if not self.by_core:
            return [rules.products[product_id] for product_id in product_ids]
        return [rules.all_products.browse(product_ids).with_prefetch(rules.all_products._ids)]

    def _expected(self, product, price, item_id, position, taxes, terms):
        """The ``ExpectedPrice`` of ``product`` from core's price and item, with its discount and taxes as on a line."""
        unit = net = price
        if item_id and self.discounts_shown and self._shows_discount(product.env, item_id):
            unit, net = self._before_discount(product, item_id, price, terms)
        if taxes and unit:
            moved = product._get_tax_included_unit_price_from_price(unit, taxes, fiscal_position=position)
            price, net, unit = price * moved / unit, net * moved / unit, moved
        return ExpectedPrice(unit, net, price)

    def _shows_discount(self, env, item_id):
        if item_id not in self.shown:
            self.shown[item_id] = env["product.pricelist.item"].browse(item_id)._show_discount()
        return self.shown[item_id]

    @staticmethod
    def _before_discount(product, item_id, price, terms):
        """Unit price before, and net price after the discount that core shows, rounded as core rounds it."""
        item = product.env["product.pricelist.item"].browse(item_id)
        base = item._compute_price_before_discount(product=product, **terms)
        if base <= price:
            return price, price
        return base, base * (1 - round((base - price) / base * 100, 2) / 100)

    def _included_taxes(self, company_id, product):
        """The product's taxes where core moves its price to those of a fiscal position: all are included in it; else none."""
        key = (company_id, product.id)
        if key not in self.included:
            taxes = self.taxes(product)
            if taxes._ids not in self.included:
                self.included[taxes._ids] = taxes if all(taxes.mapped("price_include")) else taxes.browse()
            self.included[key] = self.included[taxes._ids]
        return self.included[key]
