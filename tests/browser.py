"""A real browser for tests that look at screens: started, signed in, and helpers that press a key only once it can arrive.

``BROWSER_SLOWER=6`` gives the pages a sixth of the processor and draws what changed 6 frames later, ``BROWSER_DELAY=200`` lets
each answer of the server come 200 milliseconds later: a test that passes only on a quick machine fails with them.
"""

import os
import resource
from contextlib import contextmanager

from lxml import html
from playwright.sync_api import sync_playwright

WIDTH, HEIGHT = 1366, 768
PATIENCE = 60000
FRAME = 17

# in a list the cell itself takes the focus until its row is opened, and what is typed then goes nowhere
TYPES_INTO = """([name, row]) => {
    const element = document.activeElement;
    if (!element.matches("input, textarea") || element.readOnly || element.disabled) {
        return false;
    }
    if (!element.closest(`[name="${name}"]`)) {
        return false;
    }
    const line = element.closest(".o_data_row");
    if (row === null) {
        return !line || line.matches(".o_selected_row");
    }
    return line?.matches(".o_selected_row") && [...line.parentElement.querySelectorAll(".o_data_row")].indexOf(line) === row;
}"""
# what a screen reader says of the element that has the focus, and the field or button that it is
FOCUSED = """() => {
    const element = document.activeElement;
    if (element.matches("body, td, th")) {
        return ["", ""];
    }
    const words = element.textContent.trim() || element.getAttribute("aria-label") || "";
    return [words, element.closest("[name]")?.getAttribute("name") || ""];
}"""
# while a button works the client disables all of them, and a hotkey on a disabled one is lost
HOTKEY_WORKS = """key => {
    const dialog = document.querySelector(".modal:not(.o_inactive_modal)");
    const buttons = [...(dialog || document).querySelectorAll(`[data-hotkey="${key}" i]`)];
    return !document.querySelector(".o_blockUI") && buttons.some(button => !button.disabled && button.checkVisibility());
}"""

# a machine that is busy draws late, whatever share of the processor the page has
LATE_FRAMES = """(() => {
    const frame = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = callback => setTimeout(() => frame(callback), WAIT);
    window.cancelAnimationFrame = clearTimeout;
})()"""


@contextmanager
def chromium():
    """A started browser."""
    # Odoo limits the address space of its process, and of those that it starts; Chromium reserves more than that
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limits[1], limits[1]))
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"])
            yield browser
            browser.close()
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


@contextmanager
def signed_in(browser, server, login, **context):
    """A page of a user, signed in and still blank; it fails the test if the client showed an error.

    :param context: what the browser is like, as Playwright names it
    """
    page = browser.new_page(**{"viewport": {"width": WIDTH, "height": HEIGHT}, **context})
    try:
        page.set_default_timeout(PATIENCE)
        _slow_down(page)
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        _sign_in(page.request, f"{server.url}/web/login", login)
        yield page
        assert not errors, errors
        assert not page.locator(".o_error_dialog").count()
    finally:
        page.close()


def _sign_in(session, url, login):
    """By its form, without the screens that would be left at once: a client that is left while it starts may complain."""
    form = html.fromstring(session.get(url).text())
    token = form.xpath("//input[@name='csrf_token']/@value")[0]
    answer = session.post(url, form={"csrf_token": token, "login": login, "password": login})
    assert answer.ok and "/web/login" not in answer.url, f"{login} could not sign in"


def _slow_down(page):
    slower, delay = (float(os.environ.get(name) or 0) for name in ("BROWSER_SLOWER", "BROWSER_DELAY"))
    if slower > 1 or delay:
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": max(slower, 1)})
        page.add_init_script(LATE_FRAMES.replace("WAIT", str(slower * FRAME)))
        unlimited = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
        session.send("Network.emulateNetworkConditions", {**unlimited, "latency": delay})


def focused(page):
    """``(words, name)`` of what has the focus: what a screen reader says, and the field or button it belongs to."""
    return tuple(page.evaluate(FOCUSED))


def tab_to(page, name, times=200):
    """Press Tab until an element of this name, or that is read so, has the focus."""
    seen = []
    for _press in range(times):
        page.keyboard.press("Tab")
        seen.append(focused(page))
        if name in seen[-1]:
            return
    raise AssertionError(f"“{name}” is not reached by Tab: {seen}")


def wait_typing(page, name, row=None):
    """Wait until keys go into the field ``name``; in a list into its row number ``row`` (from 0), which is open."""
    page.wait_for_function(TYPES_INTO, arg=[name, row])


def hotkey(page, key):
    """Press Alt and ``key`` once a button that can be pressed listens to it."""
    page.wait_for_function(HOTKEY_WORKS, arg=key)
    page.keyboard.press(f"Alt+{key}")


@contextmanager
def redrawn(page, selector=".o_form_view"):
    """What is done inside makes the client draw this part anew: go on when the new one has taken the old one's place."""
    page.locator(selector).evaluate("element => element.setAttribute('data-before', '')")
    yield
    page.wait_for_selector(f"{selector}[data-before]", state="detached")
    page.wait_for_selector(selector)
