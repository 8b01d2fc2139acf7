"""A normal day of the desk leaves nothing to resolve: what is still open is work, not a discrepancy."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from tests.common import OrderCase


class TestNormalDay(OrderCase):
    """Through the desk's own methods, as the processor, on the day itself and on the day after."""

    def _sweep(self, days=0):
        moment = fields.Datetime.to_string(fields.Datetime.now() + timedelta(days=days))
        Discrepancy = self._as("manager", self.env["order.discrepancy"]).with_context(order_business_moment=moment)
        Discrepancy.sweep([("order_id", "in", self.orders.ids)])
        found = Discrepancy.search([("order_id", "in", self.orders.ids), ("state", "in", ("open", "in_progress"))])
        return sorted((record.kind, record.order_id.name) for record in found)

    def test_shipped_invoiced_waiting_and_returned(self):
        tax = self.env["account.tax"].create({"name": "Twenty", "amount": 20, "company_id": self.company.id})
        self.product.write({"taxes_id": [Command.set(tax.ids)], "list_price": 2.95})
        self.other_product.list_price = 7.65
        self._stock(self.product, 60)
        self._stock(self.other_product, 4)
        self.orders = self.env["sale.order"]
        for number, (goods, scarce) in enumerate([(3, 0), (7, 2), (12, 1), (5, 6), (1, 0)]):
            lines = [(self.product, goods)]
            if scarce:
                lines.append((self.other_product, scarce))
            if number == 2:
                lines.append((self.service, 1))
            self.orders |= self._make_order(*lines, client_order_ref=f"day-{number}")
        self.orders[1].order_line[0].discount = 7.5
        desk = self._as("processor", self.orders)
        answers = desk.action_verify_and_confirm()
        self.assertTrue(all(answer["confirmed"] for answer in answers), answers)
        self.assertEqual(self._sweep(), [])
        desk.action_promise()
        answers = desk.action_dispatch()
        self.assertTrue(all(answer["ok"] for answer in answers), answers)
        waiting = self.orders.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        self.assertTrue(waiting)
        # today, and tomorrow when what was shipped should be invoiced
        self.assertEqual(self._sweep(), [])
        self.assertEqual({kind for kind, _order in self._sweep(days=2)} - {"late"}, set())
        Return = self._as("processor", self.env["order.return"])
        line = self.orders[2].order_line[0]
        asked = Return.request([{"key": "day", "lines": [{"line_id": line.id, "quantity": 5}]}], "test")
        case = Return.browse(asked[0]["return_id"])
        self.assertTrue(all(answer["ok"] for answer in case.process()))
        self.assertEqual((line.qty_delivered, line.qty_invoiced), (7, 7))
        self.assertEqual(self._sweep(), [])
        # the goods that waited come, leave and are invoiced
        self._stock(self.other_product, 50)
        self.assertTrue(all(answer["ok"] for answer in desk.action_dispatch()))
        self.assertFalse(self.orders.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel")))
        for invoice in self.orders.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")[:2]:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({})._create_payments()
        self.assertEqual(self._sweep(days=5), [])
        # and one fault of a person is seen at once
        invoice = self.orders[4].invoice_ids
        invoice.button_draft()
        invoice.invoice_line_ids[0].tax_ids = [Command.clear()]
        invoice.action_post()
        self.assertEqual(self._sweep(), [("tax_differs", self.orders[4].name)])
