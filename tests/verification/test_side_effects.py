"""Release by side effect: whoever changes what held orders is named, with the orders that it freed."""

from odoo.exceptions import AccessError, UserError

from .common import VerificationCase


class TestSideEffects(VerificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_use_credit_limit = True
        cls.Log = cls.env["order.release.log"]
        cls.order = cls._make_order((cls.product, 50))

    def _held(self, *codes):
        self.assertEqual(self.order.action_verify()[0]["holds"], list(codes))
        self.env.flush_all()

    def _freed(self, person, field, old, new, orders=None):
        orders = orders or self.order
        orders._verification_sweep()
        self.assertEqual(set(orders.mapped("verification_state")), {"verified"})
        log = self.Log.search([("order_ids", "in", orders.ids)])
        self.assertEqual((log.order_ids, log.order_count), (orders, len(orders)))
        self.assertEqual((log.changed_by_id, log.old_value, log.new_value), (person, old, new))
        self.assertIn(field, log.field_names)
        for order in orders:
            rows = self._events(order, "released")
            self.assertTrue(
                any(person.name in row.reason and field in row.reason for row in rows), rows.mapped("reason")
            )
            self.assertTrue(any(person.name in (body or "") for body in order.message_ids.mapped("body")))
        return log

    def test_credit_limit(self):
        self.customer.credit_limit = 100
        other = self._make_order((self.product, 60))
        other.action_verify()
        self._held("credit_limit")
        who = self.users["accountant"]
        who.group_ids += self.env.ref("base.group_partner_manager")
        self.customer.with_user(who).credit_limit = 200
        (self.order | other)._verification_sweep()
        self.assertEqual(self.order.verification_state, "held", "200 are not enough")
        self.assertFalse(self.Log.search([("order_ids", "in", self.order.ids)]))
        self.customer.with_user(who).credit_limit = 5000
        log = self._freed(who, "Credit Limit", "200.0", "5000.0", self.order | other)
        self.assertEqual(log.company_id, self.company)

    def test_another_companys_limit_frees_nothing(self):
        self.customer.credit_limit = 100
        self._held("credit_limit")
        self.customer.with_company(self.other_company).credit_limit = 5000
        self.order._verification_sweep()
        self.assertEqual(self.order.verification_state, "held")

    def test_what_the_order_itself_changed_is_no_side_effect(self):
        self.customer.credit_limit = 100
        self._held("credit_limit")
        self.customer.credit_limit = 101
        self.order.order_line.product_uom_qty = 1
        self.order._verification_sweep()
        self.assertEqual(self.order.verification_state, "verified")
        self.assertFalse(self.Log.search([("order_ids", "in", self.order.ids)]))

    def test_product_back_on_sale(self):
        self.product.sale_ok = False
        self._held("product_unsaleable")
        self.product.with_user(self.users["manager"]).sudo().sale_ok = True
        self._freed(self.users["manager"], "Sales", "False", "True")

    def test_variant_back(self):
        self.product.active = False
        self._held("product_unsaleable")
        self.product.active = True
        self._freed(
            self.env.user, "Active", f"{self.product.display_name}: False", f"{self.product.display_name}: True"
        )

    def test_pricelist(self):
        pricelist = self._pricelist({"compute_price": "fixed", "fixed_price": 30})
        self.order = self._make_order((self.product, 5, 10.0), pricelist_id=pricelist.id)
        self._held("price_far")
        pricelist.item_ids.fixed_price = 10
        self._freed(self.env.user, "Fixed Price", "30.0", "10.0")

    def test_price_taken_out_of_the_pricelist(self):
        pricelist = self._pricelist({"compute_price": "fixed", "fixed_price": 30})
        self.order = self._make_order((self.product, 5, 10.0), pricelist_id=pricelist.id)
        self._held("price_far")
        pricelist.item_ids.unlink()
        self.order._verification_sweep()
        self.assertEqual(self.Log.search([("order_ids", "in", self.order.ids)]).new_value, "-")

    def test_parameter_of_a_rule(self):
        self.order = self._make_order((self.product, 5, 30.0))
        self._held("price_far")
        # the rule is general: it takes somebody who answers for all companies
        self.users["manager"].company_ids = self.env["res.company"].search([])
        self._rule("price_far").with_user(self.users["manager"]).factor_high = 4
        self._freed(self.users["manager"], "Highest factor", "2.0", "4.0")

    def test_rule_switched_off_replaced_or_deleted(self):
        rule = self._rule("price_far")
        for act in (
            lambda: rule.write({"active": False}),
            lambda: rule.copy({"company_id": self.company.id, "factor_high": 9}),
            rule.unlink,
        ):
            with self.subTest(act=act), self.env.cr.savepoint() as savepoint:
                self.order = self._make_order((self.product, 5, 30.0))
                self._held("price_far")
                act()
                self.order._verification_sweep()
                self.assertEqual(self.order.verification_state, "verified")
                self.assertEqual(self.Log.search([("order_ids", "in", self.order.ids)]).changed_by_id, self.env.user)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_nothing_is_kept_while_nothing_is_held_or_controls_are_off(self):
        self.customer.credit_limit = 100
        self.assertFalse(self.Log.search([]))
        self._held("credit_limit")
        self.customer.credit_limit = 100
        self.assertFalse(self.Log.search([]))
        self.company.action_order_control_off(reason="off")
        self.customer.credit_limit = 5000
        self.assertFalse(self.Log.search([]))

    def test_evidence(self):
        self.customer.credit_limit = 100
        self._held("credit_limit")
        self.customer.credit_limit = 5000
        log = self._freed(self.env.user, "Credit Limit", "100.0", "5000.0")
        for user in ("processor", "salesman", "integration"):
            with self.assertRaises(AccessError):
                self._as(user, log).read(["cause_name"])
        self.assertEqual(self._as("manager", log).order_count, 1)
        with self.assertRaises(AccessError):
            self._as("stranger", log).read(["cause_name"])
        for record in (self._as("manager", log), log.sudo()):
            with self.assertRaises(UserError):
                record.write({"new_value": "x"})
            with self.assertRaises(UserError):
                record.unlink()

    def test_many_orders_cost_what_one_does(self):
        def cost(number):
            partner = self._make_customer(f"Customer {number}")
            partner.credit_limit = 10
            orders = self._made_together(
                lambda index: self._make_order((self.product, 5 + index), partner_id=partner.id), range(number)
            )
            orders.action_verify()
            partner.credit_limit = 100000
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders._verification_sweep()
            self.env.flush_all()
            self.assertEqual(set(orders.mapped("verification_state")), {"verified"})
            return self.env.cr.sql_log_count - before

        cost(1)
        self.assertEqual(cost(1), cost(40))
