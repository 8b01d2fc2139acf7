"""Verification and what it adds to core's confirm, on orders of five lines."""

from ..registry import OVERHEAD, Bench

BENCHES = (
    Bench(
        name="verification.vs_confirm",
        ours="action_verify on all orders with every built-in rule on: findings, seals, states and day book written",
        theirs="core's action_confirm of the same orders in sets of 100, without the add-on",
        work="tools.bench.stages.verification_work.confirming",
        bound=0.03,
        runs=3,
        more_queries=0.0,
    ),
    Bench(
        name="verification.vs_sale_exception",
        ours="detection alone, every built-in rule on: nothing written",
        theirs="detect_exceptions of the peer sale_exception with 20 rules by domain, 10 on orders and 10 on lines",
        work="tools.bench.stages.verification_work.detecting",
        bound=0.2,
        # a fifth of a second varies with the machine from run to run
        runs=15,
        bases=(("ours", "addon"), ("theirs", "peers")),
    ),
    Bench(
        name="verification.confirm_overhead",
        ours="action_confirm of clean orders with the add-on, controls enforced; each run confirms others of them",
        theirs="the rest of the same call, without the time inside the add-on's own methods; queries of a database without it",
        work="tools.bench.stages.verification_work.overhead",
        bound=1.1,
        runs=10,
        kind=OVERHEAD,
        # core's own count sways by one or two from set to set
        more_queries=0.1,
    ),
)
