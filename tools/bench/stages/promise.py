"""Promise dates against bare SQL over the same rows."""

from ..registry import Bench

BENCHES = (
    Bench(
        name="promise.vs_sql",
        ours="action_promise of --size orders of ten lines, as each morning: stock, receipts, lead times, cut-off, working and"
        " transit days of every line, set against what was promised before, and what changed is written",
        theirs="one statement by hand over the same rows that says day, arrival, shortage, basis and source of every line"
        " (promise_work/peer.sql), fetched",
        work="tools.bench.stages.promise_work.promising",
        bound=2.0,
        size=1_000,
        runs=15,
        bases=(("ours", "addon"), ("theirs", "addon")),
        alike=True,
    ),
)
