"""JSON Schema of an order, and the errors that it finds. Plain data and plain Python: no database here.

The errors' codes stand in the schema: ``x-code`` where a value is of another form, ``x-missing`` where it is missing,
``x-unique-by`` where an id comes twice. Null, blank text, an empty list and an empty object are as if left out.
"""

from jsonschema import Draft202012Validator, ValidationError, validators

from ..common import contract, scalars

MAY_BE_TEXT = ["number", "string"]
NAME = ["string", "integer"]
ADDRESS_KEYS = (
    *("reference", "name", "company", "vat", "email", "phone", "street", "street2", "city", "zip", "state", "country"),
)


def _schema(kind, description, code="invalid", **more):
    return {"type": kind, "description": description, "x-code": code, **more}


def _object(properties, required=()):
    return {"properties": properties, "required": list(required), "additionalProperties": False}


def _party(description, **more):
    """A text or an address."""
    address = {name: _schema(NAME, "") for name in ADDRESS_KEYS}
    address["country"] = _schema(NAME, "ISO 3166-1 alpha-2")
    address["company"] = _schema(NAME, "Name of the company that the person belongs to")
    kind = ["string", "object"]
    words = f"{description}: a reference, an e-mail or a VAT number, or an address"
    return _schema(kind, words, **_object(address), **more)


def _number(format, description, code, **more):
    return _schema(MAY_BE_TEXT, description, code, format=format, **more)


LINE = _schema(
    "object",
    "A line of the order",
    **_object(
        {
            "line": _schema(NAME, "The sender's id, unique in the order; default its place from 1"),
            "product": _schema(
                NAME, "Internal reference, barcode or other agreed code", **{"x-missing": "unknown_product"}
            ),
            "quantity": _number("quantity", "Above zero, in `unit`", "bad_quantity", **{"x-missing": "bad_quantity"}),
            "unit": _schema(NAME, "Name of a unit; default the product's sales unit"),
            "price": _number("amount", "Per `unit`, before `discount`; default the pricelist's", "bad_price"),
            "discount": _number("percent", "Percent, 0 to 100", "bad_discount"),
            "note": _schema(NAME, "Printed under the line"),
        },
        ("product", "quantity"),
    ),
)
CHARGE = _schema(
    "object",
    "What is charged or given beside the goods",
    **_object(
        {
            "type": _schema("string", "", enum=["delivery", "fee", "discount"], **{"x-missing": "invalid"}),
            "amount": _number("amount", "In `currency`", "bad_price", **{"x-missing": "bad_price"}),
            "label": _schema("string", "As printed"),
        },
        ("type", "amount"),
    ),
)
PAYMENT = _schema(
    "object",
    "How the customer pays or has paid",
    **_object(
        {
            "method": _schema("string", "Name or code of the means of payment"),
            "reference": _schema("string", "Of the payment, as the provider knows it"),
            "amount": _number("amount", "What was paid, in `currency`", "bad_price"),
            "state": _schema("string", "What the provider says of it"),
        }
    ),
)
ORDER = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_schema(
        "object",
        "An order",
        **_object(
            {
                "reference": _schema(
                    "string",
                    "The sender's, unique per company and source",
                    format="name",
                    **{"x-missing": "no_reference"},
                ),
                "ordered_at": _schema(
                    ["string"], "A time YYYY-MM-DDTHH:MM:SSZ, or a day of the company", "bad_date", format="moment"
                ),
                "customer": _party("Who orders", **{"x-missing": "no_customer"}),
                "ship_to": _party("Where the goods go"),
                "invoice_to": _party("Who gets the invoice"),
                "lines": _schema(
                    "array", "What is ordered", items=LINE, **{"x-missing": "no_lines", "x-unique-by": "line"}
                ),
                "charges": _schema("array", "Charges of the order", items=CHARGE),
                "prices_include_tax": _schema("boolean", "Whether `price` and `amount` contain the tax"),
                "currency": _schema("string", "ISO 4217; default the pricelist's, another one is an error"),
                "pricelist": _schema("string", "Name of a pricelist; default the customer's"),
                "carrier": _schema("string", "Name of a carrier"),
                "terms": _schema("string", "Name of payment terms; default the customer's"),
                "wished_date": _schema(["string"], "The day that the customer wishes", "bad_date", format="day"),
                "payment": PAYMENT,
                "note": _schema("string", "Of the customer"),
                "total": _number("decimal", "What the customer pays, with tax and charges", "bad_price"),
                "replace": _schema("boolean", "This is an amendment of the order under the same reference"),
            },
            ("reference", "customer", "lines"),
        ),
    ),
}


def _required(_validator, names, instance, schema):
    for name in names:
        if isinstance(instance, dict) and name not in instance:
            yield _at(name, "required", schema["properties"][name], None)


def _no_more(_validator, _allowed, instance, schema):
    for name in sorted(set(instance) - set(schema["properties"])) if isinstance(instance, dict) else ():
        yield _at(name, "additionalProperties", {}, instance[name])


def _unique_by(_validator, name, instance, schema):
    seen = set()
    for place, item in enumerate(instance if isinstance(instance, list) else ()):
        if isinstance(item, dict):
            found = mark(place, item)
            if found in seen:
                error = _at(name, "x-unique-by", schema, found)
                error.path.appendleft(place)
                yield error
            seen.add(found)


def _at(name, validator, schema, found):
    """An error at a property; what is set here the validator leaves as it is."""
    return ValidationError(
        validator, path=(name,), validator=validator, schema=schema, instance=found, validator_value=name
    )


CHECK = validators.extend(
    Draft202012Validator,
    {"required": _required, "additionalProperties": _no_more, "x-unique-by": _unique_by},
)(ORDER, format_checker=contract.FORMATS)
Draft202012Validator.check_schema(ORDER)


def problems(order):
    """What is wrong with the form of an order, all at once.

    :param order: one submitted order, as ``scalars.plain`` leaves it
    :return: list of ``(path, code, found)``, ``path`` like ``lines[0].product``; one a place
    """
    found = {}
    for error in CHECK.iter_errors(_sent(order)):
        path = _path(error.absolute_path)
        found.setdefault(path, (path, _code(error), error.instance))
    return list(found.values())


def mark(place, line):
    """The sender's id of a line, by default its place from 1."""
    given = line.get("line")
    return str(given).strip() if scalars.present(given) else str(place + 1)


def _sent(value):
    """``value`` without what is as if left out."""
    if isinstance(value, dict):
        return {key: _sent(item) for key, item in value.items() if scalars.present(item)}
    return [_sent(item) for item in value] if isinstance(value, list) else value


def _code(error):
    if error.validator == "required":
        return error.schema.get("x-missing", "invalid")
    if error.validator == "additionalProperties":
        return "unknown_key"
    return "duplicate_line" if error.validator == "x-unique-by" else error.schema.get("x-code", "invalid")


def _path(parts):
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
