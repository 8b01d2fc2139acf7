"""Promise dates against bare SQL over the same rows."""

from ..registry import Bench

BENCHES = (
    Bench(
        name="promise.vs_sql",
        ours="action_promise of --size orders of ten lines: stock, receipts, lead times, cut-off, working and transit days of"
        " every line; lines, orders and day book written",
        theirs="by hand: one statement over the same rows that says the same of every line, and as much written"
        " (promise_work/peer.sql)",
        work="tools.bench.stages.promise_work.promising",
        bound=2.0,
        size=1_000,
        runs=9,
        bases=(("ours", "addon"), ("theirs", "addon")),
        alike=True,
    ),
)
