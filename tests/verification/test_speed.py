"""The same number of statements for 1 and for 100 orders."""

from ..common import OrderCase


class TestSpeed(OrderCase):
    def _count(self, orders, act):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        act(orders)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _orders(self, number, *line):
        partners = self._make_customer(*(f"Customer {index}" for index in range(number)))
        return self._made_together(
            lambda partner: self._make_order(line or (self.product, 5), (self.other_product, 1), partner_id=partner.id),
            partners,
        )

    def test_verify(self):
        self._orders(1).action_verify()
        one = self._count(self._orders(1), lambda orders: orders.action_verify())
        many = self._count(self._orders(100), lambda orders: orders.action_verify())
        self.assertEqual(one, many)

    def test_findings_and_holds(self):
        self._orders(1, self.product, 5, 0.0).action_verify()
        one = self._count(self._orders(1, self.product, 5, 0.0), lambda orders: orders.action_verify())
        many = self._count(self._orders(100, self.product, 5, 0.0), lambda orders: orders.action_verify())
        self.assertEqual(one, many)

    def test_scopes_own_rules_and_steps(self):
        """One search a rule and set, whatever it finds."""
        Rule = self.env["order.verification.rule"]
        self.env.ref("order_processing.rule_zero_price").scope_domain = "[('partner_id.country_id.code', '=', 'GB')]"
        self.env.ref("order_processing.rule_price_far").scope_line_domain = "[('product_id.sale_ok', '=', True)]"
        own = {"kind": "domain", "severity": "blocking", "name": "Test"}
        asked = (
            "[('product_uom_qty', '>', 4), ('order_id.partner_id.name', '!=', 'x'), ('product_id.categ_id', '>', 0)]"
        )
        Rule.create(
            [
                {**own, "domain": "[('amount_total', '>', 1), ('partner_id.country_id', '!=', False)]"},
                {**own, "domain": asked, "domain_model": "sale.order.line"},
                {**own, "kind": "manual", "group_id": self.env.ref("base.group_user").id},
            ]
        )
        self._orders(1).action_verify()
        one = self._count(self._orders(1), lambda orders: orders.action_verify())
        # three findings an order: the ORM writes them in hundreds
        many = self._count(self._orders(33), lambda orders: orders.action_verify())
        self.assertEqual(one, many)

    def test_ticks(self):
        group = self.env.ref("base.group_user")
        rule = {"kind": "manual", "severity": "blocking", "name": "Test", "group_id": group.id}
        self.env["order.verification.rule"].create(rule)
        counts = {}
        for number in (1, 1, 50):
            orders = self._orders(number)
            orders.action_verify()
            checks = self.env["order.verification.check"].browse(orders.order_check_ids.ids)
            counts[number] = self._count(checks, lambda checks: checks.action_tick())
        self.assertEqual(counts[1], counts[50])

    def test_sales_that_are_spared(self):
        orders = self._orders(51)
        orders.action_confirm()
        domain = "[('create_date', '!=', False)]"
        rule = {"kind": "domain", "severity": "blocking", "name": "Test", "domain": domain}
        self.env["order.verification.rule"].create([rule, {**rule, "domain_model": "sale.order.line"}])
        orders[:1]._verification_evaluate()
        one = self._count(orders[:1], lambda orders: orders._verification_evaluate())
        many = self._count(orders[1:], lambda orders: orders._verification_evaluate())
        self.assertEqual(one, many)

    def test_preview(self):
        rule = self.env["order.verification.rule"].create(
            {"kind": "domain", "severity": "blocking", "name": "Test", "domain": "[('amount_total', '>', 1)]"}
        )
        self._orders(60)
        rule.order_rule_preview(limit=2)
        one = self._count(rule, lambda rule: rule.order_rule_preview(limit=2))
        many = self._count(rule, lambda rule: rule.order_rule_preview(limit=60))
        self.assertEqual(one, many)

    def test_seals_of_goods_that_leave(self):
        orders = self._orders(101)
        orders.action_verify()
        one = self._count(orders[:1], lambda orders: orders._verification_gate_shipping())
        many = self._count(orders[1:], lambda orders: orders._verification_gate_shipping())
        self.assertEqual(one, many)

    def test_confirm(self):
        """What verification adds to core's confirm does not grow with the orders."""
        added = {2: [], 10: []}
        # the first round warms core's caches up
        for _round in range(2):
            for number, differences in added.items():
                orders = self._orders(2 * number)
                with_control = self._count(orders[:number], lambda orders: orders.action_confirm())
                self.company.action_order_control_off(reason="compare")
                without = self._count(orders[number:], lambda orders: orders.action_confirm())
                self.company.action_order_control_enforce(reason="compare")
                differences.append(with_control - without)
        # core's own count sways by one or two from set to set; eight orders more must not show
        self.assertLess(added[10][1] - added[2][1], 4, added)

    def test_gate(self):
        """The gate of `action_confirm` by itself: the same for 1 and for 100."""
        self._orders(1)._verification_gate()
        one = self._count(self._orders(1), lambda orders: orders._verification_gate())
        many = self._count(self._orders(100), lambda orders: orders._verification_gate())
        self.assertEqual(one, many)

    def test_hold_and_release(self):
        """Setting, taking and releasing holds: the same for 1 and for 33 quotations, which makes 99 holds."""
        acts = (
            lambda orders: orders.action_hold("manual", note="Wait"),
            lambda orders: orders.action_hold("credit", line_ids=orders.order_line.ids),
            lambda orders: orders.order_hold_ids.action_claim(),
            lambda orders: orders.action_release(reason="Waited"),
        )
        counts = {}
        # the first round warms the caches up
        for number in (1, 1, 33):
            orders = self._orders(number)
            counts[number] = [self._count(orders, act) for act in acts]
            self.assertEqual(len(orders.order_hold_ids), 3 * number)
        self.assertEqual(counts[1], counts[33])

    def test_standing_hold(self):
        """Catching and lifting: the same for 1 and for 100 orders."""
        reason = self.env.ref("order_processing.hold_reason_goods_stopped")
        Standing, counts = self.env["order.standing.hold"], {}
        for number in (1, 1, 100):
            product = self._make_product("Stopped", "ST", 10.0)
            orders = self._orders(number, product, 5)
            vals = {"reason_id": reason.id, "product_id": product.id}
            counts[number] = [self._count(Standing, lambda model, vals=vals: model.create(vals))]
            standing = Standing.search([("product_id", "=", product.id)])
            self.assertEqual(standing.order_count, number)
            counts[number].append(self._count(standing, lambda standing: standing.action_lift(reason="Tested")))
            self.assertEqual(set(orders.order_hold_ids.mapped("state")), {"released"})
        self.assertEqual(counts[1], counts[100])

    def test_held_goods_are_passed_over(self):
        """What a hold adds to reservation does not grow with the moves."""
        self.env.ref("order_processing.hold_reason_manual").stops_reserve = True
        counts = {}
        for number in (1, 1, 10):
            orders = self._orders(number)
            orders.action_confirm()
            orders.action_hold("manual")
            # browsed anew: what was read through the lines is prefetched through them
            moves = self.env["stock.move"].browse(orders.order_line.move_ids.ids)
            counts[number] = self._count(moves, lambda moves: moves._action_assign())
            self.assertEqual(len(self._events(orders, "passed_over")), 2 * number)
        self.assertEqual(counts[1], counts[10])
