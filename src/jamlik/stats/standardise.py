"""Levels made comparable: each group's strata weighted alike."""

from typing import Literal

import numpy as np
from scipy import special

from jamlik.stats._arrays import (
    Floats,
    Numbers,
    checked_confidence,
    checked_counts,
    divided,
    same_shape,
    t_quantile,
)
from jamlik.stats.rates import byar_limits, rate_interval, sample_variance, wilson_interval
from jamlik.stats.results import Estimate

__all__ = ["standardised_mean", "standardised_proportion", "standardised_rate", "standardised_ratio"]

_BORROWED = 4.0
"""People's worth of the pooled proportion that each stratum borrows for its variance, never for its value."""


def standardised_proportion(*, count: Numbers, total: Numbers, weight: Numbers, confidence: float = 0.95) -> Estimate:
    """A proportion standardised to a common composition of strata.

    Parameters
    ----------
    count, total : float, shape (..., strata)
        People with the outcome and people in all in each stratum; 0 <= count <= total.
    weight : float, shape (..., strata)
        The common composition: any scale, >= 0, divided here by its sum.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        value, low, high : shape (...), unitless, 0 to 1. NaN where a stratum has weight but nobody in it, or where
        anything is missing in a stratum with weight; strata of weight 0 are ignored.
        The interval is Wilson's at the effective number of people, theta (1 - theta) / variance, in the manner of
        [korn1998]_; in the variance each stratum's proportion is drawn a little (4 people's worth) towards the pooled
        one, so that an empty-handed stratum is not taken for a certain one. With one stratum it is Wilson's interval.

    Raises
    ------
    ValueError
        A count outside 0 to total, or a negative weight.

    Notes
    -----
    In simulation with unlike strata a 95 % interval covers 94.2–95.2 % with 4 to 50 strata, of 2 to 6 people each or
    of hundreds; 92.7–93.0 % where a stratum of 3 to 5 people carries as much weight as one of 400.
    """
    c, n = checked_counts(count, total)
    c, n, w = _weighted(c, n, weight)
    share = divided(c, n)
    used = w > 0
    value = _sum(w * share, used)
    people = _sum(n, used)
    pooled = divided(_sum(c, used), people)[..., None]
    smooth = divided(c + _BORROWED * pooled, n + _BORROWED)
    variance = _sum(divided(w**2 * smooth * (1.0 - smooth), n), used)
    centre = _sum(w * smooth, used)
    same = divided(1.0, _sum(divided(w**2, n), used))
    effective = np.where(variance > 0, divided(centre * (1.0 - centre), variance), same)
    known = ~np.isnan(value)
    effective = np.where(known, effective, 0.0)
    inside = np.where(known, np.clip(value, 0.0, 1.0), 0.0)
    limits = wilson_interval(count=inside * effective, total=effective, confidence=confidence)
    return Estimate(value, limits.low, limits.high)


def standardised_mean(
    *, total: Numbers, square: Numbers, n: Numbers, weight: Numbers, confidence: float = 0.95
) -> Estimate:
    """A mean standardised to a common composition of strata.

    Parameters
    ----------
    total, square, n : float, shape (..., strata)
        Sum of the values, sum of their squares and number of people in each stratum.
    weight : float, shape (..., strata)
        The common composition: any scale, >= 0, divided here by its sum.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        value, low, high : shape (...), in the unit of the values. NaN where a stratum has weight but nobody in it.
        Student t interval with Satterthwaite's degrees of freedom [satterthwaite1946]_; a stratum of one person
        takes the variance pooled over the others, and where no stratum has two people the limits are NaN.

    Raises
    ------
    ValueError
        A negative weight.
    """
    t, s, people = same_shape(total, square, n)
    t, s, people, w = _weighted(t, s, people, weight)
    used = w > 0
    value = _sum(w * divided(t, people), used)
    own = sample_variance(total=t, square=s, n=people)
    freedom = np.where(used & (people > 1), people - 1.0, 0.0)
    pooled_freedom = freedom.sum(axis=-1)
    pooled = divided(np.where(freedom > 0, own * freedom, 0.0).sum(axis=-1), pooled_freedom)
    alone = freedom == 0
    spread = divided(w**2 * np.where(alone, pooled[..., None], own), people)
    parts = divided(spread**2, np.where(alone, pooled_freedom[..., None], freedom))
    variance = _sum(spread, used)
    df = divided(variance**2, _sum(parts, used))
    half = np.where(variance == 0, 0.0, t_quantile(confidence, df) * np.sqrt(variance))
    half = np.where(np.isnan(variance), np.nan, half)
    return Estimate(value, value - half, value + half)


def standardised_rate(
    *,
    count: Numbers,
    exposure: Numbers,
    weight: Numbers,
    multiplier: float = 100_000.0,
    minimum_count: float = 10.0,
    interval: Literal["dobson", "fay_feuer"] = "dobson",
    confidence: float = 0.95,
) -> Estimate:
    """A directly standardised rate with Dobson's or Fay and Feuer's interval.

    Parameters
    ----------
    count : float, shape (..., strata)
        Events in each stratum, >= 0.
    exposure : float, shape (..., strata)
        Person-years or people in each stratum.
    weight : float, shape (..., strata)
        The standard population: any scale, >= 0.
    multiplier : float
        The rate is given per this many units of exposure.
    minimum_count : float
        With fewer events in all, the result is NaN (OHID's rule) [ohid2023]_. Fay and Feuer's interval stands with
        any number; give 0 to see it.
    interval : {'dobson', 'fay_feuer'}
        Byar's limits of the events in all, carried to the standardised scale [dobson1991]_; or gamma limits, which
        cover at least as often as stated even where weights are very unequal and events few [fay1997]_.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        value, low, high : shape (...), events per `multiplier`. NaN where a stratum has weight but no exposure, where
        anything is missing, or with fewer than `minimum_count` events. Zero events give 0 with a gamma high limit, and
        NaN limits by Dobson's method.

    Raises
    ------
    ValueError
        A negative count, exposure or weight.
    """
    c, e = same_shape(count, exposure)
    if bool((c < 0).any()) or bool((e < 0).any()):
        raise ValueError("events and exposure must not be negative")
    c, e, w = _weighted(c, e, weight)
    used = w > 0
    value = _sum(w * divided(c, e), used)
    variance = _sum(divided(w**2 * c, e**2), used)
    events = _sum(c, used)
    if interval == "dobson":
        byar_low, byar_high = byar_limits(count=events, confidence=confidence)
        scale = np.sqrt(divided(variance, events))
        low, high = value + scale * (byar_low - events), value + scale * (byar_high - events)
    else:
        low, high = _gamma_limits(value, variance, np.where(used, divided(w, e), 0.0).max(axis=-1), confidence)
    enough = np.where(events >= minimum_count, multiplier, np.nan)
    return Estimate(value * enough, low * enough, high * enough)


def standardised_ratio(
    *, count: Numbers, exposure: Numbers, rate: Numbers, multiplier: float = 1.0, confidence: float = 0.95
) -> Estimate:
    """An indirectly standardised ratio: events over those expected at a reference's rates.

    Parameters
    ----------
    count : float, shape (..., strata)
        Events in each stratum, >= 0; only their sum matters.
    exposure : float, shape (..., strata)
        Person-years or people in each stratum, >= 0.
    rate : float, shape (..., strata)
        The reference's events per unit of exposure, >= 0, taken as known. Multiply the result by the reference's
        whole rate for an indirectly standardised rate.
    multiplier : float
        100 for a ratio where the reference is 100.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        value, low, high : shape (...). Exact Poisson limits below 10 events, Byar's from 10 [garwood1936]_
        [breslow1987]_. NaN where nothing is expected or anything is missing in a stratum with exposure.

    Raises
    ------
    ValueError
        A negative count, exposure or rate.
    """
    c, e, r = same_shape(count, exposure, rate)
    if c.ndim == 0:
        raise ValueError("the strata need a last axis")
    if bool((c < 0).any()) or bool((e < 0).any()) or bool((r < 0).any()):
        raise ValueError("events, exposure and rates must not be negative")
    expected = np.where(e == 0, 0.0, e * r).sum(axis=-1)
    return rate_interval(count=c.sum(axis=-1), exposure=expected, multiplier=multiplier, confidence=confidence)


def _gamma_limits(value: Floats, variance: Floats, heaviest: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Fay and Feuer's limits; `heaviest` is the largest weight that one event can carry."""
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    shape = divided(value**2, variance)
    some = np.where(shape > 0, shape, 1.0)
    low = np.where(value == 0, 0.0, divided(variance, value) * special.gammaincinv(some, tail))
    upper, spread = value + heaviest, variance + heaviest**2
    high = divided(spread, upper) * special.gammainccinv(np.nan_to_num(divided(upper**2, spread), nan=1.0), tail)
    return np.where(np.isnan(value), np.nan, low), np.where(np.isnan(value), np.nan, high)


def _weighted(*parts_and_weight: Numbers) -> tuple[Floats, ...]:
    """The parts and the weights in one shape, the weights divided by their sum."""
    parts = same_shape(*parts_and_weight)
    if parts[-1].ndim == 0:
        raise ValueError("the strata need a last axis")
    if bool((parts[-1] < 0).any()):
        raise ValueError("a weight must not be negative")
    return (*parts[:-1], divided(parts[-1], parts[-1].sum(axis=-1, keepdims=True)))


def _sum(values: Floats, used: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    """Sum over the strata that carry weight; NaN where none does or one of them is missing."""
    summed = np.where(used, values, 0.0).sum(axis=-1)
    return np.where(used.any(axis=-1), summed, np.nan)
