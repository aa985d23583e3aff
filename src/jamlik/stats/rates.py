"""Levels of one group: proportions, rates and means, with intervals and standard errors."""

import numpy as np
from scipy import special

from jamlik.stats._arrays import (
    Floats,
    Numbers,
    checked_confidence,
    checked_counts,
    divided,
    floats,
    normal_quantile,
    same_shape,
    t_quantile,
)
from jamlik.stats.results import Estimate

__all__ = [
    "byar_limits",
    "mean_interval",
    "poisson_limits",
    "rate_interval",
    "sample_variance",
    "standard_error_from_interval",
    "standard_error_of_mean",
    "standard_error_of_proportion",
    "standard_error_of_rate",
    "wilson_interval",
]

EXACT_BELOW = 10
"""Events below this take exact Poisson limits, from it on Byar's [ohid2023]_."""


def wilson_interval(*, count: Numbers, total: Numbers, confidence: float = 0.95) -> Estimate:
    """A proportion with its Wilson score interval.

    Parameters
    ----------
    count, total : float, shape (...)
        People with the outcome and people in all, 0 <= count <= total. Both may be fractional, as when a weighted
        survey is brought to its effective number of people.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        value, low, high : shape (...), unitless, 0 to 1. NaN where total is 0 or anything is missing. Low is exactly
        0 when count is 0, high exactly 1 when count equals total [wilson1927]_.

    Raises
    ------
    ValueError
        A count outside 0 to total, or a confidence outside 0 to 1.

    Notes
    -----
    Coverage of a 95 % interval swings with n and p, and falls to 84 % at n = 20 for the least lucky p [brown2001]_.
    """
    c, n = checked_counts(count, total)
    z = normal_quantile(confidence)
    share = divided(c, n)
    square = z * z
    half = z * np.sqrt(np.maximum(square + 4.0 * c * (1.0 - share), 0.0))
    middle = 2.0 * c + square
    scale = 2.0 * (n + square)
    low = np.where(c == 0, share, (middle - half) / scale)
    high = np.where(c == n, share, (middle + half) / scale)
    return Estimate(share, np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0))


def poisson_limits(*, count: Numbers, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Exact limits for the expected number of events behind a Poisson count.

    Parameters
    ----------
    count : float, shape (...)
        Events, >= 0.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    low, high : shape (...)
        In events. Low is 0 at zero events. NaN in, NaN out [garwood1936]_.
    """
    c = floats(count)
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    positive = np.where(c > 0, c, 1.0)
    low = np.where(c > 0, special.gammaincinv(positive, tail), 0.0 * c)
    return floats(low), floats(special.gammainccinv(c + 1.0, tail))


def byar_limits(*, count: Numbers, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Byar's approximation to the exact Poisson limits.

    Parameters
    ----------
    count : float, shape (...)
        Events, >= 0.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    low, high : shape (...)
        In events. Low is 0 at zero events. NaN in, NaN out [breslow1987]_.
    """
    c = floats(count)
    z = normal_quantile(confidence)
    positive = np.where(c > 0, c, 1.0)
    low = positive * (1.0 - 1.0 / (9.0 * positive) - z / (3.0 * np.sqrt(positive))) ** 3
    above = c + 1.0
    high = above * (1.0 - 1.0 / (9.0 * above) + z / (3.0 * np.sqrt(above))) ** 3
    return np.where(c > 0, low, 0.0 * c), high


def rate_interval(*, count: Numbers, exposure: Numbers, multiplier: float = 1.0, confidence: float = 0.95) -> Estimate:
    """Events per unit of exposure with Poisson limits: exact below 10 events, Byar's from 10.

    Parameters
    ----------
    count : float, shape (...)
        Events, >= 0; may exceed the exposure.
    exposure : float, shape (...)
        Person-years, people, hours; > 0.
    multiplier : float
        The rate is given per this many units of exposure (1000 for per 1000).
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        value, low, high : shape (...), events per `multiplier` units, >= 0. NaN where exposure is 0 or anything is
        missing. Zero events give value 0, low 0 and an exact high [garwood1936]_ [breslow1987]_ [ohid2023]_.

    Raises
    ------
    ValueError
        A negative count or exposure, or a confidence outside 0 to 1.
    """
    c, e = same_shape(count, exposure)
    if bool((c < 0).any()) or bool((e < 0).any()):
        raise ValueError("events and exposure must not be negative")
    exact_low, exact_high = poisson_limits(count=c, confidence=confidence)
    byar_low, byar_high = byar_limits(count=c, confidence=confidence)
    few = c < EXACT_BELOW
    low, high = np.where(few, exact_low, byar_low), np.where(few, exact_high, byar_high)
    return Estimate(*(divided(events, e) * multiplier for events in (c, low, high)))


def sample_variance(*, total: Numbers, square: Numbers, n: Numbers) -> Floats:
    """The variance between people (divisor n - 1) from their sum and their sum of squares.

    Parameters
    ----------
    total, square : float, shape (...)
        Sum of the values and sum of their squares.
    n : float, shape (...)
        Number of people.

    Returns
    -------
    float, shape (...)
        Squared units, >= 0; NaN where n < 2. A result that rounding made negative is 0. Where the mean is more than
        10 million standard deviations from zero the sums no longer carry the variance: subtract a constant first.
    """
    t, s, people = same_shape(total, square, n)
    enough = people > 1
    spread = s - t * divided(t, people)
    return floats(np.divide(np.maximum(spread, 0.0), people - 1.0, out=np.full(t.shape, np.nan), where=enough))


def mean_interval(*, total: Numbers, square: Numbers, n: Numbers, confidence: float = 0.95) -> Estimate:
    """A mean with its Student t interval, from the sum, the sum of squares and the number of people.

    Parameters
    ----------
    total, square : float, shape (...)
        Sum of the values and sum of their squares.
    n : float, shape (...)
        Number of people, >= 0.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        value, low, high : shape (...), in the unit of the values. Value is NaN where n is 0; the limits are NaN where
        n < 2. Limits equal the value where everyone has the same value [student1908]_.
    """
    t, s, people = same_shape(total, square, n)
    value = divided(t, people)
    error = np.sqrt(sample_variance(total=t, square=s, n=people) / np.where(people > 0, people, np.nan))
    half = t_quantile(confidence, people - 1.0) * error
    return Estimate(value, value - half, value + half)


def standard_error_of_proportion(*, count: Numbers, total: Numbers) -> Floats:
    """The standard error of a proportion, never zero for a finite base.

    Parameters
    ----------
    count, total : float, shape (...)
        People with the outcome and people in all, 0 <= count <= total.

    Returns
    -------
    float, shape (...)
        Unitless. sqrt(q (1 - q) / total) with q = (count + 1/2) / (total + 1), so that nobody or everybody having the
        outcome is not mistaken for certainty. NaN where total is 0 or anything is missing [brown2001]_.
    """
    c, n = checked_counts(count, total)
    q = (c + 0.5) / (n + 1.0)
    return np.sqrt(divided(q * (1.0 - q), n))


def standard_error_of_rate(*, count: Numbers, exposure: Numbers, multiplier: float = 1.0) -> Floats:
    """The standard error of a rate, never zero for a finite exposure.

    Parameters
    ----------
    count, exposure : float, shape (...)
        Events and exposure, >= 0.
    multiplier : float
        The rate is given per this many units of exposure.

    Returns
    -------
    float, shape (...)
        sqrt(count) / exposure × multiplier; half an event stands in for none. NaN where exposure is 0 or missing.
    """
    c, e = same_shape(count, exposure)
    return divided(np.sqrt(np.where(c == 0, 0.5, c)), e) * multiplier


def standard_error_of_mean(*, total: Numbers, square: Numbers, n: Numbers) -> Floats:
    """The standard error of a mean from the sum, the sum of squares and the number of people.

    Parameters
    ----------
    total, square, n : float, shape (...)
        As for `mean_interval`.

    Returns
    -------
    float, shape (...)
        In the unit of the values; NaN where n < 2.
    """
    people = floats(n)
    return np.sqrt(divided(sample_variance(total=total, square=square, n=people), people))


def standard_error_from_interval(*, low: Numbers, high: Numbers, confidence: float = 0.95) -> Floats:
    """The standard error behind a published symmetric interval.

    Parameters
    ----------
    low, high : float, shape (...)
        The published limits.
    confidence : float
        What the publisher states.

    Returns
    -------
    float, shape (...)
        (high - low) divided by twice the normal quantile; NaN where a limit is missing or they are the wrong way round.
    """
    lower, upper = same_shape(low, high)
    width = np.where(upper >= lower, upper - lower, np.nan)
    return floats(width / (2.0 * normal_quantile(confidence)))
