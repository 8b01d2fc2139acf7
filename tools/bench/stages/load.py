"""The whole way of an order, on the day that ships with the project."""

from ..registry import Bench

BENCHES = (
    Bench(
        name="load.vs_core",
        ours="the default day's orders submitted, verified, confirmed, dispatched and invoiced through the add-on, controls enforced",
        theirs="the same orders through core's create, action_confirm, action_assign, button_validate with backorders, "
        "_create_invoices and action_post, in the same chunks and by a user with the same rights, on the same masters "
        "and stock without the add-on",
        work="tools.bench.stages.load_work",
        bound=1.15,
        size=None,
        runs=5,
        fresh=True,
    ),
)
