"""Files of orders as senders write them."""

import io
import re
import zipfile

import openpyxl


def workbook(*rows, title="Orders", merged=(), prepare=None):
    """The bytes of a workbook with ``rows`` in its first sheet; ``prepare(book)`` may do more to it."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(row)
    for span in merged:
        page.merge_cells(span)
    if prepare:
        prepare(book)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def stored(data, values):
    """``data`` (of ``workbook``) with values stored beside its formulas, as a spreadsheet program does.

    :param values: dict of cell to value
    """
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(raw, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                for cell, value in values.items():
                    found = re.compile(rf'(<c r="{cell}"[^>]*>)(<f>[^<]*</f>)<v\s*/?>(</v>)?'.encode())
                    text, count = found.subn(rf"\g<1>\g<2><v>{value}</v>".encode(), text)
                    assert count == 1, (cell, text)
            new.writestr(name, text)
    return raw.getvalue()


def rows_of(data):
    """The rows of the first sheet of a workbook."""
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]
