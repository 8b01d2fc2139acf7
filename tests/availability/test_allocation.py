"""Scarce stock dealt out by a rule: shown, then applied, and nobody waits for ever."""

from datetime import date, timedelta

import pytest

from odoo import fields
from odoo.exceptions import AccessError, UserError

from odoo.addons.order_processing.models.availability.dealing import RULES, Demand, deal

from tests.common import OrderCase

DAY = date(2026, 3, 1)


def demands(*rows):
    return [
        Demand(number, order, DAY + timedelta(days=day), wanted, *more)
        for number, (order, day, wanted, *more) in enumerate(rows, 1)
    ]


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        # orders 1 and 2 want two things each; number 4 has the highest priority
        ("date", [6, 4, 0, 0]),
        ("priority", [6, 1, 0, 3]),
        ("whole", [0, 4, 3, 3]),
        ("fair", [4, 3, 2, 1]),
    ],
)
def test_each_rule(rule, given):
    wants = demands((1, 0, 6), (2, 1, 4), (2, 2, 3), (3, 3, 3, 2))
    wants = [wants[0]._replace(wanted=12)] + wants[1:] if rule == "whole" else wants
    assert list(deal(10, wants, rule).values()) == given


def test_what_is_kept_whose_turn_has_come_and_whole_units():
    wants = demands((1, 0, 5), (2, 1, 5, 0, 2), (3, 2, 5, 3))
    assert deal(6, wants, "priority") == {1: 0, 2: 2, 3: 4}, "shielded stock stays"
    assert deal(6, wants, "priority", turn=DAY) == {1: 4, 2: 2, 3: 0}, "who waits long enough comes first"
    assert deal(7, demands((1, 0, 3), (2, 0, 3), (3, 0, 3)), "fair") == {1: 3, 2: 2, 3: 2}
    assert deal(1.5, demands((1, 0, 1), (2, 0, 1)), "fair", unit=0.25) == {1: 0.75, 2: 0.75}


def test_a_group_gets_no_more_than_its_quota():
    wants = [
        demand._replace(groups=groups)
        for demand, groups in zip(demands((1, 0, 5), (2, 1, 5), (3, 2, 5)), (("A",), ("A", "B"), ()))
    ]
    for rule, given in (("date", [5, 1, 5]), ("priority", [5, 1, 5]), ("whole", [5, 1, 5]), ("fair", [3, 3, 5])):
        assert list(deal(11, wants, rule, quotas={"A": 6, "B": 9}).values()) == given, rule
    shielded = [wants[0]._replace(keeps=4), *wants[1:]]
    assert list(deal(11, shielded, "date", quotas={"A": 2, "B": 9}).values()) == [4, 0, 5], "what is shielded stays"


@pytest.mark.parametrize("rule", [code for code, _label in RULES])
def test_never_more_than_there_is_nor_than_is_wanted(rule):
    wants = demands((1, 3, 7), (1, 3, 2), (2, 1, 9, 1), (3, 2, 4, 0, 3))
    for available in range(0, 30):
        given = deal(available, wants, rule)
        assert sum(given.values()) == min(available, 22)
        assert all(0 <= given[demand.id] <= demand.wanted for demand in wants)


class TestAllocation(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 10)
        cls.orders = cls._make_orders(3, (cls.product, 6))
        now = fields.Datetime.now()
        cls.orders.action_confirm()
        for number, order in enumerate(cls.orders):
            order.date_order = now - timedelta(days=3 - number)
        cls.moves = cls.orders.order_line.move_ids
        cls.moves._do_unreserve()
        cls.moves[2]._action_assign()
        cls.moves[1]._action_assign()
        cls.Allocation = cls.env["order.allocation"].with_user(cls.users["manager"])

    def _allocation(self, **vals):
        return self.Allocation.create({"product_id": self.product.id, "warehouse_id": self.warehouse.id, **vals})

    def _given(self, allocation):
        return {line.order_id: line.given for line in allocation.line_ids}

    def test_shown_before_it_is_applied(self):
        self.assertEqual(self.moves.mapped("quantity"), [0, 4, 6])
        allocation = self._allocation()
        self.assertEqual(allocation.available, 10)
        self.assertEqual([self._given(allocation)[order] for order in self.orders], [6, 4, 0])
        self.assertEqual((allocation.gained, allocation.lost), (60, 60))
        self.assertEqual(allocation.line_ids.sorted("waiting_since").mapped("effect"), ["fills", "keeps", "loses"])
        self.assertEqual(self.moves.mapped("quantity"), [0, 4, 6], "nothing is reserved yet")
        with self.assertRaisesRegex(UserError, "reason"):
            allocation.action_apply("")
        self.env["order.allocation.apply"].with_user(self.users["manager"]).create(
            {"allocation_id": allocation.id, "reason": "The oldest first"}
        ).action_apply()
        self.assertEqual(self.moves.mapped("quantity"), [6, 4, 0])
        self.assertEqual(self.moves.mapped("state"), ["assigned", "partially_available", "confirmed"])
        self.assertIn("The oldest first", " ".join(self.orders[2].message_ids.mapped("body")))
        with self.assertRaisesRegex(UserError, "applied or dropped"):
            allocation.line_ids[0].given = 1

    def test_by_hand_held_back_and_shielded(self):
        self.orders[2].order_stock_shielded = True
        allocation = self._allocation(hold_back=1, rule="whole")
        self.assertEqual([self._given(allocation)[order] for order in self.orders], [3, 0, 6])
        line = allocation.line_ids.filtered(lambda line: line.order_id == self.orders[0])
        line.given = 5
        with self.assertRaisesRegex(UserError, "11 Units are given, and there are 10 Units"), self.cr.savepoint():
            allocation.action_apply("Promised by phone")
        line.given = 4
        allocation.action_apply("Promised by phone")
        self.assertEqual(self.moves.mapped("quantity"), [4, 0, 6])

    def test_a_quota_counts_what_left_in_the_period(self):
        group = self.env["res.partner.category"].create({"name": "Resellers"})
        self.customer.category_id = group
        Quota = self.env["order.allocation.quota"].with_user(self.users["manager"])
        quota = Quota.create({"product_id": self.product.id, "category_id": group.id, "quantity": 9})
        self.assertEqual(quota.used, 0)
        self.assertEqual(sum(self._allocation().line_ids.mapped("given")), 9)
        self._deliver(self.orders[1], {self.product: 4})
        quota.invalidate_recordset()
        self.assertEqual(quota.used, 4)
        self.assertEqual(sum(self._allocation().line_ids.mapped("given")), 5)
        with self.assertRaises(AccessError):
            self._as("processor", quota).quantity = 99

    def test_what_has_changed_since_is_refused(self):
        allocation = self._allocation()
        self._stock(self.product, 1)
        with self.assertRaisesRegex(UserError, "have changed since"), self.cr.savepoint():
            allocation.action_apply("So")
        allocation.invalidate_recordset()
        allocation.action_deal()
        self.assertEqual(allocation.available, 11)
        allocation.action_drop()
        with self.assertRaises(UserError):
            allocation.action_apply("So")

    def test_rights(self):
        for name in ("processor", "salesman", "integration"):
            with self.assertRaises(AccessError):
                self.env["order.allocation"].with_user(self.users[name]).create({"product_id": self.product.id})
        allocation = self._allocation()
        for name in ("processor", "stranger"):
            for act in (
                lambda own: own.action_apply("So"),
                lambda own: own.action_deal(),
                lambda own: own.line_ids.write({"given": 0}),
                lambda own: own.write({"rule": "fair"}),
            ):
                with self.assertRaises(AccessError):
                    act(self._as(name, allocation))
        for vals in ({"state": "applied"}, {"available": 99}):
            with self.assertRaises(UserError):
                allocation.write(vals)
