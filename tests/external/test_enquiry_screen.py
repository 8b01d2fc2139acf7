"""The desk's screen while a customer is on the phone, and the customer's own page on a desk and on a phone, in a browser."""

import os
from pathlib import Path

import pytest

from tests.browser import chromium, signed_in

from .shop import Shop

pytestmark = pytest.mark.external
SIZES = {"desk": (1366, 768), "phone": (390, 844)}
# a folder for pictures of what is tested, to be looked at
PICTURES = os.environ.get("ORDER_PROCESSING_PICTURES")


@pytest.fixture(scope="module")
def shop(running_server):
    shop = Shop(running_server)
    shop.buyer = shop.customer("caller_of_desk")
    shop.order = shop.delivered(shop.buyer)
    return shop


def picture(page, name):
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
        f"{name} is wider than the screen"
    )
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES, f"enquiry-{name}.png")), full_page=True)


def test_the_desk_finds_the_order_and_answers(shop):
    order = shop.order
    with chromium() as browser, signed_in(browser, shop.server, "processor") as page:
        page.goto(f"{shop.server.url}/odoo/action-order_processing.order_enquiry_glance_action")
        page.locator("div[name=order_id] input").fill(order["name"])
        page.locator(".o-autocomplete--dropdown-item", has_text=order["name"]).first.click()
        page.locator(".o_order_glance h2", has_text=order["name"]).wait_for()
        picture(page, "glance")
        page.locator("button[name=action_log]").click()
        page.locator("div[name=question] textarea").fill("Where is my parcel?")
        page.locator("div[name=draft_answer] textarea").fill("It left yesterday.")
        page.locator("button[name=action_give_answer]").click()
        page.locator("div[name=answer]", has_text="It left yesterday").wait_for()
        page.locator(".o-mail-Message").first.wait_for()
        picture(page, "logged")
    (enquiry,) = shop.admin("order.enquiry", "search_read", [("order_id", "=", order["id"])], ["state", "answer"])
    assert (enquiry["state"], enquiry["answer"]) == ("answered", "It left yesterday.")


@pytest.mark.parametrize("size", SIZES)
def test_the_customer_follows_on_any_screen(shop, size):
    width, height = SIZES[size]
    link = shop.rpc.call("processor", "sale.order", "order_page_url", [shop.order["id"]])[0]["url"]
    path = "/my/follow/" + link.partition("/my/follow/")[2]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": height}, has_touch=size == "phone")
        page.set_default_timeout(60_000)
        page.goto(shop.server.url + path)
        page.locator(".o_follow_parcel").first.wait_for()
        picture(page, f"{size}-follow")
        page.locator("summary", has_text="Ask a question").click()
        page.locator("#follow_ask").fill(f"When, on a {size}?")
        page.locator("summary", has_text="Report a problem").click()
        picture(page, f"{size}-forms")
        page.locator(".o_follow_ask button[type=submit]").click()
        page.locator(".o_follow_said").wait_for()
        assert page.locator(".o_follow_question", has_text=f"When, on a {size}?").count() == 1
        picture(page, f"{size}-asked")
        page.close()
