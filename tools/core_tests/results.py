"""What a run of core's tests said: read, stored, compared."""

import json
import xml.etree.ElementTree as ElementTree

from tools.setup.progress import SetupError


def read(report, log):
    """Outcome of one run from its JUnit ``report``.

    :return: ``{"run": number, "failed": [name], "skipped": [name]}``, names as ``file.Class.test``, sorted
    :raises SetupError: there is no report, so the run broke; ``log`` has its words
    """
    if not report.exists():
        raise SetupError(f"core's tests did not run:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
    outcome = {"passed": set(), "failed": set(), "skipped": set()}
    for case in ElementTree.parse(report).iter("testcase"):
        # what fails outside of a test, as when a run is interrupted, has no class
        place = (case.get("classname") or "").split("addons.")[-1]
        name = f"{place}.{case.get('name')}" if place else case.get("name")
        kinds = {child.tag for child in case}
        kind = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        outcome[kind].add(name)
    # a test that passes and whose tearDown fails is reported twice
    outcome["passed"] -= outcome["failed"]
    return {
        "run": len(outcome["passed"] | outcome["failed"]),
        "failed": sorted(outcome["failed"]),
        "skipped": sorted(outcome["skipped"]),
    }


def load(path):
    """The stored run, ``{}`` before the first."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def store(path, release, found):
    """Put the outcome of modules into the stored run; another release of Odoo starts it anew."""
    stored = load(path)
    if stored.get("odoo") != release:
        stored = {"odoo": release, "modules": {}}
    stored["modules"].update(found)
    stored["modules"] = dict(sorted(stored["modules"].items()))
    path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def compare(found, stored, release):
    """A text for the terminal, and whether no test fails that did not fail without the add-on.

    :param dict found: module to outcome with the add-on
    :param dict stored: the stored run without it
    """
    lines, clean = [], True
    if stored and stored["odoo"] != release:
        lines.append(f"note: the stored run is of Odoo {stored['odoo']}, this is {release}")
    for module, outcome in found.items():
        base = stored.get("modules", {}).get(module)
        if base is None:
            clean = False
            lines.append(f"✗ {module}: no stored run to compare with. Make one: bin/test --core --record {module}")
            continue
        failing, known = set(outcome["failed"]), set(base["failed"])
        new, gone = sorted(failing - known), sorted(known - failing)
        # a test that is skipped now and was not before tells nothing any more
        silent = sorted(set(outcome["skipped"]) - set(base["skipped"]))
        clean &= not new and not silent and outcome["run"] >= base["run"]
        mark = "✗" if new or silent or outcome["run"] < base["run"] else "✓"
        lines.append(
            f"{mark} {module}: {outcome['run']} run ({base['run']} without), {len(failing)} fail ({len(known)} without),"
            f" {len(outcome['skipped'])} skipped"
        )
        lines += [f"    fails with the add-on only: {name}" for name in new]
        lines += [f"    skipped with the add-on only: {name}" for name in silent]
        lines += [f"    fails without the add-on only: {name}" for name in gone]
    return "\n".join(lines), clean
