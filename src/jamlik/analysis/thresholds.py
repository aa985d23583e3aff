"""Practical thresholds: the smallest gap that matters, chosen by rule where the dataset names none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import sqrt

from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, ProtectedTable, Status

__all__ = ["with_thresholds"]

POINTS = 2.0
DEVIATIONS = 0.1
SHARE_OF_LEVEL = 0.05


def with_thresholds(table: ProtectedTable, *, latest: Mapping[str, str]) -> tuple[ProtectedTable, tuple[str, ...]]:
    """Give every indicator a practical threshold.

    Where none is set: 2 percentage points for percentages, a tenth of a standard deviation for means of people, and
    5 % of the overall level otherwise. Computed from shown cells only, to three digits.

    Returns
    -------
    ProtectedTable, tuple of str
        The table with complete indicators, and the ids of those whose threshold was chosen here.
    """
    chosen = []
    indicators: dict[str, Indicator] = {}
    wholes = _whole_cells(table, latest)
    for name, indicator in table.indicators.items():
        if indicator.threshold > 0:
            indicators[name] = indicator
            continue
        chosen.append(name)
        whole = wholes.get(name)
        if indicator.unit == "%":
            indicators[name] = replace(indicator, threshold=POINTS)
        else:
            chosen_here = _from_cell(whole, indicator) if whole else 0.0
            indicators[name] = replace(indicator, threshold=float(f"{chosen_here:.3g}"))
    return replace(table, indicators=indicators), tuple(chosen)


def _whole_cells(table: ProtectedTable, latest: Mapping[str, str]) -> dict[str, Cell]:
    """Each indicator's cell with the fewest dimensions that is shown in its latest period."""
    found: dict[str, Cell] = {}
    for (name, period, group), cell in table.cells.items():
        told = cell.value is not None or cell.total is not None or cell.count_n is not None
        if period == latest.get(name) and cell.status is Status.SHOWN and told:
            best = found.get(name)
            if best is None or len(group) < len(best.group):
                found[name] = cell
    return found


def _from_cell(cell: Cell, indicator: Indicator) -> float:
    if indicator.kind is Kind.MEAN and cell.base_n and cell.total is not None and cell.square is not None:
        mean = cell.total / cell.base_n
        return DEVIATIONS * sqrt(max(cell.square / cell.base_n - mean * mean, 0.0))
    if cell.value is not None:
        return SHARE_OF_LEVEL * abs(cell.value)
    if cell.count_n is not None and cell.base_n:
        return SHARE_OF_LEVEL * cell.count_n / cell.base_n * indicator.multiplier
    return 0.0
