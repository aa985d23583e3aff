"""The size, interval and test of every comparison asked, from shown cells only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jamlik import stats
from jamlik.analysis.normal import normal_probability, normal_quantile
from jamlik.analysis.series import Series
from jamlik.analysis.vectors import Sides, Sums, sides_of
from jamlik.model.groupings import Group
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.questions import Comparison
from jamlik.model.tables import Cell, CellKey, Status

__all__ = ["GapNumbers", "gap_numbers"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GapNumbers:
    """Results of many comparisons of one indicator at one period; arrays of shape (comparisons,).

    Levels, gaps, limits and the levels' standard errors are in the indicator's unit; `se` is the gap's standard error
    as its interval implies;
    `share` is the gap as a share of people (a proportion's gap; for means the part of the two distributions that does
    not overlap) with `share_sure` the same at the interval's end nearest zero.
    """

    comparisons: tuple[Comparison, ...]
    status: tuple[Status, ...]
    n: Floats
    n_reference: Floats
    level: Floats
    level_reference: Floats
    gap: Floats
    low: Floats
    high: Floats
    p_value: Floats
    ratio: Floats
    ratio_low: Floats
    ratio_high: Floats
    persons: Floats
    persons_low: Floats
    persons_high: Floats
    se: Floats
    level_se: Floats
    level_reference_se: Floats
    share: Floats
    share_sure: Floats
    method: str


def gap_numbers(
    cells: Mapping[CellKey, Cell],
    *,
    indicator: Indicator,
    period: str,
    asked: Sequence[Comparison],
    series: Series,
    confidence: float,
) -> GapNumbers:
    """Compute every comparison of one indicator at one period.

    Parameters
    ----------
    cells : mapping
        Of a `ProtectedTable`: what is hidden has no numbers here.
    asked : sequence of Comparison
        Group and reference may use `!x` for everybody but x.
    series : Series
        Values over time, for indicators that have no base.
    """
    sums = Sums(cells, indicator=indicator, period=period)
    status = tuple(_joint_status(sums, c) for c in asked)
    if indicator.kind is Kind.VALUE:
        return _value_gaps(sums, indicator, asked, status, series, confidence)
    group = sides_of(sums, [c.group for c in asked], indicator)
    reference = sides_of(sums, [c.reference for c in asked], indicator)
    return _sampled_gaps(indicator, asked, status, group, reference, confidence)


def _joint_status(sums: Sums, comparison: Comparison) -> Status:
    both = (sums.status(comparison.group), sums.status(comparison.reference))
    order = (Status.SUPPRESSED, Status.BOUNDED, Status.MISSING, Status.NOT_APPLICABLE)
    return next((status for status in order if status in both), Status.SHOWN)


@dataclass(frozen=True, slots=True)
class _Compared:
    """A kind's own results before what all kinds share is added; `per` turns the unit into a share of people."""

    gap: Floats
    low: Floats
    high: Floats
    p_value: Floats
    share: Floats
    method: str
    per: float | None
    ratio: tuple[Floats, Floats, Floats] | None = None


def _proportions(indicator: Indicator, group: Sides, reference: Sides, confidence: float) -> _Compared:
    counts = {
        "count": group.yes,
        "total": group.size,
        "count_reference": reference.yes,
        "total_reference": reference.size,
    }
    scale = indicator.multiplier
    found = stats.proportion_difference(**counts, confidence=confidence)
    ratio = stats.proportion_ratio(**counts, confidence=confidence)
    return _Compared(
        found.value * scale,
        found.low * scale,
        found.high * scale,
        found.p_value,
        np.abs(found.value),
        "newcombe",
        scale,
        (ratio.value, ratio.low, ratio.high),
    )


def _means(group: Sides, reference: Sides, confidence: float) -> _Compared:
    found = stats.mean_difference(
        total=group.total,
        square=group.square,
        n=group.size,
        total_reference=reference.total,
        square_reference=reference.square,
        n_reference=reference.size,
        confidence=confidence,
    )
    share = _not_overlapping(np.abs(found.value), _deviation(group, reference))
    ratio = stats.estimate_ratio(
        value=_positive(group.level),
        se=stats.standard_error_of_mean(total=group.total, square=group.square, n=group.size),
        value_reference=_positive(reference.level),
        se_reference=stats.standard_error_of_mean(total=reference.total, square=reference.square, n=reference.size),
        confidence=confidence,
    )
    three = (ratio.value, ratio.low, ratio.high)
    return _Compared(found.value, found.low, found.high, found.p_value, share, "welch", None, three)


def _positive(level: Floats) -> Floats:
    """Levels a ratio can be taken of; the others are missing."""
    return np.where(level > 0, level, np.nan)


def _rates(indicator: Indicator, group: Sides, reference: Sides, confidence: float) -> _Compared:
    scale = indicator.multiplier
    found = stats.rate_difference(
        count=group.total,
        exposure=group.n,
        count_reference=reference.total,
        exposure_reference=reference.n,
        multiplier=scale,
        confidence=confidence,
    )
    return _Compared(found.value, found.low, found.high, found.p_value, np.abs(found.value) / scale, "poisson", scale)


def _sampled_gaps(
    indicator: Indicator,
    asked: Sequence[Comparison],
    status: tuple[Status, ...],
    group: Sides,
    reference: Sides,
    confidence: float,
) -> GapNumbers:
    if indicator.kind is Kind.PROPORTION:
        found = _proportions(indicator, group, reference, confidence)
    elif indicator.kind is Kind.MEAN:
        found = _means(group, reference, confidence)
    else:
        found = _rates(indicator, group, reference, confidence)
    blank = np.full(len(asked), np.nan)
    nothing: tuple[Floats, Floats, Floats] = (blank, blank, blank)
    ratio, persons = found.ratio or nothing, nothing
    if found.per is not None:
        told = stats.persons_affected(
            gap=found.gap / found.per, gap_low=found.low / found.per, gap_high=found.high / found.per, n=group.n
        )
        persons = told.value, told.low, told.high
    return GapNumbers(
        tuple(asked),
        status,
        group.n,
        reference.n,
        group.level,
        reference.level,
        found.gap,
        found.low,
        found.high,
        found.p_value,
        *ratio,
        *persons,
        se=(found.high - found.low) / (2 * normal_quantile(confidence)),
        level_se=_level_se(indicator, group),
        level_reference_se=_level_se(indicator, reference),
        share=found.share,
        share_sure=_sure(found.share, found.gap, found.low, found.high),
        method=found.method,
    )


def _level_se(indicator: Indicator, side: Sides) -> Floats:
    """Standard error of a side's level, in the indicator's unit."""
    if indicator.kind is Kind.PROPORTION:
        return stats.standard_error_of_proportion(count=side.yes, total=side.size) * indicator.multiplier
    if indicator.kind is Kind.MEAN:
        return stats.standard_error_of_mean(total=side.total, square=side.square, n=side.size)
    return stats.standard_error_of_rate(count=side.total, exposure=side.n, multiplier=indicator.multiplier)


def _sure(share: Floats, gap: Floats, low: Floats, high: Floats) -> Floats:
    """The share that goes with the interval's end nearest zero; 0 where the interval holds zero."""
    end = np.where(low > 0, low, np.where(high < 0, -high, 0.0))
    return np.where(np.abs(gap) > 0, share * end / np.where(gap == 0, 1.0, np.abs(gap)), 0.0)


def _deviation(group: Sides, reference: Sides) -> Floats:
    own = stats.sample_variance(total=group.total, square=group.square, n=group.size)
    other = stats.sample_variance(total=reference.total, square=reference.square, n=reference.size)
    return np.sqrt((own + other) / 2)


def _not_overlapping(gap: Floats, deviation: Floats) -> Floats:
    """Share of two equal normal distributions that does not overlap, `gap` apart: 2Φ(d/2) − 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(2 * normal_probability(gap / deviation / 2) - 1, dtype=np.float64)


def _shown(sums: Sums, groups: Sequence[Group]) -> list[Cell | None]:
    """The groups' cells, None for each that is not shown."""
    found = (sums.cell(group) for group in groups)
    return [cell if cell is not None and cell.status is Status.SHOWN else None for cell in found]


def _value_gaps(
    sums: Sums,
    indicator: Indicator,
    asked: Sequence[Comparison],
    status: tuple[Status, ...],
    series: Series,
    confidence: float,
) -> GapNumbers:
    own, other = _shown(sums, [c.group for c in asked]), _shown(sums, [c.reference for c in asked])
    level, reference = _column(own, "value"), _column(other, "value")
    se, se_other = _column(own, "se"), _column(other, "se")
    noise = series.gap_noise(indicator.id, asked)
    published = ~np.isnan(se) & ~np.isnan(se_other)
    found = stats.estimate_difference(
        value=level,
        se=np.where(published, se, noise.se),
        value_reference=reference,
        se_reference=np.where(published, se_other, 0.0),
        df=np.where(published, np.inf, noise.df),
        confidence=confidence,
    )
    gap = level - reference
    blank = np.full(len(asked), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(reference != 0, level / reference, np.nan)
        share = _relative_size(level, reference, indicator)
    sure = np.where(np.isnan(found.p_value), np.nan, _sure(share, gap, found.low, found.high))
    return GapNumbers(
        tuple(asked),
        status,
        _column(own, "base_n"),
        _column(other, "base_n"),
        level,
        reference,
        gap,
        found.low,
        found.high,
        found.p_value,
        ratio,
        *(blank, blank),
        *(blank, blank, blank),
        se=np.where(published, np.hypot(se, se_other), noise.se),
        level_se=se,
        level_reference_se=se_other,
        share=share,
        share_sure=sure,
        method="series",
    )


def _relative_size(level: Floats, reference: Floats, indicator: Indicator) -> Floats:
    """Size of a gap that can be compared between units: 0 none, 1 as large as a gap can be.

    Shares: the arcsine difference (Cohen's h) over its maximum π. Other non-negative values: |a − b| / (a + b).
    """
    if (
        indicator.unit == "%"
        and np.nanmax(np.r_[level, reference, 0.0]) <= 100
        and np.nanmin(np.r_[level, reference, 0.0]) >= 0
    ):
        h = 2 * np.arcsin(np.sqrt(level / 100)) - 2 * np.arcsin(np.sqrt(reference / 100))
        return np.asarray(np.abs(h) / np.pi, dtype=np.float64)
    return np.asarray(np.abs(level - reference) / (np.abs(level) + np.abs(reference)), dtype=np.float64)


def _column(cells: Sequence[Cell | None], name: str) -> Floats:
    return np.array([np.nan if c is None or getattr(c, name) is None else getattr(c, name) for c in cells], float)
