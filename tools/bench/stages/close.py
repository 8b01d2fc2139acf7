"""The day's close against bare SQL that reads the same rows and inserts as many."""

from ..registry import Bench

BENCHES = (
    Bench(
        name="close.vs_sql",
        ours="draft_day and action_sign of a day with --size touched orders of ten lines: cut, checks, balances, stock, digest",
        theirs="by hand: the same ledgers read once for the same orders, as many rows inserted, one SHA-256 over them and over "
        "the day book's rows (close_work/peer.sql)",
        work="tools.bench.stages.close_work.closing",
        bound=1.5,
        size=10_000,
        runs=5,
        bases=(("ours", "addon"), ("theirs", "addon")),
        alike=True,
    ),
)
