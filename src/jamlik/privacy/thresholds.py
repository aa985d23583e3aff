"""Every threshold of disclosure control, in one place. Changing one needs a decision record in `docs/adr`.

There is no national rule; sources differ. The presets follow what Swedish sources say they do: Skolverket hides figures
about fewer than ten pupils and shares where one to four fall on one side; surveys are not shown under thirty answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from jamlik.model.errors import JamlikError

__all__ = [
    "PRESETS",
    "Reason",
    "Rules",
    "Sensitivity",
    "common_value",
    "contributors",
    "rules_named",
    "sensitivity",
    "spread_needed",
]

Numbers = npt.NDArray[np.float64]
_ROUNDING = 1e-9


class Reason(IntEnum):
    """Why a cell is sensitive. For the owner's eyes: a published cell never says why it is hidden."""

    NONE = 0
    SMALL_BASE = 1
    SMALL_COUNT = 2
    SMALL_COMPLEMENT = 3
    NOBODY = 4
    EVERYBODY = 5
    ALIKE = 6
    FEW_MAKE_IT = 7


@dataclass(frozen=True, slots=True)
class Rules:
    """One source's rules.

    Parameters
    ----------
    name : str
        How tables ask for them.
    minimum_count : int
        Counts from 1 to one below this are hidden, among those with the outcome and those without. A mean is hidden
        when fewer than this many make the sum, or differ from a value that all others have.
    minimum_base : int
        Shares and means need at least this many people.
    minimum_group : int
        Groups from 1 to one below this are hidden themselves: not even their size is told.
    extremes_hidden : bool
        Whether 0 % and 100 % are hidden: they tell the same of everybody in the group.
    width : float
        How wide the interval in which an outsider can place a hidden count must be, in people.
    relative_width : float
        The same for hidden sums, as a share of the sum. A mean that places everybody in a narrower interval than this,
        as a share of the mean, says the same of all of them and is hidden.
    protects : bool
        False for figures that are already public as they stand: the source's own marks are kept and nothing more is
        hidden.
    inside_only : bool
        Whether they hold only inside the authority that owns the data; the gate lets nothing through by them to others.
    """

    name: str
    minimum_count: int = 5
    minimum_base: int = 10
    minimum_group: int = 5
    extremes_hidden: bool = True
    width: float = 4.0
    relative_width: float = 0.10
    protects: bool = True
    inside_only: bool = False

    def __post_init__(self) -> None:
        """Refuse rules that protect nothing by mistake."""
        if self.protects and (self.minimum_count < 3 or self.width < self.minimum_count - 1 or self.minimum_group < 3):
            raise ValueError(f"rules {self.name!r} protect too little: counts of 1 and 2 must stay hidden and unknown")


_DEFAULT = Rules(name="default")
PRESETS: Mapping[str, Rules] = MappingProxyType(
    {
        rules.name: rules
        for rules in (
            _DEFAULT,
            replace(_DEFAULT, name="survey", minimum_base=30),
            replace(_DEFAULT, name="skolverket", minimum_group=10),
            replace(_DEFAULT, name="already_published", protects=False),
            replace(_DEFAULT, name="inside", protects=False, inside_only=True),
        )
    }
)


def rules_named(name: str) -> Rules:
    """Return the preset of that name.

    Raises
    ------
    JamlikError
        When there is none.
    """
    if name not in PRESETS:
        known = sorted(rules.name for rules in PRESETS.values() if not rules.inside_only)
        raise JamlikError("no_such_rules", name=name, known=", ".join(known))
    return PRESETS[name]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Which cells must be hidden by themselves, before anything is hidden for the sake of others.

    Parameters
    ----------
    count : bool, shape (...)
        The number with the outcome, the number without, and the share; or the mean.
    base : bool, shape (...)
        The number of people itself.
    reason : int, shape (...)
        A `Reason` for `count`.
    """

    count: npt.NDArray[np.bool_]
    base: npt.NDArray[np.bool_]
    reason: npt.NDArray[np.int8]


def contributors(*, total: Numbers, square: Numbers) -> Numbers:
    """How many equal people would make the same sum and the same sum of squares; the fewer, the more one has of it.

    At m, nobody who gives zero or more has over 1 / sqrt(m) of the sum, and somebody who knows their own part can place
    no other part closer than sqrt(m - 1) - 1 times itself from above: 100 % at m = 5. Where some give less than zero it
    errs on the side of hiding.

    Parameters
    ----------
    total, square : float, one shape (...)
        Sum of the values and sum of their squares.

    Returns
    -------
    float, shape (...)
        NaN where all are zero or something is unknown.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(square > 0, total**2 / square, np.nan)


def common_value(*, rules: Rules, total: Numbers, square: Numbers, base: Numbers) -> Numbers:
    """The value that everybody in the cell has, or all but a few; NaN where people differ enough.

    Everybody: nobody lies further than sqrt(n - 1) standard deviations from a mean, and that is next to nothing here.
    All but a few: in whole numbers, each who has not the nearest one adds at least 1 to the squares around it.

    Parameters
    ----------
    rules : Rules
        The source's rules.
    total, square, base : float, one shape (...)
        Sum, sum of squares and number of people.

    Returns
    -------
    float, shape (...)
        In the unit of the outcome.
    """
    mean, near = _mean(total, base), np.rint(_mean(total, base))
    whole = _is_whole(total) & _is_whole(square)
    few_differ = whole & (_around(near, total, square, base) < rules.minimum_count * (1 - _ROUNDING))
    everybody = (_around(mean, total, square, base) <= _narrow(rules, mean, base)) | ((total == 0) & np.isnan(square))
    return np.where(base > 0, np.where(everybody, mean, np.where(few_differ, near, np.nan)), np.nan)


def spread_needed(*, rules: Rules, total: Numbers, square: Numbers, base: Numbers) -> Numbers:
    """How large a sum of squares around the common value must be for people not to count as alike.

    Parameters and shape as for `common_value`; in the outcome's unit squared.
    """
    whole = _is_whole(total) & _is_whole(square)
    return np.maximum(np.where(whole, rules.minimum_count, 0.0), _narrow(rules, _mean(total, base), base))


def _mean(total: Numbers, base: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(base > 0, total / base, np.nan)


def _around(value: Numbers, total: Numbers, square: Numbers, base: Numbers) -> Numbers:
    """Sum of squares around a value; nothing where it cannot be told from rounding."""
    apart = square - 2 * value * total + value**2 * base
    return np.where(apart > _ROUNDING * square, apart, np.where(np.isnan(apart), np.nan, 0.0))


def _narrow(rules: Rules, mean: Numbers, base: Numbers) -> Numbers:
    """Sum of squares that leaves everybody within `relative_width` of the mean, from lowest to highest."""
    half = rules.relative_width * np.abs(mean) / 2
    narrow: Numbers = half**2 * base / np.maximum(base - 1, 1)
    return narrow


def _is_whole(number: Numbers) -> npt.NDArray[np.bool_]:
    return np.abs(number - np.rint(number)) <= _ROUNDING * np.maximum(1.0, np.abs(number))


def sensitivity(
    *,
    rules: Rules,
    yes: Numbers,
    base: Numbers,
    complement: bool = True,
    total: Numbers | None = None,
    square: Numbers | None = None,
) -> Sensitivity:
    """Which cells the rules hide, and why.

    Parameters
    ----------
    rules : Rules
        The source's rules.
    yes, base : float, shape (cells,)
        People with the outcome; people in all. NaN `yes` = no count (a mean): only the base decides; NaN `base` =
        unknown: only the count decides.
    complement : bool
        Whether those without the outcome are base minus yes (not so for events per person-time).
    total, square : float, the same shape, optional
        For a mean: sum of the values and sum of their squares; NaN = unknown.

    Returns
    -------
    Sensitivity
        Nothing is sensitive where the base is 0: nobody is there.
    """
    known = ~np.isnan(base)
    anybody = ~known | (base > 0)
    rest = base - yes
    unknown = np.full(np.shape(base), np.nan)
    sums = {"total": unknown if total is None else total, "square": unknown if square is None else square}
    tests = (
        (Reason.FEW_MAKE_IT, contributors(**sums) < rules.minimum_count * (1 - _ROUNDING)),
        (Reason.ALIKE, ~np.isnan(common_value(rules=rules, base=base, **sums))),
        (Reason.EVERYBODY, known & (rest == 0) & (rules.extremes_hidden and complement)),
        (Reason.NOBODY, known & (yes == 0) & rules.extremes_hidden),
        (Reason.SMALL_COMPLEMENT, known & (rest > 0) & (rest < rules.minimum_count) & complement),
        (Reason.SMALL_COUNT, (yes > 0) & (yes < rules.minimum_count)),
        (Reason.SMALL_BASE, known & (base > 0) & (base < rules.minimum_base)),
    )
    reason = np.zeros(yes.shape, dtype=np.int8)
    for code, found in tests:
        reason[found & anybody & rules.protects] = code
    small = known & (base > 0) & (base < rules.minimum_group) & rules.protects
    return Sensitivity(reason > 0, small, reason)
