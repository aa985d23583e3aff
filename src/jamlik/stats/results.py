"""What the functions of this room hand back: frozen, arrays only."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np

from jamlik.stats._arrays import Floats

__all__ = ["Estimate", "Gap", "Result", "Test"]


class Result:
    """The common ground of all results: every field is made an array as the result is built."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Make every field an array, so that one setting and many look the same."""
        for field in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value: Any = getattr(self, field.name)
            if not isinstance(value, Result):
                object.__setattr__(self, field.name, np.asarray(value))


@dataclass(frozen=True, slots=True, eq=False)
class Estimate(Result):
    """A value with its confidence limits.

    Attributes
    ----------
    value, low, high : float, one shape
        In the unit the function states. The limits are NaN where nothing is known of the noise.
    """

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Test(Result):
    """A test statistic with its two-sided p-value.

    Attributes
    ----------
    statistic, p_value : float, one shape
        p lies between 0 and 1, NaN where the test cannot be made.
    """

    __test__: ClassVar[bool] = False

    statistic: Floats
    p_value: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Gap(Result):
    """A comparison of a group with its reference: value, confidence limits and two-sided p-value.

    Attributes
    ----------
    value, low, high : float, one shape
        A difference (group minus reference) or a ratio (group divided by reference), as the function states.
    p_value : float, same shape
        For the hypothesis of no gap. NaN where the test cannot be made.
    """

    value: Floats
    low: Floats
    high: Floats
    p_value: Floats
