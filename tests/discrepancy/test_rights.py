from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import Form, new_test_user

from tests.discrepancy.common import DiscrepancyCase


class TestRights(DiscrepancyCase):
    def setUp(self):
        super().setUp()
        self.order = self._shipped(10)
        self._sweep(self.order)
        self.record = self.order.order_discrepancy_ids

    def test_processor_takes_and_resolves(self):
        record = self._as("processor", self.record)
        record.action_take()
        self.assertEqual((record.state, record.owner_id), ("in_progress", self.users["processor"]))
        with self.assertRaises(UserError):
            record.action_resolve()
        record.action_resolve(reason="Invoice comes tomorrow")
        self.assertEqual((record.state, record.closed_by_id), ("resolved", self.users["processor"]))
        self.assertEqual(self._sweep(self.order)["reopened"], 1)
        self.assertEqual(record.state, "open")

    def test_open_again_it_shows_no_end_and_keeps_it_in_its_history(self):
        """However it ended and however it comes back: who, when and why are of the past."""
        for act, user in (("action_resolve", "processor"), ("action_accept", "manager")):
            for back in ("hand", "ledgers"):
                with self.subTest(act=act, back=back):
                    getattr(self._as(user, self.record), act)(reason="It was a gift")
                    self.assertEqual(self.record.resolution, "It was a gift")
                    if back == "hand":
                        self._as("processor", self.record).action_reopen(reason="It was none")
                    else:
                        self.order.order_line.price_unit += 1
                        self.assertEqual(self._sweep(self.order)["reopened"], 1)
                    record = self.record
                    record.invalidate_recordset()
                    self.assertEqual(record.state, "open")
                    self.assertEqual(
                        (record.resolution, record.closed_by_id.id, record.closed_at, record.accepted_value),
                        (False, False, False, 0),
                    )
                    self.assertIn("It was a gift", " ".join(record.message_ids.mapped("body")))
        self.assertIn("It was a gift", self._events(self.order, "discrepancy_closed").mapped("note"))

    def test_only_a_manager_accepts_and_says_why(self):
        with self.assertRaises(AccessError):
            self._as("processor", self.record).action_accept(reason="never mind")
        with self.assertRaises(UserError):
            self._as("manager", self.record).action_accept(reason=" ")
        self._as("manager", self.record).action_accept(reason="Gift to the customer")
        self.assertEqual((self.record.state, self.record.accepted_value), ("accepted", 100))
        self.assertEqual(self._sweep(self.order)["reopened"], 0)
        self.order.order_line.price_unit = 12
        self.assertEqual(self._sweep(self.order)["reopened"], 1)

    def test_nothing_is_written_round_the_actions(self):
        record = self._as("manager", self.record)
        for vals in (
            {"state": "resolved"},
            {"value": 0},
            {"kind": "late"},
            {"closed_by_id": self.env.uid},
            {"accepted_value": 5},
        ):
            with self.assertRaises(UserError):
                record.write(vals)
            with self.assertRaises(UserError):
                record.sudo().write(vals)
        with self.assertRaises(UserError):
            record.sudo().create({"kind": "late", "order_id": self.order.id, "line_id": self.order.order_line.id})
        with self.assertRaises(UserError):
            record.sudo().copy()
        with self.assertRaises(UserError):
            record.copy()
        with self.assertRaises(AccessError):
            record.unlink()
        self._as("processor", record).write(
            {"cause": "invoicing", "note": "seen", "owner_id": self.users["manager"].id}
        )

    def test_an_owner_is_a_colleague_who_works_there(self):
        """Neither a customer nor a colleague of another company nor who has left gets what is told here."""
        gone = new_test_user(self.env, login="gone", groups="base.group_user,order_processing.group_processor")
        gone.active = False
        setting = self._as("manager", self.env["order.discrepancy.setting"])
        for user in (self.users["portal"], self.users["stranger"], gone):
            with self.subTest(user.login):
                with self.assertRaisesRegex(UserError, "works there"), self.cr.savepoint():
                    self._as("processor", self.record).write({"owner_id": user.id})
                with self.assertRaisesRegex(UserError, "works there"), self.cr.savepoint():
                    setting.create({"kind": "late", "company_id": self.company.id, "owner_id": user.id})
        with self.assertRaisesRegex(UserError, "colleague"), self.cr.savepoint():
            # what holds for all companies is no matter of this manager
            self.env["order.discrepancy.setting"].create(
                {"kind": "late", "company_id": False, "owner_id": self.users["portal"].id}
            )
        self.assertNotIn(self.record.owner_id, (self.users["portal"], self.users["stranger"], gone))
        made = setting.create({"kind": "late", "company_id": self.company.id, "owner_id": self.users["manager"].id})
        with self.assertRaisesRegex(UserError, "works there"), self.cr.savepoint():
            made.owner_id = self.users["stranger"]

    def test_what_is_open_goes_not_with_its_order(self):
        """A cancelled order may be deleted in Odoo: not while the customer has goods of it."""
        self.order._action_cancel()
        for document in (self.order, self.order.order_line):
            with self.assertRaisesRegex(UserError, self.order.name), self.cr.savepoint():
                document.unlink()
        self.assertTrue(self.record.exists())
        self._back(self.order, 10)
        self._sweep(self.order)
        self.assertEqual(self._kinds(self.order), [])
        self.order.unlink()
        self.assertFalse(self.record.exists())

    def test_marks_banners_and_alerts_are_not_reached_over_rpc(self):
        """Who is not of the desk learns and changes nothing, whatever name he calls."""
        invoice = self._invoice(self.order, post=False)

        def call(user, model, method, *args, **kwargs):
            return call_kw(self.env(user=self.users[user])[model], method, list(args), kwargs)

        for user in ("salesman", "accountant", "portal", "integration"):
            for model, method, args in (
                ("order.discrepancy", "search_read", [[]]),
                ("order.discrepancy", "web_read_group", [[], ["kind"], ["__count"]]),
                ("order.discrepancy", "action_check_now", [self.record.ids]),
                ("order.discrepancy", "action_resolve", [self.record.ids, "me"]),
                ("order.discrepancy", "message_post", [self.record.ids]),
                ("order.discrepancy.alert", "search_read", [[]]),
                ("order.discrepancy.alert", "action_take", [[1]]),
                ("order.discrepancy.alert", "action_open_records", [[1]]),
                ("order.discrepancy.mark", "search_read", [[]]),
                ("order.discrepancy.setting", "search_read", [[]]),
                ("order.accept.limit", "search_read", [[]]),
                ("order.claim", "search_read", [[]]),
                ("sale.order", "read", [self.order.ids, ["order_discrepancy_ids"]]),
                ("sale.order", "read", [self.order.ids, ["order_discrepancy_text"]]),
                ("sale.order", "search", [[("order_discrepancy_ids.value", ">", 0)]]),
                ("sale.order", "search", [[("order_discrepancy_ids", "!=", False)]]),
                ("sale.order", "action_check_discrepancies", [self.order.ids]),
                ("sale.order", "action_compare_ledgers", [self.order.ids]),
                ("sale.order", "write", [self.order.ids, {"order_discrepancy_ids": [(2, self.record.id)]}]),
                ("account.move", "read", [invoice.ids, ["order_discrepancy_text"]]),
                ("stock.picking", "read", [self.order.picking_ids.ids, ["order_discrepancy_text"]]),
                ("order.matching", "figures", [self.order.ids]),
            ):
                with self.subTest(user=user, call=f"{model}.{method} {args[-1]}"), self.assertRaises(AccessError):
                    with self.cr.savepoint():
                        call(user, model, method, *args)
        for user in ("processor", "manager"):
            with self.subTest(user), self.assertRaises(UserError), self.cr.savepoint():
                call(user, "sale.order", "write", self.order.ids, {"order_discrepancy_ids": [(2, self.record.id)]})
            for vals in ({"missed": True}, {"escalation_level": 2}, {"alert_id": False}, {"opened_at": "2020-01-01"}):
                with self.subTest(user, vals=vals), self.assertRaises(UserError), self.cr.savepoint():
                    call(user, "order.discrepancy", "write", self.record.ids, vals)
            for method in ("_take", "_touch", "_write_marks"):
                with self.subTest(user, method=method), self.assertRaises(AccessError):
                    call(user, "order.discrepancy.mark", method)
            with self.subTest(user), self.assertRaises(AccessError), self.cr.savepoint():
                call(user, "order.discrepancy.mark", "create", [{"order_id": self.order.id}])
        self.assertEqual(self.record.exists().state, "open")

    def test_sweep_is_for_managers_and_check_for_processors(self):
        with self.assertRaises(AccessError):
            self._as("processor", self.Discrepancy).sweep()
        with self.assertRaises(AccessError):
            self._as("salesman", self.order).action_check_discrepancies()
        answer = self._as("processor", self.order).action_check_discrepancies()
        self.assertEqual(answer, {"lines": 1, "opened": 0, "closed": 0, "reopened": 0})

    def test_another_company_sees_and_touches_nothing(self):
        stranger = self._as("stranger", self.Discrepancy)
        self.assertFalse(stranger.search([("order_id", "=", self.order.id)]))
        with self.assertRaises(AccessError):
            self._as("stranger", self.record).action_resolve(reason="not mine")
        self._invoice(self.order)
        self.assertEqual(stranger.sweep([("order_id", "=", self.order.id)])["lines"], 0)
        stranger.sweep()
        self.assertEqual(self.record.state, "open")

    def test_the_wizard_asks_for_the_reason(self):
        wizard = Form(
            self.env["discrepancy.close"]
            .with_user(self.users["processor"])
            .with_context(active_ids=self.record.ids, default_act="accept")
        )
        wizard.reason = "Small"
        with self.assertRaises(AccessError):
            wizard.save().action_apply()
        wizard = Form(
            self.env["discrepancy.close"].with_user(self.users["processor"]).with_context(active_ids=self.record.ids)
        )
        wizard.reason = "Invoiced by hand"
        wizard.save().action_apply()
        self.assertEqual(self.record.state, "resolved")

    def test_remote_calls_reach_no_private_method(self):
        def call(user, model, method, *args):
            return call_kw(self.env(user=self.users[user])[model], method, list(args), {})

        with self.assertRaises(AccessError):
            call("processor", "order.discrepancy", "_transition_write", self.record.ids, {"state": "resolved"})
        with self.assertRaises(AccessError):
            call("processor", "order.discrepancy", "_sweep_lines")
        with self.assertRaises(AccessError):
            call("processor", "order.discrepancy", "action_accept", self.record.ids, "because")
        with self.assertRaises(UserError):
            call("manager", "order.discrepancy", "write", self.record.ids, {"state": "accepted"})
        self.assertIs(call("manager", "order.discrepancy", "action_accept", self.record.ids, "because"), True)
        self.assertEqual(self.record.resolution, "because")
        rows = call("processor", "order.matching", "figures", self.order.ids)
        self.assertEqual(rows[0]["order_id"], self.order.id)

    def test_a_salesman_reads_his_order_all_the_same(self):
        fields_of = self._as("salesman", self.env["sale.order"]).fields_get()
        self.assertFalse({"order_discrepancy_ids", "order_discrepancy_count"} & set(fields_of))

    def test_the_order_tells_what_was_found(self):
        action = self._as("processor", self.order).action_compare_ledgers()
        self.assertIn("1 lines compared", action["params"]["message"])

    def test_both_sides_are_one_click_away(self):
        record = self._as("processor", self.record)
        self.assertEqual(record.action_open_transfers()["res_id"], self.order.picking_ids.id)
        self.assertEqual(record.action_open_invoices()["res_model"], "sale.order")
        self._invoice(self.order)
        self.assertEqual(record.action_open_invoices()["res_id"], self.order.invoice_ids.id)
        self.assertEqual(record.action_open_order()["res_id"], self.order.id)

    def test_mending_opens_the_screen_with_its_preview(self):
        action = self._as("processor", self.record).action_mend()
        self.assertEqual(action["res_model"], "discrepancy.mend")
        mend = self.env["discrepancy.mend"].browse(action["res_id"])
        self.assertEqual((mend.act, mend.discrepancy_ids), ("invoice", self.record))
        self.assertEqual(self.order.with_user(self.users["processor"]).order_discrepancy_count, 1)
        self.assertEqual(self.order.action_view_order_discrepancies()["domain"], [("order_id", "in", self.order.ids)])
