"""An order taken by telephone without a mouse, in a real browser: customer, codes and quantities, a scan, a check, saved."""

import pytest

from tests.browser import chromium, focused, hotkey, signed_in, tab_to, wait_typing
from tests.external.clients import OdooRpc

pytestmark = [pytest.mark.browser, pytest.mark.external]
ROWS = "div[name=line_ids] .o_data_row"


@pytest.fixture(scope="module")
def caller(running_server):
    return OdooRpc(running_server)


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def goods(caller):
    """Two products without tax, with stock of the first, and a customer with a telephone."""

    def make(model, values):
        made = caller.call("admin", model, "create", [values])
        return made[0] if isinstance(made, list) else made

    for code, price, barcode in (("KEY-1", 10.0, "4006381333931"), ("KEY-2", 25.0, "")):
        values = {"name": f"Test {code}", "default_code": code, "list_price": price, "taxes_id": [(6, 0, [])]}
        make("product.product", {**values, "barcode": barcode or False, "is_storable": code == "KEY-1"})
    address = {"street": "1 Road", "city": "London", "zip": "N1 1AA", "email": "caller@test.example.com"}
    country = caller.call("admin", "res.country", "search", [("code", "=", "GB")])[0]
    make("res.partner", {**address, "name": "Test Caller", "phone": "+44 20 7946 0123", "country_id": country})


@pytest.fixture
def desk(browser, running_server, goods):
    """The fast entry of a processor."""
    with signed_in(browser, running_server, "processor") as page:
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_intake_entry_action")
        yield page


def _customer(page, typed):
    wait_typing(page, "partner_id")
    page.keyboard.type(typed)
    page.locator(".o-autocomplete--dropdown-item:has(.ui-state-active)", has_text="Test Caller").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('div[name=partner_shipping_id] input')?.value")


def _row_shows(page, row, **cells):
    for name, text in cells.items():
        page.locator(ROWS).nth(row).locator(f"td[name={name}]", has_text=text).wait_for()


def test_code_tab_quantity_enter_check_and_confirm(desk, caller, request):
    reference = request.node.name
    _customer(desk, "7946 0123")
    tab_to(desk, "client_order_ref")
    desk.keyboard.type(reference)
    tab_to(desk, "line_ids")
    desk.keyboard.press("Enter")
    typed = (("KEY-1", "10.00", "3", "30.00"), ("key-2", "25.00", "2", "50.00"))
    for row, (code, price, quantity, amount) in enumerate(typed):
        wait_typing(desk, "code", row)
        desk.keyboard.type(code)
        desk.keyboard.press("Tab")
        _row_shows(desk, row, unit_id="Units")
        # a price may be typed: in the row that is edited it is a field
        shown = f"{ROWS}:nth-child({row + 1}) td[name=price] input"
        desk.wait_for_function("([field, price]) => document.querySelector(field)?.value === price", arg=[shown, price])
        wait_typing(desk, "quantity", row)
        desk.keyboard.type(quantity)
        desk.keyboard.press("Enter")
        _row_shows(desk, row, subtotal=amount)
    wait_typing(desk, "code", len(typed))
    _row_shows(desk, 0, unit_id="Units", price="10.00", short="3.00")
    desk.locator("div[name=amount_total]", has_text="80.00").wait_for()
    fits = desk.evaluate("() => document.querySelector('.o_content').scrollWidth <= window.innerWidth")
    assert fits
    hotkey(desk, "v")
    result = desk.locator(".o_order_entry_result")
    result.wait_for()
    assert "Nothing is entered yet" in result.inner_text()
    assert not caller.call("manager", "sale.order", "search_count", [("client_order_ref", "=", reference)])
    hotkey(desk, "y")
    desk.locator(".o_arrow_button_current", has_text="Sales Order").wait_for()
    made = caller.call(
        "manager",
        "sale.order",
        "search_read",
        [("client_order_ref", "=", reference)],
        ["state", "amount_total", "intake_id"],
    )
    assert [(order["state"], order["amount_total"]) for order in made] == [("sale", 80.0)]
    assert made[0]["intake_id"][1].startswith("TEL")


def test_scans_follow_each_other_and_what_is_unknown_refuses(desk, caller):
    _customer(desk, "Test Caller")
    tab_to(desk, "scan")
    for code, row, quantity in (
        ("4006381333931", 0, "1.00"),
        ("4006381333931", 0, "2.00"),
        ("KEY-2", 1, "1.00"),
        ("4006381333932", 2, "1.00"),
    ):
        desk.keyboard.type(code)
        desk.keyboard.press("Enter")
        _row_shows(desk, row, quantity=quantity)
        # ready for the next one
        desk.wait_for_function("() => document.querySelector('div[name=scan] input').value === ''")
        assert "scan" in focused(desk)
    _row_shows(desk, 2, problem="its last digit should be 1, not 2")
    before = caller.call("manager", "sale.order", "search_count", [])
    hotkey(desk, "e")
    refusal = desk.locator(".modal", has_text="Row 3, “4006381333932”")
    refusal.wait_for()
    desk.keyboard.press("Escape")
    refusal.wait_for(state="detached")
    assert caller.call("manager", "sale.order", "search_count", []) == before
    assert desk.locator(ROWS).count() == 3


def test_barcodes_in_rows_add_up_and_a_price_is_typed(desk, caller):
    _customer(desk, "Test Caller")
    tab_to(desk, "line_ids")
    desk.keyboard.press("Enter")
    for turn in range(3):
        wait_typing(desk, "code", turn and 1)
        desk.keyboard.type("4006381333931")
        desk.keyboard.press("Tab")
        _row_shows(desk, 0, subtotal=f"{10 * (turn + 1)}.00")
        desk.keyboard.press("Enter")
    # the new row opens first, and only an open one is given up
    wait_typing(desk, "code", 1)
    desk.keyboard.press("Escape")
    desk.wait_for_selector(f"{ROWS}.o_selected_row", state="detached")
    desk.locator(ROWS).nth(0).locator("td[name=price]").click()
    wait_typing(desk, "price", 0)
    desk.keyboard.press("Control+a")
    desk.keyboard.type("8")
    desk.keyboard.press("Tab")
    _row_shows(desk, 0, list_price="10.00", subtotal="24.00")
    hotkey(desk, "e")
    desk.wait_for_selector(".o_field_widget[name=order_line]")
    line = caller.call(
        "manager", "sale.order.line", "search_read", [], ["product_uom_qty", "price_unit"], order="id desc", limit=1
    )
    assert [(row["product_uom_qty"], row["price_unit"]) for row in line] == [(3.0, 8.0)]
