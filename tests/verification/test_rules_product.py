"""Rules of products: minimum, packaging, unit, values to fill in, two prices, restrictions."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from .goods import GoodsCase


class TestQuantities(GoodsCase):
    def test_minimum_and_its_edge(self):
        self._on("quantity_minimum")
        self.assertFalse(self._fires(self._make_order((self.product, 1))), "no minimum, no finding")
        self.product.order_minimum_quantity = 10
        low, edge, over = (self._make_order((self.product, quantity)) for quantity in (9.99, 10, 11))
        self.assertEqual(self._found(low, edge, over), [[("at least 10 Units", "9.99 Units")], [], []])
        self.assertEqual(low.order_hold_ids.reason_code, "quantity_minimum")
        self.assertEqual(low.order_check_ids.line_id, low.order_line)

    def test_minimum_in_another_unit(self):
        self._on("quantity_minimum")
        self.product.write({"uom_ids": [Command.link(self.dozen.id)], "order_minimum_quantity": 24})
        two, one = (self._order_of(self._line(self.product, number, self.dozen)) for number in (2, 1))
        self.assertEqual(self._found(two, one), [[], [("at least 24 Units", "12 Units")]])

    def test_minimum_of_the_whole_order(self):
        self._on("quantity_minimum")
        self.product.order_minimum_quantity = 10
        order = self._make_order((self.product, 6), (self.product, 4))
        self.assertFalse(self._fires(order))
        order.order_line[1].product_uom_qty = 3
        self.assertTrue(self._fires(order))

    def test_minimum_of_a_line_lowered_after_confirmation(self):
        self._on("quantity_minimum")
        self.product.order_minimum_quantity = 10
        order = self._make_order((self.product, 6), (self.product, 4))
        order.action_verify_and_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(self._fires(order))
        order.order_line[1].product_uom_qty = 1
        self.assertTrue(self._fires(order), "the other line as it was verified does not hide it")
        order.order_line.product_uom_qty = 0
        self.assertFalse(self._fires(order), "cancelled")

    def test_minimum_counts_what_the_product_says_in_every_company(self):
        rule = self._on("quantity_minimum")
        self.product.order_minimum_quantity = 10
        order = self._order_in(self.other_company, (self.product, 5))
        self.assertTrue(self._fires(order))
        own = rule.copy({"company_id": self.other_company.id})
        own.active = False
        self.assertFalse(self._fires(order))
        self.assertTrue(self._fires(self._make_order((self.product, 5))))

    def test_minimum_cannot_be_negative(self):
        with self.assertRaises(Exception) as caught:
            self.product.order_minimum_quantity = -1
            self.env.flush_all()
        self.assertIn("order_minimum", str(caught.exception))

    def test_multiple(self):
        self._on("quantity_multiple")
        self.product.write({"uom_ids": [Command.link(self.dozen.id)], "order_multiple_uom_id": self.dozen.id})
        orders = [self._make_order((self.product, quantity)) for quantity in (12, 36, 5, 30)]
        found = self._found(*orders)
        self.assertEqual([bool(row) for row in found], [False, False, True, True])
        self.assertEqual(found[3], [("multiples of 12 Units (Dozens)", "30 Units")])
        messages = [order.order_check_ids.message for order in orders]
        self.assertIn("24 Units or 36 Units", messages[3])
        self.assertIn(": 12 Units, not 5 Units", messages[2])

    def test_multiple_in_the_packaging_and_over_two_lines(self):
        self._on("quantity_multiple")
        self.product.write({"uom_ids": [Command.link(self.dozen.id)], "order_multiple_uom_id": self.dozen.id})
        packs = self._order_of(self._line(self.product, 3, self.dozen))
        half = self._order_of(self._line(self.product, 2.5, self.dozen))
        together = self._make_order((self.product, 7), (self.product, 5))
        self.assertEqual(self._fires(packs, half, together), [False, True, False])

    def test_multiple_of_what_no_float_holds(self):
        """A third of a dozen three times, and packs of 0.1: multiples by core's rounding, not by binary remainders."""
        tenth = self.env["uom.uom"].create(
            {"name": "Test Tenth", "relative_factor": 0.1, "relative_uom_id": self.unit.id}
        )
        self._on("quantity_multiple")
        self.product.write({"uom_ids": [Command.link(tenth.id)], "order_multiple_uom_id": tenth.id})
        self.assertFalse(self._fires(self._make_order((self.product, 0.3))))
        self.assertTrue(self._fires(self._make_order((self.product, 0.35))))

    def test_multiple_must_be_convertible(self):
        with self.assertRaisesRegex(ValidationError, "cannot be converted"):
            self.product.product_tmpl_id.order_multiple_uom_id = self.kilo

    def test_unit_foreign(self):
        self._on("unit_foreign")
        own, dozen, kilo = (
            self._order_of(self._line(self.product, 1, unit)) for unit in (self.unit, self.dozen, self.kilo)
        )
        self.assertEqual(self._found(own, dozen, kilo), [[], [("Units", "Dozens")], [("Units", "kg")]])
        self.product.uom_ids = self.dozen
        self.assertEqual(self._fires(own, dozen, kilo), [False, False, True])
        self.dozen.active = False
        self.assertEqual(self._fires(own, dozen, kilo), [False, True, True], "an archived packaging is sold no more")
        self.assertNotIn(dozen.order_line.product_uom_id, dozen.order_line.allowed_uom_ids, "as core offers")
        self.assertNotIn(kilo.order_line.product_uom_id, kilo.order_line.allowed_uom_ids, "as core offers")

    def test_same_queries(self):
        for code in ("quantity_minimum", "quantity_multiple", "unit_foreign"):
            self._on(code)
        self.product.write(
            {
                "uom_ids": [Command.link(self.dozen.id)],
                "order_multiple_uom_id": self.dozen.id,
                "order_minimum_quantity": 24,
            }
        )
        self._assert_same_queries(lambda index: self._order_of(self._line(self.product, index % 7 + 1, self.kilo)))
        self._assert_same_queries(lambda index: self._make_order((self.product, index % 7 + 1)))


class TestCustomValues(GoodsCase):
    def _engraved(self, create_variant):
        attribute = self.env["product.attribute"].create(
            {
                "name": f"Engraving {create_variant}",
                "create_variant": create_variant,
                "value_ids": [
                    Command.create({"name": "None"}),
                    Command.create({"name": "Own text", "is_custom": True}),
                ],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Test Plate",
                "list_price": 10,
                "taxes_id": [Command.clear()],
                "attribute_line_ids": [
                    Command.create({"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]})
                ],
            }
        )
        return template, template.attribute_line_ids.product_template_value_ids

    def test_value_that_makes_no_variant(self):
        self._on("custom_value_missing")
        template, (plain, custom) = self._engraved("no_variant")
        orders = [
            self._order_of(
                self._line(
                    template.product_variant_id, 1, product_no_variant_attribute_value_ids=[Command.set(value.ids)]
                )
            )
            for value in (plain, custom)
        ]
        self.assertEqual(self._found(*orders), [[], [("a value for Engraving no_variant: Own text", "nothing")]])
        for text, fires in (("  ", True), ("With love", False)):
            orders[1].order_line.product_custom_attribute_value_ids = [
                Command.clear(),
                Command.create({"custom_product_template_attribute_value_id": custom.id, "custom_value": text}),
            ]
            self.assertEqual(self._fires(orders[1]), fires, text)

    def test_value_that_makes_a_variant(self):
        self._on("custom_value_missing")
        template, (plain, custom) = self._engraved("always")
        by_value = {product.product_template_attribute_value_ids: product for product in template.product_variant_ids}
        orders = [self._make_order((by_value[value], 1)) for value in (plain, custom)]
        self.assertEqual(self._fires(*orders), [False, True])
        orders[1].order_line.product_custom_attribute_value_ids = [
            Command.create({"custom_product_template_attribute_value_id": custom.id, "custom_value": "AB"})
        ]
        self.assertFalse(self._fires(orders[1]))

    def test_the_value_of_another_line_does_not_count(self):
        self._on("custom_value_missing")
        template, (_plain, custom) = self._engraved("always")
        product = template.product_variant_ids.filtered(lambda p: p.product_template_attribute_value_ids == custom)
        entered = [Command.create({"custom_product_template_attribute_value_id": custom.id, "custom_value": "AB"})]
        order = self._order_of(
            self._line(product, 1, product_custom_attribute_value_ids=entered), self._line(product, 1)
        )
        order.action_verify()
        self.assertEqual(order.order_check_ids.line_id, order.order_line[1])

    def test_same_queries(self):
        self._on("custom_value_missing")
        template, (_plain, custom) = self._engraved("always")
        product = template.product_variant_ids.filtered(lambda p: p.product_template_attribute_value_ids == custom)
        self._assert_same_queries(lambda index: self._make_order((product, index + 1)))


class TestTwoPrices(GoodsCase):
    def test_two_prices_of_a_product(self):
        self._on("price_disagrees")
        order = self._make_order((self.product, 5, 10), (self.product, 1, 9), (self.other_product, 1, 3))
        currency = order.currency_id.name
        self.assertEqual(self._found(order), [(f"10.00 {currency}", f"9.00 {currency}")])
        order.order_line[1].write({"price_unit": 12.5, "discount": 20})
        self.assertFalse(self._fires(order), "the net price counts")

    def test_tolerance_and_its_edge(self):
        self._on("price_disagrees", tolerance_percent=5)
        for price, fires in ((9.5, False), (9.49, True), (10.5, False), (10.51, True)):
            with self.subTest(price=price):
                order = self._make_order((self.product, 5, 10), (self.product, 1, price))
                self.assertEqual(self._fires(order), fires)

    def test_per_reference_unit(self):
        self._on("price_disagrees")
        for price, fires in ((120, False), (100, True)):
            order = self._order_of(
                self._line(self.product, 5, price_unit=10),
                self._line(self.product, 1, self.dozen, price_unit=price),
            )
            self.assertEqual(self._fires(order), fires, price)
        rounded = self._order_of(
            self._line(self.product, 1, price_unit=8.33), self._line(self.product, 1, self.dozen, price_unit=100)
        )
        self.assertFalse(self._fires(rounded), "8.3333 is 8.33 at the precision of prices")

    def test_gifts_and_other_currencies(self):
        self._on("price_disagrees")
        self.assertFalse(self._fires(self._make_order((self.product, 5, 10), (self.product, 1, 0))), "zero_price's")
        yen = self.env.ref("base.JPY")
        yen.active = True
        pricelist = self._pricelist(currency_id=yen.id)
        order = self._make_order((self.product, 5, 1000), (self.product, 1, 990), pricelist_id=pricelist.id)
        self.assertEqual(self._found(order), [("1000 JPY", "990 JPY")])

    def test_changed_after_confirmation(self):
        self._on("price_disagrees")
        order = self._make_order((self.product, 5, 10), (self.product, 1, 10))
        order.action_verify_and_confirm()
        self.assertEqual(order.state, "sale")
        order.order_line[0].price_unit = 11
        self.assertTrue(self._fires(order))

    def test_same_queries(self):
        self._on("price_disagrees")
        self._assert_same_queries(lambda index: self._make_order((self.product, 5, 10 + index), (self.product, 1, 9)))


class TestRestrictions(GoodsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.norway = cls.env.ref("base.no")
        cls.abroad = cls._make_customer("Test Abroad", country_id=cls.norway.id)

    def _deny(self, **vals):
        if not vals.keys() & {"categ_id", "product_tmpl_id"}:
            vals["product_tmpl_id"] = self.product.product_tmpl_id.id
        return self.env["order.product.restriction"].create({"name": "No licence", **vals})

    def _orders(self):
        return (
            self._make_order((self.product, 5)),
            self._make_order((self.product, 5), partner_id=self.abroad.id),
            self._make_order((self.other_product, 5), partner_id=self.abroad.id),
        )

    def test_country_and_country_group(self):
        self._on("product_restricted")
        orders = self._orders()
        self.assertEqual(self._fires(*orders), [False, False, False], "an empty list denies nothing")
        entry = self._deny(country_ids=self.norway.ids)
        self.assertEqual(
            self._found(*orders),
            [[], [("[TG-1] Test Goods sold to NO", "not sold: No licence")], []],
            "the product, there",
        )
        group = self.env["res.country.group"].create({"name": "Test North", "country_ids": self.norway.ids})
        entry.write({"country_ids": [Command.clear()], "country_group_ids": group.ids})
        self.assertEqual(self._fires(*orders), [False, True, False])
        group.country_ids = [Command.clear()]
        self.assertEqual(self._fires(*orders), [False, False, False], "an empty group is nowhere")

    def test_category_with_those_below_it(self):
        self._on("product_restricted")
        top = self.env["product.category"].create({"name": "Test Spirits"})
        below = self.env["product.category"].create({"name": "Test Gin", "parent_id": top.id})
        self.other_product.categ_id = below
        self._deny(categ_id=top.id, country_ids=self.norway.ids)
        self.assertEqual(self._fires(*self._orders()), [False, False, True])

    def test_customer_branch_and_tag(self):
        self._on("product_restricted")
        branch = self._make_customer("Test Branch", parent_id=self.customer.id, type="other")
        orders = (
            self._make_order((self.product, 5)),
            self._make_order((self.product, 5), partner_id=branch.id),
            self._make_order((self.product, 5), partner_id=self.abroad.id),
        )
        entry = self._deny(partner_ids=self.customer.ids)
        self.assertEqual(self._fires(*orders), [True, True, False])
        tag = self.env["res.partner.category"].create({"name": "Test Reseller"})
        self.abroad.category_id = tag
        entry.write({"partner_ids": [Command.clear()], "partner_category_ids": tag.ids})
        self.assertEqual(self._fires(*orders), [False, False, True])
        entry.country_ids = self.uk
        self.assertEqual(self._fires(*orders), [False, False, False], "customer and country must both be so")

    def test_nobody(self):
        self._on("product_restricted")
        self._deny()
        self.assertEqual(self._fires(*self._orders()), [True, True, False])

    def test_validity_and_company(self):
        self._on("product_restricted")
        order = self._make_order((self.product, 5))
        other = self._order_in(self.other_company, (self.product, 5))
        today, day = fields.Date.today(), timedelta(days=1)
        entry = self._deny(company_id=self.other_company.id)
        self.assertEqual(self._fires(order, other), [False, True])
        entry.company_id = False
        for first, last, fires in (
            (today, today, True),
            (today + day, False, False),
            (False, today - day, False),
            (False, False, True),
        ):
            with self.subTest(first=first, last=last):
                entry.write({"date_from": first, "date_to": last})
                self.assertEqual(self._fires(order), fires)
        entry.active = False
        self.assertFalse(self._fires(order))
        with self.assertRaisesRegex(ValidationError, "before the first"):
            entry.write({"date_from": today, "date_to": today - day})

    def test_country_changed_after_confirmation(self):
        self._on("product_restricted")
        self._deny(country_ids=self.norway.ids)
        order = self._make_order((self.product, 5))
        order.action_verify_and_confirm()
        self.assertEqual(order.state, "sale")
        self.customer.country_id = self.norway
        self.assertTrue(self._fires(order), "though its line is as it was verified")

    def test_entry_names_goods(self):
        with self.assertRaisesRegex(ValidationError, "either a product or a category"):
            self.env["order.product.restriction"].create({"name": "Nothing"})

    def test_only_managers_change_the_list(self):
        entry = self._deny(company_id=self.company.id)
        self._as("manager", entry).name = "Other words"
        for user in ("salesman", "processor"):
            self.assertEqual(self._as(user, entry).name, "Other words")
            with self.assertRaises(AccessError):
                self._as(user, entry).active = False
        with self.assertRaises(AccessError):
            self._as("stranger", entry).check_access("read")

    def test_form(self):
        form = Form(self._as("manager", self.env["order.product.restriction"]))
        form.name = "No licence"
        form.product_tmpl_id = self.product.product_tmpl_id
        form.country_ids = self.norway
        self.assertEqual(form.save().product_tmpl_id, self.product.product_tmpl_id)

    def test_same_queries(self):
        self._on("product_restricted")
        tag = self.env["res.partner.category"].create({"name": "Test Reseller"})
        self._deny(country_ids=self.norway.ids, partner_category_ids=tag.ids)
        self._assert_same_queries(
            lambda index: self._make_order(
                (self.product, 5),
                partner_id=self._make_customer(
                    f"Test {index}", country_id=self.norway.id, category_id=[Command.set(tag.ids)]
                ).id,
            )
        )
