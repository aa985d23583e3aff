"""Two groups' rates of events: difference and ratio, with intervals and p-values that hold for few events."""

import numpy as np
from scipy import special

from jamlik.stats._arrays import Floats, Numbers, checked_confidence, divided, floats, same_shape
from jamlik.stats.rates import rate_interval
from jamlik.stats.results import Gap

__all__ = ["rate_difference", "rate_ratio"]


def rate_difference(
    *,
    count: Numbers,
    exposure: Numbers,
    count_reference: Numbers,
    exposure_reference: Numbers,
    multiplier: float = 1.0,
    confidence: float = 0.95,
) -> Gap:
    """The difference between two independent rates of events, group minus reference.

    Parameters
    ----------
    count, count_reference : float, shape (...)
        Events, >= 0.
    exposure, exposure_reference : float, shape (...)
        Person-years, people or hours, >= 0.
    multiplier : float
        The difference is given per this many units of exposure.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Gap
        value, low, high : shape (...), events per `multiplier`. The limits join those of the two rates (exact below
        10 events, Byar's from 10) as [zou2008]_ does, and have a width even where a count is 0.
        p_value : given the events in all, the group's are binomial under no difference; exact with mid-p, twice the
        smaller tail [przyborowski1940]_. NaN where an exposure is 0 or anything is missing, 1 where there are no
        events at all.

    Raises
    ------
    ValueError
        A negative count or exposure.
    """
    c, e, c0, e0 = same_shape(count, exposure, count_reference, exposure_reference)
    group = rate_interval(count=c, exposure=e, multiplier=multiplier, confidence=confidence)
    other = rate_interval(count=c0, exposure=e0, multiplier=multiplier, confidence=confidence)
    value = group.value - other.value
    low = value - np.hypot(group.value - group.low, other.high - other.value)
    high = value + np.hypot(group.high - group.value, other.value - other.low)
    return Gap(value, low, high, _conditional_mid_p(c, e, c0, e0))


def rate_ratio(
    *,
    count: Numbers,
    exposure: Numbers,
    count_reference: Numbers,
    exposure_reference: Numbers,
    confidence: float = 0.95,
) -> Gap:
    """The ratio of two independent rates of events, group divided by reference.

    Parameters
    ----------
    count, exposure, count_reference, exposure_reference : float, shape (...)
        As for `rate_difference`.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Gap
        value : shape (...), unitless, >= 0. NaN where the reference's count is 0.
        low, high : exact (Clopper and Pearson's limits for the group's part of the events, turned into a ratio), so
        they cover at least as often as stated [przyborowski1940]_. Low is 0 where the group's count is 0, high
        infinite where the reference's is; NaN where both are.
        p_value : as for `rate_difference`.

    Raises
    ------
    ValueError
        A negative count or exposure.
    """
    c, e, c0, e0 = same_shape(count, exposure, count_reference, exposure_reference)
    _refuse_negative(c, e, c0, e0)
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    share_low = np.where(c > 0, special.betaincinv(np.where(c > 0, c, 1.0), c0 + 1.0, tail), 0.0 * c)
    share_high = np.where(c0 > 0, special.betaincinv(c + 1.0, np.where(c0 > 0, c0, 1.0), 1.0 - tail), 1.0 + 0.0 * c0)
    scale = divided(e0, e)
    scale = np.where(e0 > 0, scale, np.nan)
    low = scale * divided(share_low, 1.0 - share_low)
    high = scale * np.where(share_high < 1.0, divided(share_high, 1.0 - share_high), np.inf)
    some = np.where(c + c0 > 0, 0.0, np.nan)
    value = divided(divided(c, e), divided(c0, e0))
    return Gap(value, low + some, high + some, _conditional_mid_p(c, e, c0, e0))


def _refuse_negative(*parts: Floats) -> None:
    if any(bool((part < 0).any()) for part in parts):
        raise ValueError("events and exposure must not be negative")


def _conditional_mid_p(count: Floats, exposure: Floats, count_reference: Floats, exposure_reference: Floats) -> Floats:
    """Twice the smaller mid-p tail of the group's part of the events."""
    known = (exposure > 0) & (exposure_reference > 0) & ~np.isnan(count) & ~np.isnan(count_reference)
    part = np.where(known, divided(exposure, exposure + exposure_reference), 0.5)
    c, c0 = np.where(known, count, 1.0), np.where(known, count_reference, 1.0)
    at_least = np.where(c > 0, special.betainc(np.where(c > 0, c, 1.0), c0 + 1.0, part), 1.0)
    more = np.where(c0 > 0, special.betainc(c + 1.0, np.where(c0 > 0, c0, 1.0), part), 0.0)
    upper = 0.5 * (at_least + more)
    p = np.where(c + c0 > 0, np.minimum(1.0, 2.0 * np.minimum(upper, 1.0 - upper)), 1.0)
    same = np.abs(c * exposure_reference - c0 * exposure) <= 1e-12 * np.abs(c * exposure_reference)
    return floats(np.where(known, np.where(same, 1.0, p), np.nan))
