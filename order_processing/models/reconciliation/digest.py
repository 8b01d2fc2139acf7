"""The canonical form of a statement and its digest: plain Python.

The canonical form is text, one JSON array a line, in this order: ``["statement", ...]``, ``["line", ...]`` for each
entry, ``["equation", ...]``, ``["check", ...]`` and what ``sections.py`` names behind them, each in its sequence,
``["book", rows, sha256]`` for the rows of the day book that the statement owns. A section that came later has no rows in a
statement that was signed before: its form is the same as it was. JSON without spaces, non-ASCII characters as they are,
UTF-8; numbers, dates and times are texts as PostgreSQL writes them, without trailing zeros of a fraction; what is absent
is ``null``; each line ends with a line feed. The digest is SHA-256, in hexadecimal, of the digest before (64 characters, or nothing for
the first) followed by that text.
"""

import hashlib
import json
import re

SNAPSHOT = re.compile(r"([0-9]{1,19}):([0-9]{1,19}):((?:[0-9]{1,19}(?:,[0-9]{1,19})*)?)")
NUMBER = re.compile(r"[0-9]{0,19}")
PREFIX = "$1$"


def canonical(row):
    """One line of the canonical form, without its line feed; ``row`` is a sequence of plain values."""
    return json.dumps(list(row), ensure_ascii=False, separators=(",", ":"))


def digest(previous, rows):
    """The digest of a statement, ``$1$`` and 64 hexadecimal characters.

    :param str previous: the digest before, with or without its prefix; ``""`` for the first of a company
    :param rows: iterable of sequences of plain values, in canonical order; read once, never kept
    """
    return digest_text(previous, (canonical(row) + "\n" for row in rows))


def digest_text(previous, pieces):
    """The same of a canonical form that is written already.

    :param pieces: iterable of texts that make the form, one after the other; read once, never kept
    """
    state = hashlib.sha256((previous or "").removeprefix(PREFIX).encode())
    for piece in pieces:
        state.update(piece.encode())
    return PREFIX + state.hexdigest()


def is_cut(snapshot, xact):
    """Whether the database can read these texts of a cut: a snapshot ``xmin:xmax:running,...`` and a transaction or nothing."""
    parts = SNAPSHOT.fullmatch(snapshot or "")
    if not parts or not NUMBER.fullmatch(xact or ""):
        return False
    first, end = int(parts[1]), int(parts[2])
    running = [int(number) for number in parts[3].split(",")] if parts[3] else []
    return 0 < first <= end and running == sorted(running) and all(first <= number < end for number in running)
