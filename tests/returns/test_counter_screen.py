"""A return with a lot and serial numbers is received and inspected at the counter in a browser, at a desk and on a phone."""

import os

import pytest

from tests.browser import chromium, signed_in, wait_typing
from tests.external.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.external]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# a folder for pictures of what is tested, to be looked at
PICTURES = os.environ.get("ORDER_PROCESSING_PICTURES")
LINES = ".modal [name=line_ids]"


@pytest.fixture(scope="module")
def shop(running_server):
    shop = Shop(running_server)
    shop.buyer = shop.customer("counter")
    company = shop.admin("res.users", "search_read", [("login", "=", "processor")], ["company_id"])[0]["company_id"][0]
    shop.admin("res.company", "write", [company], {"order_return_inspection": True})
    groups = [shop.ref("stock.group_production_lot")]
    shop.admin("res.groups", "write", [shop.ref("base.group_user")], {"implied_ids": [(4, group) for group in groups]})
    shop.place = shop.admin("stock.warehouse", "search_read", [], ["lot_stock_id"], limit=1)[0]["lot_stock_id"][0]
    return shop


def _tracked(shop, code, tracking, **lots):
    """A product by ``tracking`` with so much of each lot in stock: its id and the ids of its lots by name."""
    product = shop.make(
        "product.product",
        name=f"By {tracking}",
        default_code=code,
        list_price=10.0,
        is_storable=True,
        tracking=tracking,
        taxes_id=[(6, 0, [])],
    )
    found = {}
    for name, quantity in lots.items():
        found[name] = shop.make("stock.lot", name=name, product_id=product)
        quant = shop.make(
            "stock.quant",
            product_id=product,
            location_id=shop.place,
            lot_id=found[name],
            inventory_quantity=quantity,
        )
        shop.admin("stock.quant", "action_apply_inventory", [quant])
    return product, found


def _approved(shop, size):
    """An approved case of two of three serial numbers and three of four pieces of two lots: its name, the lots by name."""
    serial, serials = _tracked(shop, f"SER-{size}", "serial", **{f"{size}-S{place}": 1 for place in (1, 2, 3)})
    goods, lots = _tracked(shop, f"LOT-{size}", "lot", **{f"{size}-L1": 2, f"{size}-L2": 2})
    lines = [(0, 0, {"product_id": serial, "product_uom_qty": 3}), (0, 0, {"product_id": goods, "product_uom_qty": 4})]
    order = shop.make("sale.order", partner_id=shop.buyer, order_line=lines)
    shop.rpc.call("manager", "sale.order", "action_verify_and_confirm", [order])
    done = shop.rpc.call("processor", "sale.order", "action_dispatch", [order], pickup=False)
    assert done[0]["ok"], done
    sold = shop.admin("sale.order", "read", [order], ["order_line"])[0]["order_line"]
    rows = [{"line_id": sold[0], "quantity": 2}, {"line_id": sold[1], "quantity": 3}]
    asked = shop.rpc.call("processor", "order.return", "request", [{"key": size, "lines": rows}], "test")[0]
    assert asked["ok"], asked
    shop.rpc.call("processor", "order.return", "action_approve", [asked["return_id"]])
    return asked["return_id"], asked["return"], {**serials, **lots}


def _scan(page, code, said):
    page.fill(".modal [name=code] input", code)
    page.keyboard.press("Enter")
    page.wait_for_selector(f".modal [name=said] >> text={said}")


def _see(page, *rows):
    """Wait until the list, or the cards of a phone, show each of ``rows``: words in their order."""
    for place, row in enumerate(rows):
        page.wait_for_function(
            """([lines, place, words]) => {
                const rows = document.querySelectorAll(`${lines} .o_data_row, ${lines} .o_kanban_record:not(.o_kanban_ghost)`);
                const element = rows[place];
                const inputs = [...(element?.querySelectorAll("input") ?? [])].map(input => input.value);
                const text = (element?.innerText ?? "") + " " + inputs.join(" ");
                return words.every(word => text.includes(word));
            }""",
            arg=[LINES, place, list(row)],
        )


def _count(page, case, size):
    page.click(".modal [name=code] input")
    _scan(page, "nothing", "No open case is known by nothing")
    page.fill(".modal [name=code] input", case)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{LINES} >> text=By serial")
    _scan(page, f"{size}-S1", f"{size}-S1 of")
    _scan(page, f"{size}-S3", f"{size}-S3 of")
    _scan(page, f"{size}-S3", "was scanned already")
    for place in (1, 2):
        _scan(page, f"{size}-L2", f"By lot: {place}")
    _scan(page, f"{size}-L1", "By lot: 3")
    _see(page, ("By serial", "2", f"{size}-S1", f"{size}-S3"), ("By lot", "3", f"{size}-L2", f"{size}-L1"))


def _fits(page, name):
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is wider than the screen"
    if PICTURES:
        page.wait_for_timeout(400)
        page.screenshot(path=os.path.join(PICTURES, f"{name}.png"))


def _name_lot(page, field, name):
    """Say in the open row or card which lot it is, in place of what stands there."""
    for tag in page.locator(f"{field} .o_delete").all():
        tag.click()
    page.fill(f"{field} input", name)
    page.click(f".o-autocomplete--dropdown-item >> text={name}")
    page.wait_for_selector(f"{field} .o_tag >> text={name}")


def _choose(page, field, value):
    page.click(f"{field} .o_select_menu_toggler")
    page.click(f".o_select_menu_item >> text={value}")
    page.wait_for_function(
        "([field, value]) => document.querySelector(`${field} .o_select_menu_toggler`)?.value === value",
        arg=[field, value],
    )


def _right(shop, case_id, lots, size, damaged=""):
    """The one that is ``damaged`` lies in quarantine, the others in stock, and each line says so."""
    case = shop.admin("order.return", "read", [case_id], ["state", "line_ids", "company_id"])[0]
    lines = shop.admin("order.return.line", "read", case["line_ids"], ["quantity", "condition", "disposition"])
    assert case["state"] == "inspected"
    assert sorted((line["quantity"], line["condition"], line["disposition"]) for line in lines) == [
        (1, "damaged", "quarantine") if damaged else (1, "new", "restock"),
        (1, "new", "restock"),
        (3, "new", "restock"),
    ]
    quarantine = shop.admin("res.company", "read", [case["company_id"][0]], ["order_quarantine_location_id"])[0]
    found = {}
    for quant in shop.admin(
        "stock.quant",
        "search_read",
        [("lot_id", "in", list(lots.values())), ("quantity", ">", 0), ("location_id.usage", "=", "internal")],
        ["lot_id", "location_id", "quantity"],
    ):
        apart = quant["location_id"] == quarantine["order_quarantine_location_id"]
        found[quant["lot_id"][1], apart] = quant["quantity"]
    assert found == {
        (f"{size}-S1", False): 1,
        (f"{size}-S3", damaged == f"{size}-S3"): 1,
        (f"{size}-L1", False): 1,
        (f"{size}-L2", False): 2,
    }


def test_at_the_desk(shop):
    case_id, case, lots = _approved(shop, "desk")
    with chromium() as browser, signed_in(browser, shop.server, "processor") as page:
        page.goto(f"{shop.server.url}/odoo/action-order_processing.order_return_counter_action")
        page.wait_for_selector(".modal [name=code] input")
        _count(page, case, "desk")
        _fits(page, "desk-counted")
        page.click(".modal footer [name=action_receive]")
        page.wait_for_selector(".modal footer [name=action_inspect]:visible")
        _see(page, ("By serial", "2", "desk-S1", "desk-S3"), ("By lot", "3", "desk-L1", "desk-L2"))
        page.click(f"{LINES} .o_data_row:nth-child(1) [name=action_split]")
        page.wait_for_selector(f"{LINES} .o_data_row:nth-child(3)")
        for row, lot in ((0, "desk-S1"), (2, "desk-S3")):
            page.click(f"{LINES} .o_data_row:nth-child({row + 1}) [name=lot_ids]")
            wait_typing(page, "lot_ids", row)
            _name_lot(page, f"{LINES} .o_selected_row [name=lot_ids]", lot)
        _choose(page, f"{LINES} .o_selected_row [name=condition]", "Damaged")
        _choose(page, f"{LINES} .o_selected_row [name=disposition]", "Quarantine")
        _fits(page, "desk-inspected")
        page.click(".modal footer [name=action_inspect]")
        page.wait_for_selector(".o_statusbar_status .o_arrow_button_current >> text=Inspected")
        _fits(page, "desk-case")
    _right(shop, case_id, lots, "desk", damaged="desk-S3")


def test_on_a_phone(shop):
    case_id, case, lots = _approved(shop, "phone")
    with chromium() as browser, signed_in(browser, shop.server, "processor", **PHONE) as page:
        page.goto(f"{shop.server.url}/odoo/action-order_processing.order_return_counter_action")
        page.wait_for_selector(".modal [name=code] input")
        _count(page, case, "phone")
        _fits(page, "phone-counted")
        page.click(".modal footer [name=action_receive]")
        page.wait_for_selector(".modal footer [name=action_inspect]:visible")
        _see(page, ("By serial", "2", "phone-S1", "phone-S3"), ("By lot", "3", "phone-L1", "phone-L2"))
        card = f"{LINES} .o_kanban_record:not(.o_kanban_ghost)"
        page.click(f"{card} >> nth=0")
        page.wait_for_selector(".o_return_counter_line, .modal [name=action_split]:visible")
        _fits(page, "phone-card")
        page.click(".modal:not(.o_inactive_modal) button[name=action_split]:visible")
        page.wait_for_selector(f"{card} >> nth=2")
        _fits(page, "phone-inspected")
        page.click(".modal footer [name=action_inspect]")
        page.wait_for_selector(".modal", state="detached")
        page.wait_for_selector(".o_form_view .o_field_widget[name=line_ids] >> text=By serial")
        _fits(page, "phone-case")
    _right(shop, case_id, lots, "phone")
