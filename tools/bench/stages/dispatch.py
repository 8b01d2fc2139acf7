"""A batch of orders from the shelf to its papers."""

from ..registry import Bench

BENCHES = (
    Bench(
        name="dispatch.vs_core",
        ours="action_dispatch_and_print on reserved orders of 5 lines: checks of a quality point made and answered, packed, "
        "validated, put on a pickup, invoiced and posted; packing slips, labels and invoices as one PDF per kind",
        theirs="core's button_validate, _create_invoices and action_post of the same in sets of 100, and core's print of all "
        "delivery slips and of all invoices, without the add-on",
        work="tools.bench.stages.dispatch_work",
        bound=1.3,
        size=200,
        runs=3,
    ),
)
