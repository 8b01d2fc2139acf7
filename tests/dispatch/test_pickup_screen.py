"""Pickups in a real browser: transfers dragged from one to another, and a truck loaded, at a desk and on a phone."""

import os
from datetime import date, timedelta

import pytest

from tests.browser import chromium, signed_in
from tests.external.clients import OdooRpc

pytestmark = [pytest.mark.browser, pytest.mark.external]

FITS = """() => {
    const screen = document.querySelector(".o_order_loading");
    return screen.scrollWidth <= screen.clientWidth && document.documentElement.scrollWidth <= window.innerWidth;
}"""
READY = """() => document.activeElement?.name === "scan" && document.querySelector(".o_order_loading").dataset.busy === "0" """


class Dock:
    """Makes what is collected, by calls."""

    def __init__(self, server):
        self.caller = OdooRpc(server)
        self.call("admin", "res.company", "write", [1], {"has_received_warning_stock_sms": True})
        self.partner = self.create("res.partner", {"name": "Dock Buyer", "email": "dock@test.example.com"})
        self.warehouse = self.call("admin", "stock.warehouse", "search", [("company_id", "=", 1)], limit=1)[0]
        self.kind = self.read("stock.warehouse", self.warehouse, "out_type_id")[0]
        freight = self.create("product.product", {"name": "Freight", "type": "service"})
        self.goods = self.create("product.product", {"name": "Box of screws", "type": "consu"})
        self.carrier = self.create("delivery.carrier", {"name": "Dock Van", "product_id": freight})

    def call(self, login, model, method, *args, **kwargs):
        """What a method answers."""
        return self.caller.call(login, model, method, *args, **kwargs)

    def create(self, model, vals, login="admin"):
        """Id of a new record."""
        return self.call(login, model, "create", [vals])[0]

    def read(self, model, number, name):
        """The field ``name`` of a record."""
        return self.call("admin", model, "read", [number], [name])[0][name]

    def pickup(self, days, hour=15):
        """``(id, name)`` of a pickup in so many days."""
        day = str(date.today() + timedelta(days=days))
        hours = {"window_from": hour, "window_to": 23.5}
        vals = {"warehouse_id": self.warehouse, "carrier_id": self.carrier, "date": day, **hours}
        number = self.create("order.pickup", vals, "processor")
        return number, self.read("order.pickup", number, "name")

    def transfer(self, pickup, parcel=None):
        """``(id, name)`` of a delivery on a pickup; with the name of a ``parcel`` it has left in that one."""
        source = self.read("stock.picking.type", self.kind, "default_location_src_id")[0]
        target = self.call("admin", "stock.location", "search", [("usage", "=", "customer")], limit=1)[0]
        places = {"location_id": source, "location_dest_id": target}
        move = {"product_id": self.goods, "product_uom_qty": 1, **places}
        number = self.create(
            "stock.picking",
            {
                "picking_type_id": self.kind,
                "partner_id": self.partner,
                "carrier_id": self.carrier,
                "move_ids": [(0, 0, move)],
                **places,
            },
        )
        self.call("admin", "stock.picking", "action_confirm", [number])
        self.call("admin", "stock.picking", "action_assign", [number])
        self.call("processor", "stock.picking", "write", [number], {"order_pickup_id": pickup})
        if parcel:
            package = self.create("stock.package", {"name": parcel})
            lines = self.call("admin", "stock.move.line", "search", [("picking_id", "=", number)])
            self.call("admin", "stock.move.line", "write", lines, {"result_package_id": package})
            self.call("admin", "stock.picking", "button_validate", [number])
        return number, self.read("stock.picking", number, "name")


@pytest.fixture(scope="module")
def dock(running_server):
    return Dock(running_server)


def _look(page, name):
    folder = os.environ.get("SCREENS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png")


def _drag(page, start, x, y, call):
    """Drag from the corner of ``start`` (a bounding box) to a place, until the server has answered ``call``."""
    page.mouse.move(start["x"] + 40, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 50, start["y"] + 20, steps=5)
    page.mouse.move(x, y, steps=15)
    with page.expect_response(lambda answer: call in answer.url):
        page.mouse.up()


def test_a_transfer_is_dragged_to_another_pickup(dock, running_server):
    (first, first_name), (second, second_name) = dock.pickup(0, hour=8), dock.pickup(0, hour=16)
    number, name = dock.transfer(first)
    with chromium() as browser, signed_in(browser, running_server, "processor") as page:
        page.goto(f"{running_server.url}/odoo/order-pickup-board")
        card = page.locator(".o_kanban_record", has_text=name)
        column = page.locator(".o_kanban_group", has=page.locator(".o_column_title", has_text=second_name))
        card.wait_for()
        column.scroll_into_view_if_needed()
        _look(page, "board")
        start, end = card.bounding_box(), column.bounding_box()
        _drag(page, start, end["x"] + end["width"] / 2, end["y"] + 120, "/web_save")
        column.locator(".o_kanban_record", has_text=name).wait_for()
        assert dock.read("stock.picking", number, "order_pickup_id") == [second, second_name]
        page.locator("button.o_switch_view.o_calendar").click()
        event = page.locator(".fc-event", has_text=name).first
        event.wait_for()
        start = event.bounding_box()
        morning = page.locator(".fc-timegrid-slot-lane[data-time='08:00:00']").bounding_box()
        _drag(page, start, start["x"] + 40, morning["y"] + 12, "/stock.picking/write")
        _look(page, "calendar")
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_pickup_action?view_type=calendar")
        page.locator(".fc-event", has_text=second_name).first.wait_for()
        _look(page, "pickup-calendar")
    assert dock.read("stock.picking", number, "order_pickup_id") == [first, first_name]


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_a_truck_is_loaded(dock, running_server, width, height):
    pickup, name = dock.pickup(0)
    parcels = [f"DOCK-{width}-{number}" for number in (1, 2)]
    for parcel in parcels:
        dock.transfer(pickup, parcel)
    _other, foreign = dock.transfer(dock.pickup(1)[0])

    def scan(page, code, words):
        page.wait_for_function(READY)
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.wait_for_selector(f".o_order_loading >> text={words}")

    with (
        chromium() as browser,
        signed_in(browser, running_server, "processor", viewport={"width": width, "height": height}) as page,
    ):
        page.goto(f"{running_server.url}/odoo/order-loading")
        scan(page, name, "0 of 2 parcels")
        scan(page, parcels[0], "1 of 2 parcels")
        scan(page, foreign, "does not go with")
        assert page.locator("[role=alert] >> text=Stop").is_visible()
        assert page.evaluate(FITS)
        _look(page, f"loading-{width}")
        scan(page, parcels[1], "All is loaded")
        page.locator("button[name=hand_over]").click()
        page.locator(".modal [name=signed_by] input").fill("Jo Driver")
        _look(page, f"hand-over-{width}")
        page.locator(".modal button[name=action_apply] >> visible=true").click()
        page.wait_for_selector(".o_order_loading >> text=Handed over")
    assert dock.read("order.pickup", pickup, "signed_by") == "Jo Driver"
