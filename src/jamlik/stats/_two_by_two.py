"""The test behind every gap between two proportions."""

import numpy as np
from scipy import special

from jamlik.stats._arrays import Floats, divided, floats, normal_two_sided

__all__ = ["two_by_two_p_value"]

EXACT_BELOW = 5.0
"""A table with an expected cell below this is tested exactly."""

_ROUNDING = 1e-14
_CELLS = 64
"""With under 5 expected in a cell, the chance of 64 or more in it is below 1e-40."""


def two_by_two_p_value(count: Floats, total: Floats, count_reference: Floats, total_reference: Floats) -> Floats:
    """Two-sided p-value for no difference between two independent proportions.

    N - 1 chi-square [campbell2007]_; Fisher's exact test with mid-p [hwang2001]_ where the smallest expected cell is
    below 5. Fractional counts are rounded to whole people in the exact part only.

    Parameters
    ----------
    count, total, count_reference, total_reference : float, one shape (...)
        Already checked.

    Returns
    -------
    float, shape (...)
        NaN where a total is 0 or anything is missing, 1 where the two proportions are equal.
    """
    everyone = total + total_reference
    outcome = count + count_reference
    pooled = divided(outcome, everyone)
    spread = pooled * (1.0 - pooled) * (divided(1.0, total) + divided(1.0, total_reference))
    gap = divided(count, total) - divided(count_reference, total_reference)
    z = divided(gap, np.sqrt(np.maximum(spread, 0.0))) * np.sqrt(np.maximum(1.0 - divided(1.0, everyone), 0.0))
    p = normal_two_sided(z)
    rarest = np.minimum(total, total_reference) * np.minimum(pooled, 1.0 - pooled)
    equal = np.abs(gap) <= _ROUNDING
    sparse = (rarest < EXACT_BELOW) & ~equal & ~np.isnan(gap)
    p = floats(np.where(equal, 1.0, p))
    if sparse.any():
        p[sparse] = _mid_p(count[sparse], total[sparse], count_reference[sparse], total_reference[sparse])
    return p


def _mid_p(count: Floats, total: Floats, count_reference: Floats, total_reference: Floats) -> Floats:
    """Fisher's exact test with mid-p, counted from the table's rarest cell; one dimension in and out."""
    a, n, b, m = (np.rint(part) for part in (count, total, count_reference, total_reference))
    rare_outcome = 2.0 * (a + b) <= n + m
    a, b = np.where(rare_outcome, a, n - a), np.where(rare_outcome, b, m - b)
    small = n <= m
    cell, row, rest = np.where(small, a, b), np.where(small, n, m), np.where(small, m, n)
    column = a + b
    k = np.arange(_CELLS, dtype=np.float64)
    row_, rest_, column_ = row[:, None], rest[:, None], column[:, None]
    possible = (k <= row_) & (k <= column_) & (column_ - k <= rest_)
    log_chance = -special.gammaln(k + 1.0) - special.gammaln(np.where(possible, row_ - k, 0.0) + 1.0)
    log_chance -= special.gammaln(np.where(possible, column_ - k, 0.0) + 1.0)
    log_chance -= special.gammaln(np.where(possible, rest_ - column_ + k, 0.0) + 1.0)
    log_chance = np.where(possible, log_chance, -np.inf)
    top = log_chance.max(axis=1, keepdims=True)
    chance = np.exp(log_chance - np.where(np.isfinite(top), top, 0.0))
    chance /= np.maximum(chance.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    observed = np.where(k == cell[:, None], chance, 0.0).sum(axis=1, keepdims=True)
    near = 1e-7 * observed
    rarer = np.where(chance < observed - near, chance, 0.0).sum(axis=1)
    equal = np.where(np.abs(chance - observed) <= near, chance, 0.0).sum(axis=1)
    return floats(np.clip(rarer + 0.5 * equal, 0.0, 1.0))
