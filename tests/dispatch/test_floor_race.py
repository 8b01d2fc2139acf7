"""Two at once on the floor: a paper is printed while another voids it, twice, or two take the next transfer; real cursors."""

import threading

from lxml import html

from odoo import api
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import SQL

from tests.discrepancy.race import RaceCase

SLIP = "order_processing.report_packing_slip"


class FloorRaceCase(RaceCase):
    """Two committed transfers of one order, each of a line of it, which are before all others on the packing table."""

    LINES = 2

    def _begin(self, order):
        self.partner_id = order.partner_id.id
        order.env.cr.execute(SQL("UPDATE sale_order_line SET state = 'sale' WHERE order_id = %s", order.id))
        order.env.invalidate_all()
        for line in order.order_line:
            line._action_launch_stock_rule()
            # core puts what comes later into another transfer
            order.picking_ids.printed = True
        self.picking_ids = order.picking_ids.sorted("id").ids
        order.env.flush_all()
        order.env.cr.execute(
            SQL("UPDATE sale_order_line SET order_promise_date = '2001-01-01' WHERE order_id = %s", order.id)
        )

    def _take_out(self):
        with self.registry_used.cursor() as cr:
            pickings = SQL("(SELECT picking_id FROM stock_move WHERE sale_line_id IN (SELECT id FROM sale_order_line"
                           " WHERE order_id = %s))", self.order_id)  # fmt: skip
            cr.execute(SQL("SELECT id FROM stock_picking WHERE id IN %s", pickings))
            ids = [row[0] for row in cr.fetchall()]
            for table in ("stock_move_line", "stock_move"):
                cr.execute(SQL("DELETE FROM %s WHERE picking_id = ANY(%s)", SQL.identifier(table), ids))
            cr.execute(SQL("DELETE FROM order_print WHERE res_model = 'stock.picking' AND res_id = ANY(%s)", ids))
            cr.execute(SQL("DELETE FROM stock_picking WHERE id = ANY(%s)", ids))
        super()._take_out()

    def _at_once(self, *acts):
        """Run ``acts`` (of an environment) at once, each tried again as core does it; their answers by place."""
        barrier, waiting, answers = threading.Barrier(2), list(enumerate(acts)), {}

        def run(cr):
            place, act = waiting.pop()
            env = api.Environment(cr, self.user_id, {})
            cr.execute("SELECT 1 FROM stock_picking LIMIT 1")
            barrier.wait(300)  # the snapshot of both is taken before either has begun
            answers[place] = retrying(lambda: act(env), env)

        self._both(run)
        return [answers[place] for place in range(len(acts))]

    def _slip(self, env):
        return html.fromstring(env["ir.actions.report"]._render_qweb_pdf(SLIP, self.picking_ids[:1])[0])


class TestFloorRace(FloorRaceCase):
    def test_a_paper_is_void_or_true(self):
        """Whoever is first: a slip that shows the old address is void, and one that is not void shows the new one."""

        def turn(env):
            env["res.partner"].browse(self.partner_id).street = "9 New Street"
            env["order.print"]._void(("slip",), env["stock.picking"].browse(self.picking_ids[0]), "Moved")

        with self.registry_used.cursor() as cr:
            self._slip(api.Environment(cr, self.user_id, {}))
        page, _nothing = self._at_once(self._slip, turn)
        with self.registry_used.cursor() as cr:
            cr.execute(
                SQL(
                    "SELECT number, voided_at IS NOT NULL FROM order_print"
                    " WHERE res_model = 'stock.picking' AND res_id = %s ORDER BY number",
                    self.picking_ids[0],
                )
            )
            first, second = cr.fetchall()
        self.assertEqual((first, second[0]), ((1, True), 2))
        new = "9 New Street" in page.text_content()
        self.assertEqual(second[1], not new, "void, or true")
        # the first that is not void is the original
        self.assertEqual(
            [mark.text_content().strip() for mark in page.xpath("//*[@name='mark']")], [] if new else ["Copy 1"]
        )

    def test_a_list_says_what_is_lowered_at_once(self):
        """Who lowers a line while its list is printed is told, or the list says the new quantity."""
        refused = []

        def lower(env):
            line = env["stock.picking"].browse(self.picking_ids[0]).move_ids.sale_line_id
            try:
                line.product_uom_qty = 3
            except UserError as told:
                refused.append(str(told))
            env.flush_all()

        def pick_list(env):
            report = env["ir.actions.report"]
            page = report._render_qweb_pdf("order_processing.report_pick_list", self.picking_ids[:1])[0]
            return html.fromstring(page)

        with self.registry_used.cursor() as cr:
            cr.execute(SQL("UPDATE stock_picking SET printed = FALSE WHERE id = %s", self.picking_ids[0]))
        page, _nothing = self._at_once(pick_list, lower)
        quantity = float(page.xpath("//td[contains(@class, 'op_number')]//strong")[0].text_content())
        with self.registry_used.cursor() as cr:
            cr.execute(
                SQL("SELECT 1 FROM order_event WHERE order_id = %s AND kind = 'changed_in_picking'", self.order_id)
            )
            # where controls observe it goes through, and that it was late stands in the day book
            late = cr.rowcount + len(refused)
        self.assertIn((quantity, late), ((3, 0), (5, 1)))

    def test_one_original(self):
        pages = self._at_once(self._slip, self._slip)
        marks = ["".join(mark.text_content().strip() for mark in page.xpath("//*[@name='mark']")) for page in pages]
        self.assertEqual(sorted(marks), ["", "Copy 1"])

    def test_two_who_press_next_get_two_transfers(self):
        second = self.env.ref("order_processing.user_processor").id

        def take(user):
            return lambda env: env(user=user)["stock.picking"].packing_next()["id"]

        taken = self._at_once(take(self.user_id), take(second))
        self.assertEqual(sorted(taken), sorted(self.picking_ids))
