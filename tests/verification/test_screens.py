"""The screens open for whoever may see an order, and show the buttons of the one who looks."""

from lxml import etree

from odoo.tests import Form

from .common import VerificationCase


class TestScreens(VerificationCase):
    def _buttons(self, user):
        arch = (
            self.env["sale.order"]
            .with_user(self.users[user])
            .get_view(self.env.ref("sale.view_order_form").id, "form")["arch"]
        )
        names = etree.fromstring(arch).xpath("//header/button/@name")
        return {name for name in names if name.startswith(("action_button", "action_open"))}

    def test_buttons_by_right(self):
        verify, confirm = "action_button_verify", "action_button_verify_and_confirm"
        hold, release = "action_open_hold", "action_open_release"
        everybody, close, late = "action_button_confirm", "action_open_close_short", "action_open_tell_delays"
        floor = "action_open_ask_floor"
        arrival = {"action_button_tell_arrival", "action_button_arrival_by_phone"}
        desk = {everybody, verify, confirm, hold, close, late, "action_open_shortages", floor} | arrival
        self.assertEqual(self._buttons("salesman"), {everybody, verify, floor})
        self.assertEqual(self._buttons("processor"), desk)
        self.assertEqual(self._buttons("manager"), desk | {release})
        self.assertEqual(self._buttons("accountant"), {everybody})

    def test_order_form_opens_for_everybody(self):
        order = self._make_order((self.product, 5, 0.0), user=self.users["salesman"])
        order.action_verify()
        for user in ("salesman", "processor", "manager"):
            with self.subTest(user=user):
                form = Form(self._as(user, order), view="sale.view_order_form")
                self.assertEqual(form.hold_reasons, "Zero price")
                self.assertEqual(len(form.order_check_ids), 1)
        form = Form(self._as("accountant", order), view="sale.view_order_form")
        self.assertNotIn("order_check_ids", form._view["fields"])

    def test_lists_and_searches_open(self):
        self._make_order((self.product, 5, 0.0)).action_verify()
        reason = self.env.ref("order_processing.hold_reason_goods_stopped")
        self.env["order.standing.hold"].create({"reason_id": reason.id, "product_id": self.product.id})
        views = {
            "sale.order": ["order_verification_view_list", "sale_order_view_search", "order_verification_view_search"],
            "order.hold": [
                "order_hold_view_list",
                "order_hold_view_form",
                "order_hold_view_kanban",
                "order_hold_view_search",
            ],
            "order.standing.hold": [
                f"order_standing_hold_view_{kind}" for kind in ("list", "form", "kanban", "search")
            ],
            "order.verification.check": ["order_verification_check_view_list", "order_verification_check_view_form"],
        }
        for model, names in views.items():
            Model = self.env[model].with_user(self.users["processor"])
            for name in names:
                view = self.env.ref(f"order_processing.{name}")
                result = Model.get_views([(view.id if view.type != "search" else False, view.type)])
                fields = [f for f in result["models"][model]["fields"] if f in Model._fields]
                records = Model.search([], limit=3)
                with self.subTest(view=name):
                    self.assertTrue(records.read(fields))

    def test_a_salesman_sees_findings_of_own_orders_only(self):
        mine = self._make_order((self.product, 5, 0.0), user_id=self.users["salesman"].id)
        other = self._make_order((self.product, 6, 0.0), user_id=self.users["processor"].id)
        (mine | other).action_verify()
        for model in ("order.verification.check", "order.hold", "order.verification"):
            seen = self.env[model].with_user(self.users["salesman"]).search([]).order_id
            self.assertIn(mine, seen)
            self.assertNotIn(other, seen)
