"""What receiving and settling kits adds to core's own queries does not grow with the set."""

import pytest

from tests.returns.test_batches import FEW, MANY, CountMixin

from .common import KitCase

pytestmark = pytest.mark.optional


class TestKitsBatches(CountMixin, KitCase):
    def _approved(self, number, **vals):
        cases = self.Return
        for _place in range(number):
            _order, line = self._kits()
            case = self._ask(self._row(line, 1, reason="defective", **vals))
            case.action_approve()
            cases |= case
        return cases

    def _cores_of(self):
        """Core's own way: a return for each transfer, what is delivered of each kit counted by itself."""
        names = {
            "stock.return.picking": ("create", "_create_return"),
            "stock.picking": ("button_validate", "action_confirm", "action_assign", "copy"),
            "stock.move": ("copy", "_action_done"),
            "sale.order.line": ("_prepare_qty_delivered", "write"),
            "mrp.bom": ("_bom_find",),
            "account.move": ("_reverse_moves", "action_post"),
        }
        return [(type(self.env[model]), name) for model, own in names.items() for name in own]

    def test_received(self):
        def count(number):
            cases = self._approved(number)
            answer = self._own(cases.action_receive, *self._cores_of())
            self.assertEqual(cases.line_ids.mapped("received_qty"), [1] * number)
            return answer

        count(1)
        self._grows_not(count(FEW), count(MANY))

    def test_settled(self):
        def count(number):
            cases = self._approved(number)
            cases.action_receive()
            answer = self._own(cases.action_settle, *self._cores_of())
            self.assertEqual(cases.credit_ids.mapped("amount_untaxed"), [40] * number)
            return answer

        count(1)
        self._grows_not(count(FEW), count(MANY))

    def test_sent_again(self):
        def count(number):
            cases = self._approved(number, settlement="replacement", disposition="quarantine")
            cases.action_receive()
            answer = self._own(cases.action_settle, *self._cores_of())
            self.assertEqual(len(cases.transfer_ids.filtered(lambda one: one.picking_type_code == "outgoing")), number)
            return answer

        count(1)
        self._grows_not(count(FEW), count(MANY))
