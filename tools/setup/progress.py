"""One line a step on the error stream, with its time; a step that fails says what to do."""

import sys
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
        """Announce ``text``, then its duration, or that it failed."""
        tty = self.stream.isatty()
        started = time.monotonic()
        print(f"· {text} …", end="" if tty else "\n", file=self.stream, flush=True)
        lead = "\r" if tty else ""
        try:
            yield
        except BaseException:
            print(f"{lead}✗ {text}", file=self.stream, flush=True)
            raise
        print(f"{lead}✓ {text} ({time.monotonic() - started:.1f} s)", file=self.stream, flush=True)
