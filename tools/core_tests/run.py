"""Run core's suites and compare, or record."""

import os
import subprocess
import tempfile
from pathlib import Path

from . import results

MODULES = ("sale", "sale_stock", "stock", "stock_delivery", "stock_picking_batch", "account")
BASELINE = Path(__file__).with_name("baseline.json")


def run(setup, arguments, record=False):
    """Run the suites of the modules in ``arguments`` (default all of ``MODULES``); the rest goes to pytest.

    :param setup: the prepared ``Setup``
    :param bool record: run without the add-on and store what failed, instead of comparing
    :return: exit code: 0 when nothing fails that did not fail without the add-on
    """
    modules = [argument for argument in arguments if argument in MODULES] or list(MODULES)
    options = [argument for argument in arguments if argument not in MODULES]
    template = setup.databases.dependencies("plain") if record else setup.databases.addon("plain")
    found = {}
    for module in modules:
        with setup.progress.step(f"core's tests of {module} {'without' if record else 'with'} the add-on"):
            found[module] = _run_module(setup, module, template, options)
        if record:
            # a long recording that is cut off keeps what it has
            results.store(BASELINE, setup.source.release, {module: found[module]})
    if record:
        setup.progress.say(f"stored in {BASELINE}")
        return 0
    text, clean = results.compare(found, results.load(BASELINE), setup.source.release)
    print(text)
    return 0 if clean else 1


def _run_module(setup, module, template, options):
    name = f"op_{setup.cache.tag}_test_{os.getpid()}"
    folder = next(path / module / "tests" for path in setup.source.addons if (path / module).is_dir())
    setup.databases.create(name, template)
    log = setup.cache.path("core_tests", f"{module}.log")
    log.parent.mkdir(exist_ok=True)
    try:
        with tempfile.TemporaryDirectory() as place, open(log, "w", encoding="utf-8") as output:
            report = Path(place, "report.xml")
            command = [
                *[str(setup.python), "-W", "ignore", "-m", "pytest", str(folder)],
                *["-c", os.devnull, "--rootdir", str(folder.parents[1]), "-q", "-p", "no:cacheprovider"],
                *[f"--odoo-database={name}", f"--odoo-config={setup.conf()}", "--odoo-http"],
                *["-n", str(min(os.cpu_count() or 2, 4)), "--dist", "loadscope", f"--junitxml={report}", *options],
            ]
            # not from the folder of the addons: its `calendar` would be taken for Python's own
            subprocess.run(command, env=setup.env(), cwd="/", stdout=output, stderr=output, stdin=subprocess.DEVNULL)
            return results.read(report, log)
    finally:
        for leftover in setup.databases.names(name):
            if leftover == name or leftover.startswith(f"{name}-"):
                setup.databases.drop(leftover)
