"""What the customer sent beside what stands in the order."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from tests.common import OrderCase


class TestComparison(OrderCase):
    def _submitted(self, reference="R-1", user="integration", **vals):
        payload = {
            "reference": reference,
            "customer": self.customer.email,
            "ordered_at": "2026-03-01T10:15:00Z",
            "wished_date": "2026-03-09",
            "currency": self.company.currency_id.name,
            "total": 45,
            "lines": [
                {"line": "A", "product": "TG-1", "quantity": 2, "price": 10.0},
                {"line": "B", "product": "tg-2", "quantity": "1", "price": 25, "note": "blue"},
            ],
            **vals,
        }
        answer = self._as(user, self.env["order.processing"]).submit_orders(orders=[payload], source="shop")[0]
        self.assertTrue(answer["ok"], answer)
        return self.env["sale.order"].browse(answer["order_id"])

    def _rows(self, order, user="processor"):
        return self._as(user, order)._intake_comparison().get(order.id)

    def _differing(self, order):
        return [(row["line"], row["key"]) for row in self._rows(order) if row["differs"]]

    def test_as_sent_nothing_differs(self):
        order = self._submitted()
        self.assertEqual(self._differing(order), [])
        rows = {(row["line"], row["key"]): (row["sent"], row["entered"]) for row in self._rows(order)}
        self.assertEqual(rows["", "reference"], ("R-1", "R-1"))
        self.assertEqual(rows["A", "quantity"], ("2 Units", "2 Units"))
        self.assertEqual(rows["B", "note"], ("blue", "blue"))
        self.assertEqual(rows["", "wished_date"], ("03/09/2026", "03/09/2026"))
        self.assertEqual(order.order_difference_count, 0)

    def test_every_change_of_a_line_is_shown(self):
        order = self._submitted()
        one, two = order.order_line
        one.write({"product_uom_qty": 3, "price_unit": 9.5})
        two.write({"product_id": self.product.id, "price_unit": 25, "name": "Test Goods\nred"})
        self.assertEqual(
            self._differing(order), [("", "total"), ("A", "quantity"), ("A", "price"), ("B", "product"), ("B", "note")]
        )

    def test_removed_and_added_lines(self):
        order = self._submitted()
        order.order_line[0].unlink()
        order.order_line = [
            Command.create({"product_id": self.service.id, "product_uom_qty": 1}),
            Command.create({"display_type": "line_note", "name": "Thanks"}),
        ]
        rows = [row for row in self._rows(order) if row["part"] == "line" and row["differs"]]
        self.assertEqual([(row["line"], row["key"]) for row in rows], [("A", "line"), ("", "line")])
        self.assertEqual((rows[0]["sent"], rows[0]["entered"]), ("2 TG-1", ""))
        self.assertIn("Test Service", rows[1]["entered"])

    def test_another_unit_of_the_same_quantity_is_no_difference(self):
        order = self._submitted(lines=[{"product": "TG-1", "quantity": 24, "price": 10}], total=240)
        line = order.order_line
        line.write({"product_uom_id": self.env.ref("uom.product_uom_dozen").id, "product_uom_qty": 2})
        line.price_unit = 120
        self.assertEqual(self._differing(order), [])
        line.product_uom_qty = 3
        self.assertEqual(self._differing(order), [("", "total"), ("1", "quantity")])

    def test_a_unit_that_was_sent(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        dozen.active = True
        line = {"product": "TG-1", "quantity": 2, "unit": dozen.name.upper(), "price": 120}
        order = self._submitted(lines=[line], total=240)
        self.assertEqual(self._differing(order), [])
        self.assertEqual(order.order_line.product_uom_id, dozen)
        order.order_line.write({"product_uom_id": self.product.uom_id.id, "product_uom_qty": 24})
        order.order_line.price_unit = 10
        self.assertEqual(self._differing(order), [])
        # a unit that is no longer in use is still what was sent
        dozen.active = False
        self.assertEqual(self._differing(order), [])

    def test_a_price_split_into_price_and_discount_is_the_same_price(self):
        order = self._submitted(lines=[{"product": "TG-1", "quantity": 1, "price": 9}], total=9)
        order.order_line.write({"price_unit": 10, "discount": 10})
        self.assertEqual(self._differing(order), [])
        order.order_line.discount = 12
        self.assertEqual(self._differing(order), [("", "total"), ("1", "price")])

    def test_what_was_not_said_is_no_difference(self):
        order = self._submitted(
            lines=[{"product": "TG-1", "quantity": 1}], total=None, wished_date=None, ordered_at=None, currency=None
        )
        order.write({"commitment_date": "2026-04-01", "note": "<p>ours</p>"})
        order.order_line.price_unit = 3
        self.assertEqual(self._differing(order), [])

    def test_head(self):
        order = self._submitted(note="Ring the bell", terms=self.env.ref("account.account_payment_term_30days").name)
        self.assertEqual(self._differing(order), [])
        order.write(
            {
                "note": "<p>Call first</p>",
                "commitment_date": "2026-03-10 12:00:00",
                "payment_term_id": self.env.ref("account.account_payment_term_immediate").id,
                "client_order_ref": "R-2",
                "partner_id": self._make_customer("Test Someone").id,
            }
        )
        order.payment_term_id = self.env.ref("account.account_payment_term_immediate")
        self.assertEqual(
            [key for _line, key in self._differing(order)], ["reference", "customer", "wished_date", "terms", "note"]
        )

    def test_a_wished_day_is_the_companys(self):
        self.company.order_tz = "Pacific/Auckland"
        order = self._submitted()
        self.assertEqual(self._differing(order), [])
        order.commitment_date = "2026-03-09 11:30:00"
        self.assertEqual(self._differing(order), [("", "wished_date")])

    def test_addresses_are_compared_part_by_part(self):
        place = {"name": "Test Site", "street": "5 Mill Lane", "city": "Leeds", "zip": "LS1 1AA", "country": "gb"}
        order = self._submitted(ship_to={**place, "phone": "+44 20-7946 0001"})
        self.assertEqual(self._differing(order), [])
        order.partner_shipping_id.write({"street": "6 Mill Lane", "country_id": self.env.ref("base.fr").id})
        self.assertEqual(self._differing(order), [("", "ship_to.street"), ("", "ship_to.country")])
        row = next(row for row in self._rows(order) if row["key"] == "ship_to.street")
        self.assertEqual((row["sent"], row["entered"]), ("5 Mill Lane", "6 Mill Lane"))
        self.assertEqual(row["label"], "Deliver to: Street")

    def test_another_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        pricelist = self.env["product.pricelist"].create({"name": "Test euro", "currency_id": euro.id})
        order = self._submitted(currency="EUR", pricelist="Test euro")
        self.assertEqual(order.currency_id, euro)
        self.assertEqual(self._differing(order), [])
        order.pricelist_id = self.env["product.pricelist"].create({"name": "Test other"})
        self.assertEqual([key for _line, key in self._differing(order)], ["currency", "pricelist"])
        self.assertTrue(pricelist)

    def test_a_total_is_stated_with_or_without_tax(self):
        tax = self.env["account.tax"].create({"name": "T20", "amount": 20, "company_id": self.company.id})
        order = self._submitted(total=54)
        self.assertEqual(self._differing(order), [("", "total")])
        order.order_line.tax_ids = tax
        self.assertEqual(self._differing(order), [], "54 with 20 % tax")
        self.assertEqual(self._differing(self._submitted("R-9", total=45)), [])

    def test_what_the_desk_mended_is_compared_with_what_was_sent(self):
        payload = {
            "reference": "R-5",
            "customer": self.customer.email,
            "lines": [{"product": "NOPE", "quantity": 2, "price": 10}],
        }
        answer = self._as("integration", self.env["order.processing"]).submit_orders(orders=[payload], source="shop")[0]
        intake = self._as("processor", self.env["order.intake"].browse(answer["intake_id"]))
        intake.payload_text = intake.payload_text.replace("NOPE", "TG-1")
        intake.action_resubmit()
        order = self.env["sale.order"].browse(intake.order_id.id)
        self.assertEqual(self._differing(order), [("1", "product")])
        self.assertEqual(next(row for row in self._rows(order) if row["differs"])["sent"], "NOPE")

    def test_shown_in_two_columns_and_escaped(self):
        order = self._submitted(note="<script>alert(1)</script>")
        order.order_line[0].product_uom_qty = 7
        html = self._as("processor", order).order_comparison_html
        self.assertNotIn("<script>", html)
        self.assertIn("&lt;script&gt;", html)
        self.assertIn("differs", html)
        action = self._as("processor", order).action_open_comparison()
        self.assertEqual((action["res_id"], action["target"]), (order.id, "new"))

    def test_an_order_entered_by_hand_has_nothing_to_compare(self):
        order = self._make_order()
        self.assertFalse(order.order_submitted)
        self.assertFalse(order.order_comparison_html)
        with self.assertRaisesRegex(UserError, "entered by hand"):
            self._as("processor", order).action_open_comparison()
        copy = self._submitted().copy()
        self.assertFalse(copy.order_submitted)

    def test_who_may_read_the_order_may_compare(self):
        order = self._submitted()
        order.user_id = self.users["salesman"]
        self.assertTrue(self._rows(order, "salesman"))
        order.user_id = self.users["processor"]
        for user in ("salesman", "stranger"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._rows(order, user)
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._as(user, order).action_open_comparison()

    def test_units_are_read_once_for_all_lines_and_orders(self):
        def made(reference, count):
            lines = [
                {"line": str(place), "product": "TG-1", "quantity": 1, "unit": ("units", "Dozens")[place % 2]}
                for place in range(count)
            ]
            order = self._submitted(reference, lines=lines)
            # entered in another unit than was sent
            order.order_line.product_uom_id = self.env.ref("uom.product_uom_pack_6")
            return order

        def queries(orders):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders._intake_comparison()
            compared = self.env.cr.sql_log_count
            orders.intake_id._acknowledgements()
            return compared - before, self.env.cr.sql_log_count - compared

        (self.env.ref("uom.product_uom_dozen") + self.env.ref("uom.product_uom_pack_6")).action_unarchive()
        few = made("U-1", 2)
        many = made("U-2", 20) | made("U-3", 20)
        queries(few)
        self.assertEqual(queries(many), queries(few))
        rows = {row["line"]: row["sent"] for row in self._rows(few) if row["key"] == "quantity"}
        self.assertEqual(rows, {"0": "1 Units", "1": "1 Dozens"})

    def test_a_unit_that_is_a_pattern_is_none(self):
        order = self._submitted()
        order.sudo().intake_id._transition_write(
            {
                "payload": {
                    **order.intake_id.payload,
                    "lines": [{"line": "A", "product": "TG-1", "quantity": 2, "unit": "%"}],
                }
            }
        )
        row = next(row for row in self._rows(order) if (row["line"], row["key"]) == ("A", "quantity"))
        self.assertEqual(row["sent"], "2 Units")
