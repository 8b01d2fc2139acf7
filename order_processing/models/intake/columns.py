"""The columns that a file of orders may have, and the names by which they are known. Plain Python: no database here."""

import re

from .schema import ADDRESS_KEYS

# part of an address: other names
PARTS = {
    "reference": ("code", "id", "no", "number"),
    "name": ("contact", "full name", "recipient"),
    "company": ("company name", "organisation", "organization", "firm"),
    "vat": ("vat number", "vat id", "vat no", "tax id"),
    "email": ("e-mail", "mail", "email address", "e-mail address"),
    "phone": ("telephone", "phone number", "tel", "mobile"),
    "street": ("street 1", "address", "address 1", "address line 1", "street address"),
    "street2": ("street 2", "address 2", "address line 2"),
    "city": ("town", "place"),
    "zip": ("zip code", "postcode", "post code", "postal code"),
    "state": ("county", "province", "region"),
    "country": ("country code",),
}
# role: what stands before the part
ROLES = {
    "customer": ("customer", "client", "buyer", "sold to"),
    "ship_to": ("ship to", "shipto", "delivery", "shipping", "delivery address", "shipping address", "deliver to"),
    "invoice_to": ("invoice to", "bill to", "billing", "invoice", "billing address", "invoice address"),
}
ROLE_LABELS = {"customer": "Customer", "ship_to": "Ship to", "invoice_to": "Invoice to"}
# path: kind of value, label, other names
OWN = {
    "reference": (
        "code",
        "Order reference",
        (
            "order",
            "order number",
            "order no",
            "order id",
            "order ref",
            "po",
            "po number",
            "purchase order",
            "invoice no",
        )
        + ("invoice number", "your reference", "client order ref", "ref", "document number"),
    ),
    "customer": (
        "code",
        "Customer (reference, e-mail or VAT number)",
        ("client", "buyer", "account", "account number", "partner", "sold to"),
    ),
    "ship_to": ("code", "Ship to (reference or e-mail)", ("deliver to",)),
    "invoice_to": ("code", "Invoice to (reference or e-mail)", ("bill to",)),
    "line.line": ("code", "Line: sender's number", ("line no", "line number", "line id", "position", "pos", "item no")),
    "line.product": (
        "code",
        "Line: product",
        ("product code", "sku", "item", "item code", "article", "article number", "article no", "stock code")
        + ("default code", "internal reference", "barcode", "ean", "gtin", "part number", "material"),
    ),
    "line.quantity": ("number", "Line: quantity", ("qty", "amount ordered", "pieces", "pcs", "ordered quantity")),
    "line.unit": ("text", "Line: unit", ("uom", "unit of measure", "measure")),
    "line.price": ("number", "Line: price", ("unit price", "price unit", "net price", "price each", "sales price")),
    "line.discount": (
        "percent",
        "Line: discount in percent",
        ("discount %", "disc", "disc %", "rebate", "line discount"),
    ),
    "line.note": ("text", "Line: note", ("line note", "line comment", "line text", "item note")),
    "ordered_at": (
        "moment",
        "Ordered at",
        ("order date", "date", "ordered", "ordered on", "invoice date", "date ordered"),
    ),
    "wished_date": (
        "day",
        "Wished day",
        (
            "wished day",
            "delivery date",
            "requested date",
            "requested delivery date",
            "due date",
            "wanted on",
            "deliver on",
        ),
    ),
    "carrier": ("text", "Carrier", ("shipping method", "delivery method", "ship via")),
    "terms": ("text", "Payment terms", ("terms of payment", "payment term")),
    "currency": ("text", "Currency", ("currency code", "cur")),
    "pricelist": ("text", "Pricelist", ("price list",)),
    "prices_include_tax": ("flag", "Prices include tax", ("tax included", "gross prices", "incl tax")),
    "charge.delivery": (
        "number",
        "Charge: delivery",
        ("delivery charge", "delivery cost", "delivery fee", "shipping cost", "shipping charge", "freight", "postage"),
    ),
    "charge.fee": ("number", "Charge: fee", ("fee", "surcharge", "handling", "handling fee")),
    "charge.discount": ("number", "Charge: discount on the order", ("order discount", "discount amount", "voucher")),
    "total": ("number", "Total stated by the customer", ("order total", "grand total", "total amount", "amount total")),
    "payment.method": ("text", "Payment: method", ("payment", "paid by", "means of payment")),
    "payment.reference": ("code", "Payment: reference", ("transaction", "transaction id", "payment id")),
    "payment.amount": ("number", "Payment: amount", ("paid", "amount paid", "paid amount")),
    "payment.state": ("text", "Payment: state", ("payment status",)),
    "note": ("text", "Note of the order", ("comment", "comments", "remark", "remarks", "order note", "notes")),
    "replace": ("flag", "Replaces the order of the same reference", ("amendment", "amends")),
}
KINDS = {path: kind for path, (kind, _label, _names) in OWN.items()}
LABELS = {path: label for path, (_kind, label, _names) in OWN.items()}
for _role, _label in ROLE_LABELS.items():
    for _part in ADDRESS_KEYS:
        KINDS[f"{_role}.{_part}"] = {"country": "country", "reference": "code", "zip": "code"}.get(_part, "text")
        LABELS[f"{_role}.{_part}"] = f"{_label}: {_part}" if _part != "vat" else f"{_label}: VAT number"
TARGETS = list(LABELS.items())
BY_LABEL = {label.casefold(): path for path, label in TARGETS}
# a column that this add-on gave back itself
REASON = "Reason of rejection"


def plain_name(text):
    """A name of a column as it is compared: ``Unit-Price`` and ``unit price`` are one; ``#`` is itself."""
    return re.sub(r"[\W_]+", "", text.casefold()) or text.strip()


def _names():
    """Plain name to the paths that it may stand for, the likeliest first."""
    found = {}

    def add(name, path):
        paths = found.setdefault(plain_name(name), [])
        if path not in paths:
            paths.append(path)

    for path, (_kind, label, names) in OWN.items():
        own = path.rpartition(".")[2] if path.startswith(("line.", "charge.")) else path
        for name in (path, label, *names, own):
            add(name, path)
    for role, befores in ROLES.items():
        for part, others in PARTS.items():
            # "customer reference" is as often the customer's reference of the order
            paths = ["reference"] if (role, part) == ("customer", "reference") else []
            key = role if part == "reference" and role in OWN else f"{role}.{part}"
            # the number of a delivery or an invoice is not that of an address
            places = [name for name in befores if role == "customer" or part != "reference" or name.endswith(" to")]
            for before in places:
                for name in (part, *others):
                    for path in (*paths, key) if name == "reference" else (key,):
                        add(f"{before} {name}", path)
    # without a role they are the customer's
    for part, others in PARTS.items():
        for name in (part, *others) if part != "reference" else ():
            add(name, f"customer.{part}")
    return found


NAMES = _names()


def known(text):
    """Whether ``text`` is a name of a column."""
    return isinstance(text, str) and plain_name(text) in NAMES


def guess(names, before):
    """Which column means what.

    :param names: the headings
    :param before: dict of plain name to path (``""``: not used) as this sender's files were read before
    :return: dict of place to path, for the columns that mean something; no path twice
    """
    found, taken, left = {}, set(), []
    for place, name in enumerate(names):
        path = before.get(plain_name(name))
        if path is None:
            left.append((place, _candidates(name)))
        elif path and path not in taken:
            found[place] = path
            taken.add(path)
    # those that can mean one thing only go first
    for place, paths in sorted(left, key=lambda item: len(item[1])):
        free = [path for path in paths if path not in taken]
        if free:
            found[place] = free[0]
            taken.add(free[0])
    return found


def _candidates(name):
    if name.casefold() in BY_LABEL:
        return [BY_LABEL[name.casefold()]]
    path = name.strip().casefold().replace(" ", "_")
    # a bare "note" is likelier a line's
    if path in LABELS and "." in path:
        return [path]
    return NAMES.get(plain_name(name), [])


def named(heading):
    """Where the named columns of a CSV end: a row with more cells than these has moved values.

    :param heading: of ``Table.heading``
    :return: ``(how many columns, places of columns that this add-on gave back)``
    """
    own = [place for place, name in enumerate(heading.names) if name == REASON]
    last = [place for place in range(len(heading.names)) if place not in heading.blank and place not in own]
    return max(last, default=-1) + 1, frozenset(own)


def missing(paths):
    """Paths of what every order needs and no column brings."""
    paths = set(paths)
    wanted = [path for path in ("reference", "line.product", "line.quantity") if path not in paths]
    if not any(path == "customer" or path.startswith("customer.") for path in paths):
        wanted.insert(0, "customer")
    return wanted
