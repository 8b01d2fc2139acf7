"""Two at once on one order: real cursors, real commits, taken out of the database again afterwards."""

import threading

from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import SQL

from tests.discrepancy.common import DiscrepancyCase


class RaceCase(DiscrepancyCase):
    """A committed sale of ``LINES`` lines of which no transfer is open: short shipped."""

    LINES = 1

    def setUp(self):
        super().setUp()
        self.registry_used = Registry(self.env.cr.dbname)
        self.user_id = self.env.ref("base.user_admin").id
        self.addCleanup(self._take_out)
        self.order_id = self.product_id = self.partner_id = 0
        with self.registry_used.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})
            name = f"Two at once {cr.now():%H%M%S%f}"
            product = env["product.product"].create({"name": name, "type": "consu", "taxes_id": [(5,)]})
            partner = env["res.partner"].create({"name": name})
            line = {"product_id": product.id, "product_uom_qty": 5, "price_unit": 1}
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "order_line": [(0, 0, line) for _line in range(self.LINES)],
                }
            )
            env.flush_all()
            cr.execute(SQL("UPDATE sale_order SET state = 'sale' WHERE id = %s", order.id))
            env.invalidate_all()
            self.order_id, self.product_id, self.partner_id = order.id, product.id, partner.id
            self._begin(order)

    def _begin(self, order):
        """What else is committed before the two start."""

    def _take_out(self):
        with self.registry_used.cursor() as cr:
            env = api.Environment(cr, 1, {})
            env["order.claim"].search([("order_id", "=", self.order_id)]).unlink()
            env["mail.activity"].search([("res_model", "=", "sale.order"), ("res_id", "=", self.order_id)]).unlink()
            env.flush_all()
            for statement in (
                SQL("DELETE FROM order_discrepancy WHERE order_id = %s", self.order_id),
                SQL("DELETE FROM order_event WHERE order_id = %s", self.order_id),
                SQL("DELETE FROM sale_order WHERE id = %s", self.order_id),
            ):
                cr.execute(statement)
            env["product.product"].browse(self.product_id).product_tmpl_id.unlink()
            env["res.partner"].browse(self.partner_id).unlink()
            env.flush_all()
            cr.execute(SQL("DELETE FROM order_discrepancy_mark WHERE order_id = %s", self.order_id))

    def _both(self, act):
        """Run ``act(cr)`` twice at once, each with a cursor of its own; what it raised beside its own handling fails the test."""
        failures = []

        def run():
            try:
                with self.registry_used.cursor() as cr:
                    act(cr)
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(600)
        self.assertFalse(failures)
        self.assertFalse(any(thread.is_alive() for thread in threads), "still at work")
