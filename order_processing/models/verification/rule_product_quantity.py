"""Built-in rules about how much of a product is ordered, and in which unit."""

from odoo import models

from .facts import plain_number


class OrderVerificationRule(models.Model):
    """Minimum, packaging and unit of measure of the products."""

    _inherit = "order.verification.rule"

    @staticmethod
    def _only(lines):
        """The line that a finding about a product stands on; of several lines it stands on the order.

        A line of a confirmed order that is as it was verified is not asked again, while its fellow may have changed.
        """
        return lines[0] if len(lines) == 1 else None

    def _find_quantity_minimum(self, orders, memory):
        """Less of a product in the whole order than its minimum quantity, which is in the product's reference unit."""
        units = self._units(memory)
        findings = []
        if not any(product.minimum for product in orders[0].products.values()):
            return findings
        for order, product, lines, quantity in self._ordered(orders, memory):
            if not product.minimum or self._compare_quantities(quantity, product.minimum) >= 0:
                continue
            unit = units[product.uom_id]
            findings.append(
                self._finding_on(
                    [product.id, plain_number(quantity), plain_number(product.minimum)],
                    order,
                    self.env._("at least %s", self._quantity_text(product.minimum, unit)),
                    self._quantity_text(quantity, unit),
                    self.env._(
                        "%(product)s: %(quantity)s are ordered, the minimum is %(minimum)s.",
                        product=lines[0].name,
                        quantity=self._quantity_text(quantity, unit),
                        minimum=self._quantity_text(product.minimum, unit),
                    ),
                    self._only(lines),
                )
            )
        return findings

    def _find_quantity_multiple(self, orders, memory):
        """A quantity in the whole order that does not fill packagings of the unit in which the product is sold.

        As core's ``uom.uom._check_qty``: no modulo of floats, but the nearest multiple compared at the units' precision.
        """
        units = self._units(memory)
        findings = []
        if not any(product.multiple_uom_id for product in orders[0].products.values()):
            return findings
        for order, product, lines, quantity in self._ordered(orders, memory):
            pack, unit = units.get(product.multiple_uom_id), units[product.uom_id]
            if not pack or pack.root != unit.root:
                continue
            size = pack.factor / unit.factor
            # less than one packaging is none of its multiples either
            nearest = max(1, round(quantity / size))
            if self._compare_quantities(nearest * size, quantity) == 0:
                continue
            down = int(quantity / size)
            offers = [self._quantity_text(count * size, unit) for count in (down, down + 1) if count]
            findings.append(
                self._finding_on(
                    [product.id, plain_number(quantity), plain_number(size)],
                    order,
                    self.env._(
                        "multiples of %(size)s (%(pack)s)", size=self._quantity_text(size, unit), pack=pack.name
                    ),
                    self._quantity_text(quantity, unit),
                    self.env._(
                        "%(product)s is sold by the %(pack)s: %(offers)s, not %(quantity)s.",
                        product=lines[0].name,
                        pack=pack.name,
                        offers=self.env._(" or ").join(offers),
                        quantity=self._quantity_text(quantity, unit),
                    ),
                    self._only(lines),
                )
            )
        return findings

    def _find_unit_foreign(self, orders, memory):
        """A unit of measure that is neither the product's own nor one of its packagings: core's ``allowed_uom_ids``.

        Core only leaves it out of the choice on screen; a file or a program can send any.
        """
        units = self._units(memory)
        findings = []
        for order in orders:
            for line in order.subject_lines:
                product = line.product
                if line.uom_id == product.uom_id or line.uom_id in product.uom_ids:
                    continue
                allowed = ", ".join(units[uom_id].name for uom_id in (product.uom_id, *product.uom_ids))
                found = units[line.uom_id].name if line.uom_id in units else self.env._("none")
                message = self.env._(
                    "%(product)s is not sold by the %(unit)s, but by: %(allowed)s.",
                    product=line.name,
                    unit=found,
                    allowed=allowed,
                )
                findings.append(self._finding(order, allowed, found, message, line))
        return findings
