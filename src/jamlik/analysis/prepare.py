"""From what was read to the unprotected table: dimensions, periods, groupings, cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import cleandoc
from itertools import pairwise
from typing import Any

from jamlik.analysis.cells import cells_with_margins, person_cells
from jamlik.analysis.groupings import Plan, analysis_plan
from jamlik.analysis.guards import guarding_cells, sharing_bases, without_few_unknown
from jamlik.analysis.plausible import without_implausible
from jamlik.engine import UNKNOWN, BaseCells, FoldPlan, fold_batches, plan_steps
from jamlik.model.dataset import Dataset
from jamlik.model.errors import ErrorKind, JamlikError, Place, Problem, Term
from jamlik.model.groupings import Dimension, Group, Role, parsed_age
from jamlik.model.indicators import Kind
from jamlik.model.periods import parsed_period
from jamlik.model.questions import Comparison, Reference
from jamlik.model.tables import Cell, CellKey, Status, Table
from jamlik.privacy.thresholds import rules_named
from jamlik.sources.imports import CellImport, PersonImport

__all__ = ["Prepared", "prepared_cells", "prepared_persons", "relinked", "time_order"]

MOST_AREAS = 400


@dataclass(frozen=True, slots=True)
class Prepared:
    """An unprotected table with what will be asked of it.

    `latest` maps each indicator to the period its findings are about; `notes` are keys of sentences with values;
    `guards` are keys of cells that are in the table for the gate alone; `problems` what was noticed on the way.
    """

    table: Table
    asked: tuple[Comparison, ...]
    covariates: tuple[Dimension, ...]
    periods: tuple[str, ...]
    latest: Mapping[str, str]
    notes: tuple[tuple[str, Mapping[str, object]], ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    guards: tuple[CellKey, ...] = ()
    problems: tuple[Problem, ...] = ()


def time_order(periods: Iterable[str]) -> tuple[str, ...]:
    """Sort period codes by time; codes that are no period come first, by text."""

    def key(code: str) -> tuple[float, str]:
        period = parsed_period(code)
        return (period.start if period else float("-inf"), code)

    return tuple(sorted(set(periods), key=key))


def _nothing(what: str, file: str, **values: Any) -> JamlikError:
    return JamlikError(
        what, where=Place(file), why="two_groups", do="inspect_and_correct", kind=ErrorKind.NOTHING_TO_ANALYSE, **values
    )


def prepared_persons(source: PersonImport) -> Prepared:
    """Fold person rows to base cells and roll them up to every grouping that will be published."""
    names = tuple(source.indicators)
    if not names:
        raise _nothing("no_measure", source.dataset.path)
    plan = FoldPlan(
        keys=("period", *(d.name for d in source.dimensions)),
        outcomes=names,
        weight="weight" if source.weighted else "",
        squared=frozenset(n for n, i in source.indicators.items() if i.kind is Kind.MEAN),
    )
    try:
        base = fold_batches(source.batches, plan)
    except ValueError as error:
        raise _nothing("no_usable_rows", source.dataset.path) from error
    dimensions = tuple(_known(d, base, source.labels.get(d.name, {})) for d in source.dimensions)
    used = relinked([d for d in dimensions if len(d.codes) > 1], dimensions)
    periods = time_order(base.codes_of("period"))
    latest = source.dataset.period or periods[-1]
    asked = analysis_plan(used, references=_references(source.dataset, used), max_way=source.dataset.max_way)
    if not asked.asked:
        raise _nothing("no_groups", source.dataset.path)
    if latest not in periods:
        raise JamlikError("no_such_period", latest=latest, periods=", ".join(periods))
    base, left_out = without_few_unknown(base, used)
    indicators = sharing_bases(source.indicators, base)
    cells = person_cells(base, indicators=indicators, dimensions=used, plan=asked, latest=latest)
    guards = guarding_cells(cells, base=base, dimensions=used, plan=asked)
    every = tuple(sorted((*cells, *guards), key=lambda cell: cell.key))
    return Prepared(
        table=Table(indicators, {d.name: d for d in used}, every, rules=source.dataset.rules),
        asked=asked.asked,
        covariates=tuple(d for d in used if d.role is Role.COVARIATE),
        periods=tuple(p for p in periods if p <= latest or parsed_period(p) is None),
        latest=dict.fromkeys(names, latest),
        notes=(("unknown_left_out", {}),) if left_out else (),
        steps=tuple((step.name, cleandoc(step.sql)) for step in plan_steps(plan)),
        problems=tuple(_told(problem, source.dataset) for problem in source.problems),
        guards=tuple(cell.key for cell in guards),
    )


def _told(problem: Problem, dataset: Dataset) -> Problem:
    """Keep quiet about how many persons it was when they are as few as a hidden count."""
    few = problem.count < rules_named(dataset.rules).minimum_count
    return replace(problem, count=0, few=True) if few else problem


def _looking_at(plan: Plan, focus: str, used: Sequence[Dimension]) -> Plan:
    """Ask only what concerns one's own area, where the file holds several; the others stay for comparison."""
    names = {d.name for d in used if d.role is Role.AREA and focus in d.codes}
    if not names:
        return plan
    return replace(plan, asked=tuple(c for c in plan.asked if any((name, focus) in c.group for name in names)))


def _references(dataset: Dataset, dimensions: Sequence[Dimension]) -> dict[str, Reference]:
    """Return who groups are compared with, checked against what the file holds."""
    by_name = {d.name: d for d in dimensions}
    for name, reference in dataset.references.items():
        if name not in by_name:
            known = ", ".join(sorted(by_name)) or Term("none")
            raise JamlikError("reference_of_no_dimension", where=Place(dataset.path), name=name, known=known)
        if reference.kind == "named" and reference.code not in by_name[name].codes:
            raise JamlikError(
                "reference_of_no_group",
                where=Place(dataset.path),
                code=reference.code,
                name=name,
                codes=", ".join(by_name[name].codes[:12]),
            )
    return dict(dataset.references)


def _known(dimension: Dimension, base: BaseCells, labels: Mapping[str, str]) -> Dimension:
    """Give a dimension the codes that occur, in display order: as declared, ages by age, else by label."""
    codes = [code for code in base.codes_of(dimension.name) if code != UNKNOWN]
    declared = {code: i for i, code in enumerate(dimension.labels)}

    def order(code: str) -> tuple[int, float, str]:
        age = parsed_age(code) if dimension.role is Role.AGE else None
        return (declared.get(code, len(declared)), age.low if age else 0.0, labels.get(code, code))

    named = {code: dimension.labels.get(code) or labels.get(code, code) for code in sorted(codes, key=order)}
    return replace(dimension, labels=named)


def prepared_cells(source: CellImport) -> Prepared:
    """Take a file's own counts or values, add the margins it lacks, and list what will be asked."""
    if not source.cells:
        raise _nothing("no_usable_figures", source.dataset.path)
    cells, odd = without_implausible(source.cells, indicators=source.indicators, file=source.dataset.path)
    source = replace(source, cells=cells, problems=(*source.problems, *odd))
    focus = source.dataset.focus
    if focus and all(i.kind is Kind.VALUE for i in source.indicators.values()):
        return _one_municipality(source, focus)
    used, notes = _coarsened(relinked([d for d in source.dimensions if len(d.codes) > 1], source.dimensions))
    plan = analysis_plan(used, references=_references(source.dataset, used), max_way=source.dataset.max_way)
    plan = _looking_at(plan, focus, used)
    if not plan.asked:
        raise _nothing("no_groups", source.dataset.path)
    overlapping = frozenset(d.name for d in used if d.role is Role.AGE and _overlap(d))
    published = source.dataset.rules == "already_published"
    cells = cells_with_margins(
        source.cells,
        indicators=source.indicators,
        dimensions=source.dimensions,
        plan=plan,
        published=published,
        overlapping=overlapping,
    )
    periods = time_order(cell.period for cell in cells)
    latest = _latest(cells, source.dataset.period)
    cells = _trimmed(cells, plan, latest)
    if any(cell.reason.startswith("pooled") for cell in cells):
        notes = (*notes, ("pooled", {}))
    if overlapping:
        notes = (*notes, ("age_overlaps", {}))
    return Prepared(
        table=Table(
            source.indicators, {d.name: d for d in used}, cells, rules=source.dataset.rules, overlapping=overlapping
        ),
        asked=plan.asked,
        covariates=tuple(d for d in used if d.role is Role.COVARIATE),
        periods=periods,
        latest=latest,
        notes=notes,
        problems=source.problems,
    )


def _trimmed(cells: Sequence[Cell], plan: Plan, latest: Mapping[str, str]) -> tuple[Cell, ...]:
    """Keep the finer groupings for the latest period only."""
    earlier = set(plan.earlier)
    return tuple(
        c for c in cells if c.period == latest.get(c.indicator) or tuple(name for name, _ in c.group) in earlier
    )


def _latest(cells: Sequence[Cell], wanted: str) -> dict[str, str]:
    known: dict[str, set[str]] = {}
    for cell in cells:
        if cell.status in (Status.SHOWN, Status.BOUNDED, Status.SUPPRESSED):
            known.setdefault(cell.indicator, set()).add(cell.period)
    return {
        name: wanted if wanted in periods else time_order(periods)[-1] for name, periods in known.items() if periods
    }


def _coarsened(
    dimensions: tuple[Dimension, ...],
) -> tuple[tuple[Dimension, ...], tuple[tuple[str, Mapping[str, object]], ...]]:
    """Leave out an area level with very many codes when the file also names the level above it."""
    large = [d for d in dimensions if d.role is Role.AREA and len(d.codes) > MOST_AREAS and d.nested_in]
    kept = tuple(d for d in dimensions if d not in large)
    if not large or not any(d.role is Role.AREA for d in kept):
        return dimensions, ()
    return relinked(kept, dimensions), (("areas_coarsened", {"n": len(large[0].codes)}),)


def relinked(kept: Sequence[Dimension], every: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """Let each kept area level lie in the nearest level above it that is kept too, or in none."""
    by_name = {d.name: d for d in every}
    names = {d.name for d in kept}

    def linked(dimension: Dimension) -> Dimension:
        parents, above = dict(dimension.parents), dimension.nested_in
        while above and above not in names:
            upper = by_name.get(above)
            parents = {code: upper.parents[p] for code, p in parents.items() if p in upper.parents} if upper else {}
            above = upper.nested_in if upper else ""
        return replace(dimension, nested_in=above, parents=parents if above else {})

    return tuple(linked(d) for d in kept)


def _overlap(dimension: Dimension) -> bool:
    bands = sorted(band for code in dimension.codes if (band := parsed_age(code)) is not None)
    return any(a.overlaps(b) for a, b in pairwise(bands))


def _one_municipality(source: CellImport, focus: str) -> Prepared:
    """Ask of published values: women against men in one's own municipality; other places are kept for comparison."""
    dimensions = {d.name: d for d in source.dimensions}
    areas = [d.name for d in source.dimensions if d.role is Role.AREA]
    if not areas or focus not in dimensions[areas[0]].codes:
        raise JamlikError("no_such_municipality", where=Place(source.dataset.path), focus=focus)
    group: Group = tuple(sorted(((areas[0], focus), ("sex", "K"))))
    reference: Group = tuple(sorted(((areas[0], focus), ("sex", "M"))))
    latest: dict[str, str] = {}
    both: dict[tuple[str, str], int] = {}
    for cell in source.cells:
        if cell.group in (group, reference) and cell.status is Status.SHOWN:
            both[cell.indicator, cell.period] = both.get((cell.indicator, cell.period), 0) + 1
    for (name, period), n in both.items():
        if n == 2:
            latest[name] = time_order([period, latest.get(name, period)])[-1]
    if not latest:
        raise _nothing("no_sexes_in", source.dataset.path, focus=focus)
    periods = time_order(cell.period for cell in source.cells)
    behind = sum(period != periods[-1] for period in latest.values())
    notes = (("last_period", {"n": behind, "period": periods[-1]}),) if behind else ()
    indicators = {name: source.indicators[name] for name in source.indicators if name in latest}
    cells = tuple(sorted((c for c in source.cells if c.indicator in latest), key=lambda c: c.key))
    return Prepared(
        table=Table(indicators, dimensions, cells, rules="already_published"),
        asked=(Comparison(group, reference, "sex"),),
        covariates=(),
        periods=periods,
        latest=latest,
        notes=notes,
        problems=source.problems,
    )
