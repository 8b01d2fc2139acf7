"""Two users mend the same at once: real cursors, real commits, taken out of the database again afterwards."""

import threading

from odoo import api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import SQL

from tests.discrepancy.common import DiscrepancyCase


class TestMendRace(DiscrepancyCase):
    def setUp(self):
        super().setUp()
        self.registry_used = Registry(self.env.cr.dbname)
        self.user_id = self.env.ref("base.user_admin").id
        self.addCleanup(self._take_out)
        self.order_id = self.product_id = self.partner_id = 0
        with self.registry_used.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})
            name = f"Race {cr.now():%H%M%S%f}"
            product = env["product.product"].create({"name": name, "type": "consu", "taxes_id": [(5,)]})
            partner = env["res.partner"].create({"name": name})
            line = {"product_id": product.id, "product_uom_qty": 5, "price_unit": 1}
            order = env["sale.order"].create(
                {"partner_id": partner.id, "company_id": self.company.id, "order_line": [(0, 0, line)]}
            )
            # a sale of which no transfer is open: short shipped
            env.flush_all()
            cr.execute(SQL("UPDATE sale_order SET state = 'sale' WHERE id = %s", order.id))
            env.invalidate_all()
            self.order_id, self.product_id, self.partner_id = order.id, product.id, partner.id
            env["order.discrepancy"].sweep([("order_id", "=", order.id)])
            # somebody has it in hand: the claim writes nothing on the record that would tell the second
            order.order_discrepancy_ids.action_take()

    def _take_out(self):
        with self.registry_used.cursor() as cr:
            env = api.Environment(cr, 1, {})
            env["order.claim"].search([("order_id", "=", self.order_id)]).unlink()
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

    def test_the_second_sees_what_the_first_made(self):
        barrier, made, told, failures = threading.Barrier(2), [], [], []

        def mend():
            try:
                with self.registry_used.cursor() as cr:
                    env = api.Environment(cr, self.user_id, {})
                    record = env["order.discrepancy"].search([("order_id", "=", self.order_id)])
                    barrier.wait(30)  # the snapshot of both is taken before either has claimed
                    made.append(retrying(lambda: record.mend_apply("claim"), env))
            except UserError as refusal:
                told.append(str(refusal))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=mend) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertFalse(failures)
        self.assertEqual((len(made), len(told)), (1, 1), (made, told))
        self.assertIn(made[0]["documents"][0]["name"], told[0])
        with self.registry_used.cursor() as cr:
            cr.execute(SQL("SELECT count(*) FROM order_claim WHERE order_id = %s", self.order_id))
            self.assertEqual(cr.fetchone()[0], 1)
