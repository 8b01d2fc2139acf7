"""Reading single values that programs send: plain values in, plain values or ``None`` out. No database here."""

import math
import re
from datetime import date, datetime

# deeper than anything that the contract knows
DEPTH = 12
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?Z?", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def plain(value, depth=0):
    """``value`` as JSON that the database can keep: what it cannot (NUL, lone surrogates, NaN) is text or left out."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else "a number of too many digits"
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        # as the database gives it back: no exponent, no zero with a sign
        return plain(int(value)) if abs(value) >= 1e16 else value + 0.0
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if depth >= DEPTH:
        return "nested too deeply"
    if isinstance(value, dict):
        return {plain(str(key)): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    return plain(str(value))


def number(value):
    """``value`` as a float, or ``None`` if it is no finite number of sane size (a boolean is none)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not NUMBER.fullmatch(value.strip()):
        return None
    found = float(value)
    return found if abs(found) < 1e12 else None


def times(text):
    """``(quantity, code)`` of a code as it is scanned, or typed with a quantity before it: ``12*CODE``, else 1.0 of it."""
    text = text.strip()
    many, star, code = text.partition("*")
    quantity = number(many.strip()) if star else None
    return (1.0, text) if quantity is None or not code.strip() else (quantity, code.strip())


def moment(value):
    """When: a naive UTC ``datetime``; a ``date`` for a whole day; ``None`` for anything else."""
    text = str(value).strip()
    found = MOMENT.fullmatch(text)
    if not found:
        return day(text)
    try:
        when = datetime.fromisoformat(f"{found[1]} {found[2]}{found[3] or ':00'}")
    except ValueError:
        return None
    return when if day(found[1]) else None


def day(value):
    """``value`` as a ``date`` of this or a near century, or ``None``."""
    text = str(value).strip()
    if not DAY.fullmatch(text):
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2200 else None


def present(value):
    """Whether something was sent: null, a blank text, an empty list or object is nothing."""
    return value is not None and value != [] and value != {} and not (isinstance(value, str) and not value.strip())


def utc_text(moment):
    """A naive UTC ``datetime`` as ``YYYY-MM-DDTHH:MM:SSZ``, ``''`` where there is none."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def day_text(day):
    """A ``date`` as ``YYYY-MM-DD``, ``''`` where there is none."""
    return day.isoformat() if day else ""
