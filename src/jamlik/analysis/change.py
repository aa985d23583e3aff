"""Has the gap closed? The same question at two periods, answered from published numbers alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import hypot

import numpy as np

from jamlik import stats
from jamlik.model.findings import Levelling
from jamlik.model.indicators import Direction

__all__ = ["GapAnswer", "GapChange", "GapLeft", "MeasuredGap", "Mover", "gap_change"]

_SIGN = {Direction.UP: 1, Direction.DOWN: -1, Direction.TARGET: 0, Direction.NEUTRAL: 0}
_KINDS = {"narrowing": Levelling.UNKNOWN, "": Levelling.UNKNOWN}


class GapAnswer(StrEnum):
    """What the figures say of a gap one period later."""

    CLOSED = "closed"
    SMALLER = "smaller"
    UNCHANGED = "unchanged"
    LARGER = "larger"
    CANNOT_TELL = "cannot_tell"


class GapLeft(StrEnum):
    """What can be said of the gap that is left."""

    SURE = "sure"  # its interval lies on one side of nought
    UNSURE = "unsure"  # its interval holds nought: nobody can tell whether there is a gap
    SMALL = "small"  # surely within the threshold
    UNKNOWN = "unknown"  # not shown


class Mover(StrEnum):
    """Whose level made a gap smaller, the sides named by who was worse off at first."""

    WORSE_OFF = "worse_off"  # got better, and the better off got no worse
    MOSTLY_WORSE_OFF = "mostly_worse_off"
    BOTH = "both"  # as much by one as by the other
    MOSTLY_BETTER_OFF = "mostly_better_off"  # got worse, more than the worse off got better
    BETTER_OFF = "better_off"  # got worse, and the worse off got no better
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MeasuredGap:
    """A gap as it was published; None where it may not be shown or has no interval."""

    gap: float | None
    low: float | None
    high: float | None
    level: float | None = None
    level_reference: float | None = None


@dataclass(frozen=True, slots=True)
class GapChange:
    """How a gap's size changed: negative is smaller. `turned` when it is now sure the other way.

    `change` and its limits are in the indicator's unit; None when it cannot be told. `levelling` names who moved;
    `levelling_down` when the gap is smaller only because the better off got worse. `mover` says of a smaller gap how
    much of it came from which side, by the levels as they were measured.
    """

    answer: GapAnswer
    change: float | None = None
    low: float | None = None
    high: float | None = None
    turned: bool = False
    levelling: Levelling = Levelling.UNKNOWN
    left: GapLeft = GapLeft.UNKNOWN
    mover: Mover = Mover.UNKNOWN


def gap_change(
    before: MeasuredGap, after: MeasuredGap, *, direction: Direction = Direction.NEUTRAL, threshold: float = 0.0
) -> GapChange:
    """Compare the same gap at two periods, the samples of which are independent.

    The interval of the difference is recovered from the two intervals [zou2008]_, so it holds for intervals that are
    not symmetric and its confidence is theirs.

    - unchanged: the whole interval is within the threshold on both sides, so no change that matters can hide in it.
    - larger, smaller: the whole interval of the change is on one side of zero.
    - closed: smaller, and what is left is surely within the threshold, or cannot be told from nothing and is surely
      less than half of what the gap was.
    - cannot_tell: anything else, or a number that is missing.

    Parameters
    ----------
    before, after : MeasuredGap
        In time order, with intervals of the same confidence, in the indicator's unit.
    direction : Direction
        Which way is better; without it nobody can say who improved.
    threshold : float
        The smallest gap that matters in practice, >= 0.

    Raises
    ------
    ValueError
        For a negative threshold or an interval that does not hold its value.
    """
    if threshold < 0:
        raise ValueError("threshold must not be negative")
    first, last = _complete(before), _complete(after)
    if first is None or last is None:
        return GapChange(GapAnswer.CANNOT_TELL, left=_left(last, threshold))
    first, last, turned = _same_way(first, last)
    change = last[0] - first[0]
    low = change - hypot(last[0] - last[1], first[2] - first[0])
    high = change + hypot(last[2] - last[0], first[0] - first[1])
    answer = _answer(first, last, low, high, threshold, turned)
    moved = answer in (GapAnswer.CLOSED, GapAnswer.SMALLER, GapAnswer.LARGER)
    kind = _levelling(before, after, direction) if moved else Levelling.UNCHANGED
    if answer is GapAnswer.CANNOT_TELL:
        kind = Levelling.UNKNOWN
    smaller = answer in (GapAnswer.CLOSED, GapAnswer.SMALLER)
    mover = _mover(before, after, direction) if smaller else Mover.UNKNOWN
    return GapChange(answer, change, low, high, turned, kind, _left(last, threshold), mover)


Limits = tuple[float, float, float]  # value, low, high


def _complete(gap: MeasuredGap) -> Limits | None:
    if gap.gap is None or gap.low is None or gap.high is None:
        return None
    if not gap.low <= gap.gap <= gap.high:
        raise ValueError("an interval must hold its value")
    return gap.gap, gap.low, gap.high


def _turned_round(gap: Limits) -> Limits:
    return -gap[0], -gap[2], -gap[1]


def _same_way(first: Limits, last: Limits) -> tuple[Limits, Limits, bool]:
    """Both gaps with the first one's sign taken away; a gap that is now surely the other way is measured by size."""
    if first[0] < 0:
        first, last = _turned_round(first), _turned_round(last)
    turned = last[2] < 0
    return first, _turned_round(last) if turned else last, turned


def _left(last: Limits | None, threshold: float) -> GapLeft:
    if last is None:
        return GapLeft.UNKNOWN
    if -threshold <= last[1] and last[2] <= threshold:
        return GapLeft.SMALL
    return GapLeft.UNSURE if last[1] <= 0 <= last[2] else GapLeft.SURE


def _answer(first: Limits, last: Limits, low: float, high: float, threshold: float, turned: bool) -> GapAnswer:
    if threshold > 0 and -threshold <= low and high <= threshold:
        return GapAnswer.UNCHANGED
    if low > 0:
        return GapAnswer.LARGER
    if high < 0:
        small = _left(last, threshold) is GapLeft.SMALL
        gone = last[1] <= 0 <= last[2] and max(-last[1], last[2]) < first[0] / 2
        return GapAnswer.CLOSED if small or (gone and not turned) else GapAnswer.SMALLER
    return GapAnswer.CANNOT_TELL


def _levelling(before: MeasuredGap, after: MeasuredGap, direction: Direction) -> Levelling:
    a, b = (before.level, before.level_reference), (after.level, after.level_reference)
    if None in a or None in b:
        return Levelling.UNKNOWN
    levels = np.array([a, b], dtype=np.float64)
    kind = str(
        stats.levelling(
            level_first=levels[0, 0],
            level_last=levels[1, 0],
            reference_first=levels[0, 1],
            reference_last=levels[1, 1],
            direction=float(_SIGN[direction]),
        )
    )
    return _KINDS.get(kind) or Levelling(kind)


def _mover(before: MeasuredGap, after: MeasuredGap, direction: Direction) -> Mover:
    """How the shrinking divides between what one side gained and what the other lost; sums of measured levels."""
    sign = _SIGN[direction]
    levels = (before.level, before.level_reference, after.level, after.level_reference)
    if sign == 0 or any(level is None for level in levels):
        return Mover.UNKNOWN
    a, r, b, q = (sign * float(level) for level in levels if level is not None)
    rounding = 8.0 * np.finfo(np.float64).eps * sum(map(abs, (a, r, b, q)))
    if abs(a - r) - abs(b - q) <= rounding or (before.gap or 0.0) * sign * (a - r) < 0:
        return Mover.UNKNOWN  # the levels do not tell of the gap that shrank: it is standardised, say
    gained, lost = (b - a, r - q) if a < r else (q - r, a - b)
    if lost <= rounding:
        return Mover.WORSE_OFF
    if gained <= rounding:
        return Mover.BETTER_OFF
    if abs(gained - lost) <= rounding:
        return Mover.BOTH
    return Mover.MOSTLY_WORSE_OFF if gained > lost else Mover.MOSTLY_BETTER_OFF
