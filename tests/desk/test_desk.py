from odoo.exceptions import AccessError, ValidationError
from odoo.tools.safe_eval import safe_eval

from odoo.addons.order_processing.models.common.business_day import business_day

from tests.common import ObservingCase


class TestDesk(ObservingCase):
    def _queue(self, code, user=None):
        queue = self.env.ref(f"order_processing.desk_queue_{code}")
        return self._as(user, queue) if user else queue

    def _orders_of(self, queue):
        return self.env[queue.model_name].search(queue.action_open()["domain"])

    def test_a_card_counts_what_its_list_shows(self):
        queue = self._queue("to_verify", "processor")
        before = queue.count
        orders = self._make_order((self.product, 1)) | self._make_order((self.product, 2))
        queue.invalidate_recordset()
        self.assertEqual(queue.count, before + 2)
        action = queue.action_open()
        self.assertEqual(action["name"], queue.name)
        self.assertEqual(len(self._as("processor", self.env["sale.order"]).search(action["domain"])), queue.count)
        self.assertLessEqual(orders, self.env["sale.order"].search(action["domain"]))
        self.assertTrue(queue.oldest and queue.oldest_text)
        self.assertGreater(queue.amount, 0)

    def test_what_is_confirmed_and_not_verified_stands_there_until_it_has_left(self):
        queue = self._queue("to_verify", "processor")
        self._stock(self.product, 2)
        order = self._make_order((self.product, 2, 0.0))
        order.action_confirm()
        self.assertEqual((order.state, order.verification_state), ("sale", "to_verify"))
        screen = self.env["ir.actions.act_window"]._for_xml_id("order_processing.action_orders_to_verify")
        domain = safe_eval(screen["domain"])
        for shown in (True, False):
            with self.subTest(shown=shown):
                self.assertEqual(order in self._orders_of(queue), shown)
                self.assertEqual(order in self.env["sale.order"].search(domain), shown)
            if shown:
                self._deliver(order)

    def test_age_gives_the_colour(self):
        queue = self._queue("to_verify")
        self.assertEqual([queue._level(0, 999), queue._level(1, 0), queue._level(1, 8), queue._level(1, 48)],
                         ["empty", "fresh", "warn", "late"])  # fmt: skip
        self.assertEqual([queue._age_text(hours) for hours in (0.5, 5, 47, 50)], ["30 min", "5 h", "47 h", "2 days"])

    def test_a_day_counts_in_days_and_todays_close_is_waiting(self):
        queue = self._queue("close_day", "processor")
        self.assertGreaterEqual(queue.count, 1)
        self.assertEqual([queue._days_text(days) for days in (0, 1, 5)], ["today", "yesterday", "5 days"])
        today = business_day(self.company)
        before = queue.count
        self._as("manager", self.env["order.reconciliation"]).draft_day(today)
        queue.invalidate_recordset()
        self.assertEqual(queue.count, before)
        statement = self.env["order.reconciliation"].search(
            [("company_id", "=", self.company.id), ("date", "=", today)]
        )
        self._as("manager", statement).action_sign()
        queue.invalidate_recordset()
        self.assertEqual(queue.count, before - 1)

    def test_every_queue_of_the_data_is_there_and_counts(self):
        queues = self.env["order.desk.queue"].search([])
        for queue in queues:
            with self.subTest(queue=queue.code):
                self.assertTrue(queue.available)
                self.assertGreaterEqual(self._as("processor", queue).count, 0)
                self.assertEqual(self._as("processor", queue).action_open()["res_model"], queue.model_name)
                self.assertTrue(self.env.ref(queue.action_xmlid))
        self.assertEqual(len(queues), 16)

    def test_one_query_a_queue(self):
        queues = self._as("processor", self.env["order.desk.queue"]).search([("measure", "=", "domain")])
        queues.mapped("count")
        self.env.flush_all()
        queues.invalidate_recordset()
        queues.mapped("domain")
        with self.assertQueryCount(len(queues)):
            queues.mapped("count")

    def test_only_ones_own_companies_are_counted(self):
        order = self._make_order((self.product, 1))
        stranger = self._queue("to_verify", "stranger")
        self.assertNotIn(order, self._as("stranger", self.env["sale.order"]).search(stranger.action_open()["domain"]))
        self.assertEqual(stranger.count, 0)
        self.assertEqual(stranger.level, "empty")
        both = self.users["stranger"]
        both.sudo().company_ids |= self.company
        wide = self._queue("to_verify").with_user(both)
        self.assertEqual(wide.with_context(allowed_company_ids=[self.other_company.id]).count, 0)
        self.assertGreaterEqual(wide.with_context(allowed_company_ids=[self.company.id]).count, 1)

    def test_who_may_see_and_who_may_change(self):
        with self.assertRaises(AccessError):
            self._as("salesman", self.env["order.desk.queue"]).search([])
        with self.assertRaises(AccessError):
            self._queue("held", "processor").write({"late_hours": 1})
        self._queue("held", "manager").write({"late_hours": 1})
        with self.assertRaises(ValidationError):
            self._queue("held", "manager").write({"domain": "state = 'sale'"})

    def test_a_queue_of_a_stage_that_is_not_there_is_hidden(self):
        queue = self._queue("held")
        queue.model_name = "no.such.model"
        self.assertFalse(queue.available)
        self.assertNotIn(queue, self.env["order.desk.queue"].search([("available", "=", True)]))
        self.assertEqual(queue.count, 0)

    def test_the_desk_is_the_first_screen(self):
        root = self.env.ref("order_processing.menu_root")
        menus = self.env["ir.ui.menu"].with_user(self.users["processor"]).load_web_menus(False)
        first = menus[menus[root.id]["children"][0]]
        self.assertEqual(first["name"], "Desk")
        self.assertEqual(menus[root.id]["actionID"], self.env.ref("order_processing.order_desk_queue_action").id)
