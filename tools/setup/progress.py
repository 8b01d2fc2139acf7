"""One line a step on the error stream, with its time; a step that fails says what to do."""

import itertools
import sys
import threading
import time
from contextlib import contextmanager


class SetupError(Exception):
    """A step that cannot go on: what failed and what to do, in words for the person at the terminal."""


class Progress:
    """Says what is being done; several steps may run at once, each in a thread of its own.

    :param stream: where to (default the error stream, so that a command's own output stays clean)
    """

    def __init__(self, stream=None):
        self.stream = stream or sys.stderr
        self._running = {}
        self._lock = threading.Lock()

    def say(self, text):
        """Write one line."""
        with self._lock:
            self._write(f"{text}\n")

    @contextmanager
    def step(self, text):
        """Announce ``text``, then its duration, or that it failed; on a terminal the seconds run meanwhile."""
        tty = self.stream.isatty()
        key, started = object(), time.monotonic()
        lead = "\r\033[K" if tty else ""
        over = threading.Event()
        ticking = threading.Thread(target=self._tick, args=(over,), daemon=True)
        self._running[key] = (text, started)
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
            del self._running[key]
            self.say(f"{lead}{mark} {text} ({time.monotonic() - started:.1f} s)")

    def _tick(self, over):
        for sign in itertools.cycle("|/-\\"):
            with self._lock:
                now = time.monotonic()
                parts = [f"{text} … {now - started:.0f} s" for text, started in list(self._running.values())]
                self._write(f"\r\033[K{sign} {', '.join(parts)}")
            if over.wait(0.25):
                return

    def _write(self, text):
        self.stream.write(text)
        self.stream.flush()
