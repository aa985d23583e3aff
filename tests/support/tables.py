"""Small datasets drawn as text, for tests of the analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jamlik.analysis.ask import Settings, ask
from jamlik.analysis.prepare import prepared_cells
from jamlik.model.dataset import Dataset, FileLayout, RowKind
from jamlik.model.findings import Finding
from jamlik.model.groupings import Dimension, Group, Role
from jamlik.model.indicators import Direction, Indicator, Kind
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Cell, Status
from jamlik.sources.imports import CellImport

ROLES = {"sex": Role.SEX, "age": Role.AGE, "area": Role.AREA, "need": Role.COVARIATE}
MARKS = {"..": Status.SUPPRESSED, "-": Status.MISSING, ".": Status.NOT_APPLICABLE}
PASSED = Indicator(
    "local:passed",
    {"sv": "Godkända", "en": "Passed", "fi": "Hyväksytyt"},
    Kind.PROPORTION,
    direction=Direction.UP,
    threshold=2.0,
    base_key="b",
)
VALUE = Indicator("local:value", {"sv": "Värde"}, Kind.VALUE, unit="dagar", direction=Direction.DOWN, threshold=1.0)


def rows_of(text: str) -> list[dict[str, str]]:
    """Rows of a text table: first line the header, columns apart by white space."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def cell_of(row: Mapping[str, str], indicator: Indicator) -> Cell:
    """A cell from a row: dimension columns (`*` = total), period, and `n` with `yes`, or `value`."""
    group: Group = tuple(sorted((name, row[name]) for name in ROLES if row.get(name, "*") != "*"))
    period = row.get("period", "2024")
    told = row.get("yes", row.get("value", ""))
    if told in MARKS:
        return Cell(indicator.id, period, group, MARKS[told], reason=told)
    if "yes" in row:
        return Cell(indicator.id, period, group, base_n=float(row["n"]), count_n=float(row["yes"]))
    return Cell(indicator.id, period, group, value=float(row["value"]))


def cells_of(text: str, indicator: Indicator = PASSED, *, rules: str = "default", focus: str = "") -> CellImport:
    """A text table as read from a file."""
    rows = rows_of(text)
    codes: dict[str, dict[str, str]] = {}
    for row in rows:
        for name in ROLES:
            if row.get(name, "*") != "*":
                codes.setdefault(name, {})[row[name]] = row[name]
    dimensions = tuple(Dimension(name, ROLES[name], labels, title=name) for name, labels in sorted(codes.items()))
    dataset = Dataset("t.csv", "Test", RowKind.COUNTS, FileLayout(), (), (), rules=rules, focus=focus)
    cells = tuple(sorted((cell_of(row, indicator) for row in rows), key=lambda c: c.key))
    return CellImport(dataset, {indicator.id: indicator}, dimensions, cells, (), "")


def analysed(source: CellImport, *, lang: str = "sv", max_way: int = 3) -> AnalysisResult:
    """The whole way from cells to findings."""
    dataset = replace(source.dataset, max_way=max_way)
    source = replace(source, dataset=dataset)
    return ask(prepared_cells(source), dataset=dataset, settings=Settings(lang=lang))


def found(result: AnalysisResult, group: str, reference: str = "") -> Finding:
    """The finding of a group written as `sex=K,area=N` (and, where it matters, of a reference)."""

    def text(parts: Group) -> str:
        return ",".join(f"{name}={code}" for name, code in parts)

    chosen = [
        f for f in result.findings if text(f.group) == group and (not reference or text(f.reference) == reference)
    ]
    assert len(chosen) == 1, [f"{text(f.group)} / {text(f.reference)}" for f in result.findings]
    return chosen[0]
