"""The desk without a mouse, in a real browser: verify, mend, waive, confirm; what was sent; a customer asked."""

import pytest
from playwright.sync_api import expect

from tests.browser import PATIENCE, chromium, focused, hotkey, redrawn, signed_in, tab_to, wait_typing
from tests.external.clients import OdooRpc

pytestmark = [pytest.mark.browser, pytest.mark.external]
CHECKS = "div[name=order_check_ids] .o_data_row"
# a notification goes by itself, before a busy machine has looked for it
NOTES_NOTIFICATIONS = """() => new MutationObserver(() => {
    window.wasNotified ||= Boolean(document.querySelector(".o_notification"));
}).observe(document.body, { childList: true, subtree: true })"""


@pytest.fixture(scope="module")
def caller(running_server):
    return OdooRpc(running_server)


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def desk(browser, running_server):
    """A page of the manager."""
    with signed_in(browser, running_server, "manager") as page:
        yield page


@pytest.fixture(scope="module")
def goods(caller):
    """Codes to ids of two products without tax."""
    ids = {}
    for code, price in (("KEY-1", 10.0), ("KEY-2", 25.0)):
        values = {"name": f"Test {code}", "default_code": code, "list_price": price, "taxes_id": [(6, 0, [])]}
        made = caller.call("admin", "product.product", "create", [values])
        ids[code] = made[0] if isinstance(made, list) else made
    return ids


@pytest.fixture
def order(caller, goods, request):
    """Id of an order that a program submitted: a price that is off, and none at all."""
    answer = caller.call(
        "integration",
        "order.processing",
        "submit_orders",
        source="keyboard",
        orders=[
            {
                "reference": request.node.name,
                "customer": {
                    **{"reference": f"K-{request.node.name}", "name": "Test Buyer", "email": "buyer@test.example.com"},
                    **{"street": "1 Road", "city": "London", "zip": "N1 1AA", "country": "GB"},
                },
                "lines": [
                    {"product": "KEY-1", "quantity": 5, "price": 11, "note": request.node.name},
                    {"product": "KEY-2", "quantity": 3, "price": 0},
                ],
            }
        ],
    )[0]
    assert answer["code"] == "held", answer
    return answer["order_id"]


def _open(page, server, order):
    page.goto(f"{server.url}/odoo/sale.order/{order}")
    page.wait_for_selector(".o_form_view .o_notebook")


def _press(page, name):
    tab_to(page, name)
    page.keyboard.press("Enter")


def _open_checks(page):
    _press(page, "Verification")
    page.locator(".o_notebook .nav-link.active", has_text="Verification").wait_for()
    page.locator("div[name=order_check_ids]").wait_for()


def _read(caller, order, *names):
    return caller.call("manager", "sale.order", "read", [order], list(names))[0]


def test_verify_take_the_price_waive_confirm(desk, running_server, caller, order):
    _open(desk, running_server, order)
    _open_checks(desk)
    desk.evaluate(NOTES_NOTIFICATIONS)
    # the page is drawn anew, on the same tab: what has the focus before that loses it
    with redrawn(desk):
        hotkey(desk, "v")
    desk.wait_for_function("() => window.wasNotified")
    findings = desk.locator(CHECKS)
    findings.nth(1).wait_for()
    assert findings.count() == 2
    assert findings.nth(0).locator("td[name=severity]").inner_text().strip() == "Blocking"
    assert findings.nth(0).locator("td[name=severity] i.fa-ban").count() == 1
    # the blocking one stands first: its price is to be waived, the other's taken from the pricelist
    desk.locator(f"{CHECKS}:nth-child(2) button[name=action_take_pricelist_price]").focus()
    assert "Take the pricelist's price" in focused(desk)
    desk.keyboard.press("Enter")
    desk.locator("td[name=state]", has_text="Mended").wait_for()
    _press(desk, "Waive")
    desk.wait_for_selector(".modal .o_form_view")
    desk.locator(".modal div[name=reason] input").focus()
    wait_typing(desk, "reason")
    desk.keyboard.type("A gift, agreed by telephone")
    hotkey(desk, "q")
    desk.locator("td[name=state]", has_text="Waived").wait_for()
    assert _read(caller, order, "verification_state")["verification_state"] == "verified"
    hotkey(desk, "y")
    desk.locator(".o_arrow_button_current", has_text="Sales Order").wait_for()
    assert _read(caller, order, "state", "amount_total") == {"id": order, "state": "sale", "amount_total": 50.0}


def test_every_mend_is_reached_by_tab_and_named(desk, running_server, order):
    _open(desk, running_server, order)
    _open_checks(desk)
    for name in ("Ask the customer", "Compare with what was sent", "Take the pricelist's price", "Waive"):
        tab_to(desk, name)


def test_what_was_sent_and_what_was_entered(desk, running_server, caller, order):
    lines = _read(caller, order, "order_line")["order_line"]
    caller.call("manager", "sale.order.line", "write", lines[:1], {"product_uom_qty": 7})
    _open(desk, running_server, order)
    _open_checks(desk)
    hotkey(desk, "m")
    desk.wait_for_selector(".modal .o_order_comparison")
    row = desk.locator(".modal tr.table-warning", has_text="Quantity")
    assert row.count() == 1
    assert row.locator("td").all_inner_texts()[:2] == ["5 Units", "7 Units"]
    assert "differs" in row.inner_text()
    fits = desk.evaluate("() => document.querySelector('.modal-body').scrollWidth <= window.innerWidth")
    assert fits
    desk.keyboard.press("Escape")
    desk.wait_for_selector(".modal", state="detached")


def test_a_customer_is_asked(desk, running_server, caller, order):
    _open(desk, running_server, order)
    _open_checks(desk)
    _press(desk, "Ask the customer")
    body = desk.locator(".modal .odoo-editor-editable, .modal .note-editable")
    body.filter(has_text="which price did you expect").first.wait_for()
    hotkey(desk, "q")
    desk.wait_for_selector(".modal", state="detached")
    bodies = caller.call(
        "manager",
        "mail.message",
        "search_read",
        [("model", "=", "sale.order"), ("res_id", "=", order), ("subject", "ilike", "A question about your order")],
        ["partner_ids"],
    )
    assert len(bodies) == 1
    assert len(bodies[0]["partner_ids"]) == 1


def test_the_list_counts_and_narrows(desk, running_server, order):
    desk.goto(f"{running_server.url}/odoo/action-order_processing.action_orders_to_verify")
    desk.wait_for_selector(".o_data_row")
    panel = desk.locator(".o_search_panel")
    panel.locator(".o_search_panel_filter_value", has_text="Today").wait_for()
    price = panel.locator(".o_search_panel_filter_value", has_text="Price")
    count = price.locator(".o_search_panel_counter").inner_text()
    assert desk.locator(".o_pager_limit").inner_text() != count
    price.locator("input").focus()
    desk.keyboard.press("Space")
    expect(desk.locator(".o_pager_limit")).to_have_text(count, timeout=PATIENCE)
    stages = desk.locator(".o_data_row td[name=verification_stage]").all_inner_texts()
    assert stages and set(stages) == {"Price"}
