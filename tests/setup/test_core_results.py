"""Comparing core's suites by name: plain Python."""

import pytest

from tools.core_tests import results
from tools.setup.progress import SetupError

REPORT = """<testsuites><testsuite>
<testcase classname="usr.lib.odoo.addons.sale.tests.test_a.TestA" name="test_good"/>
<testcase classname="usr.lib.odoo.addons.sale.tests.test_a.TestA" name="test_bad"><failure>no</failure></testcase>
<testcase classname="usr.lib.odoo.addons.sale.tests.test_a.TestA" name="test_late"/>
<testcase classname="usr.lib.odoo.addons.sale.tests.test_a.TestA" name="test_late"><error>tearDown</error></testcase>
<testcase classname="usr.lib.odoo.addons.sale.tests.test_a.TestA" name="test_left"><skipped/></testcase>
</testsuite></testsuites>"""


def _outcome(run=2, failed=(), skipped=()):
    return {"run": run, "failed": list(failed), "skipped": list(skipped)}


def test_a_report_is_read_by_name(tmp_path):
    (tmp_path / "report.xml").write_text(REPORT)
    name = "sale.tests.test_a.TestA"
    assert results.read(tmp_path / "report.xml", tmp_path / "log") == {
        "run": 3,
        "failed": [f"{name}.test_bad", f"{name}.test_late"],
        "skipped": [f"{name}.test_left"],
    }


def test_what_fails_outside_of_a_test_has_its_own_name(tmp_path):
    (tmp_path / "report.xml").write_text(
        '<testsuites><testsuite><testcase name="sale"><error>interrupted</error></testcase>'
        '<testcase classname="" name="sale.tests"><error>no import</error></testcase></testsuite></testsuites>'
    )
    found = results.read(tmp_path / "report.xml", tmp_path / "log")
    assert found == _outcome(2, ["sale", "sale.tests"])


def test_a_run_without_report_is_an_error(tmp_path):
    (tmp_path / "log").write_text("ImportError: nothing works")
    with pytest.raises(SetupError, match="nothing works"):
        results.read(tmp_path / "report.xml", tmp_path / "log")


def test_stored_runs_gather_and_another_release_starts_anew(tmp_path):
    path = tmp_path / "baseline.json"
    results.store(path, "19.0", {"sale": _outcome()})
    results.store(path, "19.0", {"account": _outcome(3)})
    assert list(results.load(path)["modules"]) == ["account", "sale"]
    results.store(path, "19.0 abc", {"stock": _outcome()})
    assert list(results.load(path)["modules"]) == ["stock"]


@pytest.mark.parametrize(
    ("now", "clean", "words"),
    [
        (_outcome(2, ["known"]), True, "✓ sale"),
        (_outcome(2), True, "fails without the add-on only: known"),
        (_outcome(2, ["known", "fresh"]), False, "fails with the add-on only: fresh"),
        (_outcome(1, ["known"]), False, "1 run (2 without)"),
        (_outcome(2, ["known"], ["mute"]), False, "skipped with the add-on only: mute"),
    ],
)
def test_comparison(now, clean, words):
    stored = {"odoo": "19.0", "modules": {"sale": _outcome(2, ["known"])}}
    text, same = results.compare({"sale": now}, stored, "19.0")
    assert same is clean
    assert words in text


def test_nothing_stored_is_no_pass():
    text, clean = results.compare({"sale": _outcome()}, {}, "19.0")
    assert not clean
    assert "bin/test --core --record sale" in text
