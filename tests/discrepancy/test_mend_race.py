"""Two users mend the same at once."""

import threading

from odoo import api
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import SQL

from .race import RaceCase


class TestMendRace(RaceCase):
    def _begin(self, order):
        order.env["order.discrepancy"].sweep([("order_id", "=", order.id)])
        # somebody has it in hand: the claim writes nothing on the record that would tell the second
        order.order_discrepancy_ids.action_take()

    def test_the_second_sees_what_the_first_made(self):
        barrier, made, told = threading.Barrier(2), [], []

        def mend(cr):
            env = api.Environment(cr, self.user_id, {})
            record = env["order.discrepancy"].search([("order_id", "=", self.order_id)])
            barrier.wait(300)  # the snapshot of both is taken before either has claimed
            try:
                made.append(retrying(lambda: record.mend_apply("claim"), env))
            except UserError as refusal:
                told.append(str(refusal))

        self._both(mend)
        self.assertEqual((len(made), len(told)), (1, 1), (made, told))
        self.assertIn(made[0]["documents"][0]["name"], told[0])
        with self.registry_used.cursor() as cr:
            cr.execute(SQL("SELECT count(*) FROM order_claim WHERE order_id = %s", self.order_id))
            self.assertEqual(cr.fetchone()[0], 1)
