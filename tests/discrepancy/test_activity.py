from datetime import timedelta

from odoo.tests import new_test_user

from tests.discrepancy.sight import SightCase


class TestActivity(SightCase):
    def test_one_for_an_order_and_an_owner_and_it_ends_by_itself(self):
        order = self._shipped(10, deliver=4, backorder=False, user_id=self.desk.id)
        self._sweep(order)
        self.assertEqual(self._kinds(order), ["shipped_not_invoiced", "short_shipped"])
        activity = self._activities(order)
        self.assertEqual((activity.user_id, activity.date_deadline), (self.desk, self.today + timedelta(days=2)))
        self.assertEqual(activity.summary, "2 discrepancies: Shipped, not invoiced, Short shipped")
        invoice = self._invoice(order)
        self._sweep(order)
        self.assertEqual(self._activities(order), activity)
        self.assertEqual(activity.summary, "Short shipped")
        order.order_line.product_uom_qty = 4
        self._sweep(order)
        self.assertFalse(activity.active)
        self.assertTrue(activity.feedback and activity.date_done)
        self.assertFalse(self._activities(order))
        invoice.button_draft()
        invoice.button_cancel()
        self._sweep(order)
        self.assertEqual(self._activities(order).summary, "Shipped, not invoiced")

    def test_a_second_comparison_makes_no_second_one(self):
        record = self._found()
        activity = self._activities(record.order_id)
        self._sweep(record.order_id)
        record._moved()
        self.assertEqual(self._activities(record.order_id), activity)

    def test_it_follows_the_owner_and_the_day(self):
        record = self._found()
        order = record.order_id
        record.owner_id = self.users["manager"]
        self.assertEqual(self._activities(order).user_id, self.users["manager"])
        self._as("processor", record).action_take()
        self.assertEqual(self._activities(order).user_id, self.desk)
        record.due = self.today + timedelta(days=9)
        self.assertEqual(self._activities(order).date_deadline, self.today + timedelta(days=9))
        self._as("processor", record).action_resolve(reason="Seen")
        self.assertFalse(self._activities(order))
        self._as("processor", record).action_reopen(reason="Not seen at all")
        self.assertEqual(self._activities(order).user_id, self.desk)
        record.owner_id = False
        self.assertFalse(self._activities(order))

    def test_what_is_nobodys_and_who_has_left_has_none(self):
        order = self._uninvoiced(user=self.env.ref("base.user_root"))
        self._sweep(order)
        self.assertFalse(order.order_discrepancy_ids.owner_id)
        self.assertFalse(self._activities(order))
        gone = new_test_user(self.env, login="gone", groups="base.group_user,order_processing.group_processor")
        order.order_discrepancy_ids.owner_id = gone
        self.assertTrue(self._activities(order))
        gone.active = False
        self._sweep(order)
        order.order_discrepancy_ids._activity_sync()
        self.assertFalse(self._activities(order))

    def test_what_people_planned_themselves_is_left_alone(self):
        record = self._found()
        own = record.order_id.activity_schedule(
            "order_processing.mail_activity_type_discrepancy", summary="Call them", user_id=self.desk.id
        )
        own.automated = False
        self._as("processor", record).action_resolve(reason="Seen")
        self.assertEqual(self._activities(record.order_id), own)

    def test_a_storm_of_records_is_no_storm_of_mails(self):
        orders = self._uninvoiced(150, user=self.desk)
        mails = self.env["mail.mail"].search_count([])
        told = self.env["mail.notification"].search_count([])
        self._sweep(orders)
        self.assertEqual(len(self._activities(orders)), 150)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertEqual(self.env["mail.notification"].search_count([]), told)

    def test_the_same_queries_for_one_and_for_a_hundred(self):
        orders = self._uninvoiced(102)

        def queries(some):
            spent = self._queries(lambda: self._sweep(some))
            self.assertEqual(len(self._activities(some)), len(some))
            return spent

        queries(orders[:1])
        one = queries(orders[1:2])
        many = queries(orders[2:])
        # the ORM writes in hundreds: nothing more for these
        self.assertLessEqual(many, one + 2)
        records = orders.order_discrepancy_ids
        one = self._queries(records[:1]._activity_sync)
        self.assertLessEqual(self._queries(records._activity_sync), one)
