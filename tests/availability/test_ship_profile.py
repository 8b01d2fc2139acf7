"""How a customer's orders ship: taken over by the order, kept by picking, dispatch and the shortage desk."""

from datetime import datetime, time
from unittest.mock import patch

import psycopg2
from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from odoo.addons.order_processing.models.common.business_day import business_day

from .shortages import ShortageCase


class TestProfile(ShortageCase):
    def _profile(self, **vals):
        self.customer.write({f"order_{name}": value for name, value in vals.items()})

    def _dispatch(self, order):
        return self._as("processor", order).action_dispatch()[0]

    def test_an_order_takes_it_over_and_may_say_otherwise(self):
        self._profile(ship_mode="complete", max_shipments=2, min_shipment=50)
        order = self._make_order((self.product, 1))
        taken = ("picking_policy", "order_complete_lines", "order_max_shipments", "order_min_shipment")
        self.assertEqual([order[name] for name in taken], ["one", False, 2, 50])
        other = self._make_order((self.product, 1), picking_policy="direct", order_max_shipments=5)
        self.assertEqual([other[name] for name in taken], ["direct", False, 5, 50])
        self._profile(ship_mode="lines", max_shipments=0, min_shipment=0)
        self.assertEqual([order[name] for name in taken], ["one", False, 2, 50], "it was taken over once")
        lines = self._make_order((self.product, 1))
        self.assertEqual([lines[name] for name in taken], ["direct", True, 0, 0])
        lines.partner_id = self._make_customer("Somebody Else")
        self.assertEqual([lines[name] for name in taken], ["direct", False, 0, 0])

    def test_the_form_takes_it_over_too(self):
        self._profile(ship_mode="complete", max_shipments=3)
        branch = self.env["res.partner"].create({"name": "Branch", "parent_id": self.customer.id})
        with Form(self._as("processor", self.env["sale.order"])) as form:
            form.partner_id = branch
            self.assertEqual(form.picking_policy, "one")
            self.assertEqual(form.order_max_shipments, 3)

    def test_it_is_that_of_the_company(self):
        self.customer.with_company(self.other_company).order_ship_mode = "complete"
        self.assertEqual(self._make_order((self.product, 1)).picking_policy, "direct")

    def test_the_least_value_is_in_the_order_s_currency(self):
        self._profile(min_shipment=50)
        dear = self.env["res.currency"].create({"name": "DEA", "symbol": "D", "rate_ids": [(0, 0, {"rate": 2.0})]})
        pricelist = self.env["product.pricelist"].create({"name": "Dear", "currency_id": dear.id})
        order = self._make_order((self.product, 1), pricelist_id=pricelist.id)
        self.assertAlmostEqual(order.order_min_shipment, 100, 2)

    def _pricelist(self, name, rate):
        currency = self.env["res.currency"].create(
            {"name": name, "symbol": name[0], "rate_ids": [(0, 0, {"rate": rate})]}
        )
        return self.env["product.pricelist"].create({"name": name, "currency_id": currency.id})

    def test_the_least_value_follows_the_currency(self):
        self._profile(min_shipment=50)
        dear, same = self._pricelist("DEA", 2.0), self.env["product.pricelist"].create({"name": "Same"})
        order = self._make_order((self.product, 1), order_max_shipments=7)
        order.pricelist_id = dear
        self.assertAlmostEqual(order.order_min_shipment, 100, 2)
        order.order_min_shipment = 30
        order.pricelist_id = same
        self.assertAlmostEqual(order.order_min_shipment, 15, 2, "what was typed is worth what it was")
        order.pricelist_id = self.env["product.pricelist"].create({"name": "Same Again"})
        order.write({"client_order_ref": "X", "user_id": self.users["salesman"].id})
        self.assertEqual((order.order_min_shipment, order.order_max_shipments), (15, 7))
        order.write({"pricelist_id": dear.id, "order_min_shipment": 9})
        self.assertEqual(order.order_min_shipment, 9)

    def test_the_least_value_follows_the_currency_on_the_form(self):
        self._turn_on("product.group_product_pricelist")
        self._profile(min_shipment=50)
        dear = self._pricelist("DEB", 2.0)
        with Form(self._as("processor", self.env["sale.order"])) as form:
            form.partner_id = self.customer
            form.pricelist_id = dear
            self.assertAlmostEqual(form.order_min_shipment, 100, 2)
        order = form.record
        self.assertAlmostEqual(order.order_min_shipment, 100, 2)
        with Form(order) as form:
            form.pricelist_id = self.env["product.pricelist"].create({"name": "Same"})
        self.assertAlmostEqual(order.order_min_shipment, 50, 2)

    def test_what_was_typed_stays_worth_the_same_on_the_form(self):
        self._turn_on("product.group_product_pricelist")
        self._profile(min_shipment=50)
        same, dear = self.env["product.pricelist"].create({"name": "Same"}), self._pricelist("DEC", 2.0)
        with Form(self._as("processor", self.env["sale.order"])) as form:
            form.partner_id = self.customer
            form.order_min_shipment = 500
            form.pricelist_id = same
            self.assertEqual(form.order_min_shipment, 500)
            form.pricelist_id = dear
            self.assertAlmostEqual(form.order_min_shipment, 1000, 2)
        order = form.record
        self.assertAlmostEqual(order.order_min_shipment, 1000, 2)
        with Form(order) as form:
            form.order_min_shipment = 600
            form.pricelist_id = same
            self.assertAlmostEqual(form.order_min_shipment, 300, 2)
            form.pricelist_id = dear
            self.assertAlmostEqual(form.order_min_shipment, 600, 2)
        self.assertAlmostEqual(order.order_min_shipment, 600, 2)

    def test_another_customer_has_his_own_least_value_on_the_form(self):
        self._turn_on("product.group_product_pricelist")
        dear = self._pricelist("DEE", 2.0)
        abroad = self._make_customer("Abroad", property_product_pricelist=dear.id)
        self._profile(min_shipment=100)
        order = self._make_order((self.product, 1), partner_id=abroad.id)
        self.assertEqual(order.currency_id, dear.currency_id)
        with Form(order) as form:
            form.partner_id = self.customer
            self.assertAlmostEqual(form.order_min_shipment, 100, 2)
        self.assertEqual((order.currency_id, order.order_min_shipment), (self.company.currency_id, 100))
        abroad.order_min_shipment = 50
        with Form(order) as form:
            form.partner_id = abroad
            self.assertAlmostEqual(form.order_min_shipment, 100, 2)
        self.assertAlmostEqual(order.order_min_shipment, 100, 2)

    def test_another_currency_reads_rates_by_the_day(self):
        self._profile(min_shipment=50)
        dear = self._pricelist("DED", 2.0)

        def rates(number):
            orders = self._make_orders(number, (self.product, 1))
            for place, order in enumerate(orders):
                order.date_order = datetime.combine(business_day(self.company), time(9, place))
            self.env.flush_all()
            self.env.invalidate_all()
            asked = []

            def spy(currencies, *args):
                asked.append(currencies)
                return ask(currencies, *args)

            ask = type(dear.currency_id)._get_rates
            with patch.object(type(dear.currency_id), "_get_rates", spy):
                orders.write({"pricelist_id": dear.id})
                self.env.flush_all()
            self.assertEqual(set(orders.mapped("order_min_shipment")), {100})
            return len(asked)

        self.assertEqual(rates(2), rates(20))

    def test_a_policy_that_the_last_customer_wished_goes_with_him(self):
        plain, parts = self._make_customer("Plain"), self._make_customer("Parts")
        parts.order_ship_mode = "parts"
        self._profile(ship_mode="complete")
        order = self._make_order((self.product, 1))
        order.partner_id = plain
        self.assertEqual(order.picking_policy, "direct")
        order.picking_policy = "one"
        order.partner_id = self._make_customer("Plain Too")
        self.assertEqual(order.picking_policy, "one", "that was nobody's wish")
        order.partner_id = parts
        order.picking_policy = "one"
        order.partner_id = plain
        self.assertEqual(order.picking_policy, "one", "that was not the wish")

    def test_a_policy_that_the_last_customer_wished_goes_with_him_on_the_form(self):
        plain = self._make_customer("Plain")
        self._profile(ship_mode="complete")
        with Form(self._as("processor", self.env["sale.order"])) as form:
            form.partner_id = self.customer
            self.assertEqual(form.picking_policy, "one")
            form.partner_id = plain
            self.assertEqual(form.picking_policy, "direct")
            form.partner_id = self.customer
        order = form.record
        self.assertEqual(order.picking_policy, "one")
        with Form(order) as form:
            form.partner_id = plain
            self.assertEqual(form.picking_policy, "direct")
        self.assertEqual(order.picking_policy, "direct")
        with Form(self._as("processor", self.env["sale.order"])) as form:
            form.picking_policy = "one"
            form.partner_id = plain
            self.assertEqual(form.picking_policy, "one", "nobody's wish")

    def test_a_company_below_another_has_its_own(self):
        below = self.env["res.partner"].create(
            {"name": "Below", "is_company": True, "parent_id": self.customer.id, "city": "London"}
        )
        person = self.env["res.partner"].create({"name": "Person", "parent_id": self.customer.id})
        view = etree.fromstring(self._as("manager", below).get_view(view_type="form")["arch"])
        for name in ("ship_mode", "max_shipments", "min_shipment", "horizon_days"):
            hidden = view.xpath(f"//page//field[@name='order_{name}']/@invisible")[0]
            for partner, expected in ((below, False), (person, True), (self.customer, False)):
                values = {"parent_id": partner.parent_id.id, "is_company": partner.is_company}
                self.assertEqual(bool(safe_eval(hidden, values)), expected, (name, partner.name))

    def test_whole_lines_wait_and_the_others_leave(self):
        self._profile(ship_mode="lines")
        self._stock(self.other_product, 3)
        order = self._short((self.product, 10), (self.other_product, 3))
        whole, other = order.order_line
        self.assertEqual((whole.move_ids.quantity, other.move_ids.quantity), (0, 3), "others may have the four")
        self.assertEqual(self._dispatch(order)["code"], "dispatched")
        self.assertEqual((whole.qty_delivered, other.qty_delivered), (0, 3))
        left = whole.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        left.write({"quantity": 4, "picked": True})
        left.picking_id.action_quality_pass()
        with self.assertRaisesRegex(UserError, f"(?s){order.name}.*{self.product.name}"):
            left.picking_id.with_context(skip_backorder=True).button_validate()
        left.write({"quantity": 0, "picked": False})
        self._stock(self.product, 6)
        self.assertEqual(self._dispatch(order)["code"], "dispatched")
        self.assertEqual(whole.qty_delivered, 10)

    def test_the_last_shipment_takes_all_that_is_left(self):
        self._profile(max_shipments=2)
        order = self._short()
        self.assertEqual(self._dispatch(order)["code"], "dispatched")
        self._stock(self.product, 3)
        answer = self._dispatch(order)
        self.assertEqual((answer["ok"], answer["code"]), (False, "refused"))
        self.assertIn("2 shipments at most", answer["message"])
        self._stock(self.product, 3)
        self.assertEqual(self._dispatch(order)["code"], "dispatched")
        self.assertEqual(order.order_line.qty_delivered, 10)

    def test_who_gives_up_the_rest_may_send_the_last(self):
        self._profile(max_shipments=1)
        order = self._short()
        self.assertFalse(self._dispatch(order)["ok"])
        self._decide(order.order_line, "cancel")
        self.assertEqual(self._dispatch(order)["code"], "dispatched")
        self.assertEqual((order.order_line.qty_delivered, order.delivery_status), (4, "full"))

    def test_a_part_that_is_not_worth_it(self):
        self._profile(min_shipment=41)
        order = self._short()
        answer = self._dispatch(order)
        self.assertIn("a part is worth at least", answer["message"])
        order.order_min_shipment = 40
        self.assertEqual(self._dispatch(order)["code"], "dispatched")
        self._stock(self.product, 6)
        order.order_min_shipment = 1000
        self.assertEqual(self._dispatch(order)["code"], "dispatched", "the last part is no part")

    def test_the_shortage_desk_keeps_to_it(self):
        self._profile(max_shipments=1)
        order = self._short()
        self.assertIn("1 shipments at most", self._decide(order.order_line, "part")[0]["message"])
        order.order_max_shipments, order.order_min_shipment = 0, 100
        self.assertIn("worth at least", self._decide(order.order_line, "part")[0]["message"])
        order.order_min_shipment, order.order_complete_lines = 0, True
        answer = self._decide(order.order_line, "part")
        self.assertEqual(answer[0]["code"], "refused", "nothing else of the order is there")
        self._profile(ship_mode="lines")
        answer = self._decide(order.order_line, "standing")
        self.assertEqual(answer[0]["lines"][0]["choice"], "wait")
        order.order_complete_lines = False
        self.assertEqual(self._decide(order.order_line, "part")[0]["code"], "done")

    def test_no_fewer_than_none(self):

        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._make_order((self.product, 1), order_max_shipments=-1)
            self.env.flush_all()
