"""Two groups that share people: the same people twice, and a group held against the whole that contains it."""

import numpy as np
from scipy import special

from jamlik.stats._arrays import Floats, Numbers, divided, floats, normal_quantile, normal_two_sided, same_shape
from jamlik.stats.gaps import mean_difference
from jamlik.stats.results import Gap

__all__ = ["estimate_difference_from_total", "mean_difference_from_total", "paired_difference"]


def paired_difference(
    *, both: Numbers, first_only: Numbers, second_only: Numbers, neither: Numbers, confidence: float = 0.95
) -> Gap:
    """The difference between two proportions of the same people, first minus second.

    Parameters
    ----------
    both, first_only, second_only, neither : float, shape (...)
        People with the outcome both times, the first time only, the second time only, neither time; >= 0.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Gap
        value, low, high : shape (...), unitless, -1 to 1; limits with half a person added to each cell
        [bonett2012]_. p_value : McNemar's exact test with mid-p [fagerland2013]_, 1 where nobody changed. NaN where
        there is nobody or anything is missing.

    Raises
    ------
    ValueError
        A negative number of people.
    """
    a, b, c, d = same_shape(both, first_only, second_only, neither)
    if any(bool((part < 0).any()) for part in (a, b, c, d)):
        raise ValueError("a number of people must not be negative")
    n = a + b + c + d
    n = np.where(n > 0, n, np.nan)
    p, q = (b + 1.0) / (n + 2.0), (c + 1.0) / (n + 2.0)
    half = normal_quantile(confidence) * np.sqrt(np.maximum(p + q - (p - q) ** 2, 0.0) / (n + 2.0))
    centre = p - q
    return Gap((b - c) / n, np.maximum(centre - half, -1.0), np.minimum(centre + half, 1.0), _mid_p(b, c) + 0.0 * n)


def mean_difference_from_total(
    *,
    total: Numbers,
    square: Numbers,
    n: Numbers,
    total_all: Numbers,
    square_all: Numbers,
    n_all: Numbers,
    confidence: float = 0.95,
) -> Gap:
    """The difference between a group's mean and that of everyone, the group included.

    Parameters
    ----------
    total, square, n : float, shape (...)
        Sum of the values, sum of their squares and number of people in the group.
    total_all, square_all, n_all : float, shape (...)
        The same for everyone; they contain the group's.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Gap
        value, low, high : shape (...), in the unit of the values: (1 - n / n_all) times Welch's difference from the
        rest, limits likewise; p is that of group against rest [welch1947]_. NaN where the group is everyone.

    Raises
    ------
    ValueError
        The group has more people than everyone.
    """
    t, s, people, t_all, s_all, everyone = same_shape(total, square, n, total_all, square_all, n_all)
    if bool((people > everyone).any()):
        raise ValueError("a group must not have more people than everyone")
    rest = everyone - people
    gap = mean_difference(
        total=t, square=s, n=people, total_reference=t_all - t, square_reference=np.maximum(s_all - s, 0.0),
        n_reference=rest, confidence=confidence,
    )  # fmt: skip
    share = divided(rest, everyone)
    return Gap(gap.value * share, gap.low * share, gap.high * share, gap.p_value)


def estimate_difference_from_total(
    *, value: Numbers, se: Numbers, value_all: Numbers, se_all: Numbers, share: Numbers, confidence: float = 0.95
) -> Gap:
    """The difference between a group's published value and that of everyone, the group included.

    Parameters
    ----------
    value, value_all : float, shape (...)
        The group's value and everyone's, in any unit.
    se, se_all : float, shape (...)
        Their standard errors, >= 0.
    share : float, shape (...)
        The group's part of everyone, 0 to 1.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Gap
        value, low, high : shape (...), in the unit of the values; p_value for no difference. The two errors move
        together: the variance of the difference is se² + se_all² - 2 × share × se², since everyone's value holds the
        group's with that weight; never below (1 - share)² × se², what the group alone brings. NaN where the share is 1
        or a standard error is missing or 0 [cochran1977]_.

    Raises
    ------
    ValueError
        A negative standard error or a share outside 0 to 1.
    """
    v, s, v_all, s_all, w = same_shape(value, se, value_all, se_all, share)
    if bool((s < 0).any()) or bool((s_all < 0).any()):
        raise ValueError("a standard error must not be negative")
    if bool(((w < 0) | (w > 1)).any()):
        raise ValueError("a share must lie between 0 and 1")
    variance = np.maximum(s**2 + s_all**2 - 2.0 * w * s**2, ((1.0 - w) * s) ** 2)
    spread = np.sqrt(np.where((variance > 0) & (w < 1), variance, np.nan))
    gap, half = v - v_all, normal_quantile(confidence) * spread
    return Gap(gap, gap - half, gap + half, normal_two_sided(gap / spread))


def _mid_p(b: Floats, c: Floats) -> Floats:
    """Twice the binomial tail beyond the smaller cell, half of the cell's own chance taken off."""
    changed, least = np.rint(b) + np.rint(c), np.minimum(np.rint(b), np.rint(c))
    tail = special.bdtr(np.nan_to_num(least), np.nan_to_num(changed).astype(np.int64), 0.5)
    log_chance = special.gammaln(changed + 1.0) - special.gammaln(least + 1.0) - special.gammaln(changed - least + 1.0)
    own = np.exp(log_chance - changed * np.log(2.0))
    p = np.where(changed == 0, 1.0, np.minimum(2.0 * (tail - 0.5 * own), 1.0))
    return floats(np.where(np.isnan(changed), np.nan, p))
