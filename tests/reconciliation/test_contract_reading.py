"""Every method that only reads, asked of a day on which all that there is to read exists: it writes nothing, and answers as told."""

from jsonschema import Draft202012Validator

from odoo.fields import Datetime
from odoo.service.model import call_kw

from tests.external.clients import strict
from tests.intake.common import IntakeMixin

from .common import ReconciliationCase


class TestContractReading(IntakeMixin, ReconciliationCase):
    def setUp(self):
        super().setUp()
        self.contract = self._as("integration", self.env["order.processing"])

    def _day(self):
        """Orders of every end, one return, a discrepancy and a statement; the arguments of each call that asks for them."""
        kept, refused, open_order, printed = self._submit(
            self._order("D-1", quantity=3), self._order("D-2", product="NOPE"), self._order("D-3"), self._order("D-4")
        )
        self.assertEqual([kept["code"], refused["code"]], ["accepted", "invalid"])
        order = self.env["sale.order"].browse(kept["order_id"])
        order.action_confirm()
        self._deliver(order)
        self._submit(self._order("D-1", quantity=9, replace=True))
        row = {"line": "1", "quantity": 1, "reason": "damaged"}
        asked = {"key": "K-1", "reference": "D-1", "lines": [row, {"product": "NOPE", "quantity": 1}]}
        self.contract.request_return(returns=[{**asked, "allow_partial": True}], source="shop")
        self.contract.hold_orders(references=["D-3"], reason="manual", note="Rang", source="shop")
        begun = self.env["sale.order"].browse(printed["order_id"])
        begun.action_confirm()
        begun.picking_ids.printed = True
        asked = {"key": "C-1", "reference": "D-4", "kind": "cancel", "reason": "Rang"}
        self.assertTrue(self.contract.request_changes(changes=[asked], source="shop")[0]["ok"])
        later = Datetime.add(Datetime.now(), days=30)
        Discrepancy = self.env["order.discrepancy"].with_context(order_business_moment=str(later)[:19])
        Discrepancy.sweep([("order_id", "in", order.ids)])
        statement = self._next_day(sign=False)
        self.assertTrue(open_order["ok"] and order.order_discrepancy_ids)
        references = {"references": ["D-1", "D-2", "D-3", "NOBODY"], "source": "shop"}
        return {
            "acknowledgements": references,
            "order_status": references,
            "changes": {"limit": 1000},
            "list_discrepancies": {"limit": 1000},
            "return_status": {"keys": ["K-1", "NOBODY"], "source": "shop"},
            "change_status": {"keys": ["C-1", "NOBODY"], "source": "shop"},
            "reconciliation": {"date": str(statement.date)},
            "describe": {},
        }

    def test_nothing_is_written_and_every_answer_is_as_told(self):
        calls = self._day()
        told = self.contract.describe()["methods"]
        self.assertEqual(set(calls), {name for name, form in told.items() if form["readonly"]})
        self.env.flush_all()
        self.env["order.event"].flush_model()
        for name, arguments in calls.items():
            self.env.invalidate_all()
            with self.subTest(name):
                savepoint = self.env.cr.savepoint(flush=False)
                self.env.cr.execute("SET TRANSACTION READ ONLY")
                answer = call_kw(self.contract, name, [], arguments)
                savepoint.rollback()
                savepoint.close(rollback=True)
                Draft202012Validator(strict(told[name]["answer"])).validate(answer)
                for numbers in self._integers(answer):
                    self.assertLess(abs(numbers), 2**31)
        found = call_kw(self.contract, "acknowledgements", [], calls["acknowledgements"])
        self.assertEqual([row["result"] for row in found], ["changed", "refused", "accepted", ""])
        self.assertTrue(found[0]["refused_change"])

    def _integers(self, value):
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                yield from self._integers(item)
        elif isinstance(value, int):
            yield value
