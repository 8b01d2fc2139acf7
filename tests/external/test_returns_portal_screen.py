"""The customer's pages of returns in a browser, on a desk and on a phone."""

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
    shop.buyer = shop.customer("screen")
    shop.make(
        "order.return.policy",
        name="Our terms",
        product_id=shop.goods,
        window_days=30,
        fee_percent=20,
        allow_replacement=False,
    )
    return shop


def picture(page, name):
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
        f"{name} is wider than the screen"
    )
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES, f"{name}.png")), full_page=True)


@pytest.mark.parametrize("size", SIZES)
def test_ask_print_and_follow(shop, size, tmp_path):
    order = shop.delivered(shop.buyer)
    width, height = SIZES[size]
    viewport = {"width": width, "height": height}
    with (
        chromium() as browser,
        signed_in(browser, shop.server, "screen", viewport=viewport, has_touch=size == "phone") as page,
    ):
        page.goto(f"{shop.server.url}/my/orders/{order['id']}")
        picture(page, f"{size}-order")
        page.click("a[name=return_goods]")
        page.wait_for_selector(".o_return_form")
        line = order["line"]
        # what the policy says comes as it is typed
        page.fill(f"#quantity_{line}", "2")
        page.wait_for_selector(".o_return_expected:not(.d-none)")
        assert "20.00" in page.inner_text(".o_return_total")
        assert "restocking fee 20 %" in page.inner_text(".o_return_said")
        picture(page, f"{size}-form")
        page.select_option(f"#reason_{line}", "defective")
        page.wait_for_function("document.querySelector('.o_return_total').textContent.includes('25.00')")
        page.select_option(f"#reason_{line}", "unwanted")
        page.select_option(f"#settlement_{line}", "replacement")
        page.wait_for_selector(".o_return_problems:not(.d-none)")
        assert "does not allow" in page.inner_text(".o_return_problems")
        assert page.locator(".o_return_expected").is_hidden()
        page.fill(f"#quantity_{line}", "9")
        page.wait_for_function("document.querySelector('.o_return_problems').textContent.includes('5 Units at most')")
        picture(page, f"{size}-refused")
        page.select_option(f"#settlement_{line}", "refund")
        page.fill(f"#quantity_{line}", "2")
        page.wait_for_selector(".o_return_expected:not(.d-none)")
        page.click("button[value=send]")
        page.wait_for_selector(".alert-success")
        case_id = shop.cases(order)[0]
        shop.rpc.call("processor", "order.return", "action_approve", [case_id])
        page.reload()
        page.wait_for_selector("a[name=slip]")
        picture(page, f"{size}-approved")
        page.fill("#tracking", "1Z999")
        page.click("form[action$='/sent'] button")
        page.wait_for_selector(".alert-success")
        assert shop.case(case_id, "state")["state"] == "on_way"
        shop.rpc.call("processor", "order.return", "process", [case_id])
        page.goto(f"{shop.server.url}/my/returns")
        picture(page, f"{size}-list")
        page.click(".o_return_case a")
        page.wait_for_selector(".o_return_credit")
        picture(page, f"{size}-settled")
        page.goto(f"{shop.server.url}/my")
        page.wait_for_selector("a[href='/my/returns']", state="visible")
        picture(page, f"{size}-home")
