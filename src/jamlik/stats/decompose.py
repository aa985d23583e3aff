"""A gap taken apart: what composition explains, and what is left (Kitagawa, Oaxaca, Blinder)."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from jamlik.stats._arrays import Floats, Numbers, divided, normal_quantile, normal_two_sided, same_shape
from jamlik.stats.results import Gap, Result

__all__ = ["COMPOSITIONS", "Decomposition", "decompose_gap"]

COMPOSITIONS = ("group", "reference", "pooled")
"""Whose composition the unexplained part is weighed by, in the order of the last axis of the results."""

Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition(Result):
    """A gap and its explained and unexplained parts under each reasonable reference.

    Attributes
    ----------
    gap : float, shape (...)
        The group's level minus the reference's, among people on common support.
    gap_all : float, shape (...)
        The same among all people; NaN where a stratum with people lacks a level.
    explained : float, shape (..., 3)
        What would be left of `gap` if the strata's levels were the same in both, by `COMPOSITIONS`.
    unexplained : Gap, shape (..., 3)
        `gap` minus `explained`: the difference between people in the same stratum, with limits and p-value.
    explained_low, explained_high, unexplained_low, unexplained_high : float, shape (...)
        The smallest and largest part over the three compositions; not confidence limits.
    off_support, off_support_reference : float, shape (...)
        The share of people in strata that the other side lacks or whose level is missing, 0 to 1.
    """

    gap: Floats
    gap_all: Floats
    explained: Floats
    unexplained: Gap
    explained_low: Floats
    explained_high: Floats
    unexplained_low: Floats
    unexplained_high: Floats
    off_support: Floats
    off_support_reference: Floats


def decompose_gap(
    *,
    level: Numbers,
    level_se: Numbers,
    share: Numbers,
    level_reference: Numbers,
    level_reference_se: Numbers,
    share_reference: Numbers,
    group_weight: Numbers = 0.5,
    confidence: float = 0.95,
) -> Decomposition:
    """A gap between two groups split over strata into an explained and an unexplained part.

    Parameters
    ----------
    level, level_reference : float, shape (..., strata)
        Each stratum's level in the group and in the reference, in any unit.
    level_se, level_reference_se : float, shape (..., strata)
        Their standard errors, >= 0. For proportions use one that is not zero when nobody has the outcome
        (`standard_error_of_proportion`).
    share, share_reference : float, shape (..., strata)
        The composition of each: people or shares, any scale, >= 0.
    group_weight : float, shape (...)
        The group's weight in the pooled composition: its part of the two groups' people, or 0.5 for Kitagawa's average.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Decomposition
        With composition c, unexplained = sum of c × (level - level_reference), explained = gap - unexplained
        [kitagawa1955]_ [oaxaca1973]_ [blinder1973]_. Strata empty on either side or without a level are left out on
        both and the compositions rescaled (common support); the share left out is reported. With no common stratum
        all parts are NaN. Limits take the compositions as known and the strata as independent; they are NaN where a
        standard error is missing or all are 0.

    Raises
    ------
    ValueError
        A negative share or standard error, no strata axis, or a group weight outside 0 to 1.

    Notes
    -----
    The sign and size of both parts depend on the composition chosen; show the range. Unexplained is not unjustified,
    and a stratum may itself be the result of unequal treatment.
    """
    a, a_se, s, b, b_se, r, g = _checked(
        level, level_se, share, level_reference, level_reference_se, share_reference, group_weight
    )
    support = (s > 0) & (r > 0) & ~np.isnan(a) & ~np.isnan(b)
    own, other = _share_on(support, s), _share_on(support, r)
    inside = [np.where(support, part, 0.0) for part in (a, b, a_se, b_se)]
    gap = (own * inside[0]).sum(axis=-1) - (other * inside[1]).sum(axis=-1)
    weights = np.stack([own, other, g * own + (1.0 - g) * other], axis=-2)
    left = (weights * (inside[0] - inside[1])[..., None, :]).sum(axis=-1)
    spread = np.sqrt((weights**2 * (inside[2] ** 2 + inside[3] ** 2)[..., None, :]).sum(axis=-1))
    spread = np.where(spread > 0, spread, np.nan)
    half = normal_quantile(confidence) * spread
    explained = gap[..., None] - left
    return Decomposition(
        gap=gap,
        gap_all=_mean_of(a, s) - _mean_of(b, r),
        explained=explained,
        unexplained=Gap(left, left - half, left + half, normal_two_sided(left / spread)),
        explained_low=explained.min(axis=-1),
        explained_high=explained.max(axis=-1),
        unexplained_low=left.min(axis=-1),
        unexplained_high=left.max(axis=-1),
        off_support=1.0 - divided(np.where(support, s, 0.0).sum(axis=-1), s.sum(axis=-1)),
        off_support_reference=1.0 - divided(np.where(support, r, 0.0).sum(axis=-1), r.sum(axis=-1)),
    )


def _checked(*parts: Numbers) -> tuple[Floats, ...]:
    """The six strata arrays in one shape, and the pooled weight beside them with a strata axis of one."""
    strata = same_shape(*parts[:-1])
    weight = np.asarray(parts[-1], dtype=np.float64)[..., None]
    if strata[0].ndim == 0:
        raise ValueError("the strata need a last axis")
    for position, name in ((1, "standard error"), (2, "share"), (4, "standard error"), (5, "share")):
        if bool((strata[position] < 0).any()):
            raise ValueError(f"a {name} must not be negative")
    if bool(((weight < 0) | (weight > 1)).any()):
        raise ValueError("group_weight must lie between 0 and 1")
    return (*strata, weight)


def _share_on(support: Flags, share: Floats) -> Floats:
    """The composition within common support, summing to 1; NaN where there is no support."""
    inside = np.where(support, share, 0.0)
    return divided(inside, inside.sum(axis=-1, keepdims=True))


def _mean_of(level: Floats, share: Floats) -> Floats:
    """The level of all people; strata of nobody do not count."""
    return divided(np.where(share == 0, 0.0, level * share).sum(axis=-1), share.sum(axis=-1))
