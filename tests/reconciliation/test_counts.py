"""Counted against the book: parcels by carrier, cash by journal."""

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .common import ReconciliationCase


class TestCounts(ReconciliationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freight = cls.env["product.product"].create({"name": "Freight", "type": "service"})
        cls.carrier = cls.env["delivery.carrier"].create({"name": "Van", "product_id": freight.id})

    def _pickup(self, orders, handed=True):
        pickup = self.env["order.pickup"].create(
            {"warehouse_id": self.warehouse.id, "date": self.day, "company_id": self.company.id,
             "carrier_id": self.carrier.id}
        )  # fmt: skip
        orders.picking_ids.order_pickup_id = pickup
        for order in orders:
            self._deliver(order)
        if handed:
            pickup.action_hand_over(signed_by="The driver")
        return pickup

    def _count(self, statement, kind="parcels", number=None):
        number = self.carrier.id if number is None else number
        found = statement.count_ids.filtered(lambda count: (count.kind, count.number) == (kind, number))
        self.assertEqual(len(found), 1)
        return found

    def test_parcels_handed_over_are_expected(self):
        first, second = self._confirmed((self.product, 5)), self._confirmed((self.product, 3))
        lines = first.picking_ids.move_line_ids
        lines.result_package_id = self.env["stock.package"].create({"name": "PACK-TEST-1"})
        self._pickup(first | second)
        draft = self._next_day(sign=False)
        count = self._count(draft)
        self.assertEqual((count.name, count.expected, count.is_counted, count.difference), ("Van", 2, False, 0))
        # a day later nothing is handed over, and nothing is to be counted
        draft.action_sign()
        self.assertFalse(self._next_day().count_ids.filtered(lambda count: count.kind == "parcels"))

    def test_what_waits_on_the_ramp_is_expected_to_be_nothing(self):
        self._pickup(self._confirmed((self.product, 5)), handed=False).date = self.day.replace(day=self.day.day + 1)
        self.assertEqual(self._count(self._next_day(sign=False)).expected, 0)

    def test_counted_differences_are_kept_and_signed(self):
        self._pickup(self._confirmed((self.product, 5)))
        draft = self._next_day(sign=False)
        self._as("processor", draft).write(
            {"count_ids": [Command.update(self._count(draft).id, {"counted": 3, "note": "Two more on the ramp"})]}
        )
        count = self._count(draft)
        self.assertEqual((count.difference, count.is_counted, count.counted_by_id), (2, True, self.users["processor"]))
        self.assertEqual(draft.miscounted_count, 1)
        draft.action_redraw()
        count = self._count(draft)
        self.assertEqual(
            (count.expected, count.counted, count.note, count.counted_by_id),
            (1, 3, "Two more on the ramp", self.users["processor"]),
        )
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "order_processing.action_report_reconciliation", draft.ids
        )
        [row] = html.fromstring(content).xpath("//table[contains(@class, 'counts')]/tbody/tr")
        self.assertIn("Two more on the ramp", row.text_content())
        draft.action_review()
        self._as("processor", count).write({"counted": 2})
        draft.action_sign()
        self.assertTrue(self.Statement.verify_chain(self.company.id)["ok"])
        with self.assertRaisesRegex(UserError, "is signed"):
            self._as("manager", count).write({"counted": 1})
        self.env.cr.execute("UPDATE order_reconciliation_count SET counted = 1 WHERE id = %s", [count.id])
        self.env.invalidate_all()
        self.assertFalse(self.Statement.verify_chain(self.company.id)["ok"])

    def test_what_was_counted_goes_on_in_a_new_revision(self):
        self._pickup(self._confirmed((self.product, 5)))
        draft = self._next_day(sign=False)
        self._as("processor", self._count(draft)).write({"counted": 3, "note": "Two more on the ramp"})
        draft.action_sign()
        kept = (3, True, "Two more on the ramp", self.users["processor"])
        for _revision in range(2):
            draft.action_reopen(reason="Late")
            draft = self.Statement.search([("company_id", "=", self.company.id), ("state", "=", "draft")])
            for _time in range(2):
                count = self._count(draft)
                self.assertEqual((count.counted, count.is_counted, count.note, count.counted_by_id), kept)
                draft.action_redraw()
            draft.action_sign()
        self._as("manager", draft).action_reopen(reason="Counted again")
        draft = self.Statement.search([("company_id", "=", self.company.id), ("state", "=", "draft")])
        self._count(draft).is_counted = False
        self._count(draft).note = False
        draft.action_redraw()
        self.assertFalse(self._count(draft).is_counted, "what was taken back is not brought back")

    def test_nothing_counted_is_a_count_and_can_be_taken_back(self):
        self._pickup(self._confirmed((self.product, 5)))
        count = self._count(self._next_day(sign=False))
        count.write({"counted": 0})
        self.assertEqual((count.is_counted, count.difference), (True, -1))
        count.write({"is_counted": 0})
        self.assertEqual((count.is_counted, count.difference, count.counted_by_id.ids), (False, 0, []))
        self.assertTrue(count.write({}))

    def test_cash_is_what_its_account_holds(self):
        journal = self.env["account.journal"].create(
            {"name": "Till", "code": "TILL", "type": "cash", "company_id": self.company.id}
        )
        self.assertFalse(self._next_day(sign=False).count_ids.filtered(lambda count: count.number == journal.id))
        other = self.env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "in", self.company.id)], limit=1
        )
        self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "line_ids": [
                    Command.create({"account_id": journal.default_account_id.id, "debit": 42.5}),
                    Command.create({"account_id": other.id, "credit": 42.5}),
                ],
            }
        ).action_post()
        draft = self.Statement.search([("company_id", "=", self.company.id), ("state", "=", "draft")])
        draft.action_redraw()
        count = self._count(draft, "cash", journal.id)
        self.assertEqual((count.name, count.expected, count.unit), ("Till", 42.5, self.company.currency_id.name))
        count.counted = 42
        self.assertEqual(count.difference, -0.5)

    def test_cash_taken_by_the_register_wizard_is_in_the_till(self):
        journal = self.env["account.journal"].create(
            {"name": "Till", "code": "TILL", "type": "cash", "company_id": self.company.id}
        )
        order = self._confirmed((self.product, 5, 20.0))
        self._deliver(order)
        invoice = self._invoice(order)
        payment = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": journal.id})
            ._create_payments()
        )
        self.assertNotIn(journal.default_account_id, payment.move_id.line_ids.account_id)
        draft = self._next_day(sign=False)
        self.assertEqual(self._count(draft, "cash", journal.id).expected, 100)
        # a statement of the till takes it over: it is there once
        open_line = payment.move_id.line_ids.filtered(lambda line: line.account_id == payment.outstanding_account_id)
        taken = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "line_ids": [
                    Command.create({"account_id": journal.default_account_id.id, "debit": 100}),
                    Command.create({"account_id": payment.outstanding_account_id.id, "credit": 100}),
                ],
            }
        )
        taken.action_post()
        (open_line | taken.line_ids.filtered("credit")).reconcile()
        draft.action_redraw()
        self.assertEqual(self._count(draft, "cash", journal.id).expected, 100)

    def test_who_may(self):
        self._pickup(self._confirmed((self.product, 5)))
        count = self._count(self._next_day(sign=False))
        for name in ("salesman", "integration", "stranger"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, count).write({"counted": 1})
        for vals in ({"expected": 1}, {"counted_by_id": 1}, {"counted": 1, "kind": "cash"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self._as("manager", count).write(vals)
        for act in (lambda row: row.unlink(), lambda row: row.create({})):
            with self.assertRaises(UserError):
                act(self._as("manager", count))
