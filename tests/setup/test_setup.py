"""The set-up itself: plain Python, no database."""

import io
import multiprocessing
import time

import pytest

from tools.setup import browser, cache, databases, odoo_source, postgres
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


def _build_slowly(folder, log):
    place = cache.Cache(folder)

    def build(target):
        with open(log, "a") as handle:
            handle.write("start\n")
        time.sleep(0.5)
        with open(log, "a") as handle:
            handle.write("end\n")

    place.once("step", "a", place.path("thing"), build, Progress(io.StringIO()), "building")


def test_two_runs_at_once_do_the_work_once(place, tmp_path):
    log = tmp_path / "log"
    runs = [
        multiprocessing.get_context("spawn").Process(target=_build_slowly, args=(place.folder, log)) for _n in range(2)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
        assert run.exitcode == 0
    assert log.read_text() == "start\nend\n"


def test_a_waiting_run_says_so(place, progress):
    with place.lock("busy"):
        pass
    text = progress.stream.getvalue()
    assert not text, "nobody waited"


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
