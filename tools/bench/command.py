"""``bin/bench``: the command."""

import argparse
from pathlib import Path

from tools.setup import cli
from tools.setup.progress import Progress

from . import output
from .arithmetic import misses
from .runner import run
from .stages import BENCHES


def _positive(text):
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"“{text}” is no number of one or more")
    return int(text)


def parse(arguments):
    """Options of the command as a namespace."""
    parser = argparse.ArgumentParser(
        prog="bin/bench",
        description="What the add-on costs, against something measured beside it in the same run. "
        "The exit code is 1 when a ratio is over its bound.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a bench, or the beginning of some (verification)")
    parser.add_argument("--list", action="store_true", help="say what each compares")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, too")
    parser.add_argument("--size", type=_positive, metavar="N", help="orders in the sample")
    parser.add_argument("--runs", type=_positive, metavar="N", help="alternating runs of each side")
    return parser.parse_args(arguments)


def bench(arguments):
    """``bin/bench``; returns the exit code.

    :raises SetupError: what failed and what to do
    """
    options = parse(arguments)
    chosen = BENCHES.select(options.names)
    if options.list:
        print(output.listing(chosen))
        return 0
    progress = Progress()
    setup = cli.prepare(progress)
    results, over = [], []
    for member in chosen:
        found = run(setup, member, options.size, options.runs)
        results.append(found)
        over += misses(member, found)
        # one after the other: a run that is cut off keeps what it has
        if options.json:
            output.write_json(options.json, results)
    print(output.table(results))
    for words in over:
        progress.say(f"✗ {words}")
    return 1 if over else 0
