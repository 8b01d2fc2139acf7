from odoo.exceptions import AccessError, UserError

from tests.discrepancy.sight import SightCase


class TestAlert(SightCase):
    """Many discrepancies of one cause are one piece of work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_alert_count = 3
        cls.customers = [cls._make_customer(f"Customer {number}") for number in range(8)]
        cls.services = [
            cls._make_product(f"Service {number}", f"S-{number}", 5.0, type="service", invoice_policy="order")
            for number in range(8)
        ]

    def _scattered(self, number, start=0, **same):
        """Orders each of another customer with another product, but for what is the same."""
        orders = self.env["sale.order"]
        for place in range(start, start + number):
            orders |= self._uninvoiced(
                product=same.get("product", self.services[place]), customer=same.get("customer", self.customers[place])
            )
        return orders

    def _alerts(self, orders):
        return orders.order_discrepancy_ids.alert_id

    def test_as_many_as_the_company_says_are_none(self):
        orders = self._scattered(3, product=self.service)
        self._sweep(orders)
        self.assertFalse(self._alerts(orders))
        self.assertEqual(len(self._activities(orders)), 3)

    def test_one_more_is_an_alert_and_its_activity_replaces_the_single_ones(self):
        orders = self._scattered(3, product=self.service)
        self._sweep(orders)
        last = self._scattered(1, start=3, product=self.service)
        self._sweep(last)
        alert = self._alerts(orders | last)
        self.assertEqual(len(alert), 1)
        self.assertEqual((alert.kind, alert.trait, alert.product_id), ("shipped_not_invoiced", "product", self.service))
        self.assertEqual(
            (alert.state, alert.count, alert.open_count, alert.value, alert.severity), ("open", 4, 4, 40, "high")
        )
        self.assertEqual((alert.owner_id, alert.due), (self.desk, orders.order_discrepancy_ids[0].due))
        self.assertTrue(alert.first_found <= alert.last_found)
        self.assertFalse(self._activities(orders | last))
        activity = self._activities(alert)
        self.assertEqual((activity.user_id, activity.date_deadline), (self.desk, alert.due))
        self.assertEqual(activity.summary, "4 discrepancies: Shipped, not invoiced")
        self.assertIn("Test Service", alert.display_name)
        self.assertIn("4 discrepancies", alert.message_ids[0].body)

    def test_what_comes_later_joins_and_another_product_does_not(self):
        self._sweep(self._scattered(4, product=self.service))
        alert = self.env["order.discrepancy.alert"].search([("product_id", "=", self.service.id)])
        more = self._scattered(1, start=4, product=self.service)
        other = self._scattered(1, start=5)
        self._sweep(more | other)
        self.assertEqual(self._alerts(more), alert)
        self.assertEqual((alert.count, alert.open_value), (5, 50))
        self.assertFalse(self._alerts(other))
        self.assertTrue(self._activities(other))
        self.assertFalse(self._activities(more))

    def test_the_customer_or_nothing_but_the_kind(self):
        orders = self._scattered(4, customer=self.customers[0])
        self._sweep(orders)
        alert = self._alerts(orders)
        self.assertEqual((alert.trait, alert.partner_id), ("partner", self.customers[0]))
        rest = self._scattered(4, start=1)
        self._sweep(rest)
        alert = self._alerts(rest)
        self.assertEqual((alert.trait, alert.subject), ("kind", "Nothing but the kind"))
        single = self._scattered(1, start=6)
        self._sweep(single)
        self.assertFalse(self._alerts(single), "the kind alone takes in no single ones")

    def test_it_closes_when_the_last_is_closed_and_what_comes_back_is_counted_anew(self):
        orders = self._scattered(4, product=self.service)
        self._sweep(orders)
        alert = self._alerts(orders)
        records = orders.order_discrepancy_ids
        self._as("processor", records[:1]).action_resolve(reason="Will be invoiced")
        self.assertEqual((alert.state, alert.count, alert.open_count, alert.open_value), ("open", 4, 3, 30))
        self._invoice(orders[1:])
        self._sweep(orders[1:])
        self.assertEqual((alert.state, alert.open_count), ("closed", 0))
        self.assertTrue(alert.closed_at and alert.resolution)
        self.assertFalse(self._activities(alert))
        self._as("processor", records[:1]).action_reopen(reason="It was not")
        self.assertFalse(records[:1].alert_id)
        self.assertEqual((alert.state, alert.count), ("closed", 4))
        self.assertTrue(self._activities(orders[:1]))

    def test_a_company_that_wants_none_has_none(self):
        self.company.order_alert_count = 0
        orders = self._scattered(8, product=self.service)
        self._sweep(orders)
        self.assertFalse(self._alerts(orders))
        self.assertEqual(len(self._activities(orders)), 8)

    def test_yesterdays_do_not_count_into_todays_many(self):
        orders = self._scattered(2, product=self.service)
        self._sweep(orders)
        self.env.cr.execute(
            "UPDATE order_discrepancy SET opened_at = opened_at - interval '2 days' WHERE id = ANY(%s)",
            [orders.order_discrepancy_ids.ids],
        )
        self.env.invalidate_all()
        more = self._scattered(3, start=2, product=self.service)
        self._sweep(more)
        self.assertFalse(self._alerts(orders | more))

    def test_who_takes_it_takes_all_of_it_and_a_cause_is_that_of_all(self):
        orders = self._scattered(4, product=self.service)
        self._sweep(orders)
        alert = self._alerts(orders)
        manager = self._as("manager", alert)
        self.assertEqual(manager.action_take(), 4)
        self.assertEqual(alert.owner_id, self.users["manager"])
        self.assertEqual(orders.order_discrepancy_ids.owner_id, self.users["manager"])
        self.assertEqual(set(orders.order_discrepancy_ids.mapped("state")), {"in_progress"})
        self.assertEqual(self._activities(alert).user_id, self.users["manager"])
        self.assertFalse(self._activities(orders))
        manager.cause = "invoicing"
        self.assertEqual(set(orders.order_discrepancy_ids.mapped("cause")), {"invoicing"})
        action = manager.action_open_records()
        self.assertEqual(self.Discrepancy.search(action["domain"]), orders.order_discrepancy_ids)

    def test_it_is_the_first_card_of_the_desk(self):
        orders = self._scattered(4, product=self.service)
        self._sweep(orders)
        queues = self._as("processor", self.env["order.desk.queue"]).search([])
        self.assertEqual(queues[0].code, "alerts")
        self.assertGreaterEqual(queues[0].count, 1)
        self.assertGreaterEqual(queues[0].amount, 40)
        self.assertIn(
            self._alerts(orders), self.env["order.discrepancy.alert"].search(queues[0].action_open()["domain"])
        )

    def test_nothing_is_written_round_the_comparison(self):
        orders = self._scattered(4, product=self.service)
        self._sweep(orders)
        alert = self._alerts(orders)
        for vals in ({"state": "closed"}, {"count": 1}, {"kind": "late"}, {"product_id": False}, {"closed_at": False}):
            with self.assertRaises(UserError):
                self._as("manager", alert).write(vals)
        with self.assertRaises(UserError):
            self.env["order.discrepancy.alert"].create({"kind": "late", "trait": "kind", "company_id": self.company.id})
        with self.assertRaises(UserError):
            orders.order_discrepancy_ids[0].write({"alert_id": False})
        with self.assertRaises(AccessError):
            self._as("salesman", alert).read(["kind"])
        with self.assertRaises(AccessError):
            self._as("manager", alert).unlink()
        self.assertFalse(self._as("stranger", self.env["order.discrepancy.alert"]).search([("id", "=", alert.id)]))
        with self.assertRaises(AccessError):
            self._as("stranger", alert).action_take()
        orders.order_discrepancy_ids.action_resolve(reason="Seen")
        with self.assertRaises(UserError):
            self._as("processor", alert).action_take()

    def test_the_same_queries_for_few_and_for_many(self):
        orders = self._uninvoiced(104, product=self.service)
        few, many = orders[:4], orders[4:]

        def queries(some):
            spent = self._queries(lambda: self._sweep(some))
            self.assertEqual(len(self._alerts(some)), 1)
            some.order_discrepancy_ids.action_resolve(reason="Seen")
            return spent

        queries(few)
        some = queries(orders[:4])
        self.assertLessEqual(queries(many), some + 2)
