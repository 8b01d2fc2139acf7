"""What became of a submitted order, line by line, against what was sent: plain data for mail, portal and contract."""

import re

from ..common.business_day import business_day
from ..common.scalars import day_text
from . import reading

# of the order as a whole, what a customer wants to hear of; the rest is the desk's
HEAD = ("ship_to", "invoice_to", "carrier", "terms", "currency", "total")
CODES = {
    "changed_product": ("product",),
    "changed_quantity": ("quantity",),
    "changed_price": ("price", "discount"),
}
NUMBERS = ("quantity", "price", "discount")
ITEM = re.compile(r"lines\[(\d+)\]")


def acknowledgement(intake, order, known, units):
    """What became of the order of ``intake``.

    :param intake: an ``order.intake`` of ``sudo``
    :param order: its ``sale.order``, empty where it was refused
    :param dict known: product id to the other codes that name it, as they are read (``casefold``)
    :param dict units: of ``sale.order._comparison_units``
    :return: dict ``{result, lines, differences, errors, refused_change}``; ``result`` is accepted, changed or refused;
        ``refused_change``: errors of a change that was sent afterwards and could not be carried out
    """
    payload = intake.sent_payload or intake.payload
    payload = payload if isinstance(payload, dict) else {}
    sent = payload.get("lines") if isinstance(payload.get("lines"), list) else []
    # a line of no form is refused like any other
    sent = [line if isinstance(line, dict) else {"product": line} for line in sent]
    sent = {reading.mark(place, line): (place, line) for place, line in enumerate(sent)}
    errors = [{name: error[name] or "" for name in ("path", "code", "message", "found")} for error in intake.error_ids]
    if not order or order.state == "cancel" or intake.state in ("rejected", "cancelled"):
        reasons = reasons_by_mark(intake.payload, errors)
        lines = [_refused(mark, line, reasons.get(mark, ())) for mark, (_place, line) in sent.items()]
        return {"result": "refused", "lines": lines, "differences": [], "errors": errors, "refused_change": []}
    wished = reading.day(payload.get("wished_date"))
    rows = order._comparison_lines(payload, units)
    by_mark = {}
    for row in rows:
        by_mark.setdefault(row["line"], []).append(row)
    entered = {line.order_sender_line: line for line in order.order_line if line.order_sender_line}
    lines = []
    for mark, (_place, line) in sent.items():
        found = entered.get(mark)
        if not found or not found.product_uom_qty:
            lines.append(_refused(mark, line, ()))
            continue
        lines.append(_kept(order, found, mark, line, by_mark.get(mark, ()), wished, known))
    for line in order.order_line:
        own = line.is_downpayment or line.is_delivery or line.order_sender_charge
        if not line.display_type and not own and line.order_sender_line not in sent:
            lines.append({**_entered(order, line), "line": "", "codes": ["added"]})
    head = [row for row in order._comparison_head(payload) if row["key"].split(".")[0] in HEAD]
    head += [row for row in rows if row["key"] == "charge"]
    differences = [{key: row[key] for key in ("key", "label", "sent", "entered")} for row in head if row["differs"]]
    refused = (intake.refused_change or {}).get("errors", [])
    same = not differences and not refused and all(line["codes"] == ["accepted"] for line in lines)
    return {
        "result": "accepted" if same else "changed",
        "lines": lines,
        "differences": differences,
        "errors": [],
        "refused_change": refused,
    }


def reasons_by_mark(payload, errors):
    """The errors of lines by the sender's id of the line.

    :param payload: the content that was refused: places of errors are places in it, not in what the sender sent where the
        desk has taken a line out
    :param errors: dicts of the contract
    """
    lines = payload.get("lines") if isinstance(payload, dict) else None
    lines = lines if isinstance(lines, list) else []
    found = {}
    for error in errors:
        match = ITEM.match(error["path"])
        if match:
            place = int(match[1])
            line = lines[place] if place < len(lines) and isinstance(lines[place], dict) else {}
            found.setdefault(reading.mark(place, line), []).append(error)
    return found


def _refused(mark, line, own):
    said = {**_sent(line), "line": mark, "codes": ["refused"]}
    return {**said, "message": " ".join(error["message"] for error in own)}


def _kept(order, entered, mark, line, rows, wished, known):
    differing = {row["key"] for row in rows if row["differs"]}
    code = str(line.get("product") or "").strip().casefold()
    if code.lstrip("0") in known.get(entered.product_id.id, ()):
        differing.discard("product")
    codes = [name for name, keys in CODES.items() if differing.intersection(keys)]
    value = _entered(order, entered)
    if wished and value["promise_date"]:
        settled = business_day(order.company_id, order.commitment_date) if order.commitment_date else wished
        if settled != wished or value["promise_date"] > day_text(wished):
            codes.append("changed_date")
    elif wished and order.commitment_date and business_day(order.company_id, order.commitment_date) != wished:
        codes.append("changed_date")
    shown = {f"{row['key']}_{side}": row[side] for row in rows for side in ("sent", "entered")}
    return {
        **_sent(line),
        **value,
        "line": mark,
        "codes": codes or ["accepted"],
        "wished_date": day_text(wished) if wished else "",
        "shown": shown,
    }


def _sent(line):
    """What was sent of a line, numbers that are none left out."""
    said = {"sent_product": _text(line.get("product")), "sent_unit": _text(line.get("unit"))}
    numbers = {f"sent_{name}": reading.number(line.get(name)) for name in NUMBERS if reading.present(line.get(name))}
    return {**said, **{name: value for name, value in numbers.items() if value is not None}}


def _entered(order, line):
    promise = line.order_promise_date
    if not promise and order.commitment_date:
        promise = business_day(order.company_id, order.commitment_date)
    return {
        "product": line.product_id.default_code or "",
        "name": (line.name or "").split("\n")[0],
        "quantity": line.product_uom_qty,
        "unit": line.product_uom_id.name or "",
        "price": line.price_unit,
        "discount": line.discount,
        "promise_date": day_text(promise),
    }


def _text(value):
    return str(value).strip()[:200] if reading.present(value) else ""
