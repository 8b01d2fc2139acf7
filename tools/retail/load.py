"""Loads a business day into a database: ``python -m tools.retail.load --db NAME --orders FILE --date DAY …``.

Runs with the prepared Python; ``ODOO_RC`` names Odoo's configuration. Called by ``bin/demo``.
"""

import argparse
import json
import os
import sys
import time
from datetime import date
from pathlib import Path

from tools.setup.progress import Progress

from . import marker
from .errors import InputError
from .load_day import load_day
from .load_documents import write_documents
from .load_history import LoadError, close_day, load_history
from .load_masters import load_masters
from .load_summary import Figures
from .plan import make_plan
from .reader import read
from .serving import Server, free_port
from .session import Session
from .summary_checks import broken


def load(session, plan, folder):
    """Load ``plan`` into the database of ``session`` and write its summary and PDFs to ``folder``.

    :return: the summary, a dict
    :raises LoadError: a document of the history was refused, or the figures contradict each other
    """
    load_masters(session, plan)
    load_history(session, plan)
    load_day(session, plan)
    with session.step("close", "the day closed and signed"):
        sweep(session, plan.date)
        session.commit()
        close_day(session, plan.date)
    print_documents(session, plan.date, folder)
    summary = Figures(session, plan.date).summary()
    summary["seconds"] = session.seconds
    write_summary(folder, summary)
    counted = {"rows": len(plan.rows), "orders": len(plan.orders), "returns": len(plan.returns)}
    wrong = broken(summary, counted)
    if wrong:
        raise LoadError(
            "the figures contradict each other:\n  " + "\n  ".join(wrong) + f"\n  See {folder / 'summary.json'}."
        )
    marker.complete(session, summary)
    return summary


def sweep(session, day):
    """Compare ordered, delivered, returned, invoiced and credited of every line, as of the end of ``day``."""
    manager = session.as_user("manager")
    moment = f"{day} 17:00:00"
    manager["order.discrepancy"].with_context(order_business_moment=moment).sweep()


def print_documents(session, day, folder):
    """Start a server for the style sheets and print the day's PDFs."""
    with session.step("documents", "statement, packing slips, labels and invoices as PDF"):
        command = [sys.executable, "-W", "ignore", "-m", "odoo", "server", "-c", os.environ["ODOO_RC"]]
        with Server(command, session.database, free_port()) as server:
            write_documents(session, day, folder, server.url)


def write_summary(folder, summary):
    """Write ``summary.json``."""
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    folder.joinpath("summary.json").write_text(text + "\n", encoding="utf-8")


def main(arguments):
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.retail.load")
    parser.add_argument("--db", required=True)
    parser.add_argument("--orders", type=Path, required=True)
    parser.add_argument("--date", type=date.fromisoformat, required=True)
    parser.add_argument("--history", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--documents", action="store_true", help="only print what a loaded day left")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    session = None
    try:
        started = time.monotonic()
        session = Session(options.db, Progress())
        if options.documents:
            write_summary(options.out, marker.summary(session))
            print_documents(session, options.date, options.out)
        else:
            plan = make_plan(read(options.orders), options.date, options.history, options.orders)
            session.seconds["plan"] = round(time.monotonic() - started, 2)
            load(session, plan, options.out)
    except (InputError, LoadError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    finally:
        if session:
            session.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
