"""Measuring inside Odoo: one call, its time, its queries."""

import gc
import os
import time
from contextlib import contextmanager
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def measured(session, inside=None):
    """Measure the block; the dict it gives is filled at its end with ``seconds``, ``queries``, ``inside`` and ``processor``.

    The memory is collected and the records forgotten before, so that each run starts alike; what is left to write belongs to
    the call.

    :param inside: an ``Inside``, for an overhead
    """
    session.cr.flush()
    session.root.invalidate_all()
    gc.collect()
    found = {}
    queries, processor = session.cr.sql_log_count, processor_seconds(session)
    if inside:
        inside.start()
    started = time.perf_counter()
    yield found
    session.cr.flush()
    found["seconds"] = time.perf_counter() - started
    found["inside"] = inside.stop() if inside else 0.0
    found["processor"] = processor_seconds(session) - processor
    found["queries"] = session.cr.sql_log_count - queries


def processor_seconds(session):
    """Seconds that this process, the programs that it has run and its server process have had a processor, as far as this
    machine can tell.

    Beside the time of the clock it shows whether a busy machine has disturbed a run.
    """
    spent = os.times()
    own = time.process_time() + spent.children_user + spent.children_system
    try:
        # the fields after the name, which may hold blanks
        fields = Path(f"/proc/{session.cr.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
        return own + (int(fields[11]) + int(fields[12])) / TICKS
    except OSError:
        return own


def take_back(session):
    """Undo what was not committed, in the database and in memory."""
    session.cr.rollback()
    session.root.transaction.clear()
