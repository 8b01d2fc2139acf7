"""What a submitted order must look like: plain values in, errors out. No database here."""

import hashlib
import json
from datetime import date, datetime

# code: what it means, in the order in which the first one is an order's reason
ERROR_CODES = {
    "invalid": "The order is not an object of the documented form.",
    "no_reference": "The sender's reference is missing.",
    "no_customer": "The customer is missing.",
    "bad_quantity": "A quantity is missing, no number, zero or less.",
    "bad_price": "A price is no number or negative.",
    "no_lines": "The order has no lines.",
    "unknown_key": "A key of the order or of a line is not part of the contract.",
    "unknown_customer": "No customer has this reference, e-mail or VAT number.",
    "ambiguous": "More than one record answers to what was sent.",
    "unknown_product": "No product has this code or barcode.",
    "unknown_unit": "No unit of this product has this name.",
    "unknown_carrier": "No carrier has this name.",
    "unknown_terms": "No payment terms have this name.",
    "bad_currency": "The currency is not the pricelist's.",
    "bad_date": "A date or time is not of the form YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.",
    "bad_discount": "A discount is no number between 0 and 100.",
    "duplicate_line": "Two lines have the same id.",
    "refused": "Odoo refused the order; its words are in the message.",
    "conflict": "The reference was accepted before with other content.",
}
ORDER_KEYS = {
    *("reference", "ordered_at", "customer", "ship_to", "invoice_to", "lines", "currency", "carrier", "terms"),
    *("wished_date", "note", "total"),
}
LINE_KEYS = {"line", "product", "quantity", "unit", "price", "discount", "note"}
ADDRESS_KEYS = {
    *("reference", "name", "company", "vat", "email", "phone", "street", "street2", "city", "zip", "state", "country"),
}


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
    """``value`` as a float, or ``None`` if it is no finite number (a boolean is none)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if found == found and abs(found) < 1e15 else None


def moment(value):
    """``value`` as a naive UTC ``datetime``, or ``None``."""
    text = str(value).strip().replace("Z", "").replace("T", " ")
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def day(value):
    """``value`` as a ``date``, or ``None``."""
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def present(value):
    """Whether something was sent: null, an empty text, list or object is nothing."""
    return value is not None and value != "" and value != [] and value != {}


def check_form(order):
    """Errors of form, all at once.

    :param order: one submitted order
    :return: list of dicts ``{path, code, message, found}``, first those that come first as a reason
    """
    if not isinstance(order, dict):
        return [_error("", "invalid", order)]
    errors = [_error(key, "unknown_key", order[key]) for key in sorted(set(order) - ORDER_KEYS)]
    if not present(order.get("reference")) or not isinstance(order.get("reference"), str):
        errors.append(_error("reference", "no_reference", order.get("reference")))
    if not present(order.get("customer")):
        errors.append(_error("customer", "no_customer", order.get("customer")))
    for key in ("customer", "ship_to", "invoice_to"):
        errors += _check_address(key, order.get(key))
    if present(order.get("ordered_at")) and moment(order["ordered_at"]) is None:
        errors.append(_error("ordered_at", "bad_date", order["ordered_at"]))
    if present(order.get("wished_date")) and day(order["wished_date"]) is None:
        errors.append(_error("wished_date", "bad_date", order["wished_date"]))
    if present(order.get("total")) and number(order["total"]) is None:
        errors.append(_error("total", "bad_price", order["total"]))
    lines = order.get("lines")
    if not present(lines):
        errors.append(_error("lines", "no_lines", lines))
    elif not isinstance(lines, list):
        errors.append(_error("lines", "invalid", lines))
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
        return [_error(key, "invalid", value)]
    return [_error(f"{key}.{name}", "unknown_key", value[name]) for name in sorted(set(value) - ADDRESS_KEYS)]


def _check_line(path, line):
    if not isinstance(line, dict):
        return [_error(path, "invalid", line)]
    errors = [_error(f"{path}.{key}", "unknown_key", line[key]) for key in sorted(set(line) - LINE_KEYS)]
    if not present(line.get("product")):
        errors.append(_error(f"{path}.product", "unknown_product", line.get("product")))
    quantity = number(line.get("quantity"))
    if quantity is None or quantity <= 0:
        errors.append(_error(f"{path}.quantity", "bad_quantity", line.get("quantity")))
    if present(line.get("price")):
        price = number(line["price"])
        if price is None or price < 0:
            errors.append(_error(f"{path}.price", "bad_price", line["price"]))
    if present(line.get("discount")):
        discount = number(line["discount"])
        if discount is None or not 0 <= discount <= 100:
            errors.append(_error(f"{path}.discount", "bad_discount", line["discount"]))
    return errors


def _check_line_ids(lines):
    seen, errors = set(), []
    for position, line in enumerate(lines):
        mark = line.get("line") if isinstance(line, dict) else None
        if not present(mark):
            continue
        if str(mark) in seen:
            errors.append(_error(f"lines[{position}].line", "duplicate_line", mark))
        seen.add(str(mark))
    return errors


def _error(path, code, found):
    return error(path, code, found)


def error(path, code, found, message=""):
    """One error as the contract answers it."""
    shown = "" if found is None else found if isinstance(found, str) else json.dumps(found, default=str)
    return {"path": path, "code": code, "message": message or ERROR_CODES[code], "found": shown[:200]}
