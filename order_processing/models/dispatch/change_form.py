"""The form in which a program asks the floor to change an order; plain data and plain Python, no database here."""

from jsonschema import Draft202012Validator

from ..common import contract, scalars

NAME = {"type": ["string", "integer"]}
DAYS = {"date": "commitment_date", "not_before": "order_ship_from", "cancel_after": "order_ship_until"}
# of which kind of request each part is
PARTS = {"lines": "change", "address": "address", **dict.fromkeys(DAYS, "date")}
ADDRESS = ("reference", "name", "company", "email", "phone", "street", "street2", "city", "zip", "state", "country")
SCHEMA = {
    "type": "object",
    "description": "What is asked of the floor about an order of which picking has begun.",
    "properties": {
        "key": {
            "type": "string",
            "format": "name",
            "description": "The sender's, unique per company and source: sent again, it answers what became of it.",
        },
        "reference": {"type": "string", "description": "Of the order, as in `order_status`."},
        "kind": {"enum": ["cancel", "change", "address", "date"]},
        "reason": {"type": "string", "format": "name", "description": "Why, for who picks."},
        "lines": {
            "type": "array",
            "description": "Of a change: the lines whose quantity shall be another one.",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "line": {**NAME, "description": "The sender's id of the order line."},
                    "line_id": {"type": "integer", "description": "Odoo's id of the order line."},
                    "quantity": {
                        "type": ["number", "string"],
                        "format": "amount",
                        "description": "All that shall be sent, in the order line's unit; 0 for nothing.",
                    },
                },
                "required": ["quantity"],
                "additionalProperties": False,
            },
        },
        "address": {
            "type": ["string", "object"],
            "description": "Of another address: a reference or an e-mail of a contact, or an address, as `ship_to` of an order.",
            "properties": dict.fromkeys(ADDRESS, NAME),
            "additionalProperties": False,
        },
        "date": {"type": "string", "format": "day", "description": "Of another day: the one that the customer wishes."},
        "not_before": {"type": "string", "format": "day", "description": "The goods do not leave before this day."},
        "cancel_after": {"type": "string", "format": "day", "description": "The goods do not leave after this day."},
    },
    "required": ["key", "reference", "kind", "reason"],
    "additionalProperties": False,
}
VALID = Draft202012Validator(SCHEMA, format_checker=contract.FORMATS)


def read(sent):
    """``sent`` as plain JSON, null and blank text as if left out."""
    sent = scalars.plain(sent)
    if not isinstance(sent, dict):
        return sent
    return {name: value for name, value in sent.items() if value is not None and value != ""}


def problem(sent):
    """Where ``sent`` is not of the form, as a path; ``""`` where it is."""
    wrong = next(VALID.iter_errors(sent), None)
    if wrong:
        return ".".join(map(str, wrong.absolute_path)) or ", ".join(SCHEMA["properties"])
    odd = [name for name, kind in PARTS.items() if name in sent and kind != sent["kind"]]
    return ", ".join(odd)
