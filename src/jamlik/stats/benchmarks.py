"""Held against a benchmark: better or worse, funnel limits, quantile groups and the recent trend."""

import numpy as np
import numpy.typing as npt

from jamlik.stats._arrays import Floats, Numbers, checked_confidence, divided, floats, normal_quantile, same_shape
from jamlik.stats.rates import EXACT_BELOW, byar_limits, poisson_limits
from jamlik.stats.results import Estimate

__all__ = ["benchmark_class", "funnel_of_counts", "funnel_of_proportions", "quantile_group", "recent_trend"]

_HALVINGS = 60
_RECENT = 5
_RECENT_CHI_SQUARE = 9.549535706083308
"""The 99.8 % point of chi-square with 1 degree of freedom."""


def benchmark_class(*, low: Numbers, high: Numbers, benchmark: Numbers, direction: Numbers) -> npt.NDArray[np.str_]:
    """Whether an interval lies on one side of a benchmark that is taken as known.

    Parameters
    ----------
    low, high : float, shape (...)
        A level's limits, at 95 % or 99.8 % as the caller chose.
    benchmark : float, shape (...)
        What it is held against, in the same unit.
    direction : float, shape (...)
        1 where higher is better, -1 where lower is, 0 where neither.

    Returns
    -------
    str, shape (...)
        'better', 'similar' or 'worse'; 'higher', 'similar' or 'lower' where direction is 0; '' where anything is
        missing. An interval that touches the benchmark is similar [ohid2023]_.

    Raises
    ------
    ValueError
        A direction other than -1, 0, 1.
    """
    lower, upper, target, d = same_shape(low, high, benchmark, direction)
    if bool((~np.isin(d, (-1.0, 0.0, 1.0)) & ~np.isnan(d)).any()):
        raise ValueError("direction must be 1 (higher is better), -1 (lower is better) or 0 (neither)")
    missing = np.isnan(lower) | np.isnan(upper) | np.isnan(target) | np.isnan(d)
    above, below = lower > target, upper < target
    good, bad = np.where(d > 0, above, below), np.where(d > 0, below, above)
    kinds: npt.NDArray[np.str_] = np.select(
        [missing, (d == 0) & above, (d == 0) & below, (d != 0) & good, (d != 0) & bad],
        ["", "higher", "lower", "better", "worse"],
        default="similar",
    )
    return kinds


def funnel_of_proportions(*, target: Numbers, total: Numbers, confidence: float = 0.95) -> Estimate:
    """The limits within which a proportion does not differ from a target, by the number of people.

    Parameters
    ----------
    target : float, shape (...)
        A proportion taken as known, 0 to 1.
    total : float, shape (...)
        People, >= 0.
    confidence : float
        0.95 and 0.998 are usual.

    Returns
    -------
    Estimate
        value (the target), low, high : shape (...), 0 to 1. A proportion lies outside exactly when its Wilson
        interval excludes the target [wilson1927]_ [spiegelhalter2005]_. NaN where total is 0.

    Raises
    ------
    ValueError
        A target outside 0 to 1 or a negative total.
    """
    p, n = same_shape(target, total)
    if bool(((p < 0) | (p > 1)).any()) or bool((n < 0).any()):
        raise ValueError("a target must lie between 0 and 1 and a total must not be negative")
    half = normal_quantile(confidence) * np.sqrt(divided(p * (1.0 - p), n))
    value = np.where(np.isnan(half), np.nan, p)
    return Estimate(value, np.maximum(p - half, 0.0), np.minimum(p + half, 1.0))


def funnel_of_counts(*, expected: Numbers, confidence: float = 0.95) -> Estimate:
    """The limits within which a number of events does not differ from the expected number.

    Parameters
    ----------
    expected : float, shape (...)
        Events expected: the target rate times the exposure, or the sum behind a standardised ratio; >= 0. Divide the
        limits by the exposure for a rate, by `expected` for a ratio.
    confidence : float
        0.95 and 0.998 are usual.

    Returns
    -------
    Estimate
        value (expected), low, high : shape (...), events. A count lies outside exactly when its interval (exact below
        10 events, Byar's from 10) excludes the expected number; low is 0 where even no events are within
        [spiegelhalter2005]_ [garwood1936]_. NaN for NaN.

    Raises
    ------
    ValueError
        A negative expected number.
    """
    wanted = floats(expected)
    if bool((wanted < 0).any()):
        raise ValueError("an expected number must not be negative")
    checked_confidence(confidence)
    return Estimate(wanted, _touching(wanted, confidence, upper=True), _touching(wanted, confidence, upper=False))


def quantile_group(*, value: Numbers, groups: int, invert: bool = False) -> Floats:
    """Areas put into quantile groups of near equal number by their value, ties together.

    Parameters
    ----------
    value : float, shape (..., areas)
        What they are ordered by; NaN is in no group.
    groups : int
        How many groups: 4, 5, 10.
    invert : bool
        Whether group 1 holds the highest values.

    Returns
    -------
    float, shape (..., areas)
        1 to `groups`; NaN where value is missing or there are fewer areas than groups [ohid2023]_.

    Raises
    ------
    ValueError
        Fewer than 1 group, or no areas axis.
    """
    v = floats(value)
    if groups < 1 or v.ndim == 0:
        raise ValueError("groups must be at least 1 and value needs a last axis that holds the areas")
    number = (~np.isnan(v)).sum(axis=-1, keepdims=True).astype(np.float64)
    rank = _lowest_rank(-v if invert else v)
    found = np.floor(groups + 1.0 - np.ceil(divided(number + 1.0 - rank, number / groups)))
    return np.where(np.isnan(v) | (number < groups), np.nan, np.maximum(found, 1.0))


def recent_trend(*, period: Numbers, value: Numbers, se: Numbers, direction: Numbers = 0.0) -> npt.NDArray[np.str_]:
    """The direction of the last five points by Fingertips' rule.

    Parameters
    ----------
    period : float, shape (..., periods)
        Time, increasing along the last axis.
    value, se : float, shape (..., periods)
        The series and its standard errors; for published limits (upper - lower) / 3.92, in Fingertips' manner.
    direction : float, shape (...)
        1 where higher is better, -1 where lower is, 0 where neither.

    Returns
    -------
    str, shape (...)
        'increasing', 'decreasing', or with '_better' or '_worse' after it where there is a direction; 'no_change';
        'not_calculable' where the last five points are not all there with standard errors above 0. A change needs
        a line weighted by 1 / se² with (slope / its standard error)² > 9.55, and a slope of the same sign whichever
        point is left out [ohid2023]_.

    Raises
    ------
    ValueError
        Periods that do not increase, or no periods axis.

    Notes
    -----
    Fingertips shows 'no change' where limits are missing; here that is 'not_calculable'. `trend_slope` takes all the
    points there are and allows for noise beyond the standard errors, which this rule does not.
    """
    x, y, s = same_shape(period, value, se)
    if y.ndim == 0:
        raise ValueError("a series needs a last axis that holds the periods")
    if bool((np.diff(x, axis=-1) <= 0).any()):
        raise ValueError("periods must increase along the last axis")
    d = np.broadcast_to(floats(direction), y.shape[:-1])
    if y.shape[-1] < _RECENT:
        return np.full(y.shape[:-1], "not_calculable")
    x, y, s = (part[..., -_RECENT:] for part in (x, y, s))
    known = np.asarray(~(np.isnan(y) | np.isnan(s)).any(axis=-1) & (s > 0).all(axis=-1))
    weight = np.where(known[..., None], 1.0 / np.where(s > 0, s, 1.0) ** 2, 1.0)
    kept = np.concatenate([np.ones((1, _RECENT)), 1.0 - np.eye(_RECENT)])
    slope, spread = _weighted_slope(x[..., None, :], np.nan_to_num(y)[..., None, :], weight[..., None, :] * kept)
    steady = (np.sign(slope) == np.sign(slope[..., :1])).all(axis=-1)
    moves = steady & (slope[..., 0] ** 2 * spread[..., 0] > _RECENT_CHI_SQUARE)
    way = np.where(slope[..., 0] > 0, "increasing", "decreasing")
    judged = np.select([d * slope[..., 0] > 0, d * slope[..., 0] < 0], ["_better", "_worse"], default="")
    kinds: npt.NDArray[np.str_] = np.where(
        known, np.where(moves, np.char.add(way, judged), "no_change"), "not_calculable"
    )
    return kinds


def _touching(wanted: Floats, confidence: float, *, upper: bool) -> Floats:
    """The count whose upper (or lower) limit is the number wanted, by halving."""
    low, high = np.zeros_like(wanted), 4.0 * wanted + 60.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        exact, byar = (
            poisson_limits(count=middle, confidence=confidence),
            byar_limits(count=middle, confidence=confidence),
        )
        limit = np.where(middle < EXACT_BELOW, exact[int(upper)], byar[int(upper)])
        low, high = np.where(limit < wanted, middle, low), np.where(limit < wanted, high, middle)
    found = 0.5 * (low + high)
    return np.where(np.isnan(wanted), np.nan, np.where(found < 1e-9, 0.0, found))


def _lowest_rank(value: Floats) -> Floats:
    """Ranks from 1, ties all given the lowest of theirs; NaN last and of no meaning."""
    order = np.argsort(value, axis=-1, kind="stable")
    ranked = np.take_along_axis(value, order, axis=-1)
    place = np.arange(1.0, value.shape[-1] + 1.0)
    new = np.concatenate([np.ones_like(ranked[..., :1]), np.diff(ranked, axis=-1)], axis=-1) != 0
    first = np.maximum.accumulate(np.where(new, place, 0.0), axis=-1)
    rank = np.empty_like(value)
    np.put_along_axis(rank, order, first, axis=-1)
    return rank


def _weighted_slope(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Slope of a weighted line and the weighted spread of its periods."""
    whole = weight.sum(axis=-1, keepdims=True)
    dx = x - (weight * x).sum(axis=-1, keepdims=True) / whole
    dy = y - (weight * y).sum(axis=-1, keepdims=True) / whole
    spread = (weight * dx**2).sum(axis=-1)
    return divided((weight * dx * dy).sum(axis=-1), spread), spread
