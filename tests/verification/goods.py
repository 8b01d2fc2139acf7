"""What the tests of the rules of product, delivery and stock share: one rule on at a time, units, both companies."""

from odoo.fields import Command

from .common import VerificationCase


class GoodsCase(VerificationCase):
    """All other rules are off, so that what is found is found by the rule under test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.dozen.active = True
        cls.kilo = cls.env.ref("uom.product_uom_kgm")
        cls.env["order.verification.rule"].search([]).active = False

    def _on(self, code, **parameters):
        """Switch the rule on and set its parameters."""
        rule = self._rule(code)
        rule.write({"active": True, **parameters})
        return rule

    def _found(self, *orders):
        """What is found on each order, as ``[(expected, found)]`` for one and a list of them for several."""
        rows = self.env["sale.order"].union(*orders).action_verify()
        found = [[(f["expected"], f["found"]) for f in row["findings"]] for row in rows]
        return found if len(orders) > 1 else found[0]

    def _fires(self, *orders):
        """Whether the rule that is on finds something, for each order."""
        answers = [bool(found) for found in (self._found(*orders) if len(orders) > 1 else [self._found(*orders)])]
        return answers if len(orders) > 1 else answers[0]

    def _order_in(self, company, *lines, **vals):
        """An order of another company."""
        return self._make_order(*lines, company_id=company.id, **vals)

    def _line(self, product, quantity, uom=None, **vals):
        return Command.create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                **({"product_uom_id": uom.id} if uom else {}),
                **vals,
            }
        )

    def _order_of(self, *lines, **vals):
        """An order of lines made by ``_line``."""
        return self._make_order(order_line=list(lines), **vals)

    def _assert_same_queries(self, make):
        """The statements of a verification are the same for 1 and for 60 orders; ``make(index)`` calls ``_make_order`` once."""
        self._verified_with(self._made_together(make, range(2)))
        one = self._verified_with(self._made_together(make, [2]))
        many = self._verified_with(self._made_together(make, range(3, 63)))
        self.assertEqual(one, many)

    def _verified_with(self, orders):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        orders._verification_evaluate()
        return self.env.cr.sql_log_count - before
