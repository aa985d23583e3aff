"""The normal distribution, as far as the analysis needs it."""

from __future__ import annotations

from math import erf, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["normal_probability", "normal_quantile"]


def normal_quantile(confidence: float) -> float:
    """Two-sided standard normal quantile: 1.96 for 0.95."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def normal_probability(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Φ(z), element by element; NaN stays NaN."""
    return np.array([0.5 * (1 + erf(x / sqrt(2))) for x in np.ravel(z)]).reshape(np.shape(z))
