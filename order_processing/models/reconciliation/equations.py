"""The equations of a day: what must balance, from which columns, and what each side is taken from.

Data, no behaviour. Each equation is evaluated once per unit (quantities, in the products' reference units) or once per
currency (values), over the rows of its ``source``; a row is an order line (``fact``), an order, a document or an
envelope. ``left`` and ``right`` are terms ``(label, SQL over the row)`` that are added up. In the ``fact`` source a
column ``x`` stands for the quantity or for the value of ``x``, by the equation's measure. Columns ``l_*`` come from the
ledgers of stock and account and the order lines, all others from the day book; signs are the book's (docs/architecture.md).
"""

from collections import namedtuple

Equation = namedtuple("Equation", "code label source measures left right only explanation")
QUANTITY, VALUE, COUNT = "quantity", "value", "count"
GOODS, SERVICES, ALL = "fact.goods", "fact.service", "TRUE"

EQUATIONS = (
    Equation(
        "open",
        "Open goods",
        "fact",
        (QUANTITY, VALUE),
        (
            ("Open at the start", "open_start"),
            ("Entered", "entered"),
            ("Raised", "raised"),
            ("Re-opened", "reopened"),
            ("Change in over-shipped", "l_over - over_start"),
        ),
        (
            ("Shipped", "shipped_day"),
            ("Shipments corrected", "corrected_day"),
            ("Lowered", "-lowered"),
            ("Removed", "-removed"),
            ("Cancelled", "-cancelled"),
            ("Closed short", "-closed_short"),
            ("Open at the end", "l_open"),
        ),
        GOODS,
        "What was open and what came in is what left, what fell away and what is open now. Open and over-shipped at "
        "the end are read from order lines and stock moves, all else from the day book.",
    ),
    Equation(
        "opening",
        "Closing of the day before",
        "opening",
        (QUANTITY, VALUE),
        (("Open at the close before", "before"),),
        (("Open at the start", "at_start"),),
        ALL,
        "What the statement before left open is what this day starts with.",
    ),
    Equation(
        "ordered",
        "Ordered",
        "fact",
        (QUANTITY, VALUE),
        (("Standing by the day book", "standing"),),
        (("On the order lines", "l_ordered"),),
        ALL,
        "The day book's entered, raised, lowered, removed, cancelled and re-opened are what the order lines say; of a "
        "cancelled order only what had left stands.",
    ),
    Equation(
        "shipped",
        "Shipped",
        "fact",
        (QUANTITY, VALUE),
        (("Shipped by the day book", "shipped"),),
        (("Done moves out", "l_shipped"),),
        GOODS,
        "What the day book says has left is what the done stock moves say, at the lines' prices.",
    ),
    Equation(
        "returned",
        "Received back",
        "fact",
        (QUANTITY, VALUE),
        (("Received back by the day book", "returned"),),
        (("Done moves back", "l_returned"),),
        GOODS,
        "What the day book says came back is what the done return moves say, at the lines' prices.",
    ),
    Equation(
        "delivered",
        "Delivered and invoiced",
        "fact",
        (QUANTITY,),
        (("Shipped", "shipped"), ("Received back, to refund", "-refund")),
        (
            ("Invoiced", "l_billed"),
            ("Credited", "-l_refunded"),
            ("On drafts", "l_draft"),
            ("To invoice", "greatest(l_to_invoice, 0)"),
            ("Invoiced ahead", "least(l_to_invoice, 0)"),
            ("Rounding of units", "l_rounding"),
        ),
        GOODS,
        "What the customers keep by the day book is what the journals invoiced less credited, plus what the orders say "
        "is still to invoice, less what was invoiced ahead.",
    ),
    Equation(
        "delivered",
        "Delivered and invoiced",
        "fact",
        (VALUE,),
        (("Shipped", "shipped"), ("Received back", "-returned")),
        (
            ("Invoiced", "l_billed"),
            ("Credited", "-l_refunded"),
            ("To invoice", "greatest(l_to_invoice, 0)"),
            ("Invoiced ahead", "least(l_to_invoice, 0)"),
            ("Received back without refund", "l_refund - l_returned"),
        ),
        GOODS,
        "The same at the lines' prices, in the orders' currency; what is invoiced at another price stands as to "
        "invoice or as invoiced ahead.",
    ),
    Equation(
        "services",
        "Services delivered and invoiced",
        "fact",
        (QUANTITY,),
        (("Delivered by the order lines", "l_delivered"),),
        (
            ("Invoiced", "l_billed"),
            ("Credited", "-l_refunded"),
            ("On drafts", "l_draft"),
            ("To invoice", "greatest(l_to_invoice, 0)"),
            ("Invoiced ahead", "least(l_to_invoice, 0)"),
            ("Rounding of units", "l_unit_rounding"),
        ),
        SERVICES,
        "Services leave by no transfer: what the orders say was delivered is what the journals invoiced less credited, plus "
        "what is still to invoice, less what was invoiced ahead.",
    ),
    Equation(
        "services",
        "Services delivered and invoiced",
        "fact",
        (VALUE,),
        (("Invoiced by the day book", "invoiced"), ("Credited by the day book", "-credited")),
        (("Posted invoice lines", "l_invoiced"), ("Posted credit note lines", "-l_credited")),
        SERVICES,
        "What the day book says was invoiced of services, less credited, is what the posted documents say, untaxed.",
    ),
    Equation(
        "invoiced",
        "Invoiced",
        "fact",
        (QUANTITY, VALUE),
        (("Invoiced by the day book", "invoiced"),),
        (("Posted invoice lines", "l_invoiced"),),
        ALL,
        "What the day book says was invoiced is what the posted invoices say, in their currency, untaxed.",
    ),
    Equation(
        "credited",
        "Credited",
        "fact",
        (QUANTITY, VALUE),
        (("Credited by the day book", "credited"),),
        (("Posted credit note lines", "l_credited"),),
        ALL,
        "What the day book says was credited is what the posted credit notes say, in their currency, untaxed.",
    ),
    Equation(
        "settled",
        "What became of goods back",
        "fact",
        (QUANTITY,),
        (("Received back by the day book", "returned"),),
        (
            ("Credited", "l_settled"),
            ("Never invoiced", "l_never"),
            ("Awaiting settlement", "l_refund - l_never - l_settled"),
            ("Replaced", "l_replaced_back"),
            ("Repaired and sent back", "l_repaired_back"),
            ("Settled without refund", "l_returned - l_refund - l_replaced_back - l_repaired_back"),
        ),
        GOODS,
        "What came back was credited, had never been invoiced, was replaced, was repaired and sent back, was not to be "
        "refunded, or waits for its credit note.",
    ),
    Equation(
        "refunds",
        "Credited, with goods and without",
        "fact",
        (QUANTITY,),
        (("Credited by the day book", "credited"),),
        (("For goods received back", "l_settled"), ("Without goods", "l_credited - l_settled")),
        GOODS,
        "What was credited is for goods that came back, or is a refund without goods.",
    ),
    Equation(
        "paid",
        "Paid",
        "paid",
        (VALUE,),
        (("Paid by the day book", "booked"),),
        (("Payments matched in the journals", "matched"),),
        ALL,
        "What the day book says was paid on the orders' invoices, credit notes negative, is what the journals matched.",
    ),
    Equation(
        "payments",
        "Payments of the day",
        "payments",
        (VALUE,),
        (("Payments by the day book", "booked"),),
        (
            ("Matched in the journals", "matched"),
            ("Unmatched", "unmatched"),
            ("Written off with them", "beside"),
            ("Without a journal entry", "alone"),
        ),
        ALL,
        "What customers paid by the day book, less what was paid back, is set off in the journals or open there, less what was "
        "written off with it. A payment without a journal entry is its own ledger.",
    ),
    Equation(
        "documents",
        "Documents of the day",
        "documents",
        (VALUE,),
        (("Invoices and credit notes by the day book", "booked"),),
        (("Receivable in the journal", "receivable"), ("Tax and lines of no order", "others")),
        ALL,
        "The invoices and credit notes that the day posted or took back: the day book's amount, untaxed, is their "
        "receivable in the journal without tax and without what belongs to no order.",
    ),
    Equation(
        "stock",
        "Stock on hand",
        "stock",
        (QUANTITY,),
        (("On hand at the cut", "at_cut"), ("On hand at the cut before", "-at_before")),
        (("Moved in", "came"), ("Moved out", "-went")),
        ALL,
        "By product and kind of location, what lies in the company's own locations changed since the cut before by what "
        "all done moves brought and took, whatever their document.",
    ),
    Equation(
        "envelopes",
        "Orders received",
        "envelopes",
        (COUNT,),
        (("Received", "received"),),
        (("Accepted", "accepted"), ("Rejected", "rejected"), ("Given up", "cancelled"), ("Undecided", "undecided")),
        ALL,
        "Every order that was submitted is accepted or kept with its reason.",
    ),
    Equation(
        "entries",
        "Entries of this statement",
        "entries",
        (COUNT,),
        (("Open at the start or touched", "expected"),),
        (("Standing in a bucket", "standing"),),
        ALL,
        "Every order that was open at the start or touched in the day stands in exactly one bucket.",
    ),
)
LABELS = list({equation.code: (equation.code, equation.label) for equation in EQUATIONS}.values())
EXPLANATIONS = {
    (equation.code, measure): equation.explanation for equation in EQUATIONS for measure in equation.measures
}
