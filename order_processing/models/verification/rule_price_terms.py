from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount
from odoo.tools.misc import formatLang

from ..common.business_day import business_day
from ..common.number_words import share_words
from ..common.sql_arrays import id_array
from .rule_price import NOISE, ROUNDING


class UnitCosts(dict):
    """Cost of one unit by ``(product id, unit id)``, each computed when it is first asked for.

    :param rule: the rule that asks
    :param products: the records of a company by id
    :param currency_id: in which the costs are wanted, at the rate of ``day``
    """

    def __init__(self, rule, products, currency_id, day, memory):
        super().__init__()
        self.given = (rule, products, currency_id, day, memory)

    def __missing__(self, key):
        rule, products, *terms = self.given
        product_id, uom_id = key
        cost = self[key] = rule._unit_cost(products[product_id], uom_id, *terms)
        return cost

    @classmethod
    def by_terms(cls, rule, orders, memory):
        """Dict of (company id, currency id, day) to the costs of each such terms of ``orders``."""
        products = rule._company_products(orders, memory)
        terms = {(order.company_id, order.currency_id, order.date_order.date()) for order in orders}
        return {key: cls(rule, products[key[0]], *key[1:], memory) for key in terms}


class OrderVerificationRule(models.Model):
    """Built-in rules about the terms behind a price: margin, taxes, currency, total, validity."""

    _inherit = "order.verification.rule"

    margin_percent = fields.Float(
        "Lowest margin (%)",
        tracking=True,
        help="Of the untaxed price: what is left after the cost. 0: not under cost.",
    )

    @api.model
    def _parameters(self):
        return super()._parameters() | {
            "margin_low": ("margin_percent",),
            "total_differs": ("tolerance_percent", "tolerance_amount"),
        }

    @api.constrains("margin_percent")
    def _check_margin_percent(self):
        for rule in self:
            if not 0 <= rule.margin_percent < 100:
                raise UserError(self.env._("%s: the lowest margin is from 0 to below 100 percent.", rule.name))

    # ------------------------------------------------------------------ margin

    def _find_margin_low(self, orders, memory):
        """A line whose untaxed value leaves less than ``margin_percent`` over its cost.

        The cost is the product's in the order's company, in the line's unit and the order's currency at its date, or the
        one on the line where core's margin add-on keeps it. Margin = (value - cost) / value, as that add-on has it. A
        discount of the whole order is spread over the lines by value. A product without a cost has no margin to judge, a
        price of zero is ``zero_price``'s.
        """
        keep = 1 - self.margin_percent / 100
        by_line = self._line_costs(orders)
        by_terms = UnitCosts.by_terms(self, orders, memory) if by_line is None else {}
        findings = []
        for order in orders:
            left = 1 - order.discount_share()
            units = by_terms.get((order.company_id, order.currency_id, order.date_order.date()))
            for line in order.subject_lines:
                if not line.priced or line.quantity <= 0:
                    continue
                cost = units[line.product_id, line.uom_id] if by_line is None else by_line.get(line.id, 0)
                if cost <= 0 or -NOISE < line.net_price < NOISE:
                    continue
                value = line.subtotal * left
                lacking = cost * line.quantity - value * keep
                if lacking <= 0 or lacking <= self._half_coin(order):
                    continue
                findings.append(self._margin_finding(order, line, value, cost, keep))
        return findings

    def _half_coin(self, order):
        """As much as the value of a line may be rounded by."""
        return self.env["res.currency"].browse(order.currency_id).rounding / 2 + NOISE

    def _margin_finding(self, order, line, value, cost, keep):
        margin = (value - cost * line.quantity) / value * 100 if value else -100
        return self._finding(
            order,
            self.env._("at least %s", self._amount_text(order, round(cost / keep, 4))),
            self._amount_text(order, round(value / line.quantity, 4)),
            self.env._(
                "%(product)s: the margin is %(margin)s, the least is %(least)s.",
                product=line.name,
                margin=formatLang(self.env, margin, digits=1) + " %",
                least=share_words(self.env, self.margin_percent),
            ),
            line,
        )

    def _unit_cost(self, product, uom_id, currency_id, day, memory):
        env = product.env
        cost = product.uom_id._compute_price(product.standard_price, env["uom.uom"].browse(uom_id))
        currency = env["res.currency"].browse(currency_id)
        cost_currency = self._cost_currency(product, memory)
        if cost_currency == currency:
            return cost
        return cost_currency._convert(cost, currency, env.company, day, round=False)

    @staticmethod
    def _cost_currency(product, memory):
        """In what the cost of ``product`` stands: core computes it by company, so it is asked once for each."""
        template = product.product_tmpl_id
        key = (template.company_id.id, product.env.company.id)
        known = memory.setdefault("cost_currencies", {})
        if key not in known:
            # without the others, for which it would be computed as well
            known[key] = template.with_prefetch().cost_currency_id
        return known[key]

    def _line_costs(self, orders):
        """The costs that core's margin add-on keeps on the lines, by line id; one statement; ``None`` without the add-on."""
        if "purchase_price" not in self.env["sale.order.line"]._fields:
            return None
        self.env.cr.execute(
            SQL(
                "SELECT id, coalesce(purchase_price, 0)::float FROM sale_order_line WHERE order_id = ANY(%s)",
                id_array(order.id for order in orders),
            )
        )
        return dict(self.env.cr.fetchall())

    def _company_products(self, orders, memory):
        """The products of ``orders`` as core's records, by company and id; each company's are read as one set."""
        known = memory.setdefault("company_products", {})
        wanted = {}
        for order in orders:
            products = known.setdefault(order.company_id, {})
            missing = {line.product_id for line in order.subject_lines}.difference(products)
            if missing:
                wanted.setdefault(order.company_id, set()).update(missing)
        for company_id, product_ids in wanted.items():
            records = self.sudo().env["product.product"].with_company(company_id).browse(product_ids)
            known[company_id].update((product.id, product) for product in records)
        return known

    # ------------------------------------------------------------------ taxes and currency

    def _find_tax_differs(self, orders, memory):
        """A line with other taxes than the fiscal position of its order gives for its product.

        As core's ``_compute_tax_ids``: the product's taxes in the order's company, mapped once per distinct (taxes, fiscal
        position, company); a combo has none.
        """
        products = self._company_products(orders, memory)
        positions = self.sudo().env["account.fiscal.position"].browse({o.fiscal_position_id for o in orders} - {None})
        positions = {position.id: position for position in positions}
        own, mapped = {}, {}
        findings = []
        for order in orders:
            by_product = own.setdefault((order.company_id, order.fiscal_position_id), {})
            for line in order.subject_lines:
                if line.product_id not in by_product:
                    taxes = self._product_taxes(products[order.company_id][line.product_id], memory)
                    key = (taxes._ids, order.fiscal_position_id)
                    if key not in mapped:
                        position = positions.get(order.fiscal_position_id)
                        mapped[key] = position.map_tax(taxes) if position and taxes else taxes
                    expected = mapped[key] if line.product_type != "combo" else taxes.browse()
                    by_product[line.product_id] = (expected, tuple(sorted(expected._ids)))
                expected, ids = by_product[line.product_id]
                if ids != line.tax_ids:
                    findings.append(self._tax_finding(order, line, expected, positions))
        return findings

    def _tax_finding(self, order, line, expected, positions):
        none = self.env._("no tax")
        found = ", ".join(expected.browse(line.tax_ids).mapped("name")) or none
        expected = ", ".join(expected.mapped("name")) or none
        position = positions.get(order.fiscal_position_id)
        if position:
            message = self.env._(
                "%(product)s: taxed with %(found)s; the fiscal position “%(position)s” gives %(expected)s.",
                product=line.name,
                found=found,
                position=position.name,
                expected=expected,
            )
        else:
            message = self.env._(
                "%(product)s: taxed with %(found)s; the product has %(expected)s.",
                product=line.name,
                found=found,
                expected=expected,
            )
        return self._finding(order, expected, found, message, line)

    def _find_currency_differs(self, orders, memory):
        """An order in another currency than its pricelist's, or without one, its company's."""
        env = self.sudo().env
        pricelists = env["product.pricelist"].browse({order.pricelist_id for order in orders} - {None})
        companies = env["res.company"].browse({order.company_id for order in orders})
        of_pricelist = {pricelist.id: pricelist.currency_id for pricelist in pricelists}
        of_company = {company.id: company.currency_id for company in companies}
        findings = []
        for order in orders:
            expected = of_pricelist.get(order.pricelist_id) or of_company[order.company_id]
            if order.currency_id == expected.id:
                continue
            found = env["res.currency"].browse(order.currency_id).name
            findings.append(
                self._finding(
                    order,
                    expected.name,
                    found,
                    self.env._(
                        "The order is in %(found)s, its prices are in %(expected)s.",
                        found=found,
                        expected=expected.name,
                    ),
                )
            )
        return findings

    # ------------------------------------------------------------------ total and validity

    def _find_total_differs(self, orders, memory):
        """A total that is off what the customer stated by more than the tolerance; where nothing was stated, silent.

        Totals have a tolerance of their own: many small differences of prices do not hide in it.
        """
        findings = []
        tolerance = self._tolerance()
        for order in orders:
            stated = order.stated_total
            difference = order.amount_total - stated
            if not stated or abs(difference) <= tolerance(stated) + ROUNDING:
                continue
            currency = self.env["res.currency"].sudo().browse(order.currency_id)
            texts = [format_amount(self.env, amount, currency) for amount in (stated, order.amount_total, difference)]
            findings.append(
                self._finding(
                    order,
                    texts[0],
                    texts[1],
                    self.env._(
                        "The customer stated a total of %(stated)s; ours differs by %(by)s.",
                        stated=texts[0],
                        by=texts[2],
                    ),
                )
            )
        return findings

    def _find_quotation_expired(self, orders, memory):
        """A quotation whose last day of validity is before today, the company's business day."""
        findings = []
        today = {}
        for order in orders:
            if not order.open or not order.validity_date:
                continue
            if order.company_id not in today:
                today[order.company_id] = business_day(self.env["res.company"].browse(order.company_id))
            if order.validity_date < today[order.company_id]:
                until = fields.Date.to_string(order.validity_date)
                findings.append(
                    self._finding(
                        order,
                        self.env._("%s or later", fields.Date.to_string(today[order.company_id])),
                        until,
                        self.env._("The quotation was valid until %s.", until),
                    )
                )
        return findings
