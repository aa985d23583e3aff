"""How much of a gap goes with the composition of the groups: explained and unexplained, with the range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from jamlik import stats
from jamlik.analysis.vectors import Sides, Sums, sides_of
from jamlik.model.findings import Explained
from jamlik.model.groupings import Dimension, Group
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.questions import Comparison
from jamlik.model.tables import Cell, CellKey

__all__ = ["explained_gaps"]

Floats = NDArray[np.float64]


def explained_gaps(
    cells: Mapping[CellKey, Cell],
    *,
    indicator: Indicator,
    period: str,
    asked: Sequence[Comparison],
    covariates: Sequence[Dimension],
    confidence: float,
) -> dict[Comparison, tuple[Explained, ...]]:
    """Take each one-way comparison apart over each covariate's strata.

    Only published strata are used: when one stratum of the group, the reference or the rest is hidden, the gap is not
    taken apart at all.
    """
    if indicator.kind not in (Kind.PROPORTION, Kind.MEAN):
        return {}
    one_way = [c for c in asked if len(c.group) == 1]
    sums = Sums(cells, indicator=indicator, period=period)
    found: dict[Comparison, tuple[Explained, ...]] = {}
    for covariate in covariates:
        strata = _strata(sums, one_way, covariate)
        if not strata:
            continue
        parts = _decomposed(sums, strata, covariate, indicator, confidence)
        for comparison, part in parts.items():
            found[comparison] = (*found.get(comparison, ()), part)
    return found


def _with(group: Group, covariate: Dimension, code: str) -> Group:
    return tuple(sorted((*group, (covariate.name, code))))


def _strata(sums: Sums, asked: Sequence[Comparison], covariate: Dimension) -> list[Comparison]:
    """Comparisons whose every stratum is either shown on a side or has nobody there."""

    def usable(group: Group) -> bool:
        return all(sums.status(_with(group, covariate, code)).value == "shown" for code in covariate.codes)

    return [c for c in asked if usable(c.group) and usable(c.reference)]


def _side(sums: Sums, groups: Sequence[Group], covariate: Dimension, indicator: Indicator) -> tuple[Sides, Floats]:
    wanted = [_with(group, covariate, code) for group in groups for code in covariate.codes]
    side = sides_of(sums, wanted, indicator)
    if indicator.kind is Kind.PROPORTION:
        se = stats.standard_error_of_proportion(count=side.yes, total=side.size) * indicator.multiplier
    else:
        se = stats.standard_error_of_mean(total=side.total, square=side.square, n=side.size)
    return side, np.asarray(se, dtype=np.float64)


def _decomposed(
    sums: Sums, asked: Sequence[Comparison], covariate: Dimension, indicator: Indicator, confidence: float
) -> dict[Comparison, Explained]:
    shape = (len(asked), len(covariate.codes))
    own, own_se = _side(sums, [c.group for c in asked], covariate, indicator)
    other, other_se = _side(sums, [c.reference for c in asked], covariate, indicator)
    n, n_other = np.nan_to_num(own.n).reshape(shape), np.nan_to_num(other.n).reshape(shape)
    total, total_other = n.sum(axis=1), n_other.sum(axis=1)
    found = stats.decompose_gap(
        level=own.level.reshape(shape),
        level_se=own_se.reshape(shape),
        share=n,
        level_reference=other.level.reshape(shape),
        level_reference_se=other_se.reshape(shape),
        share_reference=n_other,
        group_weight=total / np.maximum(total + total_other, 1.0),
        confidence=confidence,
    )
    pooled = list(stats.COMPOSITIONS).index("pooled")
    outside = found.off_support * total + found.off_support_reference * total_other
    return {
        comparison: Explained(
            covariate=covariate.name,
            unexplained=float(found.unexplained.value[i, pooled]),
            low=float(found.unexplained.low[i, pooled]),
            high=float(found.unexplained.high[i, pooled]),
            p_value=float(found.unexplained.p_value[i, pooled]),
            explained=float(found.explained[i, pooled]),
            range_low=float(found.unexplained_low[i]),
            range_high=float(found.unexplained_high[i]),
            outside_n=float(outside[i]),
            may_be_unequal=covariate.may_be_unequal,
        )
        for i, comparison in enumerate(asked)
        if np.isfinite(found.unexplained.value[i, pooled]) and np.isfinite(found.unexplained.low[i, pooled])
    }
