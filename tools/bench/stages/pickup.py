"""Transfers put on the pickups of a week against bare SQL over the same rows."""

from ..registry import Bench

BENCHES = (
    Bench(
        name="pickup.plan",
        ours="action_plan_pickup of --size transfers on the pickups of a week, each with room for so many parcels: promise, ship"
        " window, carrier, room and cut-off of every transfer; transfers, batches and parcels written, an answer for each",
        theirs="by hand: statements over the same rows that put every transfer on the same pickup, and as much written"
        " (pickup_work/peer.sql)",
        work="tools.bench.stages.pickup_work.planning",
        bound=2.0,
        size=2_000,
        runs=9,
        bases=(("ours", "addon"), ("theirs", "addon")),
        alike=True,
    ),
)
