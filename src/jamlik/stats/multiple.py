"""Many comparisons at once."""

import numpy as np

from jamlik.stats._arrays import Floats, Numbers, divided, same_shape

__all__ = ["bh_q_values"]


def bh_q_values(*, p_value: Numbers, weight: Numbers | None = None) -> Floats:
    """Benjamini–Hochberg q-values of each family on the last axis, with or without weights set beforehand.

    Parameters
    ----------
    p_value : float, shape (..., tests)
        0 to 1. NaN is a test that was not made: it stays NaN and is not counted in the family.
    weight : float, shape (..., tests), optional
        How much each test matters, >= 0, chosen without looking at the p-values. Rescaled to mean 1 over the tests
        that were made; a test of weight 0 gets q = 1. A missing weight makes the test missing.

    Returns
    -------
    float, shape (..., tests)
        q-values, 0 to 1. Calling every test with q <= 0.05 keeps the expected share of false ones among them at or
        below 5 % when the tests are independent or positively dependent [benjamini1995]_ [genovese2006]_.

    Raises
    ------
    ValueError
        A p-value outside 0 to 1, a negative weight, or no tests axis.
    """
    p, w = same_shape(p_value, 1.0 if weight is None else weight)
    if p.ndim == 0:
        raise ValueError("p_value needs a last axis that holds the family of tests")
    if bool(((p < 0) | (p > 1)).any()):
        raise ValueError("a p-value must lie between 0 and 1")
    if bool((w < 0).any()):
        raise ValueError("a weight must not be negative")
    made = ~(np.isnan(p) | np.isnan(w))
    family = made.sum(axis=-1, keepdims=True)
    mean_weight = divided(np.where(made, w, 0.0).sum(axis=-1, keepdims=True), family)
    relative = divided(w, mean_weight)
    weighted = np.where(made, np.where(relative > 0, divided(p, relative), np.inf), np.nan)
    order = np.argsort(weighted, axis=-1, kind="stable")
    ranked = np.take_along_axis(weighted, order, axis=-1)
    rank = np.arange(1, p.shape[-1] + 1)
    scaled = np.where(np.isnan(ranked), np.inf, ranked * family / rank)
    stepped = np.minimum.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1]
    q = np.empty_like(p)
    np.put_along_axis(q, order, np.minimum(stepped, 1.0), axis=-1)
    return np.where(made, q, np.nan)
