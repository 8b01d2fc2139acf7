from odoo import models


class OrderVerificationRule(models.Model):
    """Built-in rules about the products of an order."""

    _inherit = "order.verification.rule"

    def _find_product_unsaleable(self, orders, memory):
        """A product that is archived, or that is not for sale."""
        findings = []
        for order in orders:
            for line in order.subject_lines:
                if not line.archived and line.saleable:
                    continue
                found = self.env._("archived") if line.archived else self.env._("not for sale")
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
                f"{line.quantity:g}",
                self.env._(
                    "%(product)s: the quantity is %(quantity)s.", product=line.name, quantity=f"{line.quantity:g}"
                ),
                line,
            )
            for order, line in low
            if line.id not in optional
        ]
