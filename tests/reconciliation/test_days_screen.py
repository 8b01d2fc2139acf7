"""The calendar of days and the trend in a real browser: each day with its state, a click leads to it."""

from datetime import date, timedelta

import pytest

from tests.browser import chromium, signed_in
from tests.external.clients import OdooRpc

pytestmark = [pytest.mark.browser, pytest.mark.external]


@pytest.fixture(scope="module")
def days(running_server):
    """Numbers of a signed day and of a draft behind a gap, both of this month as the calendar shows it."""
    caller = OdooRpc(running_server)
    last = max(
        [row["date"] for row in caller.call("manager", "order.reconciliation", "search_read", [], ["date"])],
        default=str(date.today() - timedelta(days=5)),
    )
    first = date.fromisoformat(last) + timedelta(days=1)
    if first + timedelta(days=2) > date.today():
        pytest.skip("the demo's days are closed already")
    numbers = []
    for day in (first, first + timedelta(days=2)):
        numbers.append(caller.call("manager", "order.reconciliation", "draft_day", str(day))["id"])
        if len(numbers) == 1:
            check = [("reconciliation_id", "=", numbers[0]), ("document_count", ">", 0)]
            if caller.call("manager", "order.reconciliation.check", "search_count", check):
                caller.call("manager", "order.reconciliation", "explain_checks", numbers, {"*": "Known"})
            caller.call("manager", "order.reconciliation", "action_sign", numbers)
    return first, numbers


def test_days_and_trend(running_server, days):
    first, numbers = days
    with chromium() as browser, signed_in(browser, running_server, "manager") as page:
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_reconciliation_action?view_type=calendar")
        page.wait_for_selector(".o_calendar_renderer .fc-event")
        seen = {}
        for number, day in zip(numbers, (first, first + timedelta(days=2))):
            event = page.locator(f".fc-event[data-event-id='{number}']").first
            if not event.count():
                page.locator(".o_calendar_button_prev, .o_previous_button").first.click()
                event.wait_for()
            seen[number] = [
                name for name in event.get_attribute("class").split() if name.startswith("o_calendar_color")
            ]
            assert event.inner_text().strip().startswith(str(day))
        assert seen[numbers[0]] != seen[numbers[1]], "a signed day and a draft have colours of their own"
        page.locator(f".fc-event[data-event-id='{numbers[1]}']").first.click()
        popover = page.locator(".o_cw_popover")
        popover.wait_for()
        assert "Days without a statement" in popover.inner_text(), "the gap before it is shown"
        popover.locator(".o_cw_popover_edit").click()
        page.wait_for_selector(".o_form_view .o_order_flow")
        assert page.url.rstrip("/").endswith(str(numbers[1]))
        assert str(first + timedelta(days=2)) in page.locator(".o_form_view .oe_title").inner_text()
        page.goto(f"{running_server.url}/odoo/action-order_processing.order_reconciliation_trend_action")
        page.wait_for_selector(".o_graph_renderer canvas, .o_nocontent_help")
