"""Profiles of the random tests, a started server for those that talk to one, and no test over midnight."""

import gc
import os
import shutil
import subprocess
import time
import uuid
from functools import partial
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from tools.setup.databases import ADDON, link

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


def of_the_project(path, is_local=providers.is_local_module_file):
    """Whether Hypothesis is to try the numbers and texts that stand in the module at ``path``.

    It would read all of Odoo for them, which stands in the project's folder as well: two thousand files, by each worker.
    """
    return Path(path).is_relative_to(ADDON) and is_local(path)


providers.is_local_module_file = of_the_project

# their modules take minutes for few tests: begun last, one of them would be waited for by all other workers
LONG = (
    "retail/test_demo.py",
    "setup/test_setup.py",
    # one after the other those that talk to a server: Odoo ends what its classes of tests find running beside them
    "external/",
    "_screen.py",
    "_keyboard.py",
    "_browser.py",
    "test_portal.py",
    "test_histories.py",
    "test_cents.py",
    "test_shares.py",
    "test_faults",
)


def pytest_collection_modifyitems(items):
    """The long ones first, else in their order."""
    items.sort(key=lambda item: next((place for place, name in enumerate(LONG) if name in item.nodeid), len(LONG)))


PLACE = pytest.StashKey()
DAY, LATE = 86400, 600


def until_next_day(now):
    """Seconds from ``now`` (of the epoch) to five seconds past midnight UTC; none where it is ten minutes or more away."""
    left = DAY - now % DAY
    return left + 5 if left < LATE else 0


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """No class or module begins so late that midnight comes before its end: some keep what day it is from their beginning."""
    place = getattr(item, "module", None), getattr(item, "cls", None)
    if item.session.stash.get(PLACE, None) != place:
        item.session.stash[PLACE] = place
        time.sleep(until_next_day(time.time()))


@pytest.fixture(scope="session", autouse=True)
def own_files(load_registry):
    """A worker keeps the files of its own database.

    pytest-odoo gives all of them one store. After each class Odoo drops from it what its database does not know, and
    what another worker has just written in a transaction still open is such.
    """
    from odoo.tests.common import get_db_name
    from odoo.tools import config

    store = partial(type(config).filestore, config)
    shared, own = config.filestore(get_db_name()), store(get_db_name())
    if shared == own:
        yield
        return
    shutil.copytree(shared, own, copy_function=link, dirs_exist_ok=True)
    with mock.patch.object(config, "filestore", store):
        yield
    shutil.rmtree(own, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def core_shortcuts(load_registry):
    """What core computes again and again, and always alike, is kept; not so in servers and other programs that tests start."""
    from tests.shortcuts import taken

    with taken():
        yield


@pytest.fixture(scope="session", autouse=True)
def settled_memory(load_registry):
    """What stands for the whole run, millions of objects of Odoo, is not looked through again for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def server_process():
    """The one server of a worker, started when first used; ``running_server`` is what tests ask for."""
    from tests.server import RunningServer

    with RunningServer() as server:
        yield server


@pytest.fixture(scope="module")
def running_server(server_process):
    """A real Odoo server on a copy of the template database: ``.url``, ``.port``, ``.db``; the copy is the module's own."""
    if server_process.used:
        server_process.renew()
    server_process.used = True
    return server_process


@pytest.fixture
def template_copy():
    """Name of a database of its own, copied from the template.

    Nothing connects to the template itself: the copy that another test makes of it would be refused meanwhile.
    """
    from tests.server import copy_database

    name = f"{os.environ['ORDER_PROCESSING_DATABASE']}-copy-{uuid.uuid4().hex[:8]}"
    copy_database(os.environ["ORDER_PROCESSING_TEMPLATE"], name)
    yield name
    subprocess.run(["dropdb", "--if-exists", "--force", name], check=False)
    shutil.rmtree(Path(os.environ["ORDER_PROCESSING_CACHE"], "data", "filestore", name), ignore_errors=True)
