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

    def _tracked(self, tracking, *quantities):
        """A part of the kit, one in each, that lies in stock in lots of these quantities: the product and the lots."""
        part = self._make_product("Part", "PART", 5.0, tracking=tracking)
        lots = self.env["stock.lot"].create(
            [{"product_id": part.id, "name": f"S{number}"} for number in range(len(quantities))]
        )
        place = {"product_id": part.id, "location_id": self.warehouse.lot_stock_id.id}
        # by moves: the day's close proves them
        self.env["stock.quant"].with_context(inventory_mode=True).create(
            [{**place, "lot_id": lot.id, "inventory_quantity": found} for lot, found in zip(lots, quantities)]
        ).action_apply_inventory()
        self.bom.bom_line_ids = [Command.create({"product_id": part.id, "product_qty": 1})]
        return part, lots

    def _lots_at(self, product, location):
        """What lies at ``location`` by lots."""
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "child_of", location.id), ("quantity", "!=", 0)]
        )
        return {lot: sum(own.mapped("quantity")) for lot, own in quants.grouped("lot_id").items()}

    def _lies(self, location):
        return self._on_hand(self.product, location), self._on_hand(self.other_product, location)
