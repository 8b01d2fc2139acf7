"""The kinds of discrepancy: data, no behaviour. docs/discrepancies.md tells the same in words.

A kind is three formulas over one row of *measures* (``measures.py``, over the engine's figures, per order line):
``expected``, ``found`` and ``when``. ``value`` is what is at stake, untaxed in the order's currency. What an open
transfer, a draft invoice, an open return or a promise not yet due will still settle is subtracted before ``when`` is
asked. Quantities compare after rounding to the precision of units (``f.digits``).
"""

from dataclasses import dataclass

# a credit note set against an invoice is no payment of a part
PAID_BY_MONEY = """EXISTS (
    SELECT 1 FROM sale_order_line_invoice_rel rel
      JOIN account_move_line item ON item.id = rel.invoice_line_id
      JOIN account_move_line owed ON owed.move_id = item.move_id
      JOIN account_partial_reconcile partial ON partial.debit_move_id = owed.id
      JOIN account_move_line money ON money.id = partial.credit_move_id
      JOIN account_move source ON source.id = money.move_id AND source.move_type NOT IN ('out_invoice', 'out_refund')
     WHERE rel.order_line_id = f.line_id)"""


@dataclass(frozen=True)
class Kind:
    """One kind of discrepancy.

    :param code: technical name
    :param label: what people read
    :param when: SQL condition over the measures
    :param expected: SQL, what the other ledger says
    :param found: SQL, what this ledger says
    :param value: SQL, what is at stake, untaxed, in the order's currency
    :param measure: ``quantity`` (line's unit), ``value`` (order's currency), ``weight`` or ``count``
    :param severity: ``high``, ``normal`` or ``low``
    :param due_days: days from the finding until it should be settled
    :param mend: name of the method of ``order.discrepancy`` that opens the right document
    :param why: one sentence for the person who reads it
    :param detail: SQL, a text that tells more
    :param since: SQL, the day from which days of grace count
    :param percent: tolerance in percent of the expected, where no setting says otherwise
    """

    code: str
    label: str
    when: str
    expected: str
    found: str
    value: str = "abs(({found}) - ({expected})) * unit_price"
    measure: str = "quantity"
    severity: str = "normal"
    due_days: int = 2
    mend: str = "_mend_order"
    why: str = ""
    detail: str = "''"
    since: str = "touched"
    percent: float = 0

    def value_sql(self):
        """The formula of the value with this kind's own expected and found."""
        return self.value.format(found=self.found, expected=self.expected)


KINDS = (
    Kind(
        "short_shipped",
        "Short shipped",
        when="live AND f.is_goods AND f.open_out = 0 AND side * (stands - sent) > 0",
        expected="stands",
        found="sent",
        severity="high",
        mend="_mend_transfers",
        why="No transfer is open any more and less went out than was ordered.",
    ),
    Kind(
        "over_shipped",
        "Over shipped",
        when="live AND f.is_goods AND side * (at_customer - stands) - f.open_back - ahead > 0",
        expected="stands",
        found="at_customer",
        mend="_mend_transfers",
        why="The customer holds more than was ordered.",
    ),
    Kind(
        "late",
        "Late",
        when="live AND f.is_goods AND f.open_out > 0 AND side * (stands - sent) > 0 AND f.promised < f.today",
        expected="stands",
        found="sent",
        severity="high",
        due_days=0,
        mend="_mend_transfers",
        why="The promised day has passed and the goods are still here.",
        detail="to_char(f.promised, 'YYYY-MM-DD')",
        since="f.promised",
    ),
    Kind(
        "shipped_not_invoiced",
        "Shipped, not invoiced",
        when="live AND uninvoiced > 0 AND f.served <= f.today - f.invoice_days",
        expected="round(net_invoiced + uninvoiced, f.digits)",
        found="net_invoiced",
        severity="high",
        mend="_mend_invoice",
        since="f.served",
        why="Goods or services reached the customer and no invoice, not even a draft, covers them.",
    ),
    Kind(
        "invoiced_not_shipped",
        "Invoiced, not shipped",
        when="live AND f.invoice_policy = 'delivery' AND invoiced_ahead > 0",
        expected="round(net_invoiced - invoiced_ahead, f.digits)",
        found="net_invoiced",
        severity="high",
        mend="_mend_invoices",
        why="The invoice covers more than was delivered and no open transfer will deliver it.",
    ),
    Kind(
        "over_invoiced",
        "Over invoiced",
        when="live AND round(over_invoice - f.draft_credited, f.digits) > 0",
        expected="round(net_invoiced - over_invoice, f.digits)",
        found="net_invoiced",
        severity="high",
        mend="_mend_invoices",
        why="More is invoiced than was ordered or delivered.",
    ),
    Kind(
        "price_differs",
        "Price differs",
        when="live AND NOT f.other_currency AND abs(net_value - expected_value - discount_lost) > tolerance",
        expected="expected_value",
        found="net_value - discount_lost",
        value="abs(net_value - discount_lost - expected_value)",
        measure="value",
        mend="_mend_invoices",
        why="The invoice has another price than the order, or a larger discount.",
    ),
    Kind(
        "discount_lost",
        "Discount lost",
        when="live AND NOT f.other_currency AND discount_lost > 0",
        expected="net_value - discount_lost",
        found="net_value",
        value="discount_lost",
        measure="value",
        mend="_mend_invoices",
        why="The order gives a discount that the invoice does not.",
    ),
    Kind(
        "tax_differs",
        "Tax differs",
        when="live AND NOT f.other_currency AND abs(net_tax - expected_tax) > 2 * tolerance",
        expected="expected_tax",
        found="net_tax",
        value="abs(net_tax - expected_tax)",
        measure="value",
        mend="_mend_invoices",
        why="The invoice has another tax than the order.",
    ),
    Kind(
        "returned_not_refunded",
        "Returned, not refunded",
        when="unrefunded > 0",
        expected="round(f.credited + unrefunded, f.digits)",
        found="f.credited",
        severity="high",
        mend="_mend_invoice",
        why="Goods came back to be refunded and no credit note covers them.",
    ),
    Kind(
        "refunded_not_returned",
        "Refunded, not returned",
        when="live AND unreturned > 0",
        expected="round(f.credited - unreturned, f.digits)",
        found="f.credited",
        mend="_mend_return",
        why="A credit note covers goods that the customer still has.",
    ),
    Kind(
        "over_returned",
        "Over returned",
        when="over_return > 0",
        expected="round(f.shipped + f.replaced, f.digits)",
        found="round(f.returned, f.digits)",
        mend="_mend_transfers",
        why="More came back than ever went to the customer.",
    ),
    Kind(
        "replacement_not_sent",
        "Replacement not sent",
        when="live AND round(f.replace_due - f.replace_sent, f.digits) > 0",
        expected="round(f.replace_due, f.digits)",
        found="round(f.replace_sent, f.digits)",
        severity="high",
        mend="_mend_transfers",
        why="A return was settled with the same product again and no transfer brings it.",
    ),
    Kind(
        "paid_not_shipped",
        "Paid, not shipped",
        when="live AND f.is_goods AND f.open_out = 0 AND paid_quantity > greatest(sent, 0)",
        expected="paid_quantity",
        found="sent",
        severity="high",
        mend="_mend_transfers",
        why="The customer paid for goods that no transfer will deliver.",
    ),
    Kind(
        "over_paid",
        "Over paid",
        when="NOT f.other_currency AND -(net_total - f.paid_value) - f.on_account > tolerance AND f.last_due < f.today",
        expected="net_total",
        # what stays on account, and what a fee keeps, is not too much
        found="f.paid_value - round(f.on_account / f.currency_unit) * f.currency_unit",
        value="f.paid_value - net_total - round(f.on_account / f.currency_unit) * f.currency_unit",
        measure="value",
        since="f.last_due",
        mend="_mend_invoices",
        why="The customer paid more than is invoiced: a credit note that is due was not paid out.",
    ),
    Kind(
        "under_paid",
        "Under paid",
        when="NOT f.other_currency AND f.paid_value > 0 AND unpaid > tolerance AND f.last_due < f.today AND "
        + PAID_BY_MONEY,
        expected="round((net_total - f.draft_credited_total) / f.currency_unit) * f.currency_unit",
        found="f.paid_value",
        value="unpaid",
        measure="value",
        since="f.last_due",
        mend="_mend_invoices",
        why="The customer paid a part, and the rest is past its due date.",
    ),
    Kind(
        "cancelled_but_shipped",
        "Cancelled, but shipped",
        when="f.state = 'cancel' AND f.is_goods AND round(at_customer - f.open_back, f.digits) > 0",
        expected="0",
        found="at_customer",
        severity="high",
        mend="_mend_return",
        why="The order is cancelled and the customer has goods of it.",
    ),
    Kind(
        "cancelled_but_invoiced",
        "Cancelled, but invoiced",
        when="f.state = 'cancel' AND round(over_invoice - f.draft_credited, f.digits) > 0",
        expected="round(net_invoiced - over_invoice, f.digits)",
        found="net_invoiced",
        severity="high",
        mend="_mend_invoices",
        why="The order is cancelled and more is invoiced than the customer has got.",
    ),
    Kind(
        "wrong_address",
        "Shipped to another address",
        when="live AND round(f.misrouted, f.digits) > 0",
        expected="0",
        found="round(f.misrouted, f.digits)",
        severity="high",
        due_days=1,
        mend="_mend_transfers",
        why="The transfer went to another address than the one that was verified.",
    ),
    Kind(
        "wrong_product",
        "Wrong product",
        when="live AND part AND round(f.wrong - f.wrong_back, f.digits) > 0",
        expected="0",
        found="round(f.wrong - f.wrong_back, f.digits)",
        severity="high",
        mend="_mend_return",
        why="Another product than the line's left for this line.",
    ),
    Kind(
        "quality_failed",
        "Quality failed",
        when="live AND f.failed > 0",
        expected="0",
        found="f.failed",
        severity="high",
        due_days=1,
        mend="_mend_transfers",
        why="A check before dispatch failed and the goods are still in that transfer.",
    ),
    Kind(
        "parcel_weight",
        "Weight of the parcel",
        when="live AND f.weighed <> f.content_weight",
        expected="round(f.content_weight, 3)",
        found="round(f.weighed, 3)",
        value="abs(f.weighed - f.content_weight) / nullif(f.content_weight, 0) * abs(f.subtotal)",
        measure="weight",
        percent=10,
        mend="_mend_transfers",
        why="The scales say another weight than the content of the parcel has: something may be missing or too much.",
    ),
    Kind(
        "not_scanned",
        "Not scanned by the carrier",
        when="live AND f.unscanned > 0",
        expected="f.to_scan",
        found="f.to_scan - f.unscanned",
        value="abs(f.subtotal)",
        measure="count",
        severity="high",
        due_days=1,
        mend="_mend_transfers",
        why="Parcels left with a carrier that has not scanned them in time: it may not have them.",
    ),
    Kind(
        "changed_after_verification",
        "Changed after verification",
        when="live AND f.altered > 0",
        expected="0",
        found="f.altered",
        value="abs(f.subtotal)",
        measure="count",
        severity="high",
        due_days=1,
        why="The order was changed after it was verified and nobody has accepted the change.",
    ),
    Kind(
        "stored_differs",
        "Stored figures differ",
        when="round(f.stored_ordered, f.digits) <> round(f.ordered, f.digits) OR round(f.stored_delivered, f.digits) <> round(f.delivered, f.digits)"
        " OR round(f.stored_invoiced, f.digits) <> round(f.core_invoiced, f.digits)",
        expected="CASE WHEN round(f.stored_delivered, f.digits) <> round(f.delivered, f.digits) THEN round(f.delivered, f.digits)"
        " WHEN round(f.stored_invoiced, f.digits) <> round(f.core_invoiced, f.digits) THEN round(f.core_invoiced, f.digits) ELSE round(f.ordered, f.digits) END",
        found="CASE WHEN round(f.stored_delivered, f.digits) <> round(f.delivered, f.digits) THEN round(f.stored_delivered, f.digits)"
        " WHEN round(f.stored_invoiced, f.digits) <> round(f.core_invoiced, f.digits) THEN round(f.stored_invoiced, f.digits) ELSE round(f.stored_ordered, f.digits) END",
        severity="high",
        due_days=1,
        mend="_mend_stored",
        why="A quantity stored on the order line is not what its documents say: something wrote around the documents.",
        detail="CASE WHEN round(f.stored_delivered, f.digits) <> round(f.delivered, f.digits) THEN 'qty_delivered'"
        " WHEN round(f.stored_invoiced, f.digits) <> round(f.core_invoiced, f.digits) THEN 'qty_invoiced' ELSE 'product_uom_qty' END",
    ),
)
BY_CODE = {kind.code: kind for kind in KINDS}
