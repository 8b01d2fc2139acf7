"""What mending asks of the database: each act grows with its documents no faster than core's own calls for the same."""

from odoo.fields import Date

from .mending import MendingCase

MANY = 10


class TestMendQueries(MendingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # ten of a kind would be an alert, which costs a little more whatever their number
        cls.company.order_alert_count = 0
        cls._stock(cls.product, 10000)

    def _each_more(self, make, act):
        """Queries that one more of ``make(size)`` costs ``act``, a warm-up left out."""
        act_on = [make(size) for size in (1, 1, MANY)]
        counts = [self._queries(lambda given=given: act(given)) for given in act_on]
        return (counts[2] - counts[1]) / (MANY - 1)

    def _assert_like_core(self, kind, code, make, core, more=0):
        """``make(size)`` makes orders with a discrepancy of ``kind``; ``core(orders)`` mends such orders by core's calls."""

        def records(size):
            orders = make(size)
            found = self._as("processor", self._open(orders).filtered(lambda record: record.kind == kind))
            self.assertEqual(len(found), size)
            return found

        def mend(found):
            answer = found.mend_apply(code)
            self.assertEqual(sorted(answer["ids"]), sorted(found.ids))

        ours, theirs = self._each_more(records, mend), self._each_more(make, core)
        # pending writes meet in another order from run to run: less than one for each more
        self.assertLess(ours, theirs + more + 0.9, f"{code}: {ours:.1f} queries for one more, core {theirs:.1f}")

    # ------------------------------------------------------------------ the acts

    def test_invoices(self):
        def core(orders):
            for order in orders:
                order._create_invoices().action_post()

        self._assert_like_core("shipped_not_invoiced", "invoice", lambda size: self._shipped(10, count=size), core)

    def test_credit_notes(self):
        def too_much(size):
            orders = self._shipped(10, count=size)
            invoices = self._invoice(orders, post=False, each=True)
            invoices.invoice_line_ids.quantity = 13
            invoices.action_post()
            return orders

        def core(orders):
            for invoice in orders.invoice_ids:
                credit = invoice._reverse_moves([{"invoice_date": Date.today()}])
                credit.invoice_line_ids.quantity = 3
                credit.action_post()
                items = (invoice | credit).line_ids
                items.filtered(lambda item: item.account_id.account_type == "asset_receivable").reconcile()

        self._assert_like_core("over_invoiced", "credit", too_much, core)

    def test_returns(self):
        def too_many(size):
            orders = self._shipped(10, deliver=13, count=size)
            self._invoice(orders, each=True)
            return orders

        def core(orders):
            for transfer in orders.picking_ids:
                wizard = self.env["stock.return.picking"].with_context(
                    active_id=transfer.id, active_model="stock.picking"
                )
                wizard = wizard.create({})
                wizard.product_return_moves.quantity = 3
                wizard.action_create_returns()

        self._assert_like_core("over_shipped", "return", too_many, core)

    def test_replacements(self):
        def promised(size):
            orders = self._shipped(10, count=size)
            self._invoice(orders, each=True)
            row = {"quantity": 3, "reason": "defective", "disposition": "restock", "settlement": "replacement"}
            answers = self.env["order.return"].request(
                [
                    {
                        "key": f"R-{order.id}",
                        "order_id": order.id,
                        "lines": [{**row, "line_id": order.order_line.id}],
                    }
                    for order in orders
                ],
                "test",
            )
            self.env["order.return"].browse([answer["return_id"] for answer in answers]).process()
            orders.picking_ids.filtered(lambda transfer: transfer.state not in ("done", "cancel")).action_cancel()
            return orders

        def core(orders):
            for order in orders:
                done = order.picking_ids.filtered(lambda transfer: transfer.state == "done").sorted("id")[-1]
                again = done.copy(
                    {
                        "location_id": done.location_dest_id.id,
                        "location_dest_id": done.location_id.id,
                        "picking_type_id": self.warehouse.out_type_id.id,
                    }
                )
                again.action_confirm()
                again.action_assign()

        # a transfer that core copies has no return case whose lines and history go with it
        self._assert_like_core("replacement_not_sent", "replace", promised, core, more=20)
