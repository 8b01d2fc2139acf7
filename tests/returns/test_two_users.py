"""Two users at once on the same delivery: real cursors, real commits, taken out of the database again afterwards."""

import threading

from odoo import api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import SQL

from .common import ReturnCase


class TestTwoUsers(ReturnCase):
    def setUp(self):
        super().setUp()
        self.registry_used = Registry(self.env.cr.dbname)
        self.user_id = self.env.ref("base.user_admin").id
        self.stamp = f"{self.env.cr.now():%H%M%S%f}"
        self.addCleanup(self._take_out)
        self.order_id = 0
        with self.registry_used.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})
            product = env["product.product"].create(
                {"name": f"Race {self.stamp}", "type": "consu", "invoice_policy": "delivery", "taxes_id": [(5,)]}
            )
            partner = env["res.partner"].create({"name": f"Race {self.stamp}"})
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 5, "price_unit": 1})],
                }
            )
            # the race is about returns: the move alone is what a delivery leaves
            order.order_line.flush_recordset()
            cr.execute(SQL("UPDATE sale_order SET state = 'sale' WHERE id = %s", order.id))
            move = env["stock.move"].create(
                {
                    "product_id": product.id,
                    "product_uom_qty": 5,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "location_dest_id": env.ref("stock.stock_location_customers").id,
                    "sale_line_id": order.order_line.id,
                    "company_id": self.company.id,
                }
            )
            env.flush_all()
            cr.execute(SQL("UPDATE stock_move SET state = 'done', quantity = 5 WHERE id = %s", move.id))
            self.order_id, self.line_id = order.id, order.order_line.id
            self.product_id, self.partner_id, self.move_id = product.id, partner.id, move.id

    def _take_out(self):
        with self.registry_used.cursor() as cr:
            for statement in (
                SQL("DELETE FROM order_return_line WHERE order_line_id = %s", self.line_id),
                SQL(
                    "DELETE FROM order_event WHERE order_id = %s OR document_model = 'order.return'"
                    " AND document_id IN (SELECT id FROM order_return WHERE source = %s)",
                    self.order_id,
                    self.stamp,
                ),
                SQL("DELETE FROM order_return WHERE source = %s", self.stamp),
                SQL("DELETE FROM stock_move WHERE id = %s", self.move_id),
                SQL("DELETE FROM sale_order WHERE id = %s", self.order_id),
            ):
                cr.execute(statement)
            env = api.Environment(cr, 1, {})
            env["product.product"].browse(self.product_id).product_tmpl_id.unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def test_the_second_sees_what_the_first_took(self):
        """Both want 4 of 5: one gets them, the other is told; without the new row version both would get them."""
        barrier, answers, failures = threading.Barrier(2), [], []

        def ask(key):
            try:
                with self.registry_used.cursor() as cr:
                    env = api.Environment(cr, self.user_id, {})
                    env["order.return"].search_count([])  # the snapshot of both is taken before either has asked
                    barrier.wait(300)
                    case = {"key": key, "lines": [{"line_id": self.line_id, "quantity": 4}]}

                    def act():
                        return env["order.return"].request([case], self.stamp, self.company.id)[0]

                    answers.append(retrying(act, env))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=ask, args=(key,)) for key in ("first", "second")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(600)
        self.assertFalse(failures)
        self.assertFalse(any(thread.is_alive() for thread in threads), "still at work")
        self.assertEqual(sorted(answer["ok"] for answer in answers), [False, True], answers)
        refused = next(answer for answer in answers if not answer["ok"])
        self.assertEqual(refused["reason"], "too_many")
        with self.registry_used.cursor() as cr:
            cr.execute(SQL("SELECT sum(quantity) FROM order_return_line WHERE order_line_id = %s", self.line_id))
            self.assertEqual(cr.fetchone()[0], 4)

    def test_settled_by_two_at_once_is_settled_once(self):
        with self.registry_used.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})
            row = {"line_id": self.line_id, "quantity": 1, "disposition": "customer_keeps", "settlement": "none"}
            answer = env["order.return"].request([{"key": "both", "lines": [row]}], self.stamp, self.company.id)[0]
            case = env["order.return"].browse(answer["return_id"])
            case.action_approve()
            case.action_receive()
        barrier, failures = threading.Barrier(2), []

        def settle():
            try:
                with self.registry_used.cursor() as cr:
                    env = api.Environment(cr, self.user_id, {})
                    own = env["order.return"].browse(answer["return_id"])
                    self.assertEqual(own.state, "received")
                    barrier.wait(300)
                    retrying(own.action_settle, env)
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=settle) for _number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(600)
        self.assertFalse(failures)
        self.assertFalse(any(thread.is_alive() for thread in threads), "still at work")
        with self.registry_used.cursor() as cr:
            cr.execute(SQL("SELECT state FROM order_return WHERE id = %s", answer["return_id"]))
            self.assertEqual(cr.fetchone()[0], "settled")
            cr.execute(
                SQL(
                    "SELECT count(*) FROM order_event WHERE kind = 'settled' AND document_model = 'order.return'"
                    " AND document_id = %s",
                    answer["return_id"],
                )
            )
            self.assertEqual(cr.fetchone()[0], 1)
