"""Transfers on a board and in a calendar: dragged to another pickup they go with that one."""

from datetime import datetime

from odoo.exceptions import UserError

from .test_pickup_windows import WindowCase


class TestPickupBoard(WindowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.window = cls._window()
        cls.today, cls.tomorrow = cls.window.pickup_ids.sorted("date")[:2]

    def test_a_day_in_the_calendar(self):
        picking = self._as("processor", self.pickings[0])
        picking.order_pickup_at = datetime(2026, 3, 27, 9)
        self.assertEqual(picking.order_pickup_id, self.tomorrow)
        self.assertEqual(picking.order_pickup_at, datetime(2026, 3, 27, 14))
        early = self._window(window_from=8, window_to=9, cutoff=0).pickup_ids.filtered(
            lambda pickup: pickup.date == self.tomorrow.date
        )
        picking.order_pickup_at = datetime(2026, 3, 27, 9, 30)
        self.assertEqual(picking.order_pickup_id, early, "of two the nearest one")
        with self.assertRaisesRegex(UserError, "no pickup of Van comes on 03/28/2026"):
            picking.order_pickup_at = datetime(2026, 3, 28, 9)
        found = self.env["stock.picking"].search(
            [("order_pickup_at", ">=", "2026-03-27"), ("id", "in", self.pickings.ids)]
        )
        self.assertEqual(found, self.pickings[0])
        picking.order_pickup_at = False
        self.assertFalse(picking.order_pickup_id)

    def test_a_column_for_each_pickup_to_come(self):
        self._as("processor", self.pickings[0]).order_pickup_id = self.tomorrow
        groups = (
            self.env["stock.picking"]
            .with_user(self.users["processor"])
            .with_context(read_group_expand=True, pickup_day=True)
            .web_read_group([("id", "in", self.pickings.ids)], ["order_pickup_id"])["groups"]
        )
        names = [group["order_pickup_id"][1] for group in groups if group["order_pickup_id"]]
        self.assertEqual(len(names), len(self.window.pickup_ids))
        self.assertIn("Van", names[0])
        self.assertIn("03/26/2026", names[0])
