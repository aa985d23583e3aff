"""How gaps change over the periods, and at what level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from jamlik import stats
from jamlik.analysis.gaps import GapNumbers, gap_numbers
from jamlik.analysis.series import Series, period_starts
from jamlik.model.findings import GapTrend, Levelling
from jamlik.model.indicators import Direction, Indicator, Kind
from jamlik.model.questions import Comparison
from jamlik.model.tables import Cell, CellKey

__all__ = ["gap_trends"]

Floats = NDArray[np.float64]
_EXACT = 1e-6
_SIGN = {Direction.UP: 1, Direction.DOWN: -1, Direction.TARGET: 0, Direction.NEUTRAL: 0}


def gap_trends(
    cells: Mapping[CellKey, Cell],
    *,
    indicator: Indicator,
    periods: Sequence[str],
    asked: Sequence[Comparison],
    series: Series,
    tolerance: float,
    confidence: float,
) -> dict[Comparison, GapTrend]:
    """Slope of each comparison's gap over at least three periods; q-values are filled in by the ranking.

    Parameters
    ----------
    periods : sequence of str
        The indicator's periods in time order.
    tolerance : float
        A change of gap smaller than this, in the indicator's unit, counts as unchanged.
    """
    if len(periods) < 3 or not asked:
        return {}
    level, reference, se, level_se, reference_se = _rows(cells, indicator, periods, asked, series, confidence)
    gap = level - reference
    starts = period_starts(periods)
    found = stats.trend_slope(period=starts, value=gap, se=se, confidence=confidence)
    own = stats.trend_slope(period=starts, value=level, se=level_se, confidence=confidence)
    other = stats.trend_slope(period=starts, value=reference, se=reference_se, confidence=confidence)
    first, last = _ends(gap)
    usable = np.isfinite(found.slope) & (first < last)
    rows = np.arange(len(asked))
    kinds = stats.levelling(
        level_first=level[rows, first],
        level_last=level[rows, last],
        reference_first=reference[rows, first],
        reference_last=reference[rows, last],
        direction=np.full(len(asked), _SIGN[indicator.direction]),
        tolerance=tolerance,
    )
    moved = np.abs(found.slope) * (starts[last] - starts[first]) > tolerance
    return {
        comparison: GapTrend(
            first_period=periods[first[i]],
            last_period=periods[last[i]],
            first_gap=float(gap[i, first[i]]),
            slope=float(found.slope[i]),
            slope_low=float(found.low[i]),
            slope_high=float(found.high[i]),
            p_value=float(found.p_value[i]),
            q_value=float("nan"),
            level_slope=_number(own.slope[i]),
            level_slope_low=_number(own.low[i]),
            level_slope_high=_number(own.high[i]),
            reference_slope=_number(other.slope[i]),
            levelling=_levelling(str(kinds[i]), bool(moved[i]) and found.p_value[i] < 1 - confidence),
        )
        for i, comparison in enumerate(asked)
        if usable[i]
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _levelling(kind: str, moved: bool) -> Levelling:
    if not moved:
        return Levelling.UNCHANGED
    try:
        return Levelling(kind)
    except ValueError:
        return Levelling.UNKNOWN


def _ends(gap: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    known = np.isfinite(gap)
    first = np.argmax(known, axis=1)
    last = gap.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return first.astype(np.int64), np.where(known.any(axis=1), last, 0).astype(np.int64)


def _rows(
    cells: Mapping[CellKey, Cell],
    indicator: Indicator,
    periods: Sequence[str],
    asked: Sequence[Comparison],
    series: Series,
    confidence: float,
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Levels, reference levels, and standard errors of gap, level and reference, shape (comparisons, periods)."""
    if indicator.kind is Kind.VALUE:
        level = series.values(indicator.id, [c.group for c in asked], periods=periods)
        reference = series.values(indicator.id, [c.reference for c in asked], periods=periods)
        se = np.repeat(series.gap_noise(indicator.id, asked).se[:, None], level.shape[1], axis=1)
        exact = np.full(level.shape, _EXACT)  # the line's own residuals then decide
        return level, reference, se, exact, exact

    def at(period: str) -> GapNumbers:
        return gap_numbers(cells, indicator=indicator, period=period, asked=asked, series=series, confidence=confidence)

    each = [at(period) for period in periods]
    return (
        np.stack([numbers.level for numbers in each], axis=1),
        np.stack([numbers.level_reference for numbers in each], axis=1),
        np.stack([numbers.se for numbers in each], axis=1),
        np.stack([numbers.level_se for numbers in each], axis=1),
        np.stack([numbers.level_reference_se for numbers in each], axis=1),
    )
