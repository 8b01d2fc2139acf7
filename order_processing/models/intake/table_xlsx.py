"""XLSX workbooks, a row at a time: merged cells filled down, formulas as the values stored with them.

Plain Python and openpyxl, which Odoo requires: no database here.
"""

import io
import re
import warnings
import zipfile
from itertools import islice

from odoo.tools.translate import LazyTranslate

from .table import (
    LOOK_FOR_HEADING,
    MAX_CELLS,
    MAX_UNPACKED,
    SPREADSHEET_ERRORS,
    UNCALCULATED,
    Broken,
    Percent,
    Table,
    TableError,
    filled,
)

_lt = LazyTranslate(__name__)

# beyond this no spreadsheet counts
LARGEST = 10**300
PADDED = re.compile(r"0{2,}")
BLOCK = 1 << 20
# longer than the text of any one cell
OVERLAP = 1 << 16
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]*?)>\s*<(?:\w+:)?f(?:\s[^>]*?)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
TEXT_RESULT = re.compile(rb'\bt="str"')


class XlsxTable(Table):
    """The rows of one sheet of a workbook.

    :param bytes data: the file
    :param known: tells whether a text is the name of a column
    :param str sheet: name of the sheet, by default the visible one with the most names of columns in one row
    :raises TableError: it is no workbook, or holds nothing
    """

    kind = "xlsx"

    def __init__(self, data, known, sheet=""):
        import openpyxl

        _check_size(data)
        try:
            with warnings.catch_warnings():
                # of styles, validations and extensions that are of no interest here
                warnings.simplefilter("ignore")
                self.book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        except Exception as error:
            # whatever the library stumbles over, the file is what has to be looked at
            raise TableError(_lt("The file is no readable XLSX workbook: %s", str(error))) from error
        self.formats = {}
        scores = {}
        for page in self.book.worksheets:
            page.reset_dimensions()
            score = self._score(page, known)
            if score:
                scores[page.title] = (page.sheet_state == "visible", *score)
        if not scores:
            raise TableError(_lt("No sheet of the workbook holds anything."))
        self.sheets = tuple(sorted(scores, key=lambda name: not scores[name][0]))
        self.hidden = {name for name, score in scores.items() if not score[0]}
        self.sheet = sheet if sheet in scores else max(self.sheets, key=scores.get)
        self.merged = self.uncalculated = None

    def _score(self, page, known):
        """``(names of columns in one row, rows)`` of the first rows, ``None`` for an empty sheet."""
        best = rows = 0
        for cells in islice(_values(page), LOOK_FOR_HEADING):
            texts = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
            rows += any(map(filled, cells))
            best = max(best, sum(map(known, texts)))
        return (best, rows) if rows else None

    def _rows(self):
        page = self.book[self.sheet]
        if self.merged is None:
            self.merged, self.uncalculated = _scan(page)
        starting = {}
        for first, last, column in self.merged:
            starting.setdefault(first, []).append((last, column))
        going = {}
        for number, cells in enumerate(_cells(page), 1):
            row = [self._value(cell) for cell in cells]
            for column in self.uncalculated.get(number, ()):
                row.extend([None] * (column + 1 - len(row)))
                row[column] = Broken(UNCALCULATED)
            for column, (value, last) in list(going.items()):
                if number > last:
                    del going[column]
                    continue
                row.extend([None] * (column + 1 - len(row)))
                row[column] = value
            for last, column in starting.get(number, ()):
                if column < len(row):
                    going[column] = (row[column], last)
            yield number, tuple(row)

    def _value(self, cell):
        value, kind = cell.value, cell.data_type
        if isinstance(value, str):
            return Broken(value) if kind == "e" or value in SPREADSHEET_ERRORS else value
        if kind != "n" or value is None:
            return value
        if not -LARGEST < value < LARGEST:
            return Broken("#NUM!")
        percent, zeros = self._format(cell)
        if percent:
            return Percent(value)
        # a code that is shown as 00123 is meant so
        return f"{int(value):0{zeros}d}" if zeros and value == int(value) and value >= 0 else value

    def _format(self, cell):
        """``(shown in percent, how many digits are shown at least)`` of a number, asked once for a style."""
        style = cell._style_id
        if style not in self.formats:
            shown = cell.number_format or ""
            self.formats[style] = ("%" in shown, len(shown) if PADDED.fullmatch(shown) else 0)
        return self.formats[style]


def _cells(page):
    count = 0
    try:
        for cells in page.iter_rows():
            count += len(cells)
            if count > MAX_CELLS:
                words = _lt(
                    "The sheet has more than %s cells, which cannot be read at once. Split it, the rows of one order together,"
                    " or save it as CSV.",
                    f"{MAX_CELLS:,}",
                )
                raise TableError(words)
            yield cells
    except TableError:
        raise
    except Exception as error:
        raise TableError(_lt("A sheet of the workbook cannot be read: %s", str(error))) from error


def _values(page):
    return (tuple(cell.value for cell in cells) for cells in _cells(page))


def _check_size(data):
    """A workbook is packed: refuse what would not fit into memory before it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise TableError(_lt("The file is no readable XLSX workbook: %s", str(error))) from error
    if unpacked > MAX_UNPACKED:
        raise TableError(
            _lt("The workbook is too big: it unpacks to more than %s MB. Split it.", MAX_UNPACKED // 1024 // 1024)
        )


def _scan(page):
    """What openpyxl's reader by rows does not tell: ``(merged, uncalculated)``.

    :return: list of ``(first row, last row, column)`` of cells merged over rows, columns from 0, and row to columns of
        formulas without a stored value
    """
    merged, uncalculated = set(), {}
    with page._get_source() as source:
        rest = b""
        while block := source.read(BLOCK):
            text = rest + block
            for left, first, _right, last in MERGED.findall(text):
                if int(last) > int(first):
                    merged.add((int(first), int(last), _place(left)))
            for attributes in FORMULA.findall(text):
                where = PLACE.search(attributes)
                # a formula whose result is the empty text has no value and is calculated all the same
                if where and not TEXT_RESULT.search(attributes):
                    uncalculated.setdefault(int(where[2]), set()).add(_place(where[1]))
            rest = text[-OVERLAP:]
    return sorted(merged), uncalculated


def _place(letters):
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1
