"""Reading one submitted return case: plain values in, plain findings out, no database."""

import hashlib
import json
import math
from datetime import date, datetime

from odoo.tools.translate import LazyTranslate

from ..common import contract, scalars
from .settlements import SETTLEMENTS

_lt = LazyTranslate(__name__)

# said in the language of who asks
MESSAGES = {
    "bad_form": _lt("This is no return case."),
    "no_lines": _lt("The case names no lines."),
    "bad_line": _lt("This line is no object."),
    "bad_quantity": _lt("The quantity must be a number above zero."),
    "bad_value": _lt("This value is not one of those allowed."),
    "bad_date": _lt("This is no date."),
    "conflict": _lt("This key was used for another case."),
    "unknown_order": _lt("No order of yours has this reference."),
    "ambiguous": _lt("More than one order has this reference: name it by Odoo's number."),
    "unknown_customer": _lt("No customer has this reference."),
    "ambiguous_customer": _lt("Several customers have this reference."),
    "unknown_product": _lt("No product has this code."),
    "unknown_line": _lt("This is no order line of yours."),
    "no_customer": _lt("Neither order, line nor customer is given."),
    "no_product": _lt("Neither line nor product is given."),
    "not_delivered": _lt("Nothing of this product was delivered to this customer."),
    "too_many": _lt("No delivery has so much left that may come back."),
    "kit_whole": _lt("A kit comes back whole."),
    "kit_obstacle": _lt("This kit cannot come back here."),
    "part_of_kit": _lt("This product left as a part of a kit, which comes back with all its parts."),
}
CHOICES = {
    "disposition": {"restock", "quarantine", "repair", "scrap", "vendor", "customer_keeps", "not_arrived"},
    "settlement": {code for code, _label in SETTLEMENTS},
}
CASE_KEYS = {
    "key",
    "reference",
    "order_id",
    "customer",
    "requested_at",
    "business_date",
    "lines",
    "note",
    "allow_partial",
}
# of another form than these a case cannot be understood; null is as if left out
CASE_FORM = {
    "key": (str, int),
    "reference": (str, int),
    "order_id": int,
    "customer": (str, int, dict),
    "allow_partial": bool,
    "note": str,
}


def canonical(payload):
    """SHA-256 of the payload with sorted keys: the same content gives the same text."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()


def number(value):
    """``value`` as a finite float, or ``None``; booleans are no numbers."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def day(value):
    """``value`` (ISO text, date or datetime) as a ``date``, or ``None``."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def text(value):
    """``value`` as stripped text, empty for what is no text or number."""
    return str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def clean(value):
    """``value`` as the database can keep it: no NUL in texts, no number that is none, keys as text; null is left out."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [clean(item) for item in value]
    return value if isinstance(value, (int, float, bool, type(None))) else str(value)


class Row:
    """One row of a case: what was asked, what was found."""

    def __init__(self, index, payload):
        self.index = index
        self.payload = payload if isinstance(payload, dict) else {}
        self.code = "" if isinstance(payload, dict) else "bad_line"
        self.detail = ""
        self.quantity = number(self.payload.get("quantity")) or 0.0
        self.line_id = self.payload.get("line_id") or 0
        self.line = "" if self.line_id else text(self.payload.get("line"))
        self.product = text(self.payload.get("product"))
        self.picks = []
        if self.code:
            return
        if self.quantity <= 0:
            self.fail("bad_quantity")
        elif not isinstance(self.line_id, int) or isinstance(self.line_id, bool):
            self.fail("unknown_line")
        elif not self.line_id and not self.line and not self.product:
            self.fail("no_product")
        for name, allowed in CHOICES.items():
            given = self.payload.get(name)
            if given and not (isinstance(given, str) and given in allowed):
                self.fail("bad_value", f"{name}: {given}")
        self._check_numbers()

    def _check_numbers(self):
        """What is asked for in place of the goods is more than nothing, what is credited no less."""
        wanted, price = (self.payload.get(name) for name in ("exchange_quantity", "price"))
        if scalars.present(wanted) and (number(wanted) or 0.0) <= 0:
            self.fail("bad_quantity", f"exchange_quantity: {wanted}")
        if scalars.present(price) and (number(price) is None or number(price) < 0):
            self.fail("bad_value", f"price: {price}")

    def fail(self, code, detail=""):
        """Keep the first thing that is wrong."""
        if not self.code:
            self.code, self.detail = code, detail

    def problem(self, translate):
        """What is wrong, as the plain dict that is stored and answered; ``translate``: ``_`` of the environment."""
        message = translate(MESSAGES[self.code]) + (f" ({self.detail})" if self.detail else "")
        return {
            "row": self.index,
            "code": self.code,
            "message": message,
            "product": self.product,
            "quantity": self.quantity,
        }


class Case:
    """One submitted case on its way through ``order.return.request``."""

    def __init__(self, payload):
        payload = clean(payload)
        # what was sent, whatever it is, and what is read of it
        self.sent = payload if isinstance(payload, dict) else {"as_received": payload}
        self.payload = payload if isinstance(payload, dict) else {}
        self.digest = canonical(payload)
        # what has no key is kept all the same, under its content
        named = text(self.payload.get("key"))
        self.key = named if 0 < len(named) <= contract.NAME_LENGTH else f"none-{self.digest[:12]}"
        self.code = "" if isinstance(payload, dict) else "bad_form"
        self.detail = ""
        lines = self.payload.get("lines")
        self.rows = [Row(index, line) for index, line in enumerate(lines)] if isinstance(lines, list) else []
        if not self.code and not self.rows:
            self.code = "no_lines"
        unknown = set(self.payload) - CASE_KEYS
        if unknown:
            self.fail("bad_form", ", ".join(sorted(unknown)))
        self._check_form(named)
        self.record = None
        self.fresh = False
        self.partner_ids = set()
        self.order_ids = set()
        self.business_date = None
        given = self.payload.get("business_date") or self.payload.get("requested_at")
        if given:
            # a time is a day of the company, which is not known here
            self.business_date = (isinstance(given, str) and scalars.moment(given)) or day(given)
            if not self.business_date:
                self.fail("bad_date", text(given))

    def _check_form(self, named):
        """What is of another form than the contract's, each by its name."""
        wrong = [
            name
            for name, kind in CASE_FORM.items()
            if name in self.payload
            and (not isinstance(self.payload[name], kind) or kind is not bool and isinstance(self.payload[name], bool))
        ]
        if len(named) > contract.NAME_LENGTH:
            wrong.append("key")
        if wrong:
            self.fail("bad_form", ", ".join(wrong))
            # nothing is looked up by what is no name
            self.payload = {name: value for name, value in self.payload.items() if name not in wrong}

    def fail(self, code, detail=""):
        """Keep the first thing that is wrong with the case as a whole."""
        if not self.code:
            self.code, self.detail = code, detail

    @property
    def names_order(self):
        """Whether the case names its order itself."""
        return bool(self.payload.get("reference") or self.payload.get("order_id"))

    @property
    def customer(self):
        """How the case names its customer: a text, or the first of reference, email and vat of an object."""
        value = self.payload.get("customer")
        if isinstance(value, dict):
            value = next((value[name] for name in ("reference", "email", "vat") if value.get(name)), "")
        return text(value)

    def decide(self):
        """Rows that are taken: all, or with ``allow_partial`` those that were matched; else none, with the reason."""
        bad = [row for row in self.rows if row.code]
        if self.code or (bad and not (self.payload.get("allow_partial") and len(bad) < len(self.rows))):
            for row in self.rows:
                row.picks = []
            return []
        return [row for row in self.rows if not row.code]

    def verdict(self, translate):
        """``(unmatched, code, message)`` of the case after ``decide``; ``translate`` as for ``Row.problem``."""
        if self.code:
            return True, self.code, translate(MESSAGES[self.code]) + (f" ({self.detail})" if self.detail else "")
        bad = [row for row in self.rows if row.code]
        if bad:
            return not any(row.picks for row in self.rows), bad[0].code, bad[0].problem(translate)["message"]
        return False, "", ""
