"""Which earlier document a return row takes goods back from.

For each return row of the day, in file order: the latest document of an earlier day with the same customer and code, wherever in
the file it stands, whose quantity of that code less what earlier rows took still covers it. A document of the day itself
is none: what is matched was confirmed, delivered and invoiced before the day began. Rows without a customer never match,
nor do documents that could not have been entered.
"""

from typing import NamedTuple

# why a return row stays unmatched
NO_CUSTOMER = "no_customer"
NO_RETURN = "bad_quantity"
NO_DOCUMENT = "no_document"
REASONS = {
    NO_CUSTOMER: "The row names no customer.",
    NO_RETURN: "The row takes nothing back: its quantity is not below zero.",
    NO_DOCUMENT: "No earlier document of this customer and code covers the quantity.",
}


class Piece(NamedTuple):
    """Units taken from one line (``index`` in the document's rows, from 0)."""

    index: int
    quantity: int


class Match(NamedTuple):
    """What became of a return row: the ``document`` and its ``pieces``, or the ``reason`` why there is none."""

    row: object
    document: object = None
    pieces: tuple = ()
    reason: str = ""


def match(returns, earlier):
    """Match return rows to documents.

    :param returns: return rows of the day, in file order
    :param earlier: documents of earlier days, in any order
    :return: list of ``Match``, one per row, in order
    """
    wanted = {(row.customer, row.code) for row in returns if row.customer}
    offers = {}
    for place, document in enumerate(earlier):
        if document.is_return or not document.customer:
            continue
        codes = {row.code for row in document.rows if (document.customer, row.code) in wanted}
        if codes and not document.rejection:
            for code in codes:
                offers.setdefault((document.customer, code), []).append(
                    (document.moment, place, _Offer(document, code))
                )
    for found in offers.values():
        found.sort(key=lambda offer: offer[:2], reverse=True)
    return [_match(row, offers) for row in returns]


def _match(row, offers):
    if not row.customer:
        return Match(row, reason=NO_CUSTOMER)
    if row.quantity >= 0:
        return Match(row, reason=NO_RETURN)
    for _moment, _place, offer in offers.get((row.customer, row.code), ()):
        if offer.left >= -row.quantity:
            return Match(row, offer.document, tuple(offer.take(-row.quantity)))
    return Match(row, reason=NO_DOCUMENT)


class _Offer:
    """What is left of one code in one document, line by line."""

    def __init__(self, document, code):
        self.document = document
        self.lines = {index: row.quantity for index, row in enumerate(document.rows) if row.code == code}

    @property
    def left(self):
        return sum(self.lines.values())

    def take(self, quantity):
        """Take ``quantity`` from the first lines that have some; one line that covers all of it goes before."""
        whole = [index for index, left in self.lines.items() if left >= quantity]
        for index in whole[:1] or list(self.lines):
            taken = min(quantity, self.lines[index])
            if taken:
                self.lines[index] -= taken
                quantity -= taken
                yield Piece(index, taken)
