"""The engine's figures once more: slowly, in plain Python, from the documents of one line. No SQL, none of the engine's code."""

from decimal import ROUND_FLOOR, Decimal

ZERO = (
    "shipped", "resent", "replaced", "returned", "returned_refund", "delivered", "open_out", "open_back", "invoiced",
    "credited", "invoiced_value", "credited_value", "invoiced_total", "credited_total", "draft_invoiced", "draft_credited",
    "core_invoiced", "paid_value",
)  # fmt: skip
DAYS = {"shipped": "shipped", "resent": "shipped", "replaced": "shipped", "returned": "returned",
        "returned_refund": "returned"}  # fmt: skip


def slow_figures(line, day_of):
    """Figures of ``line``; ``day_of`` gives the business day of a moment."""
    figures = dict.fromkeys(ZERO, 0.0)
    days = {}
    _moves(line, figures, days, day_of)
    _invoices(line, figures, days)
    figures["paid_value"] = float(_paid(line, days))
    if line.qty_delivered_method != "stock_move":
        figures["delivered"] = line.qty_delivered
    figures["ordered"] = line.product_uom_qty
    if line.order_id.state != "cancel":
        figures["cancelled"] = 0.0
    for fact in ("shipped", "returned", "invoiced", "credited", "paid"):
        found = days.get(fact, [])
        figures[f"first_{fact}"] = str(min(found)) if found else ""
        figures[f"last_{fact}"] = str(max(found)) if found else ""
    return figures


def _moves(line, figures, days, day_of):
    unit = line.product_uom_id
    for move in line.move_ids:
        if move.state == "cancel" or move.product_id != line.product_id:
            continue
        leaves = move.location_dest_id.usage == "customer"
        comes = move.location_id.usage == "customer"
        if move.state != "done":
            demand = move.product_uom._compute_quantity(move.product_uom_qty, unit, round=False)
            figures["open_back" if comes and not leaves else "open_out"] += demand
            continue
        exact = move.product_uom._compute_quantity(move.quantity, unit, round=False)
        rounded = move.product_uom._compute_quantity(move.quantity, unit, rounding_method="HALF-UP")
        if leaves and not comes:
            if not move.origin_returned_move_id:
                names, core = ("shipped",), rounded
            elif move.to_refund:
                names, core = ("shipped", "resent"), rounded
            else:
                names, core = ("replaced",), 0
        elif comes and not leaves:
            names, core = (("returned", "returned_refund"), -rounded) if move.to_refund else (("returned",), 0)
        else:
            continue
        for name in names:
            figures[name] += exact
            days.setdefault(DAYS[name], []).append(day_of(move.date))
        figures["delivered"] += core


def _invoices(line, figures, days):
    unit = line.product_uom_id
    for item in line.invoice_lines:
        move = item.move_id
        name, sign = {"out_invoice": ("invoiced", 1), "out_refund": ("credited", -1)}[move.move_type]
        if move.state == "cancel":
            continue
        quantity = item.product_uom_id._compute_quantity(item.quantity, unit, round=False)
        figures["core_invoiced"] += sign * item.product_uom_id._compute_quantity(item.quantity, unit)
        if move.state == "draft":
            figures[f"draft_{name}"] += quantity
            continue
        figures[name] += quantity
        figures[f"{name}_value"] += item.price_subtotal
        figures[f"{name}_total"] += item.price_total
        days.setdefault(name, []).append(move.invoice_date)


def _paid(line, days):
    """What was paid on the invoices of the line, shared over their lines by their totals: whole cents, largest remainder."""
    total = Decimal(0)
    for move in line.invoice_lines.move_id:
        ends = move.line_ids.filtered(lambda item: item.account_id.account_type == "asset_receivable")
        invoice = move.move_type == "out_invoice"
        partials = ends.matched_credit_ids if invoice else ends.matched_debit_ids
        if not partials or move.state != "posted":
            continue
        amount = sum(partials.mapped("debit_amount_currency" if invoice else "credit_amount_currency"))
        cents = round(amount * 100)
        orders = {}
        for item in move.invoice_line_ids.filtered(lambda item: item.display_type == "product").sorted("id"):
            orders.setdefault(item.sale_line_ids[:1].order_id.id or float("inf"), []).append((item, item.price_total))
        sums = {order: sum(Decimal(str(total)) for _item, total in members) for order, members in orders.items()}
        # what is nobody's takes off what it takes off
        parts = [own if order == float("inf") else abs(own) for order, own in sorted(sums.items())]
        paid = dict(zip(sorted(orders), _share(cents, parts), strict=True))
        # what is nobody's line takes its part along
        members = orders.get(line.order_id.id, [])
        shares = _share(paid.get(line.order_id.id, Decimal(0)), [Decimal(str(total)) for _item, total in members])
        for (item, _total), share in zip(members, shares, strict=True):
            if line in item.sale_line_ids:
                total += share if invoice else -share
                days.setdefault("paid", []).extend(partials.mapped("max_date"))
    return total / 100


def _share(cents, weights):
    whole = sum(weights)
    if whole <= 0:
        weights = [abs(weight) for weight in weights]
        whole = sum(weights)
    exact = [cents * weight / whole if whole else Decimal(cents) / len(weights) for weight in weights]
    cut = [part.to_integral_value(ROUND_FLOOR) for part in exact]
    order = sorted(range(len(exact)), key=lambda place: (cut[place] - exact[place], place))
    for place in order[: int(cents - sum(cut))]:
        cut[place] += 1
    return cut
