"""One bench from its databases to its result."""

from tools.setup.progress import SetupError

from .arithmetic import Run, more_per_order, result
from .registry import SIDES
from .samples import Samples
from .side import Side


def run(setup, bench, size=None, runs=None):
    """Run ``bench``.

    :param setup: the prepared ``Setup``
    :param int size: orders in the sample, in place of the bench's own
    :param int runs: alternating runs, in place of the bench's own
    :return: its ``Result``
    :raises SetupError: a side failed, or they did not do the same work
    """
    progress = setup.progress
    runs = runs or bench.runs
    progress.say(f"{bench.name}: {bench.compares}")
    with Samples(setup) as samples:
        given, prepared = {"size": size or bench.size, "runs": runs}, {}
        for side, base in bench.bases:
            if bench.alike and prepared:
                with progress.step(f"copying what is prepared for {side}"):
                    prepared[side] = samples.copy(*prepared.values(), side)
                continue
            database = samples.base(base, side)
            with progress.step(f"preparing {side}"):
                with Side(setup, bench, side, database, given) as worker:
                    given |= worker.ask("prepare")
                    notes = given.pop("notes", "")
                samples.settle(database)
            if notes:
                progress.say(f"    {notes}")
            prepared[side] = database
        measure = _fresh if bench.fresh else _rolled_back
        answers, more = measure(setup, bench, samples, prepared, given, runs)
    _same_work(bench, answers)
    found = {side: [Run(a["seconds"], a["queries"], a["inside"]) for a in answers[side]] for side in SIDES}
    return result(bench, given["size"], found["ours"], found["theirs"], more)


def _fresh(setup, bench, samples, prepared, given, runs):
    """Each run in a copy and a process of its own."""
    answers = {side: [] for side in SIDES}
    for number in range(runs):
        for side in SIDES:
            with setup.progress.step(f"run {number + 1} of {runs}, {side}"):
                copy = samples.copy(prepared[side], f"{side}_run")
                with Side(setup, bench, side, copy, given) as worker:
                    worker.ask("warm")
                    answers[side].append(worker.ask("run", number=number, size=given["size"]))
                samples.drop(copy)
            _say(setup, answers[side][-1])
    return answers, None


def _rolled_back(setup, bench, samples, prepared, given, runs):
    """One process a side; each run is taken back."""
    answers = {side: [] for side in SIDES}
    with (
        Side(setup, bench, "ours", prepared["ours"], given) as ours,
        Side(setup, bench, "theirs", prepared["theirs"], given) as theirs,
    ):
        workers = {"ours": ours, "theirs": theirs}
        with setup.progress.step("warming up"):
            for side in SIDES:
                workers[side].ask("warm")
        for number in range(runs):
            for side in SIDES:
                with setup.progress.step(f"run {number + 1} of {runs}, {side}"):
                    answers[side].append(workers[side].ask("run", number=number, size=given["size"]))
                _say(setup, answers[side][-1])
        if bench.more_queries is None:
            return answers, None
        with setup.progress.step("counting the queries of each order"):
            return answers, _more(workers, given)


def _more(workers, given):
    """Queries more per order: ours less theirs, where theirs can tell, at two sizes."""
    counts = {side: worker.ask("count") for side, worker in workers.items()}
    (small, large), orders = zip(*counts.values()), counts["ours"]
    sizes = [size for size, _count in orders]
    extra = [ours[1] - theirs[1] for ours, theirs in (small, large)]
    return more_per_order(extra[1], extra[0], sizes[1] - sizes[0])


def _say(setup, answer):
    inside = f", {answer['inside'] * 1000:,.0f} ms of it inside the add-on" if answer["inside"] else ""
    setup.progress.say(
        f"    {answer['seconds'] * 1000:,.0f} ms{inside}, {answer['processor'] * 1000:,.0f} ms of processor time, "
        f"{answer['queries']:,} queries"
    )


def _same_work(bench, answers):
    """Refuse to compare what is not the same.

    :raises SetupError: with both sides' figures
    """
    proofs = {side: [answer.get("proof") for answer in answers[side]] for side in SIDES}
    if proofs["ours"] != proofs["theirs"]:
        raise SetupError(
            f"{bench.name}: the sides did not do the same work.\n  ours: {proofs['ours'][0]}\n  theirs: {proofs['theirs'][0]}"
        )
