"""What the cells of a file mean: numbers with any decimal mark, dates of any form, codes. No database here."""

import re
from datetime import UTC, date, datetime, time, timedelta

from odoo.tools.translate import LazyTranslate

from .table import UNCALCULATED, Broken, Percent

_lt = LazyTranslate(__name__)

# what spreadsheets count days from
EPOCH = datetime(1899, 12, 30)
SERIAL_DAYS = (20_000, 75_000)
YEARS = (1900, 2200)
MONEY = re.compile(r"[\s\u00a0\u202f'’]|[€£$¥%]|(?<![A-Z])[A-Z]{3}(?![A-Z])")
DIGITS = re.compile(r"[+-]?[\d.,]*\d[\d.,]*", re.ASCII)
GROUPED = re.compile(r"[+-]?\d{1,3}([.,]\d{3})+", re.ASCII)
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", re.ASCII)
PACKED = re.compile(r"(\d{4})(\d\d)(\d\d)(?!\d)", re.ASCII)
EUROPEAN = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)(?!\d)", re.ASCII)
CLOCK = re.compile(r"[T ]*(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)? *([AaPp][Mm])?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
SHORTENED = re.compile(r"\d([.,]\d+)?[eE]\+\d+", re.ASCII)
YES = frozenset(("true", "yes", "y", "1", "x", "ja", "wahr", "oui", "vrai", "si"))
NO = frozenset(("false", "no", "n", "0", "nein", "falsch", "non", "faux"))

CALCULATE = _lt("The formula has no stored value. Open the file in a spreadsheet program, save it, and send it again.")
ERROR_VALUE = _lt("The cell holds an error of the spreadsheet.")
SHORT_CODE = _lt("The spreadsheet has shortened this code. Format the column as text and enter the code anew.")
TWO_MARKS = _lt("It is not clear which is the decimal mark: the file uses both. Say which in “Decimal mark”.")
TWO_ORDERS = _lt(
    "It is not clear which is the day and which the month: the file uses both orders. Say which in “Dates”, or write YYYY-MM-DD."
)


class Reading:
    """How the cells of one file are read.

    :param str decimal: ``,`` or ``.``, ``""`` to be found by ``learn``
    :param bool day_first: whether 1/2/2026 is in February; ``None`` to be found
    :param zone: ``pytz`` zone of times that name none
    :param dict countries: name in lower case to ISO code
    :param str fallback: decimal mark where the file does not tell
    """

    def __init__(self, decimal, day_first, zone, countries, fallback="."):
        self.decimal = decimal
        self.day_first = day_first
        self.zone = zone
        self.countries = countries
        self.fallback = fallback
        self.marks = set()
        self.orders = set()
        # the first value that could be read in two ways, where the file does not tell
        self.assumed = {}

    def doubts(self):
        """What was read by assumption, lazily translated, to be looked at before anything is entered."""
        if "number" in self.assumed:
            yield _lt(
                "The file does not show its decimal mark: “%(found)s” is read as %(read)s. If that is wrong, choose the mark under Columns.",
                **self.assumed["number"],
            )
        if "date" in self.assumed:
            yield _lt(
                "The file does not show whether the day or the month comes first: “%(found)s” is read as %(read)s."
                " If that is wrong, choose it under Columns.",
                **self.assumed["date"],
            )

    def learn(self, kind, cell):
        """Take from a cell what it tells of the file's decimal mark or order of day and month."""
        if not isinstance(cell, str):
            return
        if kind in ("number", "percent"):
            mark = _plain_mark(MONEY.sub("", cell))
            if mark:
                self.marks.add(mark)
        elif kind in ("day", "moment"):
            found = EUROPEAN.match(cell.strip())
            if found and int(found[1]) > 12:
                self.orders.add(True)
            elif found and int(found[3]) > 12:
                self.orders.add(False)

    def read(self, kind, cell):
        """What ``cell`` means in a column of ``kind`` (number, percent, day, moment, flag, code, country, text).

        :return: ``(plain value, None)``, or ``(as found, what is wrong, lazily translated)``; what is left to the
            contract's own checks is given as found
        """
        if isinstance(cell, Broken):
            return str(cell), CALCULATE if cell == UNCALCULATED else ERROR_VALUE
        return getattr(self, f"_{kind}")(cell)

    # ------------------------------------------------------------------ kinds

    def _text(self, cell):
        return shown(cell), None

    def _code(self, cell):
        text = shown(cell)
        return text, SHORT_CODE if isinstance(cell, str) and SHORTENED.fullmatch(text) else None

    def _country(self, cell):
        text = shown(cell)
        return self.countries.get(text.casefold(), text), None

    def _flag(self, cell):
        if isinstance(cell, bool):
            return cell, None
        text = shown(cell).casefold()
        return (True if text in YES else False if text in NO else shown(cell)), None

    def _percent(self, cell):
        if isinstance(cell, Percent):
            return _plain(_short(cell * 100)), None
        return self._number(cell)

    def _number(self, cell):
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return _plain(_short(cell)), None
        if not isinstance(cell, str):
            return shown(cell), None
        text = MONEY.sub("", cell)
        if not DIGITS.fullmatch(text):
            return cell.strip(), None
        if "," not in text and "." not in text:
            return _plain(text), None
        mark = _plain_mark(text)
        assumed = not mark and not self.decimal and not self.marks
        if not mark:
            # 1.234: a thousand or one and a bit
            if not self.decimal and len(self.marks) > 1:
                return cell.strip(), TWO_MARKS
            mark = self.decimal or next(iter(self.marks), self.fallback)
        elif self.decimal and mark != self.decimal:
            return cell.strip(), None
        other = "." if mark == "," else ","
        whole, _mark, rest = text.rpartition(mark) if mark in text else (text, "", "")
        if other in rest or mark in whole:
            return cell.strip(), None
        if other in whole and not GROUPED.fullmatch(whole):
            return cell.strip(), None
        whole = whole.replace(other, "")
        value = _plain(f"{whole or '0'}.{rest}" if rest else whole)
        if assumed:
            self.assumed.setdefault("number", {"found": cell.strip(), "read": value})
        return value, None

    def _day(self, cell):
        found, fault = self._when(cell)
        if isinstance(found, datetime):
            found = found.date()
        return (found.isoformat() if isinstance(found, date) else found), fault

    def _moment(self, cell):
        found, fault = self._when(cell)
        if isinstance(found, datetime):
            if not found.tzinfo:
                found = self.zone.localize(found)
            found = found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return (found.isoformat() if isinstance(found, date) else found), fault

    def _when(self, cell):
        """A ``datetime``, a ``date`` for a whole day, or the text as found."""
        if isinstance(cell, date) and not YEARS[0] <= cell.year <= YEARS[1]:
            return shown(cell), None
        if isinstance(cell, datetime):
            return (cell if cell.time() != time() else cell.date()), None
        if isinstance(cell, date):
            return cell, None
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            if not SERIAL_DAYS[0] <= cell < SERIAL_DAYS[1]:
                packed = PACKED.fullmatch(shown(cell))
                return (packed and _date(*packed.groups())) or shown(cell), None
            when = EPOCH + timedelta(seconds=round(cell * 86400))
            return (when if when.time() != time() else when.date()), None
        text = shown(cell)
        found = ISO.match(text) or PACKED.match(text)
        if found:
            day = _date(*found.groups())
        else:
            found = EUROPEAN.match(text)
            if not found:
                return text, None
            day, fault = self._european(found)
            if fault:
                return text, fault
        return (day and _with_clock(day, text[found.end() :])) or text, None

    def _european(self, found):
        first, mark, second, year = found.groups()
        year = year if len(year) == 4 else f"20{year}"
        if int(first) > 12 or mark == ".":
            day_first = True
        elif int(second) > 12:
            day_first = False
        elif self.day_first is not None:
            day_first = self.day_first
        elif len(self.orders) > 1:
            return None, TWO_ORDERS
        else:
            day_first = next(iter(self.orders), True)
            if not self.orders and first != second:
                self.assumed.setdefault("date", {"found": found[0], "read": _date(year, second, first)})
        return _date(year, second, first) if day_first else _date(year, first, second), None


def shown(cell):
    """A cell as a person reads it: 17850.0 is 17850, a day has no midnight, binary dust behind 15 digits is gone."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, Percent):
        return f"{_short(cell * 100)}%"
    if isinstance(cell, float):
        return _short(cell)
    if isinstance(cell, datetime):
        return str(cell.date()) if cell.time() == time() else str(cell)[:19]
    return str(cell).strip()


def _short(number):
    text = f"{number:.15g}"
    # codes of any length stay codes
    return f"{number:.0f}" if "e+" in text else text


def _plain(text):
    """A number as JSON has it, so that 9,50 of a CSV and 9.5 of a workbook are the same content."""
    if sum(map(str.isdigit, text)) > 15:
        return text
    number = float(text)
    return int(number) if number.is_integer() else number


def _plain_mark(text):
    """The decimal mark of a number that can be read in one way only, else ``""``."""
    if not DIGITS.fullmatch(text):
        return ""
    commas, points = text.count(","), text.count(".")
    if commas and points:
        return max(",.", key=text.rfind)
    if commas + points != 1:
        # 1.234.567 has thousands, and says so of the other mark
        return ("." if commas else ",") if commas + points and GROUPED.fullmatch(text) else ""
    grouped = GROUPED.fullmatch(text) and not text.lstrip("+-").startswith("0")
    return "" if grouped else "," if commas else "."


def _date(year, month, day):
    """``None`` where that is no day, or none of the years that the contract takes and every time zone can reckon with."""
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if YEARS[0] <= found.year <= YEARS[1] else None


def _with_clock(day, text):
    """``day`` at the time that follows it; ``None`` where that is no time."""
    if not text.strip():
        return day
    found = CLOCK.fullmatch(text.rstrip())
    if not found:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    if found[4]:
        hour = hour % 12 + (12 if found[4].lower() == "pm" else 0)
    try:
        when = datetime.combine(day, time(hour, minute, second))
    except ValueError:
        return None
    if when.time() == time() and not found[5]:
        return day
    try:
        return datetime.fromisoformat(f"{when.isoformat()}{found[5].replace('Z', '+00:00')}") if found[5] else when
    except ValueError:
        # a zone of more than a day
        return None
