"""Rules of carriers: missing, not serving the address, overloaded, without whom to call."""

from odoo.fields import Command
from odoo.tests import Form

from .goods import GoodsCase


class CarrierCase(GoodsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carrier = cls._make_carrier("Test Carrier")

    @classmethod
    def _make_carrier(cls, name, **vals):
        return cls.env["delivery.carrier"].create({"name": name, "product_id": cls.service.id, **vals})

    def _carried(self, *lines, carrier=None, **vals):
        return self._make_order(*lines or [(self.product, 5)], carrier_id=(carrier or self.carrier).id, **vals)


class TestCarriers(CarrierCase):
    def test_carrier_missing(self):
        self._on("carrier_missing")
        self.assertEqual(
            self._fires(self._make_order(), self._carried(), self._make_order((self.service, 1))), [True, False, False]
        )

    def test_contact(self):
        self._on("contact_missing")
        silent = self._make_customer("Silent", phone=False, email=False)
        order = self._carried(partner_id=silent.id)
        self.assertFalse(self._fires(order), "this carrier asks for nothing")
        self.carrier.write({"order_needs_phone": True, "order_needs_email": True})
        self.assertEqual(self._found(order), [("phone, e-mail", "nothing")])
        self.assertIn(
            "has no phone and no e-mail", order.order_check_ids.filtered(lambda c: c.state == "failed").message
        )
        silent.phone = "+44 20 7946 0000"
        self.assertEqual(self._found(order), [("phone, e-mail", "+44 20 7946 0000")])
        silent.email = "silent@test.example.com"
        self.assertFalse(self._fires(order))
        silent.phone = "  "
        self.assertTrue(self._fires(order))
        order.carrier_id = False
        self.assertFalse(self._fires(order))

    def test_contact_of_the_address_or_of_who_orders(self):
        self._on("contact_missing")
        self.carrier.order_needs_phone = True
        gate = self._make_customer("Gate", parent_id=self.customer.id, type="delivery", phone=False)
        order = self._carried(partner_shipping_id=gate.id)
        self.assertFalse(self._fires(order))
        self.customer.phone = False
        self.assertTrue(self._fires(order))
        gate.phone = "+44 20 7946 0001"
        self.assertFalse(self._fires(order))

    def test_contact_waived_until_more_is_missing(self):
        self._on("contact_missing")
        self.carrier.write({"order_needs_phone": True, "order_needs_email": True})
        self.customer.phone = False
        order = self._carried()
        order.action_verify()
        self._as("manager", order.order_check_ids).action_waive(reason="Known at the gate")
        self.assertEqual(order.verification_state, "verified")
        order.note = "Changed"
        order.order_line.price_unit = 11
        self.assertFalse(self._found_blocking(order), "the price has nothing to do with it")
        self.customer.email = False
        self.assertTrue(self._found_blocking(order), "now the e-mail is missing too")

    def _found_blocking(self, order):
        return [finding for finding in order.action_verify()[0]["findings"] if not finding["waived"]]

    def test_unserved(self):
        self._on("carrier_unserved")
        germany = self.env.ref("base.de")
        order = self._carried()
        self.assertFalse(self._fires(order))
        self.carrier.country_ids = germany
        self.assertEqual(self._found(order), [("a carrier that goes to N1 1AA, London, GB", "Test Carrier")])
        self.carrier.country_ids |= self.uk
        self.assertFalse(self._fires(order))
        self.carrier.zip_prefix_ids = [Command.create({"name": "SW"})]
        self.assertTrue(self._fires(order))
        self.carrier.zip_prefix_ids = [Command.create({"name": "N1"})]
        self.assertFalse(self._fires(order))
        self.carrier.active = False
        self.assertTrue(self._fires(order), "archived")

    def test_unserved_for_services_does_not_matter(self):
        self._on("carrier_unserved")
        self.carrier.country_ids = self.env.ref("base.de")
        self.assertFalse(self._fires(self._carried((self.service, 1))))

    def test_overload_by_weight(self):
        self._on("carrier_overload")
        self.product.weight = 2.5
        self.carrier.max_weight = 25
        edge, over = self._carried((self.product, 10)), self._carried((self.product, 10.1))
        self.assertEqual(self._found(edge, over), [[], [("at most 25 kg", "25.25 kg")]])
        self.carrier.max_weight = 0
        self.assertFalse(self._fires(over), "no limit")

    def test_overload_by_volume_in_another_unit_and_over_lines(self):
        self._on("carrier_overload")
        self.product.write({"volume": 0.5, "uom_ids": [Command.link(self.dozen.id)]})
        self.other_product.volume = 1
        self.carrier.max_volume = 7
        order = self._order_of(
            self._line(self.product, 1, self.dozen), self._line(self.other_product, 1), carrier_id=self.carrier.id
        )
        self.assertFalse(self._fires(order))
        order.order_line[1].product_uom_qty = 1.1
        self.assertTrue(self._fires(order))
        self.assertEqual(self.carrier._match_volume(order), False, "as core says")

    def test_carrier_of_the_company(self):
        self._on("carrier_unserved")
        self.service.company_id = False
        carrier = self._make_carrier("Test Other", country_ids=self.env.ref("base.de").ids)
        there = self._order_in(self.other_company, (self.product, 1), carrier_id=carrier.id)
        self.assertEqual(self._fires(self._carried(), there), [False, True])

    def test_forms(self):
        form = Form(self._as("manager", self._rule("quantity_unusual")))
        self.assertIn("history_months", form._view["fields"])
        with Form(self.carrier) as form:
            form.order_needs_phone = True
        with Form(self.product.product_tmpl_id) as form:
            form.order_minimum_quantity = 4
        self.assertEqual((self.carrier.order_needs_phone, self.product.order_minimum_quantity), (True, 4))

    def test_same_queries(self):
        for code in ("carrier_missing", "contact_missing", "carrier_unserved", "carrier_overload"):
            self._on(code)
        self.product.weight = 10
        self.carrier.write({"order_needs_phone": True, "country_ids": self.env.ref("base.de").ids, "max_weight": 1})
        self._assert_same_queries(
            lambda index: self._carried(partner_id=self._make_customer(f"Test {index}", phone=False).id)
        )
