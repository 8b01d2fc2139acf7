"""One submitted order on its way through the room: what came, what it means, what became of it."""

from datetime import datetime
from typing import NamedTuple

from ..common.business_day import desk_day
from . import reading
from .places import said

# what came without a reference is kept under this and its content
NAMELESS = "none-"


class Chosen(NamedTuple):
    """What the desk picked from Odoo itself, so that it is not looked up: partners by role, products by the place of the line.

    ``reference``: the envelope's own, where the order's is the customer's and may come from another customer too.
    """

    reference: str
    partners: dict
    products: dict


NOTHING_CHOSEN = Chosen("", {}, {})


class Parcel:
    """One submitted order on its way through the room."""

    def __init__(self, payload, mended=False):
        self.mended = mended
        self.payload = payload = reading.plain(payload)
        content = payload
        if isinstance(payload, dict):
            # that it replaces is said of the content, it is no part of it
            content = {key: value for key, value in payload.items() if key != "replace"}
        self.digest = reading.canonical(content)
        self.amending = False
        self.errors = []
        reference = payload.get("reference") if isinstance(payload, dict) else None
        reference = reference.strip() if isinstance(reference, str) else ""
        # what has no reference is kept all the same, under its content
        named = 0 < len(reference) <= reading.REFERENCE_LENGTH
        self.reference = reference if named else f"{NAMELESS}{self.digest[:12]}"
        # as printed for the customer
        self.customer_reference = self.reference
        self.chosen = NOTHING_CHOSEN
        self.envelope = None
        self.order = None
        self.values = {}
        self.line_values = []
        self.new_partners = []
        self.answer = None
        self.twin = None

    def choose(self, chosen):
        """Take what the desk picked (``Chosen``)."""
        self.chosen = chosen
        self.reference = chosen.reference

    @property
    def lines(self):
        """``(place, line)`` of the lines that are objects, whatever else is wrong."""
        lines = self.payload.get("lines") if isinstance(self.payload, dict) else None
        return [
            (place, line)
            for place, line in enumerate(lines if isinstance(lines, list) else [])
            if isinstance(line, dict)
        ]

    @property
    def ordered_at(self):
        """When the customer ordered: naive UTC ``datetime``, a ``date`` for a whole day, or ``None``."""
        value = self.payload.get("ordered_at") if isinstance(self.payload, dict) else None
        return reading.moment(value) if reading.present(value) else None

    @property
    def value(self):
        """Quantity times price less discount over the lines, where these are numbers."""

        def net(line):
            quantity, price, discount = (
                reading.number(line.get(key)) or 0.0 for key in ("quantity", "price", "discount")
            )
            return quantity * price * (1 - discount / 100)

        return round(sum(net(line) for _place, line in self.lines), 2)

    def answer_from_before(self):
        """The envelope was settled earlier: same content is a repetition, other content a conflict."""
        order, env = self.envelope.order_id, self.envelope.env
        if self.envelope.state == "cancelled":
            words = env._("This reference was cancelled.")
            errors = [reading.error("reference", "conflict", self.reference, words)]
        elif self.digest not in (self.envelope.digest, reading.canonical(self.envelope.sent_payload)):
            if self.payload.get("replace") is True:
                self.amending = True
                return
            errors = list(_differences(env, self.envelope.payload, self.payload))
        else:
            errors = []
        self.answer = {
            "reference": self.reference,
            "ok": not errors,
            "code": "conflict" if errors else "repeated",
            "message": errors[0]["message"] if errors else env._("Entered before."),
            "errors": errors,
            "order": order.name or "",
            "order_id": order.id or 0,
            "state": order.state or "",
            "intake_id": self.envelope.id,
        }

    def attempt(self, result, errors=()):
        """Values of ``order.intake.attempt`` for what was sent."""
        return {
            "intake_id": self.envelope.id,
            "payload": self.payload if isinstance(self.payload, dict) else {"as_received": self.payload},
            "result": result,
            "reason": "\n".join(said(self.envelope.env, self.payload, error) for error in errors),
        }

    def keep(self, company):
        """Values of the envelope, the guarded ones by the mixin's own door."""
        when = self.ordered_at
        # a whole day is a business day already
        day = when if when and not isinstance(when, datetime) else desk_day(company, when)
        self.envelope._transition_write(
            {
                "payload": self.payload if isinstance(self.payload, dict) else {"as_received": self.payload},
                "sent_payload": self.envelope.sent_payload if self.mended else False,
                "refused_change": False,
                "digest": self.digest,
                "attempts": self.envelope.attempts + 1,
                "order_id": self.order.id if self.order else False,
                "value": self.value,
                "business_date": day,
                "first_error_code": self.errors[0]["code"] if self.errors else False,
            }
        )

    def keep_refused_change(self):
        """Keep on the envelope of an order that stands that a change of it was refused, and why: the customer is told."""
        content = self.payload if isinstance(self.payload, dict) else {}
        self.envelope._transition_write({"refused_change": {"content": content, "errors": self.errors}})

    def rows(self, company):
        """Rows of the day book: received with its first attempt, rejected with its reason."""
        order = self.order
        head = {
            "company_id": company.id,
            "order_id": order.id if order else None,
            "order_name": order.name if order else self.reference,
            "currency_id": company.currency_id.id,
            "amount": self.value,
            "document_model": "order.intake",
            "document_id": self.envelope.id,
            "document_name": self.reference,
            "business_date": self.envelope.business_date,
        }
        if self.envelope.attempts == 1:
            yield {**head, "kind": "received"}
        if self.errors:
            yield {**head, "kind": "rejected", "reason": self.errors[0]["code"], "note": self.errors[0]["message"]}

    def result(self):
        """The answer of the contract."""
        if self.twin:
            first = self.twin.result()
            return {**first, "code": "repeated" if first["ok"] else first["code"]}
        if self.answer:
            return self.answer
        late = bool(self.errors) and self.errors[0]["code"] == "too_late"
        if self.amending:
            # whatever became of the change, the order stands
            self.order = self.envelope.order_id
        return {
            "reference": self.reference,
            "ok": not self.errors,
            "code": "too_late" if late else "rejected" if self.errors else "accepted",
            "message": self.errors[0]["message"] if self.errors else "",
            "errors": self.errors,
            "order": self.order.name if self.order else "",
            "order_id": self.order.id if self.order else 0,
            "state": self.order.state if self.order else "",
            "intake_id": self.envelope.id,
        }


def _differences(env, before, now):
    """One conflict error per key whose content differs, saying what was accepted and what came now."""
    before = before if isinstance(before, dict) else {}
    now = now if isinstance(now, dict) else {}
    for key in sorted({*before, *now} - {"replace"}):
        if reading.canonical(before.get(key)) != reading.canonical(now.get(key)):
            accepted = reading.error(key, "conflict", before.get(key))["found"] or "-"
            words = env._("The reference was accepted before with other content: %s", accepted)
            yield reading.error(key, "conflict", now.get(key), words)
