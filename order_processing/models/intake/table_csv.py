"""CSV of any make: encoding, separator and quoted line breaks. Plain Python: no database here."""

import codecs
import csv
import io
import re
from collections import Counter
from itertools import islice

from odoo.tools.translate import LazyTranslate

from .table import SPREADSHEET_ERRORS, Broken, Table, TableError

_lt = LazyTranslate(__name__)

DELIMITERS = (";", ",", "\t", "|")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# what a spreadsheet program takes for a formula, unless it is a number, and how such a text is kept from running
RUNS = re.compile(r"[=+\-@\t\r\n]")
NUMBER = re.compile(r"[+-]?[\d.,' \u00a0\u202f]*%?")
GUARD = re.compile(r"'(?=[=+\-@\t\r\n])")
# a quote that is never closed swallows the rest of the file
MAX_LINES_A_ROW = 200
BLOCK = 1 << 20


class CsvTable(Table):
    """The rows of a CSV; a row is numbered as a spreadsheet would, whatever line breaks are quoted in it.

    :param bytes data: the file
    :param known: tells whether a text is the name of a column
    :raises TableError: it is no text
    """

    kind = "csv"

    def __init__(self, data, known):
        self.data = data
        self.encoding = _encoding(data)
        # Excel's own first line `sep=;`
        self.skipped = 0
        with self._text() as text:
            first = text.readline(16).strip().strip('"')
        if first[:4].lower() == "sep=" and len(first) == 5:
            self.skipped, self.delimiter = 1, first[4]
        else:
            self.delimiter = max(DELIMITERS, key=lambda delimiter: self._score(delimiter, known))

    def _text(self):
        return io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, newline="")

    def _score(self, delimiter, known):
        """The more names of columns and the more rows of one width, the better."""
        rows = []
        with self._text() as text:
            try:
                rows.extend(row for row in islice(csv.reader(text, delimiter=delimiter), 50) if any(row))
            except csv.Error:
                return (0, 0, 0)
        names = max((sum(map(known, row)) for row in rows), default=0)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return names, times, width

    def _rows(self):
        with self._text() as text:
            lines = _Lines(text)
            reader = csv.reader(lines, delimiter=self.delimiter)
            number = 0
            try:
                for number, cells in enumerate(reader, 1):
                    if lines.count > MAX_LINES_A_ROW:
                        raise _unclosed(number)
                    if lines.ended:
                        # more was asked for to complete this row
                        raise _unclosed(number)
                    lines.count = 0
                    if number > self.skipped:
                        yield number, tuple(_cell(cell) for cell in cells)
            except csv.Error as error:
                raise _unclosed(number + 1) from error


class _Lines:
    """Lines of a text: how many the present row has taken, and whether more was asked for than there are.

    The reader asks beyond the last row only for a row that has begun.
    """

    def __init__(self, text):
        self.text = text
        self.ended = False
        self.count = 0

    def __iter__(self):
        return self

    def __next__(self):
        line = self.text.readline()
        if not line:
            self.ended = self.count > 0
            raise StopIteration
        self.count += 1
        return line


def _unclosed(row):
    return TableError(
        _lt("Row %s begins a quoted text that does not end. Close the quotation mark, or leave it out.", row)
    )


def _cell(text):
    if "\x00" in text:
        # nothing that a person wrote, and nothing that the database can keep
        text = text.replace("\x00", "")
    if text.startswith("'"):
        text = GUARD.sub("", text, count=1)
    return Broken(text) if text in SPREADSHEET_ERRORS else text


def guarded(cell):
    """A cell as it is written: a text that a spreadsheet program would run as a formula begins with an apostrophe.

    What is read back has none, so that a file of our own says what the sender's said.
    """
    if isinstance(cell, str) and RUNS.match(cell) and not NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _encoding(data):
    for mark, encoding in MARKS:
        if data.startswith(mark):
            if _decodes(data, encoding):
                return encoding
            raise TableError(_lt("The file says that it is %s, and it is not. Save it anew as CSV (UTF-8).", encoding))
    if b"\x00" in data:
        raise TableError(_lt("The file is neither a CSV nor an XLSX workbook. Save it as one of these."))
    for encoding in ("utf-8", "cp1252"):
        if _decodes(data, encoding):
            return encoding
    raise TableError(_lt("The file's encoding is neither UTF-8 nor Windows-1252. Save it anew as CSV (UTF-8)."))


def _decodes(data, encoding):
    """Whether ``data`` is text of ``encoding``; tried in blocks, so that no second copy of the file is made."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), BLOCK):
            decoder.decode(data[start : start + BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
