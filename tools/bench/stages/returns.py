"""Returns of two lines each, from the request to the posted credit note."""

from ..registry import Bench

OURS = "request and process of all returns as one set: asked for, approved, received, credited, set off against the invoice"

BENCHES = (
    Bench(
        name="returns.vs_core",
        ours=OURS,
        theirs="core's return wizard, validation, _create_invoices(final=True) and action_post, one order after the other, "
        "each a call of its own with an empty memory, without the add-on",
        work="tools.bench.stages.returns_work.by_core",
        bound=0.8,
        size=200,
        runs=3,
        more_queries=0.0,
    ),
    Bench(
        name="returns.vs_rma",
        ours=OURS,
        theirs="the peers rma and rma_sale: the order's wizard, confirm, receipt, refund and its posting, one order after the "
        "other, each a call of its own with an empty memory",
        work="tools.bench.stages.returns_work.by_rma",
        bound=0.6,
        size=200,
        runs=3,
        bases=(("ours", "addon"), ("theirs", "rma")),
    ),
)
