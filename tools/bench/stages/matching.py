"""The matching engine against bare SQL, one day in a large database against a small one, and what core's own work pays."""

from ..registry import OVERHEAD, Bench

BOTH = (("ours", "addon"), ("theirs", "addon"))

BENCHES = (
    Bench(
        name="matching.vs_sql",
        ours="the full sweep of all lines by order.discrepancy: figures, every kind, tolerances, known records",
        theirs="one GROUP BY over a UNION ALL of the ledgers by hand, with the columns of the figures (matching_work/peer.sql)",
        work="tools.bench.stages.matching_work.sweeping",
        bound=1.5,
        size=10_000,
        runs=9,
        bases=BOTH,
        alike=True,
    ),
    Bench(
        name="matching.day",
        ours="the comparison of the 1,000 orders of one day in a database of --size orders of ten lines",
        theirs="the same day in a database that holds nothing but these 1,000 orders",
        work="tools.bench.stages.matching_work.day",
        bound=1.5,
        size=100_000,
        runs=7,
        bases=BOTH,
    ),
    Bench(
        name="matching.overhead",
        ours="button_validate and action_post of clean orders with the add-on; each run takes others of them",
        theirs="the rest of the same call, without the time inside the add-on's own methods; queries of a database without it",
        work="tools.bench.stages.matching_work.overhead",
        bound=1.05,
        size=1000,
        runs=10,
        kind=OVERHEAD,
    ),
)
