"""``bin/test``: linters, then the suite on copies of a template database, one a worker."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tools import core_tests

from . import browser
from .cache import ROOT, Cache
from .cli import prepare
from .progress import Progress, SetupError

# the read-me is the project's own, low-level hooks of the ORM return nothing, a book that refuses `create` calls no
# super, rooms extend one model in several files on purpose, a few small tables are read whole, and rows that are kept
# refuse to be deleted in `unlink` itself, also from other modules
LEFT_OUT = (
    "missing-readme,missing-return,method-required-super,super-method-mismatch,consider-merging-classes-inherited,"
    "no-search-all,no-raise-unlink"
)
LINTERS = {
    "ruff": ["-m", "ruff", "check", "--quiet", "--output-format", "concise", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "pylint-odoo": ["-m", "pylint", "--rcfile", "pyproject.toml", f"--disable={LEFT_OUT}", "order_processing"],
}


def test(arguments):
    """Run the suite; the exit code is pytest's, or 1 where a linter found something."""
    arguments = list(arguments)
    flags = {name: _take(arguments, f"--{name}") for name in ("long", "optional", "core", "record")}
    progress = Progress()
    cache = Cache()
    with ThreadPoolExecutor() as pool:
        # what one of them waits for, the net or a processor, is free for the others
        browsing = pool.submit(_browser, cache, progress) if not flags["core"] else None
        setup = prepare(progress, cache, tools=flags["core"])
        if flags["core"]:
            return core_tests.run(setup, arguments, record=flags["record"])
        paths = [argument for argument in arguments if not argument.startswith("-")]
        # no database waits for what only tests and linters need
        linting = pool.submit(_add_tools, setup, not paths)
        # a whole run also loads a day by `bin/demo`: its database is made by what the others leave of the processors, and
        # only that test waits for it
        plain = None
        if not arguments and not flags["optional"]:
            plain = pool.submit(setup.databases.addon, "plain", patient=True)
        template = setup.databases.addon("optional" if flags["optional"] else "demo")
        browsing.result()
        code = _run(setup, template, linting.result(), arguments, flags)
        if plain:
            plain.result()
        return code


def _run(setup, template, linters, arguments, flags):
    prefix = f"op_{setup.cache.tag}_test_"
    for leftover in setup.databases.names(prefix):
        if not alive(leftover.removeprefix(prefix)):
            setup.databases.drop(leftover)
    name = f"{prefix}{os.getpid()}"
    setup.databases.create(name, template)
    try:
        _make_masters(setup, name, setup.progress)
        clean = _linters_pass(linters, setup.progress)
        # the tests run all the same: one run tells everything, and pytest's closing line is the last
        return _pytest(setup, name, template, arguments, flags) or (0 if clean else 1)
    finally:
        drop_copies(setup, name)


def _add_tools(setup, lint):
    setup.add_tools()
    return _start_linters(setup) if lint else {}


def _browser(cache, progress):
    try:
        browser.prepare(cache, progress)
    except SetupError as error:
        # without a browser the tests that need one fail with these words
        progress.say(f"  {error}")


def _make_masters(setup, name, progress):
    words = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.masters import make_masters; make_masters(env)"
    with progress.step("making what the tests share"):
        done = setup.odoo(["shell", "-d", name, "--no-http", "--log-level=warn"], capture=True, words=words + "\n")
    if done.returncode:
        raise SetupError(f"What the tests share could not be made:\n{(done.stdout + done.stderr).strip()[-3000:]}")


def drop_copies(setup, name):
    """Drop the database ``name`` of a run and those that its workers and servers made of it."""
    for leftover in setup.databases.names(name):
        # op_test_12 is not op_test_123
        if leftover == name or leftover.startswith(f"{name}-"):
            setup.databases.drop(leftover)


def _take(arguments, flag):
    found = flag in arguments
    while flag in arguments:
        arguments.remove(flag)
    return found


def alive(database):
    """Whether the run that made a test database, named by its process number, still goes on."""
    number = database.split("-")[0]
    return number.isdigit() and os.path.exists(f"/proc/{number}")


def _pytest(setup, database, template, arguments, flags):
    command = [
        str(setup.python),
        "-W",
        "ignore",
        "-m",
        "pytest",
        f"--odoo-database={database}",
        f"--odoo-config={setup.conf()}",
        # without it every HttpCase would be skipped
        "--odoo-http",
    ]
    if not any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments):
        command += ["-n", str(min(os.cpu_count() or 2, 4)), "--dist", "loadscope", "--no-loadscope-reorder"]
    if not any(argument.startswith("-m") for argument in arguments):
        command += ["-m", "optional" if flags["optional"] else "not optional"]
    env = {
        **setup.env(),
        "ODOO_RC": str(setup.conf()),
        "ORDER_PROCESSING_TEMPLATE": template,
        "ORDER_PROCESSING_DATABASE": database,
        "ORDER_PROCESSING_COPY": " ".join(setup.databases.strategy),
    }
    env["HYPOTHESIS_PROFILE"] = "long" if flags["long"] else "fixed"
    env.setdefault("CHROMIUM", browser.find(setup.cache))
    return subprocess.run([*command, *arguments], env=env, cwd=ROOT).returncode


def _start_linters(setup):
    return {
        name: subprocess.Popen(
            # nothing waits for them before the database is there: its making goes first
            ["nice", "-n", "10", str(setup.python), *command],
            cwd=ROOT,
            env={**setup.env(), "PYLINTHOME": str(setup.cache.path("pylint"))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name, command in LINTERS.items()
    }


def _linters_pass(linters, progress):
    clean = True
    for name, process in linters.items():
        words, _none = process.communicate()
        if process.returncode:
            clean = False
            progress.say(f"✗ {name}\n{words.strip()}")
        else:
            progress.say(f"✓ {name}")
    sys.stderr.flush()
    return clean
