"""Inequality over groups with an order: slope, relative and concentration indices."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from jamlik.stats._arrays import Floats, Numbers, divided, exponential, floats, normal_quantile, same_shape, t_quantile
from jamlik.stats.results import Estimate, Result

__all__ = ["Form", "Noise", "SlopeIndex", "concentration_index", "cumulative_rank", "slope_index"]

Flags: TypeAlias = npt.NDArray[np.bool_]
Form: TypeAlias = Literal["linear", "logit", "log", "logit_levels", "log_levels"]
Link: TypeAlias = Literal["linear", "logit", "log"]
Noise: TypeAlias = Literal["groups", "line", "who"]
Concentration: TypeAlias = Literal["absolute", "relative", "wagstaff", "erreygers"]

_STEPS = 40


@dataclass(frozen=True, slots=True, eq=False)
class SlopeIndex(Result):
    """The slope and the relative index of inequality.

    Attributes
    ----------
    sii : Estimate, shape (...)
        Fitted level at the most advantaged end less that at the most disadvantaged, in the unit of the values.
    rii : Estimate, shape (...)
        The one divided by the other; 1 is equality.
    sii_se, rii_log_se : float, shape (...)
        Standard errors, of the slope index and of the logarithm of the relative one.
    """

    sii: Estimate
    rii: Estimate
    sii_se: Floats
    rii_log_se: Floats


def cumulative_rank(*, population: Numbers) -> Floats:
    """Each group's place from the most disadvantaged (0) to the most advantaged (1): the midpoint of its people.

    Parameters
    ----------
    population : float, shape (..., groups)
        People in each group, ordered from the most disadvantaged; NaN and 0 are groups of nobody.

    Returns
    -------
    float, shape (..., groups)
        0 to 1; NaN for groups of nobody [whohi2013]_.

    Raises
    ------
    ValueError
        A negative population, or no groups axis.
    """
    share, used = _shares(floats(population), np.zeros(()))
    return np.where(used, share.cumsum(axis=-1) - share / 2.0, np.nan)


def slope_index(
    *,
    value: Numbers,
    population: Numbers,
    se: Numbers = np.nan,
    rank: Numbers | None = None,
    form: Form = "linear",
    scale: float = 1.0,
    noise: Noise = "groups",
    confidence: float = 0.95,
) -> SlopeIndex:
    """The slope and relative indices of inequality over ordered groups.

    Parameters
    ----------
    value : float, shape (..., groups)
        Levels, the most disadvantaged group first. Groups without a value or people are left out and the ranks made
        without them.
    population : float, shape (..., groups)
        People in each group, >= 0; each counts once.
    se : float, shape (..., groups), optional
        The groups' standard errors, needed for ``noise="groups"``.
    rank : float, shape (..., groups), optional
        Each group's place, 0 to 1, where it is not to be made from `population`; no group may lack one.
    form : {'linear', 'logit', 'log', 'logit_levels', 'log_levels'}
        The line: in the levels (least squares weighted by people), their log odds (quasi-binomial) or their logarithm
        (quasi-Poisson); or least squares on each level's log odds or logarithm, as OHID does, which takes no level at
        0 or, for log odds, at `scale`.
    scale : float
        What 100 % is in the unit of the values (1, 100 or 1000), for the logit form; never guessed.
    noise : {'groups', 'line', 'who'}
        Where the interval comes from. 'groups': the groups' standard errors and the normal distribution. 'line': how
        far the groups lie from the line, Student's t with groups - 2 degrees of freedom; for groups without standard
        errors. 'who': as healthequal does, the same distances with HC1 and the normal distribution, which covers too
        seldom for few groups.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    SlopeIndex
        The relative index has a log-normal interval. NaN with fewer than 2 groups; limits by 'line' and 'who' need 3.
        In the linear form the relative index is NaN where an end of the line is not above 0 [mackenbach1997]_
        [moreno2015]_.

    Raises
    ------
    ValueError
        A negative population or standard error; a level its form cannot take.
    """
    y, n, s = same_shape(value, population, se)
    share, used = _shares(n, y)
    _check_levels(y, used, s, form, scale)
    unit = scale if form.startswith("logit") else 1.0
    link, line = _links(form)
    level, error = _on_the_line(y / unit, s / unit, used, "linear" if line == link else link)
    place = share.cumsum(axis=-1) - share / 2.0 if rank is None else floats(rank)
    rank = np.where(used, place, 0.0)
    start, slope, fitted, steepness = _fitted_line(level, rank, share, used, line)
    enough = used.sum(axis=-1) >= (2 if noise == "groups" else 3)
    spread = _coefficient_covariance(level - fitted, error, rank, share, steepness, used, noise)
    first, last = _means(start, link), _means(start + slope, link)
    groups = used.sum(axis=-1)
    quantile = t_quantile(confidence, groups - 2.0) if noise == "line" else floats(normal_quantile(confidence))
    rise_first, rise_last = _steepness(first, link), _steepness(last, link)
    sii_se = np.where(enough, _delta(spread, rise_last - rise_first, rise_last), np.nan) * unit
    possible = (first > 0) & (last > 0)
    relative_first, relative_last = divided(rise_first, first), divided(rise_last, last)
    log_se = np.where(enough & possible, _delta(spread, relative_last - relative_first, relative_last), np.nan)
    known = groups >= 2
    sii = np.where(known, (last - first) * unit, np.nan)
    rii = np.where(known & possible, divided(last, first), np.nan)
    log_rii, half = np.log(rii), quantile * log_se
    return SlopeIndex(
        sii=Estimate(sii, sii - quantile * sii_se, sii + quantile * sii_se),
        rii=Estimate(rii, exponential(log_rii - half), exponential(log_rii + half)),
        sii_se=sii_se,
        rii_log_se=log_se,
    )


def concentration_index(
    *,
    value: Numbers,
    population: Numbers,
    se: Numbers = np.nan,
    form: Concentration = "relative",
    bounds: tuple[float, float] = (0.0, 1.0),
    noise: Noise = "groups",
    confidence: float = 0.95,
) -> tuple[Estimate, Floats]:
    """The concentration index over ordered groups: above 0 where the advantaged have more of what is measured.

    Parameters
    ----------
    value, population, se : float, shape (..., groups)
        As for `slope_index`.
    form : {'absolute', 'relative', 'wagstaff', 'erreygers'}
        'absolute' in the unit of the values (twice the covariance of level and rank), 'relative' that over the mean,
        'wagstaff' and 'erreygers' for a level that cannot leave its bounds.
    bounds : (float, float)
        The least and greatest possible value, for the two last forms.
    noise : {'groups', 'line', 'who'}
        As for `slope_index`; 'who' is the convenience regression's own standard error with the normal distribution,
        'line' the same with Student's t.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        value, low, high : shape (...). NaN with fewer than 2 groups, and where the mean is 0 (relative) or at a bound
        (wagstaff) [kakwani1997]_ [wagstaff2005]_ [erreygers2009]_.
    float, shape (...)
        The standard error.

    Raises
    ------
    ValueError
        A negative population or standard error, or bounds the wrong way round.
    """
    y, n, s = same_shape(value, population, se)
    share, used = _shares(n, y)
    if bool((s < 0).any()):
        raise ValueError("a standard error must not be negative")
    lower, upper = bounds
    if not lower < upper:
        raise ValueError(f"bounds must rise, and {bounds} do not")
    level, error = np.where(used, y, 0.0), np.where(used, s, 0.0)
    place = np.where(used, share.cumsum(axis=-1) - share / 2.0 - 0.5, 0.0)
    mean = (share * level).sum(axis=-1)
    absolute = 2.0 * (share * place * level).sum(axis=-1)
    factor, bend = _concentration_factor(mean, form, lower, upper)
    groups = used.sum(axis=-1)
    if noise == "groups":
        weight = 2.0 * share * place * factor[..., None] + share * (absolute * bend)[..., None]
        spread = np.sqrt(((weight * error) ** 2).sum(axis=-1))
        quantile = floats(normal_quantile(confidence))
    else:
        spread = _convenience_error(level, place, share, groups) * np.abs(factor)
        quantile = t_quantile(confidence, groups - 2.0) if noise == "line" else floats(normal_quantile(confidence))
    index = np.where(groups >= 2, absolute * factor, np.nan)
    spread = np.where(groups >= 2, spread, np.nan)
    return Estimate(index, index - quantile * spread, index + quantile * spread), spread


def _shares(population: Floats, value: Floats) -> tuple[Floats, Flags]:
    """Each group's share of the people in groups that count, and which do."""
    people, level = same_shape(population, value)
    if people.ndim == 0:
        raise ValueError("the groups need a last axis, the most disadvantaged first")
    if bool((people < 0).any()):
        raise ValueError("a population must not be negative")
    used = (people > 0) & ~np.isnan(level)
    inside = np.where(used, people, 0.0)
    return np.nan_to_num(divided(inside, inside.sum(axis=-1, keepdims=True))), used


def _check_levels(value: Floats, used: Flags, se: Floats, form: Form, scale: float) -> None:
    if bool((se < 0).any()):
        raise ValueError("a standard error must not be negative")
    strict = form.endswith("_levels")
    if form != "linear" and bool((used & ((value < 0) | (strict & (value == 0)))).any()):
        raise ValueError(f"the {form} form takes no level {'at or ' if strict else ''}below 0")
    if form.startswith("logit") and bool((used & ((value > scale) | (strict & (value == scale)))).any()):
        raise ValueError(f"the {form} form takes no level {'at or ' if strict else ''}above scale, which is {scale}")


def _means(line: Floats, form: Link) -> Floats:
    """The levels on the line, clear of overflow."""
    if form == "linear":
        return line
    return floats(special.expit(line)) if form == "logit" else np.exp(np.clip(line, -700.0, 700.0))


def _steepness(mean: Floats, form: Link) -> Floats:
    """How fast the level rises with the line, given the level."""
    if form == "linear":
        return np.ones_like(mean)
    return mean * (1.0 - mean) if form == "logit" else mean


def _line_through(mean: Floats, form: Link) -> Floats:
    """Where a flat line lies whose level is the mean, kept off the bounds."""
    if form == "linear":
        return mean
    if form == "logit":
        return floats(special.logit(np.clip(mean, 1e-9, 1.0 - 1e-9)))
    return np.log(np.maximum(mean, 1e-9))


def _links(form: Form) -> tuple[Link, Link]:
    """What turns the line into levels at its ends, and what the fit itself uses."""
    links: dict[Form, tuple[Link, Link]] = {
        "linear": ("linear", "linear"),
        "logit": ("logit", "logit"),
        "log": ("log", "log"),
        "logit_levels": ("logit", "linear"),
        "log_levels": ("log", "linear"),
    }
    return links[form]


def _on_the_line(value: Floats, se: Floats, used: Flags, link: Link) -> tuple[Floats, Floats]:
    """Levels and standard errors on the scale of the line; 0 for groups that do not count."""
    inside = np.where(used, value, 0.5)
    rise = _steepness(inside, link)
    if link == "linear":
        level = inside
    else:
        level = floats(special.logit(inside)) if link == "logit" else np.log(inside)
    return np.where(used, level, 0.0), np.where(used, se / rise, 0.0)


def _fitted_line(
    level: Floats, rank: Floats, share: Floats, used: Flags, form: Link
) -> tuple[Floats, Floats, Floats, Floats]:
    """Start, slope, fitted levels and their steepness, by Newton's method in all settings at once."""
    mean = (share * level).sum(axis=-1)
    start = _line_through(mean, form)
    slope = np.zeros_like(start)
    longest = np.inf if form == "linear" else 8.0
    for _ in range(1 if form == "linear" else _STEPS):
        fitted = _means(start[..., None] + slope[..., None] * rank, form)
        weight = share * _steepness(fitted, form)
        a, b, d = weight.sum(axis=-1), (weight * rank).sum(axis=-1), (weight * rank**2).sum(axis=-1)
        left = share * (level - fitted)
        u, v = left.sum(axis=-1), (left * rank).sum(axis=-1)
        size = a * d - b * b
        size = np.where(size > 1e-14 * a * d, size, 0.0)
        start = start + np.clip(np.nan_to_num(divided(d * u - b * v, size)), -longest, longest)
        slope = slope + np.clip(np.nan_to_num(divided(a * v - b * u, size)), -longest, longest)
    fitted = np.where(used, _means(start[..., None] + slope[..., None] * rank, form), 0.0)
    return start, slope, fitted, _steepness(fitted, form)


def _coefficient_covariance(
    residual: Floats, error: Floats, rank: Floats, share: Floats, steepness: Floats, used: Flags, noise: Noise
) -> tuple[Floats, Floats, Floats]:
    """Variances of start and slope and their covariance: (start, both, slope)."""
    groups = used.sum(axis=-1)
    weight = share * steepness
    a, b, d = weight.sum(axis=-1), (weight * rank).sum(axis=-1), (weight * rank**2).sum(axis=-1)
    size = a * d - b * b
    if noise == "line":
        squares = divided(np.where(used, share * residual**2, 0.0), np.where(used, steepness, 1.0)).sum(axis=-1)
        each = divided(squares, np.where(groups > 2, groups - 2.0, np.nan))
        return divided(each * d, size), divided(-each * b, size), divided(each * a, size)
    if noise == "who":
        inflation = divided(groups, np.where(groups > 2, groups - 2.0, np.nan))
        middle = share**2 * residual**2 * inflation[..., None]
    else:
        middle = share**2 * error**2
    p, q, r = middle.sum(axis=-1), (middle * rank).sum(axis=-1), (middle * rank**2).sum(axis=-1)
    square = size**2
    return (
        divided(d * d * p - 2.0 * b * d * q + b * b * r, square),
        divided(-b * d * p + (a * d + b * b) * q - a * b * r, square),
        divided(b * b * p - 2.0 * a * b * q + a * a * r, square),
    )


def _delta(covariance: tuple[Floats, Floats, Floats], of_start: Floats, of_slope: Floats) -> Floats:
    """The standard error of a function of start and slope with these derivatives."""
    first, both, second = covariance
    return np.sqrt(np.maximum(first * of_start**2 + 2.0 * both * of_start * of_slope + second * of_slope**2, 0.0))


def _concentration_factor(mean: Floats, form: Concentration, lower: float, upper: float) -> tuple[Floats, Floats]:
    """What the absolute index is multiplied by, and how that changes with the mean."""
    one = np.ones_like(mean)
    if form == "relative":
        return divided(one, mean), -divided(one, mean**2)
    if form == "wagstaff":
        room = (upper - mean) * (mean - lower)
        return divided((upper - lower) * one, room), -divided((upper - lower) * (upper + lower - 2.0 * mean), room**2)
    width = 4.0 / (upper - lower) if form == "erreygers" else 1.0
    return width * one, 0.0 * one


def _convenience_error(level: Floats, place: Floats, share: Floats, groups: npt.NDArray[np.int64]) -> Floats:
    """The standard error of the slope of 2 × variance of rank × level on rank, weighted by people."""
    variance = (share * place**2).sum(axis=-1)
    mean = (share * level).sum(axis=-1)
    slope = divided((share * place * level).sum(axis=-1), variance)
    left = level - mean[..., None] - slope[..., None] * place
    each = divided((share * left**2).sum(axis=-1), np.where(groups > 2, groups - 2.0, np.nan))
    return floats(np.sqrt(divided(each, variance)) * 2.0 * variance)
