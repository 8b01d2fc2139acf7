"""Rows of a table that are pasted into the fast entry. No database here."""

import re

from ..models.common.scalars import number


def pasted_rows(text, mark, group):
    """``(code, quantity)`` of each line that has a code: one where no quantity stands beside it, 0 where it is none.

    :param str text: a code and, after a tabulator or semicolon, a quantity on each line; further cells are not read
    :param str mark: decimal mark of the user's language
    :param str group: what groups thousands in it, ``""`` for nothing but blanks
    """
    rows = []
    for line in text.splitlines():
        code, _sep, rest = (line if "\t" in line else line.replace(";", "\t", 1)).strip().partition("\t")
        told = rest.split("\t")[0].strip()
        if code.strip():
            rows.append((code.strip(), (quantity(told, mark, group) or 0.0) if told else 1.0))
    return rows


def quantity(text, mark, group):
    """A quantity as people write it, ``None`` where it is none.

    ``1,000`` is what it is in the user's language; a comma that cannot group thousands there is a decimal mark, since tables
    come from everywhere.
    """
    text = "".join(text.split())
    grouped = rf"[+-]?\d{{1,3}}({re.escape(group)}\d{{3}})+({re.escape(mark)}\d*)?"
    if group and re.fullmatch(grouped, text):
        text = text.replace(group, "").replace(mark, ".")
    elif "," in text and "." not in text:
        text = text.replace(",", ".")
    return number(text)
