"""The inside of one side of a bench: ``python -m tools.bench.worker WORK SIDE DATABASE GIVEN``.

``WORK`` is a module with the classes ``Ours`` and ``Theirs``, made with ``(session, given)``. Their methods are called as the
lines of the input name them and answer plain values:

- ``prepare()``: fill the database; what it answers is given to every later process of either side;
- ``warm()``: do a little of the work and take it back, so that caches are warm alike;
- ``run(number, size)``: one measured run (``measure.measured``), ``{seconds, queries, inside, proof}``. ``proof`` says what was
  done, in figures that must be the same on both sides;
- ``close()``, where there is one: end what it has started.
"""

import importlib
import json
import os
import sys

from tools.retail.session import Session
from tools.setup.progress import Progress


def main(arguments):
    """The command; returns its exit code."""
    work, side, database, given = arguments
    # only answers go to the pipe, whatever is printed
    answers, sys.stdout = sys.stdout, sys.stderr
    session = Session(database, Progress(open(os.devnull, "w", encoding="utf-8")))
    member = None
    try:
        member = getattr(importlib.import_module(work), side.capitalize())(session, json.loads(given))
        for line in sys.stdin:
            act, options = json.loads(line)
            print(json.dumps(getattr(member, act)(**options)), file=answers, flush=True)
    finally:
        if hasattr(member, "close"):
            member.close()
        session.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
