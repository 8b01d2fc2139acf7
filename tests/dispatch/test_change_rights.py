"""Who may ask the floor, who answers, and that nobody writes it: each over a remote call."""

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw

from tests.common import OrderCase

from .changes import ChangesMixin


class TestChangeRights(ChangesMixin, OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 20)
        cls.orders = cls._make_order(user_id=cls.users["salesman"].id) | cls._make_order(
            user_id=cls.users["processor"].id
        )
        cls.orders.action_confirm()
        cls.orders.picking_ids.action_assign()
        cls.orders.picking_ids.printed = True
        cls.own, cls.other = cls.orders

    def _call(self, user, records, method, *args, **kwargs):
        return call_kw(self._as(user, records.browse()), method, [records.ids, *args], kwargs)

    def test_who_may_ask(self):
        for user in ("accountant", "integration", "portal", "stranger"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._call(user, self.own, "action_request_change", "cancel", "Please")
        with self.assertRaises(AccessError):
            self._call("salesman", self.other, "action_request_change", "cancel", "Please")
        row = self._call("salesman", self.own, "action_request_change", "cancel", "Please")[0]
        self.assertEqual((row["order"], row["state"]), (self.own.name, "requested"))
        self.assertTrue(self._call("manager", self.other, "action_request_change", "cancel", "Please"))
        wizard = self._as("salesman", self.env["order.change.ask"]).with_context(default_order_id=self.own.id).new()
        self.assertEqual(wizard.kind, "cancel")

    def test_who_may_answer(self):
        request = self._ask(self.own, user="salesman")
        for user in ("accountant", "integration", "portal", "stranger", "salesman"):
            for act in ("action_accept", "action_decline", "action_told"):
                with self.subTest(user=user, act=act), self.assertRaises(AccessError):
                    self._call(user, request, act, *([] if act == "action_told" else ["Because"]))
        for user in ("accountant", "portal", "stranger"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._call(user, self.own.picking_ids, "action_change_accept")
        self.assertEqual((request.state, self.own.state), ("requested", "sale"))
        self.assertTrue(self._call("manager", request, "action_decline", "The van is full"))
        self.assertEqual(request.state, "declined")

    def test_who_may_take_back(self):
        mine, foreign = self._ask(self.own, user="salesman"), self._ask(self.other, user="manager")
        with self.assertRaises(AccessError):
            self._call("salesman", foreign, "action_withdraw")
        with self.assertRaises(AccessError):
            self._call("stranger", mine, "action_withdraw")
        self.assertTrue(self._call("salesman", mine, "action_withdraw"))
        again = self._ask(self.own, user="processor")
        with self.assertRaisesRegex(AccessError, "somebody else"):
            self._call("salesman", again, "action_withdraw")
        self.assertTrue(self._call("processor", foreign, "action_withdraw"))

    def test_nobody_writes_it(self):
        request = self._ask(self.own)
        vals = {"order_id": self.other.id, "kind": "cancel", "reason": "x"}
        for user in ("salesman", "processor", "manager"):
            for method, args in (
                ("write", [{"state": "accepted"}]),
                ("write", [{"reason": "Other"}]),
                ("unlink", []),
            ):
                with self.subTest(user=user, method=method), self.assertRaises(UserError):
                    self._call(user, request, method, *args)
            with self.assertRaises(AccessError):
                call_kw(self._as(user, self.env["order.change.request"]), "create", [[vals]], {})
            for model in ("order.change.request.line", "order.change.request.goods"):
                self.assertFalse(self._as(user, self.env[model]).has_access("write"))
        for hidden in ("_carry_out", "_transition", "_miss", "_note_goods"):
            with self.assertRaises(AccessError):
                self._call("manager", request, hidden)
        with self.assertRaises(UserError):
            self._as("manager", request).sudo().write({"answer": "x"})
        context = {"order_processing.accepting_changes": self.own.ids, "accepting": True}
        with self.assertRaises(UserError):
            call_kw(self._as("manager", self.env["sale.order"]), "action_cancel", [self.own.ids], {"context": context})

    def test_who_sees_it(self):
        mine, foreign = self._ask(self.own), self._ask(self.other)
        seen = {
            user: self._as(user, self.env["order.change.request"]).search([("id", "in", (mine | foreign).ids)])
            for user in ("salesman", "processor", "manager", "stranger")
        }
        self.assertEqual(seen["salesman"], mine)
        self.assertEqual(seen["processor"], mine | foreign)
        self.assertEqual(seen["manager"], mine | foreign)
        self.assertFalse(seen["stranger"])
        portal = self._as("portal", self.env["order.change.request"])
        self.assertFalse(portal.has_access("read"))
        stories = self._as("processor", self.own).order_timeline()[0]["events"]
        self.assertIn("change_requested", [event["kind"] for event in stories])

    def test_screens_open(self):
        request = self._ask(self.own, "change", {self.own.order_line: 2})
        self._as("processor", request).action_accept()
        for user in ("salesman", "processor", "manager"):
            model = self.env["order.change.request"].with_user(self.users[user])
            for kind in ("list", "form"):
                view = self.env.ref(f"order_processing.order_change_request_view_{kind}")
                names = model.get_views([(view.id, kind)])["models"]["order.change.request"]["fields"]
                self.assertTrue(self._as(user, request).read([name for name in names if name in model._fields]))
        screen = self._as("salesman", self.own).action_open_ask_floor()
        wizard = self._as("salesman", self.env[screen["res_model"]]).with_context(**screen["context"])
        self.own.picking_ids.printed = True
        asked = wizard.create({"kind": "change", "reason": "Less"})
        asked.line_ids.quantity = 1
        asked.action_ask()
        waiting = self.own.order_change_request_ids.filtered(lambda request: request.state == "requested")
        self.assertEqual(waiting.line_ids.quantity, 1)
