"""What every comparison is expected to show, worked out from the grid; and how often an oracle would see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from jamlik.model.groupings import Group, dimension_label
from jamlik.model.questions import Comparison, comparisons, question_key
from jamlik.sources.ekby.grid import Grid, is_member, population_grid
from jamlik.sources.ekby.plants import PLANTS, Plant, is_target, plants_of
from jamlik.sources.ekby.services import SERVICES, YEARS, Outcome, ServiceSpec, ekby_dimensions

__all__ = ["ORACLE_CONFIDENCE", "TruthRow", "ekby_truth", "group_text", "service_truth"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ORACLE_CONFIDENCE = 0.95
"""The oracle's test is two-sided at one minus this."""
_DECIMALS = 10
_FULLY, _MOSTLY = 0.1, 0.5


@dataclass(frozen=True, slots=True)
class TruthRow:
    """The truth about one comparison, in the last period. Levels and gaps are in the indicator's unit.

    Parameters
    ----------
    expected_gap : float
        Exactly 0 where nothing differs.
    expected_gap_adjusted : float or None
        The gap when both sides have the covariate composition of all their people together; None without covariate.
    planted : str
        Ids of the plants whose target this comparison is, separated by spaces.
    influenced_by : str
        Ids of all plants without which the gaps would be others: the planted ones and those it inherits from.
    base_n, reference_n : float
        Expected number of people with an answer.
    oracle_power, oracle_power_adjusted, oracle_power_trend : float or None
        How often a two-sided z-test at 5 %, told this comparison, finds the gap, the adjusted gap, and the change of
        the gap along a straight line over all periods. None where there is nothing to find.
    expected_se, expected_se_adjusted, trend_se : float or None
        Expected standard errors of the gap, the adjusted gap and its change per year, for powers at other levels.
    trend_expected : float
        Slope of the gap per year, least squares over all periods.
    explained : str
        `yes` when at most a tenth of the gap is left after adjustment, `no` when at least half is; else empty, as it is
        without gap or covariate.
    """

    service: str
    indicator: str
    period: str
    dimension: str
    group: str
    reference: str
    question_key: str
    expected_level: float
    expected_level_reference: float
    expected_gap: float
    expected_gap_adjusted: float | None
    planted: str
    influenced_by: str
    base_n: float
    reference_n: float
    oracle_power: float | None
    oracle_power_adjusted: float | None
    trend_expected: float
    oracle_power_trend: float | None
    explained: str
    unit: str
    threshold: float
    expected_se: float
    expected_se_adjusted: float | None
    trend_se: float


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One side of every comparison: people and levels, raw scale; shapes (comparisons, years)."""

    n: Floats
    level: Floats
    variance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Gaps:
    """Gaps with their standard errors, raw scale; the adjusted ones in the last year only."""

    group: _Side
    reference: _Side
    gap: Floats
    se: Floats
    slope: Floats
    slope_se: Floats
    adjusted: Floats | None
    adjusted_se: Floats | None


@cache
def ekby_truth() -> tuple[TruthRow, ...]:
    """The truth about every comparison of every service; it depends on no seed."""
    return tuple(row for spec in SERVICES for row in service_truth(spec))


def service_truth(spec: ServiceSpec, *, plants: tuple[Plant, ...] = PLANTS) -> tuple[TruthRow, ...]:
    """The truth about every comparison of one service, indicator by indicator."""
    asked = comparisons(ekby_dimensions(spec.name))
    mine = plants_of(spec.name, plants=plants)
    grid = population_grid(spec, plants=mine)
    without = {
        plant.id: population_grid(spec, plants=tuple(other for other in mine if other is not plant)) for plant in mine
    }
    rows: list[TruthRow] = []
    for outcome in spec.outcomes:
        gaps = _gaps(spec, outcome, grid, asked)
        differs = {
            name: np.max(np.abs(_raw_gaps(spec, outcome, other, asked) - gaps.gap), axis=1) > 1e-9
            for name, other in without.items()
        }
        for i, comparison in enumerate(asked):
            touched = [plant for plant in mine if differs[plant.id][i]]
            rows.append(_row(spec, outcome, comparison, gaps, i, touched))
    return tuple(rows)


def group_text(group: Group) -> str:
    """A group as written in the truth file: `sex=K,area=E03`, sex, age and area first."""
    codes = dict(group)
    return ",".join(f"{name}={codes[name]}" for name in dimension_label(group).split("+"))


def _row(
    spec: ServiceSpec, outcome: Outcome, comparison: Comparison, gaps: _Gaps, i: int, touched: Sequence[Plant]
) -> TruthRow:
    last, unit = len(YEARS) - 1, outcome.multiplier
    gap = _tidy(unit * gaps.gap[i, last])
    slope = _tidy(unit * gaps.slope[i])
    adjusted = None if gaps.adjusted is None else _tidy(unit * gaps.adjusted[i])
    adjusted_power = None
    if gaps.adjusted is not None and gaps.adjusted_se is not None and adjusted:
        adjusted_power = _power(gaps.adjusted[i] / gaps.adjusted_se[i])
    return TruthRow(
        service=spec.name,
        indicator=outcome.id,
        period=spec.periods[last],
        dimension=comparison.dimension,
        group=group_text(comparison.group),
        reference=group_text(comparison.reference),
        question_key=question_key(indicator=outcome.id, comparison=comparison),
        expected_level=_tidy(unit * gaps.group.level[i, last]),
        expected_level_reference=_tidy(unit * gaps.reference.level[i, last]),
        expected_gap=gap,
        expected_gap_adjusted=adjusted,
        planted=" ".join(plant.id for plant in touched if is_target(comparison, plant=plant)),
        influenced_by=" ".join(plant.id for plant in touched),
        base_n=round(float(gaps.group.n[i, last]), 1),
        reference_n=round(float(gaps.reference.n[i, last]), 1),
        oracle_power=_power(gaps.gap[i, last] / gaps.se[i, last]) if gap else None,
        oracle_power_adjusted=adjusted_power,
        trend_expected=slope,
        oracle_power_trend=_power(gaps.slope[i] / gaps.slope_se[i]) if slope else None,
        explained=_explained(gap, adjusted),
        unit=outcome.unit,
        threshold=outcome.threshold,
        expected_se=round(float(unit * gaps.se[i, last]), 6),
        expected_se_adjusted=None if gaps.adjusted_se is None else round(float(unit * gaps.adjusted_se[i]), 6),
        trend_se=round(float(unit * gaps.slope_se[i]), 6),
    )


def _gaps(spec: ServiceSpec, outcome: Outcome, grid: Grid, asked: Sequence[Comparison]) -> _Gaps:
    inside, outside = _weights(grid, asked)
    people = np.array(spec.people) * outcome.response
    group, reference = _side(outcome, grid, inside, people), _side(outcome, grid, outside, people)
    gap = group.level - reference.level
    variance = group.variance / group.n + reference.variance / reference.n
    time = np.array(YEARS) - np.mean(YEARS)
    pull = time / (time**2).sum()
    adjusted, adjusted_se = _adjusted(spec, outcome, grid, inside, outside, people[-1])
    return _Gaps(
        group=group,
        reference=reference,
        gap=gap,
        se=np.sqrt(variance),
        slope=gap @ pull,
        slope_se=np.sqrt(variance @ pull**2),
        adjusted=adjusted,
        adjusted_se=adjusted_se,
    )


def _raw_gaps(spec: ServiceSpec, outcome: Outcome, grid: Grid, asked: Sequence[Comparison]) -> Floats:
    inside, outside = _weights(grid, asked)
    people = np.array(spec.people) * outcome.response
    return _side(outcome, grid, inside, people).level - _side(outcome, grid, outside, people).level


def _weights(grid: Grid, asked: Sequence[Comparison]) -> tuple[Floats, Floats]:
    """Each comparison's two sides as shares of all people; shape (comparisons, cells)."""
    sides = [
        np.stack([is_member(group, codes=grid.codes, position=grid.position) for group in groups]) * grid.share
        for groups in ([c.group for c in asked], [c.reference for c in asked])
    ]
    return sides[0], sides[1]


def _side(outcome: Outcome, grid: Grid, weight: Floats, people: Floats) -> _Side:
    share = weight.sum(axis=1, keepdims=True)
    level = weight @ grid.level[outcome.slug].T / share
    square = weight @ (grid.level[outcome.slug] ** 2 + _person_variance(outcome, grid.level[outcome.slug])).T / share
    return _Side(n=share * people[None, :], level=level, variance=square - level**2)


def _person_variance(outcome: Outcome, level: Floats) -> Floats:
    """Variance of one person's value in a cell."""
    if outcome.shape == "yes":
        return level * (1.0 - level)
    spread = outcome.spread if outcome.shape == "even" else outcome.spread * level
    return spread**2 + outcome.step**2 / 6.0 + np.zeros_like(level)


def _adjusted(
    spec: ServiceSpec, outcome: Outcome, grid: Grid, inside: Floats, outside: Floats, people: float
) -> tuple[Floats | None, Floats | None]:
    """Gap in the last year at the pooled composition, and its standard error."""
    if spec.covariate is None:
        return None, None
    gap, variance, pooled = np.zeros(len(inside)), np.zeros(len(inside)), (inside + outside).sum(axis=1)
    here = np.array([people])
    for level in range(len(spec.covariate.shares)):
        stratum = grid.position[spec.covariate.name] == level
        latest = Grid(grid.codes, grid.position, grid.share, {outcome.slug: grid.level[outcome.slug][-1:]})
        group = _side(outcome, latest, inside * stratum, here)
        reference = _side(outcome, latest, outside * stratum, here)
        weight = ((inside + outside) * stratum).sum(axis=1) / pooled
        gap += weight * (group.level - reference.level)[:, 0]
        variance += weight**2 * (group.variance / group.n + reference.variance / reference.n)[:, 0]
    return gap, np.sqrt(variance)


def _power(z: float) -> float:
    """Chance that a two-sided z-test finds a gap that is `z` standard errors wide."""
    normal = NormalDist()
    limit = normal.inv_cdf(0.5 + ORACLE_CONFIDENCE / 2.0)
    return round(normal.cdf(float(z) - limit) + normal.cdf(-float(z) - limit), 4)


def _explained(gap: float, adjusted: float | None) -> str:
    if adjusted is None or gap == 0.0:
        return ""
    left = abs(adjusted / gap)
    return "yes" if left <= _FULLY else ("no" if left >= _MOSTLY else "")


def _tidy(value: float) -> float:
    """Rounded so that sums of the same terms in another order agree, and nothing is exactly 0."""
    return round(float(value), _DECIMALS) + 0.0
