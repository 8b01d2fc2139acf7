"""The desk's one search in a large database."""

from ..registry import Bench

BOTH = (("ours", "addon"), ("theirs", "addon"))

BENCHES = (
    Bench(
        name="enquiry.search",
        ours="order_search by a number, a reference, a tracking number, a package, a transfer, an invoice, a name, an address of mail, "
        "a phone number and a product: ranked, within the rules of the user",
        theirs="the bare statement by hand over the same indexes, unranked and without rules (enquiry_work/peer.sql)",
        work="tools.bench.stages.enquiry_work.searching",
        bound=1.5,
        size=1_000_000,
        runs=7,
        bases=BOTH,
        alike=True,
    ),
)
