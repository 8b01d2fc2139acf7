"""The form of an answer of ``order_status`` and ``changes``: data, no behaviour."""

from ..common import contract

HOLD = contract.record(
    {
        "code": contract.text("Code of the hold's reason."),
        "reason": contract.text("The reason in words."),
        "note": contract.text(),
        "since": contract.moment(),
    }
)
LINE = contract.record(
    {
        "line": contract.text("The sender's id of the line."),
        "line_id": contract.integer(),
        "product": contract.text("Internal reference."),
        "name": contract.text(),
        "unit": contract.text(),
        "ordered": contract.number("In `unit`, as all that follow."),
        "shipped": contract.number(),
        "returned": contract.number(),
        "invoiced": contract.number("Less what was credited."),
        "promise_date": contract.day(),
    }
)
TRANSFER = contract.record(
    {
        "transfer": contract.text(),
        "state": contract.text("Odoo's: confirmed, assigned, done…"),
        "shipped_at": contract.moment("'' while it has not left."),
        "parcels": contract.array(contract.text()),
        "carrier": contract.text(),
        "tracking": contract.text("Of the carrier."),
    }
)
INVOICE = contract.record(
    {
        "number": contract.text(),
        "type": contract.text("invoice or credit."),
        "date": contract.day(),
        "total": contract.number("With tax."),
        "open": contract.number("Still to be paid."),
        "currency": contract.text(),
    }
)
RETURN = contract.record(
    {
        "return": contract.text("Odoo's number."),
        "key": contract.text("The sender's key."),
        "state": contract.text(),
        "product": contract.text(),
        "quantity": contract.number("In the order line's unit."),
        "received": contract.number(),
        "settlement": contract.text("refund, credit, replacement, exchange, repair or none."),
    }
)
DISCREPANCY = contract.record(
    {"kind": contract.text(), "expected": contract.number(), "found": contract.number(), "line": contract.text()}
)
EVENT = contract.record(
    {
        "at": contract.moment(),
        "date": contract.day("The business day."),
        "kind": contract.text(),
        "label": contract.text("The kind in words."),
        "line": contract.text(),
        "quantity": contract.number(),
        "unit": contract.text(),
        "amount": contract.number("Untaxed."),
        "currency": contract.text(),
        "document": contract.text(),
        "document_model": contract.text(),
        "document_id": contract.integer(),
        "who": contract.text(),
        "why": contract.text(),
    },
    optional=("quantity", "unit", "amount", "currency", "document_id"),
)
STEP = contract.record(
    {
        "state": contract.text("received, confirmed, preparing, part_shipped, complete, returning or cancelled."),
        "label": contract.text("The state in words."),
        "date": contract.day("'' for a step that is still to come."),
    }
)
STATUS = contract.records(
    "reference",
    {
        "order": contract.text("Odoo's number."),
        "order_id": contract.integer(),
        "source": contract.text("Who sent it."),
        "state": contract.text("Odoo's: draft, sent, sale, cancel."),
        "customer_state": contract.text(
            "Where it stands in the customer's words: received, confirmed, preparing, part_shipped, complete, returning or"
            " cancelled."
        ),
        "customer_since": contract.day("Of `customer_state`."),
        "customer_steps": contract.array(STEP, "The states behind it and before it, with the day of each."),
        "verification": contract.text("to_verify, held or verified."),
        "holds": contract.array(contract.text(), "Codes of the open holds."),
        "hold_reasons": contract.array(HOLD),
        "promise_date": contract.day("The latest of the lines."),
        "currency": contract.text(),
        "total": contract.number("With tax."),
        "lines": contract.array(LINE),
        "shipped": contract.array(TRANSFER, "Transfers to the customer, cancelled ones left out."),
        "tracking": contract.array(contract.text(), "Tracking references of what has left."),
        "invoices": contract.array(INVOICE, "Posted ones."),
        "invoiced_total": contract.number("With tax, less credits."),
        "paid_total": contract.number("Of what is invoiced."),
        "paid": contract.boolean("All that is invoiced is paid."),
        "returned": contract.array(RETURN),
        "discrepancies": contract.array(DISCREPANCY, "Open ones."),
        "timeline": contract.array(EVENT, "Oldest first."),
    },
    optional=("order_id", "total", "invoiced_total", "paid_total"),
)
CHANGE = contract.record(
    {
        "id": contract.integer(),
        "kind": contract.text("What happened."),
        "at": contract.moment("When it was entered."),
        "business_date": contract.day(),
        "source": contract.text("Who sent the order."),
        "reference": contract.text("The sender's."),
        "order_name": contract.text("Odoo's number, of that moment."),
        "order_id": contract.integer(),
        "line_name": contract.text(),
        "line_id": contract.integer(),
        "product_id": contract.integer(),
        "uom_id": contract.integer(),
        "quantity": contract.number("In the line's unit, signed."),
        "quantity_ref": contract.number("In the product's unit."),
        "amount": contract.number("Untaxed, signed, in `currency`."),
        "currency": contract.text(),
        "to_refund": contract.boolean("Of goods that come back: they are refunded."),
        "document_model": contract.text(),
        "document_id": contract.integer(),
        "document_name": contract.text(),
        "user_id": contract.integer(),
        "user_name": contract.text(),
        "reason": contract.text("A code."),
        "note": contract.text(),
    },
    optional=(
        "order_id",
        "line_id",
        "product_id",
        "uom_id",
        "quantity",
        "quantity_ref",
        "amount",
        "document_id",
        "user_id",
    ),
)
NUMBERS = (
    "order_id",
    "line_id",
    "product_id",
    "uom_id",
    "quantity",
    "quantity_ref",
    "amount",
    "document_id",
    "user_id",
)
CURSOR = contract.text("The `next` of the answer before, '' from the start.")
PAGE = {**contract.integer("At most so many rows of the day book are read."), "minimum": 1, "maximum": contract.LIMIT}


def page(items):
    """Schema of an answer with a cursor."""
    return contract.record(
        {
            "items": contract.array(items),
            "next": contract.text("Keep it, and pass it as `since`."),
            "more": contract.boolean("There is more already: call again."),
        }
    )
