"""What stands on a credit note beside the goods, in the day book, the discrepancies and the day's close."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.fields import Command, Date
from odoo.tools import SQL

import odoo.addons.order_processing as addon

from .test_bonus import BonusCase


class TestBesideGoods(BonusCase):
    """A fee takes off what is paid back, a bonus is paid beside it: neither is paid too much, or given for nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # what is due is past due
        cls.company.order_invoice_days = 0

    def _found(self, orders):
        """The open discrepancies of these orders: ``{(order, kind): value}``."""
        self.env["order.discrepancy"].sweep([("order_id", "in", orders.ids)])
        records = orders.order_discrepancy_ids.filtered(lambda record: record.state in ("open", "in_progress"))
        return {(record.order_id, record.kind): record.value for record in records}

    def _pay(self, moves):
        for move in moves:
            self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
                {}
            )._create_payments()

    def _past(self, orders):
        """All documents of these orders are long due."""
        moves = orders.invoice_ids | orders.order_return_line_ids.return_id.credit_ids
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE account_move SET invoice_date_due = %s WHERE id = ANY(%s)",
                Date.to_date("2020-01-31"),
                moves.ids,
            )
        )
        self.env.invalidate_all()

    def test_what_is_paid_and_what_is_open(self):
        """Ten of a hundred come back of a paid order, at a fee of 2 or a bonus of 1, or both, or with a tenth off for the
        whole order: paid back or on account nothing is wrong, else exactly what is due is paid too much."""
        orders, due = self.env["sale.order"], {}
        for fee, bonus, discount, settlement, back in (
            (20, 0, 0, "refund", False),
            (20, 0, 0, "refund", True),
            (20, 0, 0, "credit", False),
            (0, 10, 0, "credit", False),
            (0, 10, 0, "credit", True),
            (0, 10, 0, "refund", False),
            (20, 10, 0, "refund", False),
            (20, 10, 0, "credit", False),
            (20, 10, 10, "refund", False),
            (20, 10, 10, "refund", True),
            (0, 0, 10, "credit", False),
        ):
            self.env["order.return.policy"].search([]).action_archive()
            rows = [{"settlement": settlement, "bonus_percent": bonus, "account_id": self.account.id}] if bonus else []
            self._promising(*rows, fee_percent=fee)
            order = self._sold((self.product, 10, 10.0), discount=discount)
            self._pay(order.invoice_ids)
            note = self._settled(order, 2, settlement).credit_ids
            if back:
                self._pay(note)
            elif settlement == "refund":
                due[order, "over_paid"] = note.amount_total
            orders |= order
        self._past(orders)
        self.assertEqual(self._found(orders), due)

    def test_open_invoices(self):
        """What a credit note is set against is no payment, and what the fee leaves open is owed."""
        orders = self.env["sale.order"]
        for terms in (
            {"fee_percent": 20},
            {"bonus_ids": [Command.create({"settlement": "refund", "bonus_percent": 10})]},
        ):
            self.env["order.return.policy"].search([]).action_archive()
            self._policy(**terms)
            order = self._sold((self.product, 10, 10.0))
            self._settled(order, 5, "refund")
            orders |= order
        self.assertEqual(
            orders.invoice_ids.filtered(lambda m: m.move_type == "out_invoice").mapped("amount_residual"), [60, 45]
        )
        self._past(orders)
        self.assertEqual(self._found(orders), {})

    def test_a_fee_that_keeps_all(self):
        """What was paid for goods whose fee is all that they cost is not paid too much: nothing is due for them."""
        self._policy(fee_percent=100)
        orders = self.env["sale.order"]
        for settlement in ("refund", "credit"):
            order = self._sold((self.product, 10, 10.0))
            self._pay(order.invoice_ids)
            self.assertEqual(self._settled(order, 2, settlement).credit_ids.amount_total, 0)
            orders |= order
        self._past(orders)
        self.assertEqual(self._found(orders), {})

    def _booked(self, orders):
        rows = self.env["order.event"].search([("order_id", "in", orders.ids), ("kind", "in", ("paid", "unpaid"))])
        return {
            order: round(sum(rows.filtered(lambda row, o=order: row.order_id == o.id).mapped("amount")), 2)
            for order in orders
        }

    def test_the_day_proves_it(self):
        """A day on which fees and bonuses moved is proven, in pieces and in money, taken back and given again too."""
        self._promising({"bonus_percent": 10, "account_id": self.account.id}, fee_percent=5)
        orders = self.env["sale.order"]
        for settlement in ("refund", "credit"):
            order = self._sold((self.product, 10, 10.0), discount=7)
            self._pay(order.invoice_ids)
            case = self._settled(order, 3, settlement)
            if settlement == "refund":
                self._pay(case.credit_ids)
            else:
                case.credit_ids.button_draft()
                case.credit_ids.action_post()
            orders |= order
        statement = self.env["order.reconciliation"].browse(
            self.env["order.reconciliation"].draft_day(Date.context_today(self.env.user))["id"]
        )
        names = {order.name for order in orders}
        wrong = {
            (equation.name, equation.measure): [row for row in equation.documents if row.get("order") in names]
            for equation in statement.equation_ids
            if not equation.is_proven and any(name in str(equation.documents) for name in names)
        }
        self.assertEqual(wrong, {})
        self.assertEqual(self._booked(orders), {orders[0]: 93 - 30, orders[1]: 93})

    def test_shares_of_before_are_put_right(self):
        self._policy(fee_percent=20)
        order = self._sold((self.product, 10, 10.0))
        self._pay(order.invoice_ids)
        self._pay(self._settled(order, 10, "refund").credit_ids)
        self.assertEqual(self._booked(order), {order: 0})
        # as a version before shared it
        self.env.cr.execute(
            SQL(
                "UPDATE order_event SET amount = -66.67 WHERE order_id = %s AND kind = 'paid' AND amount = -100",
                order.id,
            )
        )
        self.env.invalidate_all()
        self.assertEqual(self._booked(order), {order: 33.33})
        path = Path(addon.__file__).parent / "migrations/19.0.1.2.0/post-paid-shares.py"
        spec = spec_from_file_location("post_paid_shares", path)
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.1.0")
            self.env.invalidate_all()
            self.assertEqual(self._booked(order), {order: 0})
