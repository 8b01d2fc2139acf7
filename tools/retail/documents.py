"""Rows grouped as the documents they were: one per day and InvoiceNo."""

from typing import NamedTuple


class Document(NamedTuple):
    """An order or a return of one day. ``rows`` in file order; repeated rows are separate lines."""

    number: str
    rows: tuple

    @property
    def day(self):
        """The calendar day, a ``date``."""
        return self.rows[0].day

    @property
    def moment(self):
        """When it was written: the latest time on its rows, naive and local."""
        return max(row.moment for row in self.rows)

    @property
    def customer(self):
        """CustomerID as a text, ``""`` if any row has none or rows disagree."""
        named = {row.customer for row in self.rows}
        return named.pop() if len(named) == 1 else ""

    @property
    def is_return(self):
        """Whether it is a cancellation or return."""
        return self.rows[0].is_return

    @property
    def rejection(self):
        """Why it cannot be entered, the first of ``no_customer``, ``bad_quantity``, ``bad_price``; ``""`` if it can."""
        if not self.customer:
            return "no_customer"
        if any(row.quantity <= 0 for row in self.rows):
            return "bad_quantity"
        if any(row.price < 0 for row in self.rows):
            return "bad_price"
        return ""


def documents(rows):
    """Documents of ``rows``, in the order in which their first row stands in the file."""
    found = {}
    for row in rows:
        found.setdefault((row.day, row.number), []).append(row)
    return [Document(number, tuple(members)) for (_day, number), members in found.items()]
