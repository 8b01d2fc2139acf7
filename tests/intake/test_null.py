"""Null coming in is as if left out: of a return, of “I have sent it”; one bad record never spoils the others."""

from odoo.addons.order_processing.models.returns.case_payload import Case

from tests.common import OrderCase
from tests.intake.common import IntakeMixin


def test_a_case_with_nulls_is_the_case_without():
    row = {"line": "1", "quantity": 1, "reason": "damaged"}
    bare = Case({"key": "N-1", "reference": "R", "lines": [row]})
    nulls = {"note": None, "customer": None, "order_id": None, "business_date": None, "colour": None}
    full = Case({"key": "N-1", "reference": "R", "lines": [{**row, "line_id": None, "settlement": None}], **nulls})
    assert (full.digest, full.code, full.rows[0].code) == (bare.digest, "", "")


class TestNull(IntakeMixin, OrderCase):
    def test_returns(self):
        order = self._made(quantity=2)
        self._stock(self.product, 5)
        order.action_confirm()
        self._deliver(order)
        row = {"line": "1", "quantity": 1, "reason": "damaged"}
        sent = {"key": "N-1", "reference": order.intake_id.reference, "lines": [row]}
        contract = self._as("integration", self.env["order.processing"])
        self.assertEqual(contract.request_return(returns=[], source="shop"), [])
        first = contract.request_return(returns=[{**sent, "note": None}], source="shop")[0]
        self.assertEqual(first["code"], "requested", first)
        self.assertEqual(contract.request_return(returns=[sent], source="shop")[0]["code"], "repeated")
        self.env["order.return"].browse(first["return_id"]).action_approve()
        parcels = [{"key": "N-1", "tracking": 5}, {"key": "N-1", "tracking": "T-1", "carrier": None}, None, {}]
        answers = contract.return_sent(returns=parcels, source="shop")
        self.assertEqual([answer["code"] for answer in answers], ["invalid", "on_way", "invalid", "invalid"])
        self.assertEqual([answer["key"] for answer in answers], ["N-1", "N-1", "", ""])
        self.assertEqual(contract.return_sent(returns=[], source="shop"), [])

    def test_a_time_is_a_day_of_the_company(self):
        self.company.order_tz = "Asia/Tokyo"
        sent = {"key": "N-2", "reference": "NONE", "requested_at": "2026-03-01T23:30:00Z", "lines": [{"quantity": 1}]}
        answer = self._as("integration", self.env["order.processing"]).request_return(returns=[sent], source="shop")[0]
        case = self.env["order.return"].browse(answer["return_id"])
        self.assertEqual(str(case.business_date), "2026-03-02")
