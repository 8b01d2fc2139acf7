"""Every method of the contract over odoorpc, XML-RPC and JSON-2: answers, refusals, odd content."""

import datetime
import uuid
import xmlrpc.client

import pytest

from .clients import Json2, OdooRpc, XmlRpc

pytestmark = pytest.mark.external
MODEL = "order.processing"
SALESMAN = "wire_salesman"


@pytest.fixture(scope="module", params=[OdooRpc, XmlRpc, Json2])
def caller(request, running_server):
    return request.param(running_server)


@pytest.fixture(scope="module")
def goods(running_server):
    """Code of a product that anybody may buy."""
    code = f"WIRE-{uuid.uuid4().hex[:6]}"
    OdooRpc(running_server).call(
        "admin",
        *("product.product", "create"),
        [{"name": "Goods by wire", "default_code": code, "list_price": 9.5, "taxes_id": [(6, 0, [])]}],
    )
    return code


@pytest.fixture(scope="module")
def salesman(running_server):
    """Login of a user who sells and is not of the order desk."""
    admin = OdooRpc(running_server)
    if not admin.call("admin", "res.users", "search_count", [("login", "=", SALESMAN)]):
        group = admin.call("admin", "ir.model.data", "check_object_reference", "sales_team", "group_sale_salesman")[1]
        user = admin.call("admin", "ir.model.data", "check_object_reference", "base", "group_user")[1]
        values = {"name": "Salesman", "login": SALESMAN, "password": SALESMAN, "group_ids": [(6, 0, [group, user])]}
        admin.call("admin", "res.users", "create", [values])
    return SALESMAN


def _order(goods, **vals):
    return {
        "reference": uuid.uuid4().hex,
        "customer": {
            "reference": "WIRE-C",
            "name": "Wire Ltd",
            "email": "wire@test.example.com",
            "phone": "1",
            "street": "1 Road",
            "city": "London",
            "zip": "N1 1AA",
            "country": "GB",
        },
        "lines": [{"product": goods, "quantity": 2, "price": 9.5}],
        **vals,
    }


def _plain(value):
    """Whether every client can carry ``value``."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(_plain(item) for item in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) < 2**31
    return isinstance(value, (str, float, bool))


def _arguments(goods, reference):
    """One plain call of each method."""
    by_reference = {"references": [reference, "NOBODY"], "source": "wire"}
    line = {"product": goods, "quantity": 1, "reason": "damaged"}
    return {
        "submit_orders": {"orders": [_order(goods, reference=reference), {"x": 1}], "source": "wire"},
        "what_if": {"orders": [_order(goods), {"x": 1}], "source": "wire"},
        "verify_orders": by_reference,
        "hold_orders": {**by_reference, "reason": "manual", "note": "Customer rang"},
        "release_orders": {**by_reference, "reason": "Please"},
        "confirm_orders": by_reference,
        "cancel_orders": {**by_reference, "reason": "customer"},
        "request_changes": {
            "changes": [
                {"key": reference, "reference": reference, "kind": "cancel", "reason": "Rang"},
                {"key": "X", "reference": "NOBODY", "kind": "address", "reason": "Rang", "address": {"name": "X"}},
                {"x": 1},
            ],
            "source": "wire",
        },
        "change_status": {"keys": [reference, "NOBODY"], "source": "wire"},
        "list_discrepancies": {"state": "open", "since": "", "limit": 5},
        "order_status": by_reference,
        "acknowledgements": by_reference,
        "changes": {"since": "", "limit": 5},
        "request_return": {"returns": [{"key": reference, "reference": reference, "lines": [line]}], "source": "wire"},
        "return_status": {"keys": [reference, "NOBODY"], "source": "wire"},
        "return_sent": {
            "returns": [{"key": reference, "tracking": "1Z999", "carrier": "Parcel House"}, {"key": "NOBODY"}],
            "source": "wire",
        },
        "reconciliation": {"date": str(datetime.date.today())},
        "describe": {},
    }


def test_every_method_answers_values_that_every_client_can_carry(caller, goods):
    calls = _arguments(goods, uuid.uuid4().hex)
    told = caller.call("integration", MODEL, "describe")
    assert set(told["methods"]) == set(calls), "a new method gets its call here"
    for method, arguments in calls.items():
        answer = caller.call("integration", MODEL, method, **arguments)
        assert _plain(answer), (method, answer)
        for argument in ("orders", "references", "returns", "keys", "changes"):
            if argument in arguments:
                assert len(answer) == len(arguments[argument]), (method, answer)
                assert all({"ok", "code", "message"} <= set(row) for row in answer), (method, answer)


def test_unknown_arguments_and_wrong_types_are_named(caller, goods):
    for method, arguments in _arguments(goods, uuid.uuid4().hex).items():
        with pytest.raises(caller.error, match="colour"):
            caller.call("integration", MODEL, method, **arguments, colour="red")
    with pytest.raises(caller.error, match="orders"):
        caller.call("integration", MODEL, "submit_orders", orders="x", source="wire")
    with pytest.raises(caller.error, match="references"):
        caller.call("integration", MODEL, "order_status", references=5)


def test_a_salesman_may_call_nothing(caller, goods, salesman):
    for method, arguments in _arguments(goods, uuid.uuid4().hex).items():
        with pytest.raises(caller.error, match="Integration or Processor"):
            caller.call(salesman, MODEL, method, **arguments)


def test_release_needs_a_manager(caller, goods):
    order = _order(goods)
    by_reference = {"references": [order["reference"]], "source": "wire"}
    caller.call("integration", MODEL, "submit_orders", orders=[order], source="wire")
    held = caller.call("integration", MODEL, "hold_orders", **by_reference, reason="manual", note="Rang")[0]
    assert held["ok"], held
    refused = caller.call("integration", MODEL, "release_orders", **by_reference, reason="Please")[0]
    assert (refused["ok"], refused["code"]) == (False, "not_allowed")
    assert not caller.call("integration", MODEL, "confirm_orders", **by_reference)[0]["ok"]
    assert caller.call("manager", MODEL, "release_orders", **by_reference, reason="Rang back")[0]["ok"]
    assert caller.call("integration", MODEL, "confirm_orders", **by_reference)[0]["ok"]


def test_dry_run_leaves_nothing(caller, goods):
    order = _order(goods)
    tried = caller.call("integration", MODEL, "submit_orders", orders=[order], source="wire", dry_run=True)[0]
    assert tried["ok"], tried
    status = caller.call("integration", MODEL, "order_status", references=[order["reference"]], source="wire")[0]
    assert status["code"] == "not_found"


def test_odd_content_is_answered_and_kept(caller, goods):
    odd = ["<b>&amp;", "é🙂", "x" * 3000, [[[]]], {"a": [1]}, True, -1, 1e300]
    if isinstance(caller, XmlRpc):
        odd += [xmlrpc.client.DateTime(datetime.datetime(2026, 3, 1)), xmlrpc.client.Binary(b"\xff\x00")]
    else:
        odd += ["a\x00b", "\ud800", 2**70, None]
    orders = [_order(goods, **{key: value}) for value in odd for key in ("reference", "customer", "note", "lines", "x")]
    orders += odd
    answers = caller.call("integration", MODEL, "submit_orders", orders=orders, source="odd")
    assert len(answers) == len(orders)
    assert _plain(answers)
    for answer in answers:
        assert answer["ok"] or answer["errors"] or answer["code"] in ("invalid", "conflict")
