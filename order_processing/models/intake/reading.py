"""What a submitted order must look like: plain values in, errors out. No database here."""

import hashlib
import json
from datetime import UTC, datetime, time

from ..common import contract
from ..common.business_day import company_tz
from ..common.scalars import day as day
from ..common.scalars import moment as moment
from ..common.scalars import number as number
from ..common.scalars import plain as plain
from ..common.scalars import present as present
from . import schema
from .schema import mark as mark

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
    "too_late": "This can no longer change; the message says why.",
    "conflict": "The reference was accepted before with other content.",
}
REFERENCE_LENGTH = contract.NAME_LENGTH
# the database forgets the order of keys; a person reads them in this one
READING_ORDER = (
    *("reference", "customer", "ship_to", "invoice_to", "ordered_at", "wished_date", "currency", "note"),
    *("pricelist", "carrier", "terms", "total", "lines", "line", "product", "quantity", "unit", "price", "discount"),
    *("name", "company", "street", "street2", "zip", "city", "state", "country", "email", "phone", "vat"),
    *("type", "amount", "label"),
)


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


def in_order(value):
    """A copy of ``value`` with its keys in the order in which people read them."""
    if isinstance(value, list):
        return [in_order(item) for item in value]
    if not isinstance(value, dict):
        return value
    places = {key: place for place, key in enumerate(READING_ORDER)}
    return {key: in_order(value[key]) for key in sorted(value, key=lambda key: (places.get(key, len(places)), key))}


def utc(company, when):
    """``when`` (of ``moment`` or ``day``) as a naive UTC ``datetime``; a whole day of the company is its noon.

    Noon, since then the day reads the same in the company's time zone and in UTC.
    """
    if isinstance(when, datetime):
        return when
    local = company_tz(company).localize(datetime.combine(when, time(12)))
    return local.astimezone(UTC).replace(tzinfo=None)


def check_form(order):
    """Errors of form, all at once.

    :param order: one submitted order
    :return: list of dicts ``{path, code, message, found}``, first those that come first as a reason
    """
    return sort_errors([error(path, code, found) for path, code, found in schema.problems(order)])


def sort_errors(errors):
    """Errors in the order of ``ERROR_CODES``: the first is the order's reason."""
    places = {code: place for place, code in enumerate(ERROR_CODES)}
    return sorted(errors, key=lambda error: places[error["code"]])


def error(path, code, found, message=""):
    """One error as the contract answers it."""
    shown = "" if found is None else found if isinstance(found, str) else json.dumps(found, default=str)
    return {"path": path, "code": code, "message": message or ERROR_CODES[code], "found": shown[:200]}


def told(error, words):
    """``error`` with the meaning of its code from ``words`` (code to words), unless it has words of its own."""
    own = error["message"] != ERROR_CODES[error["code"]]
    return error if own else {**error, "message": words[error["code"]]}
