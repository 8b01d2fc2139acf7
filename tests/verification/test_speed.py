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
        orders = self.env["sale.order"]
        for index in range(number):
            partner = self._make_customer(f"Customer {index}")
            orders |= self._make_order(line or (self.product, 5), (self.other_product, 1), partner_id=partner.id)
        return orders

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
