"""What failed stays where it is held, whatever is done with its transfer; what did not fail does not."""

from odoo.exceptions import UserError
from odoo.fields import Command

from tests.dispatch.quality import QualityCase


class TestQualityLoose(QualityCase):
    def _both(self, first=5, second=2, **point):
        """A transfer of two products, its check, and the row of each product."""
        self._point(**point)
        picking = self._ready((self.product, first), (self.other_product, second))
        check = self._checks(picking)
        rows = {line.product_id: line for line in check.line_ids}
        return picking, check, rows

    def _move(self, picking, product):
        return picking.move_ids.filtered(lambda move: move.product_id == product)

    # ------------------------------------------------------------------ concessions

    def test_the_window_leaves_a_concession_alone(self):
        self._point()
        picking = self._ready((self.product, 3))
        check = self._checks(picking)
        self._answer(check, failed=3, reason="Scratched")
        self._as("manager", check).action_concede("The customer takes them")
        self._stock(self.product, 5)
        picking.move_ids.product_uom_qty = 8
        picking.action_assign()
        action = check.action_open_answer()
        window = self.env[action["res_model"]].with_user(self.users["processor"]).browse(action["res_id"])
        self.assertEqual(
            sorted(window.line_ids.mapped(lambda line: (line.failed, line.answered))), [(0, True), (3, False)]
        )
        window.action_apply()
        self.assertEqual(check.state, "passed")
        self.assertEqual(sorted(check.line_ids.mapped("conceded")), [False, True])
