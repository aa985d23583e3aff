"""Which room may import what: our own rooms (with import-linter) and other people's packages (here)."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.sourcecode import PACKAGE, ROOT, Module, imported_modules, is_external, modules, project

# The complete list: docs/explanation/architecture.md says why. Any room may use the standard library.
EXTERNAL = {
    "model": set(),
    "stats": {"numpy", "scipy"},
    "privacy": {"numpy", "scipy", "highspy"},
    "engine": {"duckdb", "numpy", "pyarrow"},
    "sources": {"numpy", "httpx", "polars", "pyarrow", "python_calamine"},
    "analysis": {"numpy", "polars"},
    "charts": {"altair", "vl_convert"},
    "reports": {"fontTools", "jinja2", "pydyf", "weasyprint", "xlsxwriter"},
    "handbook": {"pypdf"},
    "web": {"allauth", "cryptography", "csp", "django", "polars", "xlsxwriter"},
    "cli": {"typer", "rich", "polars"},
    "": {"polars"},  # calls.py, the public Python calls
}
# One module may import what the rest of its room may not.
EXCEPTIONS = {
    "src/jamlik/engine/backends/spark.py": {"pyspark"},
    "src/jamlik/reports/word.py": {"docx"},
    "src/jamlik/cli/commands/site.py": {"typer", "rich", "polars", "django", "granian", "httpx"},
}
DISTRIBUTIONS = {
    "allauth": "django-allauth",
    "csp": "django-csp",
    "docx": "python-docx",
    "fontTools": "fonttools",
    "python_calamine": "python-calamine",
    "vl_convert": "vl-convert-python",
}
# Found by another package at run time, never imported by name.
INDIRECT: set[str] = set()


def ids(module: Module) -> str:
    return module.name


@pytest.mark.parametrize("module", modules(), ids=ids)
def test_module_imports_external_packages_of_its_room_only(module):
    allowed = EXTERNAL[module.room] | EXCEPTIONS.get(module.name, set())
    foreign = {name.split(".")[0]: line for name, line in imported_modules(module.tree)}
    wrong = {name: line for name, line in foreign.items() if is_external(name) and name not in allowed}
    assert not wrong, f"{module.name}: room '{module.room}' may import {sorted(allowed)}, not {wrong} (name: line)"


def test_every_room_has_a_list_and_stands_in_the_layers():
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    contract = next(c for c in project()["tool"]["importlinter"]["contracts"] if c["id"] == "layers")
    layers = {room.strip(" ()") for layer in contract["layers"] for room in layer.split("|")}
    assert rooms <= set(EXTERNAL)
    assert rooms <= layers
    assert contract["exhaustive"] is True


def test_rooms_never_import_through_the_front_door():
    """`import jamlik` is for notebooks: a room that used it would reach every other room. Commands make the calls."""
    rooms = set(EXTERNAL)
    wrong = [
        f"{module.name}:{line} {name}"
        for module in modules()
        if module.room not in {"", "cli"}
        for name, line in imported_modules(module.tree)
        if name.split(".")[0] == "jamlik" and name.split(".")[1:2] not in [[room] for room in rooms]
    ]
    assert not wrong


def test_front_door_does_not_import_the_commands():
    door = next(module for module in modules() if module.name == "src/jamlik/__init__.py")
    assert not [name for name, _ in imported_modules(door.tree) if name.startswith("jamlik.cli")]


def test_front_door_shows_every_public_call():
    import jamlik
    from jamlik import calls

    assert set(jamlik.__all__) == {*calls.__all__, "__version__"}
    assert all(getattr(jamlik, name) is getattr(calls, name) for name in calls.__all__)


def test_every_dependency_is_imported_and_every_import_is_a_dependency():
    declared = {_distribution(line) for line in project()["project"]["dependencies"]}
    extras = project()["project"]["optional-dependencies"].values()
    optional = {_distribution(line) for extra in extras for line in extra} | {"pyspark"}
    tops = {name.split(".")[0] for module in modules() for name, _ in imported_modules(module.tree)}
    used = {DISTRIBUTIONS.get(top, top) for top in tops if is_external(top)}
    assert used - optional <= declared, "imported but not declared"
    assert declared <= used | INDIRECT, "declared but imported nowhere"


def test_run_record_names_versions_of_runtime_dependencies_only():
    """A package that only the tests have would stop every run on a user's machine."""
    from jamlik.analysis import intake

    declared = {_distribution(line) for line in project()["project"]["dependencies"]}
    assert set(intake.versions()) <= declared | {"jamlik", "python"}


def _distribution(requirement: str) -> str:
    return requirement.split(">")[0].split("=")[0].split("[")[0].strip().lower()


def test_imports_inside_functions_are_only_in_the_commands():
    """A hidden import is a hidden direction. The commands may defer one to start fast."""
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        if module.room not in {"cli", ""}
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not wrong


def test_architecture_page_gives_the_same_list():
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|[^|]*\| ([^|]*) \|$", page, re.MULTILINE)
    listed = {room: set() if packages == "nothing" else set(packages.split(", ")) for room, packages in rows}
    assert listed == {room: packages for room, packages in EXTERNAL.items() if room}
