"""Two people answer at once: real cursors, real commits, taken out of the database again afterwards."""

import threading

from odoo import api
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import SQL

from tests.discrepancy.race import RaceCase


class TestChangeRace(RaceCase):
    def _begin(self, order):
        request = (
            order.env["order.change.request"]
            .sudo()
            .create(
                {
                    "order_id": order.id,
                    "kind": "cancel",
                    "reason": "Both",
                    "requested_by_id": self.user_id,
                    "requested_at": order.env.cr.now(),
                }
            )
        )
        self.request_id = request.id

    def test_one_answer(self):
        barrier, given, told = threading.Barrier(2), [], []
        acts = ["action_accept", "action_decline"]

        def answer(cr):
            env = api.Environment(cr, self.user_id, {})
            request, act = env["order.change.request"].browse(self.request_id), acts.pop()
            request.read(["state"])
            barrier.wait(300)  # the snapshot of both is taken before either has answered
            try:
                retrying(lambda: getattr(request, act)(reason="So"), env)
                given.append(act)
            except UserError as refusal:
                told.append(str(refusal))

        self._both(answer)
        self.assertEqual((len(given), len(told)), (1, 1), (given, told))
        with self.registry_used.cursor() as cr:
            cr.execute(
                SQL(
                    "SELECT request.state, sale.state FROM order_change_request request"
                    " JOIN sale_order sale ON sale.id = request.order_id WHERE request.id = %s",
                    self.request_id,
                )
            )
            states = cr.fetchone()
            cr.execute(
                SQL(
                    "SELECT count(*) FROM order_event WHERE order_id = %s AND kind IN"
                    " ('change_accepted', 'change_declined')",
                    self.order_id,
                )
            )
            self.assertEqual(cr.fetchone()[0], 1)
        self.assertEqual(states, ("accepted", "cancel") if given == ["action_accept"] else ("declined", "sale"))
