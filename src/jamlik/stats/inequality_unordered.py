"""Inequality over groups without an order: spread, entropy, population impact."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from jamlik.stats._arrays import Floats, Numbers, checked_confidence, divided, floats, normal_quantile
from jamlik.stats._groups import groups_of, near_zero, taken
from jamlik.stats.results import Estimate, Result

__all__ = [
    "Spread",
    "attributable_risk",
    "between_group_spread",
    "entropy_index",
]

Flags: TypeAlias = npt.NDArray[np.bool_]
Measure: TypeAlias = Literal["variance", "deviation", "variation"]
Entropy: TypeAlias = Literal["theil", "log_deviation"]

_HALVINGS = 45
_EXACT_BELOW = 300.0
_REACH = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class Spread(Result):
    """How far groups lie apart, a measure that is 0 when all are alike.

    Attributes
    ----------
    value : float, shape (...)
        The measure of the groups' values as they stand. Noise makes it too large.
    se : float, shape (...)
        Its standard error (entropy: of the delta method); value ± z × se is what healthequal means to give.
    corrected : Estimate, shape (...)
        The measure with the noise taken out, never below 0, and limits for the groups' true levels.
    """

    value: Floats
    se: Floats
    corrected: Estimate


def between_group_spread(
    *,
    value: Numbers,
    population: Numbers,
    se: Numbers = np.nan,
    measure: Measure = "deviation",
    confidence: float = 0.95,
) -> Spread:
    """Between-group variance, its square root, or the coefficient of variation, weighted by people.

    Parameters
    ----------
    value : float, shape (..., groups)
        Levels. Groups without a value or people are left out.
    population : float, shape (..., groups)
        People in each group, >= 0.
    se : float, shape (..., groups), optional
        The groups' standard errors, >= 0; without them only `value` is given.
    measure : {'variance', 'deviation', 'variation'}
        In squared units, in the unit of the values, or as a share of the mean (1 is 100 %).
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Spread
        Limits invert a scaled noncentral chi-square whose mean and variance are those of the measure
        [imhof1961]_ [sankaran1963]_; low is 0 where the noise alone could make the spread. NaN with fewer than 2
        groups, and for 'variation' where the mean is 0 [whohi2013]_.

    Notes
    -----
    Over 2 to 34 groups of 100 to 1,000 people, alike or not, a 95 % interval covers 94–98 % (97.5 % where all are
    alike). A spread below what noise makes on average takes the upper limit of that average, so that no interval is
    empty. value ± 1.96 se covers between 17 % (34 groups all alike) and 100 %;
    the value itself lies several times
    too high there.

    Raises
    ------
    ValueError
        A negative population or standard error, or no groups axis.
    """
    share, level, noise = groups_of(value, population, se)
    mean = (share * level).sum(axis=-1)
    off = np.where(share > 0, level - mean[..., None], 0.0)
    square = (share * off**2).sum(axis=-1)
    slope = 2.0 * share * off
    if measure == "variation":
        size = mean**2
        slope = divided(slope, size[..., None]) - share * divided(2.0 * square, mean * size)[..., None]
        raw = divided(square, size)
    else:
        size, raw = np.ones_like(mean), square
    parts = _quadratic_noise(
        divided(share, size[..., None]), share / np.sqrt(np.where(size > 0, size, 1.0))[..., None], noise
    )
    found = _noise_free(raw, (slope**2 * noise).sum(axis=-1), *parts, confidence)
    known = (share > 0).sum(axis=-1) > 1
    if measure != "variance":
        root = np.sqrt(raw)
        limits = Estimate(
            *(np.sqrt(part) for part in (found.corrected.value, found.corrected.low, found.corrected.high))
        )
        found = Spread(root, divided(found.se, 2.0 * root), limits)
    return _only(found, known)


def entropy_index(
    *,
    value: Numbers,
    population: Numbers,
    se: Numbers = np.nan,
    measure: Entropy = "theil",
    confidence: float = 0.95,
) -> Spread:
    """The Theil index or the mean log deviation between groups, in natural units.

    Parameters
    ----------
    value : float, shape (..., groups)
        Levels, >= 0. Groups without a value or people are left out.
    population : float, shape (..., groups)
        People in each group, >= 0.
    se : float, shape (..., groups), optional
        The groups' standard errors, >= 0; without them only `value` is given.
    measure : {'theil', 'log_deviation'}
        A group at 0 adds 0 to Theil's index and makes the mean log deviation NaN, since it has no bound.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Spread
        healthequal shows the same multiplied by 1000. Limits as `between_group_spread`, with the index' own slope and
        curvature; they are NaN, and so is the corrected value, where a group lies within 1.5 standard errors of 0: the
        index bends too sharply there. NaN with fewer than 2 groups or a mean of 0 [theil1967]_ [whohi2013]_.

    Raises
    ------
    ValueError
        A negative level, population or standard error, or no groups axis.
    """
    share, level, noise = groups_of(value, population, se)
    if bool((level < 0).any()):
        raise ValueError("an entropy index takes no level below 0")
    mean = (share * level).sum(axis=-1, keepdims=True)
    used = share > 0
    ratio = np.where(used, divided(level, mean), 1.0)
    log_ratio = np.log(np.where(ratio > 0, ratio, 1.0))
    if measure == "theil":
        raw = (share * ratio * log_ratio).sum(axis=-1)
        slope = divided(share, mean) * (log_ratio - raw[..., None])
        bend = divided(share, level * mean)
    else:
        unbounded = np.where((used & (ratio == 0)).any(axis=-1), np.nan, 0.0)
        raw = unbounded - (share * log_ratio).sum(axis=-1)
        slope = divided(share, mean) - divided(share, level)
        bend = divided(share, level**2)
    bend, slope = (np.where(used & (level > 0), part, 0.0) for part in (bend, slope))
    parts = _quadratic_noise(bend / 2.0, divided(share, mean) / np.sqrt(2.0), noise)
    slope_noise = (slope**2 * noise).sum(axis=-1)
    known = np.where(near_zero(share, level, noise), np.nan, slope_noise)
    found = Spread(raw, np.sqrt(slope_noise), _noise_free(raw, known, *parts, confidence).corrected)
    return _only(found, (used.sum(axis=-1) > 1) & (mean[..., 0] > 0))


def attributable_risk(
    *,
    value: Numbers,
    population: Numbers,
    best_group: npt.ArrayLike,
    se: Numbers | None = None,
    scale: float = 1.0,
    confidence: float = 0.95,
) -> tuple[Estimate, Estimate]:
    """Population attributable risk and fraction: what everyone would gain at the best group's level.

    Parameters
    ----------
    value : float, shape (..., groups)
        Levels. Groups without a value or people are left out.
    population : float, shape (..., groups)
        People in each group, >= 0.
    best_group : int, shape (...)
        The position of the group whose level the others are given.
    se : float, shape (..., groups), optional
        The groups' standard errors. Without them the levels are taken as proportions of `population` people, as
        healthequal does.
    scale : float
        What 100 % is in the unit of the values; used only without `se`.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    risk, fraction : Estimate, shape (...)
        The best group's level less everyone's, in the unit of the values, and that divided by everyone's (1 is
        100 %). Both are below 0 where lower is better. With `se` limits by the delta method; without, those of the
        fraction times everyone's level. NaN with fewer than 2 groups, where the best group is missing or the mean is
        0 [walter1976]_ [whohi2013]_.

    Raises
    ------
    ValueError
        A negative population or standard error, or no groups axis.
    """
    share, level, noise = groups_of(value, population, np.nan if se is None else se)
    chosen = np.asarray(best_group, dtype=np.int64)
    own = taken(share, chosen)
    known = ((share > 0).sum(axis=-1) > 1) & (own > 0)
    mean = np.where(known, (share * level).sum(axis=-1), np.nan)
    best = taken(level, chosen)
    z = normal_quantile(confidence)
    risk, fraction = best - mean, divided(best, mean) - 1.0
    if se is None:
        people = np.where(np.isnan(floats(population)), 0.0, floats(population)) * (share > 0)
        everyone = people.sum(axis=-1)
        b, m = best / scale, mean / scale
        log_noise = divided(1.0 - b, b * own * everyone) + divided(1.0 - m, m * everyone)
        log_noise = np.maximum(log_noise - 2.0 * divided(1.0 - b, m * everyone), 0.0)
        error = (fraction + 1.0) * np.sqrt(log_noise)
        risk_error = error * mean
    else:
        at_best = np.arange(level.shape[-1]) == chosen[..., None]
        risk_error = np.sqrt(((at_best - share) ** 2 * noise).sum(axis=-1))
        slope = divided(at_best - share * divided(best, mean)[..., None], mean[..., None])
        error = np.sqrt((slope**2 * noise).sum(axis=-1))
    return (
        Estimate(risk, risk - z * risk_error, risk + z * risk_error),
        Estimate(fraction, fraction - z * error, fraction + z * error),
    )


def _quadratic_noise(diagonal: Floats, vector: Floats, noise: Floats) -> tuple[Floats, Floats]:
    """Mean and variance that noise alone gives y'(diag(diagonal) - vector vector')y."""
    own = (diagonal - vector**2) * noise
    twice = (diagonal**2 - 2.0 * diagonal * vector**2) * noise**2
    return own.sum(axis=-1), 2.0 * (twice.sum(axis=-1) + (vector**2 * noise).sum(axis=-1) ** 2)


def _noise_free(raw: Floats, slope_noise: Floats, bias: Floats, noise: Floats, confidence: float) -> Spread:
    """A squared measure with the noise taken out, and limits that invert its distribution by halving.

    Noise can lower the mean log deviation where a group lies far above the others. It is then taken to add as little as
    a sum of squares can that varies as much: one degree of freedom.
    """
    bias = np.maximum(bias, np.sqrt(np.maximum(noise, 0.0) / 2.0))
    tail = float(special.ndtri(0.5 + checked_confidence(confidence) / 2.0))
    # With the groups exactly alike nothing tells which of them the spread would come from: an average of them does.
    steep = np.where(raw > 0, divided(slope_noise, 4.0 * raw), divided(noise, 2.0 * bias))
    spread = np.sqrt(np.maximum(slope_noise + noise, 0.0))
    missing = np.where(np.isnan(spread) | np.isnan(raw), np.nan, 0.0)
    if np.isnan(missing).all():
        return Spread(raw, spread, Estimate(missing, missing, missing))
    limits = []
    # A spread smaller than noise makes on average is luck: the upper limit is then that of the average.
    for target, seen in ((tail, raw), (-tail, np.maximum(raw, bias))):
        low, high = np.zeros_like(raw), seen + bias + _REACH * spread
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            above = _noncentral_score(seen, middle, bias, noise, steep) > target
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        above_none = _noncentral_score(seen, np.zeros_like(raw), bias, noise, steep) > target
        limits.append(np.where(above_none, 0.5 * (low + high), 0.0))
    exact = spread == 0
    low, high = (np.where(exact, raw, part) + missing for part in limits)
    value = np.maximum(raw - bias, 0.0) + missing
    return Spread(raw, spread, Estimate(value, low, high))


def _noncentral_score(raw: Floats, true: Floats, bias: Floats, noise: Floats, steep: Floats) -> Floats:
    """The normal score of the measure observed, were the true one as given.

    The measure over `unit` is taken as noncentral chi-square; its distribution is SciPy's where it is small and
    Sankaran's approximation where it is large.
    """
    unit = divided(noise + 4.0 * steep * true, 2.0 * bias + 4.0 * true)
    k, extra, x = (divided(part, unit) for part in (bias, true, raw))
    size = k + extra
    h = 1.0 - (2.0 / 3.0) * divided(size * (k + 3.0 * extra), (k + 2.0 * extra) ** 2)
    p = divided(k + 2.0 * extra, size**2)
    m = (h - 1.0) * (1.0 - 3.0 * h)
    reached = np.maximum(divided(x, size), 0.0) ** h
    middle = 1.0 + h * p * (h - 1.0 - 0.5 * (2.0 - h) * m * p)
    score = divided(reached - middle, h * np.sqrt(np.maximum(2.0 * p, 0.0)) * (1.0 + 0.5 * m * p))
    small = (np.maximum(x, size) < _EXACT_BELOW) & (k > 0)
    score[small] = special.ndtri(special.chndtr(x[small], k[small], extra[small]))
    return score


def _only(found: Spread, known: Flags) -> Spread:
    """The result where the measure exists, NaN elsewhere."""
    parts = (found.value, found.se, found.corrected.value, found.corrected.low, found.corrected.high)
    value, se, *limits = (np.where(known, part, np.nan) for part in parts)
    return Spread(value, se, Estimate(*limits))
