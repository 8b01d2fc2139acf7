"""The price rules against core's own pricelists."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.fields import Command

from odoo.addons.order_processing.models.verification.price_asking import CORE

from .common import VerificationCase


class TestPrice(VerificationCase):
    def test_zero_price(self):
        self.assertEqual(self._codes(self._make_order((self.product, 5, 0.0))), ["zero_price"])

    def test_zero_price_also_where_the_list_price_is_zero(self):
        free = self._make_product("Free", "FREE", 0.0)
        self.assertEqual(self._codes(self._make_order((free, 5))), ["zero_price"])

    def test_zero_price_by_discount(self):
        order = self._make_order((self.product, 5))
        order.order_line.discount = 100
        self.assertEqual(self._codes(order), ["zero_price"])

    def test_price_without_a_list_price(self):
        free = self._make_product("Free", "FREE", 0.0)
        self.assertEqual(self._codes(self._make_order((free, 5, 2.5)), "blocking"), ["price_far"])

    def test_price_far_edges(self):
        for price, codes in ((4.99, ["price_far"]), (5.0, []), (10.0, []), (20.0, []), (20.01, ["price_far"])):
            with self.subTest(price=price):
                self.assertEqual(self._codes(self._make_order((self.product, 5, price)), "blocking"), codes)

    def test_price_off_edges(self):
        """The bound is still right; of percent and amount the tighter holds, 0 is not asked."""
        rule = self._rule("price_off")
        self._rule("duplicate").active = False
        for percent, amount, right, wrong in (
            (2, 0.1, (10, 10.1, 9.9), (10.11, 9.89)),
            (2, 0.5, (10.2, 9.8), (10.21, 9.79)),
            (0, 0.3, (10.3, 9.7), (10.31, 9.69)),
            (5, 0, (10.5, 9.5), (10.51, 9.49)),
            (0, 0, (10,), (10.01, 9.99)),
        ):
            rule.write({"tolerance_percent": percent, "tolerance_amount": amount})
            for price in (*right, *wrong):
                with self.subTest(percent=percent, amount=amount, price=price):
                    codes = self._codes(self._make_order((self.product, 5, price)))
                    self.assertEqual(codes, ["price_off"] if price in wrong else [])

    def test_price_warning_does_not_hold(self):
        order = self._make_order((self.product, 5, 9.0))
        answer = order.action_verify()[0]
        self.assertEqual((answer["state"], answer["holds"]), ("verified", []))
        currency = order.currency_id.name
        self.assertEqual(answer["findings"][0]["expected"], f"10.00 {currency}")
        self.assertEqual(answer["findings"][0]["found"], f"9.00 {currency}")

    def test_pricelist_quantity_bands(self):
        template = self.product.product_tmpl_id.id
        band = {"product_tmpl_id": template, "applied_on": "1_product", "compute_price": "fixed"}
        pricelist = self._pricelist({**band, "min_quantity": 10, "fixed_price": 8}, {**band, "fixed_price": 9})
        order = self._make_order(
            (self.product, 9), (self.product, 10), (self.other_product, 1), pricelist_id=pricelist.id
        )
        self.assertEqual(order.order_line.mapped("price_unit"), [9, 8, 25])
        self.assertEqual(self._codes(order), [])
        order.order_line[1].price_unit = 9
        self.assertEqual(self._codes(order), ["price_off"])

    def test_pricelist_of_variant_category_and_other_pricelist(self):
        category = self.env["product.category"].create({"name": "Child", "parent_id": self.product.categ_id.id})
        self.other_product.categ_id = category
        base = self._pricelist(
            {"applied_on": "2_product_category", "categ_id": category.id, "compute_price": "fixed", "fixed_price": 20}
        )
        pricelist = self._pricelist(
            {
                "applied_on": "0_product_variant",
                "product_id": self.product.id,
                "compute_price": "fixed",
                "fixed_price": 6,
            },
            {
                "applied_on": "3_global",
                "compute_price": "formula",
                "base": "pricelist",
                "base_pricelist_id": base.id,
                "price_discount": 10,
            },
        )
        order = self._make_order(
            (self.product, 1), (self.other_product, 1), (self.service, 1), pricelist_id=pricelist.id
        )
        self.assertEqual(order.order_line.mapped("price_unit"), [6, 18, 4.5])
        self.assertEqual(self._codes(order), [])

    def test_pricelist_discount_shown_as_core_does(self):
        self._turn_on("sale.group_discount_per_so_line")
        pricelist = self._pricelist({"compute_price": "percentage", "percent_price": 100 / 3, "applied_on": "3_global"})
        product = self._make_product("Dear", "DEAR", 1000.0)
        order = self._make_order((product, 1), pricelist_id=pricelist.id)
        self.assertEqual((order.order_line.price_unit, round(order.order_line.discount, 2)), (1000, 33.33))
        self.assertEqual(self._codes(order), [])
        # the same net price entered another way is the pricelist's as well
        order.order_line.write({"price_unit": 666.67, "discount": 0})
        self.assertEqual(self._codes(order), [])
        order.order_line.write({"price_unit": 1000, "discount": 40})
        self.assertEqual(self._codes(order), ["price_off"])

    def test_pricelist_dates(self):
        start = datetime(2025, 3, 1, 12)
        pricelist = self._pricelist(
            {
                "compute_price": "fixed",
                "fixed_price": 7,
                "applied_on": "3_global",
                "date_start": start,
                "date_end": start + timedelta(hours=2),
            }
        )
        self._rule("duplicate").active = False
        second = timedelta(seconds=1)
        orders = self.env["sale.order"]
        for moment in (
            start - second,
            start,
            start + second,
            start + timedelta(hours=2),
            start + timedelta(hours=2) + second,
        ):
            orders |= self._make_order((self.product, 1), pricelist_id=pricelist.id, date_order=moment)
        self.assertEqual(orders.order_line.mapped("price_unit"), [10, 7, 7, 7, 10])
        self.assertEqual([row["findings"] for row in orders.action_verify()], [[]] * 5)
        late = self._make_order((self.product, 1, 7.0), pricelist_id=pricelist.id, date_order=start - second)
        self.assertEqual(self._codes(late), ["price_off"])

    def test_other_unit(self):
        order = self._make_order((self.product, 2))
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertEqual(order.order_line.price_unit, 120)
        self.assertEqual(self._codes(order), [])
        order.order_line.price_unit = 10
        self.assertEqual(self._codes(order, "blocking"), ["price_far"])

    def test_other_currency(self):
        currency = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.company.currency_id.id)], limit=1)
        )
        currency.active = True
        currency.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"name": "2020-01-01", "rate": 0.5, "currency_id": currency.id, "company_id": self.company.id}
        )
        self.company.currency_id.rate_ids.unlink()
        order = self._make_order((self.product, 2), pricelist_id=self._pricelist(currency_id=currency.id).id)
        self.assertEqual(order.order_line.price_unit, 5)
        self.assertEqual(self._codes(order), [])
        order.order_line.price_unit = 10.5
        self.assertEqual(self._codes(order, "blocking"), ["price_far"])

    def test_price_that_includes_tax_moves_with_the_fiscal_position(self):
        Tax = self.env["account.tax"]
        included = Tax.create({"name": "20 in", "amount": 20, "price_include_override": "tax_included"})
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        Tax.create(
            {
                "name": "0",
                "amount": 0,
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(included.ids)],
            }
        )
        product = self._make_product("Taxed", "TAX", 12.0, taxes_id=[Command.set(included.ids)])
        order = self._make_order((product, 1), fiscal_position_id=position.id)
        self.assertEqual(order.order_line.price_unit, 10)
        self.assertEqual(self._codes(order), [])

    def test_discount_line_of_the_order_is_no_product_line(self):
        order = self._make_order((self.product, 5))
        wizard = self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "so_discount", "discount_percentage": 0.1}
        )
        wizard.action_apply_discount()
        self.assertEqual(len(order.order_line), 2)
        self.assertEqual(self._codes(order), [])

    def test_items_of_a_base_pricelist_are_read_once(self):
        """A price that rests on another pricelist's takes no query of its own."""
        template = self.product.product_tmpl_id.id
        base = self._pricelist(
            {"applied_on": "1_product", "product_tmpl_id": template, "compute_price": "fixed", "fixed_price": 8},
            {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 20},
        )
        pricelist = self._pricelist(
            {
                "applied_on": "3_global",
                "compute_price": "formula",
                "base": "pricelist",
                "base_pricelist_id": base.id,
                "price_discount": 50,
            }
        )
        self._rule("duplicate").active = False
        counts = []
        for number in (1, 20):
            orders = self.env["sale.order"].union(
                *(
                    self._make_order(
                        (self.product, 1 + index), (self.other_product, 2 + index), pricelist_id=pricelist.id
                    )
                    for index in range(number)
                )
            )
            self.assertEqual(orders[-1].order_line.mapped("price_unit"), [4, 10])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = orders._verification_evaluate()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertFalse([f.message for assessment in found.values() for f in assessment.findings])
        self.assertEqual(*counts)

    def test_variants_with_items_of_their_own(self):
        """Items of a variant, of its template, of its category and of all stand in core's order for each product."""
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": "S"}), Command.create({"name": "L"})]}
        )
        template = self.env["product.template"].create(
            {
                "name": "Sized",
                "list_price": 30,
                "taxes_id": [Command.clear()],
                "attribute_line_ids": [
                    Command.create({"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]})
                ],
            }
        )
        small, large = template.product_variant_ids
        pricelist = self._pricelist(
            {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 10},
            {
                "applied_on": "1_product",
                "product_tmpl_id": template.id,
                "compute_price": "fixed",
                "fixed_price": 20,
                "min_quantity": 5,
            },
            {"applied_on": "0_product_variant", "product_id": large.id, "compute_price": "fixed", "fixed_price": 33},
        )
        order = self._make_order(
            (small, 4), (small, 5), (large, 4), (large, 5), (self.product, 5), pricelist_id=pricelist.id
        )
        self.assertEqual(order.order_line.mapped("price_unit"), [27, 20, 33, 33, 9])
        self.assertEqual(self._codes(order), [])
        order.order_line[3].price_unit = 20
        self.assertEqual(self._codes(order), ["price_off"])

    def test_quantities_that_reach_the_same_items_are_one_key(self):
        """Core looks at nothing else of a quantity: it is asked once for those between two least quantities."""
        band = {"applied_on": "1_product", "product_tmpl_id": self.product.product_tmpl_id.id, "compute_price": "fixed"}
        pricelist = self._pricelist({**band, "min_quantity": 10, "fixed_price": 8}, {**band, "fixed_price": 9})
        quantities = (1, 5, 9.99, 10, 10.01, 50)
        orders = self.env["sale.order"].union(
            *(self._make_order((self.product, quantity), pricelist_id=pricelist.id) for quantity in quantities)
        )
        dozens = self._make_order((self.product, 1), pricelist_id=pricelist.id)
        dozens.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertEqual((orders | dozens).order_line.mapped("price_unit"), [9, 9, 9, 8, 8, 8, 96])
        asked = self._asked()
        self.assertFalse([row["findings"] for row in (orders | dozens).action_verify() if row["findings"]])
        self.assertEqual(len(asked), 3)

    def test_another_addon_may_price_by_quantity(self):
        Item = type(self.env["product.pricelist.item"])
        compute = Item._compute_price

        class PricedByQuantity:
            """Stands for an add-on: the price falls with every piece."""

            def _compute_price(self, product, quantity, *args, **kwargs):
                return compute(self, product, quantity, *args, **kwargs) - quantity / 100

        self.patch(Item, "_compute_price", PricedByQuantity._compute_price)
        orders = self.env["sale.order"].union(*(self._make_order((self.product, number)) for number in (1, 2, 3)))
        self.assertEqual(orders.order_line.mapped("price_unit"), [9.99, 9.98, 9.97])
        self._rule("price_off").tolerance_amount = 0
        self.assertFalse([row["findings"] for row in orders.action_verify() if row["findings"]])

    def test_another_addon_may_choose_the_items(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Wholesale",
                "item_ids": [
                    Command.create({"compute_price": "fixed", "fixed_price": 7, "applied_on": "3_global"}),
                    Command.create({"compute_price": "fixed", "fixed_price": 3, "min_quantity": 2}),
                ],
            }
        )
        self._rule("price_off").tolerance_amount = 0
        Pricelist = type(self.env["product.pricelist"])
        # above this add-on and below it
        for owner in (Pricelist, next(part for part in Pricelist.mro() if part.__module__.startswith(CORE[0]))):
            with self.subTest(owner=owner.__module__):
                choose = owner._get_applicable_rules

                class ChoosesItems:
                    """Stands for an add-on: what counts from a quantity on does not count."""

                    def _get_applicable_rules(self, *args, **kwargs):
                        return choose(self, *args, **kwargs).filtered(lambda item: not item.min_quantity)  # noqa: B023

                with patch.object(owner, "_get_applicable_rules", ChoosesItems._get_applicable_rules):
                    orders = self.env["sale.order"].union(
                        *(self._make_order((self.product, number), pricelist_id=pricelist.id) for number in (1, 2))
                    )
                    self.assertEqual(orders.order_line.mapped("price_unit"), [7, 7])
                    found = [finding["rule"] for row in orders.action_verify() for finding in row["findings"]]
                    self.assertFalse({"price_off", "price_far"}.intersection(found), found)

    def test_core_is_asked_once_a_distinct_key(self):
        orders = self.env["sale.order"]
        for index in range(20):
            orders |= self._make_order(
                (self.product, 5), (self.other_product, 5), partner_id=self._make_customer(f"Customer {index}").id
            )
        asked = self._asked()
        orders.action_verify()
        self.assertEqual([set(products) for products in asked], [{self.product, self.other_product}])

    def _asked(self):
        """The products of each question to core's pricelists from now on."""
        asked = []
        Pricelist = type(self.env["product.pricelist"])
        ask = Pricelist._compute_price_rule

        def counting(pricelist, products, *args, **kwargs):
            asked.append(products)
            return ask(pricelist, products, *args, **kwargs)

        # counts, and prices nothing
        counting.__module__ = ask.__module__
        self.patch(Pricelist, "_compute_price_rule", counting)
        return asked
