"""Fast entry: what the desk sees while it types, what a check says, what becomes of it; through the form as a browser uses it."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.order_processing.models.common.business_day import business_day

from tests.intake.entry import EntryCase


class TestEntryRows(EntryCase):
    def test_a_row_shows_what_it_means_and_costs(self):
        entry = self._entry(("TG-1", 10), ("tg-2", 2)).save()
        first, second = entry.line_ids
        self.assertEqual(first.product_id, self.product)
        self.assertEqual((first.unit_id, first.price, first.subtotal), (self.product.uom_id, 7.5, 75.0))
        self.assertEqual((second.product_id, second.price, second.subtotal), (self.other_product, 25.0, 50.0))
        self.assertEqual((entry.amount_untaxed, entry.amount_total), (125.0, 125.0))
        self.assertEqual(entry.line_ids.mapped("number"), [1, 2])

    def test_the_price_follows_the_quantity_and_the_customer(self):
        form = self._entry(("TG-1", 9))
        self.assertEqual(form.amount_total, 81.0)
        with form.line_ids.edit(0) as row:
            row.quantity = 10
        self.assertEqual(form.amount_total, 75.0)
        form.partner_id = self._make_customer("Plain Customer")
        self.assertEqual(form.amount_total, 100.0)

    def test_discount_and_tax_are_those_of_the_order(self):
        self._turn_on("sale.group_discount_per_so_line")
        tax = self.env["account.tax"].create({"name": "Test 20", "amount": 20.0, "company_id": self.company.id})
        self.other_product.taxes_id = tax
        self.sheet.item_ids = [
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": self.other_product.id,
                    "compute_price": "percentage",
                    "percent_price": 10,
                }
            )
        ]
        entry = self._entry(("TG-2", 4)).save()
        row = entry.line_ids
        self.assertEqual((row.price, row.discount, row.subtotal), (25.0, 10.0, 90.0))
        self.assertEqual(entry.amount_total, 108.0)
        entry.action_save()
        self.assertEqual(entry.order_id.amount_total, 108.0)

    def test_every_kind_of_code(self):
        self.env["order.customer.code"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "code": "MINE",
                "product_id": self.product.id,
            }
        )
        dozen = self.env.ref("uom.product_uom_dozen")
        self.env["product.uom"].create({"barcode": "4006381000000", "product_id": self.product.id, "uom_id": dozen.id})
        entry = self._entry(("04006381333931", 1), ("mine", 1), ("4006381000000", 1)).save()
        self.assertEqual(entry.line_ids.product_id, self.product)
        self.assertEqual([row.unit_id.name for row in entry.line_ids], ["Units", "Units", "Dozens"])
        self.assertEqual(entry.line_ids[2].price, 90.0, "the dozen of the pricelist's price from ten")

    def test_the_sender_phone_has_a_profile_as_any(self):
        self.env["product.supplierinfo"].create(
            {
                "partner_id": self._make_customer("Test Vendor").id,
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "product_code": "V-77",
            }
        )
        profile = {"company_id": self.company.id, "source": "phone", "item_code": "vendor"}
        self.assertIn("No product", self._entry(("V-77", 1)).save().line_ids.problem)
        self.env["order.intake.profile"].create(profile)
        self.assertEqual(self._entry(("V-77", 1)).save().line_ids.product_id, self.product)

    def test_a_product_picked_by_name_stays_until_another_code_is_typed(self):
        nameless = self._make_product("Nameless Goods", False, 3.0)
        form = self._entry(("TG-1", 1))
        with form.line_ids.edit(0) as row:
            row.product_id = nameless
        with form.line_ids.new() as row:
            row.product_id = self.other_product
        entry = form.save()
        self.assertEqual(entry.line_ids.mapped("product_id"), nameless + self.other_product)
        self.assertEqual(entry.line_ids.mapped("code"), [False, "TG-2"])
        self.assertEqual(entry.line_ids.mapped("price"), [3.0, 25.0])
        entry.action_save()
        self.assertEqual(entry.order_id.order_line.product_id, nameless + self.other_product)
        self.assertEqual(entry.order_id.intake_id.payload["lines"][0]["product"], nameless.display_name)
        with Form(entry) as again, again.line_ids.edit(0) as row:
            row.code = "TG-1"
        self.assertEqual(entry.line_ids[0].product_id, self.product)

    def test_stock_and_promise_are_those_that_the_order_gets(self):
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 5,
                            "location_id": self.env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                            "date": "2035-03-06 12:00:00",
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.move_ids.date = "2035-03-06 12:00:00"
        sold = self._make_order((self.product, 4))
        sold.action_verify_and_confirm()
        sold.picking_ids.do_unreserve()
        self.assertEqual(sold.state, "sale")
        entry = self._entry(("TG-1", 6), ("TG-1", 4), ("TG-1", 6), ("TS-1", 1), ("TG-2", 1)).save()
        self.assertEqual(entry.line_ids.mapped("free"), [8.0, 2.0, 0.0, 0.0, 100.0])
        self.assertEqual(entry.line_ids.mapped("short"), [0.0, 2.0, 6.0, 0.0, 0.0])
        self.assertEqual(str(entry.line_ids[1].promise_date), "2035-03-06")
        self.assertEqual(entry.promise_date, max(entry.line_ids.mapped("promise_date")))
        entry.action_save()
        lines = entry.order_id.order_line
        self.assertEqual(entry.line_ids.mapped("promise_date"), lines.mapped("order_promise_date"))
        self.assertEqual(entry.line_ids.mapped("short"), lines.mapped("order_short_qty"))

    def test_credit_at_hand(self):
        self.company.account_use_credit_limit = True
        house = self.customer.commercial_partner_id
        house.credit_limit = 100.0
        self._make_order((self.service, 10)).action_confirm()
        self.env.invalidate_all()
        form = self._entry(("TG-2", 1))
        self.assertEqual((form.credit_limit, form.credit_used, form.credit_left), (100.0, 50.0, 25.0))
        with form.line_ids.edit(0) as row:
            row.quantity = 3
        self.assertEqual(form.credit_left, -25.0)
        form.partner_id = self._make_customer("Unlimited")
        self.assertFalse(form.credit_limited and form.credit_limit)


class TestEntrySave(EntryCase):
    def _count(self):
        return [
            self.env[model].search_count([]) for model in ("sale.order", "order.intake", "order.hold", "res.partner")
        ]

    def test_a_check_says_what_would_be_found_and_keeps_nothing(self):
        self._make_order((self.product, 2), client_order_ref="PO-1").action_confirm()
        self.product.sale_ok = False
        before = self._count()
        entry = self._entry(("TG-2", 1), ("TG-1", 2), client_order_ref="PO-1").save()
        entry.action_check()
        self.assertIn("would be held", entry.result_html)
        self.assertIn("Row 2:", entry.result_html)
        self.assertEqual(self._count(), before)
        self.assertFalse(entry.order_id)
        self.product.sale_ok = True
        with Form(entry) as form, form.line_ids.edit(0) as row:
            row.quantity = 5
        self.assertFalse(entry.result_html, "what was checked is not what stands there now")

    def test_a_clean_order_is_checked_saved_and_confirmed(self):
        self._stock(self.product, 100)
        entry = self._entry(("TG-1", 5), client_order_ref="PO-7", wished_date="2035-05-07", note="Ring twice").save()
        entry.action_check()
        self.assertIn("would be verified", entry.result_html)
        action = entry.action_save_and_confirm()
        order = entry.order_id
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.order", order.id))
        self.assertEqual((order.state, order.partner_id, order.client_order_ref), ("sale", self.customer, "PO-7"))
        self.assertEqual(order.order_line.mapped("price_unit"), [9.0])
        self.assertEqual(str(order.commitment_date.date()), "2035-05-07")
        self.assertIn("Ring twice", order.note)
        envelope = order.intake_id
        self.assertEqual(
            (envelope.source, envelope.state, envelope.received_by_id), ("phone", "accepted", self.users["processor"])
        )
        self.assertTrue(envelope.reference.startswith("TEL"))
        self.assertEqual(envelope.payload["reference"], "PO-7")
        self.assertFalse(order.order_difference_count)

    def test_pressed_twice_it_is_one_order(self):
        entry = self._entry(("TG-1", 1)).save()
        entry.action_save()
        order = entry.order_id
        entry.action_save_and_confirm()
        self.assertEqual(entry.order_id, order)
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.env["order.intake"].search_count([("order_id", "=", order.id)]), 1)

    def test_the_same_reference_of_two_customers_is_two_orders(self):
        other = self._make_customer("Second Customer")
        orders = self.env["sale.order"]
        for partner in (self.customer, other):
            entry = self._entry(("TG-1", 1), partner_id=partner, client_order_ref="1").save()
            entry.action_save()
            orders |= entry.order_id
        self.assertEqual(orders.partner_id, self.customer + other)
        self.assertEqual(orders.mapped("client_order_ref"), ["1", "1"])

    def test_a_customer_that_no_key_tells_apart(self):
        twin = self.customer.copy({"email": self.customer.email, "name": self.customer.name, "phone": False})
        branch = self._make_customer("Branch", parent_id=twin.id, type="delivery")
        entry = self._entry(("TG-1", 1), partner_id=twin, partner_shipping_id=branch).save()
        entry.action_save()
        self.assertEqual((entry.order_id.partner_id, entry.order_id.partner_shipping_id), (twin, branch))

    def test_what_is_not_understood_refuses_with_its_row(self):
        before = self._count()
        entry = self._entry(("TG-1", 1), ("NOPE", 2), ("TG-2", 0)).save()
        for act in (entry.action_check, entry.action_save, entry.action_save_and_confirm):
            with self.assertRaises(UserError) as caught:
                act()
            self.assertIn("Row 2, “NOPE”: No product has this code", str(caught.exception))
            self.assertIn("Row 3, “TG-2”", str(caught.exception))
        empty = Form(self._as("processor", self.env["order.intake.entry"])).save()
        with self.assertRaisesRegex(UserError, "Choose the customer"):
            empty.action_save()
        self.assertEqual(self._count(), before)

    def test_what_comes_back_is_no_order(self):
        for typed in ("rows", "pasted"):
            entry = self._entry(("TG-1", -2)) if typed == "rows" else self._entry()
            if typed == "pasted":
                entry.pasted = "TG-1\t-2"
            entry = entry.save()
            self.assertEqual((entry.line_ids.quantity, entry.line_ids.price, entry.amount_total), (-2.0, 0.0, 0.0))
            with self.subTest(typed=typed), self.assertRaisesRegex(UserError, "Row 1, “TG-1”: .*Returns"):
                entry.action_save()

    def test_an_order_with_findings_is_saved_and_held(self):
        self.product.list_price = 0
        self.sheet.item_ids.filtered(lambda item: item.product_id == self.product).fixed_price = 0
        entry = self._entry(("TG-1", 1)).save()
        entry.action_save_and_confirm()
        self.assertEqual((entry.order_id.state, entry.order_id.verification_state), ("draft", "held"))


class TestEntryRights(EntryCase):
    def test_the_desk_alone(self):
        for name in ("salesman", "integration", "portal", "accountant"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, self.env["order.intake.entry"]).create({"partner_id": self.customer.id})
        for name in ("salesman", "integration"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, self.env["order.intake"])._desk_submit({}, self.company, {}, {}, "X")

    def test_nobody_else_asks_for_prices_and_credit_by_it(self):
        for name in ("salesman", "integration", "accountant"):
            entry = self._as(name, self.env["order.intake.entry"]).new({"partner_id": self.customer.id})
            with self.subTest(user=name), self.assertRaises(AccessError):
                entry._onchange_partner_id()

    def test_an_entry_is_its_users_and_its_companys(self):
        entry = self._entry(("TG-1", 1)).save()
        with self.assertRaises(AccessError):
            self._as("manager", entry).action_save()
        own = self.env["stock.warehouse"].search([("company_id", "=", self.other_company.id)], limit=1)
        form = Form(self._as("stranger", self.env["order.intake.entry"]).with_company(self.other_company))
        form.partner_id = self.customer
        form.scan = "TG-2"
        theirs = form.save()
        self.assertEqual((theirs.company_id, theirs.warehouse_id), (self.other_company, own))
        self.assertEqual(theirs.line_ids.free, 0.0)
        theirs.action_save()
        self.assertEqual(theirs.order_id.company_id, self.other_company)

    def test_a_company_without_a_warehouse_has_nothing_in_stock(self):
        """As every company is that was just made."""
        self.env["stock.warehouse"].search([("company_id", "=", self.other_company.id)]).active = False
        self.other_company.order_lead_days = 3
        form = Form(self._as("stranger", self.env["order.intake.entry"]).with_company(self.other_company))
        form.partner_id = self.customer
        form.scan = "TG-2"
        theirs = form.save()
        self.assertFalse(theirs.warehouse_id)
        row = theirs.line_ids
        self.assertEqual((row.free, row.short), (0.0, 1.0))
        self.assertGreaterEqual(row.promise_date, business_day(self.other_company) + timedelta(days=3))

    def test_no_other_company_is_entered_for_or_asked(self):
        """Prices, credit, stock and the order itself are read and made with all rights, of the company that is named."""
        Entry = self._as("processor", self.env["order.intake.entry"])
        with self.assertRaises(AccessError):
            Entry.create({"company_id": self.other_company.id, "partner_id": self.customer.id})
        values = {"company_id": self.other_company.id, "partner_id": self.customer.id}
        with self.assertRaises(AccessError):
            Entry.onchange(values, ["partner_id"], {"credit_used": {}, "partner_id": {}, "company_id": {}})
        Intake = self._as("processor", self.env["order.intake"])
        for method in ("_desk_read", "_desk_try"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(Intake, method)({}, self.other_company, {}, {})
        with self.assertRaises(AccessError):
            Intake._desk_submit({}, self.other_company, {}, {}, "X")


class TestEntryCost(EntryCase):
    def _queries(self, rows):
        """Queries of one more row on an entry that has ``rows``, as the web client asks for it."""
        products = self.env["product.product"].concat(
            *(self._make_product(f"Test {place}", f"TQ-{rows}-{place}", 2.0) for place in range(rows + 1))
        )
        form = self._entry(*((product.default_code, 1 + place % 3) for place, product in enumerate(products[:-1])))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        with form.line_ids.new() as row:
            row.code = products[-1].default_code
        return self.env.cr.sql_log_count - before

    def test_a_row_costs_the_same_on_a_short_and_on_a_long_order(self):
        self._queries(1)
        few, many = self._queries(2), self._queries(30)
        self.assertLessEqual(many, few, (few, many))
