"""Arrays in, arrays out: conversions, checks and the few distribution functions the room shares."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

__all__ = [
    "Floats",
    "Numbers",
    "checked_confidence",
    "checked_counts",
    "divided",
    "exponential",
    "floats",
    "normal_quantile",
    "normal_two_sided",
    "same_shape",
    "t_quantile",
    "t_two_sided",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = npt.ArrayLike

_SLACK = 1e-9


def floats(values: Numbers) -> Floats:
    """Any array-like as 64-bit floats; ``None`` becomes NaN."""
    return np.asarray(values, dtype=np.float64)


def same_shape(*values: Numbers) -> tuple[Floats, ...]:
    """The values as floats, broadcast against one another."""
    return tuple(np.broadcast_arrays(*(floats(value) for value in values)))


def checked_confidence(confidence: float) -> float:
    """The confidence, when it lies strictly between 0 and 1; otherwise an error."""
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must lie between 0 and 1 (0.95 is 95 %), not {confidence!r}")
    return float(confidence)


def checked_counts(count: Numbers, total: Numbers) -> tuple[Floats, Floats]:
    """Counts and totals with ``0 <= count <= total``, a hair of rounding forgiven; otherwise an error.

    NaN passes through: it is missing, not wrong.
    """
    c, t = same_shape(count, total)
    slack = _SLACK * (1.0 + np.abs(t))
    wrong = (c < -slack) | (c > t + slack) | (t < 0)
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(
            f"a count must lie between 0 and its total: position {where} has count {c[where]} and total {t[where]}"
        )
    return np.clip(c, 0.0, np.maximum(t, 0.0)), t


def divided(numerator: Numbers, denominator: Numbers) -> Floats:
    """Numerator divided by denominator; NaN where the denominator is zero."""
    top, bottom = same_shape(numerator, denominator)
    return floats(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0))


def exponential(values: Floats) -> Floats:
    """The exponential function; infinite, and no warning, where it overflows."""
    with np.errstate(over="ignore"):
        return np.exp(values)


def normal_quantile(confidence: float) -> float:
    """The two-sided standard normal quantile: 1.96 for 0.95."""
    return float(special.ndtri(0.5 + checked_confidence(confidence) / 2.0))


def t_quantile(confidence: float, df: Numbers) -> Floats:
    """The two-sided Student t quantile; normal for infinite df, NaN for df that is missing or not positive."""
    degrees = floats(df)
    upper = 0.5 + checked_confidence(confidence) / 2.0
    usable = np.where(np.isfinite(degrees) & (degrees > 0), degrees, 1.0)
    found = np.where(np.isposinf(degrees), special.ndtri(upper), special.stdtrit(usable, upper))
    return floats(np.where(degrees > 0, found, np.nan))


def normal_two_sided(z: Numbers) -> Floats:
    """The two-sided tail probability of a standard normal statistic; NaN for NaN."""
    return floats(2.0 * special.ndtr(-np.abs(floats(z))))


def t_two_sided(t: Numbers, df: Numbers) -> Floats:
    """The two-sided tail probability of a Student t statistic; NaN where either is NaN or df is not positive."""
    statistic, degrees = same_shape(t, df)
    usable = np.where(np.isfinite(degrees) & (degrees > 0), degrees, 1.0)
    tail = 2.0 * special.stdtr(usable, -np.abs(statistic))
    found = np.where(np.isposinf(degrees), normal_two_sided(statistic), tail)
    return floats(np.where((degrees > 0) & ~np.isnan(statistic), found, np.nan))
