"""A seal over content: what breaks it, what does not, and how it says what changed."""

from odoo.fields import Command
from odoo.tools import SQL

from .common import VerificationCase


class TestSeal(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 100)
        cls.order = cls._make_order((cls.product, 5))
        cls.order.action_confirm()
        cls.line = cls.order.order_line

    def _changes(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.order.order_seal_changes

    def test_what_was_verified_is_sealed(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        tax = self.env["account.tax"].create({"name": "Twenty", "amount": 20, "company_id": self.company.id})
        other = self._make_customer("Second Customer", street="9 Low Street")
        carrier = self.env["delivery.carrier"].create({"name": "By Van", "product_id": self.service.id})
        terms = self.env.ref("account.account_payment_term_30days")
        for record, vals, told in (
            (self.line, {"product_uom_qty": 6}, "Test Goods, quantity: 5 → 6"),
            (self.line, {"price_unit": 9.5}, "Test Goods, price: 10 → 9.5"),
            (self.line, {"discount": 3}, "Test Goods, discount: 0 → 3"),
            (self.line, {"tax_ids": [Command.set(tax.ids)]}, "Test Goods, taxes: - → Twenty"),
            (self.order, {"carrier_id": carrier.id}, "carrier: - → By Van"),
            (self.order, {"payment_term_id": terms.id}, f"payment terms: - → {terms.display_name}"),
            (self.order, {"commitment_date": "2031-05-01 10:00:00"}, "wished date: - → 2031-05-01T10:00:00"),
            (self.order, {"partner_shipping_id": other.id}, "delivery address, street: 1 High Street → 9 Low Street"),
            (self.customer, {"zip": "N2 2BB"}, "delivery address, zip: N1 1AA → N2 2BB"),
            (self.customer, {"country_id": self.env.ref("base.us").id}, "delivery address, country: GB → US"),
            (self.customer, {"phone": "+44 20 7946 0009"}, "phone: +44 20 7946 0000 → +44 20 7946 0009"),
        ):
            with self.subTest(told=told), self.env.cr.savepoint() as savepoint:
                record.write(vals)
                self.assertIn(told, self._changes())
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertFalse(self._changes())
        # core refuses both in the form, not in the database
        for column, value, told in (
            (
                "product_id",
                self.other_product.id,
                f"product: {self.product.display_name} → {self.other_product.display_name}",
            ),
            ("product_uom_id", dozen.id, f"unit: Units → {dozen.name}"),
        ):
            with self.subTest(told=told), self.env.cr.savepoint() as savepoint:
                query = SQL(
                    "UPDATE sale_order_line SET %s = %s WHERE id = %s", SQL.identifier(column), value, self.line.id
                )
                self.env.cr.execute(query)
                self.assertIn(told, self._changes())
                savepoint.rollback()
            self.env.invalidate_all()

    def test_who_edits_does_not_matter(self):
        for user in (self.users["salesman"], self.users["manager"], self.env.ref("base.user_root")):
            with self.subTest(user=user.login), self.env.cr.savepoint() as savepoint:
                self.order.user_id = self.users["salesman"]
                self.line.with_user(user).product_uom_qty = 7
                self.assertIn("quantity: 5 → 7", self._changes())
                savepoint.rollback()
            self.env.invalidate_all()

    def test_what_is_no_content_changes_nothing(self):
        tag = self.env["crm.tag"].create({"name": "Test tag"})
        self.order.write(
            {
                "note": "Thank you",
                "tag_ids": [Command.link(tag.id)],
                "date_order": "2031-01-01 00:00:00",
                "origin": "Fair",
            }
        )
        self.order.message_post(body="Hello")
        self.line.name = "Test Goods\nwith a remark"
        self.order.order_line = [
            Command.create({"display_type": "line_section", "name": "A section"}),
            Command.create({"display_type": "line_note", "name": "A note"}),
        ]
        self.assertFalse(self._changes())

    def test_freight_at_real_cost_breaks_nothing_other_freight_does(self):
        carrier = self.env["delivery.carrier"].create(
            {"name": "By Van", "product_id": self.service.id, "invoice_policy": "real"}
        )
        freight = {"product_id": self.service.id, "is_delivery": True, "price_unit": 4, "product_uom_qty": 1}
        self.order.order_line = [Command.create(freight)]
        self.assertFalse(self._changes())
        self.order.order_line[-1].price_unit = 12
        self.assertFalse(self._changes())
        carrier.invoice_policy = "estimated"
        self.assertIn("Test Service: added → 1", self._changes())

    def test_goods_do_not_pass_as_freight_expense_or_down_payment(self):
        for vals in ({"is_delivery": True}, {"is_expense": True}, {"is_downpayment": True}):
            with self.subTest(vals=vals), self.env.cr.savepoint() as savepoint:
                self.order.order_line = [
                    Command.create({"product_id": self.other_product.id, "product_uom_qty": 2, "price_unit": 0, **vals})
                ]
                self.assertIn("Other Goods: added → 2", self._changes())
                self.assertIn("zero_price", self._codes(self.order))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_expense_that_core_invoices_again_breaks_nothing(self):
        expense = self._make_product(
            "Test Taxi", "TX-1", 0.0, type="service", expense_policy="cost", invoice_policy="order"
        )
        plan = self.env["account.analytic.plan"].create({"name": "Test plan"})
        account = self.env["account.analytic.account"].create({"name": "Test project", "plan_id": plan.id})
        # which order an expense belongs to is asked of modules on projects and expenses: the rest is core's own way
        self.patch(
            type(self.env["account.move.line"]),
            "_sale_determine_order",
            lambda lines: dict.fromkeys(lines.filtered(lambda line: line.product_id == expense).ids, self.order),
        )
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self._make_customer("Test Vendor").id,
                "invoice_date": "2026-01-05",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": expense.id,
                            "quantity": 2,
                            "price_unit": 30,
                            "tax_ids": [],
                            "analytic_distribution": {account.id: 100},
                        }
                    )
                ],
            }
        )
        bill.action_post()
        added = self.order.order_line - self.line
        self.assertEqual((added.product_id, added.product_uom_qty, added.is_expense), (expense, 2, True))
        self.assertFalse(self._changes())
        self.line.write({"order_added_by_core": True})
        self.assertFalse(self.line.order_added_by_core)
        copied = added.copy({"order_id": self.order.id})
        self.assertIn("Test Taxi: added → 2", self._changes())
        self.assertFalse(copied.order_added_by_core)

    def test_goods_delivered_beyond_the_order_break_nothing(self):
        picking = self.order.picking_ids
        self._stock(self.other_product, 5)
        self.env["stock.move"].create(
            {
                "picking_id": picking.id,
                "product_id": self.other_product.id,
                "product_uom_qty": 1,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
            }
        )
        self._deliver(self.order)
        self.assertEqual(self.order.order_line.mapped("qty_delivered"), [5, 1])
        self.assertFalse(self._changes())

    def test_removed_line_and_deleted_carrier_are_named(self):
        order = self._make_order((self.product, 5), (self.other_product, 2))
        carrier = self.env["delivery.carrier"].create({"name": "By Van", "product_id": self.service.id})
        order.carrier_id = carrier
        order.action_verify()
        order.order_line[1].unlink()
        order.carrier_id = False
        number = carrier.id
        carrier.unlink()
        self.assertIn("[TG-2] Other Goods: 2 → removed", order.order_seal_changes)
        self.assertIn(f"carrier: #{number} → -", order.order_seal_changes)

    def test_seal_of_an_earlier_version_is_compared_in_what_it_knows(self):
        seal = self.order.order_verification_ids
        content = {part: value for part, value in seal.content.items() if part not in ("contact", "pricelist")}
        for line in content["lines"].values():
            line.pop("options")
        self.env.cr.execute(
            "UPDATE order_verification SET content = %s::jsonb, digest = 'old' WHERE id = %s",
            [__import__("json").dumps(content), seal.id],
        )
        self.assertFalse(self._changes())
        self.line.product_uom_qty = 6
        self.assertIn("quantity: 5 → 6", self._changes())

    def test_texts_of_many_orders_cost_what_those_of_one_do(self):
        def changed(number):
            orders = self._make_orders(number, (self.product, 5))
            orders.action_verify()
            orders.order_line.tax_ids = self.env["account.tax"].create(
                {"name": f"T{number} {self.env.cr.sql_log_count}", "amount": 5}
            )
            orders.payment_term_id = self.env.ref("account.account_payment_term_30days")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            texts = orders._verification_change_texts(orders._verification_broken())
            self.assertEqual(len(texts), number)
            return self.env.cr.sql_log_count - before

        changed(1)
        self.assertEqual(changed(1), changed(30))
