"""What mends which discrepancy: data, no behaviour. docs/discrepancies.md tells the same in words.

An act is one method ``_mend_by_<code>`` of ``order.discrepancy`` over a set; the first act of a kind is what the desk is
offered unless a lock date, a right or the state of the order forbids it.
"""

from dataclasses import dataclass

PROCESSOR = "order_processing.group_processor"
MANAGER = "order_processing.group_manager"
INVOICING = "account.group_account_invoice"


@dataclass(frozen=True)
class Act:
    """One way to mend a discrepancy.

    :param code: technical name
    :param label: what the button says
    :param why: one sentence on what it does
    :param books: ``money`` (enters invoices or credit notes), ``goods`` (makes transfers) or ``""``: which lock dates count
    :param group: XML id of the group that the acting user needs
    :param asks: what the screen asks for: ``post``, ``reason`` (of closing short), ``note``, ``party``
    :param screen: another screen does it, nothing is previewed
    """

    code: str
    label: str
    why: str = ""
    books: str = ""
    group: str = PROCESSOR
    asks: tuple = ()
    screen: bool = False


ACTS = (
    Act(
        "each",
        "Each in its proposed way",
        "Every discrepancy is mended as it is proposed for its kind.",
        asks=("post",),
    ),
    Act("invoice", "Make the invoice", "Invoices what is missing of these lines.", "money", asks=("post",)),
    Act("credit", "Make the credit note", "Credits exactly the quantity that is too much.", "money", asks=("post",)),
    Act(
        "reprice",
        "Credit and invoice again",
        "Credits the invoice lines that differ and invoices them again at the order's price, discount and taxes.",
        "money",
        asks=("post",),
    ),
    Act("backorder", "Deliver what is missing", "A new transfer for exactly what is missing.", "goods"),
    Act("return", "Fetch the goods back", "A return transfer for exactly what is too much.", "goods"),
    Act("replace", "Send the replacement", "The replacement that was promised, on a new transfer.", "goods"),
    Act(
        "close_short",
        "Close the line short",
        "What is missing is no longer delivered, for a reason that stays in the day book.",
        asks=("reason", "note"),
    ),
    Act(
        "pay_back",
        "Pay it back",
        "A payment to the customer for what is open of the credit notes.",
        "money",
        group=INVOICING,
    ),
    Act(
        "set_off",
        "Set it off",
        "What is open here is reconciled with what else is open of this customer, the oldest first.",
        "money",
        group=INVOICING,
    ),
    Act(
        "register",
        "Register the payment",
        "Core's screen, filled with what is still to be paid.",
        group=INVOICING,
        screen=True,
    ),
    Act(
        "recompute",
        "Compute the stored figures again",
        "Odoo computes the stored quantities from the documents.",
        group=MANAGER,
    ),
    Act("ask", "Ask the customer", "A mail in the customer's language, kept with the order.", screen=True),
    Act(
        "claim",
        "Claim from carrier or vendor",
        "A claim with its filing deadline, to which the proof is added.",
        asks=("party", "note"),
    ),
    Act(
        "accept",
        "Accept the difference",
        "Live with it up to its present value; a larger one opens it again.",
        asks=("note",),
    ),
    Act("open", "Open the documents", "Mend it by hand.", screen=True),
)
BY_ACT = {act.code: act for act in ACTS}

# acts that need nobody's word, in the order in which a set of several kinds is mended: goods before money
PLAIN = ("recompute", "backorder", "replace", "return", "credit", "reprice", "invoice")

# kind of discrepancy: its acts, the first is proposed
MENDS = {
    "short_shipped": ("backorder", "close_short", "ask", "claim", "accept", "open"),
    "over_shipped": ("return", "ask", "accept", "open"),
    "late": ("ask", "close_short", "claim", "accept", "open"),
    "shipped_not_invoiced": ("invoice", "accept", "open"),
    "invoiced_not_shipped": ("credit", "backorder", "ask", "claim", "accept", "open"),
    "over_invoiced": ("credit", "accept", "open"),
    "price_differs": ("reprice", "ask", "accept", "open"),
    "discount_lost": ("reprice", "accept", "open"),
    "tax_differs": ("reprice", "accept", "open"),
    "returned_not_refunded": ("credit", "claim", "accept", "open"),
    "refunded_not_returned": ("return", "invoice", "ask", "claim", "accept", "open"),
    "over_returned": ("return", "ask", "accept", "open"),
    "replacement_not_sent": ("replace", "ask", "accept", "open"),
    "paid_not_shipped": ("backorder", "credit", "ask", "accept", "open"),
    "over_paid": ("pay_back", "set_off", "ask", "accept", "open"),
    "under_paid": ("set_off", "ask", "register", "accept", "open"),
    "cancelled_but_shipped": ("return", "ask", "claim", "accept", "open"),
    "cancelled_but_invoiced": ("credit", "accept", "open"),
    "wrong_address": ("ask", "claim", "accept", "open"),
    "wrong_product": ("return", "ask", "accept", "open"),
    "quality_failed": ("open", "close_short", "claim", "accept"),
    "parcel_weight": ("ask", "claim", "accept", "open"),
    "not_scanned": ("claim", "ask", "accept", "open"),
    "changed_after_verification": ("open", "ask", "accept"),
    "stored_differs": ("recompute", "open", "accept"),
}

# what open work of the line has a part of it in hand already: figure of the engine to take off, by kind and act
IN_HAND = {
    ("over_shipped", "return"): "open_back",
    ("cancelled_but_shipped", "return"): "open_back",
    ("over_invoiced", "credit"): "draft_credited",
    ("cancelled_but_invoiced", "credit"): "draft_credited",
    ("paid_not_shipped", "credit"): "draft_credited",
}

# in which ledgers the document that mended a kind is looked for: stock, invoice, payment, order
_GOODS = ("stock", "order")
_BILLS = ("invoice", "stock", "order")
LEDGERS = {
    "short_shipped": _GOODS,
    "over_shipped": _GOODS,
    "late": _GOODS,
    "shipped_not_invoiced": _BILLS,
    "invoiced_not_shipped": _BILLS,
    "over_invoiced": _BILLS,
    "price_differs": ("invoice", "order"),
    "discount_lost": ("invoice", "order"),
    "tax_differs": ("invoice", "order"),
    "returned_not_refunded": ("invoice", "stock"),
    "refunded_not_returned": ("invoice", "stock"),
    "over_returned": ("stock",),
    "replacement_not_sent": ("stock",),
    "paid_not_shipped": ("stock", "invoice", "payment", "order"),
    "over_paid": ("payment", "invoice"),
    "under_paid": ("payment", "invoice"),
    "cancelled_but_shipped": _GOODS,
    "cancelled_but_invoiced": ("invoice", "order"),
    "wrong_address": ("stock",),
    "wrong_product": ("stock",),
    "quality_failed": _GOODS,
    "parcel_weight": ("stock",),
    "not_scanned": ("stock",),
    "changed_after_verification": ("order",),
    "stored_differs": (),
}


def acts_of(kind):
    """Codes of the acts that mend ``kind``, the proposed one first; of a kind without an entry what always helps."""
    return MENDS.get(kind, ("open", "ask", "accept"))


def proposed_of(kind):
    """Code of the act that is proposed for ``kind`` where that needs nobody's word, else ``None``."""
    first = acts_of(kind)[0]
    return first if first in PLAIN else None
