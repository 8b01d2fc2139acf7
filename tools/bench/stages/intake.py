"""Intake, on orders of five lines."""

from ..registry import Bench

BENCHES = (
    Bench(
        name="intake.vs_create",
        ours="submit_orders in calls of 100, verification not counted: orders found, entered, kept with their envelopes",
        theirs="core's create of the same orders in calls of 100, without the add-on, by a user with the same rights",
        work="tools.bench.stages.intake_work.submitting",
        bound=1.3,
        runs=3,
    ),
    Bench(
        name="intake.repeat",
        ours="the same submission again, in calls of 100: each order answered as the first time, nothing entered",
        theirs="the first submission",
        work="tools.bench.stages.intake_work.repeating",
        bound=0.02,
        runs=3,
        bases=(("ours", "addon"), ("theirs", "addon")),
    ),
)
