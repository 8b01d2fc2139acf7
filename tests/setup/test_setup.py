"""The set-up itself: plain Python, no database."""

import io
import subprocess
import sys
import threading
import time

import pytest

from tools.setup import browser, cache, databases, debian, libraries, odoo_source, postgres, python_env, suite
from tools.setup.progress import Progress, SetupError


@pytest.fixture
def place(tmp_path):
    return cache.Cache(tmp_path / "cache")


@pytest.fixture
def progress():
    return Progress(io.StringIO())


def test_a_step_is_done_once_and_again_when_its_key_changes(place, progress):
    built = []

    def build(folder):
        built.append(folder)
        (folder / "file").write_text("x")

    for key in ("a", "a", "b"):
        place.once("step", key, place.path("thing"), build, progress, "building")
    assert len(built) == 2
    assert progress.stream.getvalue().count("✓ building") == 2


def test_a_half_finished_step_is_finished_not_trusted(place, progress):
    def breaks(folder):
        (folder / "half").write_text("x")
        raise SetupError("the line was cut")

    with pytest.raises(SetupError, match="cut"):
        place.once("step", "a", place.path("thing"), breaks, progress, "building")
    assert not place.is_done("step", "a")
    assert "✗ building" in progress.stream.getvalue()
    place.once("step", "a", place.path("thing"), lambda folder: None, progress, "building")
    assert place.is_done("step", "a")
    assert not (place.path("thing") / "half").exists()


def test_a_folder_that_vanished_is_built_again(place, progress):
    for _time in range(2):
        place.once("step", "a", place.path("thing"), lambda folder: (folder / "x").touch(), progress, "building")
        assert (place.path("thing") / "x").exists()
        (place.path("thing") / "x").unlink()
        place.path("thing").rmdir()


def _elsewhere(code, *arguments):
    """A process of its own that runs ``code``, which finds ``arguments`` in ``sys.argv``.

    Not by multiprocessing: it leaves a process behind that no signal ends, and Odoo's tests wait ten seconds after each
    class for all that their process has started.
    """
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import io, sys, time\nfrom tools.setup import cache, progress\n{code}",
            *map(str, arguments),
        ],
        cwd=cache.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


BUILD_SLOWLY = """
place, log = cache.Cache(sys.argv[1]), sys.argv[2]

def build(target):
    for word in ("start", "end"):
        with open(log, "a") as handle:
            print(word, file=handle)
        time.sleep(0.5)

place.once("step", "a", place.path("thing"), build, progress.Progress(io.StringIO()), "building")
"""


def test_two_runs_at_once_do_the_work_once(place, tmp_path):
    log = tmp_path / "log"
    runs = [_elsewhere(BUILD_SLOWLY, place.folder, log) for _n in range(2)]
    for run in runs:
        run.communicate()
        assert run.returncode == 0
    assert log.read_text() == "start\nend\n"


@pytest.mark.parametrize("layout", ["checkout", "install"])
def test_odoo_source_is_recognised(tmp_path, layout):
    (tmp_path / "odoo" / "addons").mkdir(parents=True)
    (tmp_path / "odoo" / "release.py").write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    if layout == "checkout":
        (tmp_path / "addons").mkdir()
    source = odoo_source.recognise(tmp_path)
    assert source.importable == tmp_path
    assert len(source.addons) == (2 if layout == "checkout" else 1)
    assert odoo_source.recognise(tmp_path / "odoo").importable == tmp_path


def test_odoo_source_of_another_version_or_none_is_refused_with_words(tmp_path):
    with pytest.raises(SetupError, match="holds no Odoo"):
        odoo_source.recognise(tmp_path)
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    with pytest.raises(SetupError, match="is Odoo 18.0: this add-on needs 19.0"):
        odoo_source.recognise(tmp_path)


def test_a_named_server_is_used(monkeypatch):
    for name in postgres.NAMED_BY:
        monkeypatch.delenv(name, raising=False)
    assert not postgres.is_named()
    monkeypatch.setenv("PGHOST", "db.example.com")
    assert postgres.is_named()


def test_template_changes_with_the_addon(tmp_path):
    (tmp_path / "a.py").write_text("1")
    first = cache.tree_digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("x")
    assert cache.tree_digest(tmp_path) == first
    (tmp_path / "a.py").write_text("2")
    assert cache.tree_digest(tmp_path) != first


def test_manifest_depends_on_core_alone():
    assert set(databases.manifest()["depends"]) == {
        "sale_management",
        "sale_stock",
        "account",
        "stock_delivery",
        "stock_picking_batch",
        "delivery_stock_picking_batch",
        "portal",
    }


def test_browser_is_named_or_the_way_out_is(monkeypatch, place, progress):
    monkeypatch.setenv("CHROMIUM", "/some/where")
    assert browser.prepare(place, progress) == "/some/where"
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    with pytest.raises(SetupError, match="not browser"):
        browser.prepare(place, progress)


UNTIL_TOLD = """
    print("ready", flush=True)
    sys.stdin.read()
"""
HOLD = f"if cache.Cache(sys.argv[1]).hold('template') is None:{UNTIL_TOLD}"
KEEP_LOCK = f"with cache.Cache(sys.argv[1]).lock('busy'):{UNTIL_TOLD}"


def test_what_another_run_uses_is_known_until_it_ends(place):
    run = _elsewhere(HOLD, place.folder)
    assert run.stdout.readline() == "ready\n"
    assert place.is_used("template")
    run.communicate()
    assert not place.is_used("template")
    assert not place.is_used("never heard of")


def test_a_run_that_waits_says_for_what(place, progress, monkeypatch):
    run = _elsewhere(KEEP_LOCK, place.folder)
    assert run.stdout.readline() == "ready\n"
    say, said = progress.say, threading.Event()

    def release():
        # once it was said, however long this one took to find the lock taken; where it is never said, the test fails
        said.wait(60)
        run.communicate()

    monkeypatch.setattr(progress, "say", lambda text: (say(text), said.set()))
    threading.Thread(target=release).start()
    with place.lock("busy", progress):
        pass
    run.wait(300)
    assert "another run is busy with “busy”" in progress.stream.getvalue()


def test_two_folders_have_two_tags(tmp_path):
    assert cache.Cache(tmp_path / "a").tag != cache.Cache(tmp_path / "b").tag
    assert cache.Cache(tmp_path / "a").tag == cache.Cache(tmp_path / "a").tag


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_steps_at_once_are_told_in_one_line_and_end_in_lines_of_their_own():
    shown = Progress(Terminal())
    with shown.step("fetching"):
        with shown.step("installing"):
            time.sleep(0.3)
    told = shown.stream.getvalue()
    assert "fetching … 0 s, installing … 0 s" in told
    ends = [line.split("\033[K")[-1] for line in told.split("\n")[:-1]]
    assert [end.rpartition(" (")[0] for end in ends] == ["✓ installing", "✓ fetching"]


def test_a_failing_step_on_a_terminal_ends_its_line():
    shown = Progress(Terminal())
    with pytest.raises(ZeroDivisionError), shown.step("dividing"):
        raise ZeroDivisionError
    assert shown.stream.getvalue().rstrip().split("\033[K")[-1].startswith("✗ dividing")


def test_the_mirror_is_the_one_of_the_release(monkeypatch):
    monkeypatch.setattr(debian, "own_release", lambda: "bookworm")
    said = (
        "cloud https://packages.example.com/apt/\n"
        "bookworm-security https://security.example.com/debian-security/\n"
        "bookworm https://mirror.example.com/debian/\n"
    )
    monkeypatch.setattr(debian.subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, 0, said, ""))
    assert debian.mirror() == "https://mirror.example.com/debian/"
    monkeypatch.setattr(debian.subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, 0, "", ""))
    with pytest.raises(SetupError, match="ODOO_SOURCE"):
        debian.mirror()


def test_apt_words_are_in_the_error(monkeypatch, place, tmp_path):
    monkeypatch.setattr(debian, "mirror", lambda: "http://mirror.example.com/debian")
    failed = subprocess.CompletedProcess([], 100, "", "E: Unable to locate package odoo-19")
    monkeypatch.setattr(debian.subprocess, "run", lambda *a, **k: failed)
    with pytest.raises(SetupError, match=r"sid\) failed: E: Unable to locate.*mirror.example.com"):
        debian.fetch(place, "sid", ["odoo-19"], tmp_path)


def test_a_clone_stands_in_where_debian_does_not_answer(monkeypatch, place, progress):
    monkeypatch.delenv("ODOO_SOURCE", raising=False)
    monkeypatch.setattr(debian, "is_here", lambda: True)
    asked = []

    def fails(_cache, _folder):
        asked.append("debian")
        raise SetupError("no mirror")

    def clone(folder):
        asked.append("git")
        (folder / "odoo").mkdir()
        (folder / "odoo" / "release.py").write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")

    monkeypatch.setattr(odoo_source, "_from_debian", fails)
    monkeypatch.setattr(odoo_source, "_from_git", clone)
    monkeypatch.setattr(odoo_source.shutil, "which", lambda name: name)
    monkeypatch.setattr(odoo_source, "_commit", lambda folder: "")
    for _time in range(2):
        assert odoo_source.find(place, progress).importable == place.path("odoo-clone")
    assert asked == ["debian", "git"]


def test_a_checkout_that_moved_on_is_another_odoo(tmp_path, monkeypatch):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    keys = set()
    for commit in ("a" * 40, "b" * 40):
        monkeypatch.setattr(odoo_source, "_commit", lambda folder, commit=commit: commit)
        keys.add(odoo_source.recognise(tmp_path).key)
    assert len(keys) == 2


def test_python_packages_are_installed_again_when_a_list_changes(monkeypatch, place, progress, tmp_path):
    built = []
    monkeypatch.setattr(python_env, "ROOT", tmp_path)
    for name in python_env.SERVER:
        (tmp_path / name).write_text("one==1\n")
    monkeypatch.setattr(python_env, "_create", lambda cache, folder: built.append(folder))
    done = subprocess.CompletedProcess([], 0, "", "")
    monkeypatch.setattr(python_env.subprocess, "run", lambda *a, **k: done)
    for _time in range(2):
        python_env.prepare(place, progress)
    assert len(built) == 1
    (tmp_path / "requirements.txt").write_text("one==2\n")
    python_env.prepare(place, progress)
    assert len(built) == 2
    monkeypatch.setattr(
        python_env.subprocess, "run", lambda *a, **k: subprocess.CompletedProcess([], 1, "", "no such version")
    )
    (tmp_path / "requirements.txt").write_text("one==3\n")
    with pytest.raises(SetupError, match=r"(?s)no such version.*index reachable"):
        python_env.prepare(place, progress)


def test_packages_of_tests_are_added_once_and_again_to_a_new_environment(monkeypatch, place, progress, tmp_path):
    installed = []
    monkeypatch.setattr(python_env, "ROOT", tmp_path)
    for name in (*python_env.SERVER, *python_env.TOOLS):
        (tmp_path / name).write_text("one==1\n")
    monkeypatch.setattr(python_env, "_create", lambda cache, folder: None)
    monkeypatch.setattr(python_env, "_install", lambda folder, names: installed.append(tuple(names)))
    both = (*python_env.SERVER, *python_env.TOOLS)
    for change in (None, *python_env.TOOLS, *python_env.SERVER):
        if change:
            (tmp_path / change).write_text("one==2\n")
        for _time in range(2):
            python_env.prepare(place, progress)
            python_env.add_tools(place, progress)
    assert installed == [python_env.SERVER, both, both, *[python_env.SERVER, both] * len(python_env.SERVER)]
    # the same lists, but the environment was lost
    place.forget("python")
    python_env.prepare(place, progress)
    python_env.add_tools(place, progress)
    assert installed[-2:] == [python_env.SERVER, both]


@pytest.mark.parametrize(
    ("answer", "words"),
    [("postgres|t", "refuses the role postgres"), ("clerk|f", "clerk may not create databases"), ("clerk|t", None)],
)
def test_a_named_server_is_looked_at_first(answer, words):
    def run(_command):
        return subprocess.CompletedProcess([], 0, f"{answer}\n", "")

    if not words:
        postgres.check_named(run)
        return
    with pytest.raises(SetupError, match=words):
        postgres.check_named(run)


def test_a_named_server_that_does_not_answer(monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example.com")

    def run(_command):
        raise SetupError("psql failed: could not connect")

    with pytest.raises(SetupError, match=r"(?s)could not connect.*PGHOST.*unset them"):
        postgres.check_named(run)


def test_a_socket_folder_of_another_account_is_refused(place, progress, tmp_path, monkeypatch):
    server = postgres.Server(place, tmp_path, progress)
    server.account, server.home, server.data = None, tmp_path / "home", tmp_path / "home" / "data"
    (tmp_path / "elsewhere").mkdir()
    server.socket = tmp_path / "socket"
    server.socket.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SetupError, match="belongs to another account"):
        server._prepare_home()


def test_socket_paths_are_short_enough(tmp_path, progress):
    deep = tmp_path / ("d" * 90)
    server = postgres.Server(cache.Cache(deep), tmp_path, progress)
    assert len(str(server.socket / ".s.PGSQL.5432")) < 107


def test_missing_libraries_make_a_wrapper(place, progress, tmp_path, monkeypatch):
    program, wrapper = tmp_path / "engine", tmp_path / "bin" / "engine"
    program.write_text("#!/bin/sh\necho $1 $LD_LIBRARY_PATH\n")
    program.chmod(0o755)
    monkeypatch.setattr(libraries, "missing", lambda program: ["libX.so"])
    monkeypatch.setattr(libraries, "unpack_all", lambda cache, names, root: None)
    libraries.prepare_pdf_engine(place, program, wrapper, progress)
    said = subprocess.run([str(wrapper), "a b"], capture_output=True, text=True).stdout
    assert said.startswith("a b ")
    assert str(place.path("libraries")) in said


def test_a_run_cleans_after_itself_and_no_other():
    class Fake:
        def __init__(self):
            self.databases = self
            self.left = ["op_test_12", "op_test_12-gw0", "op_test_123", "op_test_123-gw0"]

        def names(self, prefix):
            return [name for name in self.left if name.startswith(prefix)]

        def drop(self, name):
            self.left.remove(name)

    fake = Fake()
    suite.drop_copies(fake, "op_test_12")
    assert fake.left == ["op_test_123", "op_test_123-gw0"]
