"""The customer is asked from the screen, in a real browser: what is sent there stands as an enquiry and with the record."""

import pytest

from tests.browser import chromium, signed_in
from tests.external.clients import OdooRpc

pytestmark = [pytest.mark.browser, pytest.mark.external]


@pytest.fixture(scope="module")
def caller(running_server):
    return OdooRpc(running_server)


@pytest.fixture
def found(caller):
    """Id of a discrepancy: a sale of which the transfer was cancelled."""

    def call(*args):
        made = caller.call("admin", *args)
        return made[0] if isinstance(made, list) else made

    product = call("product.product", "create", [{"name": "Test Asked", "is_storable": True, "taxes_id": [(6, 0, [])]}])
    country = call("res.country", "search", [("code", "=", "GB")])
    address = {"street": "1 Road", "city": "London", "zip": "N1 1AA", "country_id": country}
    partner = call("res.partner", "create", [{**address, "name": "Test Asked", "email": "asked@test.example.com"}])
    line = (0, 0, {"product_id": product, "product_uom_qty": 4, "price_unit": 1})
    order = call("sale.order", "create", [{"partner_id": partner, "order_line": [line]}])
    call("sale.order", "action_confirm", [order])
    transfers = caller.call("admin", "stock.picking", "search", [("sale_id", "=", order)])
    call("stock.picking", "action_cancel", transfers)
    caller.call("manager", "order.discrepancy", "sweep", [("order_id", "=", order)])
    (record,) = caller.call("processor", "order.discrepancy", "search", [("order_id", "=", order)])
    return record


def test_what_is_sent_from_the_screen_is_logged(running_server, caller, found):
    with chromium() as browser, signed_in(browser, running_server, "processor") as page:
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_discrepancy_action/{found}")
        page.locator(".o_form_view button[name=action_mend]").click()
        page.locator(".modal .o_data_row", has_text="Ask the customer").locator(
            "button[name=action_choose]"
        ).first.click()
        page.locator(".modal button[name=action_apply]", has_text="Write the mail").click()
        page.locator(".modal button[name=action_send_mail]").click()
        page.wait_for_function("() => !document.querySelector('.modal')")
        # the form below loads anew: a client that is left meanwhile may complain
        page.locator(".o-mail-Message", has_text="The customer was asked").wait_for()
        fields = ["question", "asked_by_us", "state", "discrepancy_ids"]
        (enquiry,) = caller.call(
            "processor", "order.enquiry", "search_read", [("discrepancy_ids", "in", [found])], fields
        )
        assert enquiry["asked_by_us"] and enquiry["state"] == "new" and enquiry["discrepancy_ids"] == [found]
        assert "Test Asked" in enquiry["question"]
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_enquiry_action/{enquiry['id']}")
        page.locator("div[name=discrepancy_ids] .o_tag", has_text="Short shipped").wait_for()
        page.locator(".o-mail-Message").first.wait_for()
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_discrepancy_action/{found}")
        page.locator(".o-mail-Message", has_text="The customer was asked").wait_for()
