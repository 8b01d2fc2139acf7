"""What a verification looks at: plain values of orders (of lines: ``line_facts``), their canonical content and its digest.

No ORM here: ``order.verification.rule`` fills these from a constant number of SQL statements, the rules read
them, the seal is made from them.
"""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

ADDRESS_FIELDS = ("name", "street", "street2", "city", "zip", "state", "country")
CONTACT_FIELDS = ("phone", "email")
# what a customer agrees to by a signature or a payment, beside the lines
AGREED = ("lines", "currency", "payment_term", "customer")
DIGITS = 6
GOODS = ("consu", "combo")


def plain_number(value):
    """A number as canonical text: six decimals at most, no trailing zeros, no exponent, no negative zero."""
    text = f"{float(value or 0):.{DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def digest_of(content):
    """SHA-256 (hexadecimal) of the canonical JSON of ``content``."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Destination(NamedTuple):
    """Where an order goes: the delivery address, whose it is, and what a carrier's driver would call.

    Phone and e-mail are those of the address, else those of the contact who orders.
    """

    partner_id: int
    commercial_partner_id: int
    state_id: int
    phone: str
    email: str


@dataclass
class OrderFacts:
    """One order with its addresses and lines.

    ``invoice_to`` and ``ship_to`` are dicts of ``ADDRESS_FIELDS``, ``contact`` (of the delivery address) of
    ``CONTACT_FIELDS``. ``reference``: the customer's, as it is compared: trimmed, in lower case, empty if there is none;
    ``stated_total``: what the customer expects to pay, 0 if nothing was said. ``products``: those of all orders that were
    read together, by id.
    """

    id: int
    name: str
    state: str
    company_id: int
    partner_id: int
    commercial_partner_id: int
    pricelist_id: int
    currency_id: int
    fiscal_position_id: int
    payment_term_id: int
    incoterm: int
    carrier_id: int
    warehouse_id: int
    commitment_date: object
    date_order: object
    validity_date: object
    reference: str
    amount_total: float
    currency_rate: float
    stated_total: float
    ship_to: dict
    invoice_to: dict
    contact: dict
    ship_country: dict
    destination: Destination
    products: dict
    names: object
    lines: list = field(default_factory=list)
    _content: dict = None
    _digest: str = None

    @property
    def open(self):
        """Whether the order is not yet a sale."""
        return self.state in ("draft", "sent")

    @cached_property
    def subject_lines(self):
        """The lines that rules ask about."""
        return [line for line in self.lines if line.subject]

    @cached_property
    def has_goods(self):
        """Whether something of the order is shipped; orders of services alone need no delivery."""
        return any(line.product_type in GOODS and line.quantity > 0 for line in self.subject_lines)

    def discount_share(self, discounts=None):
        """Which share of its lines' value the order's own discount lines (or those given) take off, from 0 to 1."""
        if discounts is None:
            discounts = [line for line in self.lines if line.order_discount]
        taken = -sum(line.subtotal for line in discounts)
        value = sum(line.subtotal for line in self.subject_lines) if taken > 0 else 0
        return min(taken / value, 1) if value > 0 else 0

    def content(self):
        """The canonical content that a verification seals: plain JSON values, numbers as text."""
        if self._content is None:
            self._content = {
                "lines": {str(line.id): line.content() for line in self.lines if line.sealed},
                "ship_to": self.ship_to,
                "invoice_to": self.invoice_to,
                "contact": self.contact,
                "customer": self.partner_id or 0,
                "pricelist": self.pricelist_id or 0,
                "fiscal_position": self.fiscal_position_id or 0,
                "currency": self.currency_id or 0,
                "payment_term": self.payment_term_id or 0,
                "incoterm": self.incoterm or 0,
                "carrier": self.carrier_id or 0,
                "wished": self.commitment_date.strftime("%Y-%m-%dT%H:%M:%S") if self.commitment_date else "",
            }
        return self._content

    def digest(self):
        """The digest of the content."""
        if self._digest is None:
            self._digest = digest_of(self.content())
        return self._digest

    def differs(self, digest, sealed):
        """Whether this is not what was sealed as ``digest`` with the content ``sealed``."""
        return digest != self.digest() and bool(self.changes_from(sealed))

    def changes_from(self, sealed):
        """What differs from the ``sealed`` content, as rows ``(part, key, old, new)`` of plain values."""
        return list(content_changes(sealed or {}, self.content()))

    def company_total(self):
        """The order's total in its company's currency."""
        return self.amount_total / (self.currency_rate or 1)

    def agreed(self):
        """The digest of what the customer agreed to: goods, prices and terms, whatever the addresses are."""
        content = self.content()
        return digest_of({part: content[part] for part in AGREED})

    def rests_on(self, fingerprint, line_id=None):
        """Whether ``fingerprint`` (of a finding) is that of a part of the present content: nothing of it changed."""
        content = self.content()
        if line_id:
            return fingerprint == self.fingerprint(line_id)
        parts = [content, *(value for part, value in content.items() if part != "lines")]
        return fingerprint in map(digest_of, parts)

    def fingerprint(self, line_id=None, scope=""):
        """The digest of the part of the content that a finding rests on: a line, a part, or all of it.

        A waiver stays valid while this is the same.
        """
        content = self.content()
        if line_id:
            return digest_of(content["lines"].get(str(line_id), {}))
        return digest_of(content[scope]) if scope else self.digest()


@dataclass
class Finding:
    """What one rule found on one order, or on one of its lines."""

    order_id: int
    line_id: int
    rule: object
    expected: str
    found: str
    message: str
    fingerprint: str
    waived: bool = False

    @property
    def key(self):
        """What it is about, as waivers, ticks and open findings know it: order, rule, line, content."""
        return (self.order_id, self.rule.code, self.line_id or 0, self.fingerprint)

    @property
    def blocking(self):
        """Whether it stops the order: the rule blocks and nobody waived it for this content."""
        return self.rule.severity == "blocking" and not self.waived


@dataclass
class Assessment:
    """The outcome of all rules for one order: nothing of it is written yet."""

    facts: OrderFacts
    findings: list = field(default_factory=list)
    passed: dict = field(default_factory=dict)
    sealed_digest: str = ""
    sealed_content: dict = None

    @property
    def blocking(self):
        """The findings that stop the order."""
        return [finding for finding in self.findings if finding.blocking]

    @property
    def broken(self):
        """Whether the content differs from what was sealed."""
        return bool(self.sealed_digest) and self.facts.differs(self.sealed_digest, self.sealed_content)

    def changes(self):
        """What differs from the sealed content, as rows ``(where, what, old, new)`` of plain values."""
        if not self.broken:
            return []
        return self.facts.changes_from(self.sealed_content)


def content_changes(old, new):
    """The differences of two contents as rows ``(part, key, old value, new value)``; ``part`` is a line id, ``ship_to``…

    What the old one does not know (sealed by an earlier version of the add-on) is not compared.
    """
    old_lines, new_lines = old.get("lines", {}), new.get("lines", {})
    for line_id in sorted(set(old_lines) | set(new_lines), key=int):
        before, after = old_lines.get(line_id), new_lines.get(line_id)
        if before is None or after is None:
            yield (line_id, "line", before or "", after or "")
            continue
        for key in before:
            if before[key] != after.get(key):
                yield (line_id, key, before[key], after.get(key, ""))
    for part in sorted(set(old) - {"lines"}):
        before, after = old.get(part, ""), new.get(part, "")
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            for key in sorted(set(before) | set(after)):
                if before.get(key) != after.get(key):
                    yield (part, key, before.get(key, ""), after.get(key, ""))
        else:
            yield (part, "", before, after)
