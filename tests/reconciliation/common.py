"""Days of an order desk: documents of core, statements drawn over them."""

import json
from datetime import date, timedelta

from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import SQL

from odoo.addons.order_processing.models.reconciliation.digest import digest

from tests.common import ObservingCase

FIRST = date(2026, 1, 12)


class ReconciliationCase(ObservingCase):
    """A company whose rows before the test belong to a signed day of their own, so that each test starts with a clean day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Statement = cls.env["order.reconciliation"]
        cls._stock(cls.product, 10000)
        cls._stock(cls.other_product, 10000)
        cls.day = FIRST
        cls.statement = cls._draw(FIRST)
        cls.statement.action_sign()

    @classmethod
    def _draw(cls, day, company=None):
        return cls.Statement.browse(cls.Statement.draft_day(day, (company or cls.company).id)["id"])

    def _next_day(self, sign=True):
        """Draw (and sign) the day after the last one."""
        type(self).day = self.day + timedelta(days=1)
        statement = self._draw(self.day)
        if sign:
            statement.action_sign()
        return statement

    def setUp(self):
        super().setUp()
        type(self).day = FIRST

    def _confirmed(self, *lines, **vals):
        order = self._make_order(*lines, **vals)
        order.action_confirm()
        return order

    def _back(self, order, quantity, to_refund=True):
        """Core's return of ``quantity`` of the first line of the last delivery."""
        transfer = order.picking_ids.filtered(lambda p: p.state == "done" and p.picking_type_code == "outgoing")
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_id=transfer.sorted("id")[-1].id, active_model="stock.picking"
            )
        ).save()
        for line in wizard.product_return_moves:
            line.quantity = 0
        wizard.product_return_moves[0].quantity = quantity
        wizard.product_return_moves[0].to_refund = to_refund
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.with_context(skip_sms=True, skip_backorder=True).button_validate()
        return back

    def _pay(self, invoice, amount=None):
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"amount": amount} if amount else {})
            ._create_payments()
        )

    def _bucket(self, statement, order):
        line = statement.line_ids.filtered(lambda line: line.order_number == order.id)
        self.assertEqual(len(line), 1, f"{order.name} stands in {len(line)} entries")
        return line.bucket

    def _canonical_rows(self, statement):
        """The canonical form as values, line by line."""
        return [json.loads(line) for line in "".join(statement._canonical_blocks()).rstrip("\n").split("\n")]

    def _forge(self, statement, before=None):
        """Compute the digest of a signed statement anew, wherever it is kept, as who has the database could."""
        before = statement.previous_digest if before is None else before
        self.env.invalidate_all()
        rows, book = statement._book_state()
        statement._transition_write({"previous_digest": before, "book_rows": int(rows), "book_digest": book})
        statement.flush_recordset()
        self._replace_digest(statement, digest(before, self._canonical_rows(statement)))

    def _replace_digest(self, statement, new):
        """Put ``new`` in the place of a digest, in the statement and in the day book."""
        self.env["order.event"].flush_model()
        self.env.cr.execute(SQL("UPDATE order_reconciliation SET digest = %s WHERE id = %s", new, statement.id))
        self.env.cr.execute(
            SQL("UPDATE order_event SET note = %s WHERE kind = 'day_signed' AND document_id = %s", new, statement.id)
        )
        self.env.invalidate_all()

    def _assert_proven(self, statement):
        faults = {
            f"{equation.name} {equation.unit}": (equation.left, equation.right, equation.terms, equation.documents)
            for equation in statement.equation_ids
            if not equation.is_proven or equation.difference
        }
        self.assertFalse(faults)
        self.assertTrue(statement.is_proven)

    def _equation(self, statement, name, unit):
        found = statement.equation_ids.filtered(lambda equation: (equation.name, equation.unit) == (name, unit))
        self.assertEqual(len(found), 1, (name, unit, statement.equation_ids.mapped("unit")))
        return found

    def _terms(self, equation):
        return {label: value for side in ("left", "right") for label, value in equation.terms[side]}


def dozens(product, quantity, unit):
    """Values of an order line in another unit."""
    return Command.create({"product_id": product.id, "product_uom_qty": quantity, "product_uom_id": unit.id})
