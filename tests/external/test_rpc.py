"""The contract from outside: odoorpc and xmlrpc.client as `integration`, against a started server."""

import threading

import pytest

from .clients import OdooRpc, XmlRpc

pytestmark = pytest.mark.external


def _retail_order(reference, code, **vals):
    return {
        "reference": reference,
        "customer": {
            "reference": "RPC-1",
            "name": "Caller",
            "email": "caller@test.example.com",
            "street": "1 Road",
            "city": "London",
            "zip": "N1 1AA",
            "country": "GB",
        },
        "lines": [{"product": code, "quantity": 2}],
        **vals,
    }


@pytest.fixture(scope="module", params=[OdooRpc, XmlRpc])
def caller(request, running_server):
    return request.param(running_server)


@pytest.fixture(scope="module")
def goods(caller):
    """Code of a product in stock, made as the manager would."""
    code = f"RPC-{type(caller).__name__}"
    # core's own stock methods answer None, which XML-RPC cannot carry
    caller = OdooRpc(caller.server)
    product = caller.call(
        "admin",
        "product.product",
        "create",
        [
            {
                "name": "Goods by wire",
                "default_code": code,
                "list_price": 9.5,
                "is_storable": True,
                "taxes_id": [(6, 0, [])],
            }
        ],
    )
    product = product[0] if isinstance(product, list) else product
    warehouse = caller.call("admin", "stock.warehouse", "search_read", [], ["lot_stock_id"], limit=1)[0]
    quant = caller.call(
        "admin",
        "stock.quant",
        "create",
        [{"product_id": product, "location_id": warehouse["lot_stock_id"][0], "inventory_quantity": 50}],
    )
    caller.call("admin", "stock.quant", "action_apply_inventory", quant if isinstance(quant, list) else [quant])
    return code


def test_submit_confirm_and_follow_an_order(caller, goods):
    reference = f"{type(caller).__name__}-1"
    contract = ("integration", "order.processing")
    answer = caller.call(*contract, "submit_orders", orders=[_retail_order(reference, goods)], source="wire")[0]
    assert answer["ok"], answer
    assert answer["verification"] in ("verified", "held"), answer
    again = caller.call(*contract, "submit_orders", orders=[_retail_order(reference, goods)], source="wire")[0]
    assert (again["code"], again["order_id"]) == ("repeated", answer["order_id"])
    confirmed = caller.call(*contract, "confirm_orders", references=[reference], source="wire")[0]
    assert confirmed["ok"], confirmed
    status = caller.call(*contract, "order_status", references=[reference], source="wire")[0]
    assert status["state"] == "sale"
    assert [event["kind"] for event in status["timeline"]].count("confirmed") == 1
    desk = caller.call("processor", "sale.order", "order_timeline", [answer["order_id"]])[0]
    assert desk["events"] == status["timeline"]


def test_rejected_and_malformed(caller, goods):
    contract = ("integration", "order.processing", "submit_orders")
    bad = caller.call(
        *contract, orders=[_retail_order(f"{type(caller).__name__}-bad", goods, customer="")], source="wire"
    )[0]
    assert (bad["ok"], bad["code"], bad["errors"][0]["code"]) == (False, "invalid", "no_customer")
    with pytest.raises(caller.error, match="colour"):
        caller.call(*contract, orders=[], source="wire", colour="red")


def test_changes_hand_everything_over_once(caller):
    answer = caller.contract_until(lambda answer: answer["items"], "changes", limit=200)
    seen = []
    # until there is nothing more: what was written before may still wait for an older transaction on the cluster
    while answer["items"]:
        seen += [item["id"] for item in answer["items"]]
        answer = caller.call("integration", "order.processing", "changes", since=answer["next"], limit=200)
    assert seen
    assert len(seen) == len(set(seen))
    assert not answer["more"]


def test_describe_names_methods_and_codes(caller):
    told = caller.call("integration", "order.processing", "describe")
    assert {"submit_orders", "order_status", "changes", "confirm_orders"} <= set(told["methods"])
    assert "no_customer" in told["error_codes"]


@pytest.mark.parametrize(
    ("login", "model", "method", "args"),
    [
        ("integration", "res.company", "action_order_control_off", [[1], "Because"]),
        ("processor", "res.company", "action_order_control_off", [[1], "Because"]),
        ("manager", "res.company", "write", [[1], {"order_control": "off"}]),
        ("admin", "res.company", "write", [[1], {"order_control": "off"}]),
        ("integration", "order.intake", "search_read", [[]]),
        ("integration", "order.event", "search_read", [[]]),
        ("integration", "account.move", "search_read", [[]]),
        ("integration", "account.payment", "create", [{}]),
        ("integration", "res.config.settings", "create", [{}]),
        ("integration", "order.verification.rule", "search_read", [[]]),
        ("integration", "order.verification.check", "action_waive", [[1], "Because"]),
        ("integration", "order.hold", "action_release", [[1], "Because"]),
        ("integration", "sale.order", "action_release", [[1], "Because"]),
        ("integration", "order.discrepancy", "action_accept", [[1], "Because"]),
        ("integration", "order.reconciliation", "action_sign", [[1]]),
        ("processor", "order.reconciliation", "action_sign", [[1]]),
        ("processor", "order.reconciliation", "action_reopen", [[1], "Because"]),
        ("admin", "order.reconciliation", "_transition_write", [[1], {"state": "signed"}]),
        ("admin", "order.reconciliation.line", "write", [[1], {"shipped_qty": 1}]),
        ("integration", "order.processing", "_submit_and_verify", [[], "x", True, False]),
        ("integration", "order.processing", "_contract_orders", [["S00001"]]),
        ("integration", "sale.order", "write", [[1], {"state": "sale"}]),
        ("processor", "order.event", "write", [[1], {"quantity": 1}]),
        ("admin", "order.event", "unlink", [[1]]),
        ("admin", "order.event", "create", [{"kind": "shipped"}]),
        ("admin", "sale.order", "_transition_write", [[1], {"verification_state": "verified"}]),
        ("admin", "order.event", "_record", [[{"kind": "shipped"}]]),
    ],
)
def test_protected_acts_are_refused_over_the_wire(caller, login, model, method, args):
    with pytest.raises(caller.error):
        caller.call(login, model, method, *args)


def test_eight_callers_at_once_make_each_order_once(running_server, goods):
    caller = XmlRpc(running_server)
    caller.call("integration", "order.processing", "describe")
    answers, failures = [], []

    def submit(number):
        try:
            # each order is sent by two callers
            orders = [_retail_order(f"crowd-{goods}-{number % 4}", goods)]
            answers.extend(
                caller.call("integration", "order.processing", "submit_orders", orders=orders, source="crowd")
            )
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    assert not failures
    assert not any(thread.is_alive() for thread in threads), "still at work"
    made = caller.call("admin", "res.partner", "search_count", [("ref", "=", "RPC-1")])
    assert made == 1, "a customer sent by eight is made once"
    assert all(answer["ok"] for answer in answers), answers
    by_reference = {}
    for answer in answers:
        by_reference.setdefault(answer["reference"], set()).add(answer["order_id"])
    assert len(by_reference) == 4
    assert all(len(orders) == 1 for orders in by_reference.values()), by_reference
