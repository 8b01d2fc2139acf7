"""A table out of the bytes of a file, CSV or XLSX: its rows as the sender numbers them. Plain Python: no database here.

Cells are text, numbers, booleans, dates and times as the file holds them; ``Percent`` is a number shown in percent,
``Broken`` a cell that holds no value although it looks as if it did.
"""

from abc import ABC, abstractmethod
from collections import namedtuple
from itertools import islice

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# what one file may hold; more is refused with these numbers
MAX_BYTES = 32 * 1024 * 1024
MAX_UNPACKED = 256 * 1024 * 1024
MAX_ROWS = 200_000
# of a workbook, read in one request: some 8 microseconds each, where a worker has 60 seconds of processor by default
MAX_CELLS = 3_000_000
MAX_COLUMNS = 256
# title lines above the heading
LOOK_FOR_HEADING = 30
SPREADSHEET_ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!", "#GETTING_DATA")
    # as a German or a French spreadsheet writes them into a CSV
    + ("#WERT!", "#BEZUG!", "#ZAHL!", "#NV", "#VALEUR!", "#NOM?", "#NOMBRE!")
)
# a formula that the program which wrote the file has not calculated
UNCALCULATED = "=?"

# ``blank``: places of columns that the heading row itself does not name
Heading = namedtuple("Heading", ("row", "names", "blank"))


class TableError(Exception):
    """The file as a whole cannot be read; ``words`` (lazily translated) say why and what to do."""

    def __init__(self, words):
        super().__init__(words)
        self.words = words


class Percent(float):
    """A number that the spreadsheet shows in percent: 0.1 is shown as 10 %."""

    __slots__ = ()


class Broken(str):
    """An error value of a spreadsheet, or a formula without a stored value (``UNCALCULATED``)."""

    __slots__ = ()


class Table(ABC):
    """One sheet of rows.

    Attributes: ``kind`` (csv, xlsx), ``encoding`` and ``delimiter`` of a CSV, ``sheet`` and ``sheets`` (names of those
    that hold something, the hidden ones last; ``hidden`` names those) of a workbook.
    """

    kind = ""
    encoding = ""
    delimiter = ""
    sheet = ""
    sheets = ()
    hidden = frozenset()

    def numbered(self):
        """``(row number of the sender, cells)`` of every row that is not empty, read anew at each call."""
        count = 0
        for number, cells in self._rows():
            cells = _without_tail(cells)
            if not cells:
                continue
            if len(cells) > MAX_COLUMNS:
                raise TableError(
                    _lt("Row %(row)s has more than %(limit)s columns.", row=number, limit=f"{MAX_COLUMNS:,}")
                )
            count += 1
            if count > MAX_ROWS:
                raise TableError(
                    _lt("The file has more than %s rows. Split it, the rows of one order together.", f"{MAX_ROWS:,}")
                )
            yield number, cells

    def heading(self, known):
        """The row with the names of the columns: of the first rows the one with the most names that are ``known``, else
        the first of the fullest rows of text.

        :param known: ``known(text)`` tells whether it is the name of a column
        :return: ``Heading``, names made different and never empty
        :raises TableError: there is none
        """
        rows = list(islice(self.numbered(), LOOK_FOR_HEADING))
        if not rows:
            raise TableError(_lt("The file is empty."))

        def score(row):
            texts = [cell for cell in row[1] if isinstance(cell, str) and cell.strip()]
            return sum(map(known, texts)), len(texts)

        best = max(rows, key=score)
        if not score(best)[1]:
            raise TableError(_lt("The file has no heading row: the names of the columns must stand above the orders."))
        width = max(len(cells) for _number, cells in rows)
        names, blank = [], set()
        for place in range(width):
            cell = best[1][place] if place < len(best[1]) else None
            if not filled(cell):
                blank.add(place)
            name = " ".join(str(cell).split()) if filled(cell) else f"Column {letters(place)}"
            again = sum(other.casefold() == name.casefold() for other in names)
            names.append(f"{name} ({letters(place)})" if again else name)
        return Heading(best[0], names, frozenset(blank))

    def body(self, heading):
        """``(row number, cells)`` below ``heading``."""
        return ((number, cells) for number, cells in self.numbered() if number > heading.row)

    @abstractmethod
    def _rows(self):
        """The cells of each row, one list after the other."""


def filled(cell):
    """Whether something stands in the cell."""
    return cell is not None and not (isinstance(cell, str) and not cell.strip())


def letters(place):
    """The spreadsheet's name of a column, from 0: A, B, …, Z, AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def _without_tail(cells):
    end = len(cells)
    while end and not filled(cells[end - 1]):
        end -= 1
    return cells[:end]
