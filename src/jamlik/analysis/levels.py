"""Levels with intervals for every cell of a protected table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from jamlik import stats
from jamlik.analysis.normal import normal_quantile
from jamlik.analysis.vectors import Sums, sides_of
from jamlik.model.findings import Level
from jamlik.model.groupings import Group, Role
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, ProtectedTable, Status

__all__ = ["all_levels"]

Floats = NDArray[np.float64]


def all_levels(table: ProtectedTable, *, confidence: float) -> tuple[Level, ...]:
    """Return one `Level` per cell of the table, in the table's order; hidden cells keep their status and no number."""
    by_indicator: dict[tuple[str, str], list[Cell]] = {}
    levels: dict[tuple[str, str, Group], Level] = {}
    half = normal_quantile(confidence)
    for cell in table.cells.values():
        if table.indicators[cell.indicator].kind is Kind.VALUE:
            levels[cell.key] = _value_level(cell, half)
        else:
            by_indicator.setdefault((cell.indicator, cell.period), []).append(cell)
    for (name, period), cells in by_indicator.items():
        found = _levels(table, table.indicators[name], period, cells, confidence)
        levels |= {(name, period, level.group): level for level in _shrunk(found, table)}
    return tuple(levels[key] for key in table.cells)


def _levels(
    table: ProtectedTable, indicator: Indicator, period: str, cells: Sequence[Cell], confidence: float
) -> list[Level]:
    groups = [cell.group for cell in cells]
    sums = Sums(table.cells, indicator=indicator, period=period)
    value, low, high = _sampled_limits(sums, indicator, groups, confidence)
    return [_level(cell, value[i], low[i], high[i]) for i, cell in enumerate(cells)]


def _sampled_limits(
    sums: Sums, indicator: Indicator, groups: Sequence[Group], confidence: float
) -> tuple[Floats, Floats, Floats]:
    side = sides_of(sums, groups, indicator)
    scale = indicator.multiplier
    if indicator.kind is Kind.PROPORTION:
        found = stats.wilson_interval(count=side.yes, total=side.size, confidence=confidence)
        return side.level, found.low * scale, found.high * scale
    if indicator.kind is Kind.MEAN:
        found = stats.mean_interval(total=side.total, square=side.square, n=side.size, confidence=confidence)
        return side.level, found.low, found.high
    if indicator.kind is Kind.RATE:
        found = stats.rate_interval(count=side.total, exposure=side.n, multiplier=scale, confidence=confidence)
        return side.level, found.low, found.high
    blank = np.full(len(groups), np.nan)
    return side.total, blank, blank


def _value_level(cell: Cell, quantile: float) -> Level:
    """A published value; it has an interval only where the source gives its uncertainty."""
    value = np.nan if cell.value is None else cell.value
    half = np.nan if cell.se is None else cell.se * quantile
    return _level(cell, value, value - half, value + half)


def _finite(number: float) -> float | None:
    return float(number) if isfinite(number) else None


def _level(cell: Cell, value: float, low: float, high: float) -> Level:
    status = cell.status
    if status in (Status.SHOWN, Status.PERTURBED):
        if cell.base_n == 0:
            return Level(cell.indicator, cell.period, cell.group, Status.NOT_APPLICABLE, base_n=0.0, reason="nobody")
        return Level(
            cell.indicator,
            cell.period,
            cell.group,
            status,
            base_n=cell.base_n,
            count_n=cell.count_n,
            value=_finite(value),
            low=_finite(low),
            high=_finite(high),
            reason=cell.reason,
        )
    return Level(
        cell.indicator,
        cell.period,
        cell.group,
        status,
        bound_low=cell.low,
        bound_high=cell.high,
        reason="" if status is Status.SUPPRESSED else cell.reason,
    )


def _shrunk(levels: list[Level], table: ProtectedTable) -> list[Level]:
    """Add empirical-Bayes levels to one-way area groups, each area level apart, from shown levels only."""
    areas = {d.name for d in table.dimensions.values() if d.role is Role.AREA}
    rows: dict[str, list[int]] = {}
    for i, level in enumerate(levels):
        if len(level.group) == 1 and level.group[0][0] in areas and level.low is not None and level.value is not None:
            rows.setdefault(level.group[0][0], []).append(i)
    out = list(levels)
    for places in rows.values():
        if len(places) < 3:
            continue
        value = np.array([levels[i].value for i in places], dtype=np.float64)
        width = np.array([(levels[i].high or 0.0) - (levels[i].low or 0.0) for i in places], dtype=np.float64)
        found = stats.shrunken_levels(value=value, se=width / (2 * normal_quantile(0.95)))
        for i, shrunken in zip(places, found.level.value, strict=True):
            out[i] = replace(levels[i], shrunken=_finite(shrunken))
    return out
