"""Two comparisons at once: real cursors, real commits, taken out of the database again afterwards."""

import threading

from odoo import api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import SQL

from tests.discrepancy.common import DiscrepancyCase


class TestSweepRace(DiscrepancyCase):
    """Together they do what one does: one record, one row in the day book, one closing."""

    LINES = 3

    def setUp(self):
        super().setUp()
        self.registry_used = Registry(self.env.cr.dbname)
        self.addCleanup(self._take_out)
        self.order_id = self.product_id = self.partner_id = 0
        with self.registry_used.cursor() as cr:
            env = api.Environment(cr, 1, {})
            name = f"Two at once {cr.now():%H%M%S%f}"
            product = env["product.product"].create({"name": name, "type": "consu", "taxes_id": [(5,)]})
            partner = env["res.partner"].create({"name": name})
            line = {"product_id": product.id, "product_uom_qty": 5, "price_unit": 1}
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "user_id": env.ref("base.user_admin").id,
                    "order_line": [(0, 0, line) for _line in range(self.LINES)],
                }
            )
            # a sale of which no transfer is open: short shipped
            env.flush_all()
            cr.execute(SQL("UPDATE sale_order SET state = 'sale' WHERE id = %s", order.id))
            self.order_id, self.product_id, self.partner_id = order.id, product.id, partner.id

    def _take_out(self):
        with self.registry_used.cursor() as cr:
            env = api.Environment(cr, 1, {})
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

    def _two(self):
        """Two sweeps of the order at once, each with its own snapshot taken before the other writes; sums of the answers."""
        barrier, answers, failures, first = threading.Barrier(2), [], [], set()

        def sweep():
            try:
                with self.registry_used.cursor() as cr:
                    env = api.Environment(cr, 1, {})

                    def act():
                        cr.execute("SELECT 1")
                        if threading.get_ident() not in first:
                            first.add(threading.get_ident())
                            barrier.wait(30)
                        return env["order.discrepancy"].sweep([("order_id", "=", self.order_id)])

                    answers.append(retrying(act, env))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=sweep) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertFalse(failures)
        return {name: sum(answer[name] for answer in answers) for name in ("opened", "closed", "reopened")}

    def _found(self, cr):
        cr.execute(
            SQL(
                "SELECT kind, state, times_opened, count(*) FROM order_discrepancy WHERE order_id = %s"
                " GROUP BY kind, state, times_opened",
                self.order_id,
            )
        )
        found = cr.fetchall()
        cr.execute(
            SQL(
                "SELECT kind, count(*) FROM order_event WHERE order_id = %s AND document_model = 'order.discrepancy' GROUP BY kind",
                self.order_id,
            )
        )
        return found, dict(cr.fetchall())

    def test_the_same_as_one(self):
        self.assertEqual(self._two(), {"opened": self.LINES, "closed": 0, "reopened": 0})
        with self.registry_used.cursor() as cr:
            found, told = self._found(cr)
            self.assertEqual(found, [("short_shipped", "open", 1, self.LINES)])
            self.assertEqual(told, {"discrepancy_opened": self.LINES})
            cr.execute(SQL("UPDATE sale_order SET state = 'draft' WHERE id = %s", self.order_id))
        self.assertEqual(self._two(), {"opened": 0, "closed": self.LINES, "reopened": 0})
        with self.registry_used.cursor() as cr:
            found, told = self._found(cr)
            self.assertEqual(found, [("short_shipped", "auto_closed", 1, self.LINES)])
            self.assertEqual(told, {"discrepancy_opened": self.LINES, "discrepancy_closed": self.LINES})
            cr.execute(SQL("UPDATE sale_order SET state = 'sale' WHERE id = %s", self.order_id))
        self.assertEqual(self._two(), {"opened": 0, "closed": 0, "reopened": self.LINES})
        with self.registry_used.cursor() as cr:
            found, told = self._found(cr)
            self.assertEqual(found, [("short_shipped", "open", 2, self.LINES)])
            self.assertEqual(told["discrepancy_opened"], 2 * self.LINES)
