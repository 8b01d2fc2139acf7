"""Faults planted in a clean day: every one is found, nothing is said of what was left clean."""

import random

from odoo.fields import Command

from tests.discrepancy.common import DiscrepancyCase

SEED = 20111209


class TestFaults(DiscrepancyCase):
    def _clean(self, quantity):
        order = self._shipped(quantity, 4.95)
        self._invoice(order)
        return order

    def _plant_short_shipped(self, order):
        order.order_line.product_uom_qty += 3
        order.picking_ids.filtered(lambda picking: picking.state != "done").action_cancel()

    def _plant_over_shipped(self, order):
        order.picking_ids.move_ids.quantity += 2
        self._invoice(order)

    def _plant_shipped_not_invoiced(self, order):
        order.invoice_ids.button_draft()
        order.invoice_ids.button_cancel()

    def _plant_over_invoiced(self, order):
        self._again(order, quantity=order.order_line.product_uom_qty + 1)

    def _plant_price_differs(self, order):
        self._again(order, discount=10)

    def _plant_tax_differs(self, order):
        self._again(order, tax_ids=[Command.set(self.tax.ids)])

    def _plant_returned_not_refunded(self, order):
        self._back(order, 1)

    def _plant_refunded_not_returned(self, order):
        self._credit(order.invoice_ids, 1)

    def _plant_cancelled_but_shipped(self, order):
        order._action_cancel()

    def _plant_stored_differs(self, order):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET qty_invoiced = qty_invoiced + 1 WHERE order_id = %s", [order.id]
        )
        self.env.invalidate_all()

    def _again(self, order, **vals):
        """The invoice taken back, changed and posted again."""
        order.invoice_ids.button_draft()
        order.invoice_ids.invoice_line_ids.write(vals)
        order.invoice_ids.action_post()

    def test_every_planted_fault_is_found_and_nothing_else(self):
        self.tax = self.env["account.tax"].create({"name": "Twenty", "amount": 20, "company_id": self.company.id})
        chance = random.Random(SEED)
        plants = [name.removeprefix("_plant_") for name in dir(self) if name.startswith("_plant_")]
        orders = [self._clean(chance.randint(2, 9)) for _ in range(3 * len(plants))]
        everything = self.env["sale.order"].browse([order.id for order in orders])
        self.assertEqual(self._sweep(everything)["opened"], 0)
        expected = dict.fromkeys(everything.ids)
        for kind, order in zip(plants, chance.sample(orders, len(plants)), strict=True):
            getattr(self, f"_plant_{kind}")(order)
            expected[order.id] = kind
        answer = self._sweep(everything)
        found = self.Discrepancy.search([("order_id", "in", everything.ids)])
        self.assertEqual(
            {order: kind for order, kind in expected.items() if kind},
            {record.order_id.id: record.kind for record in found},
            f"seed {SEED}",
        )
        self.assertEqual((answer["opened"], answer["lines"]), (len(plants), len(orders)))
