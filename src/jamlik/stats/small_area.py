"""Small areas: levels drawn towards the mean by how noisy they are, and how much areas truly differ."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from jamlik.stats._arrays import (
    Floats,
    Numbers,
    checked_confidence,
    checked_counts,
    divided,
    exponential,
    floats,
    normal_quantile,
    same_shape,
)
from jamlik.stats.results import Estimate, Result

__all__ = [
    "ShrunkenLevels",
    "between_area_deviation",
    "median_odds_ratio",
    "shrunken_levels",
    "shrunken_proportions",
]

Flags: TypeAlias = npt.NDArray[np.bool_]

_HALVINGS = 60


@dataclass(frozen=True, slots=True, eq=False)
class ShrunkenLevels(Result):
    """Levels drawn towards the areas' mean.

    Attributes
    ----------
    level : Estimate, shape (..., areas)
        The shrunken levels with limits.
    mean, between_deviation : float, shape (...)
        The mean of the areas' true levels and the standard deviation between them, in the unit of the levels.
    reliability : float, shape (..., areas)
        The weight of the area's own value, 0 to 1; the rest is the mean's.
    """

    level: Estimate
    mean: Floats
    between_deviation: Floats
    reliability: Floats


def shrunken_levels(*, value: Numbers, se: Numbers, confidence: float = 0.95) -> ShrunkenLevels:
    """Each area's level by empirical Bayes under a normal model, for ranking and maps.

    Parameters
    ----------
    value : float, shape (..., areas)
        The areas' own values, in any unit.
    se : float, shape (..., areas)
        Their standard errors, > 0. An area without one, or with 0, keeps its place but is missing in the result and
        takes no part.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    ShrunkenLevels
        The variance between areas is Paule and Mandel's [paule1982]_, never below 0; the mean is weighted by precision.
        Limits follow the mean squared error of [prasad1990]_: own noise, the mean's and the between-variance's, the
        last with its large-sample variance. With one area the mean is its own value and nothing is learnt about
        the others: between_deviation and limits are NaN. With none, all NaN.

    Raises
    ------
    ValueError
        A negative standard error, or no areas axis.

    Notes
    -----
    Limits hold on average over areas, not for each one: an area that truly lies far out is drawn too far in.
    """
    v, s = same_shape(value, se)
    if v.ndim == 0:
        raise ValueError("value needs a last axis that holds the areas")
    if bool((s < 0).any()):
        raise ValueError("a standard error must not be negative")
    used = ~np.isnan(v) & (s > 0) & np.isfinite(s)
    own, noise = np.where(used, v, 0.0), np.where(used, s, 1.0) ** 2
    areas = used.sum(axis=-1)
    between = _paule_mandel(own, noise, used)
    precision = np.where(used, 1.0 / (noise + between[..., None]), 0.0)
    mean = divided((precision * own).sum(axis=-1), precision.sum(axis=-1))
    reliability = between[..., None] * precision
    level = reliability * own + (1.0 - reliability) * mean[..., None]
    error = _mean_squared_error(noise, between, precision, reliability)
    half = normal_quantile(confidence) * np.sqrt(error)
    half = np.where(areas[..., None] > 1, half, np.nan)
    level = np.where(used, level, np.nan)
    return ShrunkenLevels(
        level=Estimate(level, level - half, level + half),
        mean=mean,
        between_deviation=np.where(areas > 1, np.sqrt(between), np.nan),
        reliability=np.where(used & (areas[..., None] > 1), reliability, np.nan),
    )


def shrunken_proportions(*, count: Numbers, total: Numbers, confidence: float = 0.95) -> ShrunkenLevels:
    """Each area's proportion by empirical Bayes, from counts.

    Parameters
    ----------
    count, total : float, shape (..., areas)
        People with the outcome and people in all; 0 <= count <= total. Areas of nobody are missing.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    ShrunkenLevels
        As `shrunken_levels`, limits kept within 0 to 1. The noise of an area is that of the pooled proportion at the
        area's size, so that it does not depend on the area's own luck; where nobody or everybody has the outcome in
        any area, half a person stands in.

    Raises
    ------
    ValueError
        A count outside 0 to total, or no areas axis.
    """
    c, n = checked_counts(count, total)
    if c.ndim == 0:
        raise ValueError("count needs a last axis that holds the areas")
    known = ~np.isnan(c) & (n > 0)
    people = np.where(known, n, 0.0).sum(axis=-1, keepdims=True)
    outcome = np.where(known, c, 0.0).sum(axis=-1, keepdims=True)
    pooled = divided(np.clip(outcome, 0.5, np.maximum(people - 0.5, 0.5)), people)
    noise = np.sqrt(divided(np.maximum(pooled * (1.0 - pooled), 0.0), np.where(known, n, np.nan)))
    found = shrunken_levels(value=divided(c, n), se=noise, confidence=confidence)
    level = found.level
    return ShrunkenLevels(
        level=Estimate(level.value, np.clip(level.low, 0.0, 1.0), np.clip(level.high, 0.0, 1.0)),
        mean=found.mean,
        between_deviation=found.between_deviation,
        reliability=found.reliability,
    )


def between_area_deviation(*, value: Numbers, se: Numbers, weight: Numbers | None = None) -> Floats:
    """The standard deviation between these areas' true levels, the noise taken out.

    Parameters
    ----------
    value, se : float, shape (..., areas)
        The areas' values and standard errors (>= 0). Areas where either is missing take no part.
    weight : float, shape (..., areas), optional
        People, or any other weight >= 0; equal without.

    Returns
    -------
    float, shape (...)
        In the unit of the values. Square root of the weighted variance round the weighted mean, less what the noise
        alone would make it: sum of w (1 - w) se². 0 where the noise alone would make more; NaN with fewer than 2 areas.
        The variance is unbiased before it is cut at 0. It describes the areas at hand (divisor: the weights' sum),
        where `shrunken_levels` describes the areas as a sample [cochran1954]_.

    Raises
    ------
    ValueError
        A negative standard error or weight, or no areas axis.
    """
    v, s, w = same_shape(value, se, 1.0 if weight is None else weight)
    if v.ndim == 0:
        raise ValueError("value needs a last axis that holds the areas")
    if bool((s < 0).any()) or bool((w < 0).any()):
        raise ValueError("a standard error or weight must not be negative")
    used = ~(np.isnan(v) | np.isnan(s) | np.isnan(w)) & (w > 0)
    part = np.where(used, w, 0.0)
    part = divided(part, part.sum(axis=-1, keepdims=True))
    own, noise = np.where(used, v, 0.0), np.where(used, s, 0.0) ** 2
    mean = (part * own).sum(axis=-1, keepdims=True)
    raw = (part * (own - mean) ** 2).sum(axis=-1)
    left = np.maximum(raw - (part * (1.0 - part) * noise).sum(axis=-1), 0.0)
    return np.where(used.sum(axis=-1) > 1, np.sqrt(left), np.nan)


def median_odds_ratio(*, count: Numbers, total: Numbers, confidence: float = 0.95) -> Estimate:
    """The median odds ratio between two areas drawn at random, the one with the higher odds over the other.

    Parameters
    ----------
    count, total : float, shape (..., areas)
        People with the outcome and people in all; 0 <= count <= total. Areas of nobody are left out.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        value, low, high : shape (...), unitless, >= 1 (no area differs from another): exp of 0.954 times the standard
        deviation between the areas' true log odds [larsen2005]_. That is Paule and Mandel's [paule1982]_, half a
        person added to both sides of the odds; limits are where its sum of squares meets the chi-square limits
        [viechtbauer2007]_. NaN with fewer than 2 areas.

    Raises
    ------
    ValueError
        A count outside 0 to total, or no areas axis.
    """
    c, n = checked_counts(count, total)
    if c.ndim == 0:
        raise ValueError("count needs a last axis that holds the areas")
    used = ~np.isnan(c) & (n > 0)
    yes, no = (np.where(used, part, 0.0) + 0.5 for part in (c, n - c))
    own, noise = np.where(used, np.log(yes / no), 0.0), np.where(used, 1.0 / yes + 1.0 / no, 1.0)
    freedom = np.maximum(used.sum(axis=-1) - 1.0, 0.0)
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    some = np.where(freedom > 0, freedom, 1.0)
    targets = (freedom, special.chdtri(some, tail), special.chdtri(some, 1.0 - tail))
    value, low, high = (
        exponential(np.sqrt(2.0 * _paule_mandel(own, noise, used, target)) * special.ndtri(0.75)) for target in targets
    )
    return Estimate(*(np.where(freedom > 0, part, np.nan) for part in (value, low, high)))


def _paule_mandel(own: Floats, noise: Floats, used: Flags, wanted: Floats | None = None) -> Floats:
    """The between-area variance at which the weighted sum of squares equals areas - 1, or the number wanted."""
    areas = used.sum(axis=-1).astype(np.float64)
    target = areas - 1.0 if wanted is None else np.where(areas > 1, wanted, 0.0)
    most = np.where(used, own, -np.inf).max(axis=-1, initial=-np.inf)
    least = np.where(used, own, np.inf).min(axis=-1, initial=np.inf)
    several = target > 0
    top = np.square(np.where(several, most, 0.0) - np.where(several, least, 0.0))
    reach = areas if wanted is None else divided(areas**2, np.where(several, target, 1.0))
    low, high = np.zeros_like(top), top * np.maximum(reach, 1.0)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        above = _excess(own, noise, used, middle) > target
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    too_much = _excess(own, noise, used, np.zeros_like(top)) > target
    return floats(np.where(too_much & (target > 0), 0.5 * (low + high), 0.0))


def _excess(own: Floats, noise: Floats, used: Flags, between: Floats) -> Floats:
    """The precision-weighted sum of squares round the weighted mean."""
    weight = np.where(used, 1.0 / (noise + between[..., None]), 0.0)
    mean = divided((weight * own).sum(axis=-1), weight.sum(axis=-1))
    return floats((weight * np.square(own - np.nan_to_num(mean)[..., None])).sum(axis=-1))


def _mean_squared_error(noise: Floats, between: Floats, precision: Floats, reliability: Floats) -> Floats:
    """Prasad and Rao's three terms: the area's noise, the mean's, and twice that of the between-variance."""
    own = reliability * noise
    of_mean = np.square(1.0 - reliability) * divided(1.0, precision.sum(axis=-1))[..., None]
    of_between = divided(2.0, np.square(precision).sum(axis=-1))[..., None]
    return own + of_mean + 2.0 * np.square(noise) * precision**3 * of_between
