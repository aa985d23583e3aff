"""People who are in a total and in none of its parts: nobody publishes them, anybody can subtract.

Their sex, age or area is unknown, or the source's own total is more than the sum of its parts. Each such group becomes
a cell that protection treats like any other; the gate takes it out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from jamlik.model.groupings import Dimension, Group
from jamlik.model.indicators import Kind
from jamlik.model.tables import Cell, Status, Table
from jamlik.privacy.margins import LEFT, Margin, is_left_over, margins

__all__ = ["with_left_over"]

_NEAR = 1e-9
_Cells = dict[Group, Cell]


def with_left_over(table: Table) -> Table:
    """The table with a cell for everybody who is in a total and in none of its parts.

    People unknown within an area come before people unknown altogether, and those unknown in two ways follow from
    those unknown in one, so it goes on until nobody is left over. Where a part has no number, what is left over is
    part of that unknown.
    """
    series: dict[tuple[str, str], _Cells] = {}
    for cell in table.cells:
        if cell.status is Status.SHOWN and cell.base_n is not None:
            series.setdefault((cell.indicator, cell.period), {})[cell.group] = cell
    dimensions, added = dict(table.dimensions), list[Cell]()
    while fresh := _left_over(series, dimensions, table):
        for cell in fresh:
            series[cell.indicator, cell.period][cell.group] = cell
        added += fresh
        dimensions = _with_codes(dimensions, fresh)
    if not added:
        return table
    cells = tuple(sorted((*table.cells, *added), key=lambda cell: cell.key))
    return replace(table, cells=cells, dimensions=dimensions)


def _left_over(
    series: Mapping[tuple[str, str], _Cells], dimensions: Mapping[str, Dimension], table: Table
) -> list[Cell]:
    """Cells of those left over at the lowest level of a nested division at which somebody is."""
    known: dict[frozenset[Group], tuple[Margin, ...]] = {}
    found: list[tuple[int, Cell]] = []
    for (name, _), cells in series.items():
        groups = frozenset(cells)
        if groups not in known:
            known[groups] = margins(groups, dimensions=dimensions, overlapping=table.overlapping)
        complement = table.indicators[name].kind is Kind.PROPORTION
        seen: set[Group] = set()
        for margin in known[groups]:
            if margin.left and not margin.absent and margin.left not in cells and margin.left not in seen:
                cell = _difference(cells[margin.total], [cells[g] for g in margin.parts], margin.left, complement)
                anybody = cell is not None and cell.base_n != 0
                if cell is not None and (anybody or _has_codes(dimensions, margin.left)):
                    seen.add(margin.left)
                    found.append((margin.levels, cell))
    lowest = min((levels for levels, _ in found), default=0)
    return [cell for levels, cell in found if levels == lowest]


def _difference(total: Cell, parts: Sequence[Cell], group: Group, complement: bool) -> Cell | None:
    """A total less its parts; None where the parts are more than the total."""

    def less(field: str) -> float | None:
        numbers = [getattr(cell, field) for cell in (total, *parts)]
        return None if None in numbers else float(numbers[0] - sum(numbers[1:]))

    people, count, summed, square = (less(field) for field in ("base_n", "count_n", "total", "square"))
    if people is None or people < -_NEAR:
        return None
    if people <= _NEAR:
        people, count, summed, square = (None if n is None else 0.0 for n in (people, count, summed, square))
    elif count is not None and (count < 0 or (complement and count > people)):
        count = None  # the file's own numbers disagree: the difference is no number of people
    if square is not None and square < 0:
        summed = square = None
    return Cell(total.indicator, total.period, group, base_n=people, count_n=count, total=summed, square=square)


def _has_codes(dimensions: Mapping[str, Dimension], group: Group) -> bool:
    """Whether all the codes of a group are known: then it matters that nobody is there."""
    return all(code in dimensions[name].labels for name, code in group)


def _with_codes(dimensions: Mapping[str, Dimension], cells: Iterable[Cell]) -> dict[str, Dimension]:
    """The dimensions with the codes of those left over, each under the code above that is known of them."""
    fresh: dict[str, set[str]] = {}
    for cell in cells:
        for name, code in cell.group:
            if is_left_over(((name, code),)):
                fresh.setdefault(name, set()).add(code)
    out = dict(dimensions)
    for name in [*dimensions]:
        codes = fresh.get(name, set()) - set(out[name].codes)
        if codes:
            above = out.get(out[name].nested_in)
            parents = {code: up for code in codes if (up := _parent(code, above)) is not None}
            labels = {**out[name].labels, **dict.fromkeys(sorted(codes), "")}
            out[name] = replace(out[name], labels=labels, parents={**out[name].parents, **parents})
    return out


def _parent(code: str, above: Dimension | None) -> str | None:
    if above is None:
        return None
    level, _, up = code.removeprefix(LEFT).partition("=")
    parent = up if level == above.name else code
    return parent if parent in above.codes else None
