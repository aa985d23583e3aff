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

__all__ = ["PRESETS", "Reason", "Rules", "Sensitivity", "rules_named", "sensitivity"]

Numbers = npt.NDArray[np.float64]


class Reason(IntEnum):
    """Why a cell is sensitive. For the owner's eyes: a published cell never says why it is hidden."""

    NONE = 0
    SMALL_BASE = 1
    SMALL_COUNT = 2
    SMALL_COMPLEMENT = 3
    NOBODY = 4
    EVERYBODY = 5


@dataclass(frozen=True, slots=True)
class Rules:
    """One source's rules.

    Parameters
    ----------
    name : str
        How tables ask for them.
    minimum_count : int
        Counts from 1 to one below this are hidden, among those with the outcome and those without.
    minimum_base : int
        Shares and means need at least this many people.
    minimum_group : int
        Groups from 1 to one below this are hidden themselves: not even their size is told.
    extremes_hidden : bool
        Whether 0 % and 100 % are hidden: they tell the same of everybody in the group.
    width : float
        How wide the interval in which an outsider can place a hidden count must be, in people.
    relative_width : float
        The same for hidden sums, as a share of the sum.
    protects : bool
        False for figures that are already public as they stand: the source's own marks are kept and nothing more is
        hidden.
    """

    name: str
    minimum_count: int = 5
    minimum_base: int = 10
    minimum_group: int = 5
    extremes_hidden: bool = True
    width: float = 4.0
    relative_width: float = 0.10
    protects: bool = True

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
        raise JamlikError(
            f"Det finns inga skyddsregler som heter {name!r}.", do=f"Välj en av: {', '.join(sorted(PRESETS))}."
        )
    return PRESETS[name]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Which cells must be hidden by themselves, before anything is hidden for the sake of others.

    Parameters
    ----------
    count : bool, shape (cells,)
        The number with the outcome, the number without, and the share.
    base : bool, shape (cells,)
        The number of people itself.
    reason : int, shape (cells,)
        A `Reason` for `count`.
    """

    count: npt.NDArray[np.bool_]
    base: npt.NDArray[np.bool_]
    reason: npt.NDArray[np.int8]


def sensitivity(*, rules: Rules, yes: Numbers, base: Numbers, complement: bool = True) -> Sensitivity:
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

    Returns
    -------
    Sensitivity
        Nothing is sensitive where the base is 0: nobody is there.
    """
    known = ~np.isnan(base)
    anybody = ~known | (base > 0)
    rest = base - yes
    tests = (
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
