"""What a submitted order must look like: plain values in, errors out. No database here."""

import hashlib
import json
import math
import re
from datetime import UTC, date, datetime, time

from ..common.business_day import company_tz

# code: what it means, in the order in which the first one is an order's reason
ERROR_CODES = {
    "no_customer": "The customer is missing.",
    "bad_quantity": "A quantity is missing, no number, zero or less.",
    "bad_price": "A price is no number or negative.",
    "invalid": "What was sent is not of the documented form.",
    "no_reference": "The sender's reference is missing.",
    "no_lines": "The order has no lines.",
    "unknown_key": "A key of the order, a line or an address is not part of the contract.",
    "unknown_customer": "No customer has this reference, e-mail or VAT number.",
    "ambiguous": "More than one record answers to what was sent.",
    "unknown_product": "No product has this code or barcode.",
    "unknown_unit": "No unit of this product has this name.",
    "unknown_country": "No country has this code, or it has no such state.",
    "unknown_carrier": "No carrier has this name.",
    "unknown_terms": "No payment terms have this name.",
    "unknown_pricelist": "No pricelist has this name.",
    "price_off": "The price is too far from the pricelist.",
    "bad_currency": "The currency is not the pricelist's.",
    "bad_date": "A date or time is not of the form YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.",
    "bad_discount": "A discount is no number between 0 and 100.",
    "duplicate_line": "Two lines have the same id.",
    "refused": "Odoo refused the order; its words are in the message.",
    "conflict": "The reference was accepted before with other content.",
}
ORDER_KEYS = {
    *("reference", "ordered_at", "customer", "ship_to", "invoice_to", "lines", "currency", "pricelist", "carrier"),
    *("terms", "wished_date", "note", "total"),
}
LINE_KEYS = {"line", "product", "quantity", "unit", "price", "discount", "note"}
ADDRESS_KEYS = {
    *("reference", "name", "company", "vat", "email", "phone", "street", "street2", "city", "zip", "state", "country"),
}
# an index entry of PostgreSQL holds no more than some 2,700 bytes
REFERENCE_LENGTH = 200
DEPTH = 12
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?Z?", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def plain(value, depth=0):
    """``value`` as JSON that the database can keep: what it cannot (NUL, lone surrogates, NaN) is text or left out."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else "a number of too many digits"
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if depth >= DEPTH:
        return "nested too deeply"
    if isinstance(value, dict):
        return {plain(str(key)): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    return plain(str(value))


def canonical(order):
    """SHA-256 over the content of an order, whatever the order of its keys; null counts as left out."""

    def clean(value):
        if isinstance(value, dict):
            return {key: clean(item) for key, item in value.items() if item is not None}
        if isinstance(value, list):
            return [clean(item) for item in value]
        return value

    text = json.dumps(clean(order), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def number(value):
    """``value`` as a float, or ``None`` if it is no finite number of sane size (a boolean is none)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not NUMBER.fullmatch(value.strip()):
        return None
    found = float(value)
    return found if abs(found) < 1e12 else None


def moment(value):
    """When: a naive UTC ``datetime``; a ``date`` for a whole day; ``None`` for anything else."""
    text = str(value).strip()
    found = MOMENT.fullmatch(text)
    if not found:
        return day(text)
    try:
        when = datetime.fromisoformat(f"{found[1]} {found[2]}{found[3] or ':00'}")
    except ValueError:
        return None
    return when if day(found[1]) else None


def day(value):
    """``value`` as a ``date`` of this or a near century, or ``None``."""
    text = str(value).strip()
    if not DAY.fullmatch(text):
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2200 else None


def utc(company, when):
    """``when`` (of ``moment`` or ``day``) as a naive UTC ``datetime``; a whole day of the company is its noon.

    Noon, since then the day reads the same in the company's time zone and in UTC.
    """
    if isinstance(when, datetime):
        return when
    local = company_tz(company).localize(datetime.combine(when, time(12)))
    return local.astimezone(UTC).replace(tzinfo=None)


def mark(place, line):
    """The sender's id of a line, by default its place from 1."""
    given = line.get("line")
    return str(given).strip() if present(given) else str(place + 1)


def present(value):
    """Whether something was sent: null, a blank text, an empty list or object is nothing."""
    return value is not None and value != [] and value != {} and not (isinstance(value, str) and not value.strip())


def check_form(order):
    """Errors of form, all at once.

    :param order: one submitted order
    :return: list of dicts ``{path, code, message, found}``, first those that come first as a reason
    """
    if not isinstance(order, dict):
        return [error("", "invalid", order)]
    errors = [error(key, "unknown_key", order[key]) for key in sorted(set(order) - ORDER_KEYS)]
    if not isinstance(order.get("reference"), str) or not order["reference"].strip():
        errors.append(error("reference", "no_reference", order.get("reference")))
    elif len(order["reference"].strip()) > REFERENCE_LENGTH:
        errors.append(error("reference", "invalid", order["reference"]))
    if not present(order.get("customer")):
        errors.append(error("customer", "no_customer", order.get("customer")))
    for key in ("customer", "ship_to", "invoice_to"):
        errors += _check_address(key, order.get(key))
    if present(order.get("ordered_at")) and moment(order["ordered_at"]) is None:
        errors.append(error("ordered_at", "bad_date", order["ordered_at"]))
    if present(order.get("wished_date")) and day(order["wished_date"]) is None:
        errors.append(error("wished_date", "bad_date", order["wished_date"]))
    if present(order.get("total")) and number(order["total"]) is None:
        errors.append(error("total", "bad_price", order["total"]))
    for key in ("currency", "pricelist", "carrier", "terms", "note"):
        if present(order.get(key)) and not isinstance(order[key], str):
            errors.append(error(key, "invalid", order[key]))
    lines = order.get("lines")
    if not present(lines):
        errors.append(error("lines", "no_lines", lines))
    elif not isinstance(lines, list):
        errors.append(error("lines", "invalid", lines))
    else:
        for position, line in enumerate(lines):
            errors += _check_line(f"lines[{position}]", line)
        errors += _check_line_ids(lines)
    return sort_errors(errors)


def sort_errors(errors):
    """Errors in the order of ``ERROR_CODES``: the first is the order's reason."""
    places = {code: place for place, code in enumerate(ERROR_CODES)}
    return sorted(errors, key=lambda error: places[error["code"]])


def _check_address(key, value):
    if not present(value) or isinstance(value, str):
        return []
    if not isinstance(value, dict):
        return [error(key, "invalid", value)]
    errors = [error(f"{key}.{name}", "unknown_key", value[name]) for name in sorted(set(value) - ADDRESS_KEYS)]
    for name in sorted(ADDRESS_KEYS.intersection(value)):
        if present(value[name]) and not isinstance(value[name], str | int):
            errors.append(error(f"{key}.{name}", "invalid", value[name]))
    return errors


def _check_line(path, line):
    if not isinstance(line, dict):
        return [error(path, "invalid", line)]
    errors = [error(f"{path}.{key}", "unknown_key", line[key]) for key in sorted(set(line) - LINE_KEYS)]
    for key in ("line", "product", "unit", "note"):
        if present(line.get(key)) and (isinstance(line[key], bool) or not isinstance(line[key], str | int)):
            errors.append(error(f"{path}.{key}", "invalid", line[key]))
    if not present(line.get("product")):
        errors.append(error(f"{path}.product", "unknown_product", line.get("product")))
    quantity = number(line.get("quantity"))
    if quantity is None or quantity <= 0:
        errors.append(error(f"{path}.quantity", "bad_quantity", line.get("quantity")))
    if present(line.get("price")):
        price = number(line["price"])
        if price is None or price < 0:
            errors.append(error(f"{path}.price", "bad_price", line["price"]))
    if present(line.get("discount")):
        discount = number(line["discount"])
        if discount is None or not 0 <= discount <= 100:
            errors.append(error(f"{path}.discount", "bad_discount", line["discount"]))
    return errors


def _check_line_ids(lines):
    seen, errors = set(), []
    for place, line in enumerate(lines):
        if not isinstance(line, dict):
            continue
        if mark(place, line) in seen:
            errors.append(error(f"lines[{place}].line", "duplicate_line", mark(place, line)))
        seen.add(mark(place, line))
    return errors


def error(path, code, found, message=""):
    """One error as the contract answers it."""
    shown = "" if found is None else found if isinstance(found, str) else json.dumps(found, default=str)
    return {"path": path, "code": code, "message": message or ERROR_CODES[code], "found": shown[:200]}
