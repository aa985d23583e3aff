"""Who is best off: the group others are compared with when that is what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from jamlik.model.groupings import Dimension, Group
from jamlik.model.indicators import Direction, Indicator
from jamlik.model.questions import BEST, Comparison
from jamlik.model.tables import Cell, ProtectedTable, Status

__all__ = ["with_best_off"]

FEWEST = 30


def with_best_off(
    table: ProtectedTable, *, indicator: Indicator, period: str, asked: Sequence[Comparison]
) -> dict[Comparison, Comparison]:
    """Put the best-off group's code where a question says `BEST`.

    The group is chosen by its level over the periods before this one, among shown groups of at least 30 people, so that
    it is not the one that happened to do best just now; with a single period there is no other choice than that one.
    A neutral indicator has no best-off group: the one with the highest level is taken.

    Returns
    -------
    dict of Comparison to Comparison
        From what is compared to the question as it was asked; the best-off group against itself is left out.
    """
    chosen: dict[str, str] = {}
    found: dict[Comparison, Comparison] = {}
    for question in asked:
        if (question.varies, BEST) not in question.reference:
            found[question] = question
            continue
        name = question.varies
        if name not in chosen:
            chosen[name] = _best_code(table, indicator, period, table.dimensions[name])
        if chosen[name] and (name, chosen[name]) not in question.group:
            reference = tuple(sorted((n, chosen[name] if code == BEST else code) for n, code in question.reference))
            found[Comparison(question.group, reference, name)] = question
    return found


def _best_code(table: ProtectedTable, indicator: Indicator, period: str, dimension: Dimension) -> str:
    levels = _pooled(table, indicator, dimension, [p for p in _periods(table, indicator) if p != period])
    levels = levels or _pooled(table, indicator, dimension, [period])

    def goodness(code: str) -> tuple[float, str]:
        level = levels[code]
        if indicator.direction is Direction.TARGET:
            return (-abs(level - (indicator.target or 0.0)), code)
        return (-level if indicator.direction is Direction.DOWN else level, code)

    return max(levels, key=goodness, default="")


def _periods(table: ProtectedTable, indicator: Indicator) -> list[str]:
    return sorted({period for name, period, _ in table.cells if name == indicator.id})


def _pooled(
    table: ProtectedTable, indicator: Indicator, dimension: Dimension, periods: Sequence[str]
) -> dict[str, float]:
    """Each code's level over several periods together, from shown cells; small groups are left out."""
    found = {}
    for code in dimension.codes:
        group: Group = ((dimension.name, code),)
        cells = [table.cells.get((indicator.id, period, group)) for period in periods]
        shown = [cell for cell in cells if cell is not None and cell.status is Status.SHOWN]
        sums = [_sum_and_base(cell, indicator) for cell in shown]
        base = sum(n for _, n in sums)
        if base > 0 and (base >= FEWEST or all(cell.base_n is None for cell in shown)):
            found[code] = sum(total for total, _ in sums) / base
    return found


def _sum_and_base(cell: Cell, indicator: Indicator) -> tuple[float, float]:
    base = cell.base_n if cell.base_n is not None else 1.0
    if cell.value is not None:
        return cell.value * base, base
    if cell.total is not None:
        return cell.total, base
    return (cell.count_n or 0.0) * indicator.multiplier, base
