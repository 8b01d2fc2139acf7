from odoo import models

CHANGED = "changed_after_verification"


class OrderVerificationRule(models.Model):
    """The built-in rule about changes of what a company calls sensitive."""

    _inherit = "order.verification.rule"

    def _find_changed_after_verification(self, orders, memory):
        """A confirmed order is no longer what was sealed, in a part that the company calls sensitive.

        One finding per line or part of the order. Once accepted, the order is sealed as it is now.
        """
        sales = {order.id: order for order in orders if not order.open}
        companies = self.env["res.company"].sudo().browse({order.company_id for order in sales.values()})
        sensitive = {company.id: company._order_sensitive_parts() for company in companies}
        changes = {}
        for order_id, order in sales.items():
            digest, content = memory["seals"].get(order_id, ("", None))
            if digest and order.differs(digest, content):
                rows = order.changes_from(content)
                changes[order_id] = [row for row in rows if self._change_part(row) in sensitive[order.company_id]]
        words = self.env["sale.order"]._verification_change_words(changes)
        return [
            self._changed_finding(sales[order_id], place, told)
            for order_id, rows in words.items()
            for place, told in self._changed_places(changes[order_id], rows).items()
        ]

    @staticmethod
    def _change_part(change):
        """The code of the part that a change is about (``sale.order._verification_parts``)."""
        part, key, _old, _new = change
        return key if part.isdigit() else part

    def _changed_places(self, changes, words):
        """The changes in words by what they are of: a line's id, ``lines`` for added and removed ones, or a part."""
        places = {}
        for (part, key, _old, _new), told in zip(changes, words):
            places.setdefault("lines" if key == "line" else part, []).append(told)
        return places

    def _changed_finding(self, order, place, told):
        line = next((line for line in order.lines if str(line.id) == place), None)
        return self._finding(
            order,
            "; ".join(old for _where, old, _new in told),
            "; ".join(new for _where, _old, new in told),
            self.env._("Changed after it was verified: %s.", "; ".join(where for where, _old, _new in told)),
            line=line,
            scope="" if line else place,
        )
