"""``bin/bench`` without a database: its register, its arithmetic, what it shows."""

import json
import re
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from tools.bench import arithmetic, command, output, peers, runner
from tools.bench.arithmetic import Run
from tools.bench.inside import Clock, Inside
from tools.bench.registry import OVERHEAD, Bench, Registry
from tools.bench.stages import BENCHES
from tools.setup.cache import ROOT
from tools.setup.progress import SetupError

KEYS = ["name", "size", "ours_ms", "theirs_ms", "ratio", "bound", "queries", "runs"]


def make(name="room.one", **values):
    return Bench(name=name, ours="a", theirs="b", work="w", bound=values.pop("bound", 1.1), **values)


@pytest.fixture
def registry():
    return Registry([make("room.one"), make("room.two"), make("roomy.one"), make("other.one")])


# ------------------------------------------------------------------ the register


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ([], ["room.one", "room.two", "roomy.one", "other.one"]),
        (["room"], ["room.one", "room.two"]),
        (["room."], ["room.one", "room.two"]),
        (["other", "room.two", "room"], ["room.one", "room.two", "other.one"]),
        (["roomy.one"], ["roomy.one"]),
    ],
)
def test_names_and_beginnings_of_names_choose(registry, names, found):
    assert [bench.name for bench in registry.select(names)] == found


@pytest.mark.parametrize("name", ["roo", "one", "room.on", ""])
def test_an_unknown_name_is_refused_with_those_that_there_are(registry, name):
    with pytest.raises(SetupError, match=re.escape(f"called {name}. Known")) as refusal:
        registry.select(["other", name])
    assert all(bench.name in str(refusal.value) for bench in registry)


def test_a_name_stands_for_one_bench(registry):
    with pytest.raises(ValueError, match=r"room\.one"):
        registry.add(make("room.one"))


def test_each_bench_has_its_work_its_bound_and_enough_runs():
    assert {bench.name: bench.bound for bench in BENCHES} == {
        "matching.vs_sql": 1.5,
        "matching.day": 1.5,
        "matching.overhead": 1.05,
        "load.vs_core": 1.15,
        "intake.vs_create": 1.3,
        "intake.repeat": 0.02,
        "verification.vs_confirm": 0.03,
        "verification.vs_sale_exception": 0.2,
        "verification.confirm_overhead": 1.1,
        "promise.vs_sql": 2.0,
        "dispatch.vs_core": 1.3,
        "pickup.plan": 2.0,
        "returns.vs_core": 0.8,
        "returns.vs_rma": 0.6,
        "enquiry.search": 1.5,
        "close.vs_sql": 1.5,
    }
    for bench in BENCHES:
        path = ROOT.joinpath(*bench.work.split(".")).with_suffix(".py")
        text = path.read_text(encoding="utf-8")
        assert "class Ours(" in text and "class Theirs(" in text, path
        assert bench.runs >= (7 if bench.kind == OVERHEAD else 3), bench.name
        assert dict(bench.bases).keys() == {"ours", "theirs"}, bench.name


def test_the_peer_is_no_dependency():
    for path in ROOT.glob("requirements*.txt"):
        assert not {"exception", "rma"} & set(re.split(r"[-=\s]", path.read_text(encoding="utf-8"))), path
    assert all("==19.0." in name for peer in peers.PEERS.values() for name in peer.pinned)


# ------------------------------------------------------------------ arithmetic


def test_a_ratio_is_of_medians():
    assert arithmetic.ratio([1, 2, 9], [4, 100, 3]) == 0.5


def test_an_overhead_is_one_and_the_addon_s_time_by_the_rest_of_the_same_call():
    runs = [Run(1.1, 5, 0.1), Run(2.4, 5, 0.4), Run(30, 5, 20)]
    assert arithmetic.overhead(runs) == pytest.approx(1.2)
    assert arithmetic.overhead([Run(3.0, 1)]) == 1


def test_the_result_of_a_ratio():
    found = arithmetic.result(make(), 10, [Run(2, 7), Run(3, 9), Run(40, 8)], [Run(1, 4), Run(2, 4), Run(2, 4)])
    assert found.plain() == {
        "name": "room.one",
        "size": 10,
        "ours_ms": 3000,
        "theirs_ms": 2000,
        "ratio": 1.5,
        "bound": 1.1,
        "queries": {"ours": 8, "theirs": 4},
        "runs": 3,
    }


def test_the_result_of_an_overhead_is_of_one_call_and_counts_beside_another():
    bench = make(kind=OVERHEAD)
    found = arithmetic.result(bench, 10, [Run(1.2, 12, 0.2)] * 7, [Run(5, 10)] * 7, more=0.0)
    assert (found.ours_ms, found.theirs_ms, found.ratio, found.runs) == (1200, 1000, 1.2, 7)
    assert found.queries == {"ours": 12, "theirs": 10, "more_per_order": 0.0}


def test_what_is_constant_is_no_query_more_an_order():
    assert arithmetic.more_per_order(large=30, small=30, orders=80) == 0
    assert arithmetic.more_per_order(large=110, small=30, orders=80) == 1


@pytest.mark.parametrize(("ratio", "more", "words"), [(1.1, 0.1, 0), (1.11, 0.1, 1), (1.0, 0.2, 1), (2.0, 5.0, 2)])
def test_a_bound_is_missed_beyond_it(ratio, more, words):
    bench = make(more_queries=0.1)
    found = arithmetic.Result("room.one", 1, 1, 1, ratio, 1.1, {"ours": 1, "theirs": 1, "more_per_order": more}, 7)
    assert len(arithmetic.misses(bench, found)) == words


# ------------------------------------------------------------------ the time inside


class Ticking:
    """A clock that the methods below move on by hand."""

    time = 0

    def __call__(self):
        return self.time


TIME = Ticking()


def takes(seconds):
    TIME.time += seconds


class Base:
    def write(self):
        takes(1)

    def other(self):
        takes(10)


class Core(Base):
    def confirm(self):
        takes(100)
        self.write()

    def write(self):
        takes(2)
        super().write()


class Addon(Core):
    def confirm(self):
        takes(1000)
        super().confirm()
        self.other()

    def write(self):
        takes(10000)
        super().write()


class AddonAgain(Addon):
    def write(self):
        takes(100000)
        super().write()


Addon.__module__ = AddonAgain.__module__ = "test.addon.models"


def test_time_is_inside_until_super_reaches_core():
    inside = Inside({"model": AddonAgain}, addon="test.addon.", clock=Clock(TIME))
    inside.start()
    AddonAgain().confirm()
    # its own lines and what it asks of core by itself; core's confirm, and the write that this does, are core's
    assert inside.stop() == 1000 + 10 + 10000 + 100000
    assert inside.clock.seconds["rest"] == 100 + 2 + 1
    # by itself, a write that the add-on begins is all its own
    inside.start()
    takes(5)
    AddonAgain().write()
    assert inside.stop() == 110000


# ------------------------------------------------------------------ what it shows


def result(name="room.one", ratio=1.0):
    return arithmetic.Result(name, 1000, 12.5, 12500.25, ratio, 1.1, {"ours": 3, "theirs": 4}, 7)


def test_json_is_a_list_of_the_eight_keys(tmp_path):
    path = tmp_path / "bench.json"
    output.write_json(path, [result(), result("room.two", 2.0)])
    found = json.loads(path.read_text())
    assert [list(row) for row in found] == [KEYS, KEYS]
    assert found[1]["ratio"] == 2.0


def test_the_table_has_a_row_for_each_and_names_what_is_over():
    lines = output.table([result(), result("room.twelve", 2.0)]).splitlines()
    assert len(lines) == 4
    assert lines[2].startswith("room.one ") and lines[2].endswith("ok")
    assert lines[3].startswith("room.twelve") and lines[3].endswith("OVER")
    assert "12,500.2" in lines[2] and "3 / 4" in lines[2]


def test_list_says_what_each_compares_and_prepares_nothing(capsys, monkeypatch):
    monkeypatch.setattr(command.cli, "prepare", lambda *args: pytest.fail("nothing is to be prepared"))
    assert command.bench(["--list"]) == 0
    told = capsys.readouterr().out
    for bench in BENCHES:
        assert bench.name in told and bench.ours in told and bench.theirs in told
    with pytest.raises(SetupError, match=r"load\.vs_core"):
        command.bench(["nonsense"])


@pytest.mark.parametrize("option", [["--runs", "0"], ["--size", "many"], ["--nonsense"]])
def test_a_bad_option_is_refused(option, capsys):
    with pytest.raises(SystemExit):
        command.bench(option)
    assert "usage: bin/bench" in capsys.readouterr().err


@pytest.mark.parametrize(("ratio", "code"), [(1.1, 0), (1.2, 1)])
def test_the_exit_code_says_whether_a_bound_is_missed(ratio, code, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(command.cli, "prepare", lambda *args: None)
    monkeypatch.setattr(command, "run", lambda setup, bench, size, runs: result(bench.name, ratio))
    monkeypatch.setattr(command, "BENCHES", Registry([make()]))
    path = tmp_path / "found.json"
    assert command.bench(["--json", str(path)]) == code
    assert json.loads(path.read_text())[0]["ratio"] == ratio
    assert "room.one" in capsys.readouterr().out


def test_sides_that_did_other_work_are_not_compared():
    same = {"proof": {"sales": 3}}
    runner._same_work(make(), {"ours": [same], "theirs": [same]})
    with pytest.raises(SetupError, match="not do the same work"):
        runner._same_work(make(), {"ours": [same], "theirs": [{"proof": {"sales": 4}}]})


class FakeSamples(list):
    """Databases by name alone; the list is what was done to get them."""

    def __init__(self, _setup):
        super().__init__()

    def __enter__(self):
        DONE.append(self)
        return self

    def __exit__(self, *error):
        pass

    def base(self, word, label):
        self.append(("base", word, label))
        return f"made {label}"

    def copy(self, template, label):
        self.append(("copy", template, label))
        return f"copied {label}"

    def settle(self, name):
        self.append(("settle", name))


class FakeSide:
    """A worker that answers at once where it is asked."""

    def __init__(self, _setup, _bench, side, database, _given):
        DONE[-1].append((side, database))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def ask(self, act, **_options):
        return {} if act == "prepare" else {"seconds": 1, "queries": 1, "inside": 0, "processor": 1, "proof": 1}


DONE = []


@pytest.mark.parametrize("alike", [True, False])
def test_alike_sides_are_prepared_once(alike, monkeypatch):
    monkeypatch.setattr(runner, "Samples", FakeSamples)
    monkeypatch.setattr(runner, "Side", FakeSide)
    progress = SimpleNamespace(say=lambda text: None, step=lambda text: nullcontext())
    both = (("ours", "addon"), ("theirs", "addon"))
    runner.run(SimpleNamespace(progress=progress), make(bases=both, alike=alike, runs=1))
    found = DONE.pop()
    assert [step for step in found if step[0] in ("base", "copy")] == [
        ("base", "addon", "ours"),
        ("copy", "made ours", "theirs") if alike else ("base", "addon", "theirs"),
    ]
    assert found[-1] == ("theirs", "copied theirs" if alike else "made theirs")
