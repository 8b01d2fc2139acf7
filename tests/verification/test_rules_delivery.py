"""Rules of delivery: postcode, lead time, whose address, blocked destinations."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form

from odoo.addons.order_processing.models.verification.rule_destination import postcode_fits, postcode_forms

from .goods import GoodsCase


class TestPostcodes(GoodsCase):
    def test_examples_of_the_source_have_the_form(self):
        self.assertGreater(len(postcode_forms()), 170)
        for country, (_form, example) in postcode_forms().items():
            self.assertTrue(postcode_fits(country, example), (country, example))

    def test_forms(self):
        for country, code, fits in (
            ("GB", "N1 1AA", True),
            ("GB", " n1  1aa ", True),
            ("GB", "N1", False),
            ("DE", "10115", True),
            ("DE", "1011", False),
            ("DE", "101155", False),
            ("NL", "1234 AB", True),
            ("NL", "0234 AB", False),
            ("US", "94105-1234", True),
            ("IE", "D02 X285", True),
            ("HK", "anything", True),
            ("", "anything", True),
        ):
            with self.subTest(country=country, code=code):
                self.assertEqual(postcode_fits(country, code), fits)

    def test_rule(self):
        self._on("postcode_form")
        good = self._make_order()
        bad = self._make_order(partner_id=self._make_customer("Bad", zip="12345").id)
        none = self._make_order(partner_id=self._make_customer("None", zip=False).id)
        service = self._make_order((self.service, 1), partner_id=bad.partner_id.id)
        self.assertEqual(self._found(good, bad, none, service), [[], [("as EC1Y 8SY", "12345")], [], []])
        bad.partner_id.country_id = self.env.ref("base.de")
        self.assertFalse(self._fires(bad))

    def test_rule_in_another_company(self):
        self._on("postcode_form").company_id = self.other_company
        customer = self._make_customer("Bad", zip="12345")
        here = self._make_order(partner_id=customer.id)
        there = self._order_in(self.other_company, (self.product, 1), partner_id=customer.id)
        self.assertEqual(self._fires(here, there), [False, True])

    def test_same_queries(self):
        self._on("postcode_form")
        self._assert_same_queries(
            lambda index: self._make_order(partner_id=self._make_customer(f"Test {index}", zip=str(index)).id)
        )


@freeze_time("2026-03-05 23:30:00")  # a Thursday, in UTC
class TestLeadTime(GoodsCase):
    def _wished(self, day, hour=12, **vals):
        return self._make_order(commitment_date=datetime(2026, 3, day, hour) if day else False, **vals)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.sale_delay = 4
        cls.company.order_tz = "UTC"

    def test_lead_time_and_its_edge(self):
        self._on("lead_time_short")
        # four days from Thursday is Monday
        early, edge, none = self._wished(8), self._wished(9), self._wished(False)
        self.assertEqual(self._found(early, edge, none), [[("2026-03-09 or later", "2026-03-08")], [], []])

    def test_security_lead_time_and_days_off(self):
        self._on("lead_time_short")
        order = self._wished(9)
        self.company.security_lead = 1
        self.assertEqual(self._found(order), [("2026-03-10 or later", "2026-03-09")])
        self.company.security_lead = 0
        self.product.sale_delay = 2
        saturday = self._wished(7)
        self.assertEqual(
            self._found(saturday), [("2026-03-09 or later", "2026-03-07")], "the weekend is no working day"
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Test Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": datetime(2026, 3, 9),
                "date_to": datetime(2026, 3, 9, 23, 59, 59),
            }
        )
        self.assertEqual(self._found(saturday), [("2026-03-10 or later", "2026-03-07")])

    def test_longest_of_the_lines(self):
        self._on("lead_time_short")
        self.other_product.sale_delay = 6
        order = self._make_order((self.product, 1), (self.other_product, 1), commitment_date=datetime(2026, 3, 10))
        self.assertEqual(self._found(order), [("2026-03-11 or later", "2026-03-10")])
        order.order_line[1].customer_lead = 2
        self.assertFalse(self._fires(order), "what was agreed on the line")

    def test_time_zone_of_the_company(self):
        self._on("lead_time_short")
        order = self._wished(9)
        self.assertFalse(self._fires(order))
        # there it is Friday already: four days later is Tuesday
        self.company.order_tz = "Asia/Tokyo"
        self.assertEqual(self._found(order), [("2026-03-10 or later", "2026-03-09")])
        there = self._order_in(self.other_company, (self.product, 1), commitment_date=datetime(2026, 3, 9, 12))
        self.assertFalse(self._fires(there), "the other company is where it was")

    def test_past_and_confirmed_and_services(self):
        self._on("lead_time_short")
        self._on("past_date")
        past = self._wished(2)
        self.assertEqual([f["rule"] for f in past.action_verify()[0]["findings"]], ["past_date"], "not named twice")
        confirmed = self._wished(10)
        confirmed.action_confirm()
        confirmed.commitment_date = datetime(2026, 3, 6, 12)
        service = self._make_order((self.service, 1), commitment_date=datetime(2026, 3, 6, 12))
        self.assertEqual(self._fires(confirmed, service), [False, False])

    def test_company_without_a_calendar(self):
        self._on("lead_time_short")
        self.company.resource_calendar_id = False
        self.product.sale_delay = 2
        self.assertEqual(self._fires(self._wished(7), self._wished(6)), [False, True])

    def test_same_queries(self):
        self._on("lead_time_short")
        self._assert_same_queries(lambda index: self._wished(6 + index % 9))


class TestWhoseAddress(GoodsCase):
    def test_family_and_strangers(self):
        self._on("ship_to_foreign")
        gate = self._make_customer("Gate", parent_id=self.customer.id, type="delivery")
        branch = self._make_customer("Branch", parent_id=self.customer.id, is_company=True)
        stranger = self._make_customer("Stranger")
        orders = [self._make_order(partner_shipping_id=place.id) for place in (self.customer, gate, branch, stranger)]
        self.assertEqual(
            self._found(*orders), [[], [], [], [("an address of Test Customer", "an address of Stranger")]]
        )
        below = self._make_order(partner_id=branch.id, partner_shipping_id=gate.id)
        self.assertFalse(self._fires(below), "a branch may have goods sent to the parent's gate")
        service = self._make_order((self.service, 1), partner_shipping_id=stranger.id)
        self.assertFalse(self._fires(service))
        there = self._order_in(self.other_company, (self.product, 1), partner_shipping_id=stranger.id)
        self.assertTrue(self._fires(there))

    def test_addresses_that_came_with_an_order(self):
        self._on("ship_to_foreign")
        answer = self.env["order.intake"].submit(
            [
                {
                    "reference": "SHIP-1",
                    "customer": {"email": self.customer.email},
                    "ship_to": {
                        "name": "Test Site",
                        "street": "9 Low Street",
                        "city": "Leeds",
                        "zip": "LS1 1AA",
                        "country": "GB",
                    },
                    "lines": [{"product": "TG-1", "quantity": 5}],
                }
            ],
            source="test",
        )[0]
        order = self.env["sale.order"].browse(answer["order_id"])
        self.assertEqual((order.partner_shipping_id.name, order.partner_id), ("Test Site", self.customer))
        self.assertFalse(self._fires(order))

    def test_waiver_is_for_this_address(self):
        self._on("ship_to_foreign")
        first, second = self._make_customer("Stranger"), self._make_customer("Another")
        order = self._make_order(partner_shipping_id=first.id)
        order.action_verify()
        self._as("manager", order.order_check_ids).action_waive(reason="A gift")
        self.assertEqual(order.verification_state, "verified")
        order.order_line.product_uom_qty = 6
        order.action_verify()
        self.assertEqual(order.verification_state, "verified")
        order.partner_shipping_id = second
        order.action_verify()
        self.assertEqual(order.verification_state, "held")

    def test_same_queries(self):
        self._on("ship_to_foreign")
        self._assert_same_queries(
            lambda index: self._make_order(partner_shipping_id=self._make_customer(f"Test {index}").id)
        )


class TestBlockedDestinations(GoodsCase):
    def _block(self, **vals):
        return self.env["order.destination.block"].create({"name": "Embargo", **vals})

    def test_country_state_and_postcode(self):
        self._on("destination_blocked")
        states = self.env.ref("base.us")
        ohio, texas = self.env.ref("base.state_us_35"), self.env.ref("base.state_us_44")
        customer = self._make_customer("American", country_id=states.id, state_id=ohio.id, zip="43004-12")
        order, home = self._make_order(partner_id=customer.id), self._make_order()
        self.assertEqual(self._fires(order, home), [False, False])
        block = self._block(country_id=states.id)
        self.assertEqual(self._fires(order, home), [True, False])
        self.assertIn("Embargo", order.order_check_ids.message)
        block.state_ids = texas
        self.assertFalse(self._fires(order))
        block.state_ids = ohio | texas
        self.assertTrue(self._fires(order))
        for prefix, fires in (("4300 41", True), ("4300412", True), ("43005", False), ("3", False)):
            block.zip_prefix = prefix
            self.assertEqual(self._fires(order), fires, prefix)

    def test_address_and_customer(self):
        self._on("destination_blocked")
        gate = self._make_customer("Gate", parent_id=self.customer.id, type="delivery")
        orders = [self._make_order(partner_shipping_id=place.id) for place in (self.customer, gate)]
        block = self._block(partner_id=gate.id)
        self.assertEqual(self._fires(*orders), [False, True])
        block.partner_id = self.customer
        self.assertEqual(self._fires(*orders), [True, True])
        block.country_id = self.env.ref("base.de")
        self.assertEqual(self._fires(*orders), [False, False], "what is given must all be so")

    def test_validity_company_and_services(self):
        self._on("destination_blocked")
        order = self._make_order()
        other = self._order_in(self.other_company, (self.product, 1))
        block = self._block(country_id=self.uk.id, company_id=self.other_company.id)
        self.assertEqual(self._fires(order, other), [False, True])
        block.company_id = False
        self.assertFalse(self._fires(self._make_order((self.service, 1))))
        today = fields.Date.today()
        block.date_to = today - timedelta(days=1)
        self.assertFalse(self._fires(order))
        block.write({"date_from": today, "date_to": today})
        self.assertTrue(self._fires(order))

    def test_day_of_the_company(self):
        self._on("destination_blocked")
        order = self._make_order()
        self._block(country_id=self.uk.id, date_from=date(2026, 3, 3))
        with freeze_time("2026-03-02 20:00:00"):
            self.company.order_tz = "UTC"
            self.assertFalse(self._fires(order))
            self.company.order_tz = "Asia/Tokyo"
            self.assertTrue(self._fires(order))

    def test_confirmed_order_sent_elsewhere(self):
        self._on("destination_blocked")
        self._block(country_id=self.env.ref("base.no").id)
        order = self._make_order()
        order.action_verify_and_confirm()
        self.assertEqual(order.state, "sale")
        self.customer.country_id = self.env.ref("base.no")
        self.assertTrue(self._fires(order))

    def test_what_a_block_needs(self):
        for vals, words in (
            ({}, "country or an address"),
            ({"partner_id": self.customer.id, "zip_prefix": "N1"}, "those of a country"),
            ({"country_id": self.uk.id, "zip_prefix": " - "}, "neither letters nor digits"),
            ({"country_id": self.uk.id, "state_ids": self.env.ref("base.state_us_5").ids}, "not all states"),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(ValidationError, words):
                self._block(**vals)

    def test_only_managers_change_the_list(self):
        block = self._block(country_id=self.uk.id, company_id=self.company.id)
        form = Form(self._as("manager", block))
        form.name = "Other words"
        form.save()
        for user in ("salesman", "processor"):
            self.assertEqual(self._as(user, block).name, "Other words")
            with self.assertRaises(AccessError):
                self._as(user, block).unlink()
        with self.assertRaises(AccessError):
            self._as("stranger", block).check_access("read")

    def test_same_queries(self):
        self._on("destination_blocked")
        self._block(country_id=self.uk.id, zip_prefix="N1")
        self._block(partner_id=self.customer.id)
        self._assert_same_queries(lambda index: self._make_order(partner_id=self._make_customer(f"Test {index}").id))
