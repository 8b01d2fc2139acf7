"""Closed paths over the wire: nobody makes a sale of an order that a rule stops, whatever is called."""

import pytest

from .clients import OdooRpc, XmlRpc

pytestmark = pytest.mark.external


@pytest.fixture(scope="module", params=[OdooRpc, XmlRpc])
def caller(request, running_server):
    return request.param(running_server)


@pytest.fixture(scope="module")
def made(caller):
    """Ids of a customer, a product, and an order whose only line costs nothing."""

    def create(model, **vals):
        answer = caller.call("processor", model, "create", [vals])
        return answer[0] if isinstance(answer, list) else answer

    country = caller.call("processor", "res.country", "search", [("code", "=", "GB")])[0]
    product = caller.call("admin", "product.product", "create", [{"name": "Goods by wire", "list_price": 9.5}])
    product = product[0] if isinstance(product, list) else product
    partner = caller.call(
        "admin",
        "res.partner",
        "create",
        [{"name": "Caller", "street": "1 Road", "city": "London", "zip": "N1 1AA", "country_id": country}],
    )
    partner = partner[0] if isinstance(partner, list) else partner
    line = (0, 0, {"product_id": product, "product_uom_qty": 1, "price_unit": 0})
    order = create("sale.order", partner_id=partner, order_line=[line])
    return {"order": order, "partner": partner, "line": line}


def _state(caller, order):
    return caller.call("processor", "sale.order", "read", [order], ["state"])[0]["state"]


@pytest.mark.parametrize("login", ["processor", "manager", "admin", "integration"])
@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("write", [{"state": "sale"}]),
        ("action_confirm", []),
        ("_action_confirm", []),
        ("write", [{"verification_state": "verified"}]),
        ("write", [{"confirm_wanted_at": "2026-01-01 00:00:00"}]),
        ("_verification_record", [{}]),
        ("copy", [{"state": "sale"}]),
    ],
)
def test_no_call_makes_it_a_sale(caller, made, login, method, args):
    with pytest.raises(caller.error):
        caller.call(login, "sale.order", method, [made["order"]], *args)
    assert _state(caller, made["order"]) == "draft"


@pytest.mark.parametrize("login", ["processor", "manager", "admin", "integration"])
def test_none_is_born_a_sale(caller, made, login):
    vals = {"partner_id": made["partner"], "order_line": [made["line"]]}
    for given, context in (({**vals, "state": "sale"}, {}), (vals, {"default_state": "sale"})):
        with pytest.raises(caller.error):
            caller.call(login, "sale.order", "create", [given], context=context)
    domain = [("partner_id", "=", made["partner"]), ("state", "=", "sale")]
    assert caller.call("admin", "sale.order", "search_count", domain) == 0


def test_button_and_verify_and_confirm_answer_instead(caller, made):
    rows = caller.call("processor", "sale.order", "action_verify_and_confirm", [made["order"]])
    assert [(row["confirmed"], row["state"]) for row in rows] == [(False, "held")]
    action = caller.call("processor", "sale.order", "action_button_confirm", [made["order"]])
    assert (action["res_model"], action["res_id"]) == ("sale.order", made["order"])
    assert _state(caller, made["order"]) == "draft"
    rows = caller.call("manager", "sale.order", "action_release", [made["order"]], "A gift", reason_code="goodwill")
    assert [(row["confirmed"], row["error"]) for row in rows] == [(True, "")]
    assert _state(caller, made["order"]) == "sale"
