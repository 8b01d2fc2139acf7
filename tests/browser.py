"""A real browser for tests that look at screens."""

import os
import resource
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

WIDTH, HEIGHT = 1366, 768
PATIENCE = 60000


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
def signed_in(browser, server, login):
    """A page of a user, signed in; it fails the test if the web client showed an error."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.set_default_timeout(PATIENCE)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{server.url}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.keyboard.press("Enter")
    page.wait_for_selector(".o_main_navbar")
    yield page
    assert not errors, errors
    assert not page.locator(".o_error_dialog").count()
    page.close()
