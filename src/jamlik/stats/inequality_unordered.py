"""Inequality over groups without an order: spread, entropy, distance from a centre, population impact."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from jamlik.stats._arrays import Floats, Numbers, checked_confidence, divided, floats, normal_quantile, same_shape
from jamlik.stats.results import Estimate, Result

__all__ = [
    "Deviation",
    "Spread",
    "attributable_risk",
    "between_group_spread",
    "entropy_index",
    "mean_deviation",
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


@dataclass(frozen=True, slots=True, eq=False)
class Deviation(Result):
    """The groups' mean distance from a centre, with limits by simulation.

    Attributes
    ----------
    value : float, shape (...)
        As the groups' values stand. Noise makes it too large.
    low, high : float, shape (...)
        Percentiles of the measure over values redrawn round those observed, which is how healthequal does it. They
        carry the noise twice: near equality they lie too high.
    """

    value: Floats
    low: Floats
    high: Floats


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
    Over 2 to 34 groups of 100 to 1,000 people, alike or not, a 95 % interval covers 94–97 % (97.5 % where all are
    alike); with 2 groups of 50 it falls to 89 %. value ± 1.96 se covers between 17 % (34 groups all alike) and 100 %;
    the value itself lies several times
    too high there.

    Raises
    ------
    ValueError
        A negative population or standard error, or no groups axis.
    """
    share, level, noise = _groups(value, population, se)
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
        curvature. NaN with fewer than 2 groups or a mean of 0 [theil1967]_ [whohi2013]_.

    Raises
    ------
    ValueError
        A negative level, population or standard error, or no groups axis.
    """
    share, level, noise = _groups(value, population, se)
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
    found = Spread(raw, np.sqrt(slope_noise), _noise_free(raw, slope_noise, *parts, confidence).corrected)
    return _only(found, (used.sum(axis=-1) > 1) & (mean[..., 0] > 0))


def mean_deviation(
    *,
    value: Numbers,
    population: Numbers,
    centre: Numbers | None = None,
    centre_group: npt.ArrayLike | None = None,
    weighted: bool = True,
    relative: bool = False,
    se: Numbers = np.nan,
    draws: int = 0,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> Deviation:
    """The groups' mean absolute distance from their mean, from a group (the best, a reference) or from a number.

    Parameters
    ----------
    value : float, shape (..., groups)
        Levels. Groups without a value or people are left out.
    population : float, shape (..., groups)
        People in each group, >= 0.
    centre : float, shape (...), optional
        A number known exactly, such as the setting's published average.
    centre_group : int, shape (...), optional
        The position of the group the others are held against. With neither, the mean weighted by people.
    weighted : bool
        Whether groups count by people or equally.
    relative : bool
        Divided by the centre: the index of disparity when the centre is the mean (1 is 100 %).
    se : float, shape (..., groups), optional
        The groups' standard errors, >= 0.
    draws : int
        How many times to redraw for limits; 0 gives none (NaN).
    rng : numpy.random.Generator
        Where the draws come from.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Deviation
        shape (...), in the unit of the values or unitless. NaN with fewer than 2 groups, where the centre group is
        missing, or where a relative centre is 0. All groups count in the mean, the centre group with distance 0
        [harper2005]_.

    Raises
    ------
    ValueError
        A negative population or standard error, both kinds of centre at once, or no groups axis.
    """
    if centre is not None and centre_group is not None:
        raise ValueError("give centre or centre_group, not both")
    checked_confidence(confidence)
    share, level, noise = _groups(value, population, se)
    used = share > 0
    weight = share if weighted else divided(used.astype(np.float64), used.sum(axis=-1, keepdims=True))
    fixed = None if centre is None else floats(centre)
    chosen = None if centre_group is None else np.asarray(centre_group, dtype=np.int64)

    def measured(levels: Floats) -> Floats:
        middle = _centre(levels, share, fixed, chosen)
        far = (weight * np.abs(levels - middle[..., None])).sum(axis=-1)
        return divided(far, middle) if relative else far

    known = used.sum(axis=-1) > 1
    whole = np.where(known, measured(np.where(used, level, 0.0)), np.nan)
    if draws == 0:
        return Deviation(whole, np.full(whole.shape, np.nan), np.full(whole.shape, np.nan))
    noisy = np.where(used, level, 0.0) + rng.standard_normal((draws, *level.shape)) * np.sqrt(noise)
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(measured(noisy), [tail, 1.0 - tail], axis=0)
    return Deviation(whole, np.where(known, low, np.nan), np.where(known, high, np.nan))


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
    share, level, noise = _groups(value, population, np.nan if se is None else se)
    chosen = np.asarray(best_group, dtype=np.int64)
    own = _taken(share, chosen)
    known = ((share > 0).sum(axis=-1) > 1) & (own > 0)
    mean = np.where(known, (share * level).sum(axis=-1), np.nan)
    best = _taken(level, chosen)
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


def _groups(value: Numbers, population: Numbers, se: Numbers) -> tuple[Floats, Floats, Floats]:
    """Shares of people, levels (0 where missing) and squared standard errors (0 where the group does not count)."""
    level, people, error = same_shape(value, population, se)
    if level.ndim == 0:
        raise ValueError("the groups need a last axis")
    if bool((people < 0).any()) or bool((error < 0).any()):
        raise ValueError("a population or standard error must not be negative")
    used = (people > 0) & ~np.isnan(level)
    inside = np.where(used, people, 0.0)
    share = np.nan_to_num(divided(inside, inside.sum(axis=-1, keepdims=True)))
    return share, np.where(used, level, 0.0), np.where(used, error**2, 0.0)


def _taken(values: Floats, position: npt.NDArray[np.int64]) -> Floats:
    """The value at a position on the last axis."""
    if values.shape[-1] == 0:
        return np.full(values.shape[:-1], np.nan)
    where = np.broadcast_to(position, values.shape[:-1])[..., None]
    return floats(np.take_along_axis(values, where, axis=-1)[..., 0])


def _centre(levels: Floats, share: Floats, fixed: Floats | None, chosen: npt.NDArray[np.int64] | None) -> Floats:
    if fixed is not None:
        return floats(np.broadcast_to(fixed, levels.shape[:-1]))
    if chosen is None:
        return floats((share * levels).sum(axis=-1))
    return np.where(_taken(np.broadcast_to(share, levels.shape), chosen) > 0, _taken(levels, chosen), np.nan)


def _quadratic_noise(diagonal: Floats, vector: Floats, noise: Floats) -> tuple[Floats, Floats]:
    """Mean and variance that noise alone gives y'(diag(diagonal) - vector vector')y."""
    own = (diagonal - vector**2) * noise
    twice = (diagonal**2 - 2.0 * diagonal * vector**2) * noise**2
    return own.sum(axis=-1), 2.0 * (twice.sum(axis=-1) + (vector**2 * noise).sum(axis=-1) ** 2)


def _noise_free(raw: Floats, slope_noise: Floats, bias: Floats, noise: Floats, confidence: float) -> Spread:
    """A squared measure with the noise taken out, and limits that invert its distribution by halving."""
    tail = float(special.ndtri(0.5 + checked_confidence(confidence) / 2.0))
    steep = divided(slope_noise, 4.0 * raw)
    spread = np.sqrt(np.maximum(slope_noise + noise, 0.0))
    limits = []
    for target in (tail, -tail):
        low, high = np.zeros_like(raw), raw + bias + _REACH * spread
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            above = _noncentral_score(raw, middle, bias, noise, steep) > target
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        above_none = _noncentral_score(raw, np.zeros_like(raw), bias, noise, steep) > target
        limits.append(np.where(above_none, 0.5 * (low + high), 0.0))
    missing = np.where(np.isnan(spread) | np.isnan(raw), np.nan, 0.0)
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
