"""Two at once on the same day, and a run that is killed: real cursors, real commits, taken out of the database again."""

import threading
from datetime import date

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import TransactionCase
from odoo.tools import SQL, mute_logger

DAY = date(2020, 2, 3)


class TestTwoManagers(TransactionCase):
    test_tags = {"standard", "at_install"}
    test_module = "order_processing"

    def setUp(self):
        super().setUp()
        self.registry_used = Registry(self.env.cr.dbname)
        self.company_id = self.env.ref("base.main_company").id
        self.addCleanup(self._take_out)

    def _fresh(self):
        cursor = self.registry_used.cursor()
        self.addCleanup(cursor.close)
        return api.Environment(cursor, SUPERUSER_ID, {})

    def _take_out(self):
        env = self._fresh()
        ids = SQL("(SELECT id FROM order_reconciliation WHERE company_id = %s AND date = %s)", self.company_id, DAY)
        for table in ("mail_message", "mail_followers"):
            column = "model" if table == "mail_message" else "res_model"
            env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE %s = 'order.reconciliation' AND res_id IN %s",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    ids,
                )
            )
        env.cr.execute(SQL("DELETE FROM order_event WHERE document_model = 'order.reconciliation' AND document_id IN %s", ids))  # fmt: skip
        env.cr.execute(SQL("DELETE FROM order_reconciliation WHERE id IN %s", ids))
        env.cr.commit()

    def _statements(self):
        env = self._fresh()
        return env["order.reconciliation"].search([("company_id", "=", self.company_id), ("date", "=", DAY)])

    def _drawn(self):
        env = self._fresh()
        answer = env["order.reconciliation"].draft_day(DAY, self.company_id)
        env.cr.commit()
        return answer["id"]

    def _at_once(self, act):
        """``act(env)`` in two transactions whose snapshots are taken before either has done anything."""
        barrier, answers, failures = threading.Barrier(2), [], []

        def run():
            try:
                with self.registry_used.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    env["order.reconciliation"].search_count([])
                    barrier.wait(300)
                    answers.append(retrying(lambda: act(env), env))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=run) for _number in range(2)]
        with mute_logger("odoo.sql_db", "odoo.service.model", "odoo.http"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(600)
        self.assertFalse(failures)
        self.assertFalse(any(thread.is_alive() for thread in threads), "still at work")
        return answers

    def test_two_sign_at_once_and_one_does(self):
        number = self._drawn()
        answers = self._at_once(lambda env: env["order.reconciliation"].browse(number).action_sign())
        self.assertEqual(len(answers), 2)
        self.assertEqual(sum(isinstance(answer, list) for answer in answers), 1, "the other finds it done")
        statement = self._statements()
        self.assertEqual((statement.state, len(statement)), ("signed", 1))
        signed = [("kind", "=", "day_signed"), ("document_id", "=", statement.id)]
        self.assertEqual(statement.env["order.event"].search_count(signed), 1)
        self.assertEqual(statement.verify_chain(self.company_id)["broken"], [])

    def test_two_draw_at_once_and_one_statement_is_there(self):
        self._at_once(lambda env: env["order.reconciliation"].draft_day(DAY, self.company_id))
        statement = self._statements()
        self.assertEqual((len(statement), statement.state), (1, "draft"))
        names = statement.equation_ids.mapped("name")
        self.assertEqual(names.count("entries"), 1, "it is drawn once, or in place of what was drawn")

    def _quotation(self):
        """Of another transaction, so that it stands in what is drawn; taken out at the end."""
        env = self._fresh()
        partner = env["res.partner"].create(
            {"name": "Test Customer", "street": "1 High Street", "city": "London", "zip": "N1 1AA",
             "country_id": env.ref("base.uk").id, "email": "customer@test.example.com", "phone": "+44 20 7946 0000"}
        )  # fmt: skip
        product = env["product.product"].create({"name": "Test Goods", "type": "consu", "list_price": 10})
        order = env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company_id,
                "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 5})],
            }
        )
        env.cr.commit()

        def take_out():
            env = self._fresh()
            env["sale.order"].browse(order.id).unlink()
            env["order.event"].flush_model()
            env.cr.execute(SQL("DELETE FROM order_event WHERE order_id = %s", order.id))
            env.cr.execute(SQL("DELETE FROM order_reconciliation_product WHERE number = %s", product.id))
            env["product.template"].browse(product.product_tmpl_id.id).unlink()
            env["res.partner"].browse(partner.id).unlink()
            env.cr.commit()

        self.addCleanup(take_out)
        # what stands in a statement is not deleted before the statement is
        self.addCleanup(self._take_out)
        return order.id

    def test_the_desk_confirms_ships_and_invoices_while_a_day_is_drawn(self):
        """What the drawing locks it keeps to its end: who does not wait just before that waits at no time."""
        number = self._quotation()
        drawing = self._fresh()
        statement = drawing["order.reconciliation"].browse(
            drawing["order.reconciliation"].draft_day(DAY, self.company_id)["id"]
        )
        statement.action_sign()
        drawing.flush_all()
        self.assertIn(number, statement.line_ids.mapped("order_number"))
        desk = self._fresh()
        desk.cr.execute("SET LOCAL lock_timeout = '30s'")
        # whether it may be confirmed is the verification's matter
        desk["res.company"].browse(self.company_id).action_order_control_observe(reason="Nothing is stopped here.")
        order = desk["sale.order"].browse(number)
        order.action_confirm()
        order.order_line.product_uom_qty = 6
        transfer = order.picking_ids
        transfer.move_ids.write({"quantity": 6, "picked": True})
        if hasattr(transfer, "action_quality_pass"):
            transfer.action_quality_pass()
        transfer.with_context(skip_backorder=True, skip_sms=True).button_validate()
        order._create_invoices().action_post()
        desk.flush_all()
        self.assertEqual((order.state, order.order_line.qty_delivered, order.invoice_status), ("sale", 6, "invoiced"))
        desk.cr.rollback()
        drawing.cr.commit()
        self.assertEqual(self._statements().state, "signed")

    def test_a_rejected_order_is_submitted_again_while_a_day_is_drawn(self):
        source, order = (
            "two-managers",
            {"reference": "AGAIN-1", "customer": "nobody", "lines": [{"product": "none", "quantity": 1}]},
        )

        def take_out():
            env = self._fresh()
            ids = SQL("(SELECT id FROM order_intake WHERE source = %s)", source)
            env.cr.execute(
                SQL("DELETE FROM order_event WHERE document_model = 'order.intake' AND document_id IN %s", ids)
            )
            env.cr.execute(SQL("DELETE FROM order_intake WHERE source = %s", source))
            env.cr.commit()

        self.addCleanup(take_out)
        self.addCleanup(self._take_out)
        first = self._fresh()
        [answer] = first["order.processing"].submit_orders(orders=[order], source=source)
        self.assertFalse(answer["ok"])
        first.cr.commit()
        drawing = self._fresh()
        drawing["order.reconciliation"].draft_day(DAY, self.company_id)
        again = self._fresh()
        again.cr.execute("SET LOCAL lock_timeout = '30s'")
        [answer] = again["order.processing"].submit_orders(orders=[order], source=source)
        self.assertFalse(answer["ok"])
        again.cr.rollback()
        drawing.cr.rollback()

    def test_a_day_is_drawn_while_the_desk_has_not_saved_yet(self):
        number = self._quotation()
        desk = self._fresh()
        desk["res.company"].browse(self.company_id).action_order_control_observe(reason="Nothing is stopped here.")
        desk["sale.order"].browse(number).action_confirm()
        desk.flush_all()
        drawing = self._fresh()
        drawing.cr.execute("SET LOCAL lock_timeout = '30s'")
        statement = drawing["order.reconciliation"].browse(
            drawing["order.reconciliation"].draft_day(DAY, self.company_id)["id"]
        )
        entry = statement.line_ids.filtered(lambda line: line.order_number == number)
        self.assertIn(entry.bucket, ("held", "to_verify", "verified"), "as it stood when it was last saved")
        desk.cr.rollback()
        drawing.cr.rollback()

    def test_a_killed_run_leaves_nothing_and_locks_nothing(self):
        env = self._fresh()
        env["order.reconciliation"].draft_day(DAY, self.company_id)
        env.flush_all()
        killer = self._fresh()
        killer.cr.execute("SELECT pg_terminate_backend(%s)", [env.cr.connection.info.backend_pid])
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            env.cr.execute("SELECT 1")
        self.assertFalse(self._statements())
        for table in ("line", "equation", "check", "stock", "total", "count"):
            killer.cr.execute(
                SQL(
                    "SELECT count(*) FROM %s part LEFT JOIN order_reconciliation day ON day.id = part.reconciliation_id"
                    " WHERE day.id IS NULL",
                    SQL.identifier(f"order_reconciliation_{table}"),
                )
            )
            self.assertEqual(killer.cr.fetchone()[0], 0, table)
        self._drawn()
        self.assertEqual(self._statements().state, "draft")
