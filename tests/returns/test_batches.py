"""What the acts on a set of cases add to core's own queries does not grow with the set."""

from contextlib import contextmanager, nullcontext
from datetime import timedelta
from unittest.mock import patch

from .common import ReturnCase

FEW, MANY = 2, 8


class CountMixin:
    @contextmanager
    def _cores(self, *methods):
        """Counts into the list it gives what ``(class, name)`` of core's methods query, flushed, the outermost alone.

        What a field is computed by (``_prepare_…``, ``_bom_find``) is not flushed: it may run within a flush.
        """
        spent, depth = [0], [0]
        patches = []
        for model, name in methods:
            plain, whole = getattr(model, name), not name.startswith(("_prepare", "_bom"))

            def counted(records, *args, _plain=plain, _flushed=whole, **kwargs):
                if depth[0]:
                    return _plain(records, *args, **kwargs)
                if _flushed:
                    records.env.cr.flush()
                start = records.env.cr.sql_log_count
                depth[0] += 1
                try:
                    answer = _plain(records, *args, **kwargs)
                    if _flushed:
                        # with what core tells of it
                        records.env.cr.flush()
                finally:
                    depth[0] -= 1
                    spent[0] += records.env.cr.sql_log_count - start
                return answer

            patches.append(patch.object(model, name, counted))
        for each in patches:
            each.start()
        try:
            yield spent
        finally:
            for each in patches:
                each.stop()

    def _own(self, work, *methods):
        """The queries of ``work()`` without those of core's ``methods``."""
        # with what was to be told of the steps before
        self.env.cr.flush()
        self.env.invalidate_all()
        with self._cores(*methods) if methods else nullcontext([0]) as spent:
            before = self.env.cr.sql_log_count
            work()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before - spent[0]

    def _grows_not(self, few, many):
        self.assertLess(many - few, MANY - FEW, (few, many))


class TestBatches(CountMixin, ReturnCase):
    def setUp(self):
        super().setUp()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)

    def _cases(self, number, **vals):
        orders = self._shipped((self.product, 5), count=number)
        cases = self._ask_each(orders.order_line, 1, reason="defective", **vals)
        cases.action_approve()
        return cases

    def test_exchanges(self):
        Order = type(self.env["sale.order"])

        def count(number):
            cases = self._cases(number, settlement="exchange", exchange_product="TG-2")
            cases.action_receive()
            answer = self._own(
                lambda: cases._exchange(cases.line_ids), (Order, "create"), (Order, "action_verify_and_confirm")
            )
            self.assertEqual(len(cases.exchange_order_ids), number)
            return answer

        count(1)
        self._grows_not(count(FEW), count(MANY))

    def _overdue(self, number):
        cases = self._cases(number, settlement="replacement", advance=True)
        self._deliver(cases.order_id)
        day = self.Return._document_day(self.company) - timedelta(days=1)
        cases.line_ids._set({"advance_until": day})
        return cases

    def test_what_did_not_come_is_written_off(self):
        self.env["order.return.policy"].create({"name": "Off", "advance_consequence": "write_off"})

        def count(number):
            cases = self._overdue(number)
            answer = self._own(self.Return._cron_advance, (type(self.env["mail.activity"]), "create"))
            self.assertEqual(cases.line_ids.mapped("advance_outcome"), ["write_off"] * number)
            return answer

        count(1)
        self._grows_not(count(FEW), count(MANY))

    def _overdue_exchanges(self, number):
        """Cases whose other product left in advance, and of which nothing came in time."""
        cases = self._cases(number, settlement="exchange", exchange_product="TG-2", advance=True)
        self._deliver(cases.exchange_order_ids)
        day = self.Return._document_day(self.company) - timedelta(days=1)
        cases.line_ids._set({"advance_until": day})
        return cases

    def test_exchanges_are_written_off(self):
        """What was promised for the goods is given all the same: a credit note for each case, posted as a set."""
        self.env["order.return.policy"].create({"name": "Off", "advance_consequence": "write_off"})
        Move = type(self.env["account.move"])

        def count(number):
            cases = self._overdue_exchanges(number)
            answer = self._own(
                self.Return._cron_advance,
                (Move, "_reverse_moves"),
                (Move, "action_post"),
                (type(self.env["mail.activity"]), "create"),
            )
            self.assertEqual(cases.line_ids.mapped("advance_outcome"), ["write_off"] * number)
            self.assertEqual(cases.credit_ids.mapped("amount_untaxed"), [10.0] * number)
            return answer

        count(1)
        self._grows_not(count(FEW), count(MANY))

    def test_exchanges_that_stay_with_their_invoice(self):
        """What was sent was sold by its own order: the case ends, and nothing is given."""

        def count(number):
            cases = self._overdue_exchanges(number)
            answer = self._own(self.Return._cron_advance, (type(self.env["mail.activity"]), "create"))
            self.assertEqual(cases.line_ids.mapped("advance_outcome"), ["invoice"] * number)
            self.assertEqual((cases.mapped("state"), cases.credit_ids.ids), (["settled"] * number, []))
            return answer

        count(1)
        self._grows_not(count(FEW), count(MANY))

    def test_what_did_not_come_is_charged(self):
        """An invoice for each order, made and posted as a set."""
        Move, Order, Line = (type(self.env[name]) for name in ("account.move", "sale.order", "sale.order.line"))

        def count(number):
            cases = self._overdue(number)
            answer = self._own(
                self.Return._cron_advance,
                (Order, "_create_invoices"),
                (Line, "write"),
                (Line, "_prepare_qty_delivered"),
                (Move, "action_post"),
                (type(self.env["mail.activity"]), "create"),
            )
            self.assertFalse([why for why in cases.mapped("held_up_why") if why])
            self.assertEqual(cases.line_ids.mapped("advance_outcome"), ["invoice"] * number)
            self.assertEqual(cases.charge_ids.mapped("amount_untaxed"), [10.0] * number)
            return answer

        count(1)
        self._grows_not(count(FEW), count(MANY))
