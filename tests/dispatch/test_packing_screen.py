"""The packing table in a real browser: a whole order by keyboard alone, at a desk and on a phone, and an order of 1,000 lines."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser import chromium, hotkey, signed_in
from tests.external.clients import OdooRpc

pytestmark = [pytest.mark.browser, pytest.mark.external]

LINES = 1000
# what the order wants, and what it does not
CODES = ("4006381333931", "5901234123457", "9780201379624")
# keys go into the field of the scanner, and nothing of what was scanned before is under way
READY = """() => document.activeElement?.name === "scan" && document.querySelector(".o_order_packing").dataset.busy === "0" """
# nothing is cut off at the side
FITS = """() => {
    const table = document.querySelector(".o_order_packing");
    return table.scrollWidth <= table.clientWidth && document.documentElement.scrollWidth <= window.innerWidth;
}"""
DRAWN = """() => document.querySelectorAll(".o_order_packing *").length"""
# how much the words of the alarm stand out from their ground, as WCAG 2.1 (1.4.3) has it
CONTRAST = """element => {
    const shine = text => {
        const [r, g, b] = text.match(/[0-9.]+/g).map(Number).map(part => part / 255)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const style = getComputedStyle(element);
    const [dark, light] = [shine(style.color), shine(style.backgroundColor)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
}"""


class Desk:
    """Makes what is packed, by calls."""

    def __init__(self, server):
        self.caller = OdooRpc(server)
        company = self.read("manager", "res.users", [("login", "=", "manager")], "company_id")[0][:1]
        # core asks once in a company whether customers are told by SMS
        self.caller.call("admin", "res.company", "write", company, {"has_received_warning_stock_sms": True})
        self.caller.call("manager", "res.company", "action_order_control_enforce", company, reason="Set by the test")
        country = self.caller.call("admin", "res.country", "search", [("code", "=", "GB")])[0]
        self.partner = self.create(
            "res.partner",
            {
                "name": "Table Buyer",
                "street": "1 High Street",
                "city": "London",
                "zip": "N1 1AA",
                "country_id": country,
                "email": "table@test.example.com",
                "phone": "+44 20 7946 0000",
            },
        )[0]
        self.goods = self.products(
            {"name": name, "barcode": code} for name, code in zip(("Bottle", "Cup", "Wrong one"), CODES)
        )

    def create(self, model, *vals):
        """Ids of new records."""
        return self.caller.call("admin", model, "create", list(vals))

    def products(self, vals_list):
        """Ids of products that are always there."""
        return self.create("product.product", *({"type": "consu", "list_price": 5, **vals} for vals in vals_list))

    def read(self, login, model, domain, name):
        """The field ``name`` of each record of ``domain``."""
        return [row[name] for row in self.caller.call(login, model, "search_read", domain, [name])]

    def order(self, *lines):
        """``(name of the order, id of its reserved transfer)``; ``lines``: ``(product, quantity)``."""
        lines = [(0, 0, {"product_id": product, "product_uom_qty": quantity}) for product, quantity in lines]
        (order,) = self.create("sale.order", {"partner_id": self.partner, "order_line": lines})
        self.caller.call("admin", "sale.order", "action_verify_and_confirm", [order])
        (transfer,) = self.caller.call("admin", "stock.picking", "search", [("sale_id", "=", order)])
        self.caller.call("processor", "stock.picking", "action_assign", [transfer])
        return self.read("admin", "sale.order", [("id", "=", order)], "name")[0], transfer


@pytest.fixture(scope="module")
def desk(running_server):
    return Desk(running_server)


def scan(page, code, words):
    """Type ``code`` and Enter, as a scanner does, and wait until the screen says ``words``."""
    page.wait_for_function(READY)
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_selector(f".o_order_packing >> text={words}")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_a_whole_order_by_keyboard_with_a_wrong_item(desk, running_server, width, height):
    order, transfer = desk.order((desk.goods[0], 2), (desk.goods[1], 1))
    with (
        chromium() as browser,
        signed_in(
            browser, running_server, "processor", viewport={"width": width, "height": height}, has_touch=width < 500
        ) as page,
    ):
        page.goto(f"{running_server.url}/odoo/order-packing")
        scan(page, order, "0 of 2")
        scan(page, CODES[0], "1 counted")
        scan(page, CODES[2], "is not wanted in")
        alarm = page.locator("[role=alert] >> text=Stop")
        assert alarm.is_visible()
        assert page.locator("[role=alert] .text-bg-danger").evaluate(CONTRAST) >= 4.5
        assert page.evaluate(FITS)
        _look(page, f"wrong-{width}")
        # the page is lost, what is counted is not
        page.reload()
        page.wait_for_selector("[data-key] >> text=1 / 2")
        scan(page, CODES[0], "1 of 2")
        assert not alarm.is_visible()
        scan(page, CODES[1], "All is counted")
        assert page.evaluate(FITS)
        _look(page, f"complete-{width}")
        page.wait_for_function(READY)
        hotkey(page, "p")
        page.wait_for_selector("[role=status] >> text=is packed")
        page.wait_for_function(READY)
        hotkey(page, "s")
        page.wait_for_selector("[role=alert] >> text=have not passed their check")
        page.wait_for_function(READY)
        hotkey(page, "c")
        page.wait_for_selector("[role=status] >> text=The check has passed")
        page.wait_for_function(READY)
        hotkey(page, "s")
        page.wait_for_selector(".o_order_packing_shipped >> text=is done")
        assert page.evaluate(FITS)
        _look(page, f"shipped-{width}")
        assert desk.read("processor", "stock.picking", [("id", "=", transfer)], "state") == ["done"]
        # the table is free for what comes next
        name, other = desk.order((desk.goods[1], 1))
        page.wait_for_function(READY)
        scan(page, name, "0 of 1")
        hotkey(page, "m")
        scan(page, CODES[1], "cannot be taken out")
        hotkey(page, "l")
        page.wait_for_selector(".o_order_packing_start")
        assert desk.caller.call("processor", "stock.picking", "packing_state", [other])["total"] == [1, 0]


def test_an_order_of_a_thousand_lines(desk, running_server):
    products = desk.products({"name": f"Part {n}", "default_code": f"PART-{n}"} for n in range(LINES))
    order, _transfer = desk.order(*((product, 1) for product in products))
    with chromium() as browser, signed_in(browser, running_server, "processor") as page:
        page.goto(f"{running_server.url}/odoo/order-packing")
        scan(page, order, f"0 of {LINES}")
        drawn = page.evaluate(DRAWN)
        assert page.locator("[data-key]").count() == 10
        assert drawn < 250
        scan(page, f"PART-{LINES - 1}", f"1 of {LINES}")
        for number in range(20):
            scan(page, f"PART-{number}", f"{number + 2} of {LINES}")
        page.wait_for_function(READY)
        page.keyboard.press("PageDown")
        page.wait_for_selector(".o_order_packing_pager >> text=Page 2 of 98")
        hotkey(page, "a")
        page.wait_for_selector(".o_order_packing_pager >> text=Page 1 of 100")
        assert page.evaluate(DRAWN) < 300
        # the last row of the page is reached without a mouse
        page.wait_for_function(READY)
        for _press in range(6):
            page.keyboard.press("ArrowDown")
        last, foot = (page.locator(name).bounding_box() for name in ("[data-key] >> nth=-1", ".o_order_packing_foot"))
        assert last["y"] + last["height"] <= foot["y"] + 1
        _look(page, "thousand")
        scan(page, "nothing", "is known by")
        page.wait_for_function(READY)
        assert page.locator("[role=alert] >> text=Stop").bounding_box()["y"] > 0


def test_two_who_count_the_same_goods_at_once_count_no_more_than_there_are(desk, running_server):
    _order, transfer = desk.order((desk.goods[0], 6))

    def work(login):
        caller, counted = OdooRpc(running_server), 0
        for _scan in range(4):
            try:
                caller.call(login, "stock.picking", "packing_scan", [transfer], CODES[0])
                counted += 1
            except caller.error as error:
                assert "too many" in str(error)
        return counted

    with ThreadPoolExecutor() as pool:
        counted = list(pool.map(work, ("processor", "manager")))
    state = desk.caller.call("processor", "stock.picking", "packing_state", [transfer])
    assert (sum(counted), state["total"]) == (6, [6, 6])
    assert [other["name"] for other in state["others"]] == desk.read(
        "admin", "res.users", [("login", "=", "manager")], "name"
    )


def _look(page, name):
    """Keep a picture where somebody wants to look: ``PACKING_PICTURES`` names a folder."""
    folder = os.environ.get("PACKING_PICTURES")
    if folder:
        page.wait_for_timeout(400)
        page.screenshot(path=os.path.join(folder, f"{name}.png"))
