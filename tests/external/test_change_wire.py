"""Asking the floor over the wire and in a real browser: who may, what is answered, and that the screens do what they show."""

import json
import os
import uuid

import pytest

from tests.browser import chromium, signed_in

from .clients import OdooRpc

pytestmark = pytest.mark.external


def _in_hand(caller, name):
    """``{order, name, picking}`` of a confirmed order of two products whose pick list is printed."""

    def create(model, **vals):
        answer = caller.call("admin", model, "create", [vals])
        return answer[0] if isinstance(answer, list) else answer

    house = caller.call("admin", "stock.warehouse", "search_read", [("company_id", "=", 1)], ["lot_stock_id"])[0]
    products = []
    for word in ("mug", "plate"):
        product = create(
            "product.product", name=f"{name} {word}", is_storable=True, list_price=10, taxes_id=[(6, 0, [])]
        )
        quant = create("stock.quant", product_id=product, location_id=house["lot_stock_id"][0], inventory_quantity=20)
        caller.call("admin", "stock.quant", "action_apply_inventory", [quant])
        products.append(product)
    country = caller.call("admin", "res.country", "search", [("code", "=", "GB")])[0]
    partner = create(
        "res.partner",
        name=name,
        street="1 Road",
        city="London",
        zip="N1 1AA",
        country_id=country,
        email="s@test.example.com",
    )
    lines = [(0, 0, {"product_id": product, "product_uom_qty": 6, "price_unit": 9}) for product in products]
    order = create("sale.order", partner_id=partner, order_line=lines)
    caller.call("admin", "sale.order", "action_confirm", [order])
    values = caller.call("admin", "sale.order", "read", [order], ["name", "picking_ids", "order_line"])[0]
    caller.call("admin", "stock.picking", "action_assign", values["picking_ids"])
    caller.call("admin", "stock.picking", "write", values["picking_ids"], {"printed": True})
    return values


def test_who_may_and_what_is_answered(running_server):
    caller = OdooRpc(running_server)
    order = _in_hand(caller, f"Wire {uuid.uuid4().hex[:6]}")
    for login in ("processor", "manager"):
        with pytest.raises(caller.error, match="picking has begun"):
            caller.call(login, "sale.order", "action_cancel", [order["id"]])
        with pytest.raises(caller.error, match="picking has begun"):
            caller.call(login, "sale.order.line", "write", order["order_line"][:1], {"product_uom_qty": 1})
    with pytest.raises(caller.error):
        caller.call("integration", "sale.order", "action_request_change", [order["id"]], "cancel", "x")
    (asked,) = caller.call("processor", "sale.order", "action_request_change", [order["id"]], "cancel", "Rang")
    assert (asked["order_id"], asked["state"]) == (order["id"], "requested")
    assert json.dumps(asked)
    number = asked["request_id"]
    with pytest.raises(caller.error):
        caller.call("integration", "order.change.request", "action_accept", [number])
    for method, args in (("_carry_out", []), ("write", [{"state": "accepted"}])):
        with pytest.raises(caller.error):
            caller.call("manager", "order.change.request", method, [number], *args)
    assert caller.call("manager", "order.change.request", "action_accept", [number], "In time") is True
    (row,) = caller.call("processor", "order.change.request", "read", [number], ["state", "answer", "goods_ids"])
    assert (row["state"], row["answer"], len(row["goods_ids"])) == ("accepted", "In time", 2)
    assert caller.call("processor", "sale.order", "read", [order["id"]], ["state"])[0]["state"] == "cancel"


@pytest.mark.browser
def test_the_screens_ask_and_answer(running_server):
    caller = OdooRpc(running_server)
    name = f"Floor {uuid.uuid4().hex[:6]}"
    order = _in_hand(caller, name)
    with chromium() as browser, signed_in(browser, running_server, "processor") as page:
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_change_request_action")
        page.locator(".o_list_view, .o_view_nocontent").first.wait_for()
        _picture(page, "requests_empty")
        page.goto(f"{running_server.url}/odoo/action-order_processing.ship_window_action/{order['id']}")
        page.locator("button[name=action_open_ask_floor]").click()
        modal = page.locator(".modal")
        modal.locator("input[data-value=change]").check()
        modal.locator("div[name=reason] textarea").fill("One plate less, please")
        modal.locator(".o_data_row", has_text="plate").locator("td[name=quantity]").click()
        modal.locator(".o_data_row", has_text="plate").locator("td[name=quantity] input").fill("5")
        _picture(page, "requests_ask")
        modal.locator("button[name=action_ask]").click()
        page.locator(".alert", has_text="Waits for the floor").wait_for()
        _picture(page, "requests_order")
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_change_request_action")
        page.locator(".o_data_row", has_text=name).first.wait_for()
        _picture(page, "requests_list")
        page.goto(f"{running_server.url}/odoo/action-order_processing.to_dispatch_action/{order['picking_ids'][0]}")
        banner = page.locator(".alert", has_text="Asked of you")
        banner.locator("text=One plate less, please").wait_for()
        _picture(page, "requests_transfer")
        banner.locator("button[name=action_open_change_decline]").click()
        modal.locator("div[name=reason] textarea").wait_for()
        _picture(page, "requests_decline")
        modal.locator("button[special=cancel]").click()
        modal.wait_for(state="detached")
        banner.locator("button[name=action_change_accept]").click()
        page.locator(".modal button.btn-primary").click()
        banner.wait_for(state="detached")
        (row,) = caller.call(
            "processor", "order.change.request", "search_read", [("order_id", "=", order["id"])], ["state"]
        )
        assert row["state"] == "accepted"
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_change_request_action/{row['id']}")
        page.locator(".o_form_view td[name=location_id]").first.wait_for()
        _picture(page, "requests_form")
    quantities = caller.call(
        "processor", "sale.order.line", "search_read", [("order_id", "=", order["id"])], ["product_uom_qty"]
    )
    assert sorted(line["product_uom_qty"] for line in quantities) == [5, 6]


def _picture(page, name):
    """``CHANGE_PICTURES=folder`` keeps what the screens look like."""
    if folder := os.environ.get("CHANGE_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")
