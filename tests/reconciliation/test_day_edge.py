"""The edge of a day: the cut-off hour from which the desk's day runs, in a zone whose clock changes."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from odoo.addons.order_processing.models.common.business_day import desk_bounds, desk_day

from .common import ReconciliationCase

SECOND = timedelta(seconds=1)
# when the clock goes forward and back in Berlin, and a day without a change
SPRING, AUTUMN, PLAIN = date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 10)


class TestDayEdge(ReconciliationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"order_tz": "Europe/Berlin", "order_cutoff_hour": 4.0, "order_closing_hour": 18})

    def test_a_day_runs_from_the_cutoff_hour(self):
        self.assertEqual(
            desk_bounds(self.company, PLAIN), (datetime(2026, 6, 10, 2), datetime(2026, 6, 11, 2)), "4:00 is 2:00 UTC"
        )
        self.company.order_cutoff_hour = 18.5
        self.assertEqual(
            desk_bounds(self.company, PLAIN), (datetime(2026, 6, 9, 16, 30), datetime(2026, 6, 10, 16, 30)), "the eve"
        )
        self.company.order_cutoff_hour = 0
        self.assertEqual(desk_bounds(self.company, PLAIN), (datetime(2026, 6, 9, 22), datetime(2026, 6, 10, 22)))
        for hour in (-1, 24):
            with self.subTest(hour=hour), self.assertRaises(ValidationError):
                self.company.order_cutoff_hour = hour

    def test_each_moment_is_in_one_day_also_when_the_clock_changes(self):
        hours = {SPRING: 23, AUTUMN: 25}
        for cutoff in (0, 1.5, 2, 2.5, 3, 4, 12, 18, 23.5):
            self.company.order_cutoff_hour = cutoff
            for change in (SPRING, AUTUMN):
                days = [change + timedelta(days=step) for step in (-2, -1, 0, 1, 2)]
                lengths = []
                for day in days:
                    begins, ends = desk_bounds(self.company, day)
                    lengths.append((ends - begins).total_seconds() / 3600)
                    self.assertEqual(desk_bounds(self.company, day + timedelta(days=1))[0], ends)
                    with self.subTest(cutoff=cutoff, day=day):
                        self.assertEqual(desk_day(self.company, begins), day)
                        self.assertEqual(desk_day(self.company, begins - SECOND), day - timedelta(days=1))
                        self.assertEqual(desk_day(self.company, ends - SECOND), day)
                        self.assertEqual(desk_day(self.company, ends), day + timedelta(days=1))
                with self.subTest(cutoff=cutoff, change=change):
                    self.assertAlmostEqual(sum(lengths), 4 * 24 + hours[change])

    def test_what_is_submitted_is_of_the_desks_day(self):
        """Else a day could be signed while an order of it waits to be decided."""
        begins, _ends = desk_bounds(self.company, PLAIN)
        contract = self._as("integration", self.env["order.processing"])
        for moment, day in ((begins - SECOND, PLAIN - timedelta(days=1)), (begins, PLAIN)):
            with self.subTest(moment=moment), freeze_time(moment):
                reference = f"EDGE-{moment}"
                order = {
                    "reference": reference,
                    "customer": self.customer.email,
                    "lines": [{"product": "TG-1", "quantity": 1}],
                }
                [answer] = contract.submit_orders(orders=[order], source="edge")
                self.assertTrue(answer["ok"], answer)
                envelope = self.env["order.intake"].search([("reference", "=", reference)])
                self.assertEqual(envelope.business_date, day)

    def test_the_day_books_day_is_the_desks(self):
        begins, _ends = desk_bounds(self.company, SPRING)
        for moment, day in ((begins - SECOND, SPRING - timedelta(days=1)), (begins, SPRING)):
            with self.subTest(moment=moment), freeze_time(moment):
                order = self._make_order((self.product, 5))
                order.date_order = moment
                order.action_confirm()
                order.order_line.product_uom_qty = 6
                self._deliver(order)
                self.env.flush_all()
                self.env["order.event"].flush_model()
                rows = self.env["order.event"].search([("order_id", "=", order.id)])
                days = {row.kind: row.business_date for row in rows if row.kind in ("raised", "shipped")}
                self.assertEqual(days, {"raised": day, "shipped": day})

    def test_a_day_is_drawn_until_its_own_night_is_over(self):
        begins, ends = desk_bounds(self.company, AUTUMN)
        with freeze_time(begins - SECOND), self.assertRaisesRegex(UserError, "still to come"):
            self._draw(AUTUMN)
        with freeze_time(ends - SECOND):
            self.assertEqual(self.Statement._next_day(self.company), AUTUMN)
            order = self._confirmed((self.product, 5))
            statement = self._draw(AUTUMN)
            self.assertIn(order.id, statement.line_ids.filtered("touched").mapped("order_number"))

    def test_a_closing_hour_of_the_night_closes_the_day_before(self):
        self.company.order_closing_hour = 2
        closes = self.Statement._closes_at(self.company, PLAIN)
        self.assertEqual(closes, datetime(2026, 6, 11, 0))
        with freeze_time(closes - SECOND):
            self.assertIsNone(self.Statement._due_day(self.company))
        with freeze_time(closes):
            self.assertEqual(self.Statement._due_day(self.company), PLAIN)

    def test_a_closing_hour_is_that_of_the_wall_clock_when_the_clock_changes(self):
        """Berlin goes from 2:00 to 3:00 at 1:00 UTC in spring, and from 3:00 to 2:00 at 1:00 UTC in autumn."""
        eve_of = {change: change - timedelta(days=1) for change in (SPRING, AUTUMN)}
        closings = (
            # the night belongs to the day that ends: cut-off, closing hour, day, when it closes
            (5, 3, eve_of[AUTUMN], datetime(2026, 10, 25, 2)),
            (5, 3, eve_of[SPRING], datetime(2026, 3, 29, 1)),
            (5, 1, eve_of[AUTUMN], datetime(2026, 10, 24, 23)),
            (5, 2.5, eve_of[AUTUMN], datetime(2026, 10, 25, 0, 30)),
            (5, 18, AUTUMN, datetime(2026, 10, 25, 17)),
            # without a cut-off, before and after the change of that very day
            (0, 1, AUTUMN, datetime(2026, 10, 24, 23)),
            (0, 1, SPRING, datetime(2026, 3, 29, 0)),
            (0, 18, SPRING, datetime(2026, 3, 29, 16)),
        )
        for cutoff, hour, day, moment in closings:
            self.company.write({"order_cutoff_hour": cutoff, "order_closing_hour": hour})
            with self.subTest(cutoff=cutoff, hour=hour, day=day):
                self.assertEqual(self.Statement._closes_at(self.company, day), moment)

    def test_a_day_that_closes_with_its_end_is_drawn_after_it(self):
        self.company.write({"order_cutoff_hour": 18, "order_closing_hour": 18})
        ends = desk_bounds(self.company, PLAIN)[1]
        self.assertEqual(self.Statement._closes_at(self.company, PLAIN), ends)
        with freeze_time(ends):
            self.assertEqual(desk_day(self.company), PLAIN + timedelta(days=1))
            self.assertEqual(self.Statement._due_day(self.company), PLAIN)
            self._draw(PLAIN).action_sign()
            self.assertIsNone(self.Statement._due_day(self.company), "the next one has only begun")

    def test_a_draft_without_a_date_is_of_the_day_in_which_it_was_made(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        invoice = self._invoice(order, post=False)
        invoice.invoice_date = False
        self.env.flush_all()
        day = self.day + timedelta(days=1)
        _begins, ends = desk_bounds(self.company, day)
        for made, found in ((ends - SECOND, invoice.ids), (ends, [])):
            self.env.cr.execute("UPDATE account_move SET create_date = %s WHERE id = %s", [made, invoice.id])
            self.env.invalidate_all()
            statement = self._draw(day)
            check = statement.check_ids.filtered(lambda check: check.code == "drafts")
            with self.subTest(made=made):
                self.assertEqual([document["id"] for document in check.documents], found)

    def test_the_day_that_is_to_be_closed_is_no_day_old_before_it_ends(self):
        begins, ends = desk_bounds(self.company, PLAIN)
        queue = self.env.ref("order_processing.desk_queue_close_day").with_user(self.users["processor"])
        for moment, text in ((begins, "today"), (ends - SECOND, "today"), (ends, "yesterday")):
            with self.subTest(moment=moment), freeze_time(moment):
                self.env.invalidate_all()
                if moment == begins:
                    self._draw(PLAIN)
                self.assertEqual(queue.oldest_text, text)

    def test_a_pickup_of_today_is_due_until_the_cutoff(self):
        order = self._confirmed((self.product, 5))
        pickup = self.env["order.pickup"].create(
            {"warehouse_id": self.warehouse.id, "date": PLAIN, "company_id": self.company.id,
             "picking_ids": [Command.link(order.picking_ids.id)]}
        )  # fmt: skip
        begins, _ends = desk_bounds(self.company, PLAIN)
        desk = self.Statement.with_user(self.users["processor"])
        for moment, count in ((begins - SECOND, 0), (begins, 1)):
            with freeze_time(moment):
                found = {queue["code"]: queue["count"] for queue in desk.housekeeping(self.company.id)}
                self.assertEqual(found["hand_over"], count, f"{moment} {pickup.name}")
