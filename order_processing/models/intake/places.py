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
        **env["sale.order"]._comparison_labels(),
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
