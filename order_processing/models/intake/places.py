"""Paths of the contract (``lines[0].product``) as people say them ("Line 1, Product")."""

import re

from . import reading

STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def in_words(env, payload, path):
    """Where in an order something stands.

    :param env: its language is spoken
    :param payload: the order, whose lines have the sender's own numbers; any JSON value
    :param str path: as of the contract, ``''`` for the order as a whole
    :return: words, ``''`` for the order as a whole
    """
    order = payload if isinstance(payload, dict) else {}
    words = labels(env)
    said, above = [], ""
    for key, place in STEP.findall(path or ""):
        if not key:
            # "Lines" of the step before becomes "Line 3"
            said[-1:] = [_item(env, order, above, int(place))]
        else:
            said.append(words.get(key) or key.replace("_", " ").capitalize())
            above = key
    return ", ".join(said)


def said(env, payload, error):
    """An error (mapping with ``path`` and ``message``) as one text for people."""
    where = in_words(env, payload, error["path"])
    return f"{where}: {error['message']}" if where else error["message"]


def _item(env, order, above, place):
    if above == "lines":
        lines = order.get("lines")
        line = lines[place] if isinstance(lines, list) and place < len(lines) else None
        return env._("Line %s", reading.mark(place, line) if isinstance(line, dict) else place + 1)
    if above == "charges":
        return env._("Charge %s", place + 1)
    return f"{labels(env).get(above) or above} {place + 1}"


def labels(env):
    """Words for the keys of an order, of its parts and of its lines."""
    return {
        "reference": env._("Reference"),
        "customer": env._("Customer"),
        "ship_to": env._("Deliver to"),
        "invoice_to": env._("Invoice to"),
        "ordered_at": env._("Ordered on"),
        "wished_date": env._("Wished for"),
        "currency": env._("Currency"),
        "pricelist": env._("Pricelist"),
        "carrier": env._("Carrier"),
        "terms": env._("Payment terms"),
        "total": env._("Total"),
        "note": env._("Note"),
        "charge": env._("Charge"),
        "line": env._("Line"),
        "product": env._("Product"),
        "quantity": env._("Quantity"),
        "price": env._("Price"),
        "discount": env._("Discount"),
        "name": env._("Name"),
        "company": env._("Company"),
        "vat": env._("VAT number"),
        "email": env._("E-mail"),
        "phone": env._("Phone"),
        "street": env._("Street"),
        "street2": env._("Street 2"),
        "city": env._("City"),
        "zip": env._("ZIP"),
        "state": env._("State"),
        "country": env._("Country"),
        "unit": env._("Unit"),
        "lines": env._("Lines"),
        "charges": env._("Charges"),
        "payment": env._("Payment"),
        "amount": env._("Amount"),
        "type": env._("Kind"),
        "label": env._("Name"),
        "method": env._("Means of payment"),
        "prices_include_tax": env._("Prices are with tax"),
    }
