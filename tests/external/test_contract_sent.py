"""“I have sent it” over each protocol: what is answered, what is refused."""

import pytest

from .test_contract_codes import admin, caller, desk, goods  # noqa: F401

pytestmark = pytest.mark.external


def test_the_goods_of_a_return_were_sent(desk):  # noqa: F811
    """“I have sent it”, by a program."""
    row = {"line": "1", "quantity": 1, "reason": "damaged"}
    case = {"key": "sent", "reference": desk.shipped(), "lines": [row]}
    case = desk.caller.contract("request_return", returns=[case], source=desk.source)[0]

    def sent(key, **vals):
        source = vals.pop("source", desk.source)
        return desk.caller.contract("return_sent", returns=[{"key": key, **vals}], source=source)[0]

    assert sent("NOBODY")["code"] == "not_found"
    early = sent("sent", tracking="T-1")
    assert (early["ok"], early["code"], early["state"], early["tracking"]) == (False, "refused", "requested", "")
    assert "only what is approved" in early["message"]
    desk.admin.call("manager", "order.return", "action_approve", [case["return_id"]])
    moved = sent("sent", tracking=" T  1 ", carrier="Parcel House")
    assert (moved["ok"], moved["code"], moved["state"]) == (True, "on_way", "on_way")
    assert (moved["tracking"], moved["carrier"]) == ("T 1", "Parcel House")
    again = sent(case["return"], tracking="T-2", source="")
    assert (again["ok"], again["code"], again["tracking"], again["carrier"]) == (
        True,
        "repeated",
        "T-2",
        "Parcel House",
    )
    assert sent("sent")["tracking"] == "T-2", "nothing said changes nothing"
    status = desk.caller.contract("return_status", keys=["sent"], source=desk.source)[0]
    assert status["code"] == "on_way"
    for wrong in ({"tracking": "x" * 101}, {"tracking": 5}, {"colour": "red"}):
        row = sent("sent", **wrong)
        assert (row["ok"], row["code"]) == (False, "invalid"), "an error of that one, not of the call"
        assert list(wrong)[0] in row["message"] or "tracking" in row["message"]
    desk.admin.call("manager", "order.return", "action_cancel", [case["return_id"]], "Because")
    assert sent("sent")["code"] == "refused"
