"""The rooms of docs/architecture.md, held by reading the imports: plain Python, no database."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ADDON = ROOT / "order_processing"
STAGES = [
    "common",
    "intake",
    "verification",
    "availability",
    "dispatch",
    "discrepancy",
    "returns",
    "enquiry",
    "reconciliation",
    "desk",
]
PREFIX = "odoo.addons.order_processing."


def _modules():
    """Dotted name inside the add-on to path, for every Python file of it."""
    found = {}
    for path in sorted(ADDON.rglob("*.py")):
        parts = list(path.relative_to(ADDON).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        found[".".join(parts)] = path
    return found


MODULES = _modules()


def _imports(name, path):
    """Modules of this add-on that the file imports, as dotted names inside it."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            targets = [alias.name.removeprefix(PREFIX) for alias in node.names if alias.name.startswith(PREFIX)]
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1] if name else []
            base = base + (node.module.split(".") if node.module else [])
            targets = [".".join([*base, alias.name]) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PREFIX.rstrip(".")):
            base = node.module.removeprefix(PREFIX.rstrip(".")).lstrip(".")
            targets = [".".join(filter(None, [base, alias.name])) for alias in node.names]
        else:
            continue
        for target in targets:
            while target and target not in MODULES:
                target = target.rpartition(".")[0]
            if target:
                yield target


def _stage(name):
    """The stage of a module: its folder under models/, or the prefix of its file under wizards/ or reports/."""
    parts = name.split(".")
    if parts[0] == "models" and len(parts) > 1:
        return parts[1]
    if parts[0] in ("wizards", "controllers", "reports") and len(parts) > 1:
        return parts[1].split("_")[0]
    return None


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_stage_imports_another(name):
    path = MODULES[name]
    own = _stage(name)
    if own is None or path.name == "__init__.py":
        return
    assert own in STAGES, f"{path} belongs to no stage"
    foreign = {target for target in _imports(name, path) if _stage(target) not in (own, "common", None)}
    assert not foreign, f"{name} imports {sorted(foreign)} of another stage: meet through a model or a hook"
    if own == "common":
        assert all(_stage(target) in ("common", None) for target in _imports(name, path))


def test_no_import_runs_in_a_circle():
    graph = {
        # a package's __init__ lists its files: that is no dependency of theirs
        name: {target for target in _imports(name, path) if target != name}
        for name, path in MODULES.items()
        if path.name != "__init__.py"
    }
    done, trail = set(), []

    def visit(name):
        assert name not in trail, f"circle: {' -> '.join([*trail[trail.index(name) :], name])}"
        if name in done or name not in graph:
            return
        trail.append(name)
        for target in graph[name]:
            visit(target)
        trail.pop()
        done.add(name)

    for name in graph:
        visit(name)


def test_every_stage_of_the_design_is_a_room():
    rooms = {path.name for path in (ADDON / "models").iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert rooms <= set(STAGES)
    for folder in ("wizards", "views", "reports", "data"):
        for path in (ADDON / folder).glob("*.*"):
            if path.stem not in ("__init__", "menus"):
                assert path.stem.split("_")[0] in STAGES, f"{path} names no stage"


def test_files_are_short_enough_to_read():
    long = {
        str(path.relative_to(ROOT)): count
        for path in [*ADDON.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "tools").rglob("*.py")]
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long, long


def test_sql_is_composed_and_old_idioms_are_absent():
    faults = []
    for path in ADDON.rglob("*"):
        if path.suffix not in (".py", ".xml"):
            continue
        text = path.read_text(encoding="utf-8")
        for pattern in (
            r"execute\(\s*f[\"']",
            r"execute\([^)]*\.format\(",
            r"_sql_constraints",
            r"<tree",
            r"\battrs=",
            r"groups_id",
        ):
            if re.search(pattern, text):
                faults.append(f"{path.relative_to(ROOT)}: {pattern}")
    assert not faults, faults


def test_no_quantity_is_cut_to_six_digits():
    """``g`` writes 1234567.5 as 1.23457e+06: people read ``number_words``, programs the number itself."""
    faults = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in ADDON.rglob("*")
        if path.suffix in (".py", ".xml", ".js") and not {"lib", "migrations"} & set(path.parts)
        for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r":g\}|%g\b|%\(\w+\)g\b", row)
    ]
    assert not faults, faults


def test_what_is_public_is_documented():
    """Every public method of the add-on's models says what it takes and gives."""
    silent = []
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef):
                continue
            for item in node.body:
                if isinstance(item, ast.FunctionDef) and not item.name.startswith("_") and item.name not in CORE_NAMES:
                    if not ast.get_docstring(item):
                        silent.append(f"{name}.{node.name}.{item.name}")
    assert not silent, silent


# overrides of core whose contract is core's
CORE_NAMES = {
    "create",
    "write",
    "unlink",
    "copy",
    "copy_data",
    "init",
    "default_get",
    "name_create",
    "action_confirm",
    "action_cancel",
    "button_validate",
    "button_draft",
    "action_draft",
    "load",
    "fields_get",
    "get_views",
    "web_read",
}
