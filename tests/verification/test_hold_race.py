"""Two users at once on the same order: real cursors, real commits, taken out of the database again afterwards."""

import threading

from odoo import api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import SQL

from .common import VerificationCase


class TestTwoUsers(VerificationCase):
    def setUp(self):
        super().setUp()
        self.registry_used = Registry(self.env.cr.dbname)
        self.user_id = self.env.ref("base.user_admin").id
        self.other_id = self.env.ref("base.user_root").id
        self.addCleanup(self._take_out)
        self.order_id = 0
        with self.registry_used.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})
            product = env["product.product"].create({"name": "Test Race", "type": "consu", "taxes_id": [(5,)]})
            address = {"street": "1 High Street", "city": "London", "zip": "N1 1AA", "country_id": self.uk.id}
            partner = env["res.partner"].create({"name": "Test Race", **address})
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 5})],
                }
            )
            self.order_id, self.product_id, self.partner_id = order.id, product.id, partner.id

    def _take_out(self):
        with self.registry_used.cursor() as cr:
            cr.execute(SQL("DELETE FROM order_event WHERE order_id = %s", self.order_id))
            cr.execute(SQL("DELETE FROM sale_order WHERE id = %s", self.order_id))
            env = api.Environment(cr, 1, {})
            env["product.product"].browse(self.product_id).product_tmpl_id.unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def _both(self, act):
        """``act`` by two users at the same moment; their answers, a refusal as its text."""
        barrier, answers, failures = threading.Barrier(2), [], []

        def run(user_id):
            try:
                with self.registry_used.cursor() as cr:
                    env = api.Environment(cr, user_id, {})
                    # the snapshot of both is taken before either has acted
                    env["order.hold"].search_count([("order_id", "=", self.order_id)])
                    barrier.wait(300)
                    answers.append(retrying(lambda: act(env["sale.order"].browse(self.order_id)), env))
            except UserError as refusal:
                answers.append(str(refusal))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=run, args=(user,)) for user in (self.user_id, self.other_id)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(600)
        self.assertFalse(failures)
        self.assertFalse(any(thread.is_alive() for thread in threads), "still at work")
        return answers

    def _read(self, query):
        with self.registry_used.cursor() as cr:
            cr.execute(query)
            return cr.fetchall()

    def _hold(self, code):
        with self.registry_used.cursor() as cr:
            api.Environment(cr, self.user_id, {})["sale.order"].browse(self.order_id).action_hold(code)

    def test_the_same_hold_twice_is_one(self):
        """Also where the order is held already, so that its own row is not written by either."""
        self._hold("credit")
        answers = self._both(lambda order: order.action_hold("manual"))
        self.assertEqual([sorted(answer[0]["holds"]) for answer in answers], [["credit", "manual"]] * 2)
        rows = self._read(
            SQL("SELECT count(*) FROM order_hold WHERE order_id = %s AND reason_code = 'manual'", self.order_id)
        )
        events = self._read(
            SQL("SELECT count(*) FROM order_event WHERE order_id = %s AND reason = 'manual'", self.order_id)
        )
        self.assertEqual((rows, events), ([(1,)], [(1,)]))

    def test_the_second_release_finds_nothing(self):
        self._hold("manual")
        answers = self._both(lambda order: order.action_release(reason="Both"))
        self.assertEqual(sorted(answer[0]["released"] for answer in answers), [[], ["manual"]])
        events = self._read(
            SQL("SELECT count(*) FROM order_event WHERE order_id = %s AND kind = 'released'", self.order_id)
        )
        self.assertEqual(events, [(1,)])

    def test_one_of_two_claims(self):
        self._hold("manual")
        answers = self._both(lambda order: order.order_hold_ids.action_claim())
        self.assertEqual(sorted(isinstance(answer, str) for answer in answers), [False, True])
        owners = self._read(SQL("SELECT owner_id FROM order_hold WHERE order_id = %s", self.order_id))
        winner = next(answer for answer in answers if not isinstance(answer, str))
        self.assertEqual(winner[0]["owner"], self.env["res.users"].browse(owners[0][0]).name)
