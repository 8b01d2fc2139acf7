"""Where an order stands at the cut: the buckets of a day, in order; an entry is in the first that holds.

Data, no behaviour. ``condition`` is SQL over the columns of the relation ``entry``, one row per entry of the statement
(``order_reconciliation_draw.py``): ``state`` and ``verification_state`` of the order (``state`` is NULL when the order
was deleted), and what its documents say, each a boolean: ``is_envelope``, ``on_hold``, ``coming_back`` (an approved or
received return case, or an open transfer back), ``to_check``, ``picked``, ``assigned``, ``outstanding`` (goods ordered
and not shipped), ``moving`` (an open transfer out), ``to_invoice`` (something to invoice or to credit, or on a draft),
``to_pay``. The last holds for everything else, so every entry is in exactly one.
"""

from collections import namedtuple

from odoo.tools import SQL

Bucket = namedtuple("Bucket", "code label condition")

BUCKETS = (
    Bucket("rejected", "Rejected", "entry.is_envelope"),
    Bucket("cancelled", "Cancelled", "entry.state IS NULL OR entry.state = 'cancel'"),
    Bucket("held", "Held", "entry.state IN ('draft', 'sent') AND (entry.verification_state = 'held' OR entry.on_hold)"),
    Bucket("to_verify", "To verify", "entry.state IN ('draft', 'sent') AND entry.verification_state <> 'verified'"),
    Bucket("verified", "Verified", "entry.state IN ('draft', 'sent')"),
    Bucket("in_return", "In return", "entry.coming_back"),
    Bucket("check", "Check", "entry.to_check"),
    Bucket("picking", "Picking", "entry.picked"),
    Bucket("ready", "Ready to pick", "entry.assigned"),
    Bucket("waiting", "Waiting for stock", "entry.moving OR entry.outstanding"),
    Bucket("to_invoice", "To invoice", "entry.to_invoice"),
    Bucket("to_pay", "To pay", "entry.to_pay"),
    Bucket("complete", "Complete", "TRUE"),
)
LABELS = [(bucket.code, bucket.label) for bucket in BUCKETS]
# entries that nothing is expected of any more: they are not carried to the next day
FINAL = ("rejected", "cancelled", "complete")


def bucket_case():
    """``SQL`` that gives the code of the bucket of a row of ``entry``."""
    branches = SQL(" ").join(SQL("WHEN %s THEN %s", SQL(bucket.condition), bucket.code) for bucket in BUCKETS)
    return SQL("CASE %s END", branches)


def order_of(code):
    """The place of a bucket, 0 for the first."""
    return [bucket.code for bucket in BUCKETS].index(code)
