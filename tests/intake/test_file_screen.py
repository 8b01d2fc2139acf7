"""A file of orders in a real browser: columns named by hand, errors seen, rows given back, the rest entered."""

import base64
import uuid

import pytest

from tests.browser import chromium, signed_in
from tests.external.clients import OdooRpc

pytestmark = [pytest.mark.browser, pytest.mark.external]
CUSTOMER = "file-buyer@test.example.com"
ROWS = f"Beleg;Kunde;SKU;Qty\nMARK-1;{CUSTOMER};FILE-1;2\nMARK-2;{CUSTOMER};NONE;1\n"

CHOSEN = """([header, meaning]) => [...document.querySelectorAll(".modal tr.o_data_row")].some(
    row => row.innerText.includes(header)
        && (row.innerText.includes(meaning) || row.querySelector("[name=path] input")?.value === meaning))"""


@pytest.fixture(scope="module")
def caller(running_server):
    caller = OdooRpc(running_server)
    caller.call(
        "admin", "product.product", "create", [{"name": "Test File", "default_code": "FILE-1", "list_price": 5}]
    )
    caller.call("admin", "res.partner", "create", [{"name": "Test File Buyer", "email": CUSTOMER}])
    return caller


@pytest.fixture
def mark():
    """What no other file has as references and as source: a sender's columns are remembered."""
    return uuid.uuid4().hex[:8]


@pytest.fixture
def page(running_server, caller):
    """The wizard for files of a processor."""
    with chromium() as browser, signed_in(browser, running_server, "processor") as page:
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_intake_file_action")
        page.wait_for_selector(".modal [name=action_read]")
        yield page


def test_columns_are_named_errors_seen_and_the_rest_is_entered(page, mark):
    upload = {"name": "orders.csv", "mimeType": "text/csv", "buffer": ROWS.replace("MARK", mark).encode()}
    page.set_input_files(".modal input[type=file]", upload)
    page.wait_for_selector(".modal [name=content] .o_clear_file_button")
    page.fill(".modal [name=source] input", mark)
    page.click(".modal footer [name=action_read]")
    page.wait_for_selector(".modal .alert-danger >> text=No column says")
    assert not page.locator(".modal footer [name=action_preview]:visible").count()
    for header, meaning in (("Beleg", "Order reference"), ("Kunde", "Customer (reference, e-mail or VAT number)")):
        page.click(f".modal tr.o_data_row:has-text('{header}') [name=path]")
        page.click(f".modal tr.o_selected_row:has-text('{header}') [name=path] input")
        # what is chosen in one row draws the list anew: the next row is opened once that is done
        with page.expect_response(lambda answer: "/onchange" in answer.url):
            page.locator(".o-dropdown-item").get_by_text(meaning, exact=True).click()
        page.wait_for_function(CHOSEN, arg=[header, meaning])
    page.click(".modal footer [name=action_preview]")
    page.wait_for_selector(".modal .alert-warning >> text=1 of 2 orders have errors")
    cells = page.locator(".modal [name=fault_ids] tr.o_data_row").first.locator("td").all_inner_texts()
    assert cells[:3] == ["3", "SKU", "NONE"]
    with page.expect_download() as given_back:
        page.click(".modal footer [name=action_download]")
    with open(given_back.value.path(), encoding="utf-8-sig") as file:
        heading, row = file.read().splitlines()
    assert heading == "Beleg;Kunde;SKU;Qty;Reason of rejection"
    assert row.startswith(f"{mark}-2;{CUSTOMER};NONE;1;SKU: ")
    page.click(".modal footer [name=action_submit]")
    page.wait_for_selector(".modal .alert-info >> text=Entered now: 1")


def test_work_of_many_calls_ends_on_its_screen(page, caller, mark):
    rows = ROWS.replace("MARK", mark).replace("Beleg;Kunde", "Order;Customer")
    values = {"content": base64.b64encode(rows.encode()).decode(), "filename": "orders.csv", "source": mark}
    made = caller.call("processor", "order.intake.file", "create", [values])
    file = made[0] if isinstance(made, list) else made
    caller.call("processor", "order.intake.file", "action_read", [file])
    go_on = {"model": "order.intake.file", "id": file, "message": "Going on"}
    for method, words in (("action_preview", "1 of 2 orders have errors"), ("action_submit", "Entered now: 1")):
        page.evaluate(
            "action => odoo.__WOWL_DEBUG__.root.env.services.action.doAction(action)",
            {"type": "ir.actions.client", "tag": "order_processing.go_on", "params": {**go_on, "method": method}},
        )
        page.wait_for_selector(f".modal .alert >> text={words}")
