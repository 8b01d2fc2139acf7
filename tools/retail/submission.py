"""Documents of the file as the contract wants them: plain values, times in UTC."""

from datetime import UTC
from zoneinfo import ZoneInfo

SOURCE = "Online Retail"
LONDON = ZoneInfo("Europe/London")


def utc(moment):
    """A naive local time as the contract's UTC text."""
    return moment.replace(tzinfo=LONDON).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def order(document):
    """An order for ``submit_orders``; a line's id is its place in the document, from 1."""
    return {
        "reference": document.number,
        "ordered_at": utc(document.moment),
        "customer": document.customer,
        "currency": "GBP",
        "lines": [
            {"line": str(place), "product": row.code, "quantity": row.quantity, "price": float(row.price)}
            for place, row in enumerate(document.rows, 1)
        ],
    }


def return_case(document, matches, line_ids):
    """A return for ``request_return``.

    :param document: a document of return
    :param matches: its ``Match`` values, in the order of its rows
    :param line_ids: dict of (order document's number, row index) to the id of the order line
    :return: dict; a row that was matched names order lines, another one its product. ``row`` is the place in the document.
    """
    lines = []
    for place, found in enumerate(matches):
        row = found.row
        if found.document:
            lines += [
                {
                    "row": place,
                    "line_id": line_ids[found.document.number, piece.index],
                    "quantity": piece.quantity,
                    "price": float(row.price),
                }
                for piece in found.pieces
            ]
        else:
            lines.append({"row": place, "product": row.code, "quantity": -row.quantity, "price": float(row.price)})
    return {
        "key": document.number,
        "customer": document.customer,
        "business_date": document.day.isoformat(),
        "allow_partial": True,
        "lines": lines,
    }
