"""Profiles of the random tests, and a started server for those that talk to one."""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "fixed",
    max_examples=12,
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile(
    "long", max_examples=300, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck)
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

# their modules take minutes for few tests: begun last, one of them would be waited for by all other workers
LONG = (
    "retail/test_demo.py",
    "setup/test_setup.py",
    "external/",
    "test_histories.py",
    "test_cents.py",
    "test_shares.py",
    "test_faults",
    "_screen.py",
    "_keyboard.py",
    "test_portal.py",
)


def pytest_collection_modifyitems(items):
    """The long ones first, else in their order."""
    items.sort(key=lambda item: next((place for place, name in enumerate(LONG) if name in item.nodeid), len(LONG)))


@pytest.fixture(scope="module")
def running_server():
    """A real Odoo server on a copy of the template database: ``.url``, ``.port``, ``.db``; one a module, only when used."""
    from tests.server import RunningServer

    with RunningServer() as server:
        yield server
