"""Who may what of quality points and checks, tried as those who may not, by the way that remote calls take."""

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw

from tests.dispatch.quality import QualityCase

STRANGERS = ("salesman", "integration", "accountant", "portal", "stranger")


class TestQualityRights(QualityCase):
    def setUp(self):
        super().setUp()
        self.point = self._point()
        self.picking = self._ready((self.product, 5), (self.other_product, 1))
        self.check = self.picking.order_quality_check_ids

    def _call(self, user, record, method, *args, **kwargs):
        """As a program of ``user`` calls it."""
        return call_kw(record.browse().with_user(self.users[user]), method, [record.ids, *args], kwargs)

    def _state(self):
        self.check.invalidate_recordset()
        lines = self.check.line_ids
        return (self.check.state, lines.mapped("passed_qty"), lines.mapped("failed_qty"), lines.mapped("disposition"))

    def test_nobody_else_judges(self):
        before = self._state()
        answers = [{"line": line.id, "failed": line.quantity} for line in self.check.line_ids]
        calls = (
            ("action_pass",),
            ("action_fail", "Wet"),
            ("action_answer", answers, "Wet"),
            ("action_scan", "TG-1"),
            ("action_open_answer",),
            ("action_quarantine",),
            ("action_scrap",),
            ("action_replace",),
            ("action_concede", "Wet"),
            ("action_check_again", "Wet"),
        )
        for user in STRANGERS:
            for name, *args in calls:
                with self.subTest(user=user, call=name), self.assertRaises(AccessError):
                    self._call(user, self.check, name, *args)
        self.assertEqual(self._state(), before)

    def test_processors_do_what_processors_do(self):
        self._call("processor", self.check, "action_fail", "Wet")
        for name in ("action_concede", "action_check_again"):
            with self.subTest(call=name), self.assertRaises(AccessError):
                self._call("processor", self.check, name, "I think so")
        self.assertTrue(self._call("processor", self.check, "action_quarantine", "Wet"))
        self.assertEqual(self.check.state, "to_check")

    def test_managers_define_points(self):
        for user in ("processor", *STRANGERS):
            with self.subTest(user=user):
                for act in (
                    lambda user=user: call_kw(
                        self.env["order.quality.point"].with_user(self.users[user]),
                        "create",
                        [[{"name": "Nothing", "company_id": self.company.id}]],
                        {},
                    ),
                    lambda user=user: self._call(user, self.point, "write", {"active": False}),
                    lambda user=user: self._call(user, self.point, "unlink"),
                ):
                    with self.assertRaises(AccessError):
                        act()
        self.assertTrue(self.point.active)
        self._call("manager", self.point, "write", {"active": False})
        team = call_kw(
            self.env["order.quality.team"].with_user(self.users["manager"]), "create", [{"name": "Shift"}], {}
        )
        self.assertTrue(team)
        with self.assertRaises(AccessError):
            call_kw(self.env["order.quality.team"].with_user(self.users["processor"]), "create", [{"name": "Me"}], {})

    def test_a_manager_moves_no_point_to_another_company(self):
        for record in (self._point("Other"), self.env["order.quality.team"].create({"name": "Shift"})):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._call("manager", record, "write", {"company_id": self.other_company.id})

    def test_no_field_is_a_way_round(self):
        line, other = self.check.line_ids[0], self._ready((self.product, 1))
        for user in ("processor", "manager"):
            for record, vals in (
                (self.check, {"state": "passed"}),
                (self.check, {"checked_by_id": self.users[user].id}),
                (self.check, {"picking_id": other.id}),
                (self.check, {"point_id": False}),
                (self.check, {"line_ids": [(5,)]}),
                (line, {"passed_qty": 5}),
                (line, {"conceded": True}),
                (line, {"disposition": "scrap"}),
                (self.picking, {"order_held_back": True}),
                (self.picking, {"order_packed_by_ids": [(5,)]}),
                (self.picking.move_line_ids[0], {"order_packed_by_id": False}),
                (self.picking, {"order_quality_check_ids": [(5,)]}),
            ):
                with self.subTest(user=user, vals=vals), self.assertRaises(UserError):
                    self._call(user, record, "write", vals)
            for model, vals in (
                ("order.quality.check", {"picking_id": other.id}),
                ("order.quality.check.line", {"check_id": self.check.id, "quantity": 1}),
                ("order.quality.draw", {"point_id": self.point.id, "picking_id": other.id, "hit": False}),
            ):
                with self.subTest(user=user, model=model), self.assertRaises(UserError):
                    call_kw(self.env[model].with_user(self.users[user]), "create", [vals], {})
            for record in (self.check, line):
                with self.assertRaises(UserError):
                    self._call(user, record, "unlink")
        self.assertEqual(self.check.state, "to_check")
        picking = self._as("processor", self.env["stock.picking"]).create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "order_packed_by_ids": self.users["manager"].ids,
                "order_held_back": True,
            }
        )
        self.assertFalse(picking.order_packed_by_ids or picking.order_held_back)

    def test_what_is_private_is_not_called(self):
        for record, names in (
            (self.check, ("_renew_goods", "_hold_back", "_take_from_goods", "_transition_write", "_dispose")),
            (self.picking, ("_quality_put", "_quality_hold_back", "_quality_follow", "_action_done")),
            (self.check.line_ids, ("_clear", "_shrink")),
        ):
            for name in names:
                with self.subTest(name=name), self.assertRaises(AccessError):
                    self._call("manager", record, name, {})

    def test_no_context_opens_anything(self):
        self.picking.move_ids.picked = True
        context = {"order_quality_screen": False, "order_quality_split": True, "default_state": "passed"}
        with self.assertRaisesRegex(UserError, "have not passed"):
            self._call("processor", self.picking, "button_validate", context=context)

    def test_others_see_nothing_of_another_company(self):
        env = self.env(user=self.users["stranger"])
        for model in ("order.quality.point", "order.quality.check", "order.quality.check.line", "order.quality.draw"):
            self.assertFalse(env[model].search([]), model)
        for user in ("salesman", "portal", "integration"):
            for model in (
                "order.quality.point",
                "order.quality.check.line",
                "order.quality.draw",
                "order.quality.team",
            ):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(self.users[user]).search([])

    def test_a_customer_does_not_read_of_a_failure(self):
        order = self.picking.sale_id
        order.partner_id = self.users["portal"].partner_id
        self._call("processor", self.check, "action_fail", "Wet")
        for user, told in (("processor", True), ("portal", False)):
            stories = self._as(user, order).order_timeline()
            kinds = [event["kind"] for event in stories[0]["events"]]
            self.assertEqual("check_failed" in kinds, told, user)
            self.assertIn("confirmed", kinds)
