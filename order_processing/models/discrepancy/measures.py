"""What the kinds of discrepancy are told by: columns over the engine's figures, and of which lines nothing is told; data alone."""

# columns computed once from the engine's figures `f`; each layer may use the layers before it
MEASURES = (
    {
        # what the customer is still owed or got: ordered less cancelled; negative on lines that take goods back
        "stands": "round(f.ordered - f.cancelled, f.digits)",
        "part": "f.is_goods AND NOT f.is_kit",
        "side": "CASE WHEN f.ordered - f.cancelled < 0 THEN -1 ELSE 1 END",
        "at_customer": "round(CASE WHEN f.is_kit THEN f.delivered ELSE f.shipped + f.replaced - f.returned END, f.digits)",
        # core does not count kits that leave again, so none of theirs is too much
        "ahead": "CASE WHEN f.is_kit THEN 0 ELSE f.sent_ahead END",
        "net_invoiced": "round(f.invoiced - f.credited, f.digits)",
        "net_total": "f.invoiced_total - f.credited_total",
        "unit_price": "CASE WHEN f.stored_ordered = 0 THEN 0 ELSE abs(f.subtotal / f.stored_ordered) END",
        "live": "f.state = 'sale'",
        # of which kinds with a day of grace count: the last that happened to the line
        "touched": "coalesce(greatest(f.last_ordered, f.last_shipped, f.last_returned, f.last_invoiced, f.last_credited,"
        " f.last_paid), f.today)",
    },
    {
        # more came back than ever went out: what nobody sold is not refunded either
        "over_return": "CASE WHEN side > 0 AND part THEN"
        " greatest(0, round(f.returned - f.shipped - f.replaced, f.digits)) ELSE 0 END",
        "below_zero": "CASE WHEN side > 0 AND part THEN greatest(0, -f.delivered) ELSE 0 END",
        # sent for the first time: goods sent again in place of returned ones fill nothing
        "sent": "CASE WHEN side < 0 OR f.is_kit THEN at_customer ELSE round(f.shipped - f.resent, f.digits) END",
        "gap": "round(f.delivered - net_invoiced, f.digits)",
    },
    {
        # the part of the gap that returns and credit notes explain, each against the other
        "credit_excess": "greatest(0, least(gap, round(f.credited - f.returned_refund, f.digits)))",
        "return_excess": "greatest(0, least(-gap, round(f.returned_refund - f.credited, f.digits)) - below_zero)",
        "over_invoice": "greatest(0, round(net_invoiced - greatest(stands, f.delivered, 0), f.digits))",
        "billable": "CASE WHEN f.invoice_policy = 'order' THEN least(f.delivered, stands) ELSE f.delivered END",
        "paid_share": "CASE WHEN net_total > 0 THEN least(1, f.paid_value / net_total) ELSE 0 END",
    },
    {
        "uninvoiced": "round(billable - net_invoiced - credit_excess - f.draft_invoiced + f.draft_credited, f.digits)",
        "unrefunded": "round(return_excess - greatest(f.draft_credited, f.return_open), f.digits)",
        "unreturned": "round(credit_excess - f.open_back - f.draft_invoiced - f.paid_ahead, f.digits)",
        "invoiced_ahead": "CASE WHEN f.is_kit AND f.open_out > 0 THEN 0"
        " ELSE round(-gap - below_zero - return_excess - over_invoice - f.open_out - f.draft_credited, f.digits) END",
        "paid_quantity": "round(net_invoiced * paid_share, f.digits)",
        "expected_value": "CASE WHEN f.stored_ordered = 0 THEN NULL"
        " ELSE round(f.subtotal * net_invoiced / f.stored_ordered / f.currency_unit) * f.currency_unit END",
        "net_value": "f.invoiced_value - f.credited_value",
        # every invoice line is rounded once, and the order's own rounding grows with what is invoiced of it
        "tolerance": "f.currency_unit * (f.invoice_lines + CASE WHEN f.stored_ordered = 0 THEN 1"
        " ELSE abs(net_invoiced / f.stored_ordered) END) / 2",
    },
    {
        "expected_tax": "CASE WHEN f.subtotal = 0 THEN NULL"
        " ELSE round((f.total - f.subtotal) * net_value / f.subtotal / f.currency_unit) * f.currency_unit END",
        "net_tax": "net_total - net_value",
        # a discount that the order has and the invoice has not is told apart from another price
        "discount_lost": "CASE WHEN f.lost_value > tolerance AND net_value - expected_value > tolerance"
        " THEN least(f.lost_value, net_value - expected_value) ELSE 0 END",
        "unpaid": "net_total - f.draft_credited_total - f.paid_value",
    },
)

# Most lines of an old database: everything went once as ordered, is invoiced once at the order's price, and is not paid at all
# or in full. No kind can hold of them, so nothing is computed for them; whatever a new kind asks about must stand here too.
SETTLED = """
    f.state = 'sale' AND f.shipped = f.ordered AND f.delivered = f.shipped AND f.invoiced = f.shipped
    AND f.stored_ordered = f.ordered AND f.stored_delivered = f.delivered AND f.stored_invoiced = f.invoiced
    AND f.core_invoiced = f.invoiced AND f.invoiced_value = f.subtotal AND f.invoiced_total = f.total
    AND f.paid_value IN (0, f.total) AND f.cancelled = 0 AND f.returned = 0 AND f.replaced = 0 AND f.resent = 0
    AND f.credited = 0 AND f.open_out = 0 AND f.open_back = 0 AND f.draft_invoiced = 0 AND f.draft_credited = 0
    AND f.wrong = 0 AND f.failed = 0 AND f.misrouted = 0 AND f.altered = 0 AND f.weighed = f.content_weight AND f.unscanned = 0
    AND f.replace_due = f.replace_sent AND f.lost_value = 0 AND f.credited_value = 0 AND f.credited_total = 0
    AND f.sent_ahead = 0 AND f.paid_ahead = 0 AND f.on_account = 0 AND NOT f.other_currency"""
