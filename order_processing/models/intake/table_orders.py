"""Orders out of the rows of a file: many rows make one order, and each value knows its row. No database here."""

from dataclasses import dataclass, field

from odoo.tools.translate import LazyTranslate

from . import cells, columns, schema
from .table import filled

_lt = LazyTranslate(__name__)

CHARGES = ("delivery", "fee", "discount")
TOO_MANY = _lt(
    "The row has more cells than the heading: a value that contains the separator must stand in quotation marks."
)


@dataclass
class Entry:
    """One order of the file.

    ``rows``: its rows; ``lines``: the row of each line; ``heads``: path to the row that brought it; ``faults``: what is
    wrong with its cells, ``(row, path, words, found)``; ``order``: as the contract takes it.
    """

    reference: str
    rows: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    heads: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    order: dict = field(default_factory=dict)


class Orders:
    """The rows of a file grouped into orders; holds only the columns that mean something, equal values once.

    :param rows: ``(row number, cells)``
    :param mapping: dict of place to path
    :param reading: ``cells.Reading``; learns from all rows
    :param int width: a row with more cells than this is faulty, its values may have moved; ``None``: none is
    :param aside: places beyond it that are none of the sender's

    ``widest``: how many cells the longest row has.
    """

    def __init__(self, rows, mapping, reading, width=None, aside=()):
        self.reading = reading
        self.aside = aside
        self.widest = 0
        # a column without a heading that is given a meaning is one all the same
        self.width = width and max(width, *(place + 1 for place in mapping))
        self.too_long = {}
        self.paths = list(mapping.values())
        self.places = list(mapping)
        self.kinds = [columns.KINDS[path] for path in self.paths]
        self.groups = {}
        self.row_count = 0
        self._group(rows)

    def __len__(self):
        return len(self.groups)

    def entries(self):
        """Each ``Entry`` in the order of the file, made when asked for."""
        for rows in self.groups.values():
            yield self._entry(rows)

    # ------------------------------------------------------------------ grouping

    def _group(self, rows):
        same = {}
        reference_at = self.paths.index("reference")
        heads = [at for at, path in enumerate(self.paths) if not path.startswith("line.")]
        learning = [(at, kind) for at, kind in enumerate(self.kinds) if kind in ("number", "percent", "day", "moment")]
        above = None
        for number, found in rows:
            values = [found[place] if place < len(found) else None for place in self.places]
            for at, kind in learning:
                if values[at] is not None:
                    self.reading.learn(kind, values[at])
            # 1 and True and 1.0 are equal, and not the same
            values = tuple(
                same.setdefault((value.__class__, value), value) if filled(value) else None for value in values
            )
            if not any(map(filled, values)):
                continue
            self.row_count += 1
            self.widest = max(self.widest, len(found))
            if self.width and len(found) > self.width:
                beyond = [cell for place, cell in enumerate(found[self.width :], self.width) if place not in self.aside]
                if any(map(filled, beyond)):
                    self.too_long[number] = ", ".join(map(cells.shown, filter(filled, beyond)))
            reference = cells.shown(values[reference_at])
            if reference:
                key = reference
            elif above is not None and not any(filled(values[at]) for at in heads):
                # an order's heading stands in its first row only
                key = above
            else:
                key = ("", number)
            above = key
            self.groups.setdefault(key, []).append((number, values))

    # ------------------------------------------------------------------ one order

    def _entry(self, rows):
        entry = Entry("")
        head, found_heads = {}, {}
        lines = []
        for number, values in rows:
            entry.rows.append(number)
            if number in self.too_long:
                entry.faults.append((number, "", TOO_MANY, self.too_long[number]))
            line = {}
            for path, kind, cell in zip(self.paths, self.kinds, values):
                if cell is None:
                    continue
                value, fault = self.reading.read(kind, cell)
                if fault:
                    entry.faults.append((number, path, fault, cells.shown(cell)))
                if path.startswith("line."):
                    line[path[5:]] = value
                elif path not in head:
                    head[path] = value
                    found_heads[path] = (number, cells.shown(cell))
                elif head[path] != value and not fault:
                    before_row, before = found_heads[path]
                    words = _lt(
                        "Row %(row)s of the same order says “%(before)s”. Let both say the same, or leave one empty.",
                        row=before_row,
                        before=before,
                    )
                    entry.faults.append((number, path, words, cells.shown(cell)))
            if line:
                lines.append(line)
                entry.lines.append(number)
        entry.heads = {path: number for path, (number, _found) in found_heads.items()}
        entry.reference = str(head.get("reference", ""))
        entry.order = _order(head, lines)
        return entry


def _order(head, lines):
    order = {}
    for path, value in head.items():
        part, _point, name = path.partition(".")
        if part == "charge":
            continue
        if part == "payment":
            order.setdefault("payment", {})[name] = value
        elif not name:
            order[path] = value
    for role in ("customer", "ship_to", "invoice_to"):
        party = _party(head, role)
        if party:
            order[role] = party
    charges = [
        {"type": kind, "amount": head[f"charge.{kind}"]}
        for kind in CHARGES
        if f"charge.{kind}" in head and head[f"charge.{kind}"] != 0
    ]
    if charges:
        order["charges"] = charges
    order["lines"] = lines
    return order


def _party(head, role):
    """The text alone, or an address; the text is then its reference or e-mail."""
    party = {name: head[f"{role}.{name}"] for name in schema.ADDRESS_KEYS if f"{role}.{name}" in head}
    if role not in head:
        return party
    if not party:
        return head[role]
    party.setdefault("email" if "@" in head[role] else "reference", head[role])
    return party


def place_of(entry, path):
    """Where in the file an error of the contract stands.

    :param Entry entry: the order
    :param str path: like ``lines[0].product``
    :return: ``(row, path of the column)``; a path of ``""`` is the whole row
    """
    whole = entry.rows[0] if entry.rows else 0
    part, _point, name = path.partition(".")
    key, _bracket, number = part.rstrip("]").partition("[")
    if key == "lines" and number:
        at = int(number)
        return (entry.lines[at] if at < len(entry.lines) else whole), f"line.{name}" if name else ""
    if key == "charges" and number:
        charges = entry.order.get("charges", [])
        path = f"charge.{charges[int(number)]['type']}" if int(number) < len(charges) else ""
        return entry.heads.get(path, whole), path
    if path in entry.heads:
        return entry.heads[path], path
    # of an address that is not found, the first column that says something of it
    below = [head for head in entry.heads if head.partition(".")[0] == key]
    return (entry.heads[below[0]], below[0]) if below else (whole, path)
