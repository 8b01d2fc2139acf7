"""``bin/demo``: a wholesaler's real business day, loaded, closed and shown in the running web client."""

import argparse
import hashlib
import json
import time
from datetime import date
from pathlib import Path

from tools.setup import cli
from tools.setup.cache import ROOT
from tools.setup.progress import Progress, SetupError

from . import demo_database, demo_defaults, marker, report
from .errors import InputError
from .plan import make_plan
from .reader import read
from .serving import HOST, Server, is_free

USERS = ("processor", "manager", "integration")


def _day(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no date: write it as 2010-12-20") from None


def _number(text):
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"“{text}” is no number of zero or more")
    return int(text)


def parse(arguments):
    """Options of the command as a namespace."""
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__.strip().replace("``", ""))
    parser.add_argument("--orders", type=Path, metavar="FILE", help=".csv or .csv.gz with the columns of Online Retail")
    parser.add_argument("--date", type=_day, metavar="YYYY-MM-DD", help="the business day")
    parser.add_argument(
        "--history",
        type=_number,
        default=demo_defaults.HISTORY,
        metavar="DAYS",
        help="days before with trade that are loaded whole (default 1)",
    )
    parser.add_argument("--db", default="retail", metavar="NAME", help="the database (default retail)")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "out", metavar="DIR", help="where summary and PDFs go (default out)"
    )
    parser.add_argument("--fresh", action="store_true", help="make the database anew")
    parser.add_argument("--no-serve", action="store_true", help="stop when the day is closed")
    parser.add_argument("--port", type=_number, default=8069, help="of the web client (default 8069)")
    options = parser.parse_args(arguments)
    if options.orders is None:
        options.orders = demo_defaults.ORDERS
        options.date = options.date or demo_defaults.DATE
    elif options.date is None:
        parser.error("--orders needs --date YYYY-MM-DD, the day to load")
    return options


def demo(arguments):
    """``bin/demo``; returns the exit code.

    :raises SetupError: what failed and what to do
    """
    options = parse(arguments)
    demo_database.check_name(options.db)
    progress = Progress()
    wanted = _wanted(options, progress)
    setup = cli.prepare(progress)
    if not options.no_serve and not is_free(options.port):
        raise SetupError(
            f"Port {options.port} is taken. Give another one: --port N, or leave the web client out: --no-serve."
        )
    options.out.mkdir(parents=True, exist_ok=True)
    with setup.cache.lock(f"demo-{options.db}", progress):
        wanted["addon"] = setup.databases.addon("plain")
        present = demo_database.ensure(setup, options.db, wanted, options.fresh)
        if present:
            progress.say(f"· {options.db} holds {options.date} already and is opened as it is (--fresh makes it anew)")
        if not present or not _complete(options):
            _run_load(setup, options, documents_only=present)
    summary = json.loads(options.out.joinpath("summary.json").read_text(encoding="utf-8"))
    url = f"http://{HOST}:{options.port}/odoo/order-desk"
    if options.no_serve:
        print(report.table(summary, options.out, None, USERS))
        return 0
    return _serve(setup, options, lambda: print(report.table(summary, options.out, url, USERS), flush=True))


def _wanted(options, progress):
    """The marker of the day asked for; reads the file, so that bad input is said before anything is installed."""
    try:
        with progress.step(f"reading {options.orders.name}"):
            make_plan(read(options.orders), options.date, options.history, options.orders)
    except InputError as error:
        raise SetupError(str(error)) from None
    digest = hashlib.sha256(options.orders.read_bytes()).hexdigest()[:16]
    return json.loads(marker.text(options.date, digest, options.history, ""))


def _complete(options):
    """Whether everything that a load leaves stands in ``--out``, of this very day."""
    try:
        found = json.loads(options.out.joinpath("summary.json").read_text(encoding="utf-8"))
        # of a day on which nothing left, no slip is printed
        names = [
            f"reconciliation-{options.date}.pdf",
            *(["packing-slips.pdf", "labels.pdf"] if found["transfers"]["done"] else []),
            *(["invoices.pdf"] if found["invoices"]["count"] else []),
        ]
        return found["statement"]["date"] == str(options.date) and all(
            options.out.joinpath(name).is_file() for name in names
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _run_load(setup, options, documents_only):
    started = time.monotonic()
    done = setup.script(
        "tools.retail.load",
        [
            *("--db", options.db, "--orders", options.orders.absolute(), "--date", options.date),
            *("--history", options.history, "--out", options.out.absolute()),
            *(["--documents"] if documents_only else []),
        ],
    )
    if done.returncode:
        raise SetupError(
            f"The day was not loaded to its end. What stands above says why; run the command again: {options.db} is then "
            "made anew."
        )
    setup.progress.say(f"✓ {options.date} loaded in {time.monotonic() - started:.0f} s")


def _serve(setup, options, announce):
    command = setup.odoo_command(["server"])
    try:
        with setup.progress.step("starting the web client"):
            server = Server(command, options.db, options.port, setup.env())
            # papers that are printed on the screen look as those of the day
            demo_database.print_from(setup, options.db, server.url)
            server.__enter__()
        try:
            announce()
            return server.wait()
        finally:
            server.__exit__()
            demo_database.print_from(setup, options.db, None)
    except RuntimeError as error:
        raise SetupError(str(error)) from None
    except KeyboardInterrupt:
        return 0
