from odoo import api, models
from odoo.tools import SQL, float_compare

from ..common.number_words import number_words


class OrderVerificationRule(models.Model):
    """Built-in rules about the products of an order."""

    _inherit = "order.verification.rule"

    @api.model
    def _parameters(self):
        """A price may differ by a percentage between two lines of a product."""
        return {**super()._parameters(), "price_disagrees": ("tolerance_percent",)}

    def _find_product_unsaleable(self, orders, memory):
        """A product that is archived, or that is not for sale."""
        findings = []
        for order in orders:
            for line in order.subject_lines:
                product = line.product
                if product.saleable and not product.archived:
                    continue
                found = self.env._("archived") if product.archived else self.env._("not for sale")
                message = self.env._("%(product)s is %(state)s.", product=line.name, state=found)
                findings.append(self._finding(order, self.env._("for sale"), found, message, line))
        return findings

    def _find_bad_quantity(self, orders, memory):
        """A quantity of zero or less. Zero on a confirmed order is a cancelled line; zero in an optional section an offer."""
        low = [
            (order, line)
            for order in orders
            for line in order.subject_lines
            if line.quantity < 0 or (not line.quantity and order.open)
        ]
        if not low:
            return []
        zero = [line.id for _order, line in low if not line.quantity]
        records = self.env["sale.order.line"].sudo().browse(zero)
        optional = set(records.filtered(lambda line: line._is_line_optional()).ids)
        return [
            self._finding(
                order,
                self.env._("above 0"),
                number_words(self.env, line.quantity),
                self.env._(
                    "%(product)s: the quantity is %(quantity)s.",
                    product=line.name,
                    quantity=number_words(self.env, line.quantity),
                ),
                line,
            )
            for order, line in low
            if line.id not in optional
        ]

    def _find_custom_value_missing(self, orders, memory):
        """A variant attribute that the customer fills in (an engraving, a measure) without what to fill in.

        Both kinds of attributes count: those that make variants and those that never do. One statement for the set.
        """
        asked = [
            (order, line)
            for order in orders
            for line in order.subject_lines
            if line.attribute_value_ids or line.product.custom_value_ids
        ]
        if not asked:
            return []
        missing = self._missing_custom_values([line for _order, line in asked])
        findings = []
        for order, line in asked:
            if line.id in missing:
                names = ", ".join(missing[line.id])
                message = self.env._(
                    "%(product)s: nothing was entered for %(values)s.", product=line.name, values=names
                )
                findings.append(
                    self._finding(order, self.env._("a value for %s", names), self.env._("nothing"), message, line)
                )
        return findings

    def _missing_custom_values(self, lines):
        """Dict of line id to the names of the values that nothing was entered for."""
        for model in ("product.attribute.custom.value", "product.attribute.value", "product.attribute"):
            self.env[model].flush_model()
        wanted = [
            (line.id, value_id)
            for line in lines
            for value_id in {*line.attribute_value_ids, *line.product.custom_value_ids}
        ]
        self.env.cr.execute(
            SQL(
                """
                SELECT wanted.line_id, array_agg(
                           coalesce(attribute.name ->> %(lang)s, attribute.name ->> 'en_US') || ': '
                           || coalesce(value.name ->> %(lang)s, value.name ->> 'en_US') ORDER BY ptav.id)
                  FROM unnest(%(lines)s::int[], %(values)s::int[]) AS wanted (line_id, value_id)
                  JOIN product_template_attribute_value ptav ON ptav.id = wanted.value_id
                  JOIN product_attribute_value value ON value.id = ptav.product_attribute_value_id AND value.is_custom
                  JOIN product_attribute attribute ON attribute.id = value.attribute_id
             LEFT JOIN product_attribute_custom_value custom
                    ON custom.sale_order_line_id = wanted.line_id
                   AND custom.custom_product_template_attribute_value_id = wanted.value_id
                   AND trim(coalesce(custom.custom_value, '')) <> ''
                 WHERE custom.id IS NULL
              GROUP BY wanted.line_id
                """,
                lang=self.env.lang or "en_US",
                lines=[line_id for line_id, _value in wanted],
                values=[value_id for _line, value_id in wanted],
            )
        )
        return dict(self.env.cr.fetchall())

    def _find_price_disagrees(self, orders, memory):
        """The same product at another price per reference unit than on the line that has most of it.

        Compared after discount at the precision of product prices, beyond ``tolerance_percent``. A line without a price is
        ``zero_price``'s; the same product with other attribute values is another thing.
        """
        units = self._units(memory)
        digits = self.env["decimal.precision"].precision_get("Product Price")
        findings = []
        for order, product, lines, _quantity in self._ordered(orders, memory):
            if len(lines) == 1:
                continue
            by_values = {}
            for line in lines:
                if line.priced and line.net_price:
                    by_values.setdefault(tuple(sorted(line.attribute_value_ids)), []).append(line)
            unit = units[product.uom_id]
            for alike in by_values.values():
                size = {line.id: units[line.uom_id].factor / unit.factor for line in alike}
                main = max(alike, key=lambda line: (line.quantity * size[line.id], -line.id))
                price = main.net_price / size[main.id]
                for line in alike:
                    other = line.net_price / size[line.id]
                    near = abs(other - price) <= abs(price) * self.tolerance_percent / 100
                    if near or not float_compare(other, price, precision_digits=digits):
                        continue
                    expected, found = self._amount_text(order, price), self._amount_text(order, other)
                    message = self.env._(
                        "%(product)s stands twice in the order, at %(found)s and at %(expected)s per %(unit)s.",
                        product=line.name,
                        found=found,
                        expected=expected,
                        unit=unit.name,
                    )
                    # of the whole order: the other line may change while this one stays as it was verified
                    basis = [line.id, line.content(), main.content()]
                    findings.append(self._finding_on(basis, order, expected, found, message))
        return findings
