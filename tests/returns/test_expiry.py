"""An approval expires where goods are waited for; what needs no sending goes on, and no money is given twice."""

from datetime import timedelta

from .common import ReturnCase


class TestExpiry(ReturnCase):
    def setUp(self):
        super().setUp()
        # a cron commits, which a test may not
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)

    def _approved(self, *rows, **policy):
        self.env["order.return.policy"].create({"name": "Of the test", **policy})
        order = self._shipped((self.product, 5))
        case = self._ask(*(self._row(order.order_line, quantity, **vals) for quantity, vals in rows))
        case.action_approve()
        return order, case

    def _expire(self, case):
        day = self.Return._document_day(self.company) - timedelta(days=1)
        case._transition_write({"expires_on": day})
        self.Return._cron_expire()

    KEPT = {"disposition": "customer_keeps"}

    def test_money_given_for_goods_that_stay_stands_and_the_rest_is_free(self):
        order, case = self._approved((2, self.KEPT), (1, {}), money_when="approve")
        line = order.order_line
        self.assertEqual(sum(case.credit_ids.mapped("amount_total")), 30)
        self._expire(case)
        self.assertEqual((case.state, bool(case.expired_at)), ("settled", False))
        self.assertEqual(case.line_ids.mapped("quantity"), [2, 0])
        line.invalidate_recordset()
        self.assertEqual(line.order_returnable_qty, 3, "what stays was given for and comes for no money again")
        self.assertEqual(self._invoice(order).amount_total, 10, "what did not come is owed again")
        self.assertEqual(self._figures(line), (5, 5, 0))
        self.assertEqual(len(self.env["mail.mail"].search([("res_id", "=", case.id), ("model", "=", case._name)])), 1)
        self.assertEqual(sum(self._events(order, "settled").mapped("quantity")), 2)

    def test_what_stays_and_is_not_given_for_waits_for_the_desk(self):
        order, case = self._approved((2, self.KEPT), (1, {}))
        self._expire(case)
        self.assertEqual((case.state, case.line_ids.mapped("quantity")), ("approved", [2, 0]))
        self.assertEqual(order.order_line.order_returnable_qty, 3)
        self.Return._cron_expire()
        self.assertEqual(case.state, "approved", "nothing is waited for any more")
        self._process(case)
        self.assertEqual((case.state, case.credit_ids.amount_total), ("settled", 20))

    def test_a_draft_over_both_is_made_anew_for_what_stays(self):
        self.company.order_return_credit_draft = True
        order, case = self._approved((2, self.KEPT), (1, {}), money_when="approve")
        draft = case.credit_ids
        self._expire(case)
        self.assertEqual((draft.state, case.state), ("cancel", "approved"))
        case.process()
        new = case.credit_ids - draft
        self.assertEqual((new.state, new.amount_total), ("draft", 20))

    def test_what_needs_no_sending_is_never_late(self):
        for disposition in ("customer_keeps", "not_arrived"):
            with self.subTest(disposition=disposition):
                _order, case = self._approved((2, {"disposition": disposition}))
                self._expire(case)
                self.assertEqual((case.state, case.line_ids.quantity), ("approved", 2))

    def test_what_is_waited_for_alone_expires_as_ever(self):
        order, case = self._approved((2, {}))
        self._expire(case)
        self.assertEqual((case.state, bool(case.expired_at)), ("cancelled", True))
        self.assertEqual(order.order_line.order_returnable_qty, 5)
