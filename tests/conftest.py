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


@pytest.fixture(scope="module")
def running_server():
    """A real Odoo server on a copy of the template database: ``.url``, ``.port``, ``.db``; one a module, only when used."""
    from tests.server import RunningServer

    with RunningServer() as server:
        yield server
