from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger

from tests.discrepancy.sight import SightCase


class TestAccept(SightCase):
    """Who may live with how much."""

    def _limit(self, amount, **vals):
        return self.env["order.accept.limit"].create({"amount": amount, "company_id": False, **vals})

    def _group(self, name):
        return self.env.ref(f"order_processing.group_{name}")

    def _may(self, user, record):
        return self._as(user, record).can_accept

    def test_without_limits_managers_may_and_nobody_else(self):
        record = self._found(price=5000)
        self.assertFalse(self._may("processor", record))
        self.assertTrue(self._may("manager", record))
        with self.assertRaises(AccessError):
            self._as("processor", record).action_accept(reason="Never mind")
        self.assertEqual(record.state, "open")
        self._as("manager", record).action_accept(reason="Never mind")
        self.assertEqual((record.state, record.accepted_value), ("accepted", 5000))

    def test_a_processor_within_the_limit_and_not_above(self):
        self._limit(100, user_id=self.desk.id)
        within, above = self._found(price=100), self._found(price=100.01)
        self.assertTrue(self._may("processor", within))
        self.assertFalse(self._may("processor", above))
        with self.assertRaises(UserError) as refusal:
            self._as("processor", within | above).action_accept(reason="Small")
        text = str(refusal.exception)
        self.assertIn(above.display_name, text)
        self.assertNotIn(within.display_name, text)
        self.assertIn("100.01", text)
        self.assertIn("100.00", text)
        self.assertIn(self.users["manager"].name, text)
        self.assertEqual(within.state, "open", "all or none")
        with self.assertRaises(UserError):
            self._as("processor", within).action_accept(reason=" ")
        self._as("processor", within).action_accept(reason="Small")
        self.assertEqual((within.state, within.closed_by_id), ("accepted", self.desk))

    def test_own_before_group_and_company_before_all(self):
        Limit = self.env["order.accept.limit"]
        self._limit(50, group_id=self._group("processor").id)
        self.assertEqual(Limit._may_accept(self.desk, self.company), {self.desk.id: 50})
        mine = self._limit(20, group_id=self._group("processor").id, company_id=self.company.id)
        self.assertEqual(Limit._may_accept(self.desk, self.company), {self.desk.id: 20})
        self.assertEqual(Limit._may_accept(self.desk, self.other_company), {self.desk.id: 50})
        self._limit(70, user_id=self.desk.id)
        self.assertEqual(Limit._may_accept(self.desk, self.company), {self.desk.id: 70})
        mine.unlink()
        self.assertEqual(Limit._may_accept(self.desk, self.company), {self.desk.id: 70})

    def test_what_processors_may_is_no_limit_of_managers(self):
        Limit = self.env["order.accept.limit"]
        manager = self.users["manager"]
        self._limit(50, group_id=self._group("processor").id)
        self.assertEqual(Limit._may_accept(manager, self.company), {manager.id: None})
        self._limit(1000, group_id=self._group("manager").id)
        self.assertEqual(Limit._may_accept(manager, self.company), {manager.id: 1000})
        record = self._found(price=2000)
        with self.assertRaises(UserError) as refusal:
            self._as("manager", record).action_accept(reason="Never mind")
        self.assertIn("above your limit", str(refusal.exception))
        self._limit(3000, user_id=manager.id)
        self._as("manager", record).action_accept(reason="Never mind")
        self.assertEqual(record.state, "accepted")

    def test_nobody_may_is_said(self):
        self._limit(10, group_id=self._group("manager").id)
        record = self._found(price=2000)
        with self.assertRaises(UserError) as refusal:
            self._as("manager", record).action_accept(reason="Never mind")
        self.assertIn("Nobody in", str(refusal.exception))

    def test_a_limit_gives_no_right_to_who_is_no_processor(self):
        salesman = self.users["salesman"]
        self._limit(1000, user_id=salesman.id)
        record = self._found(price=5)
        with self.assertRaises(AccessError):
            self._as("salesman", record).action_accept(reason="Mine")
        self.assertEqual(self.env["order.accept.limit"]._may_accept(salesman, self.company), {salesman.id: 0})

    def test_the_amount_is_of_the_company_not_of_the_order(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2000-01-01", "rate": 100, "company_id": self.company.id})],
            }
        )
        pricelist = self.env["product.pricelist"].create({"name": "In T", "currency_id": currency.id})
        record = self._found(price=900, pricelist_id=pricelist.id)
        self.assertEqual((record.value, record.value_company), (900, 9))
        self._limit(10, user_id=self.desk.id)
        self._as("processor", record).action_accept(reason="Small")
        self.assertEqual((record.state, record.accepted_value), ("accepted", 900))

    def test_the_wizard_says_it_before_it_is_pressed(self):
        self._limit(100, user_id=self.desk.id)
        within, above = self._found(price=10), self._found(price=200)

        def wizard(records, **context):
            return Form(
                self.env["discrepancy.close"].with_user(self.desk).with_context(active_ids=records.ids, **context)
            )

        form = wizard(within | above, default_act="accept")
        self.assertIn("above your limit", form.refusal)
        form.act = "resolve"
        self.assertFalse(form.refusal)
        form = wizard(within)
        form.act = "accept"
        self.assertFalse(form.refusal)
        form.reason = "Small"
        form.save().action_apply()
        self.assertEqual(within.state, "accepted")

    def test_over_the_wire_it_is_the_same(self):
        self._limit(100, user_id=self.desk.id)
        record = self._found(price=200)
        model = self.env(user=self.desk)["order.discrepancy"]
        with self.assertRaises(UserError):
            call_kw(model, "action_accept", [record.ids, "because"], {"context": {"order_discrepancy_sweeping": True}})
        with self.assertRaises(UserError):
            call_kw(model, "write", [record.ids, {"state": "accepted"}], {})

    def test_managers_alone_edit_limits_and_of_their_own_companies(self):
        Limit = self.env["order.accept.limit"]
        values = {"user_id": self.desk.id, "amount": 10, "company_id": self.company.id}
        with self.assertRaises(AccessError):
            self._as("processor", Limit).create(values)
        limit = self._as("manager", Limit).create(values)
        with self.assertRaises(AccessError):
            self._as("processor", limit).amount = 1000
        limit.amount = 20
        self.env.flush_all()
        self.cr.precommit.run()
        self.assertTrue(limit.sudo().message_ids.tracking_value_ids)
        with self.assertRaises(AccessError):
            self._as("stranger", limit).amount = 1000
        stranger = self.users["stranger"]
        with self.assertRaises(AccessError):
            self._as("stranger", Limit).create({"user_id": stranger.id, "amount": 10, "company_id": False})
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._as("manager", Limit).create({**values, "user_id": False})

    def test_another_companys_manager_accepts_nothing_here(self):
        record = self._found()
        with self.assertRaises(AccessError):
            self._as("stranger", record).action_accept(reason="Not mine")

    def test_the_same_queries_for_one_and_for_a_hundred(self):
        self._limit(100, user_id=self.desk.id)
        records = self._found(101)

        def read(some):
            self._as("processor", some).mapped("can_accept")

        read(records[:1])
        one = self._queries(lambda: read(records[:1]))
        self.assertLessEqual(self._queries(lambda: read(records[1:])), one)
        self.assertTrue(all(self._as("processor", records).mapped("can_accept")))

    def test_many_names_are_cut_short(self):
        for number in range(8):
            new_test_user(self.env, login=f"boss_{number}", groups="base.group_user,order_processing.group_manager")
        self._limit(1, user_id=self.desk.id)
        with self.assertRaises(UserError) as refusal:
            self._as("processor", self._found(price=50)).action_accept(reason="Small")
        self.assertIn(", …", str(refusal.exception))
