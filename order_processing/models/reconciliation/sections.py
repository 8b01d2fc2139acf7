"""What stands in the canonical form of a statement, and in which order: data, no behaviour.

A section is added by a tag of its own, behind those that are there, and never changed: a statement that was signed before
has no rows of it, so its canonical form and its digest stay what they were.
"""

from collections import namedtuple

from .order_reconciliation_line import QUANTITIES, VALUES

Section = namedtuple("Section", "tag table columns key condition", defaults=("reconciliation_id", "TRUE"))

STATEMENT = (
    "number",
    "company_id",
    "date",
    "revision",
    "prepared_by_id",
    "prepared_at",
    "signed_by_id",
    "signed_at",
    "previous_id",
    "cut_snapshot",
    "cut_xact",
    "cut_event",
    "cut_era",
    "note",
)
LINE = (
    "sequence",
    "order_number",
    "intake_number",
    "order_name",
    "partner_name",
    "order_date",
    "bucket",
    "touched",
    "reason",
    "currency_id",
    *(f"{name}_qty" for name in QUANTITIES),
    "open_units",
    *(f"{name}_value" for name in VALUES),
    *(f"{name}_value_company" for name in VALUES),
)
EQUATION = (
    "sequence",
    "name",
    "label",
    "measure",
    "unit",
    "currency_id",
    "left",
    "right",
    "difference",
    "terms",
    "explanation",
    "documents",
    "document_count",
    "is_proven",
)
CHECK = (
    "sequence",
    "code",
    "weight",
    "model",
    "documents",
    "document_count",
    "explanation",
    "explained_by_id",
)
STOCK = (
    "sequence",
    "product_number",
    "product_name",
    "usage",
    "unit",
    "quantity",
    "moved_in",
    "moved_out",
    "tracked",
)
TOTAL = (
    "sequence",
    "name",
    "measure",
    "unit_number",
    "unit",
    "before",
    "opening",
    "day",
    "ever",
)
COUNT = (
    "sequence",
    "kind",
    "number",
    "name",
    "unit",
    "expected",
    "counted",
    "is_counted",
    "note",
    "counted_by_id",
)
FLOW = ("sequence", "start_value", "came_value", "went_value", "end_value")
UNITS = ("sequence", "unit", "units")
NUMBERS = ("sequence", "numbers")
CUTOFF = ("cutoff_at", "cutoff_reason", "cutoff_by_id")
REVIEW = ("review_by_id", "review_at")
BOOK = (
    "id",
    "era_id",
    "xact",
    "kind",
    "company_id",
    "order_id",
    "order_name",
    "line_id",
    "line_name",
    "product_id",
    "uom_id",
    "currency_id",
    "quantity",
    "quantity_ref",
    "amount",
    "document_model",
    "document_id",
    "document_name",
    "reason",
    "note",
    "business_date",
    "to_refund",
    "user_id",
    "user_name",
    "at",
    "opening",
)

SECTIONS = (
    Section("statement", "order_reconciliation", STATEMENT, "id"),
    Section("line", "order_reconciliation_line", LINE),
    Section("equation", "order_reconciliation_equation", EQUATION),
    Section("check", "order_reconciliation_check", CHECK),
    Section("stock", "order_reconciliation_stock", STOCK),
    Section("total", "order_reconciliation_total", TOTAL),
    Section("count", "order_reconciliation_count", COUNT),
    Section("flow", "order_reconciliation_line", FLOW, condition="record.came_value IS NOT NULL"),
    Section("review", "order_reconciliation", REVIEW, "id", "num_nonnulls(record.review_by_id, record.review_at) > 0"),
    Section(
        "units", "order_reconciliation_line", UNITS, condition="(record.unit IS NOT NULL OR record.units IS NOT NULL)"
    ),
    # what is opened where more was found than is listed by name
    Section("differ", "order_reconciliation_equation", NUMBERS, condition="record.numbers IS NOT NULL"),
    Section("found", "order_reconciliation_check", NUMBERS, condition="record.numbers IS NOT NULL"),
    Section(
        "cutoff",
        "order_reconciliation",
        CUTOFF,
        "id",
        "num_nonnulls(record.cutoff_at, record.cutoff_reason, record.cutoff_by_id) > 0",
    ),
)
