"""The shortage desk over the wire and in a real browser: who may, what the answer is, and that the screen does what it shows."""

import json
import os
import uuid

import pytest

from tests.browser import chromium, signed_in

from .clients import OdooRpc, XmlRpc

pytestmark = pytest.mark.external


def _make_short(caller, name):
    """Ids of the line of a confirmed order of ten, of which four are there, and of a free substitute."""

    def create(model, **vals):
        answer = caller.call("admin", model, "create", [vals])
        return answer[0] if isinstance(answer, list) else answer

    def goods(label, quantity, **vals):
        product = create("product.product", name=label, is_storable=True, list_price=10, taxes_id=[(6, 0, [])], **vals)
        house = caller.call("admin", "stock.warehouse", "search_read", [("company_id", "=", 1)], ["lot_stock_id"])[0]
        quant = create(
            "stock.quant", product_id=product, location_id=house["lot_stock_id"][0], inventory_quantity=quantity
        )
        caller.call("admin", "stock.quant", "action_apply_inventory", [quant])
        return product

    country = caller.call("admin", "res.country", "search", [("code", "=", "GB")])[0]
    address = {
        "street": "1 Road",
        "city": "London",
        "zip": "N1 1AA",
        "country_id": country,
        "email": "s@test.example.com",
    }
    partner = create("res.partner", name=name, **address)
    other = goods(f"{name} other", 20)
    product = goods(name, 4, order_substitute_ids=[(6, 0, [other])])
    line = (0, 0, {"product_id": product, "product_uom_qty": 10, "price_unit": 9})
    order = create("sale.order", partner_id=partner, order_line=[line])
    caller.call("admin", "sale.order", "action_confirm", [order])
    caller.call("processor", "sale.order", "action_promise", [order])
    (made,) = caller.call("admin", "sale.order.line", "search", [("order_id", "=", order)])
    return made, order, other


@pytest.mark.parametrize("client", [OdooRpc, XmlRpc])
def test_who_may_and_what_is_answered(running_server, client):
    caller = client(running_server)
    # core's own stock methods answer None, which XML-RPC cannot carry
    line, order, other = _make_short(OdooRpc(running_server), f"Wire {uuid.uuid4().hex[:6]}")
    for login in ("integration",):
        for method, args in (("action_decide_shortage", ["cancel"]), ("action_open_shortages", [])):
            with pytest.raises(caller.error):
                caller.call(login, "sale.order.line", method, [line], *args)
    for hidden in ("_decide_shortages", "_shortage_take", "_shortage_do_cancel"):
        with pytest.raises(caller.error):
            caller.call("manager", "sale.order.line", hidden, [line], {})
    (answer,) = caller.call(
        "processor", "sale.order.line", "action_decide_shortage", [line], "substitute", product_id=other
    )
    assert (answer["order_id"], answer["ok"], answer["code"]) == (order, True, "done")
    assert json.dumps(answer)
    lines = caller.call(
        "processor", "sale.order.line", "search_read", [("order_id", "=", order)], ["product_uom_qty", "price_unit"]
    )
    assert sorted((row["product_uom_qty"], row["price_unit"]) for row in lines) == [(4, 9), (6, 9)]


@pytest.mark.browser
def test_the_screen_shows_what_it_does_and_does_it(running_server):
    caller = OdooRpc(running_server)
    name = f"Screen {uuid.uuid4().hex[:6]}"
    line, order, _other = _make_short(caller, name)
    with chromium() as browser, signed_in(browser, running_server, "processor") as page:
        page.goto(f"{running_server.url}/odoo/action-order_processing.short_lines_action")
        row = page.locator(".o_data_row", has_text=name).first
        row.locator("td[name=order_shortage_text]", has_text=f"{name} other: 20").wait_for()
        _picture(page, "shortages_list")
        row.locator("button[name=action_open_shortages]").click()
        modal = page.locator(".modal")
        modal.locator(".o_data_row").wait_for()
        _picture(page, "shortages_open")
        modal.locator(".o_inner_group div[name=choice] input").click()
        page.locator(".o_select_menu_item", has_text="Send something else").click()
        modal.locator("td[name=effect]", has_text=f"6 Units of {name} other").wait_for()
        _picture(page, "shortages_screen")
        modal.locator("button[name=action_apply]").click()
        modal.locator("td[name=code]", has_text="Done").wait_for()
        _picture(page, "shortages_result")
        modal.locator(".modal-footer button", has_text="Close").click()
        modal.wait_for(state="detached")
        # the list below loads anew: a client that is left meanwhile may complain
        row.wait_for(state="detached")
        page.goto(f"{running_server.url}/odoo/action-order_processing.ship_window_action/{order}")
        page.locator(".o_form_view a[name=other_information]").click()
        page.locator("div[name=order_ship_from]").scroll_into_view_if_needed()
        _picture(page, "ship_window")
    quantities = caller.call(
        "processor", "sale.order.line", "search_read", [("order_id", "=", order)], ["product_uom_qty"]
    )
    assert sorted(row["product_uom_qty"] for row in quantities) == [4, 6]


def _picture(page, name):
    """``SHORTAGE_PICTURES=folder`` keeps what the screens look like."""
    if folder := os.environ.get("SHORTAGE_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")
