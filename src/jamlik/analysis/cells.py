"""From base cells or a file's own cells to the unprotected table the gate receives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import numpy as np

from jamlik.analysis.groupings import Grouping, Plan
from jamlik.engine import UNKNOWN, BaseCells, rolled_up
from jamlik.model.groupings import Dimension, Group
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, Status

__all__ = ["cells_with_margins", "person_cells"]


def person_cells(
    base: BaseCells,
    *,
    indicators: Mapping[str, Indicator],
    dimensions: Sequence[Dimension],
    plan: Plan,
    latest: str,
) -> tuple[Cell, ...]:
    """Roll base cells up to every grouping of the plan.

    Combinations nobody is in become cells with a base of zero, so that the parts of every total are all there. People
    whose code is unknown count in the totals and in no group.
    """
    by_name = {d.name: d for d in dimensions}
    cells: list[Cell] = []
    for grouping in dict.fromkeys((*plan.latest, *plan.strata)):
        table = rolled_up(base, ("period", *grouping))
        followed = grouping in plan.earlier
        grid = {
            (period, codes)
            for period in table.codes_of("period")
            if followed or period == latest
            for codes in product(*(by_name[name].codes for name in grouping))
        }
        cells.extend(_grouping_cells(table, grouping, grid, indicators))
    return tuple(sorted(cells, key=lambda cell: cell.key))


def _grouping_cells(
    table: BaseCells,
    grouping: Grouping,
    grid: set[tuple[str, tuple[str, ...]]],
    indicators: Mapping[str, Indicator],
) -> Iterable[Cell]:
    places = {}
    for row, place in enumerate(table.index):
        codes = tuple(table.codes[i][p] for i, p in enumerate(place))
        if UNKNOWN not in codes[1:]:
            places[codes[0], codes[1:]] = row
    for period, codes in sorted(grid):
        group: Group = tuple(zip(grouping, codes, strict=True))
        row = places.get((period, codes), -1)
        for column, name in enumerate(table.outcomes):
            yield _person_cell(table, row, column, indicators[name], period, group)


def _person_cell(table: BaseCells, row: int, column: int, indicator: Indicator, period: str, group: Group) -> Cell:
    mean = indicator.kind is Kind.MEAN
    if row < 0:
        zero = 0.0 if mean else None
        count = None if mean else 0.0
        return Cell(indicator.id, period, group, base_n=0.0, count_n=count, total=zero, square=zero)

    def part(name: str) -> float:
        return float(table.sums[name][row, column])

    weight = part("weight") if "weight" in table.sums else 0.0
    scale = indicator.multiplier if indicator.kind is Kind.PROPORTION else 1.0
    return Cell(
        indicator.id,
        period,
        group,
        base_n=part("n"),
        count_n=None if mean else part("total"),
        total=part("total") if mean else None,
        square=part("square") if mean else None,
        value=part("weight_total") / weight * scale if weight > 0 else None,
        weight=weight if weight > 0 else None,
        effective_n=weight**2 / part("weight_square") if weight > 0 else None,
    )


def cells_with_margins(
    cells: Sequence[Cell],
    *,
    indicators: Mapping[str, Indicator],
    dimensions: Sequence[Dimension],
    plan: Plan,
    published: bool,
    overlapping: frozenset[str] = frozenset(),
) -> tuple[Cell, ...]:
    """Keep the file's own cells for the plan's groupings and add the margins it lacks.

    A margin the file holds is never replaced. One it lacks is the sum of its parts when every part has numbers; for
    published shares (`published`) it is the base-weighted level of the parts that have numbers. Dimensions whose codes
    overlap are never summed over.
    """
    wanted = set(plan.latest) | set(plan.strata)
    by_series: dict[tuple[str, str], dict[Group, Cell]] = {}
    for cell in cells:
        by_series.setdefault((cell.indicator, cell.period), {})[cell.group] = cell
    sizes = {d.name: len(d.codes) for d in dimensions}
    parents = {d.name: d for d in dimensions if d.nested_in}
    kept: list[Cell] = []
    for (name, period), own in by_series.items():
        present = {tuple(part for part, _ in group) for group in own}
        kept.extend(cell for group, cell in own.items() if tuple(part for part, _ in group) in wanted)
        for grouping in sorted(wanted - present, key=lambda g: (-len(g), g)):
            source = _finer(grouping, present, sizes, overlapping, parents)
            if source is not None:
                parts = [c for g, c in own.items() if tuple(part for part, _ in g) == source]
                kept.extend(_summed(parts, grouping, indicators[name], period, published, parents))
    return tuple(sorted(kept, key=lambda cell: cell.key))


def _finer(
    grouping: Grouping,
    present: set[Grouping],
    sizes: Mapping[str, int],
    overlapping: frozenset[str],
    parents: Mapping[str, Dimension],
) -> Grouping | None:
    """Return the smallest grouping in the file whose cells add up to `grouping`."""

    def covers(candidate: Grouping) -> bool:
        names = set(candidate)
        for name in grouping:
            children = [child for child in names if child in parents and _lies_in(child, name, parents)]
            if name not in names and not children:
                return False
        return not (names - set(grouping)) & overlapping

    found = [c for c in present if covers(c)]
    return min(found, key=lambda c: (int(np.prod([sizes[n] for n in c])), c), default=None)


def _lies_in(child: str, ancestor: str, parents: Mapping[str, Dimension]) -> bool:
    while child in parents:
        child = parents[child].nested_in
        if child == ancestor:
            return True
    return False


def _code_in(group: Mapping[str, str], name: str, parents: Mapping[str, Dimension]) -> str | None:
    if name in group:
        return group[name]
    for child, dimension in parents.items():
        if child in group and _lies_in(child, name, parents):
            code: str | None = group[child]
            while code is not None and dimension.nested_in:
                code = dimension.parents.get(code)
                if dimension.nested_in == name:
                    return code
                dimension = parents[dimension.nested_in]
    return None


def _sum(members: Sequence[Cell], field: str) -> float | None:
    values = [getattr(member, field) for member in members]
    return None if any(value is None for value in values) else float(sum(values))


def _summed(
    parts: Sequence[Cell],
    grouping: Grouping,
    indicator: Indicator,
    period: str,
    published: bool,
    parents: Mapping[str, Dimension],
) -> Iterable[Cell]:
    gathered: dict[Group, list[Cell]] = {}
    for cell in parts:
        codes = {name: _code_in(dict(cell.group), name, parents) for name in grouping}
        if all(code is not None for code in codes.values()):
            gathered.setdefault(tuple((n, str(c)) for n, c in sorted(codes.items())), []).append(cell)
    for group, members in gathered.items():
        yield _margin(members, indicator, period, group, published)


_UNKNOWN = (Status.SUPPRESSED, Status.BOUNDED)


def _margin(members: Sequence[Cell], indicator: Indicator, period: str, group: Group, published: bool) -> Cell:
    """Sum what is known; a part without figure adds nothing, a part the source hides hides the sum too."""
    known = [m for m in members if m.status is Status.SHOWN]
    if not published and any(m.status in _UNKNOWN for m in members):
        return Cell(indicator.id, period, group, Status.SUPPRESSED)
    summed = Cell(
        indicator.id,
        period,
        group,
        base_n=_sum(known, "base_n"),
        count_n=_sum(known, "count_n"),
        total=_sum(known, "total"),
        square=_sum(known, "square"),
        reason="" if len(known) == len(members) else "known_parts",
    )
    plain = known and (summed.count_n is not None or summed.total is not None)
    return summed if plain else _pooled(members, indicator, period, group)


def _pooled(members: Sequence[Cell], indicator: Indicator, period: str, group: Group) -> Cell:
    known = [m for m in members if m.status is Status.SHOWN and m.value is not None and m.base_n]
    if not known:
        return Cell(indicator.id, period, group, Status.MISSING, reason="parts_missing")
    base = sum(m.base_n or 0.0 for m in known)
    value = sum((m.value or 0.0) * (m.base_n or 0.0) for m in known)
    reason = "pooled" if len(known) == len(members) else "pooled_known"
    return Cell(indicator.id, period, group, base_n=base, value=value / base, reason=reason)
