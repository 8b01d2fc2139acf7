"""One line a step on the error stream, with its time; a step that fails says what to do."""

import itertools
import sys
import threading
import time
from contextlib import contextmanager


class SetupError(Exception):
    """A step that cannot go on: what failed and what to do, in words for the person at the terminal."""


class Progress:
    """Says what is being done.

    :param stream: where to (default the error stream, so that a command's own output stays clean)
    """

    def __init__(self, stream=None):
        self.stream = stream or sys.stderr

    def say(self, text):
        """Write one line."""
        print(text, file=self.stream, flush=True)

    @contextmanager
    def step(self, text):
        """Announce ``text``, then its duration, or that it failed; on a terminal the seconds run meanwhile."""
        tty = self.stream.isatty()
        started = time.monotonic()
        lead = "\r\033[K" if tty else ""
        over = threading.Event()
        ticking = threading.Thread(target=self._tick, args=(text, started, over), daemon=True)
        if tty:
            ticking.start()
        else:
            self.say(f"· {text} …")
        mark = "✗"
        try:
            yield
            mark = "✓"
        finally:
            over.set()
            if tty:
                ticking.join()
            self.say(f"{lead}{mark} {text} ({time.monotonic() - started:.1f} s)")

    def _tick(self, text, started, over):
        for sign in itertools.cycle("|/-\\"):
            line = f"\r\033[K{sign} {text} … {time.monotonic() - started:.0f} s"
            print(line, end="", file=self.stream, flush=True)
            if over.wait(0.25):
                return
