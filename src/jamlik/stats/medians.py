"""Medians and other quantiles of people's values, with limits that assume nothing of their distribution."""

import numpy as np
import numpy.typing as npt
from scipy import special

from jamlik.stats._arrays import Floats, Numbers, checked_confidence, divided, floats, normal_quantile, normal_two_sided
from jamlik.stats.results import Estimate, Gap

__all__ = ["median_difference", "quantile_interval"]


def quantile_interval(*, value: Numbers, quantile: float = 0.5, confidence: float = 0.95) -> Estimate:
    """A quantile of people's values with exact limits from the order of the values.

    Parameters
    ----------
    value : float, shape (..., people)
        One value for each person; NaN is nobody, so that groups of different size can lie beside one another.
    quantile : float
        Which quantile, between 0 and 1; 0.5 is the median.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        value, low, high : shape (...), in the unit of the values. The value is R's type 7, the limits the values whose
        ranks hold the quantile with at least the confidence in any distribution [conover1999]_. A limit is infinite
        where the people are too few to give one; all NaN where there is nobody.

    Raises
    ------
    ValueError
        A quantile outside 0 to 1, or no people axis.
    """
    if not 0.0 < quantile < 1.0:
        raise ValueError("quantile must lie between 0 and 1")
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    ranked, n = _ranked(value)
    whole = np.maximum(n, 1.0)
    place = quantile * (whole - 1.0)
    below = np.floor(place)
    first, second = _ranks(ranked, below + 1.0, n), _ranks(ranked, np.minimum(below + 2.0, whole), n)
    middle = first + (place - below) * (second - first)
    low, high = _binomial_rank(n, quantile, tail), n + 1.0 - _binomial_rank(n, 1.0 - quantile, tail)
    nobody = np.where(n > 0, 0.0, np.nan)
    lower = np.where(low < 1.0, -np.inf, _ranks(ranked, np.maximum(low, 1.0), n))
    upper = np.where(high > n, np.inf, _ranks(ranked, np.minimum(high, whole), n))
    return Estimate(middle + nobody, lower + nobody, upper + nobody)


def median_difference(*, value: Numbers, value_reference: Numbers, confidence: float = 0.95) -> Gap:
    """The difference between two independent groups' medians, group minus reference.

    Parameters
    ----------
    value, value_reference : float, shape (..., people)
        One value for each person; NaN is nobody. The two may have different numbers of people.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Gap
        value, low, high : shape (...), in the unit of the values, with standard errors from the distance between two
        order statistics round each median [price2002]_; p_value for no difference. Limits and p are NaN where a group
        has fewer than 5 people or where both groups' middle values are all the same.

    Raises
    ------
    ValueError
        No people axis.
    """
    own, spread = _median_and_error(value)
    other, spread_other = _median_and_error(value_reference)
    gap, error = own - other, np.hypot(spread, spread_other)
    error = np.where(error > 0, error, np.nan)
    half = normal_quantile(confidence) * error
    return Gap(gap, gap - half, gap + half, normal_two_sided(gap / error))


def _ranked(value: Numbers) -> tuple[Floats, Floats]:
    people = floats(value)
    if people.ndim == 0:
        raise ValueError("the people need a last axis")
    return np.sort(people, axis=-1), (~np.isnan(people)).sum(axis=-1).astype(np.float64)


def _ranks(ranked: Floats, rank: Floats, n: Floats) -> Floats:
    """The value at a rank from 1; NaN where there is nobody."""
    if ranked.shape[-1] == 0:
        return np.full(ranked.shape[:-1], np.nan)
    at: npt.NDArray[np.int64] = np.clip(np.nan_to_num(rank) - 1.0, 0, ranked.shape[-1] - 1).astype(np.int64)
    return floats(np.where(n > 0, np.take_along_axis(ranked, at[..., None], axis=-1)[..., 0], np.nan))


def _binomial_rank(n: Floats, share: float, tail: float) -> Floats:
    """The highest rank whose value lies above the quantile with no more than the tail's chance; 0 for none."""
    low, high = np.zeros_like(n), n + 1.0
    for _ in range(64):
        middle = np.floor(0.5 * (low + high))
        chance = special.bdtr(np.maximum(middle - 1.0, 0.0), np.maximum(n, 1.0).astype(np.int64), share)
        fits = (middle >= 1.0) & (chance <= tail)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        if bool((high - low <= 1.0).all()):
            break
    return low


def _median_and_error(value: Numbers) -> tuple[Floats, Floats]:
    ranked, n = _ranked(value)
    whole = np.maximum(n, 1.0)
    lower, upper = np.floor((whole + 1.0) / 2.0), np.ceil((whole + 1.0) / 2.0)
    median = 0.5 * (_ranks(ranked, lower, n) + _ranks(ranked, upper, n))
    rank = np.maximum(np.rint((whole + 1.0) / 2.0 - np.sqrt(whole)), 1.0)
    chance = special.bdtr(rank - 1.0, whole.astype(np.int64), 0.5)
    width = _ranks(ranked, whole - rank + 1.0, n) - _ranks(ranked, rank, n)
    error = divided(width, 2.0 * special.ndtri(1.0 - np.minimum(chance, 0.49)))
    return median, np.where(n >= 5, error, np.nan)
