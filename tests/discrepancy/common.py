"""Makers of documents for the discrepancy room, and the slow calculation that the engine is held against."""

from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import float_round

from odoo.addons.order_processing.models.common.business_day import business_day

from tests.common import ObservingCase
from tests.discrepancy.slow import slow_figures

# kinds that a customer tells, not a comparison of ledgers
TOLD = ("reported",)


class DiscrepancyCase(ObservingCase):
    """Orders that are shipped, returned, invoiced and paid by core's own documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_invoice_days = 0
        cls.Discrepancy = cls.env["order.discrepancy"]
        cls._stock(cls.product, 10000)
        cls._stock(cls.other_product, 10000)
        cls.dozen = cls.env.ref("uom.product_uom_dozen")

    def _shipped(self, quantity=10, price=10.0, deliver=None, backorder=True, count=1, **vals):
        """``count`` orders of the product, confirmed and delivered."""
        orders = self._make_orders(count, (self.product, quantity, price), **vals)
        orders.action_confirm()
        self._deliver(orders, None if deliver is None else {self.product: deliver}, backorder=backorder)
        return orders

    def _back(self, order, quantity, to_refund=True, transfer=None):
        """Core's return of ``quantity`` of the last delivery."""
        transfer = transfer or order.picking_ids.filtered(lambda p: p.state == "done").sorted("id")[-1]
        wizard = Form(
            self.env["stock.return.picking"].with_context(active_id=transfer.id, active_model="stock.picking")
        ).save()
        wizard.product_return_moves.quantity = 0
        wizard.product_return_moves[0].quantity = quantity
        wizard.product_return_moves[0].to_refund = to_refund
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.with_context(skip_sms=True, skip_backorder=True).button_validate()
        return back

    def _pay(self, invoice, amount):
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"amount": amount})
            ._create_payments()
        )

    def _credit(self, invoice, quantity):
        """A posted credit note over ``quantity`` of the first line."""
        credit = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        credit.invoice_line_ids[0].quantity = quantity
        credit.action_post()
        return credit

    def _sweep(self, orders):
        """The comparison; whatever it finds, the screen of the nightly one must let through, too."""
        answer = self.Discrepancy.sweep([("order_id", "in", orders.ids)])
        of_orders = [("order_id", "in", orders.ids), ("kind", "not in", list(TOLD))]
        found = self.Discrepancy.search([*of_orders, ("state", "in", ("open", "in_progress"))])
        self.assertLessEqual(set(found.line_id.ids), self._suspects())
        return answer

    def _suspects(self):
        """Ids of the lines that the screen does not hold for plain, records apart."""
        Discrepancy = self.Discrepancy.sudo()
        self.env["order.matching"]._flush_ledgers()
        self.env.cr.execute(Discrepancy._suspects_query(self.company.ids, Discrepancy._moment()))
        return {line for (line,) in self.env.cr.fetchall()}

    def _kinds(self, orders, *states):
        found = self.Discrepancy.search(
            [("order_id", "in", orders.ids), ("state", "in", states or ("open", "in_progress"))]
        )
        return sorted(found.mapped("kind"))

    def _figures(self, order):
        return {row["line_id"]: row for row in self.env["order.matching"].figures(order.ids)}

    def _queries(self, act):
        """Statements that ``act`` takes, what is pending written too."""
        self.env.flush_all()
        self.env["order.event"].flush_model()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        act()
        self.env.flush_all()
        self.env["order.event"].flush_model()
        return self.cr.sql_log_count - before

    def _assert_figures(self, order):
        """Engine and slow calculation agree on every line, and core's stored fields with both."""
        rows = self._figures(order)
        lines = order.order_line.filtered(lambda line: not line.display_type and not line.is_downpayment)
        self.assertEqual(set(rows), set(lines.ids))
        for line in lines:
            row = rows[line.id]
            for name, expected in slow_figures(line, lambda moment: business_day(self.company, moment)).items():
                if isinstance(expected, str):
                    self.assertEqual(row[name], expected, f"{name} of {line.display_name}")
                else:
                    self.assertAlmostEqual(row[name], expected, 4, f"{name} of {line.display_name}")
            self.assertAlmostEqual(row["delivered"], line.qty_delivered, 4)
            self.assertAlmostEqual(row["core_invoiced"], line.qty_invoiced, 4)
            self.assertAlmostEqual(row["delivered_off"], 0, 4)
            self.assertAlmostEqual(row["invoiced_off"], 0, 4)
            worth = line.price_subtotal * row["shipped"] / line.product_uom_qty if line.product_uom_qty else 0
            self.assertAlmostEqual(
                row["shipped_value"], float_round(worth, precision_rounding=line.currency_id.rounding), 4
            )


def dozens(product, quantity, unit):
    """Values of an order line in another unit."""
    return Command.create({"product_id": product.id, "product_uom_qty": quantity, "product_uom_id": unit.id})
