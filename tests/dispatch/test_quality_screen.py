"""A check in a real browser: answered, what failed held back; and over the wire nobody comes round it."""

import os

import pytest

from tests.browser import chromium, signed_in, wait_typing
from tests.external.clients import OdooRpc

pytestmark = [pytest.mark.browser, pytest.mark.external]


# the number of good pieces that the window of answers shows, in a row that is open or not
GOOD = """number => {
    const cell = document.querySelector(".modal [name=line_ids] .o_data_row [name=passed]");
    return parseFloat(cell?.querySelector("input")?.value ?? cell?.textContent) === parseFloat(number);
}"""


def _one(answer):
    return answer[0] if isinstance(answer, list) else answer


@pytest.fixture(scope="module")
def caller(running_server):
    caller = OdooRpc(running_server)
    user = caller.call("manager", "res.users", "search_read", [("login", "=", "manager")], ["company_id"])[0]
    company = [user["company_id"][0]]
    # core asks once in a company whether customers are told by SMS
    caller.call("admin", "res.company", "write", company, {"has_received_warning_stock_sms": True})
    caller.call("manager", "res.company", "action_order_control_enforce", company, reason="Set by the test")
    return caller


@pytest.fixture(scope="module")
def check(caller):
    """``(check, transfer)`` of 10 pieces of reserved goods."""
    _one(
        caller.call(
            "manager",
            "order.quality.point",
            "create",
            [{"name": "Caps are tight", "instruction": "<p>Turn each cap by hand.</p>"}],
        )
    )
    product = _one(
        caller.call(
            "admin",
            "product.product",
            "create",
            [{"name": "Bottle", "default_code": "BOTTLE", "type": "consu", "is_storable": True, "list_price": 9.5}],
        )
    )
    country = caller.call("processor", "res.country", "search", [("code", "=", "GB")])[0]
    partner = _one(
        caller.call(
            "admin",
            "res.partner",
            "create",
            [
                {
                    "name": "Bottle Buyer",
                    "street": "1 High Street",
                    "city": "London",
                    "zip": "N1 1AA",
                    "country_id": country,
                    "email": "bottles@test.example.com",
                    "phone": "+44 20 7946 0000",
                }
            ],
        )
    )
    place = caller.call("admin", "stock.warehouse", "search_read", [], ["lot_stock_id"])[0]["lot_stock_id"][0]
    quant = _one(
        caller.call(
            "admin",
            "stock.quant",
            "create",
            [{"product_id": product, "location_id": place, "inventory_quantity": 10}],
        )
    )
    caller.call("admin", "stock.quant", "action_apply_inventory", [quant])
    line = (0, 0, {"product_id": product, "product_uom_qty": 10})
    order = _one(caller.call("processor", "sale.order", "create", [{"partner_id": partner, "order_line": [line]}]))
    caller.call("processor", "sale.order", "action_verify_and_confirm", [order])
    transfer = caller.call("processor", "stock.picking", "search", [("sale_id", "=", order)])[0]
    caller.call("processor", "stock.picking", "action_assign", [transfer])
    return caller.call("processor", "order.quality.check", "search", [("picking_id", "=", transfer)])[0], transfer


def _state(caller, check):
    return caller.call("processor", "order.quality.check", "read", [check], ["state"])[0]["state"]


def test_no_call_comes_round_a_check(caller, check):
    check, transfer = check
    line = caller.call("processor", "order.quality.check.line", "search", [("check_id", "=", check)])[0]
    for login, model, method, *args in (
        ("integration", "order.quality.check", "action_pass", [check]),
        ("integration", "order.quality.check", "action_answer", [check], [{"line": line, "passed": 10}]),
        ("processor", "order.quality.check", "action_concede", [check], "I think so"),
        ("processor", "order.quality.check", "write", [check], {"state": "passed"}),
        ("processor", "order.quality.check.line", "write", [line], {"passed_qty": 10}),
        ("manager", "order.quality.check.line", "write", [line], {"passed_qty": 10}),
        ("manager", "order.quality.check", "_take_from_goods", [check], ""),
        ("processor", "order.quality.point", "create", [{"name": "Nothing"}]),
        ("processor", "stock.picking", "button_validate", [transfer]),
        ("manager", "stock.picking", "button_validate", [transfer]),
    ):
        try:
            answer = caller.call(login, model, method, *args)
        except caller.error:
            continue
        pytest.fail(f"{login} may {method} of {model}: {answer}")
    with pytest.raises(caller.error, match="have not passed their check"):
        caller.call("processor", "stock.picking", "button_validate", [transfer])
    assert _state(caller, check) == "to_check"


def test_validate_opens_the_check_and_what_failed_is_held_back(caller, check, running_server):
    check, transfer = check
    with chromium() as browser, signed_in(browser, running_server, "processor") as page:
        page.goto(f"{running_server.url}/odoo/action-order_processing.to_dispatch_action/{transfer}")
        page.click(".o_statusbar_buttons button[name=button_validate]:visible")
        page.wait_for_selector(".o_form_view [name=point_id] >> text=Caps are tight")
        page.wait_for_selector(".o_form_view >> text=Turn each cap by hand.")
        _look(page, "check")
        page.click(".o_statusbar_buttons [name=action_open_answer]:visible")
        page.wait_for_selector(".modal [name=line_ids] .o_data_row")
        page.click(".modal [name=line_ids] .o_data_row [name=failed]")
        # what is typed before the row is open goes nowhere, and what is entered next waits for what the server says of this
        wait_typing(page, "failed", 0)
        page.fill(".modal .o_selected_row [name=failed] input", "3")
        page.keyboard.press("Tab")
        page.wait_for_function(GOOD, arg="7")
        page.fill(".modal [name=note] textarea", "Caps are loose")
        _look(page, "answer")
        page.click(".modal footer [name=action_apply]")
        page.wait_for_selector(".o_notification >> text=held back in")
        page.wait_for_selector(".o_statusbar_status .o_arrow_button_current >> text=Passed")
        _look(page, "passed")
    assert _state(caller, check) == "passed"
    held = caller.call("processor", "stock.picking", "search", [("backorder_id", "=", transfer)])
    (failed,) = caller.call(
        "processor", "order.quality.check", "search_read", [("picking_id", "in", held)], ["state", "note", "line_ids"]
    )
    assert (failed["state"], failed["note"]) == ("failed", "Caps are loose")
    caller.call("processor", "stock.picking", "button_validate", [transfer])
    with chromium() as browser, signed_in(browser, running_server, "processor") as page:
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_quality_check_action/{failed['id']}")
        page.wait_for_selector("[name=line_ids] .o_data_row >> text=Failed")
        _look(page, "failed")
        page.click(".o_statusbar_buttons button:has-text('To quarantine'):visible")
        page.fill(".modal [name=note] textarea", "For the vendor")
        page.click(".modal footer button:has-text('To quarantine'):visible")
        page.wait_for_selector("[name=line_ids] .o_data_row >> text=In quarantine")
        _look(page, "quarantine")
    assert _state(caller, failed["id"]) == "to_check"


def test_a_point_is_defined_on_its_screen(caller, check, running_server):
    with chromium() as browser, signed_in(browser, running_server, "manager") as page:
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_quality_point_action")
        page.click(".o_list_button_add")
        page.fill(".o_form_view [name=name] input, .o_form_view [name=name] textarea", "Weigh one")
        _look(page, "point")
        with page.expect_response(lambda answer: "/web_save" in answer.url) as saved:
            page.click(".o_form_button_save")
        assert saved.value.ok
    assert caller.call("manager", "order.quality.point", "search_count", [("name", "=", "Weigh one")]) == 1


def _look(page, name):
    """Keep a picture where somebody wants to look: ``QUALITY_PICTURES`` names a folder."""
    folder = os.environ.get("QUALITY_PICTURES")
    if folder:
        page.wait_for_timeout(400)
        page.screenshot(path=os.path.join(folder, f"{name}.png"))
