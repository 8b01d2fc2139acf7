"""No way round: every path on which an order could become a sale."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw

from .common import VerificationCase

PIXEL = "R0lGODlhAQABAAD/ACwAAAAAAQABAAACADs="


class TestPaths(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clean = cls._make_order((cls.product, 5), user=cls.users["salesman"])
        cls.bad = cls._make_order((cls.product, 5, 0.0), user=cls.users["salesman"])

    def _refused(self, method, *args, orders=None, **kwargs):
        """``method`` refused for the salesman and for the superuser, and nothing moved."""
        orders = orders or self.bad
        for user in (self.users["salesman"], self.env.user):
            with self.subTest(method=method, user=user.login):
                with self.assertRaises(UserError) as caught:
                    call_kw(self.env["sale.order"].with_user(user), method, [orders.ids, *args], dict(kwargs))
                self.assertEqual(set(orders.mapped("state")), {"draft"})
        return str(caught.exception)

    def test_action_confirm_is_all_or_nothing(self):
        text = self._refused("action_confirm", orders=self.clean | self.bad)
        self.assertIn(self.bad.name, text)
        self.assertNotIn(self.clean.name, text)
        self.assertIn("has no price", text)
        self.assertFalse(self.bad.order_check_ids)
        self.assertFalse(self.clean.order_verification_ids)

    def test_nothing_remains_of_a_refused_confirm_even_if_it_is_caught(self):
        try:
            self.bad.action_confirm()
        except UserError:
            self.env.flush_all()
        self.assertFalse(self.bad.order_check_ids or self.bad.order_hold_ids)
        self.assertEqual(self.bad.verification_state, "to_verify")

    def test_the_error_lists_every_order_and_reason(self):
        salesman = self.users["salesman"].id
        other = self._make_order((self.product, -1), (self.product, 1, 50.0), user_id=salesman)
        with self.assertRaises(UserError) as caught:
            (self.bad | other).action_confirm()
        text = str(caught.exception)
        for part in (self.bad.name, other.name, "has no price", "the quantity is -1", "5 times"):
            self.assertIn(part, text)

    def test_clean_order_confirms(self):
        self.assertTrue(self._as("salesman", self.clean).action_confirm())
        self.assertEqual((self.clean.state, self.clean.verification_state), ("sale", "verified"))
        self.assertEqual(self._events(self.clean, "verified").user_id, self.users["salesman"].id)

    def test_write_of_the_state(self):
        self._refused("write", {"state": "sale"})
        self._as("salesman", self.clean).write({"state": "sale"})
        self.assertEqual(self.clean.verification_state, "verified")

    def test_context_opens_nothing(self):
        for key in ("order_verification_passing", "skip_verification", "default_verification_state"):
            with self.assertRaises(UserError):
                self.bad.with_context(**{key: self.bad.ids}).action_confirm()

    def test_create_confirmed(self):
        vals = {
            "partner_id": self.customer.id,
            "order_line": [Command.create({"product_id": self.product.id, "product_uom_qty": 1, "price_unit": 0})],
        }
        for user in ("salesman", "manager"):
            Order = self.env["sale.order"].with_user(self.users[user])
            with self.assertRaises(UserError):
                Order.create({**vals, "state": "sale"})
            with self.assertRaises(UserError):
                Order.with_context(default_state="sale").create(vals)
            with self.assertRaises(UserError):
                self._as(user, self.bad).copy({"state": "sale"})

    def test_copy_is_to_verify(self):
        self.clean.action_confirm()
        copy = self.clean.copy()
        self.assertEqual((copy.verification_state, copy.verified_at), ("to_verify", False))

    def test_state_is_guarded(self):
        for user in ("salesman", "manager"):
            for vals in ({"verification_state": "verified"}, {"verified_at": "2020-01-01"}, {"held_by_id": 1}):
                with self.assertRaises(UserError):
                    self._as(user, self.bad).write(vals)
        with self.assertRaises(UserError):
            self.bad.sudo().write({"verification_state": "verified"})
        order = (
            self.env["sale.order"]
            .with_context(default_verification_state="verified")
            .create({"partner_id": self.customer.id})
        )
        self.assertEqual(order.verification_state, "to_verify")

    def test_load(self):
        self.env["ir.model.data"].create(
            {"module": "test", "name": "bad", "model": "sale.order", "res_id": self.bad.id}
        )
        answer = self._as("manager", self.env["sale.order"]).load(["id", "state"], [["test.bad", "Sales Order"]])
        self.assertFalse(answer["ids"])
        self.assertEqual(self.bad.state, "draft")

    def test_action_confirm_of_another_add_on(self):
        with self.assertRaises(UserError):
            self.bad._action_confirm()

    def test_order_changed_after_its_verification(self):
        self.clean.action_verify()
        self.assertEqual(self.clean.verification_state, "verified")
        self.clean.order_line.price_unit = 0
        self._refused("action_confirm", orders=self.clean)
        self._refused("write", {"state": "sale"}, orders=self.clean)
        self.assertIn("price: 10 → 0", self.clean.order_seal_changes)

    def test_change_that_passes_is_sealed_again_and_listed(self):
        self.clean.action_verify()
        self.clean.order_line.product_uom_qty = 7
        self.clean.action_confirm()
        self.assertIn("quantity: 5 → 7", self._events(self.clean, "unsealed").note)
        self.assertEqual(len(self.clean.order_verification_ids), 2)
        self.assertTrue(any("quantity: 5 → 7" in (body or "") for body in self.clean.message_ids.mapped("body")))

    def test_note_and_tag_break_nothing(self):
        self.clean.action_verify()
        self.clean.write({"note": "Thank you", "origin": "Fair", "client_order_ref": "X"})
        self.clean.message_post(body="Hello")
        self.clean.action_confirm()
        self.assertFalse(self._events(self.clean, "unsealed"))

    def test_verified_order_can_be_loaded_confirmed(self):
        self.env["ir.model.data"].create(
            {"module": "test", "name": "clean", "model": "sale.order", "res_id": self.clean.id}
        )
        answer = self._as("manager", self.env["sale.order"]).load(["id", "state"], [["test.clean", "Sales Order"]])
        self.assertEqual(answer["ids"], self.clean.ids)
        self.assertEqual((self.clean.state, self.clean.verification_state), ("sale", "verified"))

    def test_server_action(self):
        for code in ('records.write({"state": "sale"})', "records.action_confirm()"):
            action = self.env["ir.actions.server"].create(
                {
                    "name": "Confirm",
                    "model_id": self.env.ref("sale.model_sale_order").id,
                    "state": "code",
                    "code": code,
                }
            )
            for user in (self.env.user, self.users["salesman"]):
                with self.subTest(code=code, user=user.login), self.assertRaises(UserError):
                    run = (
                        action.with_user(user)
                        .sudo()
                        .with_context(active_model="sale.order", active_ids=self.bad.ids, active_id=self.bad.id)
                    )
                    run.run()
        self.assertEqual(self.bad.state, "draft")

    def test_integration_user_is_refused_as_everybody(self):
        for method, args in (("write", [{"state": "sale"}]), ("action_confirm", []), ("action_button_confirm", [])):
            with self.subTest(method=method), self.assertRaises(AccessError):
                call_kw(self._as("integration", self.env["sale.order"]), method, [self.bad.ids, *args], {})
        self.assertEqual(self.bad.state, "draft")

    def test_button_opens_what_stops_the_order(self):
        action = self._as("processor", self.bad).action_button_confirm()
        self.assertEqual((action["res_model"], action["res_id"], action["target"]), ("sale.order", self.bad.id, "new"))
        self.assertEqual((self.bad.state, self.bad.verification_state), ("draft", "held"))
        self.assertEqual(self.bad.confirm_wanted_by_id, self.users["processor"])
        self.assertTrue(self._as("processor", self.clean).action_button_confirm())
        self.assertEqual(self.clean.state, "sale")
        self.bad.order_line.price_unit = 10
        self.assertTrue(self._as("salesman", self.bad).action_button_confirm())
        self.assertEqual(self.bad.state, "sale")

    def test_form_offers_that_button_alone(self):
        arch = self._as("salesman", self.env["sale.order"]).get_view(view_type="form")["arch"]
        self.assertEqual(arch.count('name="action_button_confirm"'), 2)
        self.assertNotIn('name="action_confirm"', arch)

    def test_line_added_to_a_confirmed_order_waits(self):
        self._stock(self.product, 10)
        self._stock(self.other_product, 10)
        self.clean = self.clean.with_env(self.env)
        self.clean.action_confirm()
        line = {"product_id": self.other_product.id, "product_uom_qty": 2, "price_unit": 0}
        self._as("salesman", self.clean).write({"order_line": [Command.create(line)]})
        with self.assertRaises(UserError) as caught:
            self._deliver(self.clean)
        self.assertIn("Other Goods: added → 2", str(caught.exception))
        self.assertIn("has no price", str(caught.exception))
        self.clean.action_verify()
        self.assertEqual(self.clean.verification_state, "held")
        self.clean.order_line[1].price_unit = 25
        self.clean.action_verify()
        self._deliver(self.clean)
        self.assertEqual(self.clean.order_line.mapped("qty_delivered"), [5, 2])

    # ------------------------------------------------------------------ customers

    def _mails(self, order):
        return order.message_ids.filtered(lambda message: message.subject and "is being checked" in message.subject)

    def test_customer_is_told_once(self):
        self._sign(self.bad)
        mail = self._mails(self.bad)
        self.assertEqual((len(mail), mail.partner_ids), (1, self.customer))
        self.assertIn(self.bad.name, mail.body)
        self._sign(self.bad)
        self.assertEqual(len(self._mails(self.bad)), 1)
        self._sign(self.clean)
        self.assertFalse(self._mails(self.clean))

    def test_paid_order_is_confirmed_when_it_is_released(self):
        transaction = self._pay(self.bad)
        transaction._check_amount_and_confirm_order()
        self.assertEqual((self.bad.state, self.bad.confirm_wanted_why), ("draft", "customer"))
        self.assertEqual(len(self._mails(self.bad)), 1)
        row = self._as("manager", self.bad).action_release(reason="A gift")[0]
        self.assertEqual((row["confirmed"], self.bad.state), (True, "sale"))

    def _sign(self, order):
        order.write({"require_signature": True, "signed_by": "A Customer", "signature": PIXEL})
        order.with_user(self.env.ref("base.public_user")).sudo()._validate_order()

    def test_signature_is_kept_and_the_order_waits(self):
        self._sign(self.bad)
        self.assertEqual((self.bad.state, self.bad.verification_state), ("draft", "held"))
        self.assertEqual(self.bad.signed_by, "A Customer")
        self.assertEqual(self.bad.order_hold_ids.reason_code, "zero_price")
        self.assertEqual(self.bad.activity_ids.user_id, self.users["salesman"])
        self._sign(self.bad)
        self.assertEqual(len(self.bad.activity_ids), 1)

    def test_signature_on_a_clean_order(self):
        self._sign(self.clean)
        self.assertEqual((self.clean.state, self.clean.verification_state), ("sale", "verified"))

    def _pay(self, order):
        provider = self.env["payment.provider"].search([("company_id", "=", self.company.id)], limit=1)
        method = self.env["payment.method"].with_context(active_test=False).search([], limit=1)
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": order.amount_total or 1,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "state": "done",
                "reference": f"test {order.name}",
                "sale_order_ids": [Command.set(order.ids)],
            }
        )

    def test_payment_confirms_only_what_passes(self):
        far = self._make_order((self.product, 5, 100.0), user=self.users["salesman"])
        transactions = self._pay(self.clean) | self._pay(far)
        confirmed = transactions._check_amount_and_confirm_order()
        self.assertEqual(confirmed, self.clean)
        self.assertEqual((far.state, far.verification_state), ("draft", "held"))
        self.assertTrue(far.activity_ids)
        self.assertEqual(far.sudo().transaction_ids.state, "done")

    def test_cash_on_delivery_waits_as_sent(self):
        transaction = self._pay(self.bad)
        transaction.provider_id = transaction.provider_id.copy()
        transaction.provider_id.write({"code": "custom", "custom_mode": "cash_on_delivery"})
        transaction.state = "pending"
        transaction._post_process()
        self.assertEqual((self.bad.state, self.bad.verification_state), ("sent", "held"))

    def test_off_does_nothing(self):
        self.company.action_order_control_off(reason="off")
        self.bad.action_verify()
        self.bad.action_confirm()
        self.assertEqual((self.bad.state, self.bad.verification_state), ("sale", "to_verify"))
        self.assertFalse(self.bad.order_check_ids)

    def test_other_company(self):
        with self.assertRaises(AccessError):
            self.bad.with_user(self.users["stranger"]).action_verify()
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.other_company.id)], limit=1)
        theirs = (
            self.env["sale.order"]
            .with_company(self.other_company)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.other_company.id,
                    "warehouse_id": warehouse.id,
                    "order_line": [Command.create({"product_id": self.product.id, "price_unit": 0})],
                }
            )
        )
        # observing there, enforced here: only ours is stopped
        theirs.action_confirm()
        self.assertEqual((theirs.state, theirs.order_check_ids.company_id), ("sale", self.other_company))
        seen = self.env["order.verification.check"].with_user(self.users["processor"]).search([])
        self.assertNotIn(self.other_company, seen.company_id)
