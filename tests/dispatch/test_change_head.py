"""Another delivery address, another day: once picking has begun asked of the floor; papers, pickups and words follow."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user

from tests.common import ObservingCase, OrderCase

from .changes import ChangesMixin


class HeadMixin(ChangesMixin):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_gs1_prefix = "0614141"
        cls.branch = cls._make_customer("Branch", parent_id=cls.customer.id, type="other", street="9 Low Street")
        cls.today = fields.Date.today()

    def _wish(self, order, kind, user="processor", reason="The customer rang", **wishes):
        answer = self._as(user, order).action_request_change(kind, reason, **wishes)
        return self.env["order.change.request"].browse(answer[0]["request_id"])


class TestChangeHead(HeadMixin, OrderCase):
    def test_no_way_round(self):
        order = self._in_hand()
        other = self._make_customer("Somebody Else")
        processor, picking = self._as("processor", order), self._as("manager", order.picking_ids)
        ways = {
            "address": lambda: processor.write({"partner_shipping_id": self.branch.id}),
            "as core's screen": lambda: processor.with_context(update_delivery_shipping_partner=True).write(
                {"partner_shipping_id": self.branch.id}
            ),
            "customer": lambda: processor.write({"partner_id": other.id}),
            "transfer": lambda: picking.write({"partner_id": self.branch.id}),
            "wished day": lambda: processor.write({"commitment_date": "2099-01-01 10:00:00"}),
            "not before": lambda: processor.write({"order_ship_from": "2099-01-01"}),
            "cancel after": lambda: self._as("manager", order).write({"order_ship_until": "2099-01-01"}),
        }
        for name, act in ways.items():
            with self.subTest(way=name), self.assertRaises(UserError) as refused, self.cr.savepoint():
                act()
            for found in (order.name, order.picking_ids.name, "Ask the floor"):
                self.assertIn(found, str(refused.exception), name)
        self.env.invalidate_all()
        self.assertEqual((order.partner_shipping_id, order.commitment_date), (self.customer, False))
        self.assertEqual(order.picking_ids.partner_id, self.customer)
        # what stands is no change, and what the order says the transfer may take over
        processor.write({"partner_shipping_id": self.customer.id, "commitment_date": False})
        wide = self._in_hand(order_ship_until=self.today)
        self._as("processor", wide).order_ship_until = self.today + timedelta(days=1)
        self.assertEqual(wide.order_ship_until, self.today + timedelta(days=1), "more days ask nothing of the floor")
        fresh = self._in_hand(printed=False)
        self._as("processor", fresh).write({"partner_shipping_id": self.branch.id, "order_ship_from": self.today})
        self._print("pick_list", fresh.picking_ids)
        self._as("processor", fresh.picking_ids).partner_id = self.branch
        self.assertEqual((fresh.partner_shipping_id, fresh.picking_ids.partner_id), (self.branch, self.branch))

    def test_asked_only_where_it_makes_sense(self):
        order = self._in_hand()
        abroad = self._make_customer("Foreign", company_id=self.other_company.id)
        gone = self._make_customer("Gone", active=False)
        wrong = (
            ("address", {}, "name a contact"),
            ("address", {"address": True}, "name a contact"),
            ("address", {"address": gone.id}, "archived"),
            ("address", {"address": self.customer.id}, "no other address"),
            ("address", {"address": self.branch.id, "quantities": [{"line": 1}]}, "by themselves"),
            ("date", {}, "a day is wished as"),
            ("date", {"dates": {"someday": "2099-01-01"}}, "a day is wished as"),
            ("date", {"dates": {"order_ship_from": "soon"}}, "a day is wished as"),
            ("date", {"dates": {"commitment_date": False}}, "no other day"),
            ("date", {"dates": {"order_ship_from": "2099-01-02", "order_ship_until": "2099-01-01"}}, "other days"),
        )
        for kind, wishes, words in wrong:
            with self.subTest(kind=kind, wishes=wishes), self.assertRaisesRegex(UserError, words):
                self._wish(order, kind, **wishes)
        with self.assertRaises(UserError):
            self._wish(order, "address", address=abroad.id)
        first = self._wish(order, "address", address=self.branch.id)
        self.assertEqual(self._wish(order, "address", address=self.branch.id), first, "the same again")
        with self.assertRaisesRegex(UserError, first.name):
            self._wish(order, "date", dates={"order_ship_from": "2099-01-01"})
        self.assertIn("9 Low Street", order.picking_ids.order_change_text)

    def test_address_accepted(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        order = self._in_hand(user_id=self.users["salesman"].id)
        picking = order.picking_ids
        parcel = self._packed(picking, "P-ADDRESS")
        for kind in ("slip", "label", "return_label"):
            self._print(kind, picking)
        sscc = parcel.order_sscc
        request = self._wish(order, "address", user="salesman", address=self.branch.id)
        self.assertEqual((order.partner_shipping_id, picking.partner_id), (self.customer, self.customer))
        self._as("processor", picking).action_change_accept(reason="In time")
        self.assertEqual((request.state, order.partner_shipping_id), ("accepted", self.branch))
        self.assertEqual((picking.partner_id, picking.move_ids.partner_id), (self.branch, self.branch))
        self.assertFalse(picking.activity_ids, "nobody has to write it over by hand")
        void = {row.kind: bool(row.voided_at) for row in self._prints(picking)}
        self.assertEqual(void, {"pick_list": False, "slip": True, "label": True, "return_label": True})
        # the parcel is the same one, with another label
        self.assertEqual((parcel.order_voided_at, parcel.order_sscc), (False, sscc))
        page = self._print("label", picking)
        self.assertEqual(self._marks(page), [], "an original")
        self.assertIn("9 Low Street", page.text_content())
        mail = self._mails(request)
        self.assertEqual((len(mail), request.outcome), (1, "sent"))
        self.assertIn("9 Low Street", mail.body_html)
        self.assertIn("In time", mail.body_html)
        self.assertEqual(order.activity_ids.user_id, self.users["salesman"])
        self.assertFalse(request.goods_ids)
        # another address is a sensitive change: a manager accepts it before the goods leave, as ever
        self._as("processor", order).action_verify()
        with self.assertRaisesRegex(UserError, "Changed after"):
            self._deliver(order)
        self._as("manager", order).action_release(reason="The customer rang from the known number")
        self.assertEqual(self._deliver(order).partner_id, self.branch)

    def test_address_declined(self):
        order = self._in_hand()
        self._print("label", order.picking_ids)
        request = self._wish(order, "address", address=self.branch.id)
        self._as("processor", request).action_decline(reason="The van is loaded")
        self.assertEqual((order.partner_shipping_id, order.picking_ids.partner_id), (self.customer, self.customer))
        self.assertFalse(any(self._prints(order.picking_ids).mapped("voided_at")))
        mail = self._mails(request)
        self.assertIn("The van is loaded", mail.body_html)
        self.assertNotIn("send back", mail.body_html)

    def test_pickup_is_left_where_it_no_longer_fits(self):
        france = self.env.ref("base.fr")
        carrier = self.env["delivery.carrier"].create(
            {"name": "Island only", "product_id": self.service.id, "country_ids": [(6, 0, self.uk.ids)]}
        )
        paris = self._make_customer("Paris", parent_id=self.customer.id, type="other", country_id=france.id)
        orders = self.env["sale.order"].union(*(self._in_hand() for _number in range(4)))
        near, far, soon, late = orders
        pickup = self.env["order.pickup"].create({"warehouse_id": self.warehouse.id, "carrier_id": carrier.id})
        orders.picking_ids.order_pickup_id = pickup
        requests = (
            self._wish(near, "address", address=self.branch.id)
            | self._wish(far, "address", address=paris.id)
            | self._wish(soon, "date", dates={"order_ship_until": self.today + timedelta(days=9)})
            | self._wish(late, "date", dates={"order_ship_from": self.today + timedelta(days=9)})
        )
        self._as("processor", requests).action_accept()
        self.assertEqual(pickup.picking_ids.sale_id, near | soon)

    def test_date_accepted(self):
        order = self._in_hand()
        picking = order.picking_ids
        pickup = self.env["order.pickup"].create({"warehouse_id": self.warehouse.id})
        picking.order_pickup_id = pickup
        for kind in ("slip", "label"):
            self._print(kind, picking)
        wished = fields.Datetime.now().replace(microsecond=0) + timedelta(days=20)
        days = {
            "commitment_date": fields.Datetime.to_string(wished),
            "order_ship_from": str(self.today + timedelta(days=2)),
        }
        request = self._wish(order, "date", dates=days)
        self._as("processor", request).action_accept()
        self.assertEqual((order.commitment_date, order.order_ship_from), (wished, self.today + timedelta(days=2)))
        self.assertFalse(order.order_ship_until)
        self.assertEqual(picking.move_ids.date_deadline, wished)
        self.assertEqual(picking.scheduled_date, wished - timedelta(days=self.company.security_lead))
        self.assertFalse(pickup.picking_ids)
        void = {row.kind: bool(row.voided_at) for row in self._prints(picking)}
        self.assertEqual(void, {"pick_list": False, "slip": True, "label": False})
        self.assertIn("Not before", self._mails(request).body_html)
        self.assertEqual(picking.state, "assigned")

    def test_too_late(self):
        order, part = self._in_hand(), self._in_hand()
        request = self._wish(order, "address", address=self.branch.id)
        picking = self._deliver(order)
        self.assertEqual((request.state, request.by_itself, picking.partner_id), ("declined", True, self.customer))
        self.assertIn(picking.name, request.answer)
        first = self._deliver(part, {self.product: 2})
        rest = part.picking_ids - first
        self._print("pick_list", rest)
        self._as("processor", self._wish(part, "address", address=self.branch.id)).action_accept()
        self.assertEqual((first.partner_id, rest.partner_id), (self.customer, self.branch), "what has left went there")

    def test_steps_before_go_there_too(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._in_hand()
        self._as("processor", self._wish(order, "address", address=self.branch.id)).action_accept()
        self.assertEqual(len(order.picking_ids), 1)
        self.assertEqual(order.picking_ids.partner_id, self.branch)

    def test_taxes_of_an_invoiced_order(self):
        france = self.env.ref("base.fr")
        paris = self._make_customer("Paris", parent_id=self.customer.id, type="other", country_id=france.id)
        position = self.env["account.fiscal.position"].create(
            {"name": "France", "auto_apply": True, "country_id": france.id, "company_id": self.company.id}
        )
        self.product.invoice_policy = "order"
        order, billed = self._in_hand(), self._in_hand()
        invoice = self._invoice(billed)
        with self.assertRaisesRegex(UserError, invoice.name):
            self._wish(billed, "address", address=paris.id)
        self._as("processor", self._wish(order, "address", address=paris.id)).action_accept()
        self.assertEqual(order.fiscal_position_id, position)

    def test_who_may(self):
        order = self._in_hand(user_id=self.users["processor"].id)

        def call(user, records, method, *args, **kwargs):
            return call_kw(self._as(user, records.browse()), method, [records.ids, *args], kwargs)

        for user in ("accountant", "integration", "portal", "stranger", "salesman"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                call(user, order, "action_request_change", "address", "Please", address=self.branch.id)
        request = self._wish(order, "address", user="manager", address=self.branch.id)
        for user in ("accountant", "integration", "portal", "stranger", "salesman"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                call(user, request, "action_accept")
        packer = new_test_user(self.env, login="test_packer", groups="stock.group_stock_user")
        for records, act in ((request, "action_decline"), (order.picking_ids, "action_change_accept")):
            with self.subTest(act=act), self.assertRaises(AccessError):
                call_kw(records.browse().with_user(packer), act, [records.ids, "Mine"], {})
        # a manager of both companies works in the one that it is about
        self.users["manager"].company_ids |= self.other_company
        with self.assertRaises(AccessError):
            context = {"allowed_company_ids": self.other_company.ids}
            call_kw(self._as("manager", request.browse()), "action_accept", [request.ids, "Mine"], {"context": context})
        for hidden in ("_carry_out_address", "_request_change"):
            with self.assertRaises(AccessError):
                call("manager", request if "carry" in hidden else order, hidden)
        with self.assertRaises(UserError):
            call("manager", request, "write", {"partner_shipping_id": self.customer.id})
        self.assertEqual(order.partner_shipping_id, self.customer)

    def test_the_screen_asks(self):
        order = self._in_hand()
        wizard = self._as("processor", self.env["order.change.ask"]).with_context(default_order_id=order.id)
        asked = wizard.create({"kind": "address", "reason": "Moved"})
        self.assertEqual(asked.partner_shipping_id, self.customer)
        asked.partner_shipping_id = self.branch
        asked.action_ask()
        self.assertEqual(order.order_change_request_ids.partner_shipping_id, self.branch)
        late = self._in_hand()
        asked = wizard.with_context(default_order_id=late.id).create({"kind": "date", "reason": "Later"})
        asked.order_ship_from = self.today + timedelta(days=3)
        asked.action_ask()
        self.assertEqual(
            late.order_change_request_ids._head_wishes(), {"order_ship_from": self.today + timedelta(days=3)}
        )


class TestChangeHeadObserved(HeadMixin, ObservingCase):
    def test_goes_through_and_stands_in_the_book(self):
        order = self._in_hand()
        order.partner_shipping_id = self.branch
        order.commitment_date = "2099-01-01 10:00:00"
        self.assertEqual(order.partner_shipping_id, self.branch)
        self.assertEqual(len(self._events(order, "changed_in_picking")), 2)
