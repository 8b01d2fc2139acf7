"""Makers for return cases beside core modules that the add-on detects and never imports."""

from odoo.fields import Command

from tests.reconciliation.common import ReconciliationCase
from tests.returns.common import ReturnCase


class ModulesCase(ReconciliationCase, ReturnCase):
    """Returns whose day is closed too."""

    def _agrees(self, orders):
        """No discrepancy stands on these orders, and the day is proven."""
        self.env["order.discrepancy"].sweep([("order_id", "in", orders.ids)])
        found = orders.order_discrepancy_ids.filtered(lambda record: record.state in ("open", "in_progress"))
        self.assertFalse(found.mapped("display_name"))
        self._assert_proven(self._next_day())

    def _came(self, case):
        """What the receipts of ``case`` brought: product to quantity."""
        moves = case.picking_ids.move_ids.filtered(
            lambda move: move.state == "done" and move.location_id.usage == "customer"
        )
        return {product: sum(own.mapped("quantity")) for product, own in moves.grouped("product_id").items()}


class KitCase(ModulesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kit = cls._make_product("Kit", "KIT", 40.0)
        cls.bom = cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": cls.product.id, "product_qty": 2}),
                    Command.create({"product_id": cls.other_product.id, "product_qty": 1}),
                ],
            }
        )

    def _kits(self, quantity=3, **vals):
        order = self._shipped((self.kit, quantity), **vals)
        return order, order.order_line

    def _lies(self, location):
        return self._on_hand(self.product, location), self._on_hand(self.other_product, location)
