"""Many groups or areas seen as a distribution: Gini, quantile ratios, and where people live apart."""

import math
from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from jamlik.stats._arrays import Floats, Numbers, checked_confidence, checked_counts, divided, exponential
from jamlik.stats._groups import groups_of, near_zero
from jamlik.stats._redraws import BLOCK, limits_by_redraw
from jamlik.stats.deviation import Deviation
from jamlik.stats.results import Estimate

__all__ = ["atkinson", "dissimilarity", "distribution_index", "exposure", "gini", "quantile_ratio"]

Index: TypeAlias = Literal["gini", "atkinson", "quantile_ratio"]


def gini(*, value: Numbers, population: Numbers) -> Floats:
    """The Gini coefficient between groups, weighted by people.

    Parameters
    ----------
    value : float, shape (..., groups)
        Levels, >= 0. Groups without a value or people are left out.
    population : float, shape (..., groups)
        People in each group, >= 0.

    Returns
    -------
    float, shape (...)
        0 (all alike) to 1, unitless: half the mean difference between two people's groups over the mean. NaN with
        fewer than 2 groups or a mean of 0. Noise in the values makes it too large [gini1914]_.

    Raises
    ------
    ValueError
        A negative level or population, or no groups axis.
    """
    level, share, groups = _sorted_shares(value, population)
    return np.where(groups > 1, _gini(level, share), np.nan)


def atkinson(*, value: Numbers, population: Numbers, aversion: float = 1.0) -> Floats:
    """The Atkinson index between groups, weighted by people.

    Parameters
    ----------
    value : float, shape (..., groups)
        Levels, >= 0. Groups without a value or people are left out.
    population : float, shape (..., groups)
        People in each group, >= 0.
    aversion : float
        How much more the least well off count, > 0; 1 compares the geometric mean with the mean.

    Returns
    -------
    float, shape (...)
        0 (all alike) to 1: the part of the mean that could be given up without loss, were all alike
        [atkinson1970]_. 1 where somebody is at 0 and aversion is 1 or more. NaN with fewer than 2 groups or a mean
        of 0. Noise in the values makes it too large.

    Raises
    ------
    ValueError
        A negative level or population, an aversion not above 0, or no groups axis.
    """
    if not aversion > 0.0:
        raise ValueError("aversion must be above 0")
    level, share, groups = _sorted_shares(value, population)
    return np.where(groups > 1, _atkinson(level, share, aversion), np.nan)


def distribution_index(
    *,
    value: Numbers,
    population: Numbers,
    se: Numbers = np.nan,
    measure: Index = "gini",
    draws: int = 0,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> Deviation:
    """Gini, Atkinson or P90/P10 of groups whose levels are uncertain, with limits and with the noise taken out.

    Parameters
    ----------
    value : float, shape (..., groups)
        Levels, >= 0. Groups without a value or people are left out.
    population : float, shape (..., groups)
        People in each group, >= 0.
    se : float, shape (..., groups), optional
        The groups' standard errors, >= 0.
    measure : {'gini', 'atkinson', 'quantile_ratio'}
        As the functions of those names, with their own defaults.
    draws : int
        How many times to redraw for limits; 0 gives none (NaN).
    rng : numpy.random.Generator
        Where the draws come from. A level drawn below 0 counts as 0.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Deviation
        shape (...), unitless; `corrected` as in `mean_deviation`, from the same turned test [efron1993]_: with all
        groups alike, low lies above equality in at most 2.5 % of samples. `corrected` is NaN where a group lies within
        1.5 standard errors of 0, where these indices are wild. NaN as for the measure.

    Raises
    ------
    ValueError
        A negative level, population or standard error, or no groups axis.
    """
    checked_confidence(confidence)
    share, level, noise = groups_of(value, population, se)
    if bool((level < 0).any()):
        raise ValueError("a level or population must not be negative")
    shape, width = level.shape[:-1], level.shape[-1]
    flat = [part.reshape(math.prod(shape), width) for part in (share, level, noise)]
    size, found = max(1, BLOCK // max(1, draws * width)), []
    forward, back = _AS_DISTANCE[measure]
    for start in range(0, max(1, flat[0].shape[0]), size):
        own, middle, error = (part[start : start + size] for part in flat)

        def measured(levels: Floats, own: Floats = own) -> Floats:
            ranked, shares = _ranked(np.maximum(levels, 0.0), np.broadcast_to(own, levels.shape))
            return forward(_INDICES[measure](ranked, shares))

        found.append(limits_by_redraw(measured, own, middle, error, None, draws, rng, confidence))
    whole = back(np.concatenate(found, axis=-1)).reshape(6, *shape)
    whole[3:] = np.where(near_zero(share, level, noise), np.nan, whole[3:])
    return Deviation(whole[0], whole[1], whole[2], Estimate(whole[3], whole[4], whole[5]))


def quantile_ratio(*, value: Numbers, population: Numbers, upper: float = 0.9, lower: float = 0.1) -> Floats:
    """The level that a share of people lie at or below, over the same for a smaller share: P90/P10.

    Parameters
    ----------
    value : float, shape (..., groups)
        Levels, >= 0. Groups without a value or people are left out.
    population : float, shape (..., groups)
        People in each group, >= 0; equal numbers for areas that count alike.
    upper, lower : float
        The shares, 0 < lower < upper < 1.

    Returns
    -------
    float, shape (...)
        >= 1, unitless. Each quantile is the first level at which the people up to it are at least the share
        [hyndman1996]_ (type 1). NaN with fewer than 2 groups or a lower quantile of 0.

    Raises
    ------
    ValueError
        A negative level or population, shares out of order, or no groups axis.
    """
    if not 0.0 < lower < upper < 1.0:
        raise ValueError("lower and upper must be shares of people with 0 < lower < upper < 1")
    level, share, groups = _sorted_shares(value, population)
    return np.where(groups > 1, _quantile_ratio(level, share, upper, lower), np.nan)


def dissimilarity(*, count: Numbers, total: Numbers) -> tuple[Floats, Floats, Floats]:
    """The index of dissimilarity: the share of a group that would have to move for it to be spread like the others.

    Parameters
    ----------
    count, total : float, shape (..., areas)
        The group's people and all people in each area; 0 <= count <= total. Areas of nobody or missing are left out.

    Returns
    -------
    value, by_chance, corrected : float, shape (...)
        The index, 0 to 1 [duncan1955]_; what it would be on average if people lived where they live without regard
        to the group, whose size is kept; that is large in small areas; and the share of what is possible beyond
        chance, (value - by_chance) / (1 - by_chance), below 0 where people live more evenly than by chance
        [carrington1997]_. NaN where the group or the others are nobody.

    Raises
    ------
    ValueError
        A count outside 0 to its total, or no areas axis.
    """
    own, everyone = _areas(count, total)
    others = everyone - own
    group, rest = own.sum(axis=-1, keepdims=True), others.sum(axis=-1, keepdims=True)
    value = 0.5 * np.abs(divided(own, group) - divided(others, rest)).sum(axis=-1)
    share = divided(group, group + rest)
    apart = _mean_absolute_deviation(everyone, np.clip(np.nan_to_num(share, nan=0.5), 1e-12, 1.0 - 1e-12))
    whole = group + rest
    apart = apart * np.sqrt(np.maximum(divided(whole - everyone, whole - 1.0), 0.0))
    by_chance = 0.5 * (apart * (divided(1.0, group) + divided(1.0, rest))).sum(axis=-1)
    by_chance = np.where(np.isnan(value), np.nan, np.minimum(by_chance, 1.0))
    return value, by_chance, divided(value - by_chance, 1.0 - by_chance)


def exposure(*, count: Numbers, other: Numbers, total: Numbers) -> Estimate:
    """The share of another group among those who live in the same area as the average person of a group.

    Parameters
    ----------
    count, other : float, shape (..., areas)
        People of the group and of the other in each area. Give the group itself as `other` for isolation: its people
        then meet their own group, themselves not counted.
    total : float, shape (..., areas)
        All people in each area.

    Returns
    -------
    Estimate
        value : shape (...), 0 to 1; low, high : the smallest and largest share in any area where the group lives, not
        confidence limits [bell1954]_. In areas of one person nobody is met: they are left out. NaN where the
        group is nobody.

    Raises
    ------
    ValueError
        A count outside 0 to its total, or no areas axis.
    """
    own, everyone = _areas(count, total)
    met, _ = _areas(other, total)
    same = own.shape == met.shape and bool((own == met).all())
    seen = divided(met - 1.0, everyone - 1.0) if same else divided(met, everyone)
    lives = (own > 0) & ~np.isnan(seen)
    seen = np.where(lives, np.clip(seen, 0.0, 1.0), 0.0)
    weight = np.where(lives, own, 0.0)
    value = divided((weight * seen).sum(axis=-1), weight.sum(axis=-1))
    some = np.where(np.isnan(value), np.nan, 0.0)
    low = np.where(lives, seen, 1.0).min(axis=-1, initial=1.0)
    return Estimate(value, low + some, np.where(lives, seen, 0.0).max(axis=-1, initial=0.0) + some)


def _sorted_shares(value: Numbers, population: Numbers) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Levels in rising order, their shares of people, and how many groups count."""
    share, level, _ = groups_of(value, population, 0.0)
    if bool((level < 0).any()):
        raise ValueError("a level or population must not be negative")
    return *_ranked(level, share), (share > 0).sum(axis=-1)


def _ranked(level: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Levels and shares in the order of the levels, groups of nobody last and at 0."""
    order = np.argsort(np.where(share > 0, level, np.inf), axis=-1, kind="stable")
    shares = np.take_along_axis(share, order, axis=-1)
    return np.where(shares > 0, np.take_along_axis(level, order, axis=-1), 0.0), shares


def _gini(level: Floats, share: Floats) -> Floats:
    place = share.cumsum(axis=-1) - share / 2.0
    between = divided(2.0 * (share * level * (place - 0.5)).sum(axis=-1), (share * level).sum(axis=-1))
    return np.maximum(between, 0.0)  # rounding


def _atkinson(level: Floats, share: Floats, aversion: float = 1.0) -> Floats:
    mean = (share * level).sum(axis=-1)
    some = np.where(share > 0, level, 1.0)
    with np.errstate(divide="ignore"):
        if aversion == 1.0:
            equal = exponential((share * np.log(np.where(share > 0, some, 1.0))).sum(axis=-1, where=share > 0))
        else:
            powers = np.where(share > 0, some ** (1.0 - aversion), 0.0)
            equal = (share * powers).sum(axis=-1, where=share > 0) ** (1.0 / (1.0 - aversion))
    return 1.0 - divided(equal, mean)


def _quantile_ratio(level: Floats, share: Floats, upper: float = 0.9, lower: float = 0.1) -> Floats:
    if not level.shape[-1]:
        return np.full(level.shape[:-1], np.nan)
    reached = share.cumsum(axis=-1)
    ends = []
    for part in (upper, lower):
        below = (reached < part - 1e-12).sum(axis=-1, keepdims=True)
        ends.append(np.take_along_axis(level, np.minimum(below, level.shape[-1] - 1), axis=-1)[..., 0])
    return divided(ends[0], ends[1])


_INDICES: dict[Index, Callable[[Floats, Floats], Floats]] = {
    "gini": _gini,
    "atkinson": _atkinson,
    "quantile_ratio": _quantile_ratio,
}
# Each index on a scale where it grows in proportion to the groups' distances, and back.
_AS_DISTANCE: dict[Index, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    "gini": (lambda index: index, lambda distance: distance),
    "atkinson": (
        lambda index: np.sqrt(np.maximum(-np.log(np.maximum(1.0 - index, 1e-300)), 0.0)),
        lambda distance: 1.0 - exponential(-(distance**2)),
    ),
    "quantile_ratio": (lambda index: np.log(np.maximum(index, 1e-300)), exponential),
}


def _areas(count: Numbers, total: Numbers) -> tuple[Floats, Floats]:
    """Counts and totals, 0 where the area does not count."""
    own, everyone = checked_counts(count, total)
    if own.ndim == 0:
        raise ValueError("the areas need a last axis")
    used = (everyone > 0) & ~np.isnan(own)
    return np.where(used, own, 0.0), np.where(used, everyone, 0.0)


def _mean_absolute_deviation(people: Floats, share: Floats) -> Floats:
    """De Moivre's mean absolute deviation of a binomial count; people are rounded to whole ones."""
    n = np.rint(people)
    top = np.minimum(np.floor(n * share) + 1.0, np.maximum(n, 1.0))
    ways = special.gammaln(n + 1.0) - special.gammaln(top + 1.0) - special.gammaln(np.maximum(n - top, 0.0) + 1.0)
    log_chance = ways + top * np.log(share) + (n - top + 1.0) * np.log1p(-share)
    return np.where(n > 0, 2.0 * top * np.exp(log_chance), 0.0)
