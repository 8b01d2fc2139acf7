"""The customer's own page shows what was sent beside what was entered, once the customer may know."""

import re
import uuid

import pytest
import requests
from lxml import html

from tests.external.clients import OdooRpc

pytestmark = pytest.mark.external


@pytest.fixture(scope="module")
def caller(running_server):
    return OdooRpc(running_server)


@pytest.fixture(scope="module")
def customer(caller):
    """Login of a customer with an account."""
    login = f"portal-{uuid.uuid4().hex[:6]}"
    group = caller.call("admin", "ir.model.data", "check_object_reference", "base", "group_portal")[1]
    values = {"name": "Test Portal", "login": login, "password": login, "email": f"{login}@test.example.com"}
    caller.call("admin", "res.users", "create", [{**values, "group_ids": [(6, 0, [group])]}])
    product = {"name": "Test Portal Goods", "default_code": login, "list_price": 5, "taxes_id": [(6, 0, [])]}
    caller.call("admin", "product.product", "create", [product])
    return login


def _signed_in(server, login):
    session = requests.Session()
    page = session.get(f"{server.url}/web/login", timeout=300)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    answer = session.post(
        f"{server.url}/web/login", data={"login": login, "password": login, "csrf_token": token}, timeout=300
    )
    answer.raise_for_status()
    return session


def test_the_page_shows_it_to_its_customer_once_told(running_server, caller, customer):
    order = {
        "reference": uuid.uuid4().hex,
        "customer": f"{customer}@test.example.com",
        "lines": [{"line": "<b>7", "product": customer, "quantity": 3, "price": 5}],
    }
    answer = caller.contract("submit_orders", orders=[order], source="portal")[0]
    assert answer["ok"], answer
    order_id, intake_id = answer["order_id"], answer["intake_id"]
    caller.call("admin", "sale.order", "action_quotation_sent", [order_id])
    session = _signed_in(running_server, customer)

    def shown():
        page = session.get(f"{running_server.url}/my/orders/{order_id}", timeout=300)
        page.raise_for_status()
        assert f"/my/orders/{order_id}" in page.url, "the customer's own page"
        found = html.fromstring(page.text).xpath("//section[@id='order_acknowledgement']")
        return [" ".join(cell.text_content().split()) for part in found for cell in part.xpath(".//tbody//td")]

    assert shown() == [], "not before the desk has reviewed it"
    caller.call("processor", "order.intake", "action_acknowledge", [intake_id])
    cells = shown()
    assert cells[0] == "<b>7"
    assert cells[-1] == "as ordered"
    line = caller.call("admin", "sale.order.line", "search", [("order_id", "=", order_id)])
    caller.call("processor", "sale.order.line", "write", line, {"product_uom_qty": 2})
    cells = shown()
    assert "quantity changed" in cells[-1]
    assert "ordered: 3" in cells[2]
    # nobody else's page
    stranger = requests.get(f"{running_server.url}/my/orders/{order_id}", timeout=300)
    assert "order_acknowledgement" not in stranger.text
